"""What every event store does, in memory, in a file or in a database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdfast.builtins.event_store import MemoryEventStore
from holdfast.errors import InvalidDefinitionError, RunExistsError, RunNotFoundError
from holdfast.events import (
    Event,
    EventType,
    HookData,
    InputData,
    OutputData,
    RunEndData,
    RunStartData,
    RunStatus,
    SkipData,
    StepFailureData,
)
from holdfast.failures import ErrorInfo, Frame
from holdfast.formats import Formats
from holdfast.interfaces import EventStore
from holdfast.keys import AssetKey
from holdfast.metadata import MetadataValue
from holdfast.metadata_tables import TableColumn, TableRecord, TableSchema
from holdfast.partitions.dynamic import DynamicPartitionsDefinition
from holdfast.provisions import PluginContext
from holdfast.reports import AssetMaterialization, AssetObservation, ExpectationResult
from holdfast.types.type_check import TypeCheck
from holdfast_sql.store import SQLEventStore
from holdfast_sqlite.store import SQLiteEventStore

ORDERS = AssetKey(["shop", "orders"])
HEAD = MetadataValue.table([TableRecord(id=1)], TableSchema([TableColumn("id", "int")]))


@pytest.fixture(params=["memory", "sqlite", pytest.param("sql", marks=pytest.mark.xdist_group("postgres"))])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventStore]:
    context = PluginContext(tmp_path, tmp_path, Formats())
    made: EventStore
    if request.param == "sql":
        made = SQLEventStore(context, url=request.getfixturevalue("database"))
    else:
        made = MemoryEventStore(context) if request.param == "memory" else SQLiteEventStore(context)
    yield made
    made.close()


def started(run: str, timestamp: float = 1.0) -> Event:
    return Event(EventType.RUN_START, run, timestamp, data=RunStartData("nightly", {"team": "sales"}))


def step(run: str, name: str) -> Event:
    return Event(EventType.STEP_START, run, 1.0, name)


def made(key: AssetKey = ORDERS, partition: str | None = None, run: str = "r", time: float = 1.0) -> Event:
    data = AssetMaterialization(key, partition=partition)
    return Event(EventType.ASSET_MATERIALIZATION, run, time, "step", key, data)


def test_events_in_order(store: EventStore) -> None:
    """The events of a run come back as they were appended, batch after batch."""
    store.append([step("r", "b"), step("r", "a")])
    store.append([step("r", "c")])
    assert [event.step_key for event in store.events("r")] == ["b", "a", "c"]


def test_events_of_one_run(store: EventStore) -> None:
    """The events of other runs are left out, even where one batch mixes them."""
    store.append([step("r1", "a"), step("r2", "b"), step("r1", "c")])
    assert [event.step_key for event in store.events("r1")] == ["a", "c"]


@pytest.mark.parametrize(
    ("event_type", "data"),
    [
        (EventType.RUN_START, RunStartData("job", {"a": "b"}, "orders*", {"ops": {"x": [1, None]}})),
        (EventType.RUN_FAILURE, RunEndData("two steps failed")),
        (EventType.STEP_START, None),
        (EventType.LOADED_INPUT, InputData("orders", ORDERS, "io_manager")),
        (EventType.STEP_INPUT, InputData("orders")),
        (EventType.HANDLED_OUTPUT, OutputData("result", "lake", {"rows": MetadataValue.int(3)})),
        (
            EventType.ASSET_MATERIALIZATION,
            AssetMaterialization(ORDERS, "d", None, "p", {"v": "1"}, {"n": 1.5}),
        ),
        (EventType.ASSET_OBSERVATION, AssetObservation(ORDERS, metadata={"etag": "x"})),
        (EventType.ASSET_OBSERVATION, AssetObservation(ORDERS, metadata={"head": HEAD, "self": ORDERS})),
        (EventType.STEP_EXPECTATION_RESULT, ExpectationResult(False, "l", "d", metadata={"rows": 0})),
        (EventType.STEP_OUTPUT, OutputData("result", type_check=TypeCheck(True, "d", metadata={"n": 1}))),
        (EventType.STEP_UP_FOR_RETRY, StepFailureData(ErrorInfo("E", "no"), 2, 0.5)),
        (
            EventType.STEP_FAILURE,
            StepFailureData(ErrorInfo("E", "no"), metadata={"n": HEAD}, description="d"),
        ),
        (EventType.STEP_FAILURE, StepFailureData(ErrorInfo("E", "no", (Frame("f.py", 1, "f", "1/0"),)))),
        (EventType.HOOK_COMPLETED, HookData("tell")),
        (EventType.HOOK_ERRORED, HookData("tell", ErrorInfo("E", "no"))),
        (EventType.HOOK_SKIPPED, HookData("tell")),
        (EventType.STEP_SKIPPED, SkipData(("a", "b"), failed=True)),
    ],
)
def test_data(store: EventStore, event_type: EventType, data: object) -> None:
    """An event comes back equal, with whatever belongs to its type."""
    event = Event(event_type, "r", 1700000000.123456, "step", ORDERS, data)
    store.append([event])
    assert list(store.events("r")) == [event]


def test_events_of_unknown_run(store: EventStore) -> None:
    """Asking for the events of a run that has none is an error that names the run."""
    with pytest.raises(RunNotFoundError, match="'lost'"):
        store.events("lost")


def test_nothing_appended(store: EventStore) -> None:
    """Appending no events keeps nothing."""
    store.append([])
    assert list(store.runs()) == []
    assert dict(store.latest_materializations()) == {}


def test_running(store: EventStore) -> None:
    """A run that has started tells its job and tags, and that it has no end."""
    store.append([started("r", 5.0)])
    run = store.run("r")
    assert (run.status, run.started, run.ended) == (RunStatus.STARTED, 5.0, None)
    assert (run.job_name, run.tags) == ("nightly", {"team": "sales"})


@pytest.mark.parametrize("name", ["SUCCESS", "FAILURE", "CANCELED"])
def test_ended(store: EventStore, name: str) -> None:
    """The last event of a run gives its status and its end."""
    store.append([started("r")])
    store.append([Event(EventType[f"RUN_{name}"], "r", 9.0)])
    assert (store.run("r").status, store.run("r").ended) == (RunStatus[name], 9.0)


def test_started_and_ended_at_once(store: EventStore) -> None:
    """A run may start and end in one batch."""
    store.append([started("r"), Event(EventType.RUN_SUCCESS, "r", 9.0)])
    assert store.run("r").status is RunStatus.SUCCESS


def test_run_without_start(store: EventStore) -> None:
    """A run whose start is not kept is not known, whatever else is kept of it."""
    store.append([step("r", "a"), Event(EventType.RUN_SUCCESS, "r", 9.0)])
    assert list(store.runs()) == []
    with pytest.raises(RunNotFoundError, match="'r'"):
        store.run("r")


def test_runs_newest_first(store: EventStore) -> None:
    """The run that started last comes first, even where clocks went backwards."""
    store.append([started("a", 3.0), started("b", 1.0)])
    store.append([started("c", 1.0)])
    assert [run.run_id for run in store.runs()] == ["c", "b", "a"]


def test_runs_limit(store: EventStore) -> None:
    """A limit gives the newest runs."""
    store.append([started(name) for name in "abc"])
    assert [run.run_id for run in store.runs(limit=2)] == ["c", "b"]


def test_second_start(store: EventStore) -> None:
    """A run cannot start twice, and nothing of the batch that tries is kept."""
    store.append([started("r")])
    with pytest.raises(RunExistsError, match="'r'"):
        store.append([made(), started("r")])
    assert len(store.events("r")) == 1
    assert dict(store.latest_materializations()) == {}


def test_second_start_in_one_batch(store: EventStore) -> None:
    """A run cannot start twice in one batch either."""
    with pytest.raises(RunExistsError, match="'r'"):
        store.append([started("r"), started("r")])
    assert list(store.runs()) == []


def test_materializations_newest_first(store: EventStore) -> None:
    """What was appended last comes first, even where clocks stand still or go backwards."""
    history = [made(run="a", time=3.0), made(run="b", time=1.0), made(run="c", time=1.0)]
    store.append(history)
    assert list(store.materializations(ORDERS)) == history[::-1]


def test_materializations_of_partition(store: EventStore) -> None:
    """A partition gives its own materializations alone."""
    store.append(
        [made(partition="p1", time=1.0), made(partition="p2"), made(), made(partition="p1", time=2.0)]
    )
    assert [event.timestamp for event in store.materializations(ORDERS, partition="p1")] == [2.0, 1.0]


@pytest.mark.parametrize("partition", [None, "p"])
def test_materializations_limit(store: EventStore, partition: str | None) -> None:
    """A limit gives the newest materializations, of a partition too."""
    store.append([made(partition="p", time=time) for time in (1.0, 2.0, 3.0)])
    store.append([made(partition=partition, time=4.0)])
    found = store.materializations(ORDERS, partition=partition, limit=2)
    assert [event.timestamp for event in found] == [4.0, 3.0]


def test_never_materialized(store: EventStore) -> None:
    """An asset that was never materialized has no history; observing it makes none."""
    store.append([Event(EventType.ASSET_OBSERVATION, "r", 1.0, "s", ORDERS, AssetObservation(ORDERS))])
    assert list(store.materializations(ORDERS)) == []
    assert dict(store.latest_materializations([ORDERS])) == {}


def observed(key: AssetKey = ORDERS, run: str = "r") -> Event:
    return Event(EventType.ASSET_OBSERVATION, run, 1.0, "s", key, AssetObservation(key))


def test_latest_observations_of_all(store: EventStore) -> None:
    """Each asset's latest observation is the one appended last."""
    last, user = observed(run="b"), observed(AssetKey("users"))
    store.append([observed(run="a"), user, made(AssetKey("made")), last])
    assert store.latest_observations() == {ORDERS: last, AssetKey("users"): user}


