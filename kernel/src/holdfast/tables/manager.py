"""An IO manager that keeps assets as tables and lacks only the database, which a plugin brings."""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, get_args

import pyarrow

from holdfast.errors import Error, StepOutputNotFoundError, StorageError
from holdfast.interfaces import IOManager
from holdfast.io_contexts import InputContext, OutputContext
from holdfast.key_paths import to_database_text
from holdfast.metadata import MetadataValue
from holdfast.tables.kinds import KINDS, kind_of
from holdfast.tables.loading import Loaded, Request, load_partitions, load_whole
from holdfast.tables.places import Place, place_of, title_of
from holdfast.tables.sessions import PARTITION, TableSession
from holdfast.tables.shapes import Shape, column_types, from_arrow, to_arrow
from holdfast.tables.storing import Piece, store

__all__ = ["TableIOManager"]


class TableIOManager(IOManager):
    """Keeps each asset in a table of its own, with its partitions as slices that are replaced one by one.

    A table is loaded as the type its reader declares, one of `holdfast.tables.kinds.KINDS`; a reader that
    declares none of these gets what was stored. The metadata ``{"columns": [...]}`` of an input loads those
    columns only, in that order; the index of a pandas data frame comes with them.

    Args:
        default_schema: the schema of keys of one part.
        together: whether every table is in that schema; if not, the parts of a key but the last name one.

    Attributes:
        default_schema: the schema of keys of one part.
    """

    ignores_case: bool = False
    """Whether the database takes columns that differ in case alone for one."""

    own_columns: frozenset[str] = frozenset({PARTITION})
    """The columns of the database that are not of what is stored."""

    advice: str
    """Which types of columns can be kept, as a sentence."""

    def __init__(self, default_schema: str, *, together: bool) -> None:
        self.default_schema = default_schema
        self._together = together

    @abc.abstractmethod
    def plain(self, kind: Any) -> Any:
        """Return the `pyarrow.DataType` that a column of a type is kept as, ``None`` if it cannot be kept.

        Casting to it and back must lose nothing, or raise. Categories are kept as what they stand for.
        """

    @abc.abstractmethod
    def column_name(self, name: str) -> str:
        """Return what a column is called in the database."""

    @abc.abstractmethod
    def location(self, place: Place) -> str:
        """Return where a table is, for people."""

    @abc.abstractmethod
    def reading(self, place: Place) -> AbstractContextManager[TableSession | None]:
        """Open a table to see one state of it; ``None`` when there is no database."""

    @abc.abstractmethod
    def writing(self, place: Place) -> AbstractContextManager[TableSession]:
        """Open a table to change it, all or nothing, with no other writer meanwhile."""

    def handle_output(self, context: OutputContext, obj: Any) -> Mapping[str, Any] | None:
        """Store a table, and return the number of its rows, the types of its columns and the table's name.

        Of several partitions, ``obj`` is a mapping by partition key; all of them are stored, or none.

        Raises:
            StorageError: the value is no table, or has a column that cannot be kept.
        """
        place = self._place(context)
        pieces: list[Piece] = []

        def prepare(one: OutputContext, value: Any) -> Mapping[str, Any]:
            key = one.asset_partition_key if one.has_asset_partitions else None
            try:
                piece, types = self._piece(key, value)
            except Exception as error:
                raise self._failure(f"{title_of(one)} cannot be stored", place, error) from error
            pieces.append(piece)
            rows = piece.rows.num_rows
            return {"rows": rows, "columns": MetadataValue.json(types), "table": str(place)}

        said = context.store_each(obj, prepare)
        try:
            if pieces:
                with self.writing(place) as table:
                    store(table, pieces)
        except Exception as error:
            raise self._failure(f"{title_of(context)} cannot be stored", place, error) from error
        return said

    def load_input(self, context: InputContext) -> Any:
        """Return the stored table, in the type and with the columns that ``context`` asks for.

        Where the mapping between partitions may find several, that is a mapping by partition key.

        Raises:
            StepOutputNotFoundError: nothing is stored.
            StorageError: it cannot be read, or has no such column.
        """
        place = self._place(context)
        declared: Any = context.python_type
        keys: list[str | None] = [None]
        if context.by_partition:
            keys = [*context.asset_partition_keys]
            declared = (declared, *get_args(declared))[-1]
        elif context.has_asset_partitions:
            keys = [context.asset_partition_key]
        request = Request(kind_of(declared), context.metadata.get("columns"), self.column_name)
        try:
            values = [one and from_arrow(*one) for one in self._load(place, keys, request)]
        except Exception as error:
            raise self._failure(f"{title_of(context)} cannot be loaded", place, error) from error
        for key, value in zip(keys, values, strict=True):
            if value is None:
                raise StepOutputNotFoundError(title_of(context, key), self.location(place))
        return dict(zip(keys, values, strict=True)) if context.by_partition else values[0]

    def _load(self, place: Place, keys: Sequence[str | None], request: Request) -> list[Loaded | None]:
        with self.reading(place) as table:
            if table is None:
                return [None for _ in keys]
            texts = [to_database_text(key) for key in keys if key is not None]
            if None in keys:
                return [load_whole(table, request)]
            found = load_partitions(table, texts, request)
            return [found.get(text) for text in texts]

    def _place(self, context: OutputContext | InputContext) -> Place:
        return place_of(context, self.default_schema, together=self._together)

    def _failure(self, problem: str, place: Place, error: Exception) -> StorageError:
        reason = str(error) if isinstance(error, Error) else f"{type(error).__name__}: {error}"
        return StorageError(f"{problem} at {self.location(place)}: {reason}")

    def _piece(self, key: str | None, value: Any) -> tuple[Piece, Mapping[str, str]]:
        kind = kind_of(type(value))
        if kind is None:
            raise StorageError(
                f"It is a {type(value).__name__}, and only tables are kept here: {', '.join(KINDS)}. "
                "Return one of these, or give the asset another IO manager with io_manager_key."
            )
        if kind == "polars.LazyFrame":
            value = value.collect()
        arrow = to_arrow(value, kind)
        text = None if key is None else to_database_text(key)
        return Piece(text, Shape.of(arrow, kind), self._kept(arrow)), column_types(value, kind)

    def _kept(self, arrow: Any) -> Any:
        """Return a table as the database keeps it."""
        self._check_names(arrow.schema.names)
        fields, columns = [], []
        for field, column in zip(arrow.schema, arrow.columns, strict=True):
            kept = pyarrow.null() if pyarrow.types.is_null(field.type) else self.plain(field.type)
            if kept is None:
                raise StorageError(
                    f"The column {field.name!r} is {field.type}, which cannot be kept here. {self.advice}"
                )
            try:
                columns.append(column.cast(kept))
            except pyarrow.ArrowInvalid as error:
                raise StorageError(f"The column {field.name!r} cannot be kept unchanged: {error}") from error
            fields.append(pyarrow.field(self.column_name(field.name), kept))
        return pyarrow.table(columns, schema=pyarrow.schema(fields))

    def _check_names(self, names: Sequence[str]) -> None:
        seen: set[str] = set(self.own_columns)
        for name in names:
            kept = self.column_name(name)
            kept = kept.lower() if self.ignores_case else kept
            if kept in seen:
                raise StorageError(
                    f"There is another column that the database calls {name!r} too. Rename one."
                )
            seen.add(kept)
