"""The decorator `op` and `OpDefinition`: computations, their inputs and outputs, and direct calls."""

from __future__ import annotations

import functools
import pickle
from collections.abc import AsyncIterator, Iterator
from typing import Any

import cloudpickle
import pytest

from holdfast import (
    AssetMaterialization,
    DagsterType,
    DynamicOut,
    DynamicOutput,
    In,
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidInvocationError,
    InvalidNameError,
    InvariantViolationError,
    Nothing,
    OpDefinition,
    Out,
    Output,
    RetryPolicy,
    TypeCheckDidNotPass,
    build_op_context,
    input_manager,
    job,
    op,
)


@op
def one() -> int:
    return 1


@op
def double(n: int) -> int:
    return 2 * n


class Opaque:
    """Of a type that run config cannot give."""


def run(definition: OpDefinition, run_config: Any = None, **resources: Any) -> Any:
    """Return the result of a job of one computation."""

    @job(resource_defs=resources)
    def alone() -> None:
        definition()

    return alone.execute_in_process(run_config=run_config)


# -- what the decorator reads ----------------------------------------------------------------------------


def test_a_function_is_a_computation_of_one_output() -> None:
    """Named after the function, with its arguments as inputs and its docstring as description."""

    @op
    def load(context: Any, raw: int) -> int:
        """Load it.

        All of it.
        """
        return raw

    assert (load.name, list(load.ins), list(load.outs)) == ("load", ["raw"], ["result"])
    assert load.description == "Load it.\n\nAll of it."


def test_the_decorator_describes_the_computation() -> None:
    """Each parameter is what the definition says."""
    policy = RetryPolicy(max_retries=2)
    described = op(
        name="load",
        description="Load it.",
        ins={"raw": In(int, "what comes in")},
        out={"good": Out(), "bad": Out(is_required=False)},
        required_resource_keys={"db"},
        tags={"kind": "sql", "rows": 3},
        version="2",
        retry_policy=policy,
    )(lambda raw: raw)
    assert (described.name, described.description, described.version) == ("load", "Load it.", "2")
    assert described.ins["raw"].description == "what comes in"
    assert list(described.outs) == ["good", "bad"]
    assert described.required_resource_keys == {"db"}
    assert described.tags == {"kind": "sql", "rows": "3"}
    assert described.retry_policy is policy


def test_annotations_are_the_types_of_inputs_and_outputs() -> None:
    """Unless `dagster_type` says otherwise."""
    typed = op(name="typed", ins={"b": In(str)})(lambda a, b: None)
    assert double.ins["n"].dagster_type.display_name == "Int"
    assert double.outs["result"].dagster_type.display_name == "Int"
    assert [inp.dagster_type.display_name for inp in typed.ins.values()] == ["Any", "String"]


@op
def early() -> DefinedLater:
    return 1  # type: ignore[return-value]


class DefinedLater:
    """Not there yet when the function above is decorated."""


def test_an_annotation_may_name_what_is_defined_later() -> None:
    """It is looked up when the computation runs."""
    with pytest.raises(TypeCheckDidNotPass, match="DefinedLater"):
        run(early)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ins": {"other": In()}}, "ins names 'other', which is no argument"),
        ({"ins": {"n": In(Nothing)}}, "typed Nothing and loads nothing"),
        ({"ins": {"n": 3}}, r"ins\['n'\] is an In"),
        ({"ins": 3}, "ins is a mapping"),
        ({"ins": {"n": In(int, default_value="x")}}, "the default of the input 'n' is not of its type"),
        ({"out": 3}, "out is an Out or a mapping"),
        ({"out": {"a": 3}}, r"out\['a'\] is an Out"),
        ({"retry_policy": 3}, "a retry policy is a RetryPolicy"),
        ({"version": 3}, "a version is a string"),
        ({"tags": {"a": object()}}, "a"),
        ({"required_resource_keys": "db"}, "set of strings"),
        ({"config_schema": 3}, "no config type"),
    ],
)
def test_what_does_not_fit_the_function_is_refused(options: Any, message: str) -> None:
    """When it is decorated, naming the computation and what is wrong."""
    with pytest.raises(InvalidDefinitionError, match=message):
        op(name="load", **options)(lambda n: n)


@pytest.mark.parametrize("options", [{"name": "a b"}, {"name": "context"}, {"out": {"a b": Out()}}])
def test_names_follow_the_rule(options: Any) -> None:
    """Those of computations and of their outputs."""
    with pytest.raises(InvalidNameError):
        op(**{"name": "load", **options})(lambda: 1)


