"""Rows into PostgreSQL and out of it through COPY, which takes and gives text, many rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pyarrow
import pyarrow.compute
import pyarrow.csv
from psycopg.sql import Composed

from holdfast.errors import StorageError

__all__ = ["copy_in", "copy_out"]

_ROWS_AT_ONCE = 50_000
_LARGEST_BLOCK = 2**30

# An empty field that is not quoted is null, on both sides.
_WRITE = pyarrow.csv.WriteOptions(include_header=False, quoting_style="all_valid")
_PARSE = pyarrow.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False)
_is_bytes = pyarrow.types.is_large_binary


def copy_in(cursor: psycopg.Cursor[Any], statement: Composed, rows: Any) -> None:
    """Send the rows of a `pyarrow.Table` of types that `holdfast_sql.types.plain` gives.

    Raises:
        StorageError: a year cannot be kept.
    """
    for field, column in zip(rows.schema, rows.columns, strict=True):
        _check_years(field, column)
    with cursor.copy(statement) as copy:
        for text in _texts(rows):
            copy.write(text)


def copy_out(cursor: psycopg.Cursor[Any], statement: Composed, schema: Any) -> Any:
    """Return the rows that a statement gives as a `pyarrow.Table` of a schema of such types."""
    sink = pyarrow.BufferOutputStream()
    sink.write(b"\n")  # the reader would take certain characters at the start for a mark, and not for text
    with cursor.copy(statement) as copy:
        for text in copy:
            sink.write(text)
    data = sink.getvalue()
    if data.size == 1:
        return schema.empty_table()
    names = [str(place) for place in range(len(schema))]
    types = [pyarrow.large_string() if _is_bytes(kind) else kind for kind in schema.types]
    convert = pyarrow.csv.ConvertOptions(
        column_types=dict(zip(names, types, strict=True)),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        true_values=["t"],
        false_values=["f"],
    )
    # A row may not end in another block than it starts in.
    block = min(data.size, _LARGEST_BLOCK)
    read = pyarrow.csv.ReadOptions(column_names=names, block_size=block, skip_rows=1)
    table = pyarrow.csv.read_csv(pyarrow.BufferReader(data), read, _PARSE, convert)
    columns = [
        _from_hex(column) if _is_bytes(kind) else column
        for column, kind in zip(table.columns, schema.types, strict=True)
    ]
    return pyarrow.table(columns, schema=schema)


def _texts(rows: Any) -> Iterator[memoryview]:
    columns = [_to_hex(column) if _is_bytes(column.type) else column for column in rows.columns]
    names = [str(place) for place in range(len(columns))]
    for batch in pyarrow.table(columns, names=names).to_batches(max_chunksize=_ROWS_AT_ONCE):
        sink = pyarrow.BufferOutputStream()
        pyarrow.csv.write_csv(batch, sink, _WRITE)
        yield memoryview(sink.getvalue())


def _check_years(field: Any, column: Any) -> None:
    # Beyond these, what one side writes the other does not read.
    days = (-719_162, 2_932_896)  # of the years 1 to 9999
    microseconds = (days[0] * 86_400_000_000, (days[1] + 1) * 86_400_000_000 - 1)
    is_date = pyarrow.types.is_date(field.type)
    if column.null_count == len(column) or not (is_date or pyarrow.types.is_timestamp(field.type)):
        return
    first, last = days if is_date else microseconds
    found = pyarrow.compute.min_max(column)
    if found["min"].value < first or found["max"].value > last:
        raise StorageError(f"The column {field.name!r} has a year before 1 or after 9999.")


def _to_hex(column: Any) -> Any:
    texts = [None if value is None else f"\\x{value.hex()}" for value in column.to_pylist()]
    return pyarrow.array(texts, pyarrow.large_string())


def _from_hex(column: Any) -> Any:
    values = [None if text is None else bytes.fromhex(text[2:]) for text in column.to_pylist()]
    return pyarrow.array(values, pyarrow.large_binary())
