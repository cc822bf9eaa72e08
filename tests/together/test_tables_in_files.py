"""Tables, stored by the file-system IO manager in the Parquet format, as the settings say."""

from __future__ import annotations

import itertools
import re
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from holdfast import Project

SETTINGS = """
[tool.holdfast]
repository = "{module}"
executor = {{ use = "in_process" }}

[tool.holdfast.plugins]
filesystem = true
parquet = {{ compression = "snappy" }}
sqlite = true

[tool.holdfast.io_managers]
io_manager = {{ use = "filesystem", base = "data" }}
"""

FLIGHTS = """
from typing import Any
import pandas as pd
import polars as pl
from holdfast import *

@asset
def flights() -> pl.DataFrame:
    return pl.DataFrame({"carrier": ["AA", "UA"], "origin": ["EWR", "JFK"], "delay": [3, -1]})
"""

_numbers = itertools.count()


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Project]:
    """Loads a project of flights and further code, with its values in ``data``."""
    monkeypatch.setattr(sys, "path", [*sys.path])

    def load_project(code: str = "") -> Project:
        module = f"tables_{next(_numbers)}"  # modules stay imported, so each project has one of its own
        (tmp_path / "pyproject.toml").write_text(SETTINGS.format(module=module))
        (tmp_path / f"{module}.py").write_text(FLIGHTS + textwrap.dedent(code))
        return Project.load(tmp_path)

    return load_project


def metadata_of(result: Any, name: str) -> dict[str, Any]:
    """Return the metadata of what an asset's step materialized, as plain values."""
    (materialization,) = result.asset_materializations_for_node(name)
    return {label: value.value for label, value in materialization.metadata.items()}


def test_table_is_stored_as_parquet_with_its_metadata(load: Any, tmp_path: Path) -> None:
    """The materialization says path, size, rows and columns; the options of the settings apply."""
    result = load().materialize()
    path = tmp_path / "data" / "flights.parquet"
    assert metadata_of(result, "flights") == {
        "path": str(path),
        "size_bytes": path.stat().st_size,
        "rows": 2,
        "columns": {"carrier": "String", "origin": "String", "delay": "Int64"},
    }
    assert pq.ParquetFile(path).metadata.row_group(0).column(0).compression == "SNAPPY"


def test_input_loads_its_columns_in_the_type_it_declares(load: Any) -> None:
    """A pandas reader gets the asked columns of a polars table."""
    code = """
    @asset(ins={"flights": AssetIn(metadata={"columns": ["delay", "carrier"]})})
    def seen(flights: pd.DataFrame) -> Any:
        return {"class": type(flights), "columns": list(flights.columns)}
    """
    project = load(code)
    project.materialize()
    seen = project.repository.load_asset_value("seen", instance=project.instance)
    assert seen["class"].__module__.partition(".")[0] == "pandas"
    assert seen["columns"] == ["delay", "carrier"]


def test_unknown_column_fails_the_step_and_names_all(load: Any) -> None:
    """The error says the asset, the file, the column and the nearest one."""
    code = """
    @asset(ins={"flights": AssetIn(metadata={"columns": ["carier"]})})
    def seen(flights: pl.DataFrame) -> Any: ...
    """
    (failure,) = (event for event in load(code).materialize().all_events if event.is_step_failure)
    assert re.search(
        r"Asset 'flights' .*flights\.parquet: There is no column 'carier'\. Did you mean 'carrier'",
        failure.data.error.report(),
    )


def test_asset_that_is_no_table_any_more_loses_its_parquet_file(load: Any, tmp_path: Path) -> None:
    """When the type of a value changes, so does its file, and readers get the new value."""
    load().materialize()
    code = """
    @asset
    def flights() -> Any:
        return "cancelled"
    """
    project = load(code)
    project.materialize()
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["flights.txt"]
    assert project.repository.load_asset_value("flights", instance=project.instance) == "cancelled"
