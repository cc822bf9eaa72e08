"""What is recorded of the versions that assets are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from holdfast import (
    AssetKey,
    AssetMaterialization,
    AssetObservation,
    AssetOut,
    AssetsDefinition,
    Event,
    Instance,
    LogicalVersion,
    Out,
    SourceAsset,
    asset,
    execute_job,
    graph,
    materialize,
    multi_asset,
    observable_source_asset,
    op,
    repository,
)
from holdfast.builtins.event_store import MemoryEventStore

VERSION = "holdfast/logical_version"
INPUT = "holdfast/input_logical_version/"
EVENT = "holdfast/input_event_pointer/"


def made(name: str, *upstream: str, version: str | None = None) -> Any:
    """Return an asset that waits for others."""
    return asset(name=name, non_argument_deps=set(upstream), op_version=version)(lambda: 1)


def tags(definitions: Iterable[Any], instance: Instance | None = None, **options: Any) -> dict[str, Any]:
    """Make assets and return the tags of their materializations by key."""
    result = materialize(list(definitions), instance=instance, **options)
    return {str(e.asset_key): e.data.tags for e in result.all_events if e.is_step_materialization}


class CountingStore(MemoryEventStore):
    """Remembers which assets it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[set[str]] = []

    def latest_materializations(
        self, asset_keys: Iterable[AssetKey] | None = None
    ) -> Mapping[AssetKey, Event]:
        keys = set(asset_keys or ())
        self.asked.append(set(map(str, keys)))
        return super().latest_materializations(keys)


def test_code_and_inputs_are_recorded() -> None:
    """The tags name the code's version, the versions of the inputs and the runs that made them."""
    instance = Instance.ephemeral()
    result = materialize([made("a", version="v1"), made("b", "a", version="v2")], instance=instance)
    first, second = (event.data.tags for event in result.all_events if event.is_step_materialization)
    assert first == {"holdfast/op_version": "v1", VERSION: first[VERSION]}
    assert second == {
        "holdfast/op_version": "v2",
        INPUT + "a": first[VERSION],
        EVENT + "a": result.run_id,
        VERSION: second[VERSION],
    }


def test_the_same_code_and_inputs_give_the_same_version() -> None:
    """Versions do not depend on the run when all code has a version."""
    chain = [made("a", version="v1"), made("b", "a", version="v2")]
    instance = Instance.ephemeral()
    first, second = (tags(chain, instance) for _ in range(2))
    assert [first[key][VERSION] for key in "ab"] == [second[key][VERSION] for key in "ab"]


@pytest.mark.parametrize(
    "changed",
    [
        [made("a", version="v1"), made("b", "a", version="v3")],
        [made("a", version="v0"), made("b", "a", version="v2")],
        [made("a", version="v1"), made("c", version="v1"), made("b", "a", "c", version="v2")],
        [made("c", version="v1"), made("b", "c", version="v2")],
    ],
)
def test_other_code_or_inputs_give_another_version(changed: list[Any]) -> None:
    """The code's own version, those of its inputs, and which inputs they are all count."""
    before = tags([made("a", version="v1"), made("b", "a", version="v2")])
    assert tags(changed)["b"][VERSION] != before["b"][VERSION]


def test_without_a_version_of_the_code_every_run_gives_another() -> None:
    """The run stands for the code."""
    first, second = (tags([made("a")])["a"] for _ in range(2))
    assert first[VERSION] != second[VERSION]
    assert "holdfast/op_version" not in first


def test_assets_of_earlier_runs_are_inputs_too() -> None:
    """What is loaded has the version it was stored with."""
    instance = Instance.ephemeral()
    chain = [made("a", version="v1"), made("b", "a", version="v2")]
    before = materialize(chain, instance=instance)
    alone = tags(chain, instance, selection="b")["b"]
    (first, second) = (event.data.tags for event in before.all_events if event.is_step_materialization)
    assert alone == second
    assert (alone[INPUT + "a"], alone[EVENT + "a"]) == (first[VERSION], before.run_id)


def test_the_event_store_is_asked_once_for_all_inputs() -> None:
    """One question finds what the run reads and does not make; a run that makes all asks nothing."""
    instance = Instance.ephemeral()
    store = CountingStore()
    instance.__dict__["event_store"] = store
    all_assets = [made("a"), made("b"), made("c", "a", "b"), made("d", "a", "c")]
    tags(all_assets, instance)
    assert store.asked == []
    tags(all_assets, instance, selection=["c", "d"])
    assert store.asked == [{"a", "b"}]


def test_an_observed_source_asset_has_the_version_that_was_seen() -> None:
    """The last observation counts, and its run is named."""
    instance, versions = Instance.ephemeral(), iter(["old", "new"])
    raw = observable_source_asset(name="raw")(lambda: LogicalVersion(next(versions)))
    materialize([raw], instance=instance)
    seen = materialize([raw], instance=instance)
    found = tags([raw, made("a", "raw", version="v1")], instance)["a"]
    assert (found[INPUT + "raw"], found[EVENT + "raw"]) == ("new", seen.run_id)


