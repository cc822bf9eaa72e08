"""Clauses of event stores: what they answer."""

from __future__ import annotations

from typing import Any

from holdfast.conformance.clauses import Violation, clause, require
from holdfast.conformance.stores.bench import ORDERS, USERS, StoreBench, made, observed, started, step
from holdfast.errors import RunExistsError, RunNotFoundError
from holdfast.events import (
    ENDS,
    Event,
    EventType,
    HookData,
    InputData,
    OutputData,
    RunEndData,
    RunStartData,
    SkipData,
    StepFailureData,
)
from holdfast.failures import ErrorInfo, Frame
from holdfast.keys import AssetKey
from holdfast.metadata import MetadataValue
from holdfast.metadata_tables import TableColumn, TableRecord, TableSchema
from holdfast.reports import AssetMaterialization, AssetObservation, ExpectationResult
from holdfast.types.type_check import TypeCheck

__all__: list[str] = []

_HEAD = MetadataValue.table([TableRecord(id=1)], TableSchema([TableColumn("id", "int")]))
_ERROR = ErrorInfo("E", "no", (Frame("f.py", 1, "f", "1/0"),), ErrorInfo("Cause", "é"))
_EVERY = (
    (EventType.RUN_START, RunStartData("job", {"a": "b"}, "orders*", {"ops": {"x": [1, None]}})),
    (EventType.RUN_FAILURE, RunEndData("two steps failed")),
    (EventType.STEP_START, None),
    (EventType.LOADED_INPUT, InputData("orders", ORDERS, "io_manager")),
    (EventType.STEP_OUTPUT, OutputData("out", type_check=TypeCheck(True, "d", metadata={"n": 1}))),
    (EventType.HANDLED_OUTPUT, OutputData("result", "lake", {"rows": MetadataValue.int(3)})),
    (EventType.ASSET_MATERIALIZATION, AssetMaterialization(ORDERS, "d", None, "p", {"v": "1"}, {"n": 1.5})),
    (EventType.ASSET_OBSERVATION, AssetObservation(ORDERS, metadata={"head": _HEAD, "self": ORDERS})),
    (EventType.STEP_EXPECTATION_RESULT, ExpectationResult(False, "l", "d", metadata={"rows": 0})),
    (EventType.STEP_UP_FOR_RETRY, StepFailureData(_ERROR, 2, 0.5)),
    (EventType.STEP_FAILURE, StepFailureData(_ERROR, metadata={"n": _HEAD}, description="d")),
    (EventType.HOOK_ERRORED, HookData("tell", _ERROR)),
    (EventType.STEP_SKIPPED, SkipData(("a", "b"), failed=True)),
)
_ALIKE = (["a", "b"], "a/b", 'a","b', "", "a\0b", "ä", "a\u0308", "\ud800", "%", "A", "a")


@clause("ES-01")
def events_in_order(bench: StoreBench) -> None:
    """The events of a run come back in the order they were appended, batch after batch, and of no other."""
    bench.store.append([step("r", "b"), step("other", "x"), step("r", "a")])
    bench.store.append([step("r", "c")])
    found = [event.step_key for event in bench.store.events("r")]
    require(found == ["b", "a", "c"], f"The steps b, a, c of a run came back as {found}.")


@clause("ES-02")
def events_come_back_equal(bench: StoreBench) -> None:
    """An event of any type comes back equal, with whatever belongs to its type.

    `holdfast.event_json` turns what belongs to an event into JSON and back.
    """
    for number, (kind, data) in enumerate(_EVERY):
        of_run = kind in (EventType.RUN_START, EventType.RUN_FAILURE)
        step_key, asset_key = (None, None) if of_run else ("step", ORDERS)
        event = Event(kind, f"r{number}", 1700000000.123456, step_key, asset_key, data)
        bench.store.append([event])
        (found,) = bench.store.events(f"r{number}")
        require(found == event, f"{event} came back as {found}.")


@clause("ES-03")
def unknown_run(bench: StoreBench) -> None:
    """A run that nothing is known of is a RunNotFoundError that names it; so is one without a start.

    Of a run without a start, the events are known all the same.
    """
    bench.store.append([step("begun before", "a"), Event(EventType.RUN_SUCCESS, "begun before", 9.0)])
    for ask, run in (
        (bench.store.events, "lost"),
        (bench.store.run, "lost"),
        (bench.store.run, "begun before"),
    ):
        try:
            found = ask(run)
        except RunNotFoundError as error:
            require(run in str(error), f"The error does not name the run: {error}")
        else:
            raise Violation(f"Asking for the run {run!r} gave {found!r}.")
    require(not bench.store.runs(), "A run without a start is among the runs.")
    require(len(bench.store.events("begun before")) == 2, "The events of a run without a start are lost.")


@clause("ES-04")
def all_or_nothing(bench: StoreBench) -> None:
    """A run that starts twice is a RunExistsError, and nothing of the batch that tries is kept.

    Whether the first start is in an earlier batch or in the same.
    """
    bench.store.append([started("r")])
    for batch, run in (([made(), started("r"), step("s", "a")], "r"), ([started("t"), started("t")], "t")):
        try:
            bench.store.append(batch)
        except RunExistsError as error:
            require(run in str(error), f"The error does not name the run: {error}")
        else:
            raise Violation("A run was started twice, and no RunExistsError was raised.")
    require(len(bench.store.events("r")) == 1, "Events of a refused batch are kept.")
    require([run.run_id for run in bench.store.runs()] == ["r"], "Runs of a refused batch are kept.")
    require(not bench.store.latest_materializations(), "Materializations of a refused batch are kept.")


