"""What event stores record of partitions, in memory or in a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from holdfast.builtins.event_store import MemoryEventStore
from holdfast.errors import Error
from holdfast.events import Event, EventType, PartitionRecord, StepFailureData
from holdfast.failures import ErrorInfo
from holdfast.formats import Formats
from holdfast.interfaces import EventStore
from holdfast.keys import AssetKey
from holdfast.provisions import PluginContext
from holdfast.reports import AssetMaterialization
from holdfast.versions import LOGICAL_VERSION
from holdfast_sqlite.store import SQLiteEventStore

AGAIN = PartitionRecord("r2", 3.0, "v r2")
ORDERS, STOCK = AssetKey(["shop", "orders"]), AssetKey("stock")


class Plain(MemoryEventStore):
    """A store that does not implement records of partitions."""

    partitions = EventStore.partitions


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventStore]:
    context = PluginContext(tmp_path, tmp_path, Formats())
    made = MemoryEventStore(context) if request.param == "memory" else SQLiteEventStore(context)
    yield made
    made.close()


def made(partition: str | None, run: str = "r", time: float = 1.0, key: AssetKey = ORDERS) -> Event:
    data = AssetMaterialization(key, partition=partition, tags={LOGICAL_VERSION: f"v {run}"})
    return Event(EventType.ASSET_MATERIALIZATION, run, time, "step", key, data)


def failed(partitions: Sequence[str], run: str = "f", time: float = 2.0, *keys: AssetKey) -> Event:
    data = StepFailureData(
        ErrorInfo.from_exception(Error("broken")), 1, assets=keys or (ORDERS,), partitions=tuple(partitions)
    )
    return Event(EventType.STEP_FAILURE, run, time, "step", None, data)


def records(store: EventStore) -> Mapping[str, Any]:
    return dict(store.partitions(ORDERS))


def test_a_partition_that_was_made(store: EventStore) -> None:
    """By which run, when, and which version; the last time counts."""
    store.append([made("a", "r1"), made("b", "r1")])
    store.append([made("a", "r2", 3.0)])
    assert records(store) == {"a": AGAIN, "b": PartitionRecord("r1", 1.0, "v r1")}


def test_a_partition_that_failed(store: EventStore) -> None:
    """It is known, though it was never made."""
    store.append([failed(["a"])])
    assert records(store) == {"a": PartitionRecord(None, 2.0, None, "f")}


def test_a_partition_that_failed_since(store: EventStore) -> None:
    """What was made is still there."""
    store.append([made("a"), failed(["a"])])
    assert records(store) == {"a": PartitionRecord("r", 2.0, "v r", "f")}


def test_a_partition_that_was_made_since(store: EventStore) -> None:
    """The failure is over."""
    store.append([failed(["a"])])
    store.append([made("a", time=3.0)])
    assert records(store) == {"a": PartitionRecord("r", 3.0, "v r")}


def test_several_partitions_that_failed_together(store: EventStore) -> None:
    """Of every asset of the step."""
    store.append([failed(["a", "b"], "f", 2.0, ORDERS, STOCK)])
    assert records(store).keys() == store.partitions(STOCK).keys() == {"a", "b"}


def test_what_is_no_partition_is_not_recorded(store: EventStore) -> None:
    """Neither what has none, nor what is another asset's."""
    store.append([made(None), failed([]), made("a", key=STOCK)])
    assert records(store) == {}


@pytest.mark.parametrize("key", ["a/b", "../x", "a|b", "Straße", "é", "x" * 300, " ", "'", '"'])
def test_any_text_is_a_partition(store: EventStore, key: str) -> None:
    """As it is."""
    store.append([made(key)])
    assert list(records(store)) == [key]


def test_a_store_that_keeps_no_records() -> None:
    """What was made is found among materializations; failures are not known."""
    store = Plain()
    store.append([made("a", "r1"), failed(["a"]), made("a", "r2", 3.0), made("b", "r1")])
    assert records(store) == {"a": AGAIN, "b": PartitionRecord("r1", 1.0, "v r1")}
