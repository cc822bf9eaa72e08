"""One DuckDB file: how it is opened, shared between threads, processes and forks, and what can go wrong."""

from __future__ import annotations

import functools
import os
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import duckdb

from holdfast.errors import StorageError

__all__ = ["Database"]

# A file that is open in a process cannot be opened there in another mode, and what a forked child inherits of
# an open one is of no use to it. So threads take turns, and at the moment of a fork nothing is open.
_lock = threading.RLock()


class Database:
    """A DuckDB file, opened for each use: several processes may read it at once, or one may write.

    Args:
        path: the file; it and its directories are made by the first that writes.
        timeout: seconds to wait while other processes have the file open.
    """

    def __init__(self, path: Path, timeout: float) -> None:
        self.path = path
        self._timeout = timeout

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the file, which is there, to read.

        Raises:
            StorageError: other processes have it open for too long.
        """
        with self._open(read_only=True) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the file in a transaction, committed at the end, rolled back if anything is raised.

        Raises:
            StorageError: other processes have it open for too long.
        """
        if not self.path.exists():
            self._make()
        with self._open(read_only=False) as connection:
            connection.begin()
            yield connection
            connection.commit()  # if this is not reached, closing rolls back

    def _make(self) -> None:
        """Make the file, which has no name until it is whole: DuckDB takes several steps to make one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{self.path.name}~", dir=self.path.parent) as folder:
            new = Path(folder) / self.path.name
            with _lock:
                duckdb.connect(new).close()
            with suppress(OSError):  # another process was faster, or files here have one name only
                self.path.hardlink_to(new)

    @contextmanager
    def _open(self, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        _prepare_for_forks()
        deadline = time.monotonic() + self._timeout
        while True:
            with _lock:
                try:
                    connection = duckdb.connect(self.path, read_only=read_only)
                except duckdb.IOException as error:
                    if "lock" not in str(error).lower():
                        raise
                    if time.monotonic() > deadline:
                        raise StorageError(
                            f"Another process keeps the file busy, after {self._timeout:g} seconds too "
                            f"({error}). End what has it open, or raise the IO manager's timeout."
                        ) from error
                else:
                    with closing(connection):
                        yield connection
                    return
            time.sleep(random.uniform(0.005, 0.05))  # unequal, or two processes might meet for ever


@functools.cache
def _prepare_for_forks() -> None:
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)
