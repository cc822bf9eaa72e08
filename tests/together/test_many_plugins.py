"""A hundred plugins are installed and two of them are active: the others cost next to nothing."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

HUNDRED = [f"store{number}" for number in range(100)]
ACTIVE = ["store7", "store42"]
AT_MOST_SECONDS = 0.030
PLUGIN = """
import os
from pathlib import Path

Path(os.environ["IMPORTED"], __name__).touch()

from holdfast.hookspecs import hookimpl
from holdfast.provisions import IOManagerPlugin

@hookimpl
def holdfast_io_managers():
    yield IOManagerPlugin(name=__name__, factory=f"{__name__}_io:Store", summary="a store")
"""
ASSETS = """
from holdfast import asset, repository

@asset
def orders(): ...

@repository
def shop():
    return [orders]
"""


class Repository:
    """A repository with an asset, and how `holdfast assets list` is run there."""

    def __init__(self, directory: Path, active: list[str], site: Path | None) -> None:
        self.directory, self.site, self.imported = directory, site, directory / "imported"
        self.imported.mkdir(parents=True)
        switched = "".join(f"{name} = true\n" for name in ["cli", *active])
        (directory / "holdfast.toml").write_text(f'repository = "shop"\n[plugins]\n{switched}')
        (directory / "shop.py").write_text(ASSETS)

    def list_assets(self) -> float:
        """List the assets in a new process; return the seconds of CPU it took."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
        kept |= {"IMPORTED": str(self.imported), "PYTHONPYCACHEPREFIX": str(self.directory / "bytecode")}
        kept |= {"PYTHONPATH": str(self.site)} if self.site else {}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "holdfast_cli.main", "assets", "list", "--json"]
        done = subprocess.run(command, cwd=self.directory, env=kept, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert [found["key"] for found in json.loads(done.stdout)] == ["orders"]
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a hundred installed packages, each a plugin."""
    site = tmp_path_factory.mktemp("site-packages")
    for name in HUNDRED:
        (site / f"{name}.py").write_text(PLUGIN)
        metadata = site / f"holdfast_{name}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: holdfast-{name}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[holdfast.v1]\n{name} = {name}\n")
    return site


def test_of_a_hundred_plugins_the_two_active_ones_are_imported(site: Path, tmp_path: Path) -> None:
    repository = Repository(tmp_path, ACTIVE, site)
    repository.list_assets()
    assert sorted(each.name for each in repository.imported.iterdir()) == sorted(ACTIVE)


def test_a_hundred_plugins_cost_next_to_nothing(site: Path, tmp_path: Path) -> None:
    """Other work on the machine only adds to what a process takes, so the least of several is compared."""
    with_them = Repository(tmp_path / "hundred", ACTIVE, site)
    without = Repository(tmp_path / "none", [], None)
    taken = [(with_them.list_assets(), without.list_assets()) for _ in range(8)]
    assert min(many for many, _ in taken) - min(none for _, none in taken) < AT_MOST_SECONDS
