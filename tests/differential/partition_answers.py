"""What a system answers to a case about partitions, as plain data."""

from __future__ import annotations

import hashlib
import importlib
import json
import re
import sys
import warnings
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import Any

from differential.answers import error_names
from differential.partition_cases import cases
from differential.partition_definitions import Case
from differential.partition_differences import DIFFERENCES
from differential.reference import Reference

__all__ = ["answer", "every_case"]


def answer(case: Case, api: Any) -> Any:
    """Return what a system answers to a case, as data that JSON keeps; an error by the names of its types."""
    ask = next(asked for name, asked in ASKED.items() if name in case)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ask(case, api)
        except Exception as raised:
            return {"error": error_names(raised)}


def every_case() -> list[Case]:
    """Return every case: those that both answer alike, and the others."""
    return [*cases(), *(difference.case for difference in DIFFERENCES)]


def _make(definition: Any, api: Any) -> Any:
    if definition is None:
        return None
    name, arguments = definition
    if name == "Dynamic":
        return api.DynamicPartitionsDefinition(lambda time: list(arguments))
    made = {
        key: {part: _make(of, api) for part, of in value.items()} if key == "partitions_defs" else value
        for key, value in arguments.items()
    }
    return getattr(api, name)(**made)


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _utc(time: datetime) -> str:
    return datetime.fromtimestamp(time.timestamp(), timezone.utc).isoformat()


def _shown(listed: Sequence[Any]) -> Any:
    # Of two hours that look alike when clocks are set back, our second one has its offset behind it; the
    # reference lists the same key twice, and cannot tell them apart.
    keys = [re.sub(r"(?<=\d\d:\d\d)[+-]\d{4}\Z", "", str(key)) for key in listed]
    if len(keys) <= 12:
        return keys
    return [len(keys), *keys[:2], *keys[-2:], hashlib.sha256("\n".join(keys).encode()).hexdigest()[:16]]


def _keys(case: Case, api: Any) -> Any:
    return _shown(_make(case["keys"], api).get_partition_keys(_time(case["now"])))


def _ends(case: Case, api: Any) -> Any:
    definition, now = _make(case["ends"], api), _time(case["now"])
    if hasattr(definition, "get_last_partition_key"):
        count = len(definition.get_partition_keys(now))
        ends = (definition.get_first_partition_key, definition.get_last_partition_key)
        return [count, *(ask(now) for ask in ends if count)]
    everything = definition.all(now)
    return [definition.count(now), *(first.start for first in everything.ranges), *definition.last(now)]


def _between(case: Case, api: Any) -> Any:
    definition, key_range = _make(case["between"], api), api.PartitionKeyRange(*case["range"])
    if hasattr(definition, "get_partition_keys_in_range"):
        return _shown(definition.get_partition_keys_in_range(key_range))
    return _shown(list(definition.between(key_range)))


def _subset(case: Case, api: Any) -> Any:
    definition, now = _make(case["subset"], api), _time(case["now"])
    if hasattr(definition, "empty_subset"):
        subset = definition.empty_subset().with_partition_keys(case["of"])
        left, ranges = subset.get_partition_keys_not_in_subset(now), getattr(subset, "key_ranges", None)
    else:
        subset = definition.subset(case["of"])
        left = definition.all(now) - subset
        ranges = subset.ranges if isinstance(definition, api.TimeWindowPartitionsDefinition) else None
    return [sorted(left), ranges and [[one.start, one.end] for one in ranges]]


def _window(case: Case, api: Any) -> Any:
    definition = _make(case["window"], api)
    ask = getattr(definition, "time_window", None) or definition.time_window_for_partition_key
    return [_utc(end) for end in ask(case["key"])]


def _at(case: Case, api: Any) -> Any:
    definition, moment = _make(case["at"], api), int(datetime.fromisoformat(case["moment"]).timestamp())
    if hasattr(definition, "get_partition_key_for_timestamp"):
        return definition.get_partition_key_for_timestamp(moment)
    return "".join(definition.keys_of(definition.overlapping(moment, moment + 1)))


def _schedule(case: Case, api: Any) -> Any:
    definition = _make(case["schedule"], api)
    found: dict[str, Any] = {"cron": definition.get_cron_schedule(**case["with"])}
    for name in ("minute_offset", "hour_offset", "day_offset"):
        try:
            found[name] = getattr(definition, name)
        except Exception:
            found[name] = "none"
    return {**found, "type": getattr(definition.schedule_type, "name", None)}


def _map(case: Case, api: Any) -> Any:
    name, arguments = case["map"]
    mapping = getattr(api, name)(**arguments)
    source, target = _make(case["from_def"], api), _make(case["to_def"], api)
    ask = getattr(mapping, f"get_{case['to']}_partitions_for_partition_range")
    downstream, upstream = (source, target) if case["to"] == "upstream" else (target, source)
    key_range = None if case["range"] is None else api.PartitionKeyRange(*case["range"])
    return [str(key) for key in ask(key_range, downstream, upstream)]


def _config(case: Case, api: Any) -> Any:
    arguments = dict(case["with"])
    if case["config"] == "dynamic":
        arguments["partition_fn"] = lambda time: list(case["with"]["partition_fn"])

    def describe(*about: Any) -> dict[str, str]:
        return {"about": " to ".join(each if isinstance(each, str) else _utc(each) for each in about)}

    decorate = getattr(api, f"{case['config']}_partitioned_config")
    config = decorate(**arguments, tags_for_partition_fn=describe)(describe)
    now = _time(case["now"])
    keys = _shown(config.get_partition_keys(now) if now else config.get_partition_keys())
    found = config.get_run_config_for_partition_key(case["key"])
    partition = api.Partition(case["key"])
    if hasattr(config.partitions_def, "cron_schedule"):
        ask = getattr(config.partitions_def, "time_window", None)
        ask = ask or config.partitions_def.time_window_for_partition_key
        partition = api.Partition(ask(case["key"]), case["key"])
    return [keys, found, config.tags_for_partition_fn(partition)]


def _multi_key(case: Case, api: Any) -> Any:
    key = api.MultiPartitionKey(case["multi_key"])
    return [str(key), dict(key.keys_by_dimension)]


ASKED: dict[str, Callable[[Case, Any], Any]] = {
    "keys": _keys,
    "ends": _ends,
    "between": _between,
    "subset": _subset,
    "window": _window,
    "at": _at,
    "schedule": _schedule,
    "map": _map,
    "config": _config,
    "multi_key": _multi_key,
}


if __name__ == "__main__":
    api = importlib.import_module("holdfast") if sys.argv[1] == "holdfast" else Reference(sys.argv[1])
    print(json.dumps({json.dumps(case): answer(case, api) for case in every_case()}))
