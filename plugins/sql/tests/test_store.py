"""The event store in PostgreSQL: its tables, and several processes, kills and forks.

What event stores have in common is tested in ``tests/together/test_event_stores.py``.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from holdfast.builtins.event_store import MemoryEventStore
from holdfast.errors import Error, StorageError
from holdfast.events import Event, EventType, OutputData, RunEndData, RunStartData
from holdfast.formats import Formats
from holdfast.interfaces import EventStore
from holdfast.keys import AssetKey
from holdfast.provisions import PluginContext
from holdfast.reports import AssetMaterialization, AssetObservation
from holdfast_sql.store import SQLEventStore

pytestmark = pytest.mark.xdist_group("postgres")

CONTEXT = PluginContext(Path(), Path(), Formats())
ORDERS = AssetKey(["shop", "orders"])
EVENTS = [
    Event(EventType.RUN_START, "r", 1.0, data=RunStartData("nightly")),
    Event(
        EventType.ASSET_MATERIALIZATION, "r", 2.0, "s", ORDERS, AssetMaterialization(ORDERS, None, None, "p")
    ),
    Event(EventType.RUN_SUCCESS, "r", 3.0),
]
WRITER = """
import sys
from pathlib import Path
from holdfast_sql.store import SQLEventStore
from holdfast.events import Event, EventType
from holdfast.formats import Formats
from holdfast.provisions import PluginContext

url, run, batches = sys.argv[1], sys.argv[2], int(sys.argv[3])
store = SQLEventStore(PluginContext(Path(), Path(), Formats()), url=url)
print("ready", flush=True)
sys.stdin.readline()
for number in range(batches):
    store.append([Event(EventType.STEP_START, run, 1.0, str(number))] * 8)
    print(number, flush=True)
