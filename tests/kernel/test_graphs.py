"""Graphs of computations: composing them, connecting nodes, nesting, inputs and outputs."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast import (
    DependencyDefinition,
    DynamicCollectDependencyDefinition,
    GraphDefinition,
    GraphIn,
    GraphOut,
    In,
    InputMapping,
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidNameError,
    InvariantViolationError,
    MultiDependencyDefinition,
    NodeInvocation,
    Nothing,
    Out,
    Output,
    OutputMapping,
    RetryPolicy,
    TypeCheckDidNotPass,
    graph,
    job,
    op,
)


@op
def one() -> int:
    return 1


@op
def double(n: int) -> int:
    return 2 * n


@op
def add(a: int, b: int) -> int:
    return a + b


@op
def total(numbers: list[int]) -> int:
    return sum(numbers)


@op(out={"low": Out(), "high": Out()})
def bounds() -> tuple[int, int]:
    return 1, 9


@op(out=Out(is_required=False))
def nothing_today() -> Any:
    if False:
        yield Output(1)


def steps_of(result: Any) -> list[str]:
    return [event.step_key for event in result.all_events if event.is_step_success]


def skipped(result: Any) -> list[str]:
    return [event.step_key for event in result.all_events if event.is_step_skipped]


# -- composing -----------------------------------------------------------------------------------------------


def test_calls_are_nodes_and_arguments_edges() -> None:
    """Each computation runs after those whose outputs it is given, by place or by name."""

    @job
    def chain() -> None:
        add(double(one()), b=one())

    result = chain.execute_in_process()
    assert result.output_for_node("add") == 3
    assert steps_of(result).index("double") < steps_of(result).index("add")


def test_a_second_use_has_a_number() -> None:
    """Unless it is given an alias."""

    @job
    def uses() -> None:
        add(one(), one())
        one.alias("uno")()

    assert set(steps_of(uses.execute_in_process())) == {"one", "one_2", "add", "uno"}


def test_a_number_passes_by_names_that_are_taken() -> None:
    """A computation of the name that the second use would get does not matter."""
    taken = op(name="one_2")(lambda: 5)

    @job
    def uses() -> None:
        taken()
        one()
        one()

    assert set(steps_of(uses.execute_in_process())) == {"one_2", "one", "one_3"}


def test_a_use_may_have_tags_and_a_retry_policy() -> None:
    """Several calls in a row say all of them."""
    attempts = []

    @op(tags={"own": "1"})
    def flaky() -> None:
        attempts.append(1)
        if len(attempts) < 3:
            raise ValueError

    @job
    def uses() -> None:
        flaky.tag({"team": "a"}).alias("x").with_retry_policy(RetryPolicy(max_retries=2)).tag({"rows": 3})()

    assert uses.execute_in_process().success
    assert uses.plan().steps["x"].tags == {"own": "1", "team": "a", "rows": "3"}


@pytest.mark.parametrize(("own", "calls"), [(None, 3), (RetryPolicy(max_retries=1), 2)])
def test_the_retry_policy_of_a_graphs_use_is_for_what_has_none(own: Any, calls: int) -> None:
    """What the computation says itself comes first."""
    attempts = []

    @op(retry_policy=own)
    def fails() -> None:
        attempts.append(1)
        raise ValueError

    inner = GraphDefinition("inner", node_defs=[fails])

    @job
    def outer() -> None:
        inner.with_retry_policy(RetryPolicy(max_retries=2))()

    outer.execute_in_process(raise_on_error=False)
    assert len(attempts) == calls


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (lambda: double(5), "inputs are outputs of other nodes"),
        (lambda: double(one), "Call it first"),
        (lambda: double(bounds()), "Choose one: low, high"),
        (lambda: double(m=one()), "no input 'm'. Known: n"),
        (lambda: double(one(), one()), "takes 1 inputs"),
        (lambda: double(one(), n=one()), "given the input 'n' twice"),
        (lambda: total([one(), 5]), r"input 'numbers'\[1\]"),
        (lambda: total([[one()], one()]), "is a list itself"),
        (lambda: [one.alias("x")(), double.alias("x")(one())], "two nodes called 'x'"),
        (lambda: [one(), op(name="one")(lambda: 2)()], "two different definitions called 'one'"),
    ],
)
def test_a_call_that_does_not_fit_is_refused(body: Any, message: str) -> None:
    """When the graph is composed, naming the node and the input."""
    with pytest.raises(InvalidDefinitionError, match=message):
        job(name="wrong")(body)


@pytest.mark.parametrize("alias", ["a b", "", "class", "context"])
def test_an_alias_follows_the_rule_for_names(alias: str) -> None:
    """As the names of computations do."""
    with pytest.raises(InvalidNameError):
        one.alias(alias)


def test_a_graph_cannot_be_called_elsewhere() -> None:
    """It is no function; the message says how to run it."""
    inner = GraphDefinition("inner", node_defs=[one])
    for call in (inner, inner.alias("x")):
        with pytest.raises(InvariantViolationError, match="execute_in_process"):
            call()


# -- inputs and outputs --------------------------------------------------------------------------------------


def test_arguments_are_the_inputs_of_a_graph() -> None:
    """Their values are given to its run, or by the job."""

    @graph
    def sums(a: int, b: int) -> int:
        return add(a, b)

    assert sums.execute_in_process(input_values={"a": 1, "b": 2}).output_value() == 3
    with_a = sums.to_job(input_values={"a": 1, "b": 5})
    assert with_a.execute_in_process(input_values={"b": 3}).output_value() == 4
    with pytest.raises(InvalidDefinitionError, match="'c', which is no input"):
        sums.to_job(input_values={"c": 1})


def test_run_config_gives_the_inputs_of_a_job() -> None:
    """In a section of its own, where every problem is named."""

    @job
    def doubled(n: int) -> None:
        double(n)

    assert doubled.execute_in_process(run_config={"inputs": {"n": 4}}).output_for_node("double") == 8
    for wrong in (None, {"inputs": {"n": "x"}}, {"inputs": {"n": 1, "m": 2}}, {"inputs": 3}):
        with pytest.raises(InvalidConfigError, match="inputs"):
            doubled.execute_in_process(run_config=wrong)


def test_run_config_gives_the_inputs_of_a_graph_inside() -> None:
    """Where the graph is, not where the computation is that takes them."""

    @graph
    def inner(n: int, m: int) -> int:
        return add(n, m)

    @job
    def outer() -> None:
        inner(one())

    given = {"ops": {"inner": {"inputs": {"m": 5}}}}
    elsewhere = {"ops": {"inner": {"ops": {"add": {"inputs": {"b": 5}}}}}}
    assert outer.execute_in_process(run_config=given).output_for_node("inner") == 6
    with pytest.raises(InvalidConfigError, match=r"ops\.inner\.inputs\.m"):
        outer.execute_in_process(run_config=elsewhere)


def test_a_graphs_input_has_the_default_of_the_computation() -> None:
    """Where nothing feeds it."""
    plus = op(name="plus")(lambda n=4: n + 1)

    @graph
    def inner(n: int) -> int:
        return plus(n)

    @job
    def outer() -> None:
        inner()

    assert outer.execute_in_process().output_for_node("inner") == 5


def test_outputs_of_a_graph_have_names() -> None:
    """By a dictionary, or in the order of a tuple."""

    @graph(out={"small": GraphOut("the least"), "large": GraphOut()})
    def named() -> dict[str, Any]:
        low, high = bounds()
        return {"large": high, "small": low}

    @graph(out={"small": GraphOut(), "large": GraphOut()})
    def ordered() -> Any:
        return bounds()

    for each in (named, ordered):
        result = each.execute_in_process()
        assert (result.output_value("small"), result.output_value("large")) == (1, 9)
    assert named.outs["small"].description == "the least"


def test_inputs_of_a_graph_may_be_described() -> None:
    """By `GraphIn`, instead of what the computation's input says."""

    @graph(ins={"n": GraphIn("a number")})
    def described(n: int) -> int:
        return double(n)

    assert described.ins["n"].description == "a number"


