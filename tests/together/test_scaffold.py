"""``holdfast plugins new``: each kind of plugin, as it is written, is built, installed and proven."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from holdfast.conformance import SUITES
from holdfast_cli.scaffolding import KINDS

pytestmark = pytest.mark.xdist_group("wheels")  # they are built once, by the worker of this group

EXAMPLE = Path(__file__).parents[2] / "docs/examples/plugin"
NAMES = {
    "io-manager": "attic",
    "format": "exact",
    "executor": "crew",
    "partition-mapping": "trail",
    "observer": "spice-rack",
    "loader": "catalogue",
    "event-store": "log_book",
}


def run(*command: object, cwd: Path | None = None) -> str:
    """Run a command and return what it prints; its complaint is the test's when it fails."""
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A package of each kind, as the command writes it."""
    shelf = tmp_path_factory.mktemp("packages")
    command = Path(sys.executable).with_name("holdfast")
    for kind, name in NAMES.items():
        run(command, "plugins", "new", kind, name, "--directory", kind, cwd=shelf)
    return {kind: shelf / kind for kind in NAMES}


@pytest.fixture(scope="module")
def python(
    packages: dict[str, Path],
    wheels: dict[str, Path],
    make_environment: Callable[[], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The interpreter of a clean environment where a wheel of each package is installed to be tested."""
    python, made = make_environment(), tmp_path_factory.mktemp("made")
    pip = [python, "-m", "pip", "--isolated"]
    run(*pip, "wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", made, *packages.values())
    tested = [f"{wheel}[test]" for wheel in made.iterdir()]
    assert len(tested) == len(packages)
    run(*pip, "install", "--no-index", "--find-links", wheels["holdfast"].parent, *tested)
    return python


def test_every_kind_is_written() -> None:
    """There is a package for each kind that there is a suite for."""
    assert set(KINDS) == set(NAMES)
    assert {kind.provides for kind in KINDS.values()} == {suite.kind for suite in SUITES}


@pytest.mark.parametrize("kind", NAMES)
def test_it_is_proven(kind: str, packages: dict[str, Path], python: Path, tmp_path: Path) -> None:
    """Its tests pass, every clause and the package's own, and none is skipped; so says the command too."""
    name = NAMES[kind]
    with ThreadPoolExecutor() as both:  # each takes up to half a minute, most of which it waits
        tests = both.submit(run, python, "-m", "pytest", "-p", "no:cacheprovider", cwd=packages[kind])
        check = both.submit(run, python.with_name("holdfast"), "plugins", "check", name, cwd=tmp_path)
    (suite,) = (suite for suite in SUITES if suite.kind == KINDS[kind].provides)
    (passed,) = re.findall(r"=+ (\d+) passed in ", tests.result())
    assert int(passed) > len(suite.clauses) + 1
    assert check.result().startswith(f"{suite.kind} '{name}': proven.")


def test_the_tutorial_makes_what_the_command_writes(packages: dict[str, Path]) -> None:
    """The files of the tutorial are the command's, but for the README, which the tutorial leaves out."""
    for path in (path for path in EXAMPLE.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        written = (packages["io-manager"] / path.relative_to(EXAMPLE)).read_text("utf-8")
        assert path.read_text("utf-8") == written.replace('readme = "README.md"\n', "")


def test_its_code_is_clean(packages: dict[str, Path]) -> None:
    """The linter, the formatter and the type checker have nothing to say, as they are without settings."""
    tools = [sys.executable, "-m"]
    for package in packages.values():
        rules = "B,C4,E,F,I,N,PT,PTH,RET,RUF,SIM,UP,W"
        run(*tools, "ruff", "check", "--isolated", ".", cwd=package)
        run(*tools, "ruff", "check", "--isolated", "--select", rules, "--ignore", "E501", ".", cwd=package)
        run(*tools, "ruff", "format", "--isolated", "--check", ".", cwd=package)
    sources = [package / "src" for package in packages.values()]
    run(*tools, "mypy", "--strict", *sources, cwd=sources[0])