def test_latest_observations_of_some(store: EventStore) -> None:
    """Of the assets asked for, those that were observed are answered, and no others."""
    store.append([observed(), observed(AssetKey("users")), made(AssetKey("made"))])
    wanted = [ORDERS, AssetKey("made"), AssetKey("never")]
    assert store.latest_observations(iter(wanted)) == {ORDERS: observed()}
    assert dict(store.latest_observations([])) == {}


def test_latest_of_all(store: EventStore) -> None:
    """Each asset's latest materialization is the one appended last, of whatever partition."""
    users = AssetKey("users")
    last_order, user = made(partition="p1", time=1.0), made(users)
    store.append([made(partition="p2", time=2.0), user, last_order])
    assert store.latest_materializations() == {ORDERS: last_order, users: user}


def test_latest_of_some(store: EventStore) -> None:
    """Of the assets asked for, those that were materialized are answered, and no others."""
    store.append([made(), made(AssetKey("users"))])
    found = store.latest_materializations(iter([ORDERS, AssetKey("never"), ORDERS]))
    assert found == {ORDERS: made()}


def test_latest_of_none(store: EventStore) -> None:
    """Asking for no asset gives none."""
    store.append([made()])
    assert dict(store.latest_materializations([])) == {}


def test_keys_do_not_mix(store: EventStore) -> None:
    """Keys whose parts look alike when joined, quoted or escaped stay apart."""
    keys = [
        AssetKey(path)
        for path in (["a", "b"], "a/b", 'a","b', "", "a\0b", "ä", "a\u0308", "\ud800", "%", "A")
    ]
    store.append([made(key, run=str(number)) for number, key in enumerate(keys)])
    assert [store.materializations(key)[0].run_id for key in keys] == list("0123456789")
    assert [event.run_id for event in store.latest_materializations(keys).values()] == list("0123456789")
    assert set(store.latest_materializations()) == set(keys)


