"""Cases about partitions as plain data: keys, windows, ranges, subsets, mappings, run config."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timezone

from differential.partition_definitions import AFTER, CHANGED, KINDS, MINUTE, Case, define, usual
from differential.partition_mapping_cases import mapping_cases

__all__ = ["cases"]

ZONES = [None, "America/New_York", "Europe/London", "Asia/Kolkata", "Asia/Tokyo", "America/Sao_Paulo"]
ODD_ZONES = ["Australia/Lord_Howe", "Africa/Casablanca", "America/Havana", "Asia/Tehran"]
STARTS = [
    "2020-02-27",
    "2021-03-12",
    "2021-10-29",
    "2022-11-01",
]  # leap day, clocks forward, back, month's end
CRONS = [
    "*/15 * * * *",
    "0 */6 * * *",
    "0 9,17 * * *",
    "0 9 * * 1-5",
    "30 4 * * 0",
    "0 0 * * 1,3",
    "0 0 1,15 * *",
    "0 0 1 1 *",
    "0 0 1 */3 *",
    "0 12 13 * *",
    "15 10 * 6 *",
    "@daily",
    "@weekly",
    "@hourly",
    "0 0 29 2 *",
]
HALF_HOURS = ("Hourly", "Australia/Lord_Howe")  # clocks move by half an hour: see the differences


def cases() -> Iterator[Case]:
    """Yield every case."""
    yield from _keys()
    yield from _other_keys()
    yield from _ends()
    yield from _ranges()
    yield from _subsets()
    yield from _windows()
    yield from _other_windows()
    yield from _moments()
    yield from _schedules()
    yield from mapping_cases()
    yield from _configs()
    yield from _multi_keys()


def _days_after(start: str, days: int, hour: int) -> str:
    seconds = datetime.fromisoformat(f"{start}T00:00:00+00:00").timestamp() + (days * 24 + hour) * 3600
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat()


def _keys() -> Iterator[Case]:
    for kind, start, zone in itertools.product(KINDS, STARTS, [*ZONES, *ODD_ZONES]):
        if zone in ODD_ZONES and kind == "Hourly":
            continue
        days = {"Hourly": 4, "Daily": 40, "Weekly": 100, "Monthly": 500}[kind]
        yield {"keys": usual(kind, start, timezone=zone), "now": _days_after(start, days, 7)}
    for kind, offset in itertools.product(KINDS, [-3, -1, 1, 5]):
        yield {"keys": usual(kind, "2021-03-12", end_offset=offset), "now": "2021-05-01T00:00:00+00:00"}
        yield {"keys": usual(kind, "2021-03-12", end_offset=offset), "now": "2021-03-01T00:00:00+00:00"}
    for minute, hour, zone in itertools.product(
        [0, 30], [1, 2, 23], ["America/New_York", "Europe/London", None]
    ):
        for start in ("2021-03-12", "2021-10-29"):
            daily = define(
                "Daily",
                start_date=f"{start}-00:00",
                fmt=MINUTE,
                minute_offset=minute,
                hour_offset=hour,
                timezone=zone,
            )
            yield {"keys": daily, "now": _days_after(start, 20, 0)}
    for day in range(7):
        yield {"keys": usual("Weekly", "2021-01-01", day_offset=day), "now": "2021-03-03T00:00:00+00:00"}
    for day in (1, 2, 15, 28):
        yield {"keys": usual("Monthly", "2020-01-10", day_offset=day), "now": "2021-04-03T00:00:00+00:00"}
    for cron, zone in itertools.product(CRONS, [None, "America/New_York", "Asia/Kolkata"]):
        window = define("TimeWindow", start="2021-03-12-05:00", fmt=MINUTE, cron_schedule=cron, timezone=zone)
        yield {"keys": window, "now": "2021-05-20T10:10:00+00:00"}
    for now in ("2021-01-01T00:00:00", "2021-01-04T00:00:00", "2021-01-04T00:00:01", "2021-01-04T03:00:00"):
        for zone in (None, "America/New_York"):
            yield {"keys": usual("Daily", "2021-01-01", timezone=zone), "now": now}
    static = define("Static", partition_keys=["b", "a", "é", "x y", "a/b"])
    yield {"keys": static, "now": None}
    for other in (static, usual("Daily", "2021-01-01"), usual("Weekly", "2021-01-01")):
        parts = {"z": define("Static", partition_keys=["1", "2"]), "m": other}
        yield {"keys": define("Multi", partitions_defs=parts), "now": "2021-01-20T00:00:00+00:00"}


def _windows() -> Iterator[Case]:
    for kind, zone in itertools.product(KINDS, [None, "America/New_York", "Europe/London"]):
        for key in ("2021-03-14", "2021-03-28", "2021-10-31", "2021-11-07", "2021-08-01", "2021-12-05"):
            hourly = f"{key}-05:00"
            yield {
                "window": usual(kind, "2021-01-01", timezone=zone),
                "key": hourly if kind == "Hourly" else f"{key[:7]}-01" if kind == "Monthly" else key,
            }


def _schedules() -> Iterator[Case]:
    for kind in KINDS:
        arguments = {"minute_offset": 7} if kind == "Hourly" else {"minute_offset": 7, "hour_offset": 3}
        if kind in ("Weekly", "Monthly"):
            arguments["day_offset"] = 4
        definition = usual(kind, "2021-01-01", **arguments)
        yield {"schedule": definition, "with": {}}
        yield {"schedule": definition, "with": {"minute_of_hour": 11}}
        if kind != "Hourly":
            yield {"schedule": definition, "with": {"hour_of_day": 13}}
    for cron in CRONS[:8]:
        definition = define("TimeWindow", start="2021-03-12-05:00", fmt=MINUTE, cron_schedule=cron)
        yield {"schedule": definition, "with": {}}


# -- keys ------------------------------------------------------------------------------------------------


def _other_keys() -> Iterator[Case]:
    """Formats, leap days, keys that a function gives, dimensions, and definitions that cannot be."""
    for kind, fmt in itertools.product(KINDS, ["%d.%m.%Y %H:%M", "%Y%m%dT%H%M", "%A, %d %B %Y, %I:%M %p"]):
        written = datetime(2021, 3, 27).strftime(fmt)
        for zone in (None, "Europe/Berlin"):
            yield {"keys": define(kind, start_date=written, fmt=fmt, timezone=zone), "now": AFTER}
    for minute, zone in itertools.product([15, 30, 59], CHANGED[:4]):
        hourly = usual("Hourly", "2021-03-27", minute_offset=minute, timezone=zone)
        yield {"keys": hourly, "now": "2021-03-29T00:30:00+00:00"}
    for start in ("2020-02-29", "2024-02-28", "2023-12-31"):
        for kind in KINDS:
            yield {"keys": usual(kind, start, timezone="Europe/Berlin"), "now": _days_after(start, 2, 23)}
    for keys in ([], ["b", "a", "c"], ["2021", "x|y"]):
        yield {"keys": ["Dynamic", keys], "now": "2021-01-20T00:00:00+00:00"}
    for keys in (["a...b"], ["a", 1], ["../x", "/etc/x", "é", "x" * 300], ["a,b", "[c]"]):
        yield {"keys": define("Static", partition_keys=keys), "now": None}
    for arguments in (
        {"start_date": "2021-13-01"},
        {"start_date": "2021-01-01", "timezone": "Europe/Berlim"},
        {"start_date": "2021-01-01", "minute_offset": 60},
        {"start_date": "2021-01-01", "hour_offset": 24},
        {"start_date": "2021-01-01", "fmt": "%Y"},
        {"start_date": "2021-01-01T00:00", "fmt": "%Y-%m-%dT%H:%M", "hour_offset": 7},
    ):
        yield {"keys": ["DailyPartitionsDefinition", arguments], "now": AFTER}
    for arguments in (
        {"cron_schedule": "0 0 * *"},
        {"cron_schedule": "0 0 * * 8"},
        {"cron_schedule": "0 0 * * *", "minute_offset": 3},
        {"cron_schedule": "@yearly"},
        {},
    ):
        window = define("TimeWindow", start="2021-01-01-00:00", fmt=MINUTE, **arguments)
        yield {"keys": window, "now": AFTER}
    static = define("Static", partition_keys=["1", "2"])
    for keys in (["é", "50%"], ["../x", "/etc/x"]):
        parts = {"x": static, "y": define("Static", partition_keys=keys)}
        yield {"keys": define("Multi", partitions_defs=parts), "now": AFTER}
    hourly = usual("Hourly", "2021-03-28", timezone="Europe/Berlin")
    parts = {"hour": hourly, "day": usual("Daily", "2021-03-27", timezone="America/New_York")}
    yield {"keys": define("Multi", partitions_defs=parts), "now": "2021-03-29T00:00:00+00:00"}


def _ends() -> Iterator[Case]:
    """The count, the first and the last key at a moment, around the ends of windows."""
    moments = [
        "2021-03-28T00:59:59+00:00",
        "2021-03-28T01:00:00+00:00",
        "2021-10-30T15:30:00+00:00",
        "2021-10-31T00:30:00+00:00",
        "2021-10-31T01:30:00+00:00",
        "2024-02-29T12:00:00+00:00",
        "2024-03-01T00:00:00+00:00",
    ]
    for kind, zone, now in itertools.product(KINDS, CHANGED, moments):
        if (kind, zone) != HALF_HOURS:
            yield {"ends": usual(kind, "2021-03-20", timezone=zone), "now": now}
    for kind, offset in itertools.product(KINDS, [-2, 2]):
        definition = usual(kind, "2021-03-20", timezone="Europe/Berlin", end_offset=offset)
        yield {"ends": definition, "now": "2021-06-01T00:00:00+00:00"}
    for cron, zone in itertools.product(CRONS[:8], ["Europe/Berlin", "Asia/Kolkata"]):
        window = define("TimeWindow", start="2021-03-12-05:00", fmt=MINUTE, cron_schedule=cron, timezone=zone)
        yield {"ends": window, "now": "2021-11-01T10:10:00+00:00"}


def _ranges() -> Iterator[Case]:
    """The keys from one to another."""
    ranges = {
        "Hourly": [["2021-03-27-22:00", "2021-03-28-05:00"], ["2021-10-30-22:00", "2021-10-31-05:00"]],
        "Daily": [["2021-03-26", "2021-03-29"], ["2021-10-29", "2021-11-02"], ["2024-02-28", "2024-03-01"]],
        "Weekly": [["2021-03-21", "2021-04-04"], ["2021-10-24", "2021-11-14"]],
        "Monthly": [["2021-01-01", "2021-04-01"], ["2023-11-01", "2024-03-01"]],
    }
    for kind, zone in itertools.product(KINDS, CHANGED):
        for key_range in ranges[kind]:
            yield {"between": usual(kind, "2020-12-27", timezone=zone), "range": key_range}
    daily, static = usual("Daily", "2021-01-01"), define("Static", partition_keys=["b", "a", "c", "d"])
    yield {"between": daily, "range": ["2020-12-30", "2021-01-02"]}
    for key_range in (["b", "c"], ["a", "a"], ["a", "d"]):
        yield {"between": static, "range": key_range}
    multi = define("Multi", partitions_defs={"day": usual("Daily", "2021-01-01"), "letter": static})
    for key_range in (["2021-01-01|a", "2021-01-03|b"], ["2021-01-02|c", "2021-01-02|c"]):
        yield {"between": multi, "range": key_range}


def _subsets() -> Iterator[Case]:
    """Which partitions are not in a subset, and the ranges of those that are."""
    keys = {
        "Hourly": ["2021-03-28-00:00", "2021-03-28-01:00", "2021-03-28-03:00", "2021-03-28-07:00"],
        "Daily": ["2021-03-27", "2021-03-28", "2021-03-31"],
        "Weekly": ["2021-03-28", "2021-04-11"],
        "Monthly": ["2021-04-01", "2021-05-01", "2021-07-01"],
    }
    nows = {"Hourly": "2021-03-28T12:00:00+00:00", "Daily": "2021-04-05T00:00:00+00:00"}
    for kind, zone in itertools.product(KINDS, CHANGED[:4]):
        definition = usual(kind, "2021-03-27", timezone=zone)
        yield {"subset": definition, "of": keys[kind], "now": nows.get(kind, "2021-09-01T00:00:00+00:00")}
    static = define("Static", partition_keys=["b", "a", "c", "d"])
    multi = define("Multi", partitions_defs={"one": static, "two": static})
    yield {"subset": static, "of": ["c", "a"], "now": None}
    yield {"subset": multi, "of": ["a|b", "a|c", "d|d"], "now": None}


# -- windows ---------------------------------------------------------------------------------------------


def _other_windows() -> Iterator[Case]:
    """Windows in further zones, and of cron expressions."""
    days = ("2021-03-28", "2021-04-04", "2021-10-03", "2021-10-31", "2024-02-25")
    for kind, zone, day in itertools.product(KINDS, [*CHANGED[1:2], *CHANGED[3:]], days):
        key = {"Hourly": f"{day}-05:00", "Monthly": f"{day[:7]}-01"}.get(kind, day)
        yield {"window": usual(kind, "2021-01-01", timezone=zone), "key": key}
    for cron, key in (
        ("0 9 * * 1-5", "2021-03-26-09:00"),
        ("0 */6 * * *", "2021-03-28-00:00"),
        ("*/15 * * * *", "2021-03-28-01:45"),
        ("0 0 1,15 * *", "2021-03-15-00:00"),
        ("30 4 * * 0", "2021-10-31-04:30"),
    ):
        for zone in ("Europe/Berlin", "Asia/Kolkata"):
            window = define(
                "TimeWindow", start="2021-03-12-05:00", fmt=MINUTE, cron_schedule=cron, timezone=zone
            )
            yield {"window": window, "key": key}
    hours = usual("Hourly", "2021-01-01", timezone="America/New_York")
    for key in ("2021-03-14-01:00", "2021-11-07-00:00", "2021-11-07-02:00"):
        yield {"window": hours, "key": key}


def _moments() -> Iterator[Case]:
    """The key of the window that a moment is in."""
    moments = [
        "2021-03-28T00:59:59+00:00",
        "2021-03-28T01:00:00+00:00",
        "2021-10-31T02:00:00+00:00",
        "2024-02-29T18:29:59+00:00",
        "2024-02-29T23:00:00+00:00",
    ]
    for kind, zone, moment in itertools.product(KINDS, CHANGED, moments):
        yield {"at": usual(kind, "2021-01-01", timezone=zone), "moment": moment}


# -- run config and keys of several dimensions -------------------------------------------------------------


def _configs() -> Iterator[Case]:
    """The keys, and the run config and tags of one, of each decorator."""
    keys = {
        "hourly": "2021-03-28-05:00",
        "daily": "2021-03-28",
        "weekly": "2021-03-28",
        "monthly": "2021-04-01",
    }
    for kind, zone in itertools.product(keys, CHANGED[:4]):
        given = usual(kind.capitalize(), "2021-03-20", timezone=zone)[1]
        yield {"config": kind, "with": given, "key": keys[kind], "now": "2021-05-04T00:00:00+00:00"}
    offset = {"daily": {"hour_offset": 6}, "weekly": {"day_offset": 3}, "monthly": {"day_offset": 9}}
    offset = {"hourly": {"minute_offset": 20}, **offset}
    moved = {
        "hourly": "2021-03-28-05:20",
        "daily": "2021-03-28",
        "weekly": "2021-03-24",
        "monthly": "2021-04-09",
    }
    for kind in keys:
        given = usual(kind.capitalize(), "2021-03-20", **offset[kind], end_offset=1)[1]
        yield {"config": kind, "with": given, "key": moved[kind], "now": "2021-05-04T00:00:00+00:00"}
    yield {"config": "static", "with": {"partition_keys": ["b", "a"]}, "key": "a", "now": None}
    yield {"config": "dynamic", "with": {"partition_fn": ["b", "a"]}, "key": "a", "now": AFTER}


def _multi_keys() -> Iterator[Case]:
    """Keys of several dimensions as text."""
    for parts in (
        {"b": "2", "a": "1"},
        {"a": "x y", "b": "é"},
        {"only": "one"},
        {"c": "3", "b": "2", "a": "1"},
    ):
        yield {"multi_key": parts}
    for parts in ({"a": "1,2", "b": "50%"}, {"a": 1, "b": "2"}):
        yield {"multi_key": parts}
