"""Parameters of `AssetsDefinition`, `from_graph` and `from_op`."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast import (
    AssetKey,
    AssetsDefinition,
    FreshnessPolicy,
    GraphOut,
    IdentityPartitionMapping,
    In,
    InvalidDefinitionError,
    InvalidSubsetError,
    LastPartitionMapping,
    Out,
    StaticPartitionsDefinition,
    asset,
    graph,
    materialize_to_memory,
    op,
)

A, B, RAW = AssetKey("a"), AssetKey("b"), AssetKey("raw")


@op
def increased(number: int) -> int:
    return number + 1


@op(required_resource_keys={"rate"})
def scaled(context: Any, number: int) -> int:
    return number * context.resources.rate


@graph(out={"a": GraphOut(), "b": GraphOut()})
def steps(raw: int) -> dict[str, Any]:
    a = increased(raw)
    return {"a": a, "b": increased(a)}


@op(ins={"raw": In(int)}, out={"a": Out(int), "b": Out(int)})
def both(raw: int) -> tuple[int, int]:
    return raw + 1, raw + 2


MAKERS = pytest.mark.parametrize(
    "make",
    [
        lambda **options: AssetsDefinition.from_graph(steps, **options),
        lambda **options: AssetsDefinition.from_op(both, **options),
    ],
    ids=["from_graph", "from_op"],
)
raw = asset(name="raw")(lambda: 10)


@MAKERS
def test_the_outputs_are_assets(make: Any) -> None:
    """`graph_def` and `op_def` say what is made of which inputs."""
    result = materialize_to_memory([raw, make()])
    assert (result.asset_value("a"), result.asset_value("b")) == (11, 12)


@MAKERS
def test_inputs_may_be_other_keys(make: Any) -> None:
    """`keys_by_input_name` says which assets are read."""
    other = asset(name="other", key_prefix="p")(lambda: 20)
    definition = make(keys_by_input_name={"raw": AssetKey(["p", "other"])})
    assert materialize_to_memory([other, definition]).asset_value("a") == 21


@MAKERS
def test_outputs_may_be_other_keys(make: Any) -> None:
    """`keys_by_output_name` says which assets are made; others keep the names of their outputs."""
    assert make(keys_by_output_name={"a": AssetKey(["p", "first"])}).keys == {AssetKey(["p", "first"]), B}


@MAKERS
def test_a_prefix_goes_before_the_keys_of_outputs(make: Any) -> None:
    """`key_prefix` leaves the inputs alone."""
    definition = make(key_prefix=["p", "q"])
    assert definition.keys == {AssetKey(["p", "q", "a"]), AssetKey(["p", "q", "b"])}
    assert definition.dependency_keys == {RAW}


@MAKERS
def test_dependencies_of_outputs_may_be_said(make: Any) -> None:
    """`internal_asset_deps` stand in for every input, for the outputs they name."""
    assert make(internal_asset_deps={"b": {A}}).asset_deps == {A: {RAW}, B: {A}}


@MAKERS
def test_all_assets_are_in_the_group(make: Any) -> None:
    """`group_name` puts each of them there."""
    assert make(group_name="tables").group_names_by_key == {A: "tables", B: "tables"}


@MAKERS
def test_outputs_have_metadata(make: Any) -> None:
    """`metadata_by_output_name` is for the assets of these outputs."""
    assert make(metadata_by_output_name={"b": {"unit": "EUR"}}).metadata_by_key == {A: {}, B: {"unit": "EUR"}}


LETTERS = StaticPartitionsDefinition(["x", "y"])
letter = asset(name="raw", partitions_def=LETTERS)(
    lambda context: LETTERS.get_partition_keys().index(context.partition_key)
)


@MAKERS
def test_the_assets_have_partitions(make: Any) -> None:
    """`partitions_def` is that of each of them."""
    result = materialize_to_memory([letter, make(partitions_def=LETTERS)], partition_key="y")
    made = [event.partition for event in result.all_events if event.is_step_materialization]
    assert (result.asset_value("a"), made) == (2, ["y", "y", "y"])


@MAKERS
def test_partitions_of_inputs_may_be_said(make: Any) -> None:
    """`partition_mappings` are by the name of an input."""
    last = LastPartitionMapping()
    definition = make(partitions_def=LETTERS, partition_mappings={"raw": last})
    assert definition.get_partition_mapping(RAW) is last
    assert materialize_to_memory([letter, definition], partition_key="y").asset_value("a") == 2


def test_a_graph_may_bring_resources() -> None:
    """`resource_defs` reach the computations of the graph."""

    @graph
    def total(raw: int) -> Any:
        return scaled(raw)

    definition = AssetsDefinition.from_graph(total, resource_defs={"rate": 3})
    assert materialize_to_memory([raw, definition]).asset_value("total") == 30


def test_a_graph_may_be_made_in_part() -> None:
    """`can_subset` runs only the computations that the selected assets need."""
    assets = [raw, AssetsDefinition.from_graph(steps, can_subset=True)]
    result = materialize_to_memory(assets, selection=["raw", "a"])
    assert result.asset_value("a") == 11
    assert set(result.plan.steps) == {"raw", "steps.increased"}
    with pytest.raises(InvalidSubsetError, match="can_subset=True"):
        materialize_to_memory([raw, AssetsDefinition.from_graph(steps)], selection=["raw", "a"])


def definition(**options: Any) -> AssetsDefinition:
    """Return the assets of the op, made by the constructor."""
    given = {"keys_by_input_name": {"raw": RAW}, "keys_by_output_name": {"a": A, "b": B}, "node_def": both}
    return AssetsDefinition(**{**given, **options})


def test_a_definition_maps_names_to_keys() -> None:
    """`keys_by_input_name`, `keys_by_output_name` and `node_def` are what a definition is."""
    made = definition(keys_by_input_name={"raw": "x"}, keys_by_output_name={"a": ["p", "a"], "b": B})
    assert made.keys_by_input_name == {"raw": AssetKey("x")}
    assert made.keys_by_output_name == {"a": AssetKey(["p", "a"]), "b": B}
    assert made.node_def is made.op is both


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("keys_by_input_name", {"rav": RAW}),
        ("keys_by_output_name", {"c": A}),
        ("node_def", lambda raw: raw),
    ],
)
def test_what_the_computation_does_not_have_is_refused(parameter: str, value: Any) -> None:
    """Names of inputs and outputs, and what is neither op nor graph."""
    with pytest.raises(InvalidDefinitionError, match=parameter):
        definition(**{parameter: value})


def test_a_definition_has_partitions() -> None:
    """`partitions_def` and `partition_mappings`, which are by key."""
    made = definition(partitions_def=LETTERS, partition_mappings={RAW: IdentityPartitionMapping()})
    assert made.partitions_def == LETTERS
    assert made.get_partition_mapping("raw") == IdentityPartitionMapping()
    assert made.get_partition_mapping("other") is None


def test_a_definition_says_what_its_assets_depend_on() -> None:
    """`asset_deps` is by asset; the rest of the graph follows it."""
    deps = {A: frozenset({RAW}), B: frozenset({A})}
    assert definition(asset_deps=deps).asset_deps == deps


def test_a_definition_may_make_some_of_its_assets() -> None:
    """`selected_asset_keys` are the ones it makes."""
    assert definition(selected_asset_keys={B}, can_subset=True).keys == {B}


def test_a_definition_may_say_that_parts_can_be_made() -> None:
    """`can_subset` is what allows `subset_for`."""
    assert definition(can_subset=True).subset_for({A}).keys == {A}
    with pytest.raises(InvalidSubsetError, match="can_subset=True"):
        definition().subset_for({A})


def test_a_definition_brings_resources() -> None:
    """`resource_defs` are its own; plain values will do."""
    made = AssetsDefinition(
        keys_by_input_name={"number": RAW},
        keys_by_output_name={"result": A},
        node_def=scaled,
        resource_defs={"rate": 4},  # type: ignore[dict-item]
    )
    assert materialize_to_memory([raw, made]).asset_value("a") == 40


def test_a_definition_has_groups_metadata_and_freshness_by_key() -> None:
    """`group_names_by_key`, `metadata_by_key` and `freshness_policies_by_key` are for single assets."""
    policy = FreshnessPolicy(maximum_lag_minutes=5)
    made = definition(
        group_names_by_key={A: "g"}, metadata_by_key={B: {"rows": 1}}, freshness_policies_by_key={A: policy}
    )
    assert made.group_names_by_key == {A: "g", B: "default"}
    assert made.metadata_by_key == {A: {}, B: {"rows": 1}}
    assert made.freshness_policies_by_key == {A: policy}