@pytest.mark.parametrize(
    ("body", "options", "message"),
    [
        (lambda n: double(n), {"ins": {"m": GraphIn()}}, "ins names 'm'"),
        (lambda n: double(n), {"ins": {"n": 3}}, "is a GraphIn"),
        (lambda n, m: double(n), {}, "no call takes the input 'm'"),
        (lambda context: one(), {}, "takes no context"),
        (lambda n: n, {}, "no call takes the input 'n'"),
        (lambda: 5, {}, "returns the outputs of calls"),
        (lambda: {"a": one()}, {}, "name them with out"),
        (lambda: {"a": one()}, {"out": {"b": GraphOut()}}, "'a' that out does not name"),
        (lambda: {"a": one()}, {"out": {"a": GraphOut(), "b": GraphOut()}}, "does not return the output 'b'"),
        (lambda: (one(), one()), {}, "returns 2 outputs and names 0"),
        (lambda: one(), {"out": 3}, "out is a GraphOut or a mapping"),
        (lambda: one(), {"out": {"a": 3}}, r"out\['a'\] is a GraphOut"),
    ],
)
def test_a_graph_that_does_not_fit_is_refused(body: Any, options: Any, message: str) -> None:
    """When it is decorated, naming the input or output."""
    with pytest.raises(InvalidDefinitionError, match=message):
        graph(name="wrong", **options)(body)


