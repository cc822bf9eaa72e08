"""Calling assets and computations as functions, in tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from holdfast import (
    AssetMaterialization,
    AssetOut,
    AssetsDefinition,
    DynamicOut,
    DynamicOutput,
    Field,
    In,
    InvalidConfigError,
    InvalidInvocationError,
    InvariantViolationError,
    MissingOutputError,
    MissingResourceError,
    Nothing,
    OpDefinition,
    Out,
    Output,
    ResourceConflictError,
    ResourceDefinition,
    TypeCheckDidNotPass,
    asset,
    build_op_context,
    graph,
    job,
    multi_asset,
    op,
    resource,
)


@op
def add(x: int, y: int = 5) -> int:
    return x + y


@op
def scaled(context: Any, x: int) -> int:
    return x * (context.op_config or 1)  # type: ignore[no-any-return]


@pytest.mark.parametrize(("args", "kwargs"), [((1,), {}), ((), {"x": 1}), ((1, 5), {}), ((1,), {"y": 5})])
def test_inputs_are_given_by_place_or_by_name(args, kwargs):
    """As to any function; what has a default may be left out."""
    assert add(*args, **kwargs) == 6


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((), {}, "needs a value for its input 'x'"),
        ((1, 2, 3), {}, "takes 2 inputs"),
        ((1,), {"z": 3}, "no input 'z'"),
        ((1,), {"x": 1}, "'x' twice"),
        ((build_op_context(), 1), {}, "takes no context"),
    ],
)
def test_arguments_that_do_not_fit(args, kwargs, message):
    """The message names the input."""
    with pytest.raises(InvalidInvocationError, match=message):
        add(*args, **kwargs)


def test_the_context_comes_first_or_by_name():
    """``None`` will do where nothing is asked of it."""
    context = build_op_context(config=3)
    assert [scaled(context, 2), scaled(context=context, x=2), scaled(None, 2)] == [6, 6, 2]


@pytest.mark.parametrize("args", [(), (2,), ("context", 2)])
def test_a_context_is_missing(args):
    """The message says how to make one."""
    with pytest.raises(InvalidInvocationError, match="build_op_context"):
        scaled(*args)


def test_the_context_of_a_run_is_of_no_use():
    """It belongs to the computation that is run."""

    @op
    def outer(context: Any) -> int:
        return scaled(context, 2)  # type: ignore[no-any-return]

    @job
    def run() -> None:
        outer()

    with pytest.raises(InvalidInvocationError, match="not with that of"):
        run.execute_in_process()


def test_config_is_checked_and_defaults_are_filled_in():
    """Against the schema of what is called."""

    @op(config_schema={"n": Field(int, default_value=3)})
    def configured(context: Any) -> int:
        return context.op_config["n"]  # type: ignore[no-any-return]

    assert configured(build_op_context()) == 3
    assert configured(build_op_context(op_config={"n": 4})) == 4
    with pytest.raises(InvalidConfigError, match=r"config\.n"):
        configured(build_op_context(config={"n": "x"}))


def test_config_that_is_required():
    """A bare context lacks it; no context at all is a mistake in the call."""

    @asset(config_schema=int)
    def configured(context: Any) -> int:
        return context.op_config  # type: ignore[no-any-return]

    with pytest.raises(InvalidConfigError, match="required"):
        configured(build_op_context())
    with pytest.raises(InvalidInvocationError, match="needs config"):
        configured(None)


def test_a_configured_copy_needs_no_config():
    """Its config is its own."""

    @op(config_schema=int)
    def configured(context: Any) -> int:
        return context.op_config  # type: ignore[no-any-return]

    assert configured.configured(4, name="four")(None) == 4


def test_resources_that_are_required():
    """A bare context lacks them; no context at all is a mistake in the call."""

    @asset(required_resource_keys={"db"})
    def rows(context: Any) -> Any:
        return context.resources.db

    assert rows(build_op_context(resources={"db": 1})) == 1
    with pytest.raises(MissingResourceError, match=r"'db'.*build_op_context"):
        rows(build_op_context())
    with pytest.raises(InvalidInvocationError, match="needs resources"):
        rows(None)


def test_resources_that_an_asset_brings():
    """They are set up for the call; giving them again is a conflict."""

    @asset(resource_defs={"db": ResourceDefinition.hardcoded_resource(1)})
    def rows(context: Any) -> Any:
        return context.resources.db

    assert rows(build_op_context()) == rows(build_op_context(resources={"other": 2})) == 1
    with pytest.raises(ResourceConflictError, match="'db'"):
        rows(build_op_context(resources={"db": 2}))


def test_resources_that_an_asset_brings_may_require_given_ones():
    """They are set up together."""

    @resource(required_resource_keys={"base"})
    def doubled(context: Any) -> int:
        return context.resources.base * 2  # type: ignore[no-any-return]

    @asset(resource_defs={"db": doubled})
    def rows(context: Any) -> Any:
        return context.resources.db

    assert rows(build_op_context(resources={"base": 4})) == 8


def test_resources_that_an_asset_brings_end_with_the_context():
    """Which must be open."""
    ended = []

    @resource
    def opened(_context: Any) -> Iterator[int]:
        yield 1
        ended.append(True)

    @asset(resource_defs={"db": opened})
    def rows(context: Any) -> Any:
        return context.resources.db

    with build_op_context() as context:
        assert (rows(context), ended) == (1, [])
    assert ended == [True]
    with pytest.raises(InvariantViolationError, match="with build_op_context"):
        rows(build_op_context())


def test_a_context_serves_several_calls():
    """Two definitions may bring different resources under one key."""
    found = []
    with build_op_context() as context:
        for number in (1, 2):

            @asset(resource_defs={"n": ResourceDefinition.hardcoded_resource(number)})
            def rows(context: Any) -> Any:
                return context.resources.n

            found.append(rows(context))
    assert found == [1, 2]


def test_inputs_are_checked():
    """Before the function is called."""
    with pytest.raises(TypeCheckDidNotPass, match=r"Input 'x' of OpDefinition\('add'\)"):
        add("one")


def test_an_output_is_checked():
    """What is returned, and what an Output holds."""

    @op(out=Out(int))
    def wrong(given: Any) -> Any:
        return given

    for given in ("one", Output("one")):
        with pytest.raises(TypeCheckDidNotPass, match="Output 'result'"):
            wrong(given)


def test_what_is_returned_comes_back_as_it_is():
    """An Output stays one."""

    @asset
    def rows() -> Output[int]:
        return Output(1, metadata={"rows": 1})

    assert (rows().value, rows().metadata["rows"].value) == (1, 1)


def test_several_outputs_come_as_a_tuple():
    """Each is checked."""

    @multi_asset(outs={"a": AssetOut(dagster_type=int), "b": AssetOut()})
    def pair(x: Any) -> Any:
        return x, 2

    assert pair(1) == (1, 2)
    with pytest.raises(TypeCheckDidNotPass, match="Output 'a'"):
        pair("one")


def test_a_tuple_is_as_long_as_the_outputs():
    """The message names them."""

    @op(out={"a": Out(), "b": Out()})
    def pair() -> Any:
        return 1

    with pytest.raises(InvariantViolationError, match=r"2 outputs \(a, b\) and returned a int"):
        pair()


def test_a_generator_is_checked_as_it_yields():
    """What it yields comes out as it is."""

    @op(out={"a": Out(int), "b": Out(int, is_required=False)})
    def parts(b: Any) -> Iterator[Any]:
        yield AssetMaterialization("log")
        yield Output(1, "a")
        if b is not None:
            yield Output(b, "b")

    assert [type(item) for item in parts(None)] == [AssetMaterialization, Output]
    with pytest.raises(TypeCheckDidNotPass, match="Output 'b'"):
        list(parts("two"))


@pytest.mark.parametrize(
    ("yielded", "error", "message"),
    [
        ([], MissingOutputError, "required output 'a'"),
        ([Output(1, "a"), Output(2, "a")], InvariantViolationError, "'a' more than once"),
        ([Output(1, "aa")], InvariantViolationError, "Did you mean 'a'"),
        ([1], InvariantViolationError, "yielded 1"),
    ],
)
def test_what_a_generator_must_not_do(yielded, error, message):
    """The message says what it did."""

    @op(out={"a": Out()})
    def parts() -> Iterator[Any]:
        yield from yielded

    with pytest.raises(error, match=message):
        list(parts())


def test_dynamic_outputs_come_as_a_list():
    """Each under a key of its own."""

    @op(out=DynamicOut(int))
    def parts(keys: Any) -> Any:
        return [DynamicOutput(1, key) for key in keys]

    assert [each.mapping_key for each in parts("ab")] == ["a", "b"]
    with pytest.raises(InvariantViolationError, match="twice for the mapping key 'a'"):
        parts("aa")


def test_inputs_that_only_order_are_left_out():
    """Nothing is loaded for them."""

    @op(ins={"after": In(Nothing)})
    def last(x: int) -> int:
        return x

    assert last(1) == 1
    for args, kwargs in (((1, None), {}), ((1,), {"after": None})):
        with pytest.raises(InvalidInvocationError, match=r"Nothing|only orders"):
            last(*args, **kwargs)


def test_keyword_arguments_take_the_inputs_that_are_declared():
    """By name alone."""

    @op(ins={"a": In(int)})
    def total(**numbers: int) -> int:
        return sum(numbers.values())

    assert total(a=2) == 2
    with pytest.raises(InvalidInvocationError, match="no input 'b'"):
        total(b=2)


def test_the_default_of_an_input_is_used():
    """That of its In before that of the function."""

    @op(ins={"x": In(int, default_value=3)})
    def same(x: int) -> int:
        return x

    assert same() == 3


def test_an_asset_knows_its_keys():
    """The context says which assets its inputs and outputs are."""

    @asset(key_prefix="shop")
    def revenue(context: Any, orders: Any) -> Any:
        return [
            context.asset_key_for_output().to_user_string(),
            context.asset_key_for_input("orders").to_user_string(),
            sorted(map(str, context.selected_asset_keys)),
            sorted(context.selected_output_names),
            context.op_def.name,
        ]

    expected = ["shop/revenue", "orders", ["shop/revenue"], ["result"], "shop__revenue"]
    assert revenue(build_op_context(), 1) == expected


def test_a_named_copy_can_be_called():
    """An alias, tags and the like change nothing about the function."""
    assert add.alias("sum")(1) == add.tag({"a": "b"})(1) == 6


def test_what_cannot_be_called():
    """A graph, the assets of one, and a computation whose function is no plain one."""

    @graph
    def both() -> Any:
        return add(add())

    raw = OpDefinition(lambda _context, inputs: [Output(inputs["a"])], "raw", {"a": In()}, {"result": Out()})
    for definition in (both, AssetsDefinition.from_graph(both), raw):
        with pytest.raises((InvalidInvocationError, InvariantViolationError)):
            definition(None)


def test_a_function_written_with_async_is_awaited():
    """Its result is checked then."""

    @op
    async def same(x: Any) -> int:
        return x  # type: ignore[no-any-return]

    assert asyncio.run(same(1)) == 1
    with pytest.raises(TypeCheckDidNotPass, match="Output 'result'"):
        asyncio.run(same("one"))


def test_an_asynchronous_generator_is_checked_as_it_yields():
    """As one that is not."""

    @op(out={"a": Out(int)})
    async def parts(given: Any) -> AsyncIterator[Output[Any]]:
        yield Output(given, "a")

    async def values(given: Any) -> list[Any]:
        return [item.value async for item in parts(given)]

    assert asyncio.run(values(1)) == [1]
    with pytest.raises(TypeCheckDidNotPass, match="Output 'a'"):
        asyncio.run(values("one"))
