"""Where Holdfast is meant to answer a case about partitions otherwise than the reference, and why."""

from __future__ import annotations

from typing import Any, NamedTuple

from differential.partition_definitions import AFTER, MINUTE, Case, define, usual

__all__ = ["DIFFERENCES", "Difference"]

WRONG_DEFINITION = {"error": "InvalidDefinitionError"}
WRONG_CALL = {"error": "InvalidInvocationError"}
UNKNOWN = {"error": "UnknownPartitionError"}
LETTERS = ["b", "a", "c", "d"]

letters = define("Static", partition_keys=LETTERS)
days = usual("Daily", "2021-01-01")
other = define("Static", partition_keys=["x"])
new_york = usual("Hourly", "2021-01-01", timezone="America/New_York")


class Difference(NamedTuple):
    """A case with the answer that Holdfast is meant to give."""

    reason: str
    case: Case
    answer: Any


def _keys(definition: list[Any]) -> Case:
    return {"keys": definition, "now": AFTER}


def _multi(**dimensions: Any) -> Case:
    return _keys(define("Multi", partitions_defs=dimensions))


def _windows_to(other: list[Any], to: str) -> Case:
    ends = {"range": ["2021-03-27", "2021-03-30"], "from_def": usual("Daily", "2021-01-03"), "to_def": other}
    return {"map": ["TimeWindowPartitionMapping", {}], "to": to, **ends}


_BY_REASON: dict[str, list[tuple[Case, Any]]] = {
    "hours are full hours of the clocks of the zone, also after these were moved by half an hour": [
        (
            {"ends": usual("Hourly", "2021-04-03", timezone="Australia/Lord_Howe"), "now": now},
            [count, "2021-04-03-00:00", last],
        )
        for now, count, last in (
            ("2021-04-03T14:00:00+00:00", 25, "2021-04-04-00:00"),
            ("2022-06-01T00:00:00+00:00", 10185, "2022-06-01-09:00"),
        )
    ],
    "months without the day begin no window; the reference takes another day, and then keeps to that": [
        (
            {"keys": usual("Monthly", "2021-01-01", day_offset=31), "now": "2021-09-01T00:00:00+00:00"},
            ["2021-01-31", "2021-03-31", "2021-05-31", "2021-07-31"],
        ),
        (
            {"keys": usual("Monthly", "2020-11-01", day_offset=29), "now": "2021-05-01T00:00:00+00:00"},
            ["2020-11-29", "2020-12-29", "2021-01-29", "2021-03-29"],
        ),
    ],
    "the last day of a month is its last day, in long months too": [
        (
            _keys(define("TimeWindow", start="2021-01-01-00:00", fmt=MINUTE, cron_schedule="0 0 L * *")),
            ["2021-01-31-00:00", "2021-02-28-00:00", "2021-03-31-00:00"],
        )
    ],
    "of two hours that look alike, the first has the plain key and the second its offset behind it": [
        (
            {"window": new_york, "key": "2021-11-07-01:00"},
            ["2021-11-07T05:00:00+00:00", "2021-11-07T06:00:00+00:00"],
        ),
        (
            {"window": new_york, "key": "2021-11-07-01:00-0500"},
            ["2021-11-07T06:00:00+00:00", "2021-11-07T07:00:00+00:00"],
        ),
    ],
    "a key is none of the definition's unless it is written just as the key of one of its windows is": [
        ({"window": days, "key": "2021-1-5"}, UNKNOWN),
        ({"window": days, "key": "2020-12-31"}, UNKNOWN),
        ({"window": usual("Weekly", "2021-01-01"), "key": "2021-01-05"}, UNKNOWN),
    ],
    "a key that is none is one kind of error, whatever is asked": [
        *(({"window": days, "key": key}, UNKNOWN) for key in ("2021-01-32", "2021-01-05 ", "5 January", "")),
        ({"between": days, "range": ["2021-01-05", "x"]}, UNKNOWN),
        ({"between": letters, "range": ["a", "x"]}, UNKNOWN),
        ({"config": "daily", "with": days[1], "key": "2020-12-31", "now": AFTER}, UNKNOWN),
        ({"config": "static", "with": {"partition_keys": LETTERS}, "key": "x", "now": None}, UNKNOWN),
        ({"config": "dynamic", "with": {"partition_fn": LETTERS}, "key": "x", "now": AFTER}, UNKNOWN),
    ],
    "a range that ends before it starts is more likely a slip than a wish for nothing": [
        ({"between": days, "range": ["2021-01-05", "2021-01-02"]}, WRONG_CALL),
        ({"between": letters, "range": ["c", "b"]}, WRONG_CALL),
    ],
    "keys that cannot be told apart or stored are refused": [
        (_keys(define("Static", partition_keys=keys)), WRONG_DEFINITION) for keys in (["a", "a"], [""], "abc")
    ],
    "what a definition cannot be made of is a mistake of the definition": [
        (_keys(["DailyPartitionsDefinition", {"start_date": 2021}]), WRONG_DEFINITION),
        (_multi(), WRONG_DEFINITION),
        ({"multi_key": {}}, WRONG_DEFINITION),
    ],
    "there may be any number of dimensions": [
        (_multi(a=letters), LETTERS),
        (
            _multi(a=other, b=letters, c=other),
            [f"x|{letter}|x" for letter in LETTERS],
        ),
    ],
    "the parts of a key may be any text, and read back": [
        (_multi(a=other, b=define("Static", partition_keys=["a,b", "[c]"])), ["x|a,b", "x|[c]"]),
        (_multi(a=other, b=define("Static", partition_keys=["a|b"])), ["x|a%7Cb"]),
        (_multi(a=other, b=define("Static", partition_keys=["a%7Cb"])), ["x|a%257Cb"]),
        ({"multi_key": {"a": "1|2", "b": "3"}}, ["1%7C2|3", {"a": "1|2", "b": "3"}]),
    ],
    "windows before the first upstream partition are left out": [
        (_windows_to(usual("Daily", "2021-03-29"), "upstream"), ["2021-03-29", "2021-03-30"]),
        (_windows_to(usual("Daily", "2021-03-29"), "downstream"), ["2021-03-29", "2021-03-30"]),
    ],
    "windows of different zones share time as others do": [
        (_windows_to(usual("Daily", "2021-01-03", timezone=zone), to), ["2021-03-27", "2021-03-31"])
        for zone in ("Europe/Berlin", "Asia/Kolkata")
        for to in ("upstream", "downstream")
    ],
    "what depends on all partitions, or on the last, is known in both directions": [
        (
            {
                "map": [name, {}],
                "to": "downstream",
                "range": ["b", "d"],
                "from_def": letters,
                "to_def": other,
            },
            ["x", "x"],
        )
        for name in ("AllPartitionMapping", "LastPartitionMapping")
    ],
}

DIFFERENCES = [Difference(reason, *each) for reason, listed in _BY_REASON.items() for each in listed]
