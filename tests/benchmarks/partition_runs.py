"""What running by partition costs: a plan for very many, and a year of days into files and with SQLite."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from measure import medians, paired
from plain_files import own_name, temporary_file
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
VALUE = list(range(100))
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
    days = asset(name="days", partitions_def=daily)(lambda: VALUE)
    with tempfile.TemporaryDirectory(prefix="holdfast-benchmark-") as place:
        many = (Path(place) / str(number) for number in range(1_000))
        keys = list(daily.between(YEAR))

        def with_settings(settings: str) -> object:
            return backfilled(days, next(many), settings)

        yield into_files("365 days into files", FILES_X, days, keys, temporary_file, many)
        yield into_files("365 days into files, name of its own", None, days, keys, own_name, many)
        works = {"memory": lambda: with_settings(FILES), "sqlite": lambda: with_settings(SQLITE)}
        each = {name: taken / len(keys) * 1e6 for name, taken in medians(works, repeats=7).items()}
    beside = f"more than with events in memory; {each['sqlite']:.0f} us each in all"
    yield Row(SUBJECT, "365 days, SQLite events", each["sqlite"] - each["memory"], "us", SQLITE_US, beside)


def into_files(
    title: str,
    budget: float | None,
    days: AssetsDefinition,
    keys: list[str],
    write: Callable[[str, bytes], None],
    many: Iterator[Path],
) -> Row:
    """Measure a year in files against plain Python that leaves the very same files."""
    worked, plain = next(many), next(many)
    backfilled(days, worked, FILES)
    plainly(plain, keys, write)
    assert contents(worked / "data") == contents(plain)
    found = paired(
        lambda: backfilled(days, next(many), FILES), lambda: plainly(next(many), keys, write), repeats=7
    )
    each, floor = (seconds / len(keys) * 1e6 for seconds in (found.work, found.floor))
    return Row(SUBJECT, title, found.ratio, "x", budget, f"{each:.0f} us, plain Python {floor:.0f} us")


def backfilled(days: AssetsDefinition, place: Path, settings: str) -> object:
    """Make a year of days in a new project."""
    place.mkdir()
    (place / "pyproject.toml").write_text(settings, "utf-8")
    instance = Instance.get(place)
    result = backfill([days], YEAR, instance=instance)
    assert result.success
    instance.event_store.close()
    return result


def plainly(place: Path, keys: list[str], write: Callable[[str, bytes], None]) -> None:
    """Make the same days, each as text in a file in the directory of its partition."""
    for key in keys:
        folder = f"{place}/days/partition={key}"
        os.makedirs(folder)  # noqa: PTH103 - pathlib is slower
        write(f"{folder}/value.json", (json.dumps(VALUE, ensure_ascii=False, indent=2) + "\n").encode())


def contents(place: Path) -> dict[str, bytes]:
    """Return what is in the files of a directory."""
    return {str(file.relative_to(place)): file.read_bytes() for file in place.rglob("*") if file.is_file()}
