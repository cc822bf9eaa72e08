"""The clause of event stores that holds one against a list of events."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from holdfast.conformance.clauses import clause, require
from holdfast.conformance.machines import drive
from holdfast.conformance.stores.bench import StoreBench, started
from holdfast.errors import Error, RunExistsError, RunNotFoundError
from holdfast.events import ENDS, Event, EventType, OutputData, Run, RunEndData, RunStartData
from holdfast.keys import AssetKey
from holdfast.reports import AssetMaterialization, AssetObservation

__all__ = ["Model"]

_RUNS = st.sampled_from(["r1", "r2", "r3"])
_KEYS = st.sampled_from([AssetKey(path) for path in (["a", "b"], "a/b", "c")])
_PARTITIONS = st.none() | st.sampled_from(["p1", "p2"])
_LIMITS = st.none() | st.integers(0, 4)
_NAMES = st.sampled_from(["", "a"]) | st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
_TIMES = st.floats(0, 2e9)
_KINDS = ["start", "end", "step", "output", "observation", "materialization", "materialization"]
_EXAMPLES = 25
_STEPS = 20


@st.composite
def _events(draw: st.DrawFn) -> Event:
    run, time, kind = draw(_RUNS), draw(_TIMES), draw(st.sampled_from(_KINDS))
    if kind == "start":
        return Event(EventType.RUN_START, run, time, data=RunStartData(draw(_NAMES), {"tag": draw(_NAMES)}))
    if kind == "end":
        return Event(draw(st.sampled_from(list(ENDS))), run, time, data=RunEndData(draw(_NAMES)))
    step, key = draw(_NAMES), draw(_KEYS)
    if kind == "step":
        return Event(EventType.STEP_START, run, time, step, draw(st.none() | st.just(key)))
    if kind == "output":
        return Event(EventType.STEP_OUTPUT, run, time, step, key, OutputData(draw(_NAMES)))
    if kind == "observation":
        return Event(EventType.ASSET_OBSERVATION, run, time, step, key, AssetObservation(key))
    made = AssetMaterialization(key, partition=draw(_PARTITIONS), metadata={draw(_NAMES): draw(_TIMES)})
    return Event(EventType.ASSET_MATERIALIZATION, run, time, step, key, made)


@clause("ES-17")
def like_a_list(bench: StoreBench) -> None:
    """Whatever is appended, refused, asked and opened again, it answers as a list of events would.

    Hypothesis makes up what is done; what it prints is the shortest it found that goes wrong.
    """
    bench.store.append([started("before")])
    bench.empty()
    require(
        not bench.store.runs(1),
        "The store still has a run after its directory was emptied. Give an EventStoreTrial whose 'clear' "
        "empties the place where it is.",
    )
    drive(lambda: _Machine(bench), examples=_EXAMPLES, steps=_STEPS, shrinks=not bench.sabotaged)


class Model:
    """What an event store answers, worked out from the list of all events each time."""

    def __init__(self) -> None:
        self._all: list[Event] = []

    def append(self, events: list[Event]) -> None:
        """Keep events, all or none."""
        starts = [e.run_id for e in [*self._all, *events] if e.type is EventType.RUN_START]
        for place, run in enumerate(starts):
            if run in starts[:place]:
                raise RunExistsError(run)
        self._all += events

    def events(self, run: str) -> list[Event]:
        """Return the events of a run."""
        found = [event for event in self._all if event.run_id == run]
        if not found:
            raise RunNotFoundError(run)
        return found

    def run(self, run: str) -> Run:
        """Return one run."""
        for found in self.runs():
            if found.run_id == run:
                return found
        raise RunNotFoundError(run)

    def runs(self, limit: int | None = None) -> list[Run]:
        """Return the runs, newest first."""
        runs: dict[str, Run] = {}
        for event in self._all:
            if event.type is EventType.RUN_START:
                runs[event.run_id] = Run.from_start(event)
            elif event.type in ENDS and event.run_id in runs:
                runs[event.run_id] = runs[event.run_id].ended_by(event)
        return list(reversed(runs.values()))[:limit]

    def materializations(
        self, asset_key: AssetKey, *, partition: str | None = None, limit: int | None = None
    ) -> list[Event]:
        """Return an asset's history, newest first."""
        found = [
            event
            for event in reversed(self._all)
            if event.type is EventType.ASSET_MATERIALIZATION
            and event.asset_key == asset_key
            and partition in (None, event.partition)
        ]
        return found[:limit]

    def latest_materializations(self, asset_keys: Any = None) -> dict[AssetKey, Event]:
        """Return the latest materialization of each asset."""
        return self._latest(EventType.ASSET_MATERIALIZATION, asset_keys)

    def latest_observations(self, asset_keys: Any = None) -> dict[AssetKey, Event]:
        """Return the latest observation of each asset."""
        return self._latest(EventType.ASSET_OBSERVATION, asset_keys)

    def _latest(self, kind: EventType, keys: Any) -> dict[AssetKey, Event]:
        found = {event.asset_key: event for event in self._all if event.type is kind}
        return {key: event for key, event in found.items() if key and (keys is None or key in keys)}


class _Machine(RuleBasedStateMachine):
    """An event store beside a list."""

    def __init__(self, bench: StoreBench) -> None:
        super().__init__()
        bench.empty()
        self.bench = bench
        self.model = Model()

    def _compare(self, ask: Callable[[Any], Any]) -> None:
        found, wanted = _answer(ask, self.bench.store), _answer(ask, self.model)
        require(found == wanted, f"The answer is {found!r}, and should be {wanted!r}.")

    @rule(batch=st.lists(_events(), max_size=8))
    def append(self, batch: list[Event]) -> None:
        """Append a batch, or be refused."""
        self._compare(lambda store: store.append(batch))
        for run in {event.run_id for event in batch}:
            self._compare(partial(_events_of, run=run))

    @rule()
    def open_again(self) -> None:
        """Close the store and open it again, where it is persistent."""
        if self.bench.persistent:
            self.bench.reopen()

    @rule(run=_RUNS, limit=_LIMITS)
    def ask_runs(self, run: str, limit: int | None) -> None:
        """Ask for a run, its events, and all runs."""
        self._compare(lambda store: list(store.events(run)))
        self._compare(lambda store: store.run(run))
        self._compare(lambda store: list(store.runs(limit)))

    @rule(key=_KEYS, partition=_PARTITIONS, limit=_LIMITS)
    def ask_history(self, key: AssetKey, partition: str | None, limit: int | None) -> None:
        """Ask for the history of an asset."""
        self._compare(lambda store: list(store.materializations(key, partition=partition, limit=limit)))

    @rule(wanted=st.none() | st.lists(_KEYS))
    def ask_latest(self, wanted: list[AssetKey] | None) -> None:
        """Ask for what was made and seen last."""
        self._compare(lambda store: dict(store.latest_materializations(wanted)))
        self._compare(lambda store: dict(store.latest_observations(wanted)))


def _events_of(store: Any, run: str) -> list[Event]:
    return list(store.events(run))


def _answer(ask: Callable[[Any], Any], store: Any) -> Any:
    try:
        return ask(store)
    except Error as error:
        return type(error).__name__
