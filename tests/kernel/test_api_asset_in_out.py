"""Parameters of `AssetIn` and `AssetOut`: what each changes for the IO managers and checks of a run."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast import (
    AssetIn,
    AssetKey,
    AssetOut,
    AssetSelection,
    DagsterType,
    InMemoryIOManager,
    LastPartitionMapping,
    Nothing,
    Output,
    RepositoryDefinition,
    SourceAsset,
    StaticPartitionsDefinition,
    StepOutputNotFoundError,
    TypeCheckDidNotPass,
    asset,
    input_manager,
    materialize,
    materialize_to_memory,
    multi_asset,
    with_resources,
)

Even = DagsterType(lambda _context, value: value % 2 == 0, name="Even")


def reader(**described: Any) -> Any:
    """Return an asset that reads what its input is described as."""
    return asset(name="reader", ins={"value": AssetIn(**described)})(lambda value: value)


@pytest.mark.parametrize("parameter", ["key", "asset_key"])
def test_an_input_reads_the_asset_of_its_key(parameter: str) -> None:
    """Both names of the parameter lead to the asset."""
    upstream = asset(name="orders", key_prefix="shop")(lambda: 5)
    result = materialize_to_memory([upstream, reader(**{parameter: ["shop", "orders"]})])
    assert result.asset_value("reader") == 5


def test_a_prefix_goes_before_the_arguments_name() -> None:
    """`key_prefix` leads to the asset, which its name alone would not from another group."""
    upstream = asset(name="value", key_prefix=["shop", "eu"], group_name="eu")(lambda: 5)
    assert materialize_to_memory([upstream, reader(key_prefix=["shop", "eu"])]).asset_value("reader") == 5


def test_metadata_of_an_input_reaches_its_manager() -> None:
    """`metadata` is what the loading side is told."""

    @input_manager
    def columns(context: Any) -> Any:
        return context.metadata["columns"]

    read = reader(metadata={"columns": ["a", "b"]}, input_manager_key="columns")
    result = materialize([SourceAsset("value"), read], resources={"columns": columns})
    assert result.asset_value("reader") == ["a", "b"]


def test_an_input_manager_loads_instead_of_the_io_manager() -> None:
    """`input_manager_key` names the resource."""
    upstream = asset(name="value")(lambda: 5)
    read = reader(input_manager_key="fixed")
    result = materialize([upstream, read], resources={"fixed": input_manager(lambda: 9)})
    assert result.asset_value("reader") == 9


def test_the_type_of_an_input_is_checked_before_the_function() -> None:
    """`dagster_type` of an input fails the step before user code runs."""
    ran: list[int] = []
    read = asset(name="reader", ins={"value": AssetIn(dagster_type=Even)})(lambda value: ran.append(value))
    with pytest.raises(TypeCheckDidNotPass, match="Even"):
        materialize_to_memory([asset(name="value")(lambda: 3), read])
    assert ran == []


def test_an_input_of_nothing_only_orders() -> None:
    """`dagster_type=Nothing` loads nothing and is no argument."""
    waits = asset(name="waits", ins={"value": AssetIn(dagster_type=Nothing)})(lambda: 1)
    result = materialize_to_memory([waits, asset(name="value")(lambda: 3)])
    assert result.plan.assets == (AssetKey("value"), AssetKey("waits"))
    assert not [event for event in result.all_events if event.is_loaded_input]


def test_an_input_may_be_of_other_partitions() -> None:
    """`partition_mapping` says which of the upstream asset's partitions are read."""
    letters = StaticPartitionsDefinition(["a", "b"])
    first = asset(name="first", partitions_def=letters)(lambda context: context.partition_key)
    inputs = {"first": AssetIn(partition_mapping=LastPartitionMapping())}
    last = asset(name="last", partitions_def=letters, ins=inputs)(lambda first: first)
    plan = materialize_to_memory([first, last], partition_key="b").plan
    assert plan.steps["last"].inputs[0].source.partitions.only_key == "b"
    with pytest.raises(StepOutputNotFoundError):
        materialize_to_memory([first, last], partition_key="a")


def one(**described: Any) -> Any:
    """Return a multi-asset of one output described so, which makes what it is given."""

    @multi_asset(outs={"value": AssetOut(**described)}, config_schema={"make": int})
    def single(context: Any) -> Any:
        if context.op_config["make"]:
            yield Output(context.op_config["make"], "value")

    return single


def made(definition: Any, number: int = 3, **options: Any) -> Any:
    """Materialize it, making a number, or nothing for 0."""
    return materialize([definition], {"ops": {"single": {"config": {"make": number}}}}, **options)


def test_the_key_of_an_output_is_materialized() -> None:
    """`key` is what the run records."""
    assert made(one(key=["shop", "total"])).asset_value(["shop", "total"]) == 3


def test_the_prefix_of_an_output_is_materialized() -> None:
    """`key_prefix` goes before the output's name."""
    assert made(one(key_prefix="shop")).asset_value(["shop", "value"]) == 3


def test_the_type_of_an_output_is_checked() -> None:
    """`dagster_type` of an output fails the step, and a right value passes."""
    assert made(one(dagster_type=Even), 4).success
    with pytest.raises(TypeCheckDidNotPass, match="Even"):
        made(one(dagster_type=Even), 3)


def test_the_description_is_the_assets() -> None:
    """`description` says what the output is."""
    assert one(description="All of it.").op.outs["value"].description == "All of it."


def test_an_output_that_is_not_required_may_be_missing() -> None:
    """`is_required=False` lets a run succeed without it."""
    assert made(one(is_required=False), 0).success
    assert not made(one(), 0, raise_on_error=False).success


def test_the_io_manager_of_an_output_stores_it() -> None:
    """`io_manager_key` names the resource."""
    (bound,) = with_resources([one(io_manager_key="lake")], {"lake": InMemoryIOManager()})
    made(bound)
    assert RepositoryDefinition.of("shop", [bound]).load_asset_value("value") == 3


def test_metadata_of_an_output_is_the_definitions() -> None:
    """`metadata` is what the definition says of its asset."""
    assert one(metadata={"format": "csv"}).metadata_by_key[AssetKey("value")] == {"format": "csv"}


def test_the_group_of_an_output_is_what_selections_find() -> None:
    """`group_name` is for this asset alone."""
    assert AssetSelection.groups("totals").resolve([one(group_name="totals")]) == {AssetKey("value")}
