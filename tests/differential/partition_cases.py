"""Definitions, keys, windows and mappings of partitions: cases of plain data, and what a system answers."""

from __future__ import annotations

import hashlib
import importlib
import itertools
import json
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

from differential.answers import error_names
from differential.reference import Reference

__all__ = ["answer", "cases"]

Case = dict[str, Any]

ZONES = [None, "America/New_York", "Europe/London", "Asia/Kolkata", "Asia/Tokyo", "America/Sao_Paulo"]
ODD_ZONES = ["Australia/Lord_Howe", "Africa/Casablanca", "America/Havana", "Asia/Tehran"]
KINDS = {
    "Hourly": {"start_date": "{}-00:00"},
    "Daily": {"start_date": "{}"},
    "Weekly": {"start_date": "{}"},
    "Monthly": {"start_date": "{}"},
}
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
MINUTE = "%Y-%m-%d-%H:%M"


def cases() -> Iterator[Case]:
    """Yield every case."""
    yield from _keys()
    yield from _windows()
    yield from _schedules()
    yield from _mappings()


def _define(kind: str, **arguments: Any) -> list[Any]:
    return [f"{kind}PartitionsDefinition", {k: v for k, v in arguments.items() if v is not None}]


def _usual(kind: str, start: str, **arguments: Any) -> list[Any]:
    return _define(kind, start_date=KINDS[kind]["start_date"].format(start), **arguments)


def _days_after(start: str, days: int, hour: int) -> str:
    seconds = datetime.fromisoformat(f"{start}T00:00:00+00:00").timestamp() + (days * 24 + hour) * 3600
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat()


def _keys() -> Iterator[Case]:
    for kind, start, zone in itertools.product(KINDS, STARTS, [*ZONES, *ODD_ZONES]):
        if zone in ODD_ZONES and kind == "Hourly":
            continue
        days = {"Hourly": 4, "Daily": 40, "Weekly": 100, "Monthly": 500}[kind]
        yield {"keys": _usual(kind, start, timezone=zone), "now": _days_after(start, days, 7)}
    for kind, offset in itertools.product(KINDS, [-3, -1, 1, 5]):
        yield {"keys": _usual(kind, "2021-03-12", end_offset=offset), "now": "2021-05-01T00:00:00+00:00"}
        yield {"keys": _usual(kind, "2021-03-12", end_offset=offset), "now": "2021-03-01T00:00:00+00:00"}
    for minute, hour, zone in itertools.product(
        [0, 30], [1, 2, 23], ["America/New_York", "Europe/London", None]
    ):
        for start in ("2021-03-12", "2021-10-29"):
            daily = _define(
                "Daily",
                start_date=f"{start}-00:00",
                fmt=MINUTE,
                minute_offset=minute,
                hour_offset=hour,
                timezone=zone,
            )
            yield {"keys": daily, "now": _days_after(start, 20, 0)}
    for day in range(7):
        yield {"keys": _usual("Weekly", "2021-01-01", day_offset=day), "now": "2021-03-03T00:00:00+00:00"}
    for day in (1, 2, 15, 28):
        yield {"keys": _usual("Monthly", "2020-01-10", day_offset=day), "now": "2021-04-03T00:00:00+00:00"}
    for cron, zone in itertools.product(CRONS, [None, "America/New_York", "Asia/Kolkata"]):
        window = _define(
            "TimeWindow", start="2021-03-12-05:00", fmt=MINUTE, cron_schedule=cron, timezone=zone
        )
        yield {"keys": window, "now": "2021-05-20T10:10:00+00:00"}
    for now in ("2021-01-01T00:00:00", "2021-01-04T00:00:00", "2021-01-04T00:00:01", "2021-01-04T03:00:00"):
        for zone in (None, "America/New_York"):
            yield {"keys": _usual("Daily", "2021-01-01", timezone=zone), "now": now}
    static = _define("Static", partition_keys=["b", "a", "é", "x y", "a/b"])
    yield {"keys": static, "now": None}
    for other in (static, _usual("Daily", "2021-01-01"), _usual("Weekly", "2021-01-01")):
        parts = {"z": _define("Static", partition_keys=["1", "2"]), "m": other}
        yield {"keys": _define("Multi", partitions_defs=parts), "now": "2021-01-20T00:00:00+00:00"}


def _windows() -> Iterator[Case]:
    for kind, zone in itertools.product(KINDS, [None, "America/New_York", "Europe/London"]):
        for key in ("2021-03-14", "2021-03-28", "2021-10-31", "2021-11-07", "2021-08-01", "2021-12-05"):
            hourly = f"{key}-05:00"
            yield {
                "window": _usual(kind, "2021-01-01", timezone=zone),
                "key": hourly if kind == "Hourly" else f"{key[:7]}-01" if kind == "Monthly" else key,
            }


