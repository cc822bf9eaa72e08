"""Jobs, repositories and runs: what is wrong is named, with the way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import holdfast
from holdfast import (
    AssetOut,
    DuplicateKeyError,
    Error,
    InMemoryIOManager,
    Instance,
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidInvocationError,
    InvalidNameError,
    InvalidSubsetError,
    InvariantViolationError,
    MissingResourceError,
    RepositoryDefinition,
    SelectionSyntaxError,
    SourceAsset,
    UnknownJobError,
    UnknownSelectionError,
    UnknownUpstreamError,
    UnsupportedParameterError,
    asset,
    define_asset_job,
    graph,
    job,
    op,
)

orders = asset(name="orders", config_schema={"limit": int})(lambda context: 1)
revenue = asset(name="revenue", required_resource_keys={"rates"})(lambda context, orders: 1)
number = op(name="number")(lambda: 1)
plus = op(name="plus")(lambda value: value + 1)
shop = RepositoryDefinition.of("shop", [asset(name="stock")(lambda: 1), define_asset_job("nightly")])


@graph
def counting() -> Any:
    return plus(number())


@job
def counted() -> None:
    number()


def made(**options: Any) -> Any:
    """Define an asset in a wrong way."""
    return asset(**{"name": "made", **options})(lambda orders: 1)


def both(**options: Any) -> Any:
    """Define two assets in a wrong way."""
    outs = {"left": AssetOut(), "right": AssetOut()}
    return holdfast.multi_asset(**{"name": "both", "outs": outs, **options})(lambda orders: (1, 2))


def run(*assets: Any, **options: Any) -> Any:
    """Materialize in a wrong way."""
    return holdfast.materialize(list(assets), **options)


CASES: list[tuple[str, Callable[[], Any], type[Error], str]] = [
    ("define_asset_job", lambda: define_asset_job("a b"), InvalidNameError, "'a b' is not a valid job name"),
    ("define_asset_job", lambda: define_asset_job("j", selection="a and"), SelectionSyntaxError, "a and"),
    (
        "define_asset_job",
        lambda: define_asset_job("j", tags={"t": object()}),
        InvalidDefinitionError,
        "job 'j'.*tag 't'.*JSON",
    ),
    (
        "define_asset_job",
        lambda: define_asset_job("j", config="x"),
        InvalidDefinitionError,
        "job 'j'.*config.*not 'x'",
    ),
    (
        "define_asset_job",
        lambda: define_asset_job("j", partitions_def="letters"),
        InvalidDefinitionError,
        "job 'j': partitions_def is a PartitionsDefinition, not 'letters'",
    ),
    (
        "UnresolvedAssetJobDefinition",
        lambda: define_asset_job("j", "ordrs").resolve([orders]),
        UnknownSelectionError,
        "Did you mean 'orders'",
    ),
    (
        "UnresolvedAssetJobDefinition",
        lambda: define_asset_job("j").resolve([orders, revenue]),
        MissingResourceError,
        "Asset 'revenue' needs the resource 'rates'.*with_resources",
    ),
    (
        "UnresolvedAssetJobDefinition",
        lambda: define_asset_job("j", config={"ops": {"ordrs": {}}}).resolve([orders]),
        InvalidConfigError,
        r"'j'[\s\S]*ops\.ordrs.*Did you mean 'orders'",
    ),
    (
        "UnresolvedAssetJobDefinition",
        lambda: (
            define_asset_job("j")
            .resolve([both()], [SourceAsset("orders")])
            .execute_in_process(asset_selection=["left"])
        ),
        InvalidSubsetError,
        "'left' alone.*'right'",
    ),
    (
        "JobDefinition",
        lambda: counted.execute_in_process(op_selection=["numbr"]),
        InvalidSubsetError,
        "Did you mean 'number'",
    ),
    (
        "JobDefinition",
        lambda: counted.execute_in_process(partition_key="a"),
        InvalidInvocationError,
        "'counted'.*no 'a'. Leave it out",
    ),
    (
        "JobDefinition",
        lambda: holdfast.JobDefinition(graph_def=counting, version_strategy=1),
        UnsupportedParameterError,
        "job 'counting': 'version_strategy'.*Leave it out",
    ),
    (
        "RepositoryDefinition",
        lambda: shop.get_job("nightli"),
        UnknownJobError,
        "'nightli'.*Did you mean 'nightly'",
    ),
    (
        "RepositoryDefinition",
        lambda: shop.load_asset_value("stok", instance=Instance.ephemeral()),
        UnknownSelectionError,
        "Did you mean 'stock'",
    ),
    (
        "AssetValueLoader",
        lambda: shop.get_asset_value_loader(Instance.ephemeral()).load_asset_value(
            "stock", partition_key="a"
        ),
        InvalidInvocationError,
        "'stock'.*no partitions. Leave out 'a'",
    ),
    (
        "repository",
        lambda: holdfast.repository(name="r")(lambda: [orders, orders, asset(name="orders")(lambda: 1)]),
        DuplicateKeyError,
        "'orders' is defined.*Rename one",
    ),
    (
        "repository",
        lambda: holdfast.repository(name="r")(lambda: [orders, 7]),
        InvalidDefinitionError,
        "'r'.*not 7",
    ),
    (
        "repository",
        lambda: holdfast.repository(name="r")(lambda: [define_asset_job("j", "x")]),
        UnknownSelectionError,
        "No asset here has the key 'x'",
    ),
    (
        "repository",
        lambda: holdfast.repository(name="a b")(list),
        InvalidNameError,
        "'a b' is not a valid repository name",
    ),
    (
        "materialize",
        lambda: run(asset(name="a")(lambda ordrs: 1), orders),
        UnknownUpstreamError,
        "'a'.*'ordrs'.*Did you mean 'orders'.*SourceAsset",
    ),
    (
        "materialize",
        lambda: run(revenue, SourceAsset("orders")),
        MissingResourceError,
        "'revenue' needs the resource 'rates'",
    ),
    (
        "materialize",
        lambda: run(orders, run_config={"ops": {"orders": {"config": {"limit": "x"}}}}),
        InvalidConfigError,
        r"ops\.orders\.config\.limit: expected int, not 'x'",
    ),
    (
        "materialize",
        lambda: run(orders, run_config={"op": {}}),
        InvalidConfigError,
        r"op: there is no such.*Did you mean 'ops'[\s\S]*ops\.orders\.config",
    ),
    ("materialize", lambda: run(orders, selection="ordrs"), UnknownSelectionError, "Did you mean 'orders'"),
    ("materialize", lambda: run(orders, tags={"t": object()}), InvalidDefinitionError, "tag 't'.*JSON"),
    (
        "materialize",
        lambda: run(orders, partition_key="a"),
        InvalidInvocationError,
        "'materialize'.*no 'a'. Leave it out",
    ),
    (
        "materialize_to_memory",
        lambda: holdfast.materialize_to_memory(
            [made(io_manager_def=InMemoryIOManager()), SourceAsset("orders")]
        ),
        InvariantViolationError,
        "made__io_manager.*use materialize",
    ),
    (
        "backfill",
        lambda: holdfast.backfill(counted, "x", instance=Instance.ephemeral()),
        InvalidInvocationError,
        "makes no assets, so there is nothing to backfill",
    ),
    (
        "execute_job",
        lambda: holdfast.execute_job(counted, Instance.ephemeral(), {"op": {}}),
        InvalidConfigError,
        "op: .*Did you mean 'ops'",
    ),
    (
        "validate_run_config",
        lambda: holdfast.validate_run_config(counted, {"ops": {"numbr": {}}}),
        InvalidConfigError,
        r"ops\.numbr.*Did you mean 'number'",
    ),
    (
        "reconstructable",
        lambda: holdfast.reconstructable(lambda: counted),
        InvariantViolationError,
        "not at the top of its module.*Move it there",
    ),
    (
        "freshness_status",
        lambda: holdfast.freshness_status(shop.graph, Instance.ephemeral(), ["stok"]),
        UnknownSelectionError,
        "Did you mean 'stock'",
    ),
    (
        "fs_io_manager",
        lambda: run(
            asset(name="a")(lambda: 1),
            resources={"io_manager": holdfast.fs_io_manager},
            run_config={"resources": {"io_manager": {"config": {"base_dri": "x"}}}},
        ),
        InvalidConfigError,
        "base_dri.*Did you mean 'base_dir'",
    ),
]


@pytest.mark.parametrize(("name", "call", "error", "message"), CASES)
def test_a_mistake_is_named_with_the_way_out(
    name: str, call: Callable[[], Any], error: type[Error], message: str
) -> None:
    """The message leads from the mistake to what was meant."""
    with pytest.raises(error, match=message):
        call()
