"""A project whose values and events are in a database because its settings say so, run by commands."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ASSETS = """
import pandas as pd
import polars as pl
from holdfast import AssetIn, asset

@asset(key_prefix="raw")
def flights() -> pl.DataFrame:
    return pl.DataFrame({"carrier": ["AA", "UA", "UA"], "delay": [3, -1, 5], "plane": ["x", "y", "z"]})

@asset(ins={"flights": AssetIn(key_prefix="raw", metadata={"columns": ["carrier", "delay"]})})
def worst(flights: pd.DataFrame) -> pd.DataFrame:
    return flights.groupby("carrier").max()
"""
DUCKDB = """
[io_managers]
io_manager = { use = "duckdb", path = "warehouse.duckdb" }
"""
POSTGRES = """
event_store = { use = "sql", url = { env = "TEAM_URL" } }
[io_managers]
io_manager = { use = "sql", url = { env = "TEAM_URL" } }
"""
SETTINGS = """
repository = "assets_in_tables"
executor = { use = "multiprocess", max_workers = 2 }
"""


@pytest.fixture(params=[DUCKDB, pytest.param(POSTGRES, marks=pytest.mark.xdist_group("postgres"))])
def holdfast(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., str]:
    """Runs the command in a project and returns what it prints."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HOLDFAST_")}
    if request.param is POSTGRES:
        environment["TEAM_URL"] = request.getfixturevalue("database")
    (tmp_path / "holdfast.toml").write_text(SETTINGS + request.param)
    (tmp_path / "assets_in_tables.py").write_text(ASSETS)

    def run(*arguments: str) -> str:
        command = [Path(sys.executable).with_name("holdfast"), "-C", tmp_path, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_values_are_stored_and_loaded_as_the_settings_say(holdfast: Callable[..., str]) -> None:
    """Worker processes store and read tables, and another process loads them."""
    holdfast("materialize")
    printed = holdfast("load", "worst")
    assert [line.split() for line in printed.splitlines()[-2:]] == [["AA", "3"], ["UA", "5"]]
    assert "shape: (3, 3)" in holdfast("load", "raw/flights")


def test_events_are_kept_between_commands(holdfast: Callable[..., str]) -> None:
    """The run is listed afterwards."""
    holdfast("materialize", "raw/flights")
    assert "SUCCESS" in holdfast("runs", "list").upper()