# -- several values in one input -----------------------------------------------------------------------------


def test_a_list_of_outputs_is_one_input() -> None:
    """In its order; inputs of the graph may stand in it."""

    @graph
    def sums(n: int) -> int:
        return total([one(), n, double(one())])

    assert sums.execute_in_process(input_values={"n": 10}).output_value() == 13


def test_a_list_goes_without_what_was_not_made() -> None:
    """As long as something was."""

    @job
    def some() -> None:
        total([one(), nothing_today()])

    @job
    def none() -> None:
        total([nothing_today()])

    assert some.execute_in_process().output_for_node("total") == 1
    assert skipped(none.execute_in_process()) == ["total"]


def test_a_list_is_checked_against_the_type_of_lists() -> None:
    """As a whole."""
    word = op(name="word")(lambda: "a")

    @job
    def mixed() -> None:
        total([one(), word()])

    with pytest.raises(TypeCheckDidNotPass, match="element 1"):
        mixed.execute_in_process()


def test_an_ordering_input_takes_any_number_of_outputs() -> None:
    """Nothing is loaded for it, and one that was made is enough."""
    after = op(name="after", ins={"start": In(Nothing)})(lambda: 1)

    @job
    def ordered() -> None:
        after([one(), nothing_today()])

    result = ordered.execute_in_process()
    assert steps_of(result)[-1] == "after"
    assert not any(event.is_loaded_input for event in result.events_for_node("after"))


# -- nesting -------------------------------------------------------------------------------------------------


@graph(out={"doubled": GraphOut(), "plain": GraphOut()})
def pair(n: int) -> dict[str, Any]:
    return {"doubled": double(n), "plain": one()}


@graph
def outermost() -> int:
    inner = pair.alias("inner")(one())
    return add(inner.doubled, inner.plain)


def test_nodes_of_nested_graphs_are_asked_by_their_path() -> None:
    """For values, for events, and for a graph as for a computation."""
    result = outermost.execute_in_process()
    assert result.output_value() == 3
    assert result.output_for_node("inner", "doubled") == 2
    assert result.output_for_node("inner.double") == 2
    assert {event.step_key for event in result.events_for_node("inner")} == {"inner.double", "inner.one"}


@pytest.mark.parametrize(
    ("node", "output"),
    [("double", "result"), ("inner", "result"), ("inner", "halved"), ("inner.two", "result")],
)
def test_what_is_no_node_has_no_value(node: str, output: str) -> None:
    """A name without its path, and an output that is not there, are errors."""
    result = outermost.execute_in_process()
    with pytest.raises(InvariantViolationError):
        result.output_for_node(node, output)