def test_of_a_source_asset_the_observation_comes_first() -> None:
    """It may have been made here once; what was seen since says more."""
    instance = Instance.ephemeral()
    tags([made("raw", version="v1")], instance)
    raw = observable_source_asset(name="raw")(lambda: LogicalVersion("seen"))
    materialize([raw], instance=instance)
    assert tags([raw, made("a", "raw")], instance)["a"][INPUT + "raw"] == "seen"


def test_an_observation_without_a_version_says_nothing_of_it() -> None:
    """What an asset logs about a source asset is no version of it, though its run is named."""
    instance = Instance.ephemeral()

    @asset
    def logging(context: Any) -> None:
        context.log_event(AssetObservation("raw", metadata={"rows": 3}))

    run = materialize([logging], instance=instance).run_id
    found = tags([SourceAsset("raw"), made("a", "raw")], instance)["a"]
    assert (found[INPUT + "raw"], found[EVENT + "raw"]) == ("INITIAL", run)


def test_what_was_never_recorded_has_a_version_of_its_own() -> None:
    """A source asset that was never observed is the same until it is."""
    found = tags([SourceAsset("raw"), made("a", "raw", version="v1")])["a"]
    assert found[INPUT + "raw"] == "INITIAL"
    assert EVENT + "raw" not in found


def test_a_materialization_without_a_version_counts_as_new() -> None:
    """What user code logs has no version; its run stands for one."""
    instance = Instance.ephemeral()

    @asset
    def logging(context: Any) -> None:
        context.log_event(AssetMaterialization("raw"))

    run = materialize([logging], instance=instance).run_id
    found = tags([SourceAsset("raw"), made("a", "raw", version="v1")], instance)["a"]
    assert (found[INPUT + "raw"], found[EVENT + "raw"]) == (run, run)


def test_outputs_of_a_multi_asset_follow_their_own_inputs() -> None:
    """Each has the versions of what it depends on, another output of the same step too."""

    @multi_asset(
        outs={"late": AssetOut(), "early": AssetOut()},
        non_argument_deps={"a", "b"},
        internal_asset_deps={"early": {AssetKey("a")}, "late": {AssetKey("early"), AssetKey("b")}},
    )
    def both() -> tuple[int, int]:
        return 1, 2

    found = tags([made("a"), made("b"), both])
    assert found["early"].keys() == {VERSION, INPUT + "a", EVENT + "a"}
    assert found["late"][INPUT + "early"] == found["early"][VERSION]
    assert found["late"][INPUT + "b"] == found["b"][VERSION]
    assert INPUT + "a" not in found["late"]


def test_a_graph_of_computations_is_new_on_every_run() -> None:
    """No version of the code is the graph's; its inputs are recorded."""

    @op(version="v1")
    def step(a: int) -> int:
        return a

    @graph
    def inside(a: int) -> int:
        return step(step(a))

    @asset(op_version="v1")
    def a() -> int:
        return 1

    definition = AssetsDefinition.from_graph(inside)
    first, second = (tags([a, definition]) for _ in range(2))
    assert first["inside"][INPUT + "a"] == second["inside"][INPUT + "a"] == first["a"][VERSION]
    assert first["inside"][VERSION] != second["inside"][VERSION]
    assert "holdfast/op_version" not in first["inside"]


def test_assets_without_a_definition_have_the_version_of_their_code() -> None:
    """An output of a job's computation may be an asset."""

    @op(version="v1", out=Out(asset_key=AssetKey("made")))
    def making() -> int:
        return 1

    @graph
    def alone() -> None:
        making()

    first, second = (alone.to_job().execute_in_process() for _ in range(2))
    (one,), (two,) = (result.asset_materializations_for_node("making") for result in (first, second))
    assert one.tags == two.tags
    assert one.tags["holdfast/op_version"] == "v1"


def test_workers_record_the_same() -> None:
    """Versions of what other processes made reach the worker that uses them."""

    @repository
    def shop() -> list[Any]:
        return [made("a", version="v1"), made("b", "a", version="v2")]

    expected = tags([made("a", version="v1"), made("b", "a", version="v2")])
    job, processes = shop.get_job("__ASSET_JOB"), {"execution": {"config": {"multiprocess": {}}}}
    result = execute_job(job, Instance.ephemeral(), run_config=processes)
    found = {str(e.asset_key): e.data.tags for e in result.all_events if e.is_step_materialization}
    assert found["a"] == expected["a"]
    assert found["b"] == {**expected["b"], EVENT + "a": result.run_id}


def test_workers_are_told_of_earlier_runs() -> None:
    """The process that submits asks the event store, and the step takes the answer along."""
    instance = Instance.ephemeral()

    @repository
    def shop() -> list[Any]:
        return [made("a", version="v1"), made("b", "a", version="v2")]

    job, processes = shop.get_job("__ASSET_JOB"), {"execution": {"config": {"multiprocess": {}}}}
    whole = execute_job(job, instance, run_config=processes)
    part = execute_job(job, instance, run_config=processes, asset_selection=["b"])
    before, again = (result.asset_materializations_for_node("b") for result in (whole, part))
    assert before[0].tags == again[0].tags
    assert before[0].tags[EVENT + "a"] == whole.run_id
