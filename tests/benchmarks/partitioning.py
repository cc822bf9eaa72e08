"""What partitions cost as values: hours of twenty years, subsets of a billion keys, keys that are added."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import partition_runs
from measure import medians
from report import Row

from holdfast import (
    DailyPartitionsDefinition,
    DynamicPartitionsDefinition,
    HourlyPartitionsDefinition,
    Instance,
    MultiPartitionsDefinition,
    PartitionKeyRange,
    StaticPartitionsDefinition,
    TimeWindowPartitionMapping,
)

SUBJECT = "partitions"
EACH_MS = 1
LIST_MS = 150
BILLION_US = 100
ZONES = ("UTC", "America/New_York")
START, END = datetime(2005, 1, 1), datetime(2025, 1, 1)
NOW = END.replace(tzinfo=timezone.utc)
DAY = PartitionKeyRange("2014-07-01-00:00", "2014-07-01-23:00")
CALLS = 100
ADDED = 100_000


def run() -> Iterator[Row]:
    """Measure hours with and without clock changes, a grid of two dimensions, and a store of keys."""
    for zone in ZONES:
        yield from twenty_years(zone)
    yield from a_billion()
    yield from a_store()
    yield from partition_runs.run()


def twenty_years(zone: str) -> Iterator[Row]:
    """Measure what is asked of hours; each time of a new definition, so that nothing is known of it."""
    starts = (START + timedelta(days=number) for number in itertools.count())
    days = DailyPartitionsDefinition("2004-01-01", timezone=zone)
    a_day, mapping = days.subset(["2014-07-01"]), TimeWindowPartitionMapping()

    def of_new(ask: Callable[[HourlyPartitionsDefinition], object]) -> Callable[[], object]:
        return lambda: [ask(HourlyPartitionsDefinition(next(starts), timezone=zone)) for _ in range(CALLS)]

    works = {
        "made": of_new(lambda hours: hours),
        "made, a key validated": of_new(lambda hours: hours.check_key(DAY.start, NOW)),
        "made, all counted": of_new(lambda hours: hours.count(NOW)),
        "made, a day's mapped up": of_new(lambda hours: mapping.upstream_subset(hours.between(DAY), days)),
        "made, a day mapped down": of_new(lambda hours: mapping.downstream_subset(a_day, hours)),
    }
    for name, seconds in medians(works, repeats=5).items():
        yield Row(SUBJECT, f"hours, {zone}: {name}", seconds / CALLS * 1e3, "ms", EACH_MS)
    hours = HourlyPartitionsDefinition(START, timezone=zone).as_of(END)
    seconds = medians({"": hours.get_partition_keys}, repeats=9)[""]
    yield Row(SUBJECT, f"hours, {zone}: {hours.count():,} keys listed", seconds * 1e3, "ms", LIST_MS)


def a_billion() -> Iterator[Row]:
    """Measure subsets of hours by products."""
    products = StaticPartitionsDefinition([f"product {number}" for number in range(6_000)])
    hours = HourlyPartitionsDefinition(START).as_of(END)
    stock = MultiPartitionsDefinition({"hour": hours, "product": products})
    everything, one = stock.all(), stock.subset(["2012-06-01-12:00|product 77"])
    years = stock.between(PartitionKeyRange("2010-01-01-00:00|product 7", "2014-12-31-23:00|product 77"))
    calls: dict[str, Callable[[], object]] = {
        "counted": lambda: len(everything),
        "intersected": lambda: everything & years,
        "joined": lambda: years | one,
        "one taken away": lambda: everything - one,
        "compared": lambda: years <= everything,
        "looked for one": lambda: "2012-06-01-12:00|product 77" in years,
    }
    works = {name: lambda call=call: [call() for _ in range(CALLS)] for name, call in calls.items()}
    for name, seconds in medians(works, repeats=9).items():
        yield Row(SUBJECT, f"{len(everything):,}: {name}", seconds / CALLS * 1e6, "us", BILLION_US)


def a_store() -> Iterator[Row]:
    """Measure keys that are added to the store of events that projects have by default."""
    keys = [f"customer {number}" for number in range(ADDED)]
    with tempfile.TemporaryDirectory(prefix="holdfast-benchmark-") as place:
        (Path(place) / "pyproject.toml").write_text("[tool.holdfast]\n", "utf-8")
        instance = Instance.get(place)
        add = medians({"": lambda: instance.add_dynamic_partitions("customers", keys)}, repeats=1)[""]
        again = medians({"": lambda: instance.add_dynamic_partitions("customers", keys[:1])}, repeats=9)[""]
        read = medians({"": lambda: instance.get_dynamic_partitions("customers")}, repeats=5)[""]
        customers = DynamicPartitionsDefinition.named("customers").as_of(dynamic_keys=instance.event_store)
        instance.event_store.close()
    each = medians({"": lambda: [customers.check_key(key) for key in keys]}, repeats=5)[""] / ADDED
    yield Row(SUBJECT, f"SQLite: {ADDED:,} keys added", add * 1e3, "ms")
    yield Row(SUBJECT, "SQLite: one key added to them", again * 1e3, "ms")
    yield Row(SUBJECT, f"SQLite: {ADDED:,} keys read", read * 1e3, "ms")
    yield Row(SUBJECT, f"one of {ADDED:,} keys validated", each * 1e6, "us")
