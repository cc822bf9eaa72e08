"""Assets as tables of PostgreSQL, an event store there, for teams, and an observer of queries."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.hookspecs import hookimpl
from holdfast.provisions import EventStorePlugin, IOManagerPlugin, ObserverPlugin

__all__: list[str] = []


@hookimpl
def holdfast_io_managers() -> Iterator[IOManagerPlugin]:
    """Provide the IO manager ``sql``."""
    yield IOManagerPlugin(
        name="sql",
        factory="holdfast_sql.io:sql_io_manager",
        summary="pandas, polars and pyarrow tables as tables of PostgreSQL",
        requires=("psycopg", "pyarrow", "sqlalchemy"),
        claims=("columns", "partitions", "persistent", "processes"),
        types=("pandas.DataFrame", "polars.DataFrame", "polars.LazyFrame", "pyarrow.Table"),
        conformance="holdfast_sql.conformance:sql_tables",
    )


@hookimpl
def holdfast_event_stores() -> Iterator[EventStorePlugin]:
    """Provide the event store ``sql``."""
    yield EventStorePlugin(
        name="sql",
        factory="holdfast_sql.store:SQLEventStore",
        summary="runs and events in PostgreSQL, for several machines at once",
        requires=("psycopg", "sqlalchemy"),
        claims=("persistent",),
        conformance="holdfast_sql.conformance:sql_events",
    )


@hookimpl
def holdfast_observers() -> Iterator[ObserverPlugin]:
    """Provide the observer ``sql``."""
    yield ObserverPlugin(
        name="sql",
        factory="holdfast_sql.observer:SQLObserver",
        summary="what the query in the metadata 'query' gives, in PostgreSQL or an SQLite file",
        requires=("psycopg", "sqlalchemy"),
        conformance="holdfast_sql.conformance:sql_query",
    )
