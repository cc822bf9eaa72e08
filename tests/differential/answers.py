"""Turn what a program sees into plain data that says the same of Holdfast and of the reference.

Programs use these functions and the API they are handed, nothing else. An error is part of an answer by its
type alone: messages are each system's own.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Mapping, Set
from typing import Any

__all__ = [
    "config_problems",
    "error",
    "error_names",
    "events",
    "metadata",
    "named",
    "order",
    "outcome",
    "plain",
    "recorder",
    "refused",
]

PREFIX = "Dagster"  # which the reference puts before the names of its errors, and we do not

# The reference emits further types of events, about its engine; and it tells a first start from a later one.
STEP_EVENTS = {
    "LOADED_INPUT",
    "STEP_INPUT",
    "STEP_OUTPUT",
    "ASSET_MATERIALIZATION",
    "HANDLED_OUTPUT",
    "STEP_SUCCESS",
    "STEP_FAILURE",
    "STEP_SKIPPED",
    "STEP_UP_FOR_RETRY",
}
STARTS = {"STEP_START", "STEP_RESTARTED"}


def error_names(raised: BaseException) -> list[str]:
    """Return the name of an error's type and of those it derives from, most special first.

    The reference checks some arguments with errors that are no part of its API; of these only counts that an
    error is raised: any `Error` will do.
    """
    names = []
    for cls in type(raised).__mro__:
        private = cls.__name__.removeprefix(PREFIX) in {"CheckError", "NotImplementedCheckError"}
        names.append("Error" if private else cls.__name__.removeprefix(PREFIX))
    return [name for name in dict.fromkeys(names) if name not in {"Exception", "BaseException", "object"}]


def error(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Return the type of error that a call raises, or that it raises none."""
    try:
        call(*args, **kwargs)
    except Exception as raised:
        return {"error": error_names(raised)}
    return "no error"


def named(expected: Any, got: Any) -> Any:
    """Return an answer with each error named as expected, where it is one or derives from it."""
    if isinstance(got, dict) and set(got) == {"error"}:
        wanted = expected.get("error") if isinstance(expected, dict) else None
        return {"error": wanted if wanted in got["error"] else got["error"][0]}
    if isinstance(got, dict):
        known = expected if isinstance(expected, dict) else {}
        return {key: named(known.get(key), value) for key, value in got.items()}
    if isinstance(got, list):
        known = expected if isinstance(expected, list) and len(expected) == len(got) else [None] * len(got)
        return [named(one, other) for one, other in zip(known, got, strict=True)]
    return got


def refused(call: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """Return whether a call raises, whatever it raises: for where the reference fails by accident."""
    return "no error" if error(call, *args, **kwargs) == "no error" else "refused"


def config_problems(call: Callable[..., Any], *args: Any) -> Any:
    """Return the path of every problem that an error about config lists, or that there is none."""
    try:
        call(*args)
    except Exception as raised:
        if hasattr(raised, "problems"):
            paths = [problem.partition(": ")[0] for problem in raised.problems]
        elif hasattr(raised, "errors"):
            paths = [path for problem in raised.errors for path in _problem_paths(problem)]
        else:
            return {"error": error_names(raised)}
        return sorted(path.replace("[", ".").replace("]", "") for path in paths)
    return "no error"


def _problem_paths(problem: Any) -> list[str]:
    parts = []
    for entry in problem.stack.entries:
        known = [getattr(entry, name, None) for name in ("field_name", "list_index", "map_key")]
        parts.append(next(str(part) for part in known if part is not None))
    data = problem.error_data
    if hasattr(data, "field_names"):
        return [".".join([*parts, name]) for name in data.field_names]
    if hasattr(data, "field_name"):
        return [".".join([*parts, data.field_name])]
    return [".".join(parts)]


def plain(value: Any) -> Any:
    """Return a value as data that JSON keeps: keys as text, sets sorted, enums by name."""
    if isinstance(value, enum.Enum):
        return value.name
    if value is None or isinstance(value, (str, int, float, bool)):
        return repr(value) if isinstance(value, float) and not math.isfinite(value) else value
    if hasattr(value, "to_user_string"):
        return value.to_user_string()
    if isinstance(value, Mapping):
        items = sorted(((plain(key), plain(item)) for key, item in value.items()), key=str)
        return {key if isinstance(key, str) else repr(key): item for key, item in items}
    if isinstance(value, Set):
        return sorted((plain(item) for item in value), key=str)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return type(value).__name__


def metadata(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return metadata as plain labels and values; what no value of a kind can be compared by is left out."""
    return {label: plain(getattr(value, "value", value)) for label, value in sorted(values.items())}


def events(result: Any, step: str | None = None) -> Any:
    """Return the types of a run's events in order, of one step or by step."""
    found: dict[str, list[str]] = {}
    for event in result.all_events:
        kind = "STEP_START" if event.event_type_value in STARTS else event.event_type_value
        if event.step_key is not None and kind in {"STEP_START", *STEP_EVENTS}:
            found.setdefault(event.step_key, []).append(kind)
    return dict(sorted(found.items())) if step is None else found.get(step, [])


def outcome(result: Any) -> dict[str, Any]:
    """Return how a run ended: whether it succeeded, what it made, and which steps failed or were skipped.

    Of steps that cannot run because another failed, the reference says nothing and Holdfast that they were
    skipped, and why; they are left out here.
    """
    made = [event.asset_key for event in result.all_events if event.is_step_materialization]
    return {
        "success": result.success,
        "made": sorted(plain(key) for key in made),
        "failed": sorted(event.step_key for event in result.all_events if event.is_step_failure),
        "skipped": sorted(
            event.step_key
            for event in result.all_events
            if event.is_step_skipped and not getattr(event.event_specific_data, "failed", False)
        ),
    }


def order(result: Any, *pairs: tuple[str, str]) -> list[str]:
    """Return which of some pairs of steps hold: the first succeeded before the second started."""
    starts: dict[str, int] = {}
    ends: dict[str, int] = {}
    for index, event in enumerate(result.all_events):
        if event.event_type_value in STARTS:
            starts.setdefault(event.step_key, index)
        elif event.is_step_success:
            ends[event.step_key] = index
    return [f"{a} before {b}" for a, b in pairs if a in ends and b in starts and ends[a] < starts[b]]


def recorder(api: Any) -> tuple[Any, dict[str, Any]]:
    """Return a resource that is an IO manager, and the dictionary by asset key where it keeps values."""
    stored: dict[str, Any] = {}

    class Recorder(api.IOManager):
        def handle_output(self, context: Any, obj: Any) -> None:
            stored[context.asset_key.to_user_string()] = obj

        def load_input(self, context: Any) -> Any:
            return stored[context.asset_key.to_user_string()]

    return api.IOManagerDefinition.hardcoded_io_manager(Recorder()), stored
