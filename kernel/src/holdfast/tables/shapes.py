"""What a table was before a database took it, so that it comes back as that: kind, types, index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import pyarrow
import pyarrow.compute

from holdfast.errors import StorageError
from holdfast.tables.kinds import library_of

__all__ = ["Shape", "column_types", "from_arrow", "to_arrow"]


def to_arrow(table: Any, kind: str) -> Any:
    """Return a table, which is not lazy, as a `pyarrow.Table`; the index of pandas becomes columns.

    Only an index that counts the rows from zero needs none.

    Raises:
        StorageError: it holds what has no type.
    """
    if kind == "pandas.DataFrame":
        index = table.index
        is_range = type(index).__name__ == "RangeIndex"
        counts = is_range and index.start == 0 and index.step == 1 and index.name is None
        has_columns = len(table.columns) > 0  # without, only the index says how many rows there are
        return pyarrow.Table.from_pandas(table, preserve_index=not (counts and has_columns))
    if kind == "pyarrow.Table":
        return table
    polars = library_of(kind)
    objects = [name for name, dtype in table.schema.items() if dtype == polars.Object]
    if objects:  # of which Arrow would get the addresses
        raise StorageError(f"The column {objects[0]!r} holds Python objects, which no column of a table can.")
    # Newer ways to lay strings out are not known to every version of pyarrow.
    return table.to_arrow(compat_level=polars.CompatLevel.oldest())


def from_arrow(table: Any, kind: str) -> Any:
    """Return a `pyarrow.Table` as a table of one of the `holdfast.tables.kinds.KINDS`.

    Raises:
        StorageError: its library is not installed.
    """
    library = library_of(kind)
    if kind == "pandas.DataFrame":
        return table.to_pandas()
    if kind == "pyarrow.Table":
        return table
    frame = library.from_arrow(table)
    frame.columns = table.column_names  # polars makes up a name where there is an empty one
    return frame.lazy() if kind == "polars.LazyFrame" else frame


def column_types(table: Any, kind: str) -> dict[str, str]:
    """Return the types of the columns of a table in the words of its library."""
    if kind == "pandas.DataFrame":
        return {str(name): str(dtype) for name, dtype in table.dtypes.items()}
    if kind == "pyarrow.Table":
        return {field.name: str(field.type) for field in table.schema}
    return {name: str(dtype) for name, dtype in table.schema.items()}


@attrs.frozen(eq=False)
class Shape:
    """What a table was, without its rows.

    Attributes:
        kind: one of `holdfast.tables.kinds.KINDS`; empty for the table that partitions share.
        empty: a `pyarrow.RecordBatch` of no rows with its columns, their types and categories.
    """

    kind: str
    empty: Any

    @classmethod
    def of(cls, table: Any, kind: str) -> Shape:
        """Return the shape of a `pyarrow.Table` that was of this kind."""
        columns = [_without_rows(column) for column in table.columns]
        return cls(kind, pyarrow.RecordBatch.from_arrays(columns, schema=table.schema))

    @classmethod
    def of_partitions(cls, schema: Any) -> Shape:
        """Return the shape of a table that partitions share, from its `pyarrow.Schema`."""
        return cls.of(schema.empty_table(), "")

    @classmethod
    def from_bytes(cls, kind: str, data: bytes) -> Shape:
        """Return the shape that `to_bytes` wrote."""
        return cls(kind, pyarrow.ipc.open_stream(data).read_next_batch())

    def to_bytes(self) -> bytes:
        """Return all but the kind, as a stream of Arrow."""
        sink = pyarrow.BufferOutputStream()
        with pyarrow.ipc.new_stream(sink, self.empty.schema) as writer:
            writer.write_batch(self.empty)
        return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]

    @property
    def is_of_partitions(self) -> bool:
        """Whether it is the shape of a table that partitions share."""
        return not self.kind

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return self.empty.schema.names  # type: ignore[no-any-return]

    @property
    def index_names(self) -> list[str]:
        """The names of the columns that are the index of a pandas data frame."""
        said = self.empty.schema.pandas_metadata or {"index_columns": []}
        return [name for name in said["index_columns"] if isinstance(name, str)]

    def restore(self, stored: Any, names: Sequence[str]) -> Any:
        """Return some columns as they were, from a `pyarrow.Table` that holds them in this order.

        Raises:
            pyarrow.ArrowInvalid: what is stored no longer fits.
        """
        schema = self.empty.schema
        columns = []
        for name, column in zip(names, stored.columns, strict=True):
            was = self.empty.column(schema.get_field_index(name))
            if pyarrow.types.is_null(was.type):
                columns.append(pyarrow.nulls(len(column)))
            elif pyarrow.types.is_dictionary(was.type):
                places = pyarrow.compute.index_in(column.cast(was.type.value_type), value_set=was.dictionary)
                columns.append(_categorical(places.combine_chunks(), was.dictionary, was.type))
            else:
                columns.append(_cast(column, was.type))
        fields = [schema.field(schema.get_field_index(name)) for name in names]
        return pyarrow.table(columns, schema=pyarrow.schema(fields, metadata=schema.metadata))


def _cast(column: Any, kind: Any) -> Any:
    """Return a chunked array as another type."""
    if not pyarrow.types.is_map(kind) or column.type == kind:
        return column.cast(kind)
    return pyarrow.chunked_array([_cast_map(chunk, kind) for chunk in column.chunks], kind)


def _cast_map(array: Any, kind: Any) -> Any:
    # Arrow 25 ends the process when it casts the keys of maps that DuckDB 1.5 gives, if some are null.
    missing = pyarrow.concat_arrays([array.is_null(), pyarrow.array([False])])
    offsets = pyarrow.compute.if_else(missing, None, array.offsets)
    keys, items = array.keys.cast(kind.key_type), array.items.cast(kind.item_type)
    return pyarrow.MapArray.from_arrays(offsets, keys, items).cast(kind)


def _without_rows(column: Any) -> Any:
    if not pyarrow.types.is_dictionary(column.type):
        return pyarrow.nulls(0, column.type)
    chunks = column.unify_dictionaries().chunks
    categories = chunks[0].dictionary if chunks else pyarrow.nulls(0, column.type.value_type)
    return _categorical(pyarrow.nulls(0, column.type.index_type), categories, column.type)


def _categorical(places: Any, categories: Any, kind: Any) -> Any:
    places = places.cast(kind.index_type)
    return pyarrow.DictionaryArray.from_arrays(places, categories, ordered=kind.ordered)