def test_partitions_in_the_order_of_adding(store: EventStore) -> None:
    """Keys come back in the order in which they were added, batch after batch."""
    store.add_dynamic_partitions("customers", ["zoe", "ann"])
    store.add_dynamic_partitions("customers", iter(["bob"]))
    assert list(store.dynamic_partition_keys("customers")) == ["zoe", "ann", "bob"]


def test_partitions_of_one_name(store: EventStore) -> None:
    """Each name has keys of its own, and one that was never used has none."""
    store.add_dynamic_partitions("customers", ["ann"])
    store.add_dynamic_partitions("Customers", ["bob"])
    assert list(store.dynamic_partition_keys("customers")) == ["ann"]
    assert list(store.dynamic_partition_keys("shops")) == []


def test_partitions_added_twice(store: EventStore) -> None:
    """A key that is there stays in its place; a repetition is no mistake."""
    store.add_dynamic_partitions("customers", ["zoe", "ann"])
    store.add_dynamic_partitions("customers", ["bob", "zoe", "bob"])
    assert list(store.dynamic_partition_keys("customers")) == ["zoe", "ann", "bob"]


def test_partitions_removed(store: EventStore) -> None:
    """What is removed is gone, and comes last when it is added again; what is not there is no mistake."""
    store.add_dynamic_partitions("customers", ["zoe", "ann", "bob"])
    store.add_dynamic_partitions("shops", ["zoe"])
    store.remove_dynamic_partitions("customers", ["zoe", "bob", "eve"])
    store.remove_dynamic_partitions("visitors", ["zoe"])
    assert list(store.dynamic_partition_keys("customers")) == ["ann"]
    assert list(store.dynamic_partition_keys("shops")) == ["zoe"]
    store.add_dynamic_partitions("customers", ["bob", "zoe"])
    assert list(store.dynamic_partition_keys("customers")) == ["ann", "bob", "zoe"]


