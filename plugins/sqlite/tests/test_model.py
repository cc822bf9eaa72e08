"""The SQLite event store gives the answers of the store in memory, whatever happens to both."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from holdfast.builtins.event_store import MemoryEventStore
from holdfast.errors import Error
from holdfast.events import Event, EventType, OutputData, RunEndData, RunStartData
from holdfast.formats import Formats
from holdfast.interfaces import EventStore
from holdfast.keys import AssetKey
from holdfast.provisions import PluginContext
from holdfast.reports import AssetMaterialization, AssetObservation
from holdfast_sqlite.store import SQLiteEventStore

run_ids = st.sampled_from(["r1", "r2", "r3"])
keys = st.sampled_from([AssetKey(path) for path in (["a", "b"], "a/b", "c")])
partitions = st.none() | st.sampled_from(["p1", "p2"])
limits = st.none() | st.integers(0, 4)
names = st.text(max_size=4)
times = st.floats(0, 2e9)
added = st.sampled_from("abcde") | names


@st.composite
def events(draw: st.DrawFn) -> Event:
    run, time = draw(run_ids), draw(times)
    kind = draw(
        st.sampled_from(
            ["start", "end", "step", "output", "observation", "materialization", "materialization"]
        )
    )
    if kind == "start":
        return Event(EventType.RUN_START, run, time, data=RunStartData(draw(names), {"tag": draw(names)}))
    if kind == "end":
        ends = st.sampled_from([EventType.RUN_SUCCESS, EventType.RUN_FAILURE, EventType.RUN_CANCELED])
        return Event(draw(ends), run, time, data=draw(st.none() | st.builds(RunEndData, names)))
    step, key = draw(names), draw(keys)
    if kind == "step":
        return Event(EventType.STEP_START, run, time, step, draw(st.none() | st.just(key)))
    if kind == "output":
        return Event(EventType.STEP_OUTPUT, run, time, step, key, OutputData(draw(names)))
    if kind == "observation":
        return Event(EventType.ASSET_OBSERVATION, run, time, step, key, AssetObservation(key))
    made = AssetMaterialization(key, partition=draw(partitions), metadata={draw(names): draw(times)})
    return Event(EventType.ASSET_MATERIALIZATION, run, time, step, key, made)


class SameAnswers(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.memory = MemoryEventStore()
        self.file = self.open()

    def open(self) -> SQLiteEventStore:
        return SQLiteEventStore(PluginContext(self.folder, self.folder, Formats()))

    def teardown(self) -> None:
        self.file.close()
        shutil.rmtree(self.folder)

    def compare(self, ask: Callable[[EventStore], Any]) -> None:
        assert answer(ask, self.file) == answer(ask, self.memory)

    @rule(batch=st.lists(events(), max_size=8))
    def append(self, batch: list[Event]) -> None:
        self.compare(lambda store: store.append(batch))

    @rule()
    def reopen(self) -> None:
        self.file.close()
        self.file = self.open()

    @rule()
    def open_another(self) -> None:
        self.file = self.open()

    @rule(run=run_ids, limit=limits)
    def ask_runs(self, run: str, limit: int | None) -> None:
        self.compare(lambda store: store.events(run))
        self.compare(lambda store: store.run(run))
        self.compare(lambda store: store.runs(limit))

    @rule(key=keys, partition=partitions, limit=limits)
    def ask_history(self, key: AssetKey, partition: str | None, limit: int | None) -> None:
        self.compare(lambda store: store.materializations(key, partition=partition, limit=limit))

    @rule(name=st.sampled_from("pq"), batch=st.lists(added))
    def add_partitions(self, name: str, batch: list[str]) -> None:
        self.compare(lambda store: store.add_dynamic_partitions(name, batch))
        self.compare(lambda store: store.dynamic_partition_keys(name))

    @rule(name=st.sampled_from("pq"), batch=st.lists(added))
    def remove_partitions(self, name: str, batch: list[str]) -> None:
        self.compare(lambda store: store.remove_dynamic_partitions(name, batch))
        self.compare(lambda store: store.dynamic_partition_keys(name))

    @rule(wanted=st.none() | st.lists(keys))
    def ask_latest(self, wanted: list[AssetKey] | None) -> None:
        self.compare(lambda store: store.latest_materializations(wanted))
        self.compare(lambda store: store.latest_observations(wanted))


def answer(ask: Callable[[EventStore], Any], store: EventStore) -> Any:
    try:
        return ask(store)
    except Error as error:
        return type(error), str(error)


TestSameAnswers = SameAnswers.TestCase
TestSameAnswers.settings = settings(deadline=None, max_examples=40, stateful_step_count=25)
