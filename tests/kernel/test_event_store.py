"""The event store in memory, beyond what every event store does (see tests/together)."""

from __future__ import annotations

from holdfast.builtins.event_store import MemoryEventStore
from holdfast.events import Event, EventType


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
