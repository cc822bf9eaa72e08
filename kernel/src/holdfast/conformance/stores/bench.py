"""An event store at work, and the events it is given."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from holdfast.conformance.suites import Bench
from holdfast.conformance.trials import EventStoreTrial
from holdfast.events import Event, EventType, RunStartData
from holdfast.interfaces import EventStore
from holdfast.keys import AssetKey
from holdfast.reports import AssetMaterialization, AssetObservation

__all__ = ["ORDERS", "USERS", "StoreBench", "made", "observed", "started", "step"]

ORDERS = AssetKey(["shop", "orders"])
USERS = AssetKey("users")


def started(run: str, time: float = 1.0) -> Event:
    """Return the start of a run."""
    return Event(EventType.RUN_START, run, time, data=RunStartData("nightly", {"team": "sales"}))


def step(run: str, name: str) -> Event:
    """Return the start of a step."""
    return Event(EventType.STEP_START, run, 1.0, name)


def made(key: AssetKey = ORDERS, partition: str | None = None, run: str = "r", time: float = 1.0) -> Event:
    """Return a materialization."""
    data = AssetMaterialization(key, partition=partition)
    return Event(EventType.ASSET_MATERIALIZATION, run, time, "step", key, data)


def observed(key: AssetKey = ORDERS, run: str = "r") -> Event:
    """Return an observation."""
    return Event(EventType.ASSET_OBSERVATION, run, 1.0, "step", key, AssetObservation(key))


class StoreBench(Bench):
    """An event store that holds nothing yet."""

    trial: EventStoreTrial

    def __init__(
        self, trial: Any, make: Callable[[Path], Any], claims: frozenset[str], directory: Path
    ) -> None:
        super().__init__(trial, make, claims, directory)
        self._opened: list[EventStore] = []
        self.store: EventStore = self.open()

    @property
    def persistent(self) -> bool:
        """Whether events outlive the store."""
        return "persistent" in self.claims

    def open(self) -> EventStore:
        """Return the store, made anew from the same settings; it is closed with the bench."""
        store: EventStore = super().open()
        self._opened.append(store)
        return store

    def reopen(self) -> None:
        """Close the store, and open it again."""
        self.store.close()
        self.store = self.open()

    def empty(self) -> None:
        """Take everything away that is kept, and open a new store."""
        self.close()
        shutil.rmtree(self.directory)
        self.directory.mkdir()
        if self.trial.clear is not None:
            self.trial.clear()
        self.store = self.open()

    def close(self) -> None:
        """Close every store."""
        for store in self._opened:
            with suppress(Exception):  # a clause looks at it
                store.close()
