# ruff: noqa: D102 - methods without a docstring have that of the contract
"""The event store that keeps everything in memory, for tests and runs that need no records."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from holdfast.errors import RunExistsError, RunNotFoundError
from holdfast.events import ENDS, Event, EventType, PartitionRecord, Run
from holdfast.interfaces import EventStore
from holdfast.keys import AssetKey
from holdfast.partitions.keys import check_added

if TYPE_CHECKING:  # a run in memory needs none of the records of plugins
    from holdfast.provisions import PluginContext

__all__ = ["MemoryEventStore"]

_MATERIALIZATION = EventType.ASSET_MATERIALIZATION
_OBSERVATION = EventType.ASSET_OBSERVATION
_START = EventType.RUN_START
_FAILURE = EventType.STEP_FAILURE
_ENDS = tuple(ENDS)


class MemoryEventStore(EventStore):
    """Keeps events as long as the process lives; safe for several threads.

    An event is kept once: what answers questions are lists that refer to it.

    Args:
        context: taken so that the class is its own plugin factory; nothing in memory depends on it.
    """

    def __init__(self, context: PluginContext | None = None) -> None:
        self._lock = threading.Lock()
        self._events: dict[str, list[Event]] = {}
        self._runs: dict[str, Run] = {}
        self._materializations: dict[AssetKey, list[Event]] = {}
        self._observations: dict[AssetKey, Event] = {}
        self._partitions: dict[AssetKey, dict[str, PartitionRecord]] = {}
        self._dynamic: dict[str, dict[str, None]] = {}

    def append(self, events: Sequence[Event]) -> None:
        """Keep ``events``, all or none, in order, for the life of the process.

        Raises:
            RunExistsError: a run starts that has started before.
        """
        # Called for every step of every run, so that it looks at most events once, and at little of them.
        with self._lock:
            starts = [event[1] for event in events if event[0] is _START]
            for position, started in enumerate(starts):
                if started in self._runs or started in starts[:position]:
                    raise RunExistsError(started)
            run_id: str | None = None
            kept: list[Event] = []
            for event in events:
                kind, run, _, step_key, asset_key, _ = event
                if run != run_id:
                    run_id = run
                    kept = self._events.setdefault(run, [])
                kept.append(event)
                if asset_key is not None:
                    if kind is _MATERIALIZATION:
                        self._materializations.setdefault(asset_key, []).append(event)
                        if event.data.partition is not None:
                            records = self._partitions.setdefault(asset_key, {})
                            records[event.data.partition] = PartitionRecord.made(event)
                    elif kind is _OBSERVATION:
                        self._observations[asset_key] = event
                elif step_key is None:
                    if kind is _START:
                        self._runs[run] = Run.from_start(event)
                    elif kind in _ENDS and run in self._runs:
                        self._runs[run] = self._runs[run].ended_by(event)
                elif kind is _FAILURE:
                    for key in event.data.assets if event.data.partitions else ():
                        records = self._partitions.setdefault(key, {})
                        for partition in event.data.partitions:
                            records[partition] = PartitionRecord.failed(event, records.get(partition))

    def events(self, run_id: str) -> Sequence[Event]:
        with self._lock:
            kept = self._events.get(run_id)
            if kept is None:
                raise RunNotFoundError(run_id)
            return list(kept)

    def runs(self, limit: int | None = None) -> Sequence[Run]:
        with self._lock:
            return list(islice(reversed(self._runs.values()), limit))

    def run(self, run_id: str) -> Run:
        run = self._runs.get(run_id)
        if run is None:
            raise RunNotFoundError(run_id)
        return run

    def materializations(
        self, asset_key: AssetKey, *, partition: str | None = None, limit: int | None = None
    ) -> Sequence[Event]:
        with self._lock:
            newest_first: Iterable[Event] = reversed(self._materializations.get(asset_key, ()))
            if partition is not None:
                newest_first = (event for event in newest_first if event.partition == partition)
            return list(islice(newest_first, limit))

    def latest_materializations(
        self, asset_keys: Iterable[AssetKey] | None = None
    ) -> Mapping[AssetKey, Event]:
        with self._lock:
            known = self._materializations
            keys = known if asset_keys is None else [key for key in asset_keys if key in known]
            return {key: known[key][-1] for key in keys}

    def partitions(self, asset_key: AssetKey) -> Mapping[str, PartitionRecord]:
        with self._lock:
            return dict(self._partitions.get(asset_key, {}))

    def latest_observations(self, asset_keys: Iterable[AssetKey] | None = None) -> Mapping[AssetKey, Event]:
        with self._lock:
            known = self._observations
            keys = known if asset_keys is None else [key for key in asset_keys if key in known]
            return {key: known[key] for key in keys}

    def dynamic_partition_keys(self, name: str) -> Sequence[str]:
        with self._lock:
            return list(self._dynamic.get(name, ()))

    def add_dynamic_partitions(self, name: str, keys: Iterable[str]) -> None:
        added = check_added(name, keys)
        with self._lock:
            self._dynamic.setdefault(name, {}).update(dict.fromkeys(added))

    def remove_dynamic_partitions(self, name: str, keys: Iterable[str]) -> None:
        removed = check_added(name, keys)
        with self._lock:
            known = self._dynamic.get(name, {})
            for key in removed:
                known.pop(key, None)
