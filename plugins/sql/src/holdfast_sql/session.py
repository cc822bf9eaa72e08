# ruff: noqa: D102 - methods without a docstring have that of the contract
"""One table of a database, and the table in which a schema keeps what its tables were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
import pyarrow
import sqlalchemy
from psycopg.sql import SQL, Composable, Identifier, Literal
from sqlalchemy import Column, LargeBinary, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from holdfast.tables.places import Place
from holdfast.tables.sessions import PARTITION, TableSession
from holdfast.tables.shapes import Shape
from holdfast_sql.copying import copy_in, copy_out
from holdfast_sql.server import make_schema, take_turns
from holdfast_sql.types import arrow_type, sql_type

__all__ = ["OWN_COLUMNS", "SQLSession", "catalog_of"]

OWN_COLUMNS = frozenset({PARTITION, "_holdfast_row"})
"""The columns that are not of what is stored: the partition, and the order of the rows."""

_ROW = "_holdfast_row"


def catalog_of(schema: str) -> Table:
    """Return the table that keeps shapes; its name is no asset's, as ``$t`` is part of no encoded name."""
    return Table(
        "holdfast$tables",
        MetaData(),
        Column("table_schema", Text, nullable=False),
        Column("table_name", Text, nullable=False),
        Column("partition", Text),
        Column("kind", Text, nullable=False),
        Column("shape", LargeBinary, nullable=False),
        sqlalchemy.Index("holdfast$tables_by_name", "table_schema", "table_name"),
        schema=schema,
    )


