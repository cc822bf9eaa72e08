# ruff: noqa: D102 - methods without a docstring have that of the contract
"""The event store: events, runs and materializations as rows of one SQLite file."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from holdfast.errors import RunExistsError, RunNotFoundError, SettingsError, did_you_mean
from holdfast.event_json import dump_data, parse_data
from holdfast.events import ENDS, Event, EventType, PartitionRecord, Run, RunStatus
from holdfast.interfaces import EventStore
from holdfast.keys import AssetKey
from holdfast.partitions.keys import check_added
from holdfast.provisions import PluginContext
from holdfast.versions import LOGICAL_VERSION
from holdfast_sqlite.database import Database

__all__ = ["SQLiteEventStore"]

_EVENT = "type, run_id, timestamp, step_key, asset_key, body"
_RUN = "run_id, status, started, ended, about"

# Jumps from asset to asset in the index of one type, whatever the length of their histories.
_ALL_KEYS = """
    WITH RECURSIVE keys (value) AS (
        SELECT min(asset_key) FROM events WHERE type = '{type}'
        UNION ALL
        SELECT (SELECT min(asset_key) FROM events WHERE type = '{type}' AND asset_key > value)
        FROM keys WHERE value IS NOT NULL
    )
"""
_LATEST = f"""
    SELECT {_EVENT} FROM keys JOIN events ON events.id = (
        SELECT max(id) FROM events WHERE type = '{{type}}' AND asset_key = keys.value
    )
"""

_MADE = """
    INSERT INTO partitions VALUES (?, ?, ?, ?, ?, NULL) ON CONFLICT DO UPDATE SET
    made_by = excluded.made_by, timestamp = excluded.timestamp, version = excluded.version, failed_in = NULL
"""
_FAILED = """
    INSERT INTO partitions VALUES (?, ?, NULL, ?, NULL, ?) ON CONFLICT DO UPDATE SET
    timestamp = excluded.timestamp, failed_in = excluded.failed_in
