"""The rows of one query, read from PostgreSQL or SQLite without changing anything."""

from __future__ import annotations

import abc
import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
import sqlalchemy
from sqlalchemy.exc import ArgumentError, DBAPIError, ResourceClosedError
from sqlalchemy.pool import NullPool

from holdfast.errors import SettingsError, StorageError
from holdfast_sql.server import Server

__all__ = ["Reader", "Rows", "reader_of"]

Rows = Sequence[Sequence[Any]]

_INSTRUCTIONS = 10_000  # of SQLite, between two looks at the clock


class Reader(abc.ABC):
    """A database that is only read."""

    @abc.abstractmethod
    def rows(self, query: str, limit: int) -> Rows:
        """Return the first rows that a query gives.

        Raises:
            StorageError: it fails, takes too long, changes something, or gives no rows as it is no query.
        """


def reader_of(what: str, url: str, directory: Path, timeout: float) -> Reader:
    """Return the database that settings name.

    Args:
        what: what the options are of, for messages.
        url: where it is; with a password only if it is an `EnvironmentValue`.
        directory: where the path of an SQLite file starts, if it is relative.
        timeout: the seconds that a query may take.

    Raises:
        SettingsError: an option has no valid value.
    """
    parsed = None
    with suppress(ArgumentError, ValueError):  # the server says what is wrong with it
        parsed = sqlalchemy.make_url(str(url))
    if parsed is None or parsed.get_backend_name() in ("postgres", "postgresql"):
        return PostgresReader(Server(what, url), timeout)
    if parsed.drivername != "sqlite":
        raise SettingsError(
            what,
            "url",
            f"names {parsed.drivername!r}, and only PostgreSQL and SQLite are known here: "
            "postgresql://user@host:5432/database, or sqlite:///file.db.",
        )
    if not parsed.database or parsed.database == ":memory:":
        raise SettingsError(what, "url", "names no file, as sqlite:///file.db does.")
    return SQLiteReader(directory / parsed.database, timeout)


@attrs.frozen
class PostgresReader(Reader):
    """A database of a PostgreSQL server."""

    server: Server
    timeout: float

    def rows(self, query: str, limit: int) -> Rows:
        """Return the first rows, of a cursor of the server's in a transaction that only reads."""
        with self.server.transaction() as connection:
            milliseconds = max(1, round(self.timeout * 1000))
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {milliseconds}")
            # What a session is set to would change how times are written, and so the version.
            connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
            options = {"no_parameters": True, "stream_results": True}
            return connection.exec_driver_sql(query, execution_options=options).fetchmany(limit)


@attrs.frozen
class SQLiteReader(Reader):
    """An SQLite file."""

    file: Path
    timeout: float

    def rows(self, query: str, limit: int) -> Rows:
        """Return the first rows; the file is opened to read alone."""
        engine = sqlalchemy.create_engine("sqlite://", creator=self._connect, poolclass=NullPool)
        try:
            with engine.connect() as connection:
                options = {"no_parameters": True}
                return connection.exec_driver_sql(query, execution_options=options).fetchmany(limit)
        except DBAPIError as error:
            problem = str(error.orig)
            if problem == "interrupted":
                problem = f"the query takes longer than {self.timeout:g} seconds"
            raise StorageError(f"{self.file}: {problem}") from error
        except ResourceClosedError as error:
            raise StorageError(f"{self.file}: the statement gives no rows; it is to be a SELECT") from error

    def _connect(self) -> sqlite3.Connection:
        uri = f"{self.file.absolute().as_uri()}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, timeout=self.timeout)
        deadline = time.monotonic() + self.timeout
        connection.set_progress_handler(lambda: time.monotonic() > deadline, _INSTRUCTIONS)
        return connection
