"""A PostgreSQL server: where it is, which secrets it takes, and its connections over threads and forks."""

from __future__ import annotations

import functools
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy
from sqlalchemy.exc import ArgumentError, DBAPIError

from holdfast.environment import EnvironmentValue
from holdfast.errors import SettingsError, StorageError

__all__ = ["Server", "make_schema", "take_turns"]

_NAMES = ("postgresql", "postgres", "postgresql+psycopg")
_servers: weakref.WeakSet[Server] = weakref.WeakSet()


class Server:
    """A database of a PostgreSQL server, with a pool of connections that each process has for itself.

    Args:
        what: what the options are of, for messages.
        url: where it is; with a password only if it is an `EnvironmentValue`.

    Raises:
        SettingsError: an option has no valid value.
    """

    def __init__(self, what: str, url: str) -> None:
        self._what, self._url = what, url
        parsed = self._parsed()
        if not isinstance(url, EnvironmentValue) and (
            parsed.password is not None or "password" in parsed.query
        ):
            raise SettingsError(
                what,
                "url",
                "holds a password, for which settings are no place. Put the URL into an environment variable "
                'and write url = { env = "NAME" }, or leave the password out and set PGPASSWORD.',
            )
        self._open()

    def _open(self) -> None:
        self._lock = threading.Lock()
        self._engine: sqlalchemy.Engine | None = None
        _servers.add(self)
        _prepare_for_forks()

    def __getstate__(self) -> dict[str, Any]:
        return {"_what": self._what, "_url": self._url}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open()

    def __str__(self) -> str:
        return self._parsed().set(query={}).render_as_string(hide_password=True)

    @property
    def engine(self) -> sqlalchemy.Engine:
        """The pool of connections, made when it is first used."""
        with self._lock:
            if self._engine is None:
                url = self._parsed().set(drivername="postgresql+psycopg")
                # Values are other people's data: errors do not repeat them.
                self._engine = sqlalchemy.create_engine(url, pool_pre_ping=True, hide_parameters=True)
            return self._engine

    @contextmanager
    def transaction(self, isolation: str = "READ COMMITTED") -> Iterator[sqlalchemy.Connection]:
        """Give a connection in a transaction, committed at the end, rolled back if anything is raised.

        Raises:
            StorageError: the server cannot be reached, or cannot do what was asked of it.
        """
        try:
            with self.engine.connect() as connection:
                connection.execution_options(isolation_level=isolation)
                with connection.begin():
                    yield connection
        except DBAPIError as error:
            raise StorageError(f"{self}: {str(error.orig).strip()}") from error
        except psycopg.Error as error:
            raise StorageError(f"{self}: {str(error).strip()}") from error

    def close(self) -> None:
        """Close the connections; a later use opens others."""
        self._forget(close=True)

    def _forget(self, *, close: bool) -> None:
        engine = self._engine
        if engine is not None:
            engine.dispose(close=close)

    def _parsed(self) -> sqlalchemy.URL:
        form = "postgresql://user@host:5432/database"
        try:
            parsed = sqlalchemy.make_url(str(self._url))
        except (ArgumentError, ValueError):
            raise SettingsError(self._what, "url", f"gives no URL such as {form}.") from None
        if parsed.drivername not in _NAMES:
            problem = f"names {parsed.drivername!r}, and only PostgreSQL is known here: {form}."
            raise SettingsError(self._what, "url", problem)
        return parsed


def take_turns(connection: sqlalchemy.Connection, name: str) -> None:
    """Let one transaction at a time go on from here, of those that give this name."""
    locked = sqlalchemy.text("SELECT pg_advisory_xact_lock(hashtextextended('holdfast ' || :name, 0))")
    connection.execute(locked, {"name": name})


def make_schema(connection: sqlalchemy.Connection, schema: str, tables: sqlalchemy.MetaData) -> None:
    """Make a schema and tables in it where they are missing; where none is, no privilege is needed."""
    if not _has(connection, schema, tables):
        take_turns(connection, "schemas")  # two that make one at the same moment would fail
        if not sqlalchemy.inspect(connection).has_schema(schema):
            connection.execute(sqlalchemy.schema.CreateSchema(schema))
        tables.create_all(connection)


def _has(connection: sqlalchemy.Connection, schema: str, tables: sqlalchemy.MetaData) -> bool:
    inspector = sqlalchemy.inspect(connection)
    return inspector.has_schema(schema) and all(
        inspector.has_table(table.name, schema) for table in tables.tables.values()
    )


@functools.cache
def _prepare_for_forks() -> None:
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_forget_all)


def _forget_all() -> None:
    # A child must not use, nor close, the connections that it has in common with its parent.
    for server in list(_servers):
        server._lock = threading.Lock()
        server._forget(close=False)
