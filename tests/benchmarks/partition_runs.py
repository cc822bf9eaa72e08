"""What running by partition costs: a plan for very many, and a year of days into files and with SQLite."""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measure import medians, paired
from report import Row

from holdfast import (
    AssetGraph,
    AssetsDefinition,
    AssetSelection,
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    Instance,
    PartitionKeyRange,
    asset,
    backfill,
)
from holdfast.execution.partition_frontier import PartitionFrontier
from holdfast.planning import make_plan
from holdfast.run_partitions import moment_of
from holdfast.units import Units, partitioned_plan

SUBJECT = "partitions"
MANY = 100_000
PLAN_MS = 1_000
FILES_X = 2.0
SQLITE_US = 300
YEAR = PartitionKeyRange("2023-01-01", "2023-12-31")
FILES = """
[tool.holdfast]
event_store = "memory"
io_managers.io_manager = { use = "filesystem", base = "data" }
"""
SQLITE = FILES.replace('"memory"', '{ use = "sqlite", path = "events.db" }')


def run() -> Iterator[Row]:
    """Measure a plan, and a year of days of one asset."""
    yield from a_plan()
    yield from a_year()


def a_plan() -> Iterator[Row]:
    """Measure three assets of hours, each reading the one before, until the first step may run."""
    hours = HourlyPartitionsDefinition("2005-01-01-00:00")
    first = asset(name="first", partitions_def=hours)(lambda: 1)
    second = asset(name="second", partitions_def=hours)(lambda first: 1)
    third = asset(name="third", partitions_def=hours)(lambda second: 1)
    keys = hours.get_partition_keys()
    span = PartitionKeyRange(keys[0], keys[MANY - 1])

    def planned() -> object:
        graph = AssetGraph.of([first, second, third])
        moment = moment_of(Instance.ephemeral())
        subset = moment.still(hours).between(span)
        plan = make_plan(graph, graph.asset_keys, AssetSelection.all())
        made = partitioned_plan(plan, dict.fromkeys(graph.asset_keys, subset), moment)
        assert isinstance(made.units, Units)
        assert len(made.units) == 3 * MANY
        return made.step(PartitionFrontier(made.units).start_next())

    yield Row(SUBJECT, f"3 x {MANY:,}: planned, first step", medians({"": planned})[""] * 1e3, "ms", PLAN_MS)


def a_year() -> Iterator[Row]:
    """Measure 365 partitions of one asset, in this process."""
    daily = DailyPartitionsDefinition("2023-01-01")
    days = asset(name="days", partitions_def=daily)(lambda: list(range(100)))
    with tempfile.TemporaryDirectory(prefix="holdfast-benchmark-") as place:
        many = (Path(place) / str(number) for number in range(1_000))
        keys = list(daily.between(YEAR))

        def with_settings(settings: str) -> object:
            return backfilled(days, next(many), settings)

        found = paired(lambda: with_settings(FILES), lambda: plainly(next(many), keys), repeats=7)
        works = {"memory": lambda: with_settings(FILES), "sqlite": lambda: with_settings(SQLITE)}
        each = {name: taken / len(keys) * 1e6 for name, taken in medians(works, repeats=7).items()}
    about = f"{found.work / len(keys) * 1e6:.0f} us, plain Python {found.floor / len(keys) * 1e6:.0f} us"
    yield Row(SUBJECT, "365 days into files", found.ratio, "x", FILES_X, about)
    beside = f"more than with events in memory; {each['sqlite']:.0f} us each in all"
    yield Row(SUBJECT, "365 days, SQLite events", each["sqlite"] - each["memory"], "us", SQLITE_US, beside)


def backfilled(days: AssetsDefinition, place: Path, settings: str) -> object:
    """Make a year of days in a new project."""
    place.mkdir()
    (place / "pyproject.toml").write_text(settings, "utf-8")
    instance = Instance.get(place)
    result = backfill([days], YEAR, instance=instance)
    assert result.success
    instance.event_store.close()
    return result


def plainly(place: Path, keys: list[str]) -> None:
    """Pickle the same values; each is written to a temporary file beside its own and renamed."""
    folder = place / "days"
    folder.mkdir(parents=True)
    for key in keys:
        path = f"{folder}/{key}.pickle"
        with open(f"{path}~", "wb") as file:  # noqa: PTH123 - pathlib is slower
            pickle.dump(list(range(100)), file, protocol=5)
        os.replace(f"{path}~", path)  # noqa: PTH105
