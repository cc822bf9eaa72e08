"""Definitions of assets, and of where they are found: what is wrong is named, with the way out."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

import holdfast
from holdfast import (
    AssetIn,
    AssetKey,
    AssetOut,
    AssetSelection,
    DuplicateKeyError,
    Error,
    IdentityPartitionMapping,
    InMemoryIOManager,
    InvalidConfigDefinitionError,
    InvalidDefinitionError,
    InvalidInvocationError,
    InvalidMetadata,
    InvalidNameError,
    InvalidSubsetError,
    MetadataEntry,
    MissingResourceError,
    Out,
    ResourceConflictError,
    SelectionSyntaxError,
    SourceAsset,
    UnknownSelectionError,
    asset,
    op,
)

orders = asset(name="orders", config_schema={"limit": int})(lambda context: 1)
revenue = asset(name="revenue", required_resource_keys={"rates"})(lambda context, orders: 1)
plus = op(name="plus")(lambda value: value + 1)


def made(**options: Any) -> Any:
    """Define an asset in a wrong way."""
    return asset(**{"name": "made", **options})(lambda orders: 1)


def both(**options: Any) -> Any:
    """Define two assets in a wrong way."""
    outs = {"left": AssetOut(), "right": AssetOut()}
    return holdfast.multi_asset(**{"name": "both", "outs": outs, **options})(lambda orders: (1, 2))


CASES: list[tuple[str, Callable[[], Any], type[Error], str]] = [
    (
        "asset",
        lambda: made(name="class"),
        InvalidNameError,
        "'class' is not a valid asset name.*reserved word.*'class_'",
    ),
    (
        "asset",
        lambda: made(name="a b"),
        InvalidNameError,
        "'a b' is not a valid asset name: use only letters",
    ),
    (
        "asset",
        lambda: made(key_prefix=["ok", "int"]),
        InvalidNameError,
        "'int' is not a valid key prefix.*reserved word",
    ),
    ("asset", lambda: made(group_name="a-b"), InvalidNameError, "'a-b' is not a valid group name"),
    (
        "asset",
        lambda: made(ins={"ordrs": AssetIn()}),
        InvalidDefinitionError,
        "'made'.*'ordrs'.*Did you mean 'orders'",
    ),
    (
        "asset",
        lambda: made(ins={"orders": "orders"}),
        InvalidDefinitionError,
        r"'made'.*ins\['orders'\] is an AssetIn, not 'orders'",
    ),
    (
        "asset",
        lambda: made(non_argument_deps={"orders"}),
        InvalidDefinitionError,
        "'made'.*'orders'.*Leave out one",
    ),
    (
        "asset",
        lambda: made(io_manager_key="a", io_manager_def=InMemoryIOManager()),
        InvalidDefinitionError,
        "'made'.*only one of io_manager_key and io_manager_def",
    ),
    (
        "asset",
        lambda: made(op_tags={"size": {1, 2}}),
        InvalidDefinitionError,
        "'made'.*tag 'size'.*JSON.*Give a string",
    ),
    ("asset", lambda: made(config_schema={"limit": "int"}), InvalidConfigDefinitionError, "'made'.*'int'"),
    (
        "asset",
        lambda: made(partitions_def="days"),
        InvalidDefinitionError,
        "made.*partitions_def is a PartitionsDefinition, not 'days'",
    ),
    (
        "asset",
        lambda: made(retry_policy=3),
        InvalidDefinitionError,
        "asset 'made': a retry policy is a RetryPolicy, not 3",
    ),
    (
        "asset",
        lambda: asset(name="made")(lambda orders, context: 1),
        InvalidNameError,
        "'context' is a reserved word",
    ),
    ("asset", lambda: made()(ordrs=1), InvalidInvocationError, "'made'.*'ordrs'.*Did you mean 'orders'"),
    (
        "multi_asset",
        lambda: both(outs={"a b": AssetOut()}),
        InvalidNameError,
        "'a b' is not a valid output name",
    ),
    (
        "multi_asset",
        lambda: both(outs={"left": Out()}),
        InvalidDefinitionError,
        r"'both': outs\['left'\] is an AssetOut",
    ),
    (
        "multi_asset",
        lambda: both(internal_asset_deps={"lft": set()}),
        InvalidDefinitionError,
        "'both'.*'lft'.*Did you mean 'left'",
    ),
    (
        "multi_asset",
        lambda: both(internal_asset_deps={"left": {AssetKey("ordrs")}}),
        InvalidDefinitionError,
        "'ordrs'.*Did you mean 'orders'",
    ),
    (
        "multi_asset",
        lambda: both(outs={"left": AssetOut(group_name="a")}, group_name="b"),
        InvalidDefinitionError,
        "'both'.*'b'.*'a'.*Give one",
    ),
    (
        "multi_asset",
        lambda: both(op_tags={"size": object()}),
        InvalidDefinitionError,
        "'both'.*tag 'size'.*JSON",
    ),
    (
        "AssetIn",
        lambda: AssetIn(key="a", key_prefix="b"),
        InvalidDefinitionError,
        "AssetIn: give only one of key and key_prefix",
    ),
    (
        "AssetIn",
        lambda: AssetIn(partition_mapping=IdentityPartitionMapping),
        InvalidDefinitionError,
        "AssetIn: partition_mapping is a PartitionMapping, or the name of one",
    ),
    (
        "AssetOut",
        lambda: AssetOut(key="a", key_prefix="b"),
        InvalidDefinitionError,
        "AssetOut: give only one of key and key_prefix",
    ),
    ("AssetOut", lambda: AssetOut(group_name="a b"), InvalidNameError, "'a b' is not a valid group name"),
    (
        "AssetKey",
        lambda: AssetKey([]),
        InvalidDefinitionError,
        r"An asset key is a string or a non-empty sequence of strings, not \[\]",
    ),
    (
        "SourceAsset",
        lambda: SourceAsset("raw", io_manager_key="a", io_manager_def=InMemoryIOManager()),
        InvalidDefinitionError,
        "'raw'.*only one of io_manager_key",
    ),
    (
        "SourceAsset",
        lambda: SourceAsset("raw", group_name="a b"),
        InvalidNameError,
        "'a b' is not a valid group name",
    ),
    (
        "SourceAsset",
        lambda: SourceAsset("raw", metadata={"a": 1}, _metadata_entries=[MetadataEntry("a", value=1)]),
        InvalidMetadata,
        "'raw'.*twice",
    ),
    (
        "observable_source_asset",
        lambda: holdfast.observable_source_asset(name="raw", group_name="a b")(lambda: None),
        InvalidNameError,
        "'a b' is not a valid group name",
    ),
    (
        "AssetsDefinition",
        lambda: holdfast.AssetsDefinition.from_op(plus, keys_by_input_name={"valeu": AssetKey("a")}),
        InvalidDefinitionError,
        "'plus'.*'valeu'.*Did you mean 'value'",
    ),
    (
        "AssetsDefinition",
        lambda: holdfast.AssetsDefinition.from_graph(plus),
        InvalidDefinitionError,
        "from_graph takes a graph, not .*'plus'",
    ),
    (
        "AssetsDefinition",
        lambda: both().subset_for({AssetKey("left")}),
        InvalidSubsetError,
        "'left' alone.*'right'.*can_subset=True",
    ),
    (
        "with_resources",
        lambda: holdfast.with_resources([revenue], {"rate": 1}),
        MissingResourceError,
        "'revenue'.*'rates'.*Did you mean 'rate'",
    ),
    (
        "with_resources",
        lambda: holdfast.with_resources([made(resource_defs={"db": 1})], {"db": 2}),
        ResourceConflictError,
        "'db' is given twice.*'made'",
    ),
    (
        "with_resources",
        lambda: holdfast.with_resources([revenue], {"rates": 1}, {"rate": {"config": 1}}),
        InvalidDefinitionError,
        "'rate'.*Did you mean 'rates'",
    ),
    (
        "load_assets_from_modules",
        lambda: holdfast.load_assets_from_modules([ModuleType("m")], group_name="a b"),
        InvalidNameError,
        "'a b' is not a valid group name",
    ),
    (
        "load_assets_from_current_module",
        lambda: holdfast.load_assets_from_current_module(group_name="a b"),
        InvalidNameError,
        "'a b' is not a valid group name",
    ),
    (
        "load_assets_from_package_module",
        lambda: holdfast.load_assets_from_package_module(inspect),
        InvalidDefinitionError,
        "inspect is a module and no package; give it to load_assets_from_modules",
    ),
    (
        "load_assets_from_package_name",
        lambda: holdfast.load_assets_from_package_name("inspect"),
        InvalidDefinitionError,
        "inspect is a module and no package",
    ),
    (
        "AssetSelection",
        lambda: AssetSelection.keys("ordrs").resolve([orders]),
        UnknownSelectionError,
        "key 'ordrs'.*Did you mean 'orders'",
    ),
    (
        "AssetSelection",
        lambda: AssetSelection.groups("defult").resolve([orders]),
        UnknownSelectionError,
        "group 'defult'.*Did you mean 'default'",
    ),
    (
        "AssetSelection",
        lambda: AssetSelection.assets("orders"),
        InvalidDefinitionError,
        r"AssetSelection\.assets takes definitions.*AssetSelection\.keys",
    ),
    (
        "AssetSelection",
        lambda: AssetSelection.all().upstream(depth=-1),
        InvalidDefinitionError,
        "depth of a selection.*not -1",
    ),
    (
        "parse_selection",
        lambda: holdfast.parse_selection("orders and"),
        SelectionSyntaxError,
        r"expected a key.*\n  orders and\n",
    ),
    (
        "AssetGraph",
        lambda: holdfast.AssetGraph.of([orders, orders]),
        DuplicateKeyError,
        "'orders' is defined 2 times.*Rename one",
    ),
    ("AssetGraph", lambda: holdfast.AssetGraph.of([lambda: 1]), InvalidDefinitionError, "@asset"),
]


@pytest.mark.parametrize(("name", "call", "error", "message"), CASES)
def test_a_mistake_is_named_with_the_way_out(
    name: str, call: Callable[[], Any], error: type[Error], message: str
) -> None:
    """The message leads from the mistake to what was meant."""
    with pytest.raises(error, match=message):
        call()
