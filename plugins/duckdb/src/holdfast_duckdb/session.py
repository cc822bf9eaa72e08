# ruff: noqa: D102 - methods without a docstring have that of the contract
"""One table of a DuckDB file, and the table in which the file keeps what its tables were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow

from holdfast.tables.places import Place
from holdfast.tables.sessions import PARTITION, TableSession
from holdfast.tables.shapes import Shape

__all__ = ["DuckDBSession"]

_CATALOG = "holdfast$tables"  # the name of no asset's table: $t is part of no encoded name
_COLUMNS = """
    SELECT column_name FROM duckdb_columns()
    WHERE database_name = ? AND lower(schema_name) = lower(?) AND lower(table_name) = lower(?)
    ORDER BY column_index
"""


class DuckDBSession(TableSession):
    """A table inside of one transaction, or of a connection that only reads.

    Args:
        connection: open, and closed by who opened it.
        place: the table.
        catalog_schema: the schema of the table that keeps shapes.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, place: Place, catalog_schema: str) -> None:
        connection.execute("SET arrow_large_buffer_size = true")  # or a batch of text ends at 2 GB
        connection.execute("SET TimeZone = 'UTC'")
        self._connection = connection
        self._place = place
        # A schema may be called as the file is: then only the full name says which is meant.
        ((self._database,),) = connection.execute("SELECT current_database()").fetchall()
        self._table = self._name(place)
        self._catalog_place = Place(catalog_schema, _CATALOG)
        self._catalog = self._name(self._catalog_place)

    def shapes(self, partitions: Iterable[str]) -> Mapping[str | None, Shape]:
        if self._columns_of(self._catalog_place) is None:
            return {}
        rows = self._connection.execute(
            f"SELECT partition, kind, shape FROM {self._catalog} WHERE table_schema = ? AND table_name = ?"
            " AND (partition IS NULL OR partition IN (SELECT unnest(?::VARCHAR[])))",
            [*self._place, list(partitions)],
        ).fetchall()
        return {partition: Shape.from_bytes(kind, shape) for partition, kind, shape in rows}

    def record(self, shapes: Mapping[str | None, Shape], *, only: bool) -> None:
        self._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {self._schema(self._catalog_place)}")
        self._connection.execute(
            f"CREATE TABLE IF NOT EXISTS {self._catalog} (table_schema VARCHAR NOT NULL,"
            " table_name VARCHAR NOT NULL, partition VARCHAR, kind VARCHAR NOT NULL, shape BLOB NOT NULL)"
        )
        here = f"DELETE FROM {self._catalog} WHERE table_schema = ? AND table_name = ?"
        if only:
            self._connection.execute(here, [*self._place])
        else:
            partitions = [key for key in shapes if key is not None]
            self._connection.execute(
                f"{here} AND (partition IS NULL OR partition IN (SELECT unnest(?::VARCHAR[])))",
                [*self._place, partitions],
            )
        names = ["table_schema", "table_name", "partition", "kind", "shape"]
        rows = [(*self._place, key, shape.kind, shape.to_bytes()) for key, shape in shapes.items()]
        types = [pyarrow.string()] * 4 + [pyarrow.binary()]
        schema = pyarrow.schema(list(zip(names, types, strict=True)))
        self._insert(self._catalog, pyarrow.table(list(zip(*rows, strict=True)), schema=schema))

    def columns(self) -> Sequence[str] | None:
        names = self._columns_of(self._place)
        return names and [name for name in names if name != PARTITION]

    def fetch(self, columns: Sequence[str], partitions: Sequence[str] | None = None) -> Any:
        if partitions is None:
            query = f"SELECT {_list(columns)} FROM {self._table}"
            return self._connection.sql(query).to_arrow_table()
        query = f"SELECT {_list([*columns, PARTITION])} FROM {self._table} WHERE {_quoted(PARTITION)}"
        if len(partitions) == 1:  # which lets DuckDB leave out what cannot hold it
            return self._connection.sql(f"{query} = ?", params=[*partitions]).to_arrow_table()
        chosen = f"{query} IN (SELECT unnest(?::VARCHAR[]))"
        return self._connection.sql(chosen, params=[list(partitions)]).to_arrow_table()

    def replace(self, schema: Any) -> None:
        self._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {self._schema(self._place)}")
        with _Registered(self._connection, _typed(schema).empty_table()) as rows:
            self._connection.execute(f"CREATE OR REPLACE TABLE {self._table} AS SELECT * FROM {rows}")

    def add_column(self, field: Any) -> None:
        self._alter(f"ADD COLUMN {_quoted(field.name)} {self._type_of(field)}")

    def drop_column(self, name: str) -> None:
        self._alter(f"DROP COLUMN {_quoted(name)}")

    def change_column(self, field: Any) -> None:
        self._alter(f"ALTER COLUMN {_quoted(field.name)} SET DATA TYPE {self._type_of(field)}")

    def remove(self, partitions: Sequence[str]) -> None:
        chosen = f"{_quoted(PARTITION)} IN (SELECT unnest(?::VARCHAR[]))"
        self._connection.execute(f"DELETE FROM {self._table} WHERE {chosen}", [list(partitions)])

    def append(self, rows: Any) -> None:
        self._insert(self._table, rows)

    def _columns_of(self, place: Place) -> list[str] | None:
        rows = self._connection.execute(_COLUMNS, [self._database, *place]).fetchall()
        return [name for (name,) in rows] or None

    def _insert(self, table: str, rows: Any) -> None:
        with _Registered(self._connection, rows) as name:
            self._connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM {name}")

    def _alter(self, change: str) -> None:
        self._connection.execute(f"ALTER TABLE {self._table} {change}")

    def _type_of(self, field: Any) -> str:
        with _Registered(self._connection, _typed(pyarrow.schema([field])).empty_table()) as name:
            ((_, said, *_),) = self._connection.execute(f"DESCRIBE SELECT * FROM {name}").fetchall()
        return str(said)

    def _schema(self, place: Place) -> str:
        return f"{_quoted(self._database)}.{_quoted(place.schema)}"

    def _name(self, place: Place) -> str:
        return f"{self._schema(place)}.{_quoted(place.table)}"


class _Registered:
    """A table of Arrow that SQL can name while it is entered."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, rows: Any) -> None:
        self._connection, self._rows = connection, rows

    def __enter__(self) -> str:
        self._connection.register("holdfast$incoming", self._rows)
        return _quoted("holdfast$incoming")

    def __exit__(self, *_: object) -> None:
        self._connection.unregister("holdfast$incoming")


def _typed(schema: Any) -> Any:
    """Return a schema in which columns without values have some type."""
    types = (pyarrow.int8() if pyarrow.types.is_null(field.type) else field.type for field in schema)
    return pyarrow.schema(list(zip(schema.names, types, strict=True)))


def _list(names: Iterable[str]) -> str:
    return ", ".join(map(_quoted, names))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
