"""Plugins written outside the repository, as wheels: used by name, switched off, and isolated when bad."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from holdfast.conformance.io.suite import IO_MANAGERS

ROOT = Path(__file__).parents[2]

SHELF = """
from pathlib import Path
Path({marker!r}).touch()

from holdfast.hookspecs import hookimpl
from holdfast.provisions import IOManagerPlugin

@hookimpl
def holdfast_io_managers():
    yield IOManagerPlugin(name="shelf", factory="shelf_io:Shelf", summary="values in one folder")
"""
SHELF_IO = """
import pickle

from holdfast.interfaces import IOManager

class Shelf(IOManager):
    def __init__(self, context, *, folder):
        self.folder = context.directory / folder
    def handle_output(self, context, obj):
        self.folder.mkdir(exist_ok=True)
        (self.folder / context.asset_key.path[-1]).write_bytes(pickle.dumps(obj))
    def load_input(self, context):
        return pickle.loads((self.folder / context.asset_key.path[-1]).read_bytes())
"""
PIPELINE = """
from holdfast import Instance, asset, materialize

@asset
def raw():
    return [3, 1, 2]

@asset
def ordered(raw):
    return sorted(raw)

print(materialize([raw, ordered], instance=Instance.get()).output_for_node("ordered"))
"""
STATES = """
import json
from pathlib import Path
from holdfast.plugins.loading import Plugins
from holdfast.plugins.settings import Settings
states = Plugins.discover(Settings.load(Path("."))).states
print(json.dumps([state.to_json() for state in states]))
"""
MAPPINGS = """
from holdfast.hookspecs import hookimpl
from holdfast.provisions import PartitionMappingPlugin

@hookimpl
def holdfast_partition_mappings():
    yield PartitionMappingPlugin(name="first", factory="mappings_impl:First", summary="the first partition")

@hookimpl
def holdfast_default_partition_mapping(upstream_def, downstream_def):
    from mappings_impl import First
    return First() if downstream_def is None else None
"""
MAPPINGS_IMPL = """
from holdfast import SubsetPartitionMapping

class First(SubsetPartitionMapping):
    def __init__(self, context=None):
        pass
    def upstream_subset(self, downstream, upstream_def):
        return upstream_def.subset(upstream_def.get_partition_keys()[:1])
    def downstream_subset(self, upstream, downstream_def):
        return downstream_def.all()
"""
PARTITIONED = """
from holdfast import AssetIn, Instance, StaticPartitionsDefinition, asset, backfill

letters = StaticPartitionsDefinition(["a", "b"])

@asset(partitions_def=letters)
def letter(context):
    return context.partition_key

@asset(partitions_def=letters, ins={"letter": AssetIn(partition_mapping="first")})
def named(letter):
    return letter

@asset
def by_default(letter):
    return letter

with backfill([letter, named, by_default], instance=Instance.get()) as result:
    print(result.values["named[b]", "result"], result.values["by_default", "result"])
