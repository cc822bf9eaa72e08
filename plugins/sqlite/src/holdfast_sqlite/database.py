"""One SQLite file: how it is opened, shared between threads, processes and forks, and what can go wrong."""

from __future__ import annotations

import functools
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from holdfast.errors import StorageError
from holdfast_sqlite.schema import APPLICATION_ID, MIGRATIONS, VERSION

__all__ = ["Database"]

# SQLite counts the file locks of a process in that process's memory, and guards itself with mutexes there. A
# child that inherits a connection inherits the count without the locks: even over a connection of its own it
# then writes to a file that the parent may delete under it. If it inherits a mutex that is taken, it hangs.
# So at the moment of a fork no connection is open, and no thread is inside SQLite: they all take turns at one
# lock. It is reentrant because the garbage collector may close a dropped database while another is in use.
_lock = threading.RLock()
_connections: set[sqlite3.Connection] = set()

_ADVICE = {
    "not a database": "It is no SQLite database. Move it away, or set another path for the event store.",
    "malformed": "The file is damaged. Restore it from a copy, or move it away to start a new one.",
    "unable to open": "Make its directory writable, or set another path for the event store.",
    "readonly": "Make the file and its directory writable, or set another path for the event store.",
    "locked": "Another process keeps it busy. Wait for that to end, or raise the event store's timeout.",
    "full": "Make room on the disk.",
}


class Database:
    """A SQLite file in WAL mode, opened when it is first used, closed when it is dropped.

    Threads take turns at one connection: SQLite has one writer at a time anyway, what is read is read in
    milliseconds, and one connection can be closed for certain. Processes have a connection each.

    Args:
        path: the file; it and its directories are made when missing.
        synchronous: ``"NORMAL"`` or ``"FULL"``, as SQLite's pragma.
        timeout: seconds to wait while other processes write.
    """

    def __init__(self, path: Path, synchronous: str, timeout: float) -> None:
        self.path = path
        self._synchronous = synchronous
        self._timeout = timeout
        self._connection: sqlite3.Connection | None = None
        _prepare_for_forks()

    def __del__(self) -> None:
        if _lock is not None:  # it is gone when the interpreter ends, which closes connections itself
            self.close()

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Give the connection to the calling thread alone.

        Raises:
            StorageError: SQLite cannot do what was asked of it.
        """
        with _lock:
            try:
                if self._connection is None or self._connection not in _connections:
                    self._connection = self._open()
                    _connections.add(self._connection)
                yield self._connection
            except sqlite3.Error as error:
                advice = next((text for part, text in _ADVICE.items() if part in str(error)), "")
                raise StorageError(f"Event store {self.path}: {error}. {advice}".rstrip()) from error
            except UnicodeEncodeError as error:
                raise StorageError(
                    f"Event store {self.path}: {error.object!r} is no valid Unicode and cannot name a run, "
                    "step or partition. Rename it."
                ) from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the connection in a transaction, committed at the end, rolled back if anything is raised."""
        with self.connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the connection; a later use opens another."""
        with _lock:
            if self._connection in _connections:
                _connections.remove(self._connection)
                self._connection.close()

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"Event store {self.path}: its directory cannot be made ({error.strerror}). "
                "Make the directory above writable, or set another path for the event store."
            ) from error
        connection = sqlite3.connect(
            self.path, timeout=self._timeout, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute(f"PRAGMA synchronous = {self._synchronous}")
            connection.execute("PRAGMA fullfsync = ON")  # or macOS calls a sync done before it is on disk
            if self._version(connection) < VERSION:
                self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _version(self, connection: sqlite3.Connection) -> int:
        """Return the version of the tables, 0 when there are none."""
        application: int
        version: int
        application, version, tables = connection.execute(
            "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master)"
            " FROM pragma_application_id, pragma_user_version"
        ).fetchone()
        if application != APPLICATION_ID:
            if application or version or tables:
                raise StorageError(
                    f"Event store {self.path}: it is a SQLite database of something else. "
                    "Set another path for the event store."
                )
            return 0
        if version > VERSION:
            raise StorageError(
                f"Event store {self.path}: a newer holdfast-sqlite wrote it (schema {version}, this one "
                f"knows {VERSION}). Upgrade with 'pip install --upgrade holdfast-sqlite'."
            )
        return version

    def _migrate(self, connection: sqlite3.Connection) -> None:
        deadline = time.monotonic() + self._timeout
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError as error:
                # SQLite does not wait here when several processes make the file at the same moment.
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.005)
        connection.execute("BEGIN IMMEDIATE")
        for statements in MIGRATIONS[self._version(connection) :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")


@functools.cache
def _prepare_for_forks() -> None:
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_close_all, after_in_parent=_lock.release, after_in_child=_lock.release)


def _close_all() -> None:
    _lock.acquire()
    while _connections:
        _connections.pop().close()
