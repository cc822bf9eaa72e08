"""Tables, and slices of tables, into one table of a database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import pyarrow

from holdfast.errors import StorageError
from holdfast.tables.sessions import PARTITION, TableSession
from holdfast.tables.shapes import Shape
from holdfast.tables.widening import widened

__all__ = ["Piece", "store"]


@attrs.frozen
class Piece:
    """What is stored at once: a whole table, or one partition of it.

    Attributes:
        partition: which one, as the database keeps it; ``None`` for the whole.
        shape: what the table was.
        rows: a `pyarrow.Table` of what the database keeps.
    """

    partition: str | None
    shape: Shape
    rows: Any


def store(table: TableSession, pieces: Sequence[Piece]) -> None:
    """Store a whole table, or some partitions of it in the place of what they were.

    Raises:
        StorageError: the columns of a partition do not go together with those of the others.
    """
    shapes = {piece.partition: piece.shape for piece in pieces}
    if None in shapes:
        (piece,) = pieces
        # A database has no table without columns.
        table.replace(piece.rows.schema if piece.rows.schema.names else _with_partition(piece.rows.schema))
        if piece.rows.num_rows:
            table.append(piece.rows)
        table.record(shapes, only=True)
        return
    known = table.shapes(()).get(None)
    stored = None
    if known is not None and known.is_of_partitions and table.columns() is not None:
        stored = known.empty.schema
    shared = pieces[0].rows.schema if stored is None else stored
    for piece in pieces:
        shared = widened(shared, piece.rows.schema)
    if stored is None:
        table.replace(_with_partition(shared))
    else:
        _widen(table, stored, shared)
        table.remove([piece.partition for piece in pieces if piece.partition is not None])
    rows = pyarrow.concat_tables([_as_slice(piece, shared) for piece in pieces])
    if rows.num_rows:
        table.append(rows)
    table.record({None: Shape.of_partitions(shared), **shapes}, only=stored is None)


def _with_partition(schema: Any) -> Any:
    return schema.append(pyarrow.field(PARTITION, pyarrow.string()))


def _widen(table: TableSession, stored: Any, shared: Any) -> None:
    for field in shared:
        if field.name not in stored.names:
            table.add_column(field)
            continue
        old = stored.field(field.name).type
        if pyarrow.types.is_null(old) and not field.type.equals(old):
            table.drop_column(field.name)
            table.add_column(field)
        elif not field.type.equals(old):
            _cast(table.fetch([field.name]).column(0), field)  # a database would round what does not fit
            table.change_column(field)


def _as_slice(piece: Piece, shared: Any) -> Any:
    rows = piece.rows
    columns = [
        _cast(rows.column(field.name), field)
        if field.name in rows.schema.names
        else pyarrow.nulls(rows.num_rows, field.type)
        for field in shared
    ]
    columns.append(pyarrow.repeat(pyarrow.scalar(piece.partition, pyarrow.string()), rows.num_rows))
    return pyarrow.table(columns, schema=_with_partition(shared))


def _cast(column: Any, field: Any) -> Any:
    try:
        return column.cast(field.type)
    except pyarrow.ArrowInvalid as error:
        raise StorageError(
            f"The column {field.name!r} would have to be {field.type} to go together with other partitions, "
            f"and not every value can: {error}. Give it the same type in every partition."
        ) from error
