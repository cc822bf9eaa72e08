"""Tables, stored by the file-system IO manager in the Parquet format, as the settings say."""

from __future__ import annotations

import itertools
import re
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.dataset
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


BY_DAY = """
DAYS = StaticPartitionsDefinition(["2013-01-01", "2013-01-02", "new york/1"])

@asset(partitions_def=DAYS)
def departures(context) -> pl.DataFrame:
    return pl.DataFrame({"day": [context.partition_key] * 2, "delay": [3, -1]})
"""


@pytest.fixture
def dataset(load: Any, tmp_path: Path) -> Path:
    """The directory of an asset with three partitions."""
    assert load(BY_DAY).backfill("departures").success
    return tmp_path / "data" / "departures"


def test_partitions_are_one_table_to_pyarrow(dataset: Path) -> None:
    """With the partition's key as a column; what a killed process left there is left out."""
    (dataset / "partition=2013-01-01" / "_value~").write_bytes(b"half a value")
    table = pyarrow.dataset.dataset(dataset, partitioning="hive").to_table()
    assert table.num_rows == 6
    assert table["partition"].to_pylist() == table["day"].to_pylist()
    assert set(table["day"].to_pylist()) == {"2013-01-01", "2013-01-02", "new york/1"}


def test_partitions_are_one_table_to_polars(dataset: Path) -> None:
    """Of which it reads the files that a filter on the partition leaves."""
    table = pl.scan_parquet(dataset / "partition=*" / "*.parquet", hive_partitioning=True)
    assert table.select((pl.col("partition") == pl.col("day")).all()).collect().item()
    assert table.filter(pl.col("partition") == "2013-01-02").select(pl.len()).collect().item() == 2


def test_partitions_are_one_table_to_duckdb(dataset: Path) -> None:
    """With the partition's key as a column."""
    files = f"read_parquet('{dataset}/partition=*/*.parquet', hive_partitioning = true)"
    found = duckdb.sql(f"select count(*), bool_and(partition = day) from {files}").fetchall()
    assert found == [(6, True)]
