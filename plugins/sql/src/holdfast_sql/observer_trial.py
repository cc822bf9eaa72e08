"""How the observer is tried by ``holdfast plugins check``: on an SQLite file, which needs no server."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from pathlib import Path

from holdfast.conformance.trials import ObservedSource, ObserverTrial

__all__ = ["observer"]


def observer(directory: Path) -> ObserverTrial:
    """Return the trial of the observer ``sql``."""
    # Beside the directory of the repository, whose files are not to change.
    file = directory.with_name(f"{directory.name}-observed.db")
    numbers = itertools.count()

    def execute(statement: str) -> None:
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(statement)

    def source() -> ObservedSource:
        table = f"orders_{next(numbers)}"
        execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, pieces INTEGER)")
        return ObservedSource(
            {"query": f"SELECT count(*), max(id) FROM {table}"},
            lambda: execute(f"INSERT INTO {table} (pieces) VALUES (1)"),
            lambda: execute(f"DROP TABLE {table}"),
        )

    return ObserverTrial(use="sql", options={"url": f"sqlite:///{file}"}, source=source)
