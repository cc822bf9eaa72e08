"""Which types of Arrow a column of DuckDB can be, so that nothing is lost."""

from __future__ import annotations

from typing import Any

import pyarrow

__all__ = ["ADVICE", "plain"]

ADVICE = (
    "Booleans, numbers, text, bytes, dates, times, durations and categories can be, and lists, structures "
    "and maps of all but categories."
)
"""Which types can be kept, as a sentence."""

_is = pyarrow.types
_ONE_TO_ONE = (_is.is_boolean, _is.is_integer, _is.is_float32, _is.is_float64)
_TEXT = (_is.is_string, _is.is_large_string, getattr(_is, "is_string_view", _is.is_string))
_BYTES = (
    _is.is_binary,
    _is.is_large_binary,
    _is.is_fixed_size_binary,
    getattr(_is, "is_binary_view", _is.is_binary),
)


def plain(kind: Any) -> Any:
    """Return the type that a column of a type is kept as, ``None`` if it cannot be kept."""
    if _is.is_dictionary(kind):
        return plain(kind.value_type)
    return _inner(kind)


def _scalar(kind: Any) -> Any:
    if _one_of(_ONE_TO_ONE, kind):
        return kind
    if _is.is_decimal(kind):
        fits = 0 <= kind.scale <= kind.precision <= 38
        return pyarrow.decimal128(kind.precision, kind.scale) if fits else None
    if _one_of(_TEXT, kind):
        return pyarrow.large_string()
    if _one_of(_BYTES, kind):
        return pyarrow.large_binary()
    if _is.is_date(kind):
        return pyarrow.date32()
    if _is.is_time(kind):
        return pyarrow.time64("us")
    if _is.is_timestamp(kind):
        if kind.tz is not None:
            return pyarrow.timestamp("us", "UTC")
        return kind if kind.unit == "ns" else pyarrow.timestamp("us")
    return pyarrow.int64() if _is.is_duration(kind) else None


def _nested(kind: Any) -> Any:
    if _is.is_map(kind):
        kept = [_inner(kind.key_type), _inner(kind.item_type)]
        return None if None in kept else pyarrow.map_(*kept)
    if _is.is_list(kind) or _is.is_large_list(kind):
        item = _inner(kind.value_type)
        return None if item is None else pyarrow.large_list(item)
    if _is.is_fixed_size_list(kind):
        item = _inner(kind.value_type)
        return None if item is None or not kind.list_size else pyarrow.list_(item, kind.list_size)
    return _structure(kind) if _is.is_struct(kind) else None


def _structure(kind: Any) -> Any:
    fields = [kind.field(place) for place in range(kind.num_fields)]
    kept = [(field.name, _inner(field.type)) for field in fields]
    names = {name.lower() for name, _ in kept} - {""}
    fits = kept and len(names) == len(kept) and all(item is not None for _, item in kept)
    return pyarrow.struct(kept) if fits else None


def _inner(kind: Any) -> Any:
    return _scalar(kind) or _nested(kind)


def _one_of(tests: Any, kind: Any) -> bool:
    return any(test(kind) for test in tests)