@pytest.mark.parametrize("kind", [In, Out, DynamicOut])
def test_a_type_that_is_none_is_refused(kind: Any) -> None:
    """When the input or output is described."""
    with pytest.raises(InvalidDefinitionError, match="no runtime type follows from 5"):
        kind(5)


def test_any_callable_is_a_computation() -> None:
    """A wrapped function, too, and one with arguments given already."""

    def add(a: int, b: int) -> int:
        return a + b

    @functools.wraps(add)
    def wrapped(*args: int, **kwargs: int) -> int:
        return add(*args, **kwargs) + 1

    assert list(op(wrapped).ins) == ["a", "b"]
    assert list(op(name="add")(functools.partial(add, b=2)).ins) == ["a", "b"]


# -- what runs ---------------------------------------------------------------------------------------------


def test_outputs_are_returned_together_or_yielded() -> None:
    """As a tuple in the order of `out`, or as one Output each."""

    @op(out={"low": Out(), "high": Out()})
    def together() -> tuple[int, int]:
        return 1, 2

    @op(out={"low": Out(), "high": Out()})
    def yielded() -> Iterator[Output[int]]:
        yield Output(2, "high")
        yield Output(1, "low")

    for definition in (together, yielded):
        result = run(definition)
        assert [result.output_for_node(definition.name, name) for name in ("low", "high")] == [1, 2]


def test_functions_may_be_asynchronous() -> None:
    """A coroutine, or an asynchronous generator of outputs."""

    @op
    async def awaited() -> int:
        return 3

    @op
    async def streamed() -> AsyncIterator[Any]:
        yield AssetMaterialization("seen")
        yield Output(4)

    assert run(awaited).output_for_node("awaited") == 3
    result = run(streamed)
    assert result.output_for_node("streamed") == 4
    assert len(result.asset_materializations_for_node("streamed")) == 1


def test_an_input_without_a_value_has_its_default() -> None:
    """Of the function, or of `In`; the run config comes before it."""

    @op(ins={"b": In(default_value=10)})
    def add(b: int, a: int = 1) -> int:
        return a + b

    given = {"ops": {"add": {"inputs": {"a": 5}}}}
    assert run(add).output_for_node("add") == 11
    assert run(add, given).output_for_node("add") == 15


@pytest.mark.parametrize(
    ("hint", "given", "value"),
    [
        (int, 4, 4),
        (int, {"value": 4}, 4),
        (str, "a", "a"),
        (Any, 4, 4),
        (Any, {"value": [4]}, [4]),
        (list, [1, "a"], [1, "a"]),
        (list[int], [1, {"value": 2}], [1, 2]),
        (dict, {"value": 4}, {"value": 4}),
        (dict[str, int], {"a": 1}, {"a": 1}),
        (int | None, None, None),
        (int | None, 4, 4),
    ],
)
def test_run_config_gives_what_nothing_feeds(hint: Any, given: Any, value: Any) -> None:
    """As the value, or as `{"value": ...}` where that cannot be meant itself."""
    take = op(name="take", ins={"x": In(hint)})(lambda x: x)
    result = run(take, {"ops": {"take": {"inputs": {"x": given}}}})
    assert result.output_for_node("take") == value


@pytest.mark.parametrize("given", [None, {}, {"x": "text"}, {"x": 1, "y": 2}])
def test_run_config_for_inputs_has_to_fit(given: Any) -> None:
    """A missing value, one of another type and an unknown name are errors before anything runs."""
    run_config = None if given is None else {"ops": {"double": {"inputs": given}}}
    with pytest.raises(InvalidConfigError, match=r"ops\.double\.inputs\.[xyn]|ops\.double"):
        run(double, run_config)


@pytest.mark.parametrize("hint", [Opaque, set, list[Opaque], DagsterType(lambda _c, _v: True, name="Own")])
def test_an_input_that_nothing_can_feed_is_refused(hint: Any) -> None:
    """When the job is made, naming the input and what would help."""
    take = op(name="take", ins={"x": In(hint)})(lambda x: x)
    with pytest.raises(InvalidDefinitionError, match=r"Nothing feeds the input 'x' of 'take'.*Connect it"):
        run(take)


def test_an_input_manager_loads_what_nothing_feeds() -> None:
    """It is told that there is no upstream, and the metadata of the input."""

    @input_manager
    def store(context: Any) -> Any:
        return context.upstream_output, context.metadata["table"]

    take = op(name="take", ins={"x": In(Opaque | tuple, input_manager_key="store", metadata={"table": "t"})})
    assert run(take(lambda x: x), store=store).output_for_node("take") == (None, "t")


