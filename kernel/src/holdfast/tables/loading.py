"""Tables, and slices of tables, out of one table of a database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import attrs
import pyarrow
import pyarrow.compute

from holdfast.errors import StorageError, did_you_mean
from holdfast.tables.kinds import default_kind
from holdfast.tables.sessions import PARTITION, TableSession
from holdfast.tables.shapes import Shape

__all__ = ["Loaded", "Request", "load_partitions", "load_whole"]


class Loaded(NamedTuple):
    """A table as it was.

    Attributes:
        table: the `pyarrow.Table`.
        kind: what it is to become.
    """

    table: Any
    kind: str


@attrs.frozen
class Request:
    """What a reader asks for.

    Attributes:
        kind: the kind of table that it declares, ``None`` for what was stored.
        columns: the columns to load, in order; ``None`` for all.
        column_name: what a column is called in the database.
    """

    kind: str | None
    columns: Sequence[str] | None
    column_name: Callable[[str], str]

    def kind_for(self, shape: Shape) -> str:
        """Return the kind that a stored table is loaded as."""
        return self.kind or shape.kind

    def names(self, shape: Shape) -> list[str]:
        """Return the columns to load of a stored table; a `StorageError` when there is no such column."""
        names = self.checked(shape.names)
        index = shape.index_names if self.kind_for(shape) == "pandas.DataFrame" else []
        return [*names, *(name for name in index if name not in names)]

    def checked(self, there: Sequence[str]) -> list[str]:
        """Return the columns to load of those that there are; a `StorageError` when one is missing."""
        columns = self.columns
        if columns is None:
            return list(there)
        if not isinstance(columns, Sequence) or isinstance(columns, str):
            raise StorageError(f"The metadata 'columns' is a list of column names, not {columns!r}.")
        for name in columns:
            if name not in there:
                raise StorageError(f"There is no column {name!r}.{did_you_mean(str(name), there)}")
            if columns.count(name) > 1:
                raise StorageError(f"The metadata 'columns' names {name!r} twice.")
        return list(columns)


def load_whole(table: TableSession, request: Request) -> Loaded | None:
    """Return a table, which may be of another program; ``None`` when there is none."""
    there = table.columns()
    shape = table.shapes(()).get(None)
    if there is None or (shape is not None and shape.is_of_partitions):
        return None
    if shape is None:
        return Loaded(table.fetch(request.checked(there)), request.kind or default_kind())
    names = request.names(shape)
    rows = table.fetch(list(map(request.column_name, names))) if names else pyarrow.table({})
    return Loaded(shape.restore(rows, names), request.kind_for(shape))


def load_partitions(table: TableSession, partitions: Sequence[str], request: Request) -> Mapping[str, Loaded]:
    """Return those of some partitions that are stored."""
    shapes = table.shapes(partitions)
    whole = shapes.get(None)
    if whole is None or not whole.is_of_partitions or table.columns() is None:
        return {}
    wanted = {text: request.names(shapes[text]) for text in partitions if text in shapes}
    columns = list(
        map(request.column_name, dict.fromkeys(name for names in wanted.values() for name in names))
    )
    rows = _by_partition(table.fetch(columns, list(wanted))) if columns else {}
    none = whole.empty.schema.empty_table()
    loaded = {}
    for text, names in wanted.items():
        stored = rows.get(text, none).select(list(map(request.column_name, names)))
        loaded[text] = Loaded(shapes[text].restore(stored, names), request.kind_for(shapes[text]))
    return loaded


def _by_partition(rows: Any) -> Mapping[str, Any]:
    runs = pyarrow.compute.run_end_encode(rows.column(PARTITION).combine_chunks())
    pieces: dict[str, list[Any]] = {}
    start = 0
    for text, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
        pieces.setdefault(text, []).append(rows.slice(start, end - start))
        start = end
    return {text: pyarrow.concat_tables(slices) for text, slices in pieces.items()}
