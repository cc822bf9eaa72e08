"""The real command, run as users run it, on small projects."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

COMMAND = Path(sys.executable).with_name("holdfast")

# Compiled once for all the processes of these tests, even where Python is told to keep no bytecode.
BYTECODE = tempfile.TemporaryDirectory(prefix="holdfast-bytecode-")

SETTINGS = '[tool.holdfast]\nrepository = "flows"\nexecutor = { use = "multiprocess", max_workers = 2 }\n'

SHOP = '''
from holdfast import AssetOut, Output, SourceAsset, asset, define_asset_job, multi_asset, repository

shelves = SourceAsset("shelves", description="counted by hand")


@asset(group_name="raw", compute_kind="python", metadata={"owner": "shop"}, op_tags={"team": "sales"})
def orders():
    """Every order.

    With its price.
    """
    return [3, 4]


@asset(group_name="raw", non_argument_deps={"shelves"})
def customers():
    return {"ann": 1}


@asset(key_prefix="out")
def revenue(orders, customers):
    return sum(orders)


@multi_asset(outs={"best": AssetOut(), "worst": AssetOut()}, group_name="extremes")
def extremes(orders):
    yield Output(max(orders), "best", metadata={"rows": 2})
    yield Output(min(orders), "worst")


@repository
def shop():
    """What a shop sells."""
    daily = define_asset_job("daily", selection="orders*", description="every morning")
    return [shelves, orders, customers, revenue, extremes, daily]
'''


@attrs.frozen
class Holdfast:
    """The command in a directory."""

    directory: Path
    command: Path = COMMAND

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment it is run with."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
        inherited.pop("PYTHONDONTWRITEBYTECODE", None)
        fixed = {"COLUMNS": "200", "TERM": "xterm", "PYTHONPYCACHEPREFIX": BYTECODE.name}
        return {**inherited, **fixed, **more}

    def __call__(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run it to its end, with its output in pipes."""
        return subprocess.run(
            [COMMAND, *arguments],
            cwd=self.directory,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def json(self, *arguments: str) -> Any:
        """Run it with ``--json``, expect success, and return the answer."""
        done = self(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def lines(self, *arguments: str, **environment: str) -> list[str]:
        """Run it, expect success, and return the lines of the answer."""
        done = self(*arguments, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start it, its output in pipes."""
        return subprocess.Popen(
            [COMMAND, *arguments],
            cwd=self.directory,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def write_project(directory: Path, module: str, settings: str = SETTINGS) -> Holdfast:
    """Write a project and return the command in its directory."""
    (directory / "pyproject.toml").write_text(settings, "utf-8")
    (directory / "flows.py").write_text(module, "utf-8")
    return Holdfast(directory)


MakeProject = Callable[..., Holdfast]


@pytest.fixture
def project(tmp_path: Path) -> MakeProject:
    """Writes a project with a module of assets, and other settings if they are given."""
    return lambda module, settings=SETTINGS: write_project(tmp_path, module, settings)


@pytest.fixture
def holdfast(tmp_path: Path) -> Holdfast:
    """The command in an empty directory."""
    return Holdfast(tmp_path)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Holdfast:
    """The command in a shop whose assets were all made once; tests only look at it."""
    shop = write_project(tmp_path_factory.mktemp("shop"), SHOP)
    done = shop("materialize", "--tag", "why=test")
    assert done.returncode == 0, done.stdout + done.stderr
    return shop


@pytest.fixture
def install(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, str]]:
    """Installs a stranger's plugin of one module or none; returns the environment in which it is there."""

    def install(name: str, module: str | None, entry_point: str | None = None) -> dict[str, str]:
        directory = tmp_path_factory.mktemp(name)
        if module is not None:
            (directory / f"holdfast_{name}.py").write_text(module, "utf-8")
        metadata = directory / f"holdfast_{name}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: holdfast-{name}\nVersion: 1.0\n")
        point = entry_point or f"[holdfast.v1]\n{name} = holdfast_{name}\n"
        (metadata / "entry_points.txt").write_text(point)
        return {"PYTHONPATH": str(directory)}

    return install
