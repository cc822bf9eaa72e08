"""The event store in memory, beyond what every event store does (see tests/together), and other stores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from holdfast.builtins.event_store import MemoryEventStore
from holdfast.errors import StorageError
from holdfast.events import Event, EventType
from holdfast.interfaces import EventStore


def test_needs_nothing() -> None:
    """The store is made without settings."""
    assert list(MemoryEventStore().runs()) == []


def test_own_events() -> None:
    """Two stores share nothing."""
    MemoryEventStore().append([Event(EventType.RUN_START, "r", 1.0)])
    assert list(MemoryEventStore().runs()) == []


def test_same_objects() -> None:
    """What is kept are the events themselves, not copies."""
    store, event = MemoryEventStore(), Event(EventType.STEP_START, "r", 1.0)
    store.append([event])
    assert store.events("r")[0] is event


class WithoutPartitions(EventStore):
    """A store of a time before dynamic partitions."""

    def append(self, events: Any) -> None: ...
    def events(self, run_id: str) -> Any: ...
    def runs(self, limit: int | None = None) -> Any: ...
    def run(self, run_id: str) -> Any: ...
    def materializations(self, asset_key: Any, *, partition: str | None = None, limit: Any = None) -> Any: ...
    def latest_materializations(self, asset_keys: Any = None) -> Any: ...
    def latest_observations(self, asset_keys: Any = None) -> Any: ...


@pytest.mark.parametrize(
    "ask",
    [
        lambda store: store.dynamic_partition_keys("customers"),
        lambda store: store.add_dynamic_partitions("customers", ["ann"]),
        lambda store: store.remove_dynamic_partitions("customers", ["ann"]),
    ],
)
def test_a_store_that_keeps_no_partitions(ask: Callable[[EventStore], Any]) -> None:
    """A store need not keep them; the error says which store it is, whose keys, and what to do."""
    with pytest.raises(
        StorageError, match=r"WithoutPartitions keeps no keys .* 'customers'\. Use .* 'sqlite'"
    ):
        ask(WithoutPartitions())
