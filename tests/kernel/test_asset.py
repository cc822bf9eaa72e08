"""The decorator `asset`: from a function to a definition."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest

from holdfast import (
    AssetIn,
    AssetKey,
    AssetOut,
    AssetsDefinition,
    InMemoryIOManager,
    InvalidDefinitionError,
    InvalidInvocationError,
    InvalidNameError,
    IOManagerDefinition,
    RetryPolicy,
    asset,
    build_op_context,
    graph,
    job,
    mem_io_manager,
    multi_asset,
    op,
)


def test_the_function_names_the_asset() -> None:
    """Used bare, the key is the function's name."""

    @asset
    def orders() -> None: ...

    assert isinstance(orders, AssetsDefinition)
    assert orders.key == AssetKey("orders")


def test_the_name_may_be_given() -> None:
    """`name` stands in for the function's name."""
    assert asset(name="orders")(lambda: 1).key == AssetKey("orders")


@pytest.mark.parametrize("prefix", ["shop", ["shop"]])
def test_a_prefix_goes_before_the_name(prefix: Any) -> None:
    """`key_prefix` is one part or several."""
    assert asset(name="orders", key_prefix=prefix)(lambda: 1).key == AssetKey(["shop", "orders"])


def test_the_computation_is_named_after_the_key() -> None:
    """The parts of the key are joined with two underscores."""
    assert asset(name="orders", key_prefix="shop")(lambda: 1).op.name == "shop__orders"


def test_arguments_name_the_upstream_assets() -> None:
    """Each argument reads the asset of its name; the asset's own prefix is not assumed."""

    @asset(key_prefix="shop")
    def revenue(orders: list[int], prices: list[int]) -> None: ...

    assert revenue.keys_by_input_name == {"orders": AssetKey("orders"), "prices": AssetKey("prices")}


@pytest.mark.parametrize("name", ["context", "_context", "context_", "_"])
def test_a_first_argument_called_context_is_no_input(name: str) -> None:
    """The context may be called by any of four names."""
    namespace: dict[str, Any] = {}
    exec(f"def revenue({name}, orders): ...", namespace)
    assert asset(namespace["revenue"]).keys_by_input_name == {"orders": AssetKey("orders")}


def test_only_the_first_argument_can_be_the_context() -> None:
    """Later it would be an input of a reserved name, which is an error."""
    with pytest.raises(InvalidNameError, match="'context' is a reserved word"):
        asset(name="orders")(lambda raw, context: 1)


@pytest.mark.parametrize(
    ("described", "key"),
    [
        (AssetIn(key="raw"), AssetKey("raw")),
        (AssetIn(key=["a", "raw"]), AssetKey(["a", "raw"])),
        (AssetIn(asset_key=AssetKey("raw")), AssetKey("raw")),
        (AssetIn(key_prefix="a"), AssetKey(["a", "orders"])),
        (AssetIn(key_prefix=["a", "b"]), AssetKey(["a", "b", "orders"])),
        (AssetIn(), AssetKey("orders")),
    ],
)
def test_ins_map_arguments_to_keys(described: AssetIn, key: AssetKey) -> None:
    """An `AssetIn` gives the key, or a prefix for the argument's name."""
    revenue = asset(name="revenue", ins={"orders": described})(lambda orders: 1)
    assert revenue.keys_by_input_name["orders"] == key


@pytest.mark.parametrize(
    "arguments",
    [{"key": "a", "key_prefix": "b"}, {"key": "a", "asset_key": "a"}, {"asset_key": "a", "key_prefix": "b"}],
)
def test_an_asset_in_has_one_way_to_name_its_key(arguments: dict[str, Any]) -> None:
    """Two of key, asset_key and key_prefix are an error that names both."""
    with pytest.raises(InvalidDefinitionError, match=" and ".join(arguments)):
        AssetIn(**arguments)


def test_ins_must_name_arguments() -> None:
    """A misspelt argument is an error that names the nearest one."""
    with pytest.raises(InvalidDefinitionError, match=r"'ordrs'.*Did you mean 'orders'"):
        asset(name="revenue", ins={"ordrs": AssetIn()})(lambda orders: 1)


def test_ins_may_name_keyword_arguments() -> None:
    """A function of `**kwargs` takes inputs of any name."""
    revenue = asset(name="revenue", ins={"orders": AssetIn()})(lambda **inputs: 1)
    assert revenue.keys_by_input_name == {"orders": AssetKey("orders")}


def test_inputs_cannot_come_from_star_args() -> None:
    """`*args` names nothing."""
    with pytest.raises(InvalidDefinitionError, match=r"\*args"):
        asset(name="revenue")(lambda *orders: 1)


def test_non_argument_deps_are_waited_for() -> None:
    """They are upstream of the asset without being arguments."""
    revenue = asset(name="revenue", non_argument_deps={"orders", AssetKey(["a", "b"])})(lambda: 1)
    assert revenue.dependency_keys == {AssetKey("orders"), AssetKey(["a", "b"])}


def test_a_string_is_no_set_of_dependencies() -> None:
    """A string would be read letter by letter."""
    with pytest.raises(InvalidDefinitionError, match="a set of keys, not 'orders'"):
        asset(name="revenue", non_argument_deps="orders")(lambda: 1)


def test_the_docstring_is_the_description() -> None:
    """Unless a description is given."""

    def orders() -> None:
        """Every order."""

    assert asset(orders).op.description == "Every order."
    assert asset(description="All.")(orders).op.description == "All."


