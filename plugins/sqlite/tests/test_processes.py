"""The SQLite event store under several processes, kills and forks."""

from __future__ import annotations

import multiprocessing
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.events import Event, EventType
from holdfast.formats import Formats
from holdfast.keys import AssetKey
from holdfast.provisions import PluginContext
from holdfast_sqlite.store import SQLiteEventStore

WRITER = """
import sys
from pathlib import Path
from holdfast_sqlite.store import SQLiteEventStore
from holdfast.events import Event, EventType
from holdfast.formats import Formats
from holdfast.provisions import PluginContext

folder, run, batches = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
store = SQLiteEventStore(PluginContext(folder, folder, Formats()))
print("ready", flush=True)
sys.stdin.readline()
for number in range(batches):
    store.append([Event(EventType.STEP_START, run, 1.0, str(number))] * 8)
    print(number, flush=True)
"""

# Adds partitions in place of events: one that every writer adds, and two of its own.
ADDER = WRITER.replace(
    """store.append([Event(EventType.STEP_START, run, 1.0, str(number))] * 8)""",
    """store.add_dynamic_partitions("p", [str(number), f"{run}{number} 1", f"{run}{number} 2"])""",
)

# Makes partitions: one that every writer makes, and one of its own.
MAKER = "from holdfast import AssetKey, AssetMaterialization as Made" + WRITER.replace(
    """store.append([Event(EventType.STEP_START, run, 1.0, str(number))] * 8)""",
    """reports = [Made("a", partition=key) for key in (str(number), f"{run}{number}")]
    kind = EventType.ASSET_MATERIALIZATION
    store.append([Event(kind, run, 1.0, "s", AssetKey("a"), report) for report in reports])""",
)

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@pytest.fixture
def switch_often() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def open_store(folder: Path) -> SQLiteEventStore:
    return SQLiteEventStore(PluginContext(folder, folder, Formats()))


def start_writer(folder: Path, run: str, batches: int, code: str = WRITER) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, str(folder), run, str(batches)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def let_go(writers: list[subprocess.Popen[str]]) -> None:
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("\n")
        writer.stdin.flush()


def steps(store: SQLiteEventStore, run: str) -> list[str | None]:
    return [event.step_key for event in store.events(run)]


def batches(count: int) -> list[str]:
    return [str(number) for number in range(count) for _ in range(8)]


def test_writers(tmp_path: Path) -> None:
    """Eight processes that make the file and write to it at the same moment lose nothing."""
    runs = list("abcdefgh")
    writers = [start_writer(tmp_path, run, 100) for run in runs]
    let_go(writers)
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    store = open_store(tmp_path)
    assert {run: steps(store, run) for run in runs} == dict.fromkeys(runs, batches(100))


def test_makers(tmp_path: Path) -> None:
    """Processes that make partitions of one asset at the same moment leave a record of each."""
    makers = [start_writer(tmp_path, run, 50, MAKER) for run in "abcd"]
    let_go(makers)
    for maker in makers:
        maker.communicate()
        assert maker.returncode == 0
    records = open_store(tmp_path).partitions(AssetKey("a"))
    own = {f"{run}{number}": run for run in "abcd" for number in range(50)}
    assert {key: records[key].made_by for key in own} == own
    assert records.keys() - own.keys() == {str(number) for number in range(50)}


def test_adders(tmp_path: Path) -> None:
    """Processes that add partitions at the same moment lose none, and none is there twice."""
    adders = [start_writer(tmp_path, run, 50, ADDER) for run in "abcd"]
    let_go(adders)
    for adder in adders:
        adder.communicate()
        assert adder.returncode == 0
    keys = list(open_store(tmp_path).dynamic_partition_keys("p"))
    assert len(keys) == len(set(keys)) == 50 + 4 * 50 * 2
    for run in "abcd":
        mine = [key for key in keys if key.startswith(run)]
        assert mine == [f"{run}{number} {end}" for number in range(50) for end in (1, 2)]


