"""Parameters of `asset`: what each of them changes when the asset is made."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast import (
    AssetKey,
    AssetSelection,
    DagsterType,
    FreshnessPolicy,
    InvalidConfigError,
    StaticPartitionsDefinition,
    TypeCheckDidNotPass,
    UnknownPartitionError,
    asset,
    materialize_to_memory,
)

Positive = DagsterType(lambda _context, value: value > 0, name="Positive", description="above zero")


def test_config_has_to_fit_the_schema() -> None:
    """`config_schema` is checked before anything runs, and gives defaults."""
    scaled = asset(name="scaled", config_schema={"factor": int})(lambda context: context.op_config["factor"])
    given = {"ops": {"scaled": {"config": {"factor": 3}}}}
    assert materialize_to_memory([scaled], given).asset_value("scaled") == 3
    with pytest.raises(InvalidConfigError, match=r"ops\.scaled\.config\.factor"):
        materialize_to_memory([scaled], {"ops": {"scaled": {"config": {"factor": "x"}}}})


def test_values_have_to_be_of_the_type() -> None:
    """`dagster_type` is checked before the value is stored."""
    loss = asset(name="loss", dagster_type=Positive)(lambda: -1)
    with pytest.raises(TypeCheckDidNotPass, match="Positive"):
        materialize_to_memory([loss])
    result = materialize_to_memory([loss], raise_on_error=False)
    assert not [event for event in result.all_events if event.is_handled_output]


def test_the_type_may_be_a_python_type() -> None:
    """`dagster_type` stands over the return annotation."""

    @asset(dagster_type=int)
    def text() -> str:
        return "four"

    with pytest.raises(TypeCheckDidNotPass, match="Int"):
        materialize_to_memory([text])


def test_the_group_is_what_selections_find() -> None:
    """`group_name` puts the asset among others of the group."""
    leads = asset(name="leads", group_name="marketing")(lambda: 1)
    other = asset(name="other")(lambda: 1)
    assert leads.group_names_by_key == {AssetKey("leads"): "marketing"}
    assert AssetSelection.groups("marketing").resolve([leads, other]) == {AssetKey("leads")}
    assert AssetSelection.groups("default").resolve([leads, other]) == {AssetKey("other")}


def test_an_asset_keeps_its_freshness_policy() -> None:
    """`freshness_policy` is known by key."""
    policy = FreshnessPolicy(maximum_lag_minutes=30)
    prices = asset(name="prices", freshness_policy=policy)(lambda: 1)
    assert prices.freshness_policies_by_key == {AssetKey("prices"): policy}


def test_an_asset_is_made_for_one_of_its_partitions() -> None:
    """`partitions_def` says which there are; a run is for one."""
    days = StaticPartitionsDefinition(["mon", "tue"])
    visits = asset(name="visits", partitions_def=days)(lambda context: context.partition_key)
    assert materialize_to_memory([visits], partition_key="tue").asset_value("visits") == "tue"
    with pytest.raises(UnknownPartitionError, match="'wed'"):
        materialize_to_memory([visits], partition_key="wed")


def test_dependencies_that_are_no_arguments_order_the_run() -> None:
    """`non_argument_deps` are made first, and nothing is loaded."""
    made: list[str] = []

    @asset(non_argument_deps={"loaded"})
    def checked() -> None:
        made.append("checked")

    loaded = asset(name="loaded")(lambda: made.append("loaded"))
    result = materialize_to_memory([checked, loaded])
    assert made == ["loaded", "checked"]
    assert not [event for event in result.all_events if event.is_loaded_input]


def test_own_resources_reach_the_function() -> None:
    """`resource_defs` need not be asked for by `required_resource_keys`."""
    brings = asset(name="brings", resource_defs={"rate": 2})(lambda context: context.resources.rate)
    assert materialize_to_memory([brings]).asset_value("brings") == 2


def test_metadata_of_the_definition_is_kept() -> None:
    """`metadata` is what the definition says of its asset."""
    table = asset(name="table", metadata={"owner": "finance"})(lambda: 1)
    assert table.metadata_by_key[AssetKey("table")] == {"owner": "finance"}


def test_used_bare_the_function_is_the_first_argument() -> None:
    """`compute_fn` may be given like any other argument."""

    def rows() -> int:
        return 4

    made: Any = asset(rows)
    assert materialize_to_memory([made]).asset_value("rows") == 4
