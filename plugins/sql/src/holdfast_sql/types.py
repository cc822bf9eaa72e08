"""Which types of Arrow a column of PostgreSQL can be, so that nothing is lost, and back."""

from __future__ import annotations

import re
from typing import Any

import pyarrow

__all__ = ["ADVICE", "arrow_type", "plain", "sql_type"]

ADVICE = "Booleans, numbers, text, bytes, dates, times, durations and categories can be."
"""Which types can be kept, as a sentence."""

_is = pyarrow.types
_TEXT = (_is.is_string, _is.is_large_string, getattr(_is, "is_string_view", _is.is_string))
_BYTES = (
    _is.is_binary,
    _is.is_large_binary,
    _is.is_fixed_size_binary,
    getattr(_is, "is_binary_view", _is.is_binary),
)
_NAMES = {
    "bool": "boolean",
    "int16": "smallint",
    "int32": "integer",
    "int64": "bigint",
    "float": "real",
    "double": "double precision",
    "large_string": "text",
    "large_binary": "bytea",
    "date32[day]": "date",
    "time64[us]": "time without time zone",
    "timestamp[us]": "timestamp without time zone",
    "timestamp[us, tz=UTC]": "timestamp with time zone",
    "string": "text",
    "null": "text",
}
_KEPT = {
    _NAMES[str(kind)]: kind
    for kind in (
        pyarrow.bool_(),
        pyarrow.int16(),
        pyarrow.int32(),
        pyarrow.int64(),
        pyarrow.float32(),
        pyarrow.float64(),
        pyarrow.large_string(),
        pyarrow.large_binary(),
        pyarrow.date32(),
        pyarrow.time64("us"),
        pyarrow.timestamp("us"),
        pyarrow.timestamp("us", "UTC"),
    )
}


def plain(kind: Any) -> Any:
    """Return the type that a column of a type is kept as, ``None`` if it cannot be kept."""
    if _is.is_dictionary(kind):
        return plain(kind.value_type)
    if _is.is_integer(kind):
        return _integer(kind)
    if _is.is_boolean(kind) or _is.is_float32(kind) or _is.is_float64(kind):
        return kind
    if _is.is_decimal(kind):
        fits = 0 <= kind.scale <= kind.precision <= 38
        return pyarrow.decimal128(kind.precision, kind.scale) if fits else None
    if any(test(kind) for test in _TEXT):
        return pyarrow.large_string()
    if any(test(kind) for test in _BYTES):
        return pyarrow.large_binary()
    if _is.is_date(kind):
        return pyarrow.date32()
    if _is.is_time(kind):
        return pyarrow.time64("us")
    if _is.is_timestamp(kind):
        return pyarrow.timestamp("us", None if kind.tz is None else "UTC")
    return pyarrow.int64() if _is.is_duration(kind) else None


def _integer(kind: Any) -> Any:
    if kind.equals(pyarrow.uint64()):
        return pyarrow.decimal128(20, 0)
    bits = kind.bit_width + _is.is_unsigned_integer(kind)
    return pyarrow.int16() if bits <= 16 else pyarrow.int32() if bits <= 32 else pyarrow.int64()


def sql_type(kind: Any) -> str:
    """Return what PostgreSQL calls a type that `plain` gave."""
    if _is.is_decimal(kind):
        return f"numeric({kind.precision},{kind.scale})"
    return _NAMES[str(kind)]


def arrow_type(name: str) -> Any:
    """Return the type for what PostgreSQL calls a type; text where there is none of that kind."""
    decimal = re.fullmatch(r"numeric\((\d+),(\d+)\)", name)
    if decimal and int(decimal[1]) <= 38:
        return pyarrow.decimal128(int(decimal[1]), int(decimal[2]))
    if name == "numeric":
        return pyarrow.float64()
    return _KEPT.get(re.sub(r"\(\d+\)", "", name), pyarrow.large_string())