class SQLSession(TableSession):
    """A table inside of one transaction, to be prepared for reading or for writing first.

    Args:
        connection: in the transaction.
        place: the table.
        catalog: the table that keeps shapes.
    """

    def __init__(self, connection: sqlalchemy.Connection, place: Place, catalog: Table) -> None:
        self._connection = connection
        self._place = place
        self._catalog = catalog
        self._table = Identifier(*place)
        self._cursor: Any = connection.connection.cursor()  # of psycopg, in the same transaction
        self._execute(SQL("SET LOCAL TimeZone = 'UTC'"))
        self._execute(SQL("SET LOCAL DateStyle = 'ISO'"))

    def prepare_to_read(self) -> bool:
        """Keep others from replacing the table while it is read; return whether there is one.

        A transaction sees one state of all rows, and yet the newest table of a name: so the table is held
        before the first row is looked at.
        """
        try:
            self._execute(SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(self._table))
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            return False
        return True

    def prepare_to_write(self) -> None:
        """Wait for other writers of the table, and make its schema and the catalog if they are missing."""
        take_turns(self._connection, str(self._place))
        make_schema(self._connection, self._place.schema, MetaData())
        make_schema(self._connection, str(self._catalog.schema), self._catalog.metadata)

    def shapes(self, partitions: Iterable[str]) -> Mapping[str | None, Shape]:
        if not sqlalchemy.inspect(self._connection).has_table(self._catalog.name, self._catalog.schema):
            return {}
        columns = self._catalog.c
        rows: Iterable[Any] = self._connection.execute(
            sqlalchemy.select(columns.partition, columns.kind, columns.shape).where(*self._about(partitions))
        )
        return {partition: Shape.from_bytes(kind, shape) for partition, kind, shape in rows}

    def record(self, shapes: Mapping[str | None, Shape], *, only: bool) -> None:
        partitions = None if only else [key for key in shapes if key is not None]
        self._connection.execute(self._catalog.delete().where(*self._about(partitions)))
        schema, table = self._place
        rows = [
            {
                "table_schema": schema,
                "table_name": table,
                "partition": key,
                "kind": shape.kind,
                "shape": shape.to_bytes(),
            }
            for key, shape in shapes.items()
        ]
        self._connection.execute(self._catalog.insert(), rows)

    def columns(self) -> Sequence[str] | None:
        fields = self._fields()
        return [name for name in fields if name not in OWN_COLUMNS] if fields else None

    def fetch(self, columns: Sequence[str], partitions: Sequence[str] | None = None) -> Any:
        fields = self._fields()
        names = [*columns] if partitions is None else [*columns, PARTITION]
        schema = pyarrow.schema([(name, arrow_type(fields[name])) for name in names])
        parts: list[Composable] = [
            SQL("COPY (SELECT {} FROM {}").format(self._selected(schema, fields), self._table)
        ]
        order: list[Composable] = [Identifier(_ROW)] if _ROW in fields else []
        if partitions is not None:
            column = Identifier(PARTITION)
            parts.append(SQL("WHERE {} = ANY({})").format(column, Literal(list(partitions))))
            order = [SQL('{} COLLATE "C"').format(column), *order]
        if order:
            parts.append(SQL("ORDER BY {}").format(SQL(", ").join(order)))
        parts.append(SQL(") TO STDOUT (FORMAT csv)"))
        return copy_out(self._cursor, SQL(" ").join(parts), schema)

    def replace(self, schema: Any) -> None:
        wanted = {field.name: sql_type(field.type) for field in schema} | {_ROW: "bigint"}
        if list(wanted.items()) == list(self._fields().items()):
            # In place, readers go on meanwhile, and views and privileges stay.
            self._execute(SQL("DELETE FROM {}").format(self._table))
            return
        self._execute(SQL("DROP TABLE IF EXISTS {}").format(self._table))
        columns = SQL(", ").join(SQL("{} {}").format(Identifier(n), SQL(t)) for n, t in wanted.items())
        self._execute(SQL("CREATE TABLE {} ({})").format(self._table, columns))
        if PARTITION in wanted:
            self._execute(SQL("CREATE INDEX ON {} ({})").format(self._table, Identifier(PARTITION)))

    def add_column(self, field: Any) -> None:
        self._alter(SQL("ADD COLUMN {} {}").format(Identifier(field.name), SQL(sql_type(field.type))))

    def drop_column(self, name: str) -> None:
        self._alter(SQL("DROP COLUMN {}").format(Identifier(name)))

    def change_column(self, field: Any) -> None:
        column, kind = Identifier(field.name), SQL(sql_type(field.type))
        self._alter(SQL("ALTER COLUMN {} TYPE {}").format(column, kind))

    def remove(self, partitions: Sequence[str]) -> None:
        chosen = SQL("{} = ANY({})").format(Identifier(PARTITION), Literal(list(partitions)))
        self._execute(SQL("DELETE FROM {} WHERE {}").format(self._table, chosen))

    def append(self, rows: Any) -> None:
        numbered = rows.append_column(_ROW, pyarrow.array(range(rows.num_rows), pyarrow.int64()))
        columns = SQL(", ").join(map(Identifier, numbered.column_names))
        statement = SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(self._table, columns)
        copy_in(self._cursor, statement, numbered)

    def _about(self, partitions: Iterable[str] | None) -> list[Any]:
        columns = self._catalog.c
        schema, table = self._place
        here = [columns.table_schema == schema, columns.table_name == table]
        if partitions is None:
            return here
        chosen = sqlalchemy.literal(list(partitions), ARRAY(Text))
        return [*here, columns.partition.is_(None) | (columns.partition == sqlalchemy.any_(chosen))]

    def _fields(self) -> dict[str, str]:
        """Return the columns with what the database calls their types, in order."""
        name = Literal(self._table.as_string(self._cursor))
        rows = self._execute(
            SQL(
                "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
                " WHERE attrelid = to_regclass({}) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
            ).format(name)
        )
        return dict(rows)

    def _selected(self, schema: Any, fields: Mapping[str, str]) -> Composable:
        columns: list[Composable] = []
        for field in schema:
            is_foreign = pyarrow.types.is_large_string(field.type) and fields[field.name] != "text"
            columns.append(SQL("{}::text" if is_foreign else "{}").format(Identifier(field.name)))
        return SQL(", ").join(columns)

    def _alter(self, change: Composable) -> None:
        self._execute(SQL("ALTER TABLE {} {}").format(self._table, change))

    def _execute(self, statement: Composable) -> list[Any]:
        # Without parameters, a percent sign in a name is nothing but that.
        self._cursor.execute(statement)
        return self._cursor.fetchall() if self._cursor.description else []
