"""The IO manager: where the file is, and how a table of it is opened."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from holdfast.errors import SettingsError
from holdfast.key_paths import encode_identifier
from holdfast.provisions import PluginContext
from holdfast.tables.manager import TableIOManager
from holdfast.tables.places import Place
from holdfast.tables.sessions import TableSession
from holdfast_duckdb.database import Database
from holdfast_duckdb.session import DuckDBSession
from holdfast_duckdb.types import ADVICE, plain

__all__ = ["DuckDBIOManager", "duckdb_io_manager"]


def duckdb_io_manager(
    context: PluginContext,
    path: str | os.PathLike[str] | None = None,
    schema: str | None = None,
    timeout: float = 60.0,
) -> DuckDBIOManager:
    """Return the IO manager that the settings describe.

    Args:
        context: where the repository is.
        path: the file, relative to the repository; ``assets.duckdb`` in the instance's storage when ``None``.
        schema: the schema of every table; when ``None``, the parts of a key but the last name one.
        timeout: seconds to wait while other processes have the file open.

    Raises:
        SettingsError: an option has no valid value.
    """
    if path is not None and not isinstance(path, str | os.PathLike):
        raise _refused("path", f"is the path of a file, not {path!r}.")
    if schema is not None and (not isinstance(schema, str) or not schema):
        raise _refused("schema", f"is the name of a schema, not {schema!r}.")
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or timeout < 0:
        raise _refused("timeout", f"is a number of seconds, not {timeout!r}.")
    file = context.storage / "assets.duckdb" if path is None else context.directory / path
    return DuckDBIOManager(Database(file.expanduser(), timeout), schema)


class DuckDBIOManager(TableIOManager):
    """Keeps the asset ``AssetKey(["warehouse", "orders"])`` in the table ``warehouse.orders`` of a file.

    Args:
        database: the file.
        schema: the schema of every table; when ``None``, the parts of a key but the last name one.
    """

    advice = ADVICE
    ignores_case = True

    def __init__(self, database: Database, schema: str | None = None) -> None:
        super().__init__(schema or "main", together=schema is not None)
        self._database = database

    def plain(self, kind: Any) -> Any:
        """Return the type that a column of a type is kept as; see `TableIOManager.plain`."""
        return plain(kind)

    def column_name(self, name: str) -> str:
        """Return what a column is called: what DuckDB takes as a name is one."""
        return name if name and "\0" not in name else encode_identifier([name])

    def location(self, place: Place) -> str:
        """Return the file and the table."""
        return f"{self._database.path}, table {place}"

    @contextmanager
    def reading(self, place: Place) -> Iterator[TableSession | None]:
        """Open a table of the file, if there is one, while no process writes to it."""
        if not self._database.path.exists():
            yield None
            return
        with self._database.reading() as connection:
            yield DuckDBSession(connection, place, self.default_schema)

    @contextmanager
    def writing(self, place: Place) -> Iterator[TableSession]:
        """Open a table of the file in a transaction, while no other process uses it."""
        with self._database.writing() as connection:
            yield DuckDBSession(connection, place, self.default_schema)


def _refused(option: str, problem: str) -> SettingsError:
    return SettingsError("IO manager 'duckdb'", option, problem)
