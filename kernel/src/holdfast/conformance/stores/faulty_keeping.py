"""Saboteurs of event stores: what survives, and many at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from holdfast.conformance.stores.faulty import FaultyStore
from holdfast.errors import RunNotFoundError
from holdfast.events import Event, EventType

__all__: list[str] = []

_PERSISTENT = frozenset({"persistent"})


class HasOneBatch(FaultyStore):
    """The batch that is being appended is kept in an attribute, which threads share."""

    kills = "ES-13"

    def append(self, events: Sequence[Event]) -> None:
        """Keep events."""
        self._batch = events
        time.sleep(0.001)
        super().append(self._batch)


class AppendsOneByOne(FaultyStore):
    """The events of a batch are appended one by one, between those of other threads and processes."""

    kills = "ES-13"

    def append(self, events: Sequence[Event]) -> None:
        for event in events:
            super().append([event])
            time.sleep(0.0001)


class WritesLater(FaultyStore):
    """What was appended is kept when the next batch comes, or when it is asked for."""

    kills = "ES-15"
    needs = _PERSISTENT

    def __init__(self, inner: Any, directory: Path) -> None:
        super().__init__(inner, directory)
        self._waiting: list[Sequence[Event]] = []

    def append(self, events: Sequence[Event]) -> None:
        """Keep events."""
        self._waiting.append(events)
        if len(self._waiting) > 8:
            self._write()

    def _write(self) -> None:
        while self._waiting:
            super().append(self._waiting.pop(0))

    def events(self, run_id: str) -> Sequence[Event]:
        """Return the events of a run."""
        self._write()
        return super().events(run_id)


class TearsBatches(FaultyStore):
    """A process that is killed while it appends leaves a part of the batch."""

    kills = "ES-15"
    needs = _PERSISTENT

    def append(self, events: Sequence[Event]) -> None:
        for event in events:
            super().append([event])
            time.sleep(0.002)


class ForgetsWhenClosed(FaultyStore):
    """A store that is opened again begins anew."""

    kills = "ES-14"
    needs = _PERSISTENT

    def __init__(self, inner: Any, directory: Path) -> None:
        super().__init__(inner, directory)
        self._runs: set[str] = set()

    def append(self, events: Sequence[Event]) -> None:
        super().append(events)
        self._runs |= {event.run_id for event in events}

    def events(self, run_id: str) -> Sequence[Event]:
        if run_id not in self._runs:
            raise RunNotFoundError(run_id)
        return super().events(run_id)


class ClaimsTooMuch(FaultyStore):
    """Persistence is claimed, and events are kept in memory."""

    kills = "ES-14"
    unless = pretends = _PERSISTENT


class ClosesOnce(FaultyStore):
    """Closing a second time is an error."""

    kills = "ES-14"
    _closed = False

    def close(self) -> None:
        if self._closed:
            raise ValueError("This store is closed.")
        self._closed = True
        super().close()


class ReadsWhatIsThere(FaultyStore):
    """A reader sees the last batch of another process in part."""

    kills = "ES-16"
    needs = _PERSISTENT

    def events(self, run_id: str) -> Sequence[Event]:
        found = super().events(run_id)
        return found if len(found) % 2 or len(found) < 5 else found[:-1]


class LosesRareEvents(FaultyStore):
    """An output of a step whose name is empty is not kept."""

    kills = "ES-17"

    def append(self, events: Sequence[Event]) -> None:
        super().append([e for e in events if e.type is not EventType.STEP_OUTPUT or e.step_key])