def _schedules() -> Iterator[Case]:
    for kind in KINDS:
        arguments = {"minute_offset": 7} if kind == "Hourly" else {"minute_offset": 7, "hour_offset": 3}
        if kind in ("Weekly", "Monthly"):
            arguments["day_offset"] = 4
        definition = _usual(kind, "2021-01-01", **arguments)
        yield {"schedule": definition, "with": {}}
        yield {"schedule": definition, "with": {"minute_of_hour": 11}}
        if kind != "Hourly":
            yield {"schedule": definition, "with": {"hour_of_day": 13}}
    for cron in CRONS[:8]:
        definition = _define("TimeWindow", start="2021-03-12-05:00", fmt=MINUTE, cron_schedule=cron)
        yield {"schedule": definition, "with": {}}


def _mappings() -> Iterator[Case]:
    ranges = {
        "Hourly": ["2021-03-13-22:00", "2021-03-16-03:00"],
        "Daily": ["2021-02-27", "2021-03-16"],
        "Weekly": ["2021-03-07", "2021-03-21"],
        "Monthly": ["2021-03-01", "2021-05-01"],
    }
    for zone, one, other in itertools.product([None, "America/New_York", "Asia/Kolkata"], KINDS, KINDS):
        sides = [_usual(kind, "2021-01-03", timezone=zone) for kind in (one, other)]
        for direction in ("upstream", "downstream"):
            mapping = ["TimeWindowPartitionMapping", {}]
            yield {
                "map": mapping,
                "to": direction,
                "range": ranges[one],
                "from_def": sides[0],
                "to_def": sides[1],
            }
    static = _define("Static", partition_keys=["a", "b", "c", "d"])
    same = {"range": ["b", "c"], "from_def": static, "to_def": static}
    for direction in ("upstream", "downstream"):
        yield {"map": ["IdentityPartitionMapping", {}], "to": direction, **same}
    for name in ("AllPartitionMapping", "LastPartitionMapping"):
        yield {"map": [name, {}], "to": "upstream", **same}
    wrong = {"range": ["b", "c"], "from_def": static, "to_def": _usual("Daily", "2021-01-03")}
    yield {"map": ["TimeWindowPartitionMapping", {}], "to": "downstream", **wrong}


# -- answers -------------------------------------------------------------------------------------------------


def answer(case: Case, api: Any) -> Any:
    """Return what a system answers to a case, as plain data; an error by the names of its types."""
    ask = next(asked for name, asked in ASKED.items() if name in case)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ask(case, api)
        except Exception as raised:
            return {"error": error_names(raised)[0]}


def _make(definition: list[Any], api: Any) -> Any:
    name, arguments = definition
    made = {
        key: {part: _make(of, api) for part, of in value.items()} if key == "partitions_defs" else value
        for key, value in arguments.items()
    }
    return getattr(api, name)(**made)


def _answer_keys(case: Case, api: Any) -> Any:
    now = None if case["now"] is None else datetime.fromisoformat(case["now"])
    # Of two hours that look alike when clocks are set back, our second one has its offset behind it; the
    # reference lists the same key twice, and cannot tell them apart.
    listed = _make(case["keys"], api).get_partition_keys(now)
    keys = [re.sub(r"(?<=\d\d:\d\d)[+-]\d{4}\Z", "", str(key)) for key in listed]
    if len(keys) <= 12:
        return keys
    return [len(keys), *keys[:2], *keys[-2:], hashlib.sha256("\n".join(keys).encode()).hexdigest()[:16]]


def _answer_window(case: Case, api: Any) -> Any:
    definition = _make(case["window"], api)
    ask = getattr(definition, "time_window", None) or definition.time_window_for_partition_key
    return [datetime.fromtimestamp(end.timestamp(), timezone.utc).isoformat() for end in ask(case["key"])]


def _answer_schedule(case: Case, api: Any) -> Any:
    definition = _make(case["schedule"], api)
    found: dict[str, Any] = {"cron": definition.get_cron_schedule(**case["with"])}
    for name in ("minute_offset", "hour_offset", "day_offset"):
        try:
            found[name] = getattr(definition, name)
        except Exception:
            found[name] = "none"
    return {**found, "type": getattr(definition.schedule_type, "name", None)}


def _answer_map(case: Case, api: Any) -> Any:
    name, arguments = case["map"]
    mapping = getattr(api, name)(**arguments)
    source, target = _make(case["from_def"], api), _make(case["to_def"], api)
    ask = getattr(mapping, f"get_{case['to']}_partitions_for_partition_range")
    downstream, upstream = (source, target) if case["to"] == "upstream" else (target, source)
    return list(ask(api.PartitionKeyRange(*case["range"]), downstream, upstream))


ASKED: dict[str, Callable[[Case, Any], Any]] = {
    "keys": _answer_keys,
    "window": _answer_window,
    "schedule": _answer_schedule,
    "map": _answer_map,
}


if __name__ == "__main__":
    api = importlib.import_module("holdfast") if sys.argv[1] == "holdfast" else Reference(sys.argv[1])
    print(json.dumps({json.dumps(case): answer(case, api) for case in cases()}))
