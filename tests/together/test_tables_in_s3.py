"""Partitions of tables in S3 are one table to other tools, which read it from the server."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import polars as pl
import pyarrow.dataset
import pyarrow.fs
import pytest

from holdfast import Project
from holdfast_s3.scratch_server import KEYS, scratch_bucket

SETTINGS = """
repository = "days_in_s3"
executor = {{ use = "in_process" }}

[io_managers]
io_manager = {{ use = "s3", base = "s3://{bucket}/lake", endpoint = "{url}" }}
"""

MODULE = """
import polars as pl
from holdfast import StaticPartitionsDefinition, asset, repository

DAYS = StaticPartitionsDefinition(["2013-01-01", "2013-01-02", "new york/1"])

@asset(partitions_def=DAYS)
def departures(context) -> pl.DataFrame:
    return pl.DataFrame({"day": [context.partition_key] * 2, "delay": [3, -1]})
"""


@attrs.frozen
class Dataset:
    """Where the partitions of an asset are."""

    endpoint: str
    path: str


@pytest.fixture(scope="module")
def dataset(s3_server: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dataset]:
    """An asset of three partitions, stored in an empty bucket."""
    folder: Path = tmp_path_factory.mktemp("project")
    with scratch_bucket() as (server, bucket), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path])
        (folder / "holdfast.toml").write_text(SETTINGS.format(bucket=bucket, url=server.url))
        (folder / "days_in_s3.py").write_text(MODULE)
        assert Project.load(folder).backfill("departures").success
        yield Dataset(server.url, f"{bucket}/lake/departures")


def test_partitions_are_one_table_to_pyarrow(dataset: Dataset) -> None:
    """With the partition's key as a column."""
    store = pyarrow.fs.S3FileSystem(
        access_key=KEYS["AWS_ACCESS_KEY_ID"],
        secret_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        endpoint_override=dataset.endpoint,
        region="us-east-1",
    )
    found = pyarrow.dataset.dataset(dataset.path, filesystem=store, format="parquet", partitioning="hive")
    table = found.to_table()
    assert table.num_rows == 6
    assert table["partition"].to_pylist() == table["day"].to_pylist()
    assert set(table["day"].to_pylist()) == {"2013-01-01", "2013-01-02", "new york/1"}
    some = found.to_table(filter=pyarrow.dataset.field("partition") == "2013-01-02")
    assert some["day"].to_pylist() == ["2013-01-02"] * 2


def test_partitions_are_one_table_to_polars(dataset: Dataset) -> None:
    """With the partition's key as a column."""
    options = {
        **{name.lower(): key for name, key in KEYS.items()},
        "aws_endpoint_url": dataset.endpoint,
        "aws_region": "us-east-1",
        "aws_allow_http": "true",
    }
    table = pl.scan_parquet(
        f"s3://{dataset.path}/partition=*/value", hive_partitioning=True, storage_options=options
    )
    assert table.select(pl.len(), (pl.col("partition") == pl.col("day")).all()).collect().row(0) == (6, True)
