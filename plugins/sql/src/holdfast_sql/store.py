# ruff: noqa: D102 - methods without a docstring have that of the contract
"""The event store: events, runs and materializations as rows of a PostgreSQL database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, Text, func, literal, literal_column, select, true
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.exc import IntegrityError

from holdfast.errors import RunExistsError, RunNotFoundError, SettingsError, StorageError
from holdfast.event_json import dump_data, parse_data
from holdfast.events import ENDS, Event, EventType, PartitionRecord, Run, RunStatus
from holdfast.interfaces import EventStore
from holdfast.key_paths import from_database_text, to_database_text
from holdfast.keys import AssetKey
from holdfast.partitions.keys import check_added
from holdfast.provisions import PluginContext
from holdfast_sql.server import Server, make_schema, take_turns
from holdfast_sql.tables import VERSION, event_tables

__all__ = ["SQLEventStore"]


class SQLEventStore(EventStore):
    """Keeps events in a PostgreSQL database, for several machines at once.

    Args:
        context: what every factory is given; this event store needs nothing of it.
        url: where the database is, such as ``postgresql://user@host:5432/database``; with a password only if
            it is an `EnvironmentValue`.
        schema: the schema of its tables; made when it is missing.

    Raises:
        SettingsError: an option has no valid value.
    """

    def __init__(
        self,
        context: PluginContext,
        *,
        url: str,
        schema: str = "holdfast",
    ) -> None:
        what = "event store 'sql'"
        if not isinstance(schema, str) or not schema:
            raise SettingsError(what, "schema", f"is the name of a schema, not {schema!r}.")
        self._server = Server(what, url)
        self._schema = schema
        self._metadata = event_tables(schema)
        self._table = {table.name: table for table in self._metadata.tables.values()}
        self._is_ready = False

    def append(self, events: Sequence[Event]) -> None:
        if not events:
            return
        runs = self._table["runs"]
        with self._transaction() as connection:
            for run_id in sorted({event.run_id for event in events}):
                take_turns(
                    connection, f"run {to_database_text(run_id)}"
                )  # a batch stays in one piece among others of its run
            connection.execute(self._table["events"].insert(), [_row_of(event) for event in events])
            for event in events:
                if event.type is EventType.RUN_START:
                    self._start_run(connection, event)
                elif event.type in ENDS:
                    this = runs.c.run_id == to_database_text(event.run_id)
                    end = {"status": ENDS[event.type].value, "ended": event.timestamp}
                    connection.execute(runs.update().where(this).values(end))

    def events(self, run_id: str) -> Sequence[Event]:
        columns = self._table["events"].c
        events = self._events(
            self._select_events().where(columns.run_id == to_database_text(run_id)).order_by(columns.id)
        )
        if not events:
            raise RunNotFoundError(run_id)
        return events

    def runs(self, limit: int | None = None) -> Sequence[Run]:
        runs = self._table["runs"]
        with self._transaction() as connection:
            return [
                _run(row)
                for row in connection.execute(runs.select().order_by(runs.c.number.desc()).limit(limit))
            ]

    def run(self, run_id: str) -> Run:
        runs = self._table["runs"]
        with self._transaction() as connection:
            row = connection.execute(runs.select().where(runs.c.run_id == to_database_text(run_id))).first()
        if row is None:
            raise RunNotFoundError(run_id)
        return _run(row)

    def materializations(
        self, asset_key: AssetKey, *, partition: str | None = None, limit: int | None = None
    ) -> Sequence[Event]:
        columns = self._table["events"].c
        query = self._select_events(EventType.ASSET_MATERIALIZATION).where(
            columns.asset_key == _key_text(asset_key)
        )
        if partition is not None:
            query = query.where(columns.partition == to_database_text(partition))
        return self._events(query.order_by(columns.id.desc()).limit(limit))

    def latest_materializations(
        self, asset_keys: Iterable[AssetKey] | None = None
    ) -> Mapping[AssetKey, Event]:
        return self._latest(EventType.ASSET_MATERIALIZATION, asset_keys)

    def latest_observations(self, asset_keys: Iterable[AssetKey] | None = None) -> Mapping[AssetKey, Event]:
        return self._latest(EventType.ASSET_OBSERVATION, asset_keys)

    def partitions(self, asset_key: AssetKey) -> Mapping[str, PartitionRecord]:
        records = dict(super().partitions(asset_key))
        failures = self._select_events(EventType.STEP_FAILURE).order_by(self._table["events"].c.id)
        for event in self._events(failures):
            for partition in event.data.partitions if asset_key in event.data.assets else ():
                before = records.get(partition)
                if before is None or before.timestamp <= event.timestamp:
                    records[partition] = PartitionRecord.failed(event, before)
        return records

    def dynamic_partition_keys(self, name: str) -> Sequence[str]:
        kept = self._table["dynamic_partitions"]
        query = select(kept.c.key).where(kept.c.name == to_database_text(name)).order_by(kept.c.number)
        with self._transaction() as connection:
            rows: Iterable[Any] = connection.execute(query)
            return [from_database_text(key) for (key,) in rows]

    def add_dynamic_partitions(self, name: str, keys: Iterable[str]) -> None:
        rows = [_dynamic(name, key) for key in check_added(name, keys)]
        if rows:
            add = insert(self._table["dynamic_partitions"]).on_conflict_do_nothing()
            with self._transaction() as connection:
                take_turns(connection, f"partitions {rows[0]['name']}")  # so that they stay in one piece
                connection.execute(add, rows)

    def remove_dynamic_partitions(self, name: str, keys: Iterable[str]) -> None:
        kept = self._table["dynamic_partitions"]
        gone = [to_database_text(key) for key in check_added(name, keys)]
        these = (kept.c.name == to_database_text(name)) & kept.c.key.in_(gone)
        with self._transaction() as connection:
            connection.execute(kept.delete().where(these))

    def close(self) -> None:
        """Let go of the connections; a later use opens others."""
        self._server.close()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        if not self._is_ready:
            with self._server.transaction() as connection:
                self._prepare(connection)
            self._is_ready = True
        with self._server.transaction() as connection:
            yield connection

    def _prepare(self, connection: Connection) -> None:
        make_schema(connection, self._schema, self._metadata)
        versions = self._table["schema_version"]
        version = connection.execute(versions.select()).scalar()
        if version is None:
            connection.execute(versions.insert(), {"version": VERSION})
        elif version > VERSION:
            raise StorageError(
                f"Event store {self._server}, schema {self._schema}: a newer holdfast-sql made its tables "
                f"(version {version}, this one knows {VERSION}). Upgrade with "
                "'pip install --upgrade holdfast-sql'."
            )

    def _start_run(self, connection: Connection, event: Event) -> None:
        row = {
            "run_id": to_database_text(event.run_id),
            "status": RunStatus.STARTED.value,
            "started": event.timestamp,
            "about": dump_data(event),
        }
        try:
            connection.execute(self._table["runs"].insert(), row)
        except IntegrityError:
            raise RunExistsError(event.run_id) from None

    def _select_events(self, kind: EventType | None = None) -> Select[Any]:
        columns = self._table["events"].c
        query = select(
            columns.type, columns.run_id, columns.timestamp, columns.step_key, columns.asset_key, columns.body
        )
        # The type is part of the text, or PostgreSQL might not use the index of its events.
        return query if kind is None else query.where(columns.type == literal_column(f"'{kind.value}'"))

    def _events(self, query: Select[Any]) -> list[Event]:
        with self._transaction() as connection:
            rows: Iterable[Any] = connection.execute(query)
            return [_event(*row) for row in rows]

    def _latest(self, kind: EventType, asset_keys: Iterable[AssetKey] | None) -> Mapping[AssetKey, Event]:
        columns = self._table["events"].c
        wanted = None if asset_keys is None else list(asset_keys)
        keys = self._all_keys(kind) if wanted is None else _given_keys(wanted)
        latest = (
            self._select_events(kind)
            .where(columns.asset_key == keys.c.value)
            .order_by(columns.id.desc())
            .limit(1)
            .lateral()
        )
        events = self._events(select(latest).select_from(keys.join(latest, true())))
        found = {event.asset_key: event for event in events if event.asset_key is not None}
        return found if wanted is None else {key: found[key] for key in wanted if key in found}

    def _all_keys(self, kind: EventType) -> Any:
        # Jumps from asset to asset in the index of the type, whatever the length of their histories.
        columns = self._table["events"].c
        of_kind = select(func.min(columns.asset_key).label("value")).where(
            columns.type == literal_column(f"'{kind.value}'")
        )
        keys = of_kind.cte("keys", recursive=True)
        following = of_kind.where(columns.asset_key > keys.c.value).correlate(keys).scalar_subquery()
        return keys.union_all(select(following).where(keys.c.value.is_not(None)))


def _given_keys(keys: Iterable[AssetKey]) -> Any:
    texts = literal(sorted({_key_text(key) for key in keys}), ARRAY(Text))
    return select(func.unnest(texts).label("value")).subquery()


def _row_of(event: Event) -> dict[str, Any]:
    return {
        "run_id": to_database_text(event.run_id),
        "type": event.type.value,
        "step_key": None if event.step_key is None else to_database_text(event.step_key),
        "asset_key": None if event.asset_key is None else _key_text(event.asset_key),
        "partition": None if event.partition is None else to_database_text(event.partition),
        "timestamp": event.timestamp,
        "body": dump_data(event),
    }


def _dynamic(name: str, key: str) -> dict[str, Any]:
    return {"name": to_database_text(name), "key": to_database_text(key)}


def _event(
    type_: str, run_id: str, timestamp: float, step_key: str | None, key: str | None, body: str | None
) -> Event:
    event_type = EventType(type_)
    return Event(
        event_type,
        from_database_text(run_id),
        timestamp,
        None if step_key is None else from_database_text(step_key),
        None if key is None else AssetKey(json.loads(key)),
        parse_data(event_type, body),
    )


def _run(row: Any) -> Run:
    about = parse_data(EventType.RUN_START, row.about)
    return Run(from_database_text(row.run_id), RunStatus(row.status), row.started, row.ended, about)


@lru_cache(maxsize=256)  # the events of a step are about one asset
def _key_text(key: AssetKey) -> str:
    return json.dumps(key.path, separators=(",", ":"))