@clause("ES-05")
def runs_newest_first(bench: StoreBench) -> None:
    """The run whose start was appended last comes first, whatever its clock says; a limit holds."""
    bench.store.append([started("a", 3.0), started("b", 1.0)])
    bench.store.append([started("c", 2.0)])
    for limit, wanted in ((None, "cba"), (2, "cb"), (0, ""), (9, "cba")):
        found = [run.run_id for run in bench.store.runs(limit)]
        require(found == list(wanted), f"At most {limit} of the runs a, b, c came as {found}.")


@clause("ES-06")
def how_a_run_ends(bench: StoreBench) -> None:
    """A run has the status and the time of its last event, in the batch of its start or in a later one."""
    for kind, status in ENDS.items():
        for batches in (1, 2):
            run = f"{kind.value} {batches}"
            events = [started(run, 5.0), Event(kind, run, 9.0)]
            for part in [events] if batches == 1 else [[event] for event in events]:
                require(
                    batches == 1 or part == events[:1] or bench.store.run(run).ended is None,
                    "A run has ended before its end was appended.",
                )
                bench.store.append(part)
            found = bench.store.run(run)
            seen = (found.status, found.started, found.ended, found.job_name, found.tags)
            wanted = (status, 5.0, 9.0, "nightly", {"team": "sales"})
            require(seen == wanted, f"A run of {wanted} came back as {seen}.")


@clause("ES-07")
def history_newest_first(bench: StoreBench) -> None:
    """The materializations of an asset come with the one first that was appended last; a limit holds."""
    history = [made(run=run, time=time) for run, time in (("a", 3.0), ("b", 1.0), ("c", 2.0))]
    bench.store.append([*history, observed(), made(USERS)])
    for limit in (None, 2, 0, 9):
        found = list(bench.store.materializations(ORDERS, limit=limit))
        require(found == history[::-1][:limit], f"At most {limit} of a history came as {found}.")
    require(not bench.store.materializations(AssetKey("never")), "What was never made has a history.")


@clause("ES-08")
def history_of_a_partition(bench: StoreBench) -> None:
    """Asked for a partition, an asset's history is of that partition alone, and the limit counts these."""
    bench.store.append(
        [made(partition=p, time=t) for p, t in (("p", 1.0), ("q", 2.0), (None, 3.0), ("p", 4.0))]
    )
    bench.store.append([made(partition="q", time=5.0), made(USERS, partition="p", time=6.0)])
    for limit, wanted in ((None, [4.0, 1.0]), (1, [4.0])):
        found = [e.timestamp for e in bench.store.materializations(ORDERS, partition="p", limit=limit)]
        require(found == wanted, f"The history of a partition came as {found} instead of {wanted}.")
    require(len(bench.store.materializations(ORDERS)) == 5, "The history of all partitions is not whole.")


@clause("ES-09")
def latest_materializations(bench: StoreBench) -> None:
    """Each asset's latest materialization is the one appended last, of whatever partition; no other is asked.

    Given keys, only these are answered; given none of them, none.
    """
    last, users = made(partition="p1", time=1.0), made(USERS)
    bench.store.append([made(partition="p2", time=2.0), users, last, observed(AssetKey("seen"))])
    _latest(bench.store.latest_materializations, last, users)


@clause("ES-10")
def latest_observations(bench: StoreBench) -> None:
    """Each asset's latest observation is the one appended last, and materializations are none."""
    last, users = observed(run="b"), observed(USERS)
    bench.store.append([observed(run="a"), users, last, made(AssetKey("made"))])
    _latest(bench.store.latest_observations, last, users)


def _latest(ask: Any, orders: Event, users: Event) -> None:
    every = {ORDERS: orders, USERS: users}
    require(dict(ask()) == every, f"The latest of all assets are {dict(ask())}.")
    some = dict(ask(iter([ORDERS, AssetKey("never"), ORDERS])))
    require(some == {ORDERS: orders}, f"The latest of one asset are {some}.")
    require(not ask([]), "Asked for no asset, some were answered.")


@clause("ES-11")
def keys_are_apart(bench: StoreBench) -> None:
    """Assets whose keys read alike when they are joined, quoted or escaped are kept apart."""
    keys = [AssetKey(path) for path in _ALIKE]
    bench.store.append([made(key, run=f"{number}") for number, key in enumerate(keys)])
    found = [[event.run_id for event in bench.store.materializations(key)] for key in keys]
    require(found == [[f"{number}"] for number in range(len(keys))], f"Keys are mixed up: {found}")
    require(set(bench.store.latest_materializations()) == set(keys), "Keys did not come back as they were.")


@clause("ES-12")
def answers_stay(bench: StoreBench) -> None:
    """An answer does not change when more is appended afterwards."""
    bench.store.append([started("r"), made()])
    answers: list[Any] = [
        bench.store.events("r"),
        bench.store.runs(),
        bench.store.materializations(ORDERS),
        bench.store.latest_materializations(),
    ]
    before = [len(answer) for answer in answers]
    bench.store.append([started("r2"), step("r", "a"), made(), made(USERS)])
    require([len(answer) for answer in answers] == before, "An answer grew when more was appended.")
