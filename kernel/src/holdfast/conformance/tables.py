"""Tables of the libraries that are installed: samples, equality, and what columns they have.

A library is imported when a value of it is made; nothing here needs one that is absent.
"""
# The libraries differ between versions in what their annotations say.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import functools
import importlib
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from typing import Any

__all__ = [
    "NAMES",
    "broken",
    "can_change",
    "change",
    "columns",
    "is_empty",
    "is_table",
    "is_there",
    "number_in",
    "numbered",
    "same_tables",
    "samples",
    "the_class",
]

NAMES = ("pandas.DataFrame", "polars.DataFrame", "polars.LazyFrame", "pyarrow.Table")
_DATA: Mapping[str, Sequence[Any]] = {
    "carrier": ["AA", None, "é"],
    "delay": [1.5, None, -3.0],
    "flights": [3, 2, -(2**40)],
}


def is_there(name: str) -> bool:
    """Return whether a class of tables is known here, and its library installed."""
    return name in NAMES and importlib.util.find_spec(name.partition(".")[0]) is not None


@functools.cache
def the_class(name: str) -> Any:
    """Return a class of tables."""
    module, _, attribute = name.partition(".")
    return getattr(importlib.import_module(module), attribute)


def _make(name: str) -> Callable[[Any], Any]:
    cls = the_class(name)
    return cls.from_pydict if name == "pyarrow.Table" else cls


def _name(table: Any) -> str:
    cls = type(table)
    return f"{cls.__module__.partition('.')[0]}.{cls.__qualname__}"


def is_table(value: Any) -> bool:
    """Return whether a value is a table of a known library."""
    return _name(value) in NAMES


def samples(name: str) -> list[Any]:
    """Return tables of a class, one of them without rows; none when its library is not installed."""
    if not is_there(name):
        return []
    make = _make(name)
    if name == "pyarrow.Table":
        return [make(_DATA), make(_DATA).slice(0, 0)]
    full = make(dict(_DATA))
    return [full, full.head(0)]


def _plain(table: Any) -> Any:
    return table.collect() if _name(table) == "polars.LazyFrame" else table


def same_tables(one: Any, other: Any) -> bool:
    """Return whether two tables of one class have the same columns, types and rows."""
    one, other = _plain(one), _plain(other)
    if _name(one) == "pandas.DataFrame":
        return one.equals(other) and list(one.columns) == list(other.columns)
    return one.schema == other.schema and one.equals(other)


def is_empty(table: Any) -> bool:
    """Return whether a table has no rows."""
    return len(_plain(table)) == 0


def columns(table: Any) -> list[str]:
    """Return the names of a table's columns."""
    table = _plain(table)
    return list(table.column_names if hasattr(table, "column_names") else table.columns)


def broken(name: str, value: Any) -> list[Any]:
    """Return tables of a class that hold a value that cannot be stored, where the class can hold any."""
    if name == "pandas.DataFrame":
        return [_make(name)({"a": [1, 2], "b": ["text", value]})]
    if name == "polars.DataFrame":
        series = importlib.import_module("polars")
        return [_make(name)({"a": [1], "b": series.Series([value], dtype=series.Object)})]
    return []


def numbered(name: str, number: int, rows: int) -> Any:
    """Return a table that has a number in each of its rows."""
    return _make(name)({"number": [number] * rows, "text": [f"{number}"] * rows})


def number_in(table: Any) -> int | None:
    """Return the number in the first row of a table, ``None`` where there is none."""
    table = _plain(table)
    if "number" not in columns(table) or not len(table):
        return None
    column = table["number"]
    first = column.iloc[0] if hasattr(column, "iloc") else column[0]
    return int(first.as_py() if hasattr(first, "as_py") else first)


def can_change(name: str) -> bool:
    """Return whether tables of a class can be changed in place by `change`."""
    return name in ("pandas.DataFrame", "polars.DataFrame")


def change(table: Any) -> None:
    """Change a table in place."""
    if _name(table) == "pandas.DataFrame":
        table["flights"] = 0
    else:
        table[0, "flights"] = 0
