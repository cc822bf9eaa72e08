"""How the plugin is proven: on new databases of a server of its own, the observer on an SQLite file."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import psycopg

from holdfast.conformance.trials import EventStoreTrial, IOManagerTrial, ObservedSource, ObserverTrial
from holdfast_sql.scratch_server import scratch_database

__all__ = ["queries_of", "sql_events", "sql_query", "sql_tables"]

_RELATIONS = """
    SELECT relnamespace::regnamespace::text, relname FROM pg_class
    WHERE relnamespace::regnamespace::text NOT IN ('information_schema', 'pg_catalog', 'pg_toast')
"""
_SHAPES = 'SELECT table_schema, table_name, "partition" FROM "public"."holdfast$tables"'
_OPEN = """
    SELECT 'a transaction is open', pid FROM pg_stat_activity
    WHERE datname = current_database() AND state LIKE 'idle in transaction%'
"""


@contextmanager
def sql_tables(_directory: Path) -> Iterator[IOManagerTrial]:
    """Give the trial of the IO manager ``sql``."""
    with scratch_database() as url:
        yield IOManagerTrial(use="sql", options={"url": url}, contents=partial(_contents, url))


@contextmanager
def sql_events(_directory: Path) -> Iterator[EventStoreTrial]:
    """Give the trial of the event store ``sql``."""
    with scratch_database() as url:
        yield EventStoreTrial(use="sql", options={"url": url}, clear=partial(_clear, url))


def sql_query(directory: Path) -> ObserverTrial:
    """Return the trial of the observer ``sql``."""
    # Beside the directory of the repository, whose files are not to change.
    file = directory.with_name(f"{directory.name}-observed.db")

    def execute(statement: str) -> None:
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(statement)

    return queries_of(f"sqlite:///{file}", execute)


def queries_of(url: str, execute: Callable[[str], object]) -> ObserverTrial:
    """Return the trial of the observer ``sql`` on any database, whose tables it makes and changes.

    Args:
        url: where the database is.
        execute: executes a statement there.
    """
    numbers = itertools.count()

    def source() -> ObservedSource:
        table = f"orders_{next(numbers)}"
        execute(f"CREATE TABLE {table} (pieces INTEGER)")
        return ObservedSource(
            {"query": f"SELECT count(*), max(pieces) FROM {table}"},
            lambda: execute(f"INSERT INTO {table} VALUES (1)"),
            lambda: execute(f"DROP TABLE {table}"),
        )

    return ObserverTrial(use="sql", options={"url": url}, source=source)


def _clear(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("DROP SCHEMA IF EXISTS holdfast CASCADE")


def _contents(url: str) -> list[str]:
    """Return the tables and indices of a database, what it keeps the shape of, and what is left open."""
    with psycopg.connect(url) as connection:
        relations = connection.execute(_RELATIONS).fetchall()
        is_used = ("public", "holdfast$tables") in relations
        shapes = connection.execute(_SHAPES).fetchall() if is_used else []
        return [str(row) for row in (*relations, *shapes, *connection.execute(_OPEN).fetchall())]
