"""Every distribution builds a wheel, and the wheels alone are enough in a clean environment."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

pytestmark = pytest.mark.xdist_group("wheels")

ROOT = Path(__file__).parents[2]
FOLDERS = {
    f"holdfast-{path.parent.name}": path.parent for path in sorted(ROOT.glob("plugins/*/pyproject.toml"))
}
FOLDERS["holdfast"] = ROOT / "kernel"
STANDARD = {
    "holdfast-cli",
    "holdfast-filesystem",
    "holdfast-multiprocess",
    "holdfast-parquet",
    "holdfast-sqlite",
}

WHERE = """
import importlib, json
names = {names!r}
print(json.dumps({{name: importlib.import_module(name).__file__ for name in names}}))
"""

PIPELINE = """
from holdfast import Instance, asset, materialize, repository

@asset
def raw():
    return [3, 1, 2]

@asset
def ordered(raw):
    return sorted(raw)

@repository
def numbers():
    return [raw, ordered]

instance = Instance.get(".")
assert materialize([raw, ordered], instance=instance).success
print(numbers.load_asset_value("ordered", instance=Instance.get(".")))
"""

SETTINGS = """
[tool.holdfast]
event_store = { use = "sqlite", path = "events.db" }

[tool.holdfast.io_managers]
io_manager = { use = "filesystem", base = "data" }
"""


def run(*command: object, cwd: Path | None = None) -> str:
    """Run a command and return what it prints; its complaint is the test's when it fails."""
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def package_of(distribution: str) -> str:
    return distribution.replace("-", "_")


def project_of(distribution: str) -> dict[str, Any]:
    text = (FOLDERS[distribution] / "pyproject.toml").read_text("utf-8")
    project: dict[str, Any] = tomllib.loads(text)["project"]
    return project


def metadata_of(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


@pytest.fixture(scope="module")
def python(make_environment: Callable[[], Path], wheels: dict[str, Path]) -> Path:
    """The interpreter of a clean environment once ``pip install "holdfast[standard]"`` is done."""
    links = wheels["holdfast"].parent
    python = make_environment()
    run(
        python,
        "-m",
        "pip",
        "--isolated",
        "install",
        "--no-index",
        "--find-links",
        links,
        "holdfast[standard]",
    )
    return python


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with settings that use the plugins."""
    (tmp_path / "pyproject.toml").write_text(SETTINGS, "utf-8")
    return tmp_path


@pytest.mark.parametrize("distribution", FOLDERS)
def test_a_wheel_holds_the_whole_package(distribution, wheels):
    """A wheel has every file of its package, and nothing else; among them the marker that it is typed."""
    source = FOLDERS[distribution] / "src"
    files = [path.relative_to(source) for path in source.rglob("*") if path.is_file()]
    expected = {path.as_posix() for path in files if "__pycache__" not in path.parts}
    assert f"{package_of(distribution)}/py.typed" in expected
    with zipfile.ZipFile(wheels[distribution]) as archive:
        assert {name for name in archive.namelist() if ".dist-info/" not in name} == expected


@pytest.mark.parametrize("distribution", FOLDERS)
def test_a_wheel_declares_its_plugin(distribution, wheels):
    """A wheel has the entry point by which its plugin is found, and the scripts of its project."""
    project = project_of(distribution)
    declared = [*project["entry-points"]["holdfast.v1"].items(), *project.get("scripts", {}).items()]
    with zipfile.ZipFile(wheels[distribution]) as archive:
        name = next(name for name in archive.namelist() if name.endswith("entry_points.txt"))
        lines = archive.read(name).decode().splitlines()
    assert {f"{name}={value}" for name, value in declared} <= set(lines)


@pytest.mark.parametrize("distribution", FOLDERS)
def test_a_wheel_says_what_it_is(distribution, wheels):
    """A wheel's metadata has a summary, a license and a page of text."""
    metadata = metadata_of(wheels[distribution])
    assert metadata["Summary"]
    assert any(
        "Apache" in text for text in (*metadata.get_all("Classifier"), str(metadata["License-Expression"]))
    )
    assert str(metadata.get_payload()).startswith(f"# {distribution}")


def test_the_standard_extra_is_the_kernel_with_five_plugins(wheels):
    """`holdfast[standard]` asks for the five plugins, in ranges of versions."""
    required = metadata_of(wheels["holdfast"]).get_all("Requires-Dist") or []
    standard = [text for text in required if "extra == " in text and "standard" in text]
    assert {text.partition(">")[0].strip() for text in standard} == STANDARD


def test_everything_comes_from_the_wheels(python):
    """Every package is imported from the new environment, not from this tree."""
    packages = [package_of(name) for name in FOLDERS if name == "holdfast" or name in STANDARD]
    where = json.loads(run(python, "-c", WHERE.format(names=packages)))
    home = python.parents[1]
    assert {name: home in Path(file).parents for name, file in where.items()} == dict.fromkeys(packages, True)


def test_a_run_from_wheels_leaves_files_and_events(python, project):
    """Assets are made and loaded again with the filesystem and SQLite plugins from their wheels."""
    assert run(python, "-c", PIPELINE, cwd=project).strip() == "[1, 2, 3]"
    assert [path.name for path in (project / "data").iterdir()]
    assert (project / "events.db").is_file()


def test_every_plugin_is_active_from_its_wheel(python, project):
    """`holdfast plugins list` finds the kernel's own plugin and the five others, all active."""
    command = python.with_name("holdfast")
    listed = json.loads(run(command, "plugins", "list", "--json", cwd=project))
    states = {plugin["name"]: plugin["status"] for plugin in listed}
    assert states == dict.fromkeys(["builtins", *(name[len("holdfast-") :] for name in STANDARD)], "active")