def test_tags_of_a_graphs_use_are_those_of_its_computations() -> None:
    """With their own on top."""

    @job
    def tagged() -> None:
        outermost.tag({"team": "a"})()

    assert all(step.tags["team"] == "a" for step in tagged.plan())


# -- made directly -------------------------------------------------------------------------------------------


def test_a_graph_may_be_made_of_nodes_and_dependencies() -> None:
    """What is not named among the dependencies is a node of its own."""
    made = GraphDefinition(
        "made",
        description="Sums.",
        node_defs=[one, double, total],
        dependencies={
            NodeInvocation("double", alias="twice", tags={"team": "a"}): {"n": DependencyDefinition("one")},
            "total": {
                "numbers": MultiDependencyDefinition(
                    [DependencyDefinition("one"), DependencyDefinition("twice", "result")]
                )
            },
        },
        output_mappings=[OutputMapping("sum", "total", "result")],
        tags={"rows": 3},
    )
    assert made.execute_in_process().output_value("sum") == 3
    assert (made.description, made.tags) == ("Sums.", {"rows": "3"})
    assert made.to_job(tags={"b": "1"}).tags == {"rows": "3", "b": "1"}


def test_mappings_say_which_inputs_and_outputs_of_nodes_are_its_own() -> None:
    """One input may be that of several nodes."""
    made = GraphDefinition(
        "made",
        node_defs=[double, add],
        input_mappings=[
            InputMapping("n", "double", "n"),
            InputMapping("n", "add", "a"),
            InputMapping("m", "add", "b"),
        ],
        output_mappings=[OutputMapping("twice", "double"), OutputMapping("sum", "add")],
    )
    result = made.execute_in_process(input_values={"n": 3, "m": 4})
    assert (result.output_value("twice"), result.output_value("sum")) == (6, 7)


AT_ONE = DependencyDefinition("one")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dependencies": {"two": {}}}, "'two', which is not among node_defs"),
        ({"dependencies": {"double": {"m": AT_ONE}}}, "'double' has no input 'm'"),
        ({"dependencies": {"double": {"n": DependencyDefinition("two")}}}, "'two', which is no node"),
        ({"dependencies": {"double": {"n": DependencyDefinition("one", "a")}}}, "the output 'a' of 'one'"),
        ({"dependencies": {"double": {"n": DependencyDefinition("double")}}}, "wait for each other"),
        ({"dependencies": {"double": {"n": 3}}}, "is fed by a dependency"),
        ({"dependencies": 3}, "dependencies says by node"),
        ({"input_mappings": [InputMapping("n", "two", "n")]}, "'two', which is no node"),
        ({"input_mappings": [InputMapping("n", "double", "m")]}, "has no input 'm'"),
        ({"input_mappings": [3]}, "input_mappings is a list of InputMapping"),
        ({"output_mappings": [OutputMapping("n", "two")]}, "'two', which is no node"),
        ({"output_mappings": [OutputMapping("n", "one", "a")]}, "the output 'a' of 'one'"),
        ({"output_mappings": [OutputMapping("n", "one")] * 2}, "mapped twice"),
        ({"output_mappings": [3]}, "output_mappings is a list of OutputMapping"),
        ({"node_defs": [3]}, "node_defs is a list of"),
        ({"node_defs": one}, "node_defs is a list"),
        ({"config": 3}, "ConfigMapping"),
        ({"nodes": []}, "no parameter 'nodes'"),
    ],
)
def test_a_graph_made_directly_is_checked(arguments: Any, message: str) -> None:
    """Everything it names must be there."""
    with pytest.raises(InvalidDefinitionError, match=message):
        GraphDefinition("made", **{"node_defs": [one, double], **arguments})


@pytest.mark.parametrize(
    "element", [MultiDependencyDefinition([AT_ONE]), DynamicCollectDependencyDefinition("one"), 3]
)
def test_a_list_of_dependencies_is_flat(element: Any) -> None:
    """A list or a collection in it is an error."""
    with pytest.raises(InvalidDefinitionError, match="Element 0"):
        MultiDependencyDefinition([element])


def test_a_graph_without_nodes_runs() -> None:
    """And does nothing."""
    assert GraphDefinition("empty").execute_in_process().success