def test_killed_adder(tmp_path: Path) -> None:
    """Whenever a process that adds is killed, what it was told is kept is there, in whole batches."""
    for run in "abcd":
        adder = start_writer(tmp_path, run, 100_000, ADDER)
        let_go([adder])
        for _ in range(random.randint(1, 100)):
            adder.stdout.readline()
        adder.kill()
        told = adder.communicate()[0].splitlines()
        keys = list(open_store(tmp_path).dynamic_partition_keys("p"))
        mine = [key for key in keys if key.startswith(run)]
        assert mine == [f"{run}{number} {end}" for number in range(len(mine) // 2) for end in (1, 2)]
        assert {str(number) for number in range(len(mine) // 2)} <= set(keys)
        assert not told or int(told[-1]) < len(mine) // 2


def test_reader_beside_writer(tmp_path: Path) -> None:
    """A reader sees whole batches, and ever more of them, while another process writes."""
    writer = start_writer(tmp_path, "r", 200)
    let_go([writer])
    store = open_store(tmp_path)
    assert writer.stdout.readline() == "0\n"
    seen = 0
    while writer.poll() is None:
        found = steps(store, "r")
        assert found == batches(len(found) // 8)
        assert len(found) >= seen
        seen = len(found)
    writer.communicate()
    assert steps(store, "r") == batches(200)


def test_killed(tmp_path: Path) -> None:
    """Whenever a writer is killed, what it was told is kept is there, and no batch is there in part."""
    for run in "abcd":
        writer = start_writer(tmp_path, run, 100_000)
        let_go([writer])
        for _ in range(random.randint(1, 200)):
            writer.stdout.readline()
        writer.kill()
        told = writer.communicate()[0].splitlines()
        found = steps(open_store(tmp_path), run)
        assert found == batches(len(found) // 8)
        assert not told or int(told[-1]) < len(found) // 8


@needs_fork
def test_fork(tmp_path: Path) -> None:
    """A forked child appends to the store it inherits, though the parent closes its own meanwhile."""
    store = open_store(tmp_path)
    store.append([Event(EventType.STEP_START, "r", 1.0, "parent")])
    context = multiprocessing.get_context("fork")
    appended, closed = context.Event(), context.Event()

    def work() -> None:
        store.append([Event(EventType.STEP_START, "r", 1.0, "child")])
        appended.set()
        closed.wait()
        store.append([Event(EventType.STEP_START, "r", 1.0, "child again")])

    child = context.Process(target=work)
    child.start()
    appended.wait()
    store.close()
    closed.set()
    child.join()
    assert steps(open_store(tmp_path), "r") == ["parent", "child", "child again"]


@needs_fork
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_fork_beside_thread(tmp_path: Path, switch_often: None) -> None:
    """Forks while another thread uses stores and drops them leave children and thread able to append."""
    store = open_store(tmp_path)
    context = multiprocessing.get_context("fork")
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            store.append([event])
            open_store(tmp_path / "other").append([event])

    event = Event(EventType.STEP_START, "r", 1.0)
    thread = threading.Thread(target=write)
    thread.start()
    children = [context.Process(target=store.append, args=([event],)) for _ in range(30)]
    try:
        for child in children:
            child.start()
        for child in children:
            child.join()
    finally:
        done.set()
        thread.join()
    assert [child.exitcode for child in children] == [0] * 30


@needs_fork
def test_made_by_many_at_once(tmp_path: Path) -> None:
    """Processes that find no file at the same moment all end up with the one that is made."""
    event = Event(EventType.STEP_START, "r", 1.0)
    context = multiprocessing.get_context("fork")
    start = context.Barrier(8)

    def work() -> None:
        for number in range(20):
            start.wait(timeout=30)
            open_store(tmp_path / str(number)).append([event])

    children = [context.Process(target=work) for _ in range(8)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [len(open_store(tmp_path / str(number)).events("r")) for number in range(20)] == [8] * 20
