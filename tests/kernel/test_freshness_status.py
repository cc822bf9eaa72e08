"""How late assets are, from the times of the root data that they were made of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from holdfast import (
    AssetGraph,
    AssetKey,
    AssetMaterialization,
    AssetOut,
    AssetsDefinition,
    Event,
    EventType,
    FreshnessPolicy,
    Instance,
    InvalidDefinitionError,
    SourceAsset,
    UnknownSelectionError,
    asset,
    freshness_status,
    materialize,
    multi_asset,
)

HOUR = FreshnessPolicy(maximum_lag_minutes=60)
NOON = datetime(2022, 11, 1, 12, tzinfo=timezone.utc)


def made(name: str, *upstream: str, policy: FreshnessPolicy | None = HOUR) -> AssetsDefinition:
    """Return an asset that waits for others."""
    definition = asset(name=name, non_argument_deps=set(upstream), freshness_policy=policy)(lambda: 1)
    assert isinstance(definition, AssetsDefinition)
    return definition


def history(*makings: tuple[str, int, dict[str, str]]) -> Instance:
    """Return an instance with materializations: of an asset, so many minutes before noon, from which runs.

    The run of each is the asset and the minutes, such as ``a90``.
    """
    instance = Instance.ephemeral()
    for name, minutes, inputs in makings:
        tags = {f"holdfast/input_event_pointer/{key}": run for key, run in inputs.items()}
        data = AssetMaterialization(name, tags=tags)
        time = (NOON - timedelta(minutes=minutes)).timestamp()
        event = Event(EventType.ASSET_MATERIALIZATION, f"{name}{minutes}", time, name, AssetKey(name), data)
        instance.event_store.append([event])
    return instance


def late(definitions: Iterable[Any], instance: Instance, now: datetime = NOON) -> dict[str, float | None]:
    """Return the minutes that each asset with a policy is late."""
    found = freshness_status(AssetGraph.of(list(definitions)), instance, evaluation_time=now)
    return {str(key): status.minutes_late for key, status in found.items()}


# -- policies of assets -------------------------------------------------------------------------------------


def test_an_asset_keeps_its_policy_in_copies() -> None:
    """The policy follows the key."""
    copy = made("a").with_prefix_or_group(key_prefix="p", group_name="g")
    assert copy.freshness_policies_by_key == {AssetKey(["p", "a"]): HOUR}
    assert made("a", policy=None).freshness_policies_by_key == {}


def test_a_definition_takes_policies_by_key() -> None:
    """Strings are keys, as everywhere."""
    op = made("a").op
    definition = AssetsDefinition(
        keys_by_input_name={},
        keys_by_output_name={"result": "a"},
        node_def=op,
        freshness_policies_by_key={"a": HOUR},
    )
    assert definition.freshness_policies_by_key == {AssetKey("a"): HOUR}


@pytest.mark.parametrize(
    ("policies", "problem"), [({"b": HOUR}, "names 'b'"), ({"a": 60}, "is a FreshnessPolicy, not 60")]
)
def test_wrong_policies_are_refused(policies: Any, problem: str) -> None:
    """Policies are for assets of the definition, and are policies."""
    with pytest.raises(InvalidDefinitionError, match=problem):
        AssetsDefinition(
            keys_by_input_name={},
            keys_by_output_name={"result": "a"},
            node_def=made("a").op,
            freshness_policies_by_key=policies,
        )


def test_what_is_no_policy_is_refused_by_the_decorator() -> None:
    """`freshness_policy` is a `FreshnessPolicy`."""
    with pytest.raises(InvalidDefinitionError, match="'a' is a FreshnessPolicy, not 60"):
        asset(name="a", freshness_policy=60)(lambda: 1)  # type: ignore[arg-type]


# -- how late they are --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "expected"), [(0, 0.0), (60, 0.0), (90, 30.0)])
def test_a_root_is_as_old_as_its_last_making(minutes: int, expected: float) -> None:
    """An asset that reads no other has the data of the time it was made."""
    instance = history(("a", 500, {}), ("a", minutes, {}))
    assert late([made("a")], instance) == {"a": expected}


def test_what_was_never_made_has_no_lateness() -> None:
    """It lacks all data."""
    chain = [made("a"), made("b", "a")]
    assert late(chain, history()) == {"a": None, "b": None}
    assert late(chain, history(("a", 1, {}))) == {"a": 0.0, "b": None}


def test_assets_without_a_policy_are_left_out() -> None:
    """Source assets too."""
    assert late([SourceAsset("raw"), made("a", "raw", policy=None)], history(("a", 1, {}))) == {}


def test_an_asset_that_reads_source_assets_alone_is_a_root() -> None:
    """What it reads is as new as its making."""
    assert late([SourceAsset("raw"), made("a", "raw")], history(("a", 90, {}))) == {"a": 30.0}


def test_data_is_as_old_as_the_materialization_that_was_used() -> None:
    """The recorded run of the input counts, not the latest one."""
    chain = [made("a", policy=None), made("b", "a")]
    makings = [("a", 300, {}), ("a", 100, {}), ("b", 50, {"a": "a300"})]
    assert late(chain, history(*makings)) == {"b": 240.0}
    assert late(chain, history(*makings, ("b", 40, {"a": "a100"}))) == {"b": 40.0}


def test_without_a_record_of_the_inputs_the_last_one_before_counts() -> None:
    """Materializations of user code say nothing of what they were made of."""
    chain = [made("a", policy=None), made("b", "a")]
    instance = history(("a", 300, {}), ("a", 200, {}), ("b", 150, {}), ("a", 10, {}))
    assert late(chain, instance) == {"b": 140.0}


def test_times_pass_through_assets_between() -> None:
    """A fresh making from old data is old."""
    chain = [made("a", policy=None), made("b", "a", policy=None), made("c", "b")]
    instance = history(
        ("a", 200, {}),
        ("b", 190, {"a": "a200"}),
        ("a", 20, {}),
        ("b", 10, {"a": "a20"}),
        ("c", 5, {"b": "b190"}),
    )
    assert late(chain, instance) == {"c": 140.0}


def test_the_oldest_way_counts() -> None:
    """Two ways from one root may bring data of two times."""
    diamond = [made("a", policy=None), made("b", "a", policy=None), made("c", "a", "b")]
    instance = history(
        ("a", 200, {}), ("b", 150, {"a": "a200"}), ("a", 50, {}), ("c", 10, {"a": "a50", "b": "b150"})
    )
    assert late(diamond, instance) == {"c": 140.0}


@pytest.mark.parametrize("upstream", [("a", "b"), ("b", "a")])
def test_a_way_without_data_leaves_the_root_unknown(upstream: tuple[str, str]) -> None:
    """An asset between that was never recorded has no data of the root."""
    diamond = [made("a", policy=None), made("b", "a", policy=None), made("c", *upstream)]
    assert late(diamond, history(("a", 20, {}), ("c", 10, {"a": "a20"}))) == {"c": None}


def test_every_root_counts() -> None:
    """The status has the times of all roots; the furthest behind makes the asset late."""
    graph = AssetGraph.of([made("a", policy=None), made("b", policy=None), made("c", "a", "b")])
    instance = history(("a", 80, {}), ("b", 70, {}), ("c", 1, {"a": "a80", "b": "b70"}))
    (status,) = freshness_status(graph, instance, ["c"], NOON).values()
    used = {str(key): at for key, at in status.used_data_times.items()}
    assert used == {"a": NOON - timedelta(minutes=80), "b": NOON - timedelta(minutes=70)}
    assert (status.minutes_late, status.policy, status.evaluation_time) == (20.0, HOUR, NOON)


def test_a_schedule_counts_too() -> None:
    """The policy decides what is late."""
    nine = FreshnessPolicy(maximum_lag_minutes=30, cron_schedule="0 9 * * *")
    assert late([made("a", policy=nine)], history(("a", 240, {}))) == {"a": 60.0}


def test_only_the_assets_asked_for() -> None:
    """Some keys may be named; one that is not there is an error."""
    graph = AssetGraph.of([made("a"), made("b")])
    assert [str(key) for key in freshness_status(graph, history(), ["b"])] == ["b"]
    with pytest.raises(UnknownSelectionError, match="'c'"):
        freshness_status(graph, history(), ["c"])


def test_runs_record_what_is_needed() -> None:
    """After runs, with partial ones among them, lateness follows the data that was used."""
    instance = Instance.ephemeral()

    @multi_asset(
        outs={"late": AssetOut(), "early": AssetOut()},
        non_argument_deps={"a"},
        internal_asset_deps={"early": {AssetKey("a")}, "late": {AssetKey("early")}},
    )
    def both() -> tuple[int, int]:
        return 1, 2

    chain = [made("a", policy=None), both, made("last", "late")]
    first = materialize(chain, instance=instance)
    materialize(chain, instance=instance, selection="a")
    materialize(chain, instance=instance, selection="last")
    made_first = next(e.timestamp for e in first.all_events if e.is_step_materialization)
    (status,) = freshness_status(AssetGraph.of(chain), instance).values()
    assert status.used_data_times == {AssetKey("a"): datetime.fromtimestamp(made_first, timezone.utc)}
    assert status.minutes_late == 0.0