"""


@pytest.fixture
def make(database: str) -> Callable[..., SQLEventStore]:
    """Makes event stores of one database."""
    return lambda **options: SQLEventStore(CONTEXT, url=database, **options)


def ask(database: str, text: str) -> list[Any]:
    with psycopg.connect(database) as connection:
        cursor = connection.execute(text)
        return cursor.fetchall() if cursor.description else []


def test_kept(make: Any) -> None:
    """Another store of the same database finds everything."""
    first = make()
    first.append(EVENTS)
    first.close()
    assert list(make().events("r")) == EVENTS
    assert make().run("r").ended == 3.0


def test_usable_after_close(make: Any) -> None:
    """A closed store opens other connections when it is asked something."""
    store = make()
    store.append(EVENTS)
    store.close()
    assert len(store.events("r")) == 3


def test_pickled(make: Any) -> None:
    """A copy of a store that is in use is a store of the same database."""
    store = make()
    store.append(EVENTS)
    assert list(pickle.loads(pickle.dumps(store)).events("r")) == EVENTS


def test_schemas_are_apart(make: Any, database: str) -> None:
    """Two stores may share a database, each in a schema of its own."""
    make().append(EVENTS)
    make(schema="Team B").append(EVENTS[:1])
    assert len(make().events("r")) == 3
    assert len(make(schema="Team B").events("r")) == 1
    assert ask(database, 'SELECT count(*) FROM "Team B".events') == [(1,)]


def test_tables(make: Any, database: str) -> None:
    """The tables can be asked by hand, as the README shows."""
    make().append(EVENTS)
    runs = "SELECT run_id, status, ended, about::json ->> 'job_name' FROM holdfast.runs"
    assert ask(database, runs) == [("r", "SUCCESS", 3.0, "nightly")]
    partitions = """SELECT partition FROM holdfast.events WHERE asset_key = '["shop","orders"]'"""
    assert ask(database, partitions) == [("p",)]


def test_newer_tables(make: Any, database: str) -> None:
    """Tables that a newer version made are refused with the upgrade to do."""
    make().append(EVENTS)
    ask(database, "UPDATE holdfast.schema_version SET version = 2")
    with pytest.raises(StorageError, match=r"version 2, this one knows 1.*pip install --upgrade"):
        make().runs()


def test_unreachable(tmp_path: Path) -> None:
    """A server that does not answer is a storage error that names it."""
    store = SQLEventStore(CONTEXT, url=f"postgresql://tester@/shop?host={tmp_path}")
    with pytest.raises(StorageError, match=r"postgresql.*/shop: "):
        store.append(EVENTS)


def test_server_that_came_back(make: Any, database: str) -> None:
    """A connection that the server has ended is replaced by another."""
    store = make()
    store.append(EVENTS)
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    ask(database, f"{ended} WHERE datname = current_database() AND pid <> pg_backend_pid()")
    assert len(store.events("r")) == 3


@pytest.mark.parametrize("text", ["\0", "nul\0byte", "\ud800", "%:61", "x" * 2000])
def test_any_text(make: Any, text: str) -> None:
    """Names of runs, steps and partitions may hold what PostgreSQL does not take."""
    made = AssetMaterialization(AssetKey([text]), partition=text)
    event = Event(EventType.ASSET_MATERIALIZATION, text, 1.0, text, AssetKey([text]), made)
    make().append([Event(EventType.RUN_START, text, 1.0), event])
    assert make().run(text).run_id == text
    assert list(make().materializations(AssetKey([text]), partition=text)) == [event]


# -- several processes -------------------------------------------------------------------------------


def start_writer(database: str, run: str, batches: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, database, run, str(batches)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def let_go(writers: list[Any]) -> None:
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("\n")
        writer.stdin.flush()


def steps(store: SQLEventStore, run: str) -> list[str | None]:
    return [event.step_key for event in store.events(run)]


def batches(count: int) -> list[str]:
    return [str(number) for number in range(count) for _ in range(8)]


def test_writers(make: Any, database: str) -> None:
    """Processes that make the tables and write to them at the same moment lose nothing."""
    runs = list("abcd")
    writers = [start_writer(database, run, 50) for run in runs]
    let_go(writers)
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    assert {run: steps(make(), run) for run in runs} == dict.fromkeys(runs, batches(50))


def test_reader_beside_writer(make: Any, database: str) -> None:
    """A reader sees whole batches, and ever more of them, while another process writes."""
    writer: Any = start_writer(database, "r", 100)
    let_go([writer])
    store = make()
    assert writer.stdout.readline() == "0\n"
    seen = 0
    while writer.poll() is None:
        found = steps(store, "r")
        assert found == batches(len(found) // 8)
        assert len(found) >= seen
        seen = len(found)
    writer.communicate()
    assert steps(store, "r") == batches(100)


def test_killed(make: Any, database: str) -> None:
    """Whenever a writer is killed, what it was told is kept is there, and no batch is there in part."""
    for run in "abc":
        writer: Any = start_writer(database, run, 100_000)
        let_go([writer])
        for _ in range(random.randint(1, 100)):
            writer.stdout.readline()
        writer.kill()
        told = writer.communicate()[0].splitlines()
        found = steps(make(), run)
        assert found == batches(len(found) // 8)
        assert not told or int(told[-1]) < len(found) // 8


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_fork(make: Any) -> None:
    """Forked children append to the store that they inherit, and so does their parent."""
    store = make()
    store.append([Event(EventType.STEP_START, "r", 1.0)])
    context = multiprocessing.get_context("fork")
    event = Event(EventType.STEP_START, "r", 1.0)
    children = [context.Process(target=store.append, args=([event],)) for _ in range(5)]
    for child in children:
        child.start()
    for _ in range(20):
        store.append([event])
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0] * 5
    assert len(store.events("r")) == 26


# -- agreement with the store in memory --------------------------------------------------------------

run_ids = st.sampled_from(["r1", "r2", "r3"])
keys = st.sampled_from([AssetKey(path) for path in (["a", "b"], "a/b", "c")])
partitions = st.none() | st.sampled_from(["p1", "p2"])
limits = st.none() | st.integers(0, 4)
names = st.text(max_size=4)
times = st.floats(0, 2e9)


@st.composite
def events(draw: st.DrawFn) -> Event:
    run, time = draw(run_ids), draw(times)
    kinds = ["start", "end", "step", "output", "observation", "materialization", "materialization"]
    kind = draw(st.sampled_from(kinds))
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


def test_same_answers(make: Any, database: str) -> None:
    """The store in PostgreSQL gives the answers of the store in memory, whatever happens to both."""

    class SameAnswers(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            ask(database, "DROP SCHEMA IF EXISTS holdfast CASCADE")
            self.memory = MemoryEventStore()
            self.server = make()

        def teardown(self) -> None:
            self.server.close()

        def compare(self, question: Callable[[EventStore], Any]) -> None:
            assert answer(question, self.server) == answer(question, self.memory)

        @rule(batch=st.lists(events(), max_size=8))
        def append(self, batch: list[Event]) -> None:
            self.compare(lambda store: store.append(batch))

        @rule()
        def reopen(self) -> None:
            self.server.close()
            self.server = make()

        @rule(run=run_ids, limit=limits)
        def ask_runs(self, run: str, limit: int | None) -> None:
            self.compare(lambda store: store.events(run))
            self.compare(lambda store: store.run(run))
            self.compare(lambda store: store.runs(limit))

        @rule(key=keys, partition=partitions, limit=limits)
        def ask_history(self, key: AssetKey, partition: str | None, limit: int | None) -> None:
            self.compare(lambda store: store.materializations(key, partition=partition, limit=limit))

        @rule(wanted=st.none() | st.lists(keys))
        def ask_latest(self, wanted: list[AssetKey] | None) -> None:
            self.compare(lambda store: store.latest_materializations(wanted))
            self.compare(lambda store: store.latest_observations(wanted))

    checks = settings(
        deadline=None, max_examples=20, stateful_step_count=20, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(SameAnswers, settings=checks)  # type: ignore[no-untyped-call]


def answer(question: Callable[[EventStore], Any], store: EventStore) -> Any:
    try:
        return question(store)
    except Error as error:
        return type(error), str(error)