"""
USE_SHELF = '[io_managers]\nio_manager = { use = "shelf", folder = "values" }\n'

Run = Callable[..., str]
Install = Callable[..., None]


def build_wheel(folder: Path, distribution: str, modules: dict[str, str], entry_points: str) -> Path:
    """Write a wheel as any build tool would, with made-up modules and entry points."""
    name = f"{distribution.replace('-', '_')}-1.0"
    metadata = f"{name}.dist-info"
    files = {f"{module}.py": source for module, source in modules.items()}
    files[f"{metadata}/METADATA"] = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n"
    files[f"{metadata}/WHEEL"] = (
        "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    files[f"{metadata}/entry_points.txt"] = entry_points
    files[f"{metadata}/RECORD"] = "".join(f"{file},,\n" for file in [*files, f"{metadata}/RECORD"])
    wheel = folder / f"{name}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return wheel


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of installed packages beside this environment's."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    return folder


@pytest.fixture
def install(site: Path, tmp_path: Path) -> Install:
    """Install a stranger's wheel. A wheel without scripts or compiled parts is installed by unpacking it."""

    def install(
        distribution: str, modules: dict[str, str], plugin: str, *, group: str = "holdfast.v1"
    ) -> None:
        points = f"[{group}]\n{plugin} = {next(iter(modules))}\n"
        with zipfile.ZipFile(build_wheel(tmp_path, distribution, modules, points)) as wheel:
            wheel.extractall(site)

    return install


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The directory of a repository."""
    folder = tmp_path / "repository"
    folder.mkdir()
    return folder


@pytest.fixture
def run(site: Path, repository: Path) -> Run:
    """Run Python in the repository, in a new process that sees the strangers' packages."""

    def run(*arguments: str) -> str:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("HOLDFAST_")}
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=repository,
            env=environment | {"PYTHONPATH": str(site)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    return run


@pytest.fixture
def shelf(install: Install, tmp_path: Path) -> Path:
    """Install a good plugin; return the file that its import creates."""
    marker = tmp_path / "imported"
    install("holdfast-shelf", {"shelf": SHELF.format(marker=str(marker)), "shelf_io": SHELF_IO}, "shelf")
    return marker


def states(run: Run) -> dict[str, dict[str, Any]]:
    """Return the states by the name of the distribution."""
    return {state["distribution"]: state for state in json.loads(run("-c", STATES))}


def test_a_strangers_io_manager_is_used_by_name(shelf, run, repository):
    """After installing a wheel, its IO manager keeps the values of assets that do not know of it."""
    (repository / "holdfast.toml").write_text(USE_SHELF)
    assert run("-c", PIPELINE) == "[1, 2, 3]"
    assert {path.name for path in (repository / "values").iterdir()} == {"raw", "ordered"}
    assert shelf.exists()


def test_a_stranger_is_listed(shelf, run):
    """An installed plugin is among the states, active, with its distribution and what it provides."""
    state = states(run)["holdfast-shelf"]
    assert (state["name"], state["version"], state["status"]) == ("shelf", "1.0", "active")
    assert [provision["name"] for provision in state["provisions"]] == ["shelf"]


def test_a_stranger_that_is_switched_off_is_not_imported(shelf, run, repository):
    """The settings turn a plugin off before its module is loaded, and its state says which line did."""
    (repository / "holdfast.toml").write_text("plugins = { shelf = false }\n")
    state = states(run)["holdfast-shelf"]
    assert state["status"] == "inactive"
    assert state["decided_by"].endswith("holdfast.toml: [plugins.shelf]")
    assert not shelf.exists()


def test_using_a_stranger_that_is_switched_off_says_so(shelf, run, repository):
    """What the settings both use and switch off is an error with the plugin's state and reason."""
    (repository / "holdfast.toml").write_text(f"plugins = {{ shelf = false }}\n{USE_SHELF}")
    with pytest.raises(AssertionError, match=r"Plugin 'shelf' is inactive: .*\[plugins\.shelf\]"):
        run("-c", PIPELINE)


BAD = {
    "raises": ("1 / 0", "holdfast.v1", "broken", "ZeroDivisionError"),
    "misspelt": (
        "from holdfast.hookspecs import hookimpl\n@hookimpl\ndef holdfast_io_manager(): ...",
        "holdfast.v1",
        "broken",
        "Did you mean 'holdfast_io_managers'",
    ),
    "needs": ("import no_such_module", "holdfast.v1", "missing-dependency", "pip install no-such-module"),
    "later": ("raise SystemExit", "holdfast.v2", "incompatible", "holdfast.v2"),
    "exits": ("raise SystemExit", "holdfast.v1", "broken", "SystemExit"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_plugin_has_its_state_and_breaks_nothing(install, shelf, run, repository, name):
    """A plugin that cannot be used says why, and a run that does not need it does not notice."""
    source, group, status, reason = BAD[name]
    install(f"holdfast-{name}", {f"stranger_{name}": source}, name, group=group)
    (repository / "holdfast.toml").write_text(USE_SHELF)
    found = states(run)
    assert found[f"holdfast-{name}"]["status"] == status
    assert reason in found[f"holdfast-{name}"]["reason"]
    assert found["holdfast-shelf"]["status"] == "active"
    assert run("-c", PIPELINE) == "[1, 2, 3]"


def test_two_plugins_with_one_provision_are_both_named(install, shelf, run, repository):
    """The states name the conflict; a run that uses the name fails with both, any other run goes on."""
    copy = SHELF.format(marker=os.devnull)
    install("holdfast-copy", {"copy_of_shelf": copy}, "copy")
    for distribution, state in states(run).items():
        conflicts = " ".join(state["conflicts"])
        both = "holdfast-copy 1.0" in conflicts and "holdfast-shelf 1.0" in conflicts
        assert both is (distribution in ("holdfast-copy", "holdfast-shelf"))
    (repository / "holdfast.toml").write_text('io_managers = { io_manager = "memory" }')
    assert run("-c", PIPELINE) == "[1, 2, 3]"
    (repository / "holdfast.toml").write_text(USE_SHELF)
    with pytest.raises(AssertionError, match=r"'copy' \(holdfast-copy 1\.0\) and 'shelf' \(holdfast-shelf"):
        run("-c", PIPELINE)


def test_of_two_distributions_with_one_plugin_name_one_is_used(install, shelf, run, repository):
    """The distribution that is named after the plugin is used; the other is shadowed and not imported."""
    install("a-shelf", {"another_shelf": "1 / 0"}, "shelf")
    found = states(run)
    assert found["holdfast-shelf"]["status"] == "active"
    assert found["a-shelf"]["status"] == "shadowed"
    assert "holdfast-shelf 1.0" in found["a-shelf"]["reason"]
    (repository / "holdfast.toml").write_text(USE_SHELF)
    assert run("-c", PIPELINE) == "[1, 2, 3]"


PAGE = ROOT / "docs/plugins/writing-a-plugin.md"
USE = {"holdfast.toml", "orders.py"}


def files_of_the_page() -> dict[str, str]:
    """Return the files that the page on writing a plugin ends with: of the package, and of its use."""
    blocks = r"^`([^`\n]+)`\n\n```\w+\n(.*?)^```$"
    return dict(re.findall(blocks, PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL))


def test_the_example_is_the_plugin_of_the_documentation():
    """The files in docs/examples/plugin are those that the page ends with, to the letter."""
    folder = ROOT / "docs/examples/plugin"
    kept = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    found = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in kept}
    assert found == {name: text for name, text in files_of_the_page().items() if name not in USE}


def test_the_plugin_of_the_documentation_works(site, run, repository, tmp_path):
    """The page on writing a plugin holds a whole plugin: built, installed and used, it does what is said."""
    page = PAGE.read_text("utf-8")
    for name, text in files_of_the_page().items():
        file = (repository if name in USE else tmp_path / "attic") / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", tmp_path]
    subprocess.run([*build, tmp_path / "attic"], check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("holdfast_attic-*.whl"))) as wheel:
        wheel.extractall(site)
    assert run("orders.py") == "True"
    assert (repository / "values" / "revenue.json").read_text() == "245"
    count = len(IO_MANAGERS.clauses)
    assert f"{count} of {count} clauses ran: {count} holds." in page
    proof = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", str(tmp_path / "attic" / "tests"))
    assert f"{count + 1} passed" in proof


def test_a_mapping_and_a_default_mapping(install: Install, run: Run) -> None:
    """Both are honoured in a run: one by its name, one wherever nobody says, before the kernel's own."""
    install("holdfast-mappings", {"mappings_hooks": MAPPINGS, "mappings_impl": MAPPINGS_IMPL}, "mappings")
    assert run("-c", PARTITIONED) == "a a"