def test_any_text_is_a_partition(store: EventStore) -> None:
    """Keys that look alike stay apart, and none is taken for a path or a pattern."""
    keys = [
        "../x",
        "/etc/x",
        "a/b",
        "a|b",
        "a%7Cb",
        "A",
        "a",
        "ä",
        "a\u0308",
        "a\0b",
        " ",
        "%",
        "x" * 300,
        "漢",
    ]
    store.add_dynamic_partitions("any", keys)
    store.remove_dynamic_partitions("any", ["a", "%"])
    assert list(store.dynamic_partition_keys("any")) == [key for key in keys if key not in ("a", "%")]


@pytest.mark.parametrize(
    ("name", "keys", "problem"),
    [
        ("customers", ["ann", ""], "'customers'.*'' is empty"),
        ("customers", ["ann", "a...b"], "stands for a range"),
        ("customers", ["ann", "\ud800"], "no valid unicode"),
        ("customers", ["ann", 3], "3 is no string"),
        ("customers", ["ann", ["bob"]], "is no string"),
        ("customers", "ann", "give a list of keys, not 'ann'"),
        ("customers", None, "give a list of keys, not None"),
        ("", ["ann"], "The name of dynamic partitions .* not ''"),
        (None, ["ann"], "The name of dynamic partitions .* not None"),
        ("\ud800", ["ann"], "The name of dynamic partitions"),
    ],
)
def test_what_is_no_partition(store: EventStore, name: Any, keys: Any, problem: str) -> None:
    """A batch with something that is no key is refused, and nothing of it is kept or removed."""
    store.add_dynamic_partitions("customers", ["ann"])
    with pytest.raises(InvalidDefinitionError, match=problem):
        store.remove_dynamic_partitions(name, keys)
    assert list(store.dynamic_partition_keys("customers")) == ["ann"]
    store.remove_dynamic_partitions("customers", ["ann"])
    with pytest.raises(InvalidDefinitionError, match=problem):
        store.add_dynamic_partitions(name, keys)
    assert list(store.dynamic_partition_keys("customers")) == []


def test_partitions_of_a_definition(store: EventStore) -> None:
    """A definition asks the store for its keys."""
    store.add_dynamic_partitions("customers", ["zoe", "ann"])
    customers = DynamicPartitionsDefinition.named("customers")
    assert customers.as_of(dynamic_keys=store).get_partition_keys() == ["zoe", "ann"]


def test_answers_stay(store: EventStore) -> None:
    """What is appended later does not change an answer given before."""
    store.append([started("r"), made()])
    answers = [
        store.events("r"),
        store.runs(),
        store.materializations(ORDERS),
        store.latest_materializations(),
        store.dynamic_partition_keys("customers"),
    ]
    before = [len(answer) for answer in answers]
    store.add_dynamic_partitions("customers", ["ann"])
    store.append([started("r2"), made(), made(AssetKey("users"))])
    assert [len(answer) for answer in answers] == before


def test_threads(store: EventStore) -> None:
    """Batches of several threads are all kept, each in one piece."""
    batch = [step("r", "a"), step("r", "b"), made()]

    def work() -> None:
        for _ in range(20):
            store.append(batch)
            store.latest_materializations()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(store.events("r")) == batch * 80


def test_threads_that_add_partitions(store: EventStore) -> None:
    """Batches of several threads are all there, each in its order; what several add is there once."""

    def work(thread: int) -> None:
        for number in range(20):
            store.add_dynamic_partitions("p", [f"{number}", f"{thread}-{number}-a", f"{thread}-{number}-b"])

    threads = [threading.Thread(target=work, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keys = list(store.dynamic_partition_keys("p"))
    assert len(keys) == len(set(keys)) == 20 + 4 * 20 * 2
    for number in range(4):
        mine = [key for key in keys if key.startswith(f"{number}-")]
        assert mine == [f"{number}-{step}-{end}" for step in range(20) for end in "ab"]
