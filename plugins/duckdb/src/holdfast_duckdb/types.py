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
    return _scalar(kind) or _nested(kind)


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
    if not kind.num_fields or _is.is_union(kind) or not _is.is_nested(kind):
        return None
    fields = [kind.field(place) for place in range(kind.num_fields)]
    kept = [_scalar(field.type) or _nested(field.type) for field in fields]
    if None in kept:
        return None
    if _is.is_list(kind) or _is.is_large_list(kind):
        return pyarrow.large_list(kept[0])
    if _is.is_fixed_size_list(kind) and kind.list_size:
        return pyarrow.list_(kept[0], kind.list_size)
    if _is.is_map(kind):
        return pyarrow.map_(*(_scalar(of) or _nested(of) for of in (kind.key_type, kind.item_type)))
    names = [field.name for field in fields]
    if _is.is_struct(kind) and len({name.lower() for name in names} - {""}) == len(names):
        return pyarrow.struct(list(zip(names, kept, strict=True)))
    return None


def _one_of(tests: Any, kind: Any) -> bool:
    return any(test(kind) for test in tests)