def test_a_root_manager_loads_only_what_nothing_feeds() -> None:
    """A value of another computation is loaded by the IO manager that stored it."""
    take = op(name="take", ins={"x": In(root_manager_key="store")})(lambda x: x)
    store = input_manager(lambda _context: 7)

    @job(resource_defs={"store": store})
    def fed() -> None:
        take(one())

    assert run(take, store=store).output_for_node("take") == 7
    assert fed.execute_in_process().output_for_node("take") == 1


# -- made directly -----------------------------------------------------------------------------------------


def test_a_definition_made_directly_is_given_all_inputs_together() -> None:
    """Its function takes the context and a dictionary, and yields its outputs."""

    def compute(context: Any, inputs: dict[str, Any]) -> Iterator[Output[Any]]:
        yield Output(inputs["n"] + 1)

    add = OpDefinition(compute, "add", ins={"n": In(int)}, outs={"result": Out(int)})

    @job
    def both() -> None:
        add(one())

    assert both.execute_in_process().output_for_node("add") == 2


def yields_a_value(_context: Any, inputs: Any) -> Iterator[Output[int]]:
    yield Output(len(inputs))


def test_an_op_definition_takes_its_inputs_together_in_another_process():
    """How its function is called crosses with it."""
    made = pickle.loads(cloudpickle.dumps(OpDefinition(yields_a_value, "made")))
    assert made.takes_inputs_together


def test_a_definition_made_directly_has_one_output_by_default() -> None:
    """Called result, and no inputs."""
    made = OpDefinition(lambda _context, _inputs: iter(()), "made")
    assert (list(made.ins), list(made.outs)) == ([], ["result"])


def test_a_function_of_a_definition_made_directly_yields() -> None:
    """Returning a value is an error that says so."""
    made = OpDefinition(lambda _context, _inputs: 1, "made")
    with pytest.raises(InvariantViolationError, match="yields its outputs; this one returned 1"):
        run(made)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "a b"}, "a b"),
        ({"compute_fn": 3}, "compute_fn is a function"),
        ({"ins": {"x": 3}}, r"ins\['x'\] is an In"),
        ({"ins": {"a b": In()}}, "a b"),
        ({"outs": {"x": 3}}, r"outs\['x'\] is an Out"),
        ({"outs": 3}, "outs is a mapping"),
    ],
)
def test_a_definition_made_directly_is_checked(arguments: Any, message: str) -> None:
    """As one that a decorator makes."""
    with pytest.raises(InvalidDefinitionError, match=message):
        OpDefinition(**{"compute_fn": lambda _context, _inputs: None, "name": "made", **arguments})


# -- called directly ---------------------------------------------------------------------------------------


def test_calling_it_runs_the_function() -> None:
    """With inputs by place or by name, and defaults."""

    @op
    def add(a: int, b: int = 10) -> int:
        return a + b

    assert [add(1), add(1, 2), add(a=1, b=2), add(1, b=3)] == [11, 3, 3, 4]


def test_a_call_gives_the_context_first() -> None:
    """Where the function takes one."""

    @op
    def scaled(context: Any, n: int) -> int:
        return n * context.op_config

    assert scaled(build_op_context(op_config=3), 2) == 6
    with pytest.raises(InvalidInvocationError, match="context"):
        scaled()


def test_a_call_gives_what_the_function_gives() -> None:
    """A generator of outputs, too."""

    @op(out={"low": Out(), "high": Out()})
    def yielded() -> Iterator[Output[int]]:
        yield Output(1, "low")
        yield Output(2, "high")

    assert [output.value for output in yielded()] == [1, 2]


@pytest.mark.parametrize("call", [lambda: double(), lambda: double(1, 2), lambda: double(m=1)])
def test_a_call_that_does_not_fit_is_refused(call: Any) -> None:
    """A missing input, one too many, and an unknown one."""
    with pytest.raises(InvalidInvocationError):
        call()


def test_an_ordering_input_is_left_out_of_calls() -> None:
    """It is no argument of the function."""
    after = op(name="after", ins={"start": In(Nothing)})(lambda: 1)
    assert after() == 1


@pytest.mark.parametrize(
    ("out", "value"),
    [(Out(), DynamicOutput(1, "a")), (DynamicOut(), Output(1)), (DynamicOut(), 1), (DynamicOut(), [1])],
)
def test_outputs_are_of_the_kind_that_is_declared(out: Out, value: Any) -> None:
    """A dynamic one is a list of DynamicOutput, any other is not."""
    with pytest.raises(InvariantViolationError):
        run(op(name="wrong", out=out)(lambda: value))
