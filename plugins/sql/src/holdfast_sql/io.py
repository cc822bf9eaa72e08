"""The IO manager: where the database is, and how a table of it is opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from holdfast.errors import SettingsError
from holdfast.key_paths import encode_identifier
from holdfast.provisions import PluginContext
from holdfast.tables.manager import TableIOManager
from holdfast.tables.places import Place
from holdfast.tables.sessions import TableSession
from holdfast_sql.server import Server
from holdfast_sql.session import OWN_COLUMNS, SQLSession, catalog_of
from holdfast_sql.types import ADVICE, plain

__all__ = ["SQLIOManager", "sql_io_manager"]

_LONGEST_NAME = 63  # in bytes; PostgreSQL cuts longer ones


def sql_io_manager(
    context: PluginContext,
    url: str,
    schema: str | None = None,
) -> SQLIOManager:
    """Return the IO manager that the settings describe.

    Args:
        context: what every factory is given; this IO manager needs nothing of it.
        url: where the database is, such as ``postgresql://user@host:5432/database``; with a password only if
            it is an `EnvironmentValue`.
        schema: the schema of every table; when ``None``, the parts of a key but the last name one.

    Raises:
        SettingsError: an option has no valid value.
    """
    what = "IO manager 'sql'"
    if schema is not None and (not isinstance(schema, str) or not schema):
        raise SettingsError(what, "schema", f"is the name of a schema, not {schema!r}.")
    return SQLIOManager(Server(what, url), schema)


class SQLIOManager(TableIOManager):
    """Keeps the asset ``AssetKey(["warehouse", "orders"])`` in the table ``warehouse.orders`` of a database.

    Args:
        server: where the database is.
        schema: the schema of every table; when ``None``, the parts of a key but the last name one.
    """

    advice = ADVICE
    own_columns = OWN_COLUMNS

    def __init__(self, server: Server, schema: str | None = None) -> None:
        super().__init__(schema or "public", together=schema is not None)
        self._server = server

    def plain(self, kind: Any) -> Any:
        """Return the type that a column of a type is kept as; see `TableIOManager.plain`."""
        return plain(kind)

    def column_name(self, name: str) -> str:
        """Return what a column is called: what PostgreSQL takes as a name is one."""
        fits = name and "\0" not in name and len(name.encode()) <= _LONGEST_NAME
        return name if fits else encode_identifier([name])

    def location(self, place: Place) -> str:
        """Return the database and the table."""
        return f"{self._server}, table {place}"

    @contextmanager
    def reading(self, place: Place) -> Iterator[TableSession | None]:
        """Open a table, if there is one, as it is at this moment."""
        with self._server.transaction("REPEATABLE READ") as connection:
            session = SQLSession(connection, place, catalog_of(self.default_schema))
            yield session if session.prepare_to_read() else None

    @contextmanager
    def writing(self, place: Place) -> Iterator[TableSession]:
        """Open a table in a transaction, while nobody else writes to it."""
        with self._server.transaction() as connection:
            session = SQLSession(connection, place, catalog_of(self.default_schema))
            session.prepare_to_write()
            yield session