def test_a_wrapped_function_keeps_its_arguments() -> None:
    """`functools.wraps` hides nothing."""

    def traced(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return call

    @asset
    @traced
    def revenue(orders: list[int]) -> int:
        return sum(orders)

    assert revenue.keys_by_input_name == {"orders": AssetKey("orders")}


def test_the_kind_is_a_tag_of_the_computation() -> None:
    """`compute_kind` and `op_tags` end up together."""
    orders = asset(name="orders", compute_kind="sql", op_tags={"owner": "shop"})(lambda: 1)
    assert orders.op.tags == {"kind": "sql", "owner": "shop"}


def test_tags_that_are_no_strings_become_json() -> None:
    """Numbers, lists and dictionaries survive JSON."""
    assert asset(name="orders", op_tags={"cpu": {"n": 2}})(lambda: 1).op.tags == {"cpu": '{"n": 2}'}


@pytest.mark.parametrize("value", [object(), (1, 2), {1: 2}, float("nan")])
def test_tags_must_survive_json(value: object) -> None:
    """A value that JSON loses or changes is an error that names the tag."""
    with pytest.raises(InvalidDefinitionError, match="tag 'cpu'"):
        asset(name="orders", op_tags={"cpu": value})(lambda: 1)


@pytest.mark.parametrize("name", ["a b", "class", "context"])
def test_a_wrong_name_is_refused(name: str) -> None:
    """Names and prefixes follow the naming rule."""
    with pytest.raises(InvalidNameError):
        asset(name=name)(lambda: 1)
    with pytest.raises(InvalidNameError):
        asset(name="orders", key_prefix=name)(lambda: 1)


def test_a_wrong_group_is_refused() -> None:
    """Group names follow the naming rule."""
    with pytest.raises(InvalidNameError, match="group name"):
        asset(name="orders", group_name="a b")(lambda: 1)


def test_the_io_manager_may_be_named() -> None:
    """`io_manager_key` is among the resources the asset needs."""
    assert asset(name="orders", io_manager_key="lake")(lambda: 1).required_resource_keys == {"lake"}


@pytest.mark.parametrize("manager", [mem_io_manager, InMemoryIOManager()])
def test_an_asset_may_bring_its_io_manager(manager: Any) -> None:
    """`io_manager_def` is a resource under the asset's own key."""
    orders = asset(name="orders", key_prefix="a", io_manager_def=manager)(lambda: 1)
    assert orders.required_resource_keys == {"a__orders__io_manager"}
    assert isinstance(orders.resource_defs["a__orders__io_manager"], IOManagerDefinition)


def test_only_one_io_manager_may_be_given() -> None:
    """A key and a definition contradict each other."""
    with pytest.raises(InvalidDefinitionError, match="only one of io_manager_key and io_manager_def"):
        asset(name="orders", io_manager_key="lake", io_manager_def=mem_io_manager)(lambda: 1)


def test_what_is_no_io_manager_is_refused() -> None:
    """`io_manager_def` is an IO manager or its definition."""
    with pytest.raises(InvalidDefinitionError, match="io_manager_def"):
        asset(name="orders", io_manager_def="lake")(lambda: 1)


def test_what_defines_no_partitions_is_refused() -> None:
    """`partitions_def` is a definition of partitions."""
    with pytest.raises(InvalidDefinitionError, match="partitions_def is a PartitionsDefinition, not 'daily'"):
        asset(name="orders", partitions_def="daily")(lambda: 1)


def test_version_and_retry_policy_are_the_computations() -> None:
    """`op_version` and `retry_policy` reach the computation."""
    policy = RetryPolicy(max_retries=2)
    orders = asset(name="orders", op_version="v1", retry_policy=policy)(lambda: 1)
    assert (orders.op.version, orders.op.retry_policy) == ("v1", policy)


def test_calling_a_definition_calls_the_function() -> None:
    """For tests: the context first if the function takes one, then the inputs."""

    @asset
    def revenue(context: Any, orders: list[int]) -> int:
        return sum(orders) * context.op_config["factor"]

    assert revenue(build_op_context(op_config={"factor": 2}), orders=[1, 2]) == 6


def test_calling_without_the_context_says_how_to_make_one() -> None:
    """The message names build_op_context."""
    revenue = asset(name="revenue")(lambda context: 1)
    with pytest.raises(InvalidInvocationError, match="build_op_context"):
        revenue()


def test_calling_with_an_unknown_input_names_the_nearest() -> None:
    """The function's own TypeError would not."""
    revenue = asset(name="revenue")(lambda orders: 1)
    with pytest.raises(InvalidInvocationError, match="Did you mean 'orders'"):
        revenue(ordrs=[1])


def test_what_is_no_function_cannot_be_decorated() -> None:
    """The message shows what was decorated."""
    with pytest.raises(InvalidDefinitionError, match="decorate a function, not 7"):
        asset(name="orders")(7)


@pytest.mark.parametrize("decorator", [asset, op, graph, job, multi_asset(outs={"a": AssetOut()})])
def test_a_decorator_takes_no_name_alone(decorator: Any) -> None:
    """As in ``@asset("orders")``; the message names the decorator."""
    with pytest.raises(InvalidDefinitionError, match=r"^\w+: decorate a function, not 'orders'"):
        decorator("orders")
