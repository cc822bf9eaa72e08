"""How the IO manager and the event store are proven: each on a new database of a server of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg

from holdfast.conformance.trials import EventStoreTrial, IOManagerTrial
from holdfast_sql.scratch_server import scratch_database

__all__ = ["sql_events", "sql_tables"]

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
