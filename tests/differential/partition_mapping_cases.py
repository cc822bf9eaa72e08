"""Cases about mappings between partitions."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from differential.partition_definitions import KINDS, Case, define, usual

__all__ = ["mapping_cases"]


def mapping_cases() -> Iterator[Case]:
    """Yield every case."""
    yield from _windows()
    yield from _other_windows()
    yield from _keys()


def _windows() -> Iterator[Case]:
    ranges = {
        "Hourly": ["2021-03-13-22:00", "2021-03-16-03:00"],
        "Daily": ["2021-02-27", "2021-03-16"],
        "Weekly": ["2021-03-07", "2021-03-21"],
        "Monthly": ["2021-03-01", "2021-05-01"],
    }
    for zone, one, other in itertools.product([None, "America/New_York", "Asia/Kolkata"], KINDS, KINDS):
        sides = [usual(kind, "2021-01-03", timezone=zone) for kind in (one, other)]
        for direction in ("upstream", "downstream"):
            mapping = ["TimeWindowPartitionMapping", {}]
            yield {
                "map": mapping,
                "to": direction,
                "range": ranges[one],
                "from_def": sides[0],
                "to_def": sides[1],
            }
    static = define("Static", partition_keys=["a", "b", "c", "d"])
    same = {"range": ["b", "c"], "from_def": static, "to_def": static}
    for direction in ("upstream", "downstream"):
        yield {"map": ["IdentityPartitionMapping", {}], "to": direction, **same}
    for name in ("AllPartitionMapping", "LastPartitionMapping"):
        yield {"map": [name, {}], "to": "upstream", **same}
    wrong = {"range": ["b", "c"], "from_def": static, "to_def": usual("Daily", "2021-01-03")}
    yield {"map": ["TimeWindowPartitionMapping", {}], "to": "downstream", **wrong}


def _other_windows() -> Iterator[Case]:
    """Between windows that differ in their offsets, their keys and what there is of them."""
    others = [
        define("Daily", start_date="03.01.2021", fmt="%d.%m.%Y"),
        usual("Daily", "2021-01-03", end_offset=2),
    ]
    others += [usual("Daily", "2021-01-03", hour_offset=6), usual("Weekly", "2021-01-03", day_offset=3)]
    others += [usual("Monthly", "2021-01-03", day_offset=9), usual("Hourly", "2021-01-03", minute_offset=30)]
    for other, to in itertools.product(others, ["upstream", "downstream"]):
        between = {"from_def": usual("Daily", "2021-01-03"), "to_def": other}
        yield {
            "map": ["TimeWindowPartitionMapping", {}],
            "to": to,
            "range": ["2021-03-27", "2021-04-01"],
            **between,
        }


def _keys() -> Iterator[Case]:
    """To the same key, to all, to the last; of static, dynamic and multi-partitions, and of none."""
    static = define("Static", partition_keys=["a", "b", "c", "d"])
    dynamic = ["Dynamic", ["c", "b", "a"]]
    multi = define("Multi", partitions_defs={"one": static, "two": static})
    again = define("Static", partition_keys=["d", "c", "b", "a"])
    for to, other in itertools.product(["upstream", "downstream"], [dynamic, again]):
        between = {"from_def": static, "to_def": other}
        yield {"map": ["IdentityPartitionMapping", {}], "to": to, "range": ["b", "b"], **between}
    for to in ("upstream", "downstream"):
        between = {"range": ["a|b", "a|d"], "from_def": multi, "to_def": multi}
        yield {"map": ["IdentityPartitionMapping", {}], "to": to, **between}
    for name, upstream in itertools.product(
        ["AllPartitionMapping", "LastPartitionMapping"], [static, dynamic, multi]
    ):
        for downstream, key_range in ((None, None), (static, ["b", "c"]), (multi, ["a|b", "a|d"])):
            between = {"range": key_range, "from_def": downstream, "to_def": upstream}
            yield {"map": [name, {}], "to": "upstream", **between}
    for name in ("IdentityPartitionMapping", "TimeWindowPartitionMapping"):
        yield {"map": [name, {}], "to": "upstream", "range": None, "from_def": None, "to_def": static}
