"""From a function that calls computations to the graph that these calls describe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from holdfast.argument_types import check_type
from holdfast.definitions.dependencies import (
    GraphInput,
    InputMapping,
    MultiDependencyDefinition,
    OutputMapping,
)
from holdfast.definitions.function import place_of, read_arguments
from holdfast.definitions.in_out import GraphIn, GraphOut
from holdfast.definitions.invocation import Composition, InvokedDynamicOutput, InvokedOutput
from holdfast.errors import InvalidDefinitionError, did_you_mean
from holdfast.keys import check_name

__all__ = ["compose"]

_Returned = InvokedOutput | InvokedDynamicOutput


def compose(
    function: Callable[..., Any],
    what: str,
    ins: Mapping[str, Any] | None = None,
    out: GraphOut | Mapping[str, GraphOut] | None = None,
) -> dict[str, Any]:
    """Run the body of a graph once and return what it describes, as arguments of `NodeGraph`.

    Args:
        function: calls computations; its arguments are the graph's inputs, what it returns its outputs.
        what: the graph, for messages.
        ins: descriptions of the inputs.
        out: a description of the only output, called ``result``, or of each output by name.

    Raises:
        InvalidDefinitionError: the calls fit no inputs, or what is returned does not fit ``out``.
    """
    arguments = read_arguments(function, what)
    names = arguments.names
    check_type(ins, Mapping | None, f"{what}: ins", "a mapping of arguments to GraphIn")
    for name, described in (ins or {}).items():
        if name not in names:
            raise InvalidDefinitionError(
                f"{what}: ins names '{name}', which is no argument of the function."
                f"{did_you_mean(name, names)}"
            )
        if not isinstance(described, GraphIn):
            raise InvalidDefinitionError(f"{what}: ins['{name}'] is a GraphIn, not {described!r}.")
    outs = _described_outs(out, what)
    if arguments.takes_context:
        raise InvalidDefinitionError(f"{what} ({place_of(function)}): the body of a graph takes no context.")
    composition = Composition(what)
    with composition.active():
        returned = function(**{name: GraphInput(name) for name in names})
    input_mappings = [
        mapping
        for invocation, inputs in composition.dependencies.items()
        for name, dependency in inputs.items()
        for mapping in _mappings(invocation.node_name, name, dependency)
    ]
    used = {mapping.graph_input_name for mapping in input_mappings}
    for name in names:
        if name not in used:
            raise InvalidDefinitionError(
                f"{what}: no call takes the input '{name}'. Use it, or leave it out."
            )
    return {
        "node_defs": list(composition.definitions.values()),
        "dependencies": composition.dependencies,
        "input_mappings": sorted(input_mappings, key=lambda each: names.index(each.graph_input_name)),
        "output_mappings": _outputs(what, returned, outs),
        "ins": ins,
        "outs": outs,
        "place": place_of(function),
    }


def _described_outs(out: Any, what: str) -> Mapping[str, GraphOut] | None:
    if isinstance(out, GraphOut):
        return {"result": out}
    if not isinstance(out, Mapping | None):
        raise InvalidDefinitionError(
            f"{what}: out is a GraphOut or a mapping of names to GraphOut, not {out!r}."
        )
    for name, described in (out or {}).items():
        if not isinstance(described, GraphOut):
            raise InvalidDefinitionError(f"{what}: out['{name}'] is a GraphOut, not {described!r}.")
        check_name(name, "output name")
    return out


def _mappings(node: str, name: str, dependency: Any) -> list[InputMapping]:
    if isinstance(dependency, GraphInput):
        return [InputMapping(dependency.name, node, name)]
    if isinstance(dependency, MultiDependencyDefinition):
        return [
            InputMapping(each.name, node, name, index)
            for index, each in enumerate(dependency.dependencies)
            if isinstance(each, GraphInput)
        ]
    return []


def _outputs(what: str, returned: Any, outs: Mapping[str, GraphOut] | None) -> list[OutputMapping]:
    named = _named(what, returned, outs)
    mappings = []
    for name, handle in named.items():
        if outs is not None and name not in outs:
            raise InvalidDefinitionError(
                f"{what} returns an output '{name}' that out does not name.{did_you_mean(name, outs)}"
            )
        if not isinstance(handle, _Returned):
            raise InvalidDefinitionError(
                f"{what} returns {handle!r} as '{name}'; a graph returns the outputs of calls."
            )
        mappings.append(OutputMapping(name, handle.node, handle.output))
    for name in outs or {}:
        if name not in named:
            raise InvalidDefinitionError(f"{what} does not return the output '{name}' that out names.")
    return mappings


def _named(what: str, returned: Any, outs: Mapping[str, GraphOut] | None) -> Mapping[str, Any]:
    if returned is None:
        return {}
    if isinstance(returned, Mapping):
        if outs is None:
            raise InvalidDefinitionError(
                f"{what} returns several outputs: name them with out={{name: GraphOut()}}."
            )
        return returned
    if isinstance(returned, tuple):
        fields = getattr(returned, "_fields", None)
        names = list(outs or fields or ())
        if len(names) != len(returned):
            raise InvalidDefinitionError(
                f"{what} returns {len(returned)} outputs and names {len(names)}. Name each with "
                "out={name: GraphOut()}."
            )
        return dict(zip(names, returned, strict=True))
    name = next(iter(outs)) if outs and len(outs) == 1 else "result"
    return {name: returned}
