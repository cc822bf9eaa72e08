"""Event store in one SQLite file, safe for several processes."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.hookspecs import hookimpl
from holdfast.provisions import EventStorePlugin

__all__: list[str] = []


@hookimpl
def holdfast_event_stores() -> Iterator[EventStorePlugin]:
    """Provide the event store ``sqlite``."""
    yield EventStorePlugin(
        name="sqlite",
        factory="holdfast_sqlite.store:SQLiteEventStore",
        summary="runs and events in one SQLite file, for several processes at once",
        requires=("sqlite3",),
        claims=("persistent",),
    )
