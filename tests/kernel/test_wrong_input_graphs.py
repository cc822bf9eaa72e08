"""Computations, graphs of them, and hooks: what is wrong is named, with the way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import holdfast
from holdfast import (
    DependencyDefinition,
    Error,
    GraphOut,
    InvalidDefinitionError,
    InvalidInvocationError,
    InvalidNameError,
    MissingResourceError,
    Out,
    graph,
    job,
    op,
)

number = op(name="number")(lambda: 1)
plus = op(name="plus")(lambda value: value + 1)


@graph
def counting() -> Any:
    return plus(number())


@job
def counted() -> None:
    number()


def composed(call: Callable[[], Any], **options: Any) -> Any:
    """Make a graph of what is called in it."""
    return graph(name="composed", **options)(lambda: call())


CASES: list[tuple[str, Callable[[], Any], type[Error], str]] = [
    (
        "op",
        lambda: op(name="for")(lambda: 1),
        InvalidNameError,
        "'for' is not a valid op name.*reserved word",
    ),
    (
        "op",
        lambda: op(name="o", ins={"valeu": holdfast.In()})(lambda value: 1),
        InvalidDefinitionError,
        "op 'o'.*'valeu'.*Did you mean 'value'",
    ),
    (
        "op",
        lambda: op(name="o", out={"a b": Out()})(lambda: 1),
        InvalidNameError,
        "'a b' is not a valid output name",
    ),
    (
        "op",
        lambda: op(name="o", tags={"t": object()})(lambda: 1),
        InvalidDefinitionError,
        "op 'o'.*tag 't'.*JSON",
    ),
    ("OpDefinition", lambda: plus(), InvalidInvocationError, "'plus'.*value"),
    (
        "In",
        lambda: holdfast.In(root_manager_key="a", input_manager_key="b"),
        InvalidDefinitionError,
        "In: give only one of root_manager_key and input_manager_key",
    ),
    (
        "Out",
        lambda: Out(dagster_type=3),
        InvalidDefinitionError,
        "Out: dagster_type: no runtime type follows from 3.*Give a class",
    ),
    (
        "DynamicOut",
        lambda: holdfast.DynamicOut(dagster_type=3),
        InvalidDefinitionError,
        "DynamicOut: dagster_type: no runtime type follows from 3",
    ),
    (
        "GraphIn",
        lambda: graph(name="g", ins={"valeu": holdfast.GraphIn()})(lambda value: plus(value)),
        InvalidDefinitionError,
        "graph 'g'.*'valeu'.*Did you mean 'value'",
    ),
    (
        "GraphOut",
        lambda: composed(lambda: {"b": number()}, out={"a": GraphOut()}),
        InvalidDefinitionError,
        "'composed'.*'?a'?",
    ),
    (
        "graph",
        lambda: composed(lambda: plus(valeu=number())),
        InvalidDefinitionError,
        "'plus'.*'valeu'.*Did you mean 'value'",
    ),
    (
        "graph",
        lambda: graph(name="config")(lambda: None),
        InvalidNameError,
        "'config' is not a valid graph name.*reserved word",
    ),
    (
        "GraphDefinition",
        lambda: counting.to_job(input_values={"x": 1}),
        InvalidDefinitionError,
        "'counting'.*'x'.*no input",
    ),
    (
        "GraphDefinition",
        lambda: holdfast.GraphDefinition(
            "g", node_defs=[plus], dependencies={"plus": {"value": DependencyDefinition("numbr")}}
        ),
        InvalidDefinitionError,
        "'g'.*'numbr'",
    ),
    ("job", lambda: job(name="a b")(lambda: None), InvalidNameError, "'a b' is not a valid job name"),
    (
        "job",
        lambda: job(name="j", tags={"t": object()})(lambda: None),
        InvalidDefinitionError,
        "'j'.*tag 't'.*JSON",
    ),
    (
        "job",
        lambda: job(name="j", resource_defs={"rate": 1})(
            lambda: op(name="o", required_resource_keys={"rates"})(lambda: 1)() and None
        ),
        MissingResourceError,
        "'o'.*'rates'.*Did you mean 'rate'",
    ),
    ("HookDefinition", lambda: counted.with_hooks([print]), InvalidDefinitionError, "'counted'.*hook"),
    (
        "success_hook",
        lambda: counted.with_hooks(
            {holdfast.success_hook(name="h", required_resource_keys={"chat"})(lambda context: None)}
        ),
        MissingResourceError,
        "Hook 'h' needs the resource 'chat'",
    ),
    (
        "failure_hook",
        lambda: holdfast.failure_hook(name="a b")(lambda context: None),
        InvalidNameError,
        "'a b' is not a valid hook name",
    ),
    (
        "InputMapping",
        lambda: holdfast.GraphDefinition(
            "g", node_defs=[plus], input_mappings=[holdfast.InputMapping("x", "pls", "value")]
        ),
        InvalidDefinitionError,
        "'g'.*'pls'.*Did you mean 'plus'",
    ),
    (
        "OutputMapping",
        lambda: holdfast.GraphDefinition(
            "g", node_defs=[number], output_mappings=[holdfast.OutputMapping("x", "number", "reslt")]
        ),
        InvalidDefinitionError,
        "'g'.*'reslt'.*Did you mean 'result'",
    ),
]


@pytest.mark.parametrize(("name", "call", "error", "message"), CASES)
def test_a_mistake_is_named_with_the_way_out(
    name: str, call: Callable[[], Any], error: type[Error], message: str
) -> None:
    """The message leads from the mistake to what was meant."""
    with pytest.raises(error, match=message):
        call()