"""
_PARTITIONS = "SELECT partition, made_by, timestamp, version, failed_in FROM partitions WHERE asset_key = ?"


class SQLiteEventStore(EventStore):
    """Keeps events in one SQLite file, for several threads and processes at once.

    Args:
        context: where relative paths start, and where the file is by default.
        path: the file; ``events.db`` in the instance's storage when ``None``.
        synchronous: ``"normal"``: what was appended survives a killed process; ``"full"``: power loss too, at
            a few milliseconds an append.
        timeout: seconds to wait while other processes write.

    Attributes:
        database: the file, for questions that go beyond the contract.

    Raises:
        SettingsError: an option has no valid value.
    """

    def __init__(
        self,
        context: PluginContext,
        *,
        path: str | os.PathLike[str] | None = None,
        synchronous: str = "normal",
        timeout: float = 30.0,
    ) -> None:
        place = (str(context.directory), "event_store")
        if synchronous not in ("normal", "full"):
            hint = did_you_mean(str(synchronous), ["normal", "full"])
            raise SettingsError(*place, f"synchronous is 'normal' or 'full', not {synchronous!r}.{hint}")
        if not isinstance(timeout, int | float) or timeout < 0:
            raise SettingsError(*place, f"timeout is a number of seconds, not {timeout!r}.")
        if path is not None and not isinstance(path, str | os.PathLike):
            raise SettingsError(*place, f"path is the path of a file, not {path!r}.")
        file = context.storage / "events.db" if path is None else context.directory / path
        self.database = Database(file, synchronous.upper(), timeout)

    def append(self, events: Sequence[Event]) -> None:
        rows = [
            (
                event.type.value,
                event.run_id,
                event.timestamp,
                event.step_key,
                None if event.asset_key is None else _key_text(event.asset_key),
                dump_data(event),
                event.partition,
            )
            for event in events
        ]
        with self.database.transaction() as connection:
            connection.executemany(
                f"INSERT INTO events ({_EVENT}, partition) VALUES (?, ?, ?, ?, ?, ?, ?)", rows
            )
            connection.executemany(_MADE, _made(events))
            for event in events:
                if event.type is EventType.STEP_FAILURE:
                    connection.executemany(_FAILED, _failed(event))
                elif event.type is EventType.RUN_START:
                    _start_run(connection, event)
                elif event.type in ENDS:
                    connection.execute(
                        "UPDATE runs SET status = ?, ended = ? WHERE run_id = ?",
                        (ENDS[event.type].value, event.timestamp, event.run_id),
                    )

    def events(self, run_id: str) -> Sequence[Event]:
        events = self._events(f"SELECT {_EVENT} FROM events WHERE run_id = ? ORDER BY id", run_id)
        if not events:
            raise RunNotFoundError(run_id)
        return events

    def runs(self, limit: int | None = None) -> Sequence[Run]:
        rows = self._rows(f"SELECT {_RUN} FROM runs ORDER BY number DESC LIMIT ?", _limit(limit))
        return [_run(row) for row in rows]

    def run(self, run_id: str) -> Run:
        rows = self._rows(f"SELECT {_RUN} FROM runs WHERE run_id = ?", run_id)
        if not rows:
            raise RunNotFoundError(run_id)
        return _run(rows[0])

    def materializations(
        self, asset_key: AssetKey, *, partition: str | None = None, limit: int | None = None
    ) -> Sequence[Event]:
        query = f"SELECT {_EVENT} FROM events WHERE type = 'ASSET_MATERIALIZATION' AND asset_key = ?"
        order = " ORDER BY id DESC LIMIT ?"
        if partition is None:
            return self._events(query + order, _key_text(asset_key), _limit(limit))
        return self._events(
            f"{query} AND partition = ? {order}", _key_text(asset_key), partition, _limit(limit)
        )

    def latest_materializations(
        self, asset_keys: Iterable[AssetKey] | None = None
    ) -> Mapping[AssetKey, Event]:
        return self._latest(EventType.ASSET_MATERIALIZATION, asset_keys)

    def partitions(self, asset_key: AssetKey) -> Mapping[str, PartitionRecord]:
        rows = self._rows(_PARTITIONS, _key_text(asset_key))
        return {partition: PartitionRecord(*record) for partition, *record in rows}

    def latest_observations(self, asset_keys: Iterable[AssetKey] | None = None) -> Mapping[AssetKey, Event]:
        return self._latest(EventType.ASSET_OBSERVATION, asset_keys)

    def dynamic_partition_keys(self, name: str) -> Sequence[str]:
        rows = self._rows("SELECT key FROM dynamic_partitions WHERE name = ? ORDER BY number", name)
        return [key for (key,) in rows]

    def add_dynamic_partitions(self, name: str, keys: Iterable[str]) -> None:
        rows = [(name, key) for key in check_added(name, keys)]
        with self.database.transaction() as connection:
            insert = "INSERT INTO dynamic_partitions (name, key) VALUES (?, ?) ON CONFLICT DO NOTHING"
            connection.executemany(insert, rows)

    def remove_dynamic_partitions(self, name: str, keys: Iterable[str]) -> None:
        rows = [(name, key) for key in check_added(name, keys)]
        with self.database.transaction() as connection:
            connection.executemany("DELETE FROM dynamic_partitions WHERE name = ? AND key = ?", rows)

    def close(self) -> None:
        """Let go of the file; a later use opens it again."""
        self.database.close()

    def _latest(self, kind: EventType, asset_keys: Iterable[AssetKey] | None) -> Mapping[AssetKey, Event]:
        # The type is part of the text, or SQLite would not use the index of its events.
        if asset_keys is None:
            events = self._events((_ALL_KEYS + _LATEST).format(type=kind.value))
        else:
            query = "WITH keys AS (SELECT value FROM json_each(?))" + _LATEST.format(type=kind.value)
            events = self._events(query, json.dumps([_key_text(key) for key in asset_keys]))
        return {event.asset_key: event for event in events if event.asset_key is not None}

    def _rows(self, query: str, *values: Any) -> list[Any]:
        with self.database.connection() as connection:
            return connection.execute(query, values).fetchall()

    def _events(self, query: str, *values: Any) -> list[Event]:
        return [_event(*row) for row in self._rows(query, *values)]


def _made(events: Sequence[Event]) -> Iterator[tuple[Any, ...]]:
    for event in events:
        if (
            event.type is EventType.ASSET_MATERIALIZATION
            and event.asset_key is not None
            and event.partition is not None
        ):
            version = event.data.tags.get(LOGICAL_VERSION)
            yield _key_text(event.asset_key), event.partition, event.run_id, event.timestamp, version


def _failed(event: Event) -> Iterator[tuple[Any, ...]]:
    for key in event.data.assets:
        for partition in event.data.partitions:
            yield _key_text(key), partition, event.timestamp, event.run_id


def _start_run(connection: sqlite3.Connection, event: Event) -> None:
    values = (event.run_id, RunStatus.STARTED.value, event.timestamp, None, dump_data(event))
    try:
        connection.execute(f"INSERT INTO runs ({_RUN}) VALUES (?, ?, ?, ?, ?)", values)
    except sqlite3.IntegrityError:
        raise RunExistsError(event.run_id) from None


def _event(
    type_: str, run_id: str, timestamp: float, step_key: str | None, key: str | None, body: str | None
) -> Event:
    event_type = EventType(type_)
    asset_key = None if key is None else AssetKey(json.loads(key))
    return Event(event_type, run_id, timestamp, step_key, asset_key, parse_data(event_type, body))


def _run(row: tuple[str, str, float, float | None, str | None]) -> Run:
    run_id, status, started, ended, about = row
    return Run(run_id, RunStatus(status), started, ended, parse_data(EventType.RUN_START, about))


@lru_cache(maxsize=256)  # the events of a step are about one asset
def _key_text(key: AssetKey) -> str:
    return json.dumps(key.path, separators=(",", ":"))


def _limit(limit: int | None) -> int:
    return -1 if limit is None else limit
