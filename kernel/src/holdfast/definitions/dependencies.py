"""What connects the nodes of a graph: to each other, and to the graph's own inputs and outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from holdfast.definitions.tags import NO_TAGS
from holdfast.errors import InvalidDefinitionError
from holdfast.policies import RetryPolicy

__all__ = [
    "Dependency",
    "DependencyDefinition",
    "DynamicCollectDependencyDefinition",
    "GraphInput",
    "InputMapping",
    "MultiDependencyDefinition",
    "NodeInvocation",
    "OutputMapping",
]


@attrs.frozen
class NodeInvocation:
    """One use of a computation or graph inside a graph.

    Args:
        name: the name of the definition.
        alias: the name of this use; the definition's by default.
        tags: labels of this use, on top of the definition's.
        hook_defs: hooks of this use.
        retry_policy: whether a failed attempt of this use is tried again; by default as its definition says.
    """

    name: str
    alias: str | None = None
    tags: Mapping[str, str] = attrs.field(default=NO_TAGS, eq=False)
    hook_defs: frozenset[Any] = frozenset()
    retry_policy: RetryPolicy | None = None

    @property
    def node_name(self) -> str:
        """The name of this use in its graph."""
        return self.alias or self.name


@attrs.frozen
class DependencyDefinition:
    """An input is fed by the output of another node.

    Args:
        node: the node.
        output: the name of its output.
    """

    node: str
    output: str = "result"


@attrs.frozen
class DynamicCollectDependencyDefinition:
    """An input is fed by everything that a dynamic output leads to, as a list.

    Args:
        solid_name: the node.
        output_name: the name of its output.
    """

    solid_name: str
    output_name: str = "result"


@attrs.frozen
class GraphInput:
    """An input is fed by an input of the graph itself.

    Args:
        name: the name of the graph's input.
    """

    name: str


Element = DependencyDefinition | GraphInput


def _to_tuple(dependencies: Sequence[Element]) -> tuple[Element, ...]:
    return tuple(dependencies)


@attrs.frozen
class MultiDependencyDefinition:
    """An input is fed by several outputs, as a list in their order.

    Args:
        dependencies: where each element comes from: outputs, or inputs of the graph.

    Raises:
        InvalidDefinitionError: an element is a list in turn, or all that a dynamic output leads to.
    """

    dependencies: Sequence[Element] = attrs.field(converter=_to_tuple)

    def __attrs_post_init__(self) -> None:
        for index, each in enumerate(self.dependencies):
            if not isinstance(each, Element):
                raise InvalidDefinitionError(
                    f"Element {index} of a list that feeds an input is an output or an input of the graph, "
                    f"not {each!r}. Make one list of it in a computation first."
                )


Dependency = (
    DependencyDefinition | DynamicCollectDependencyDefinition | MultiDependencyDefinition | GraphInput
)


@attrs.frozen
class InputMapping:
    """An input of a graph is an input of one of its nodes.

    Args:
        graph_input_name: the graph's input.
        mapped_node_name: the node.
        mapped_node_input_name: the node's input.
        fan_in_index: the place in the list, when the node's input takes several values.
    """

    graph_input_name: str
    mapped_node_name: str
    mapped_node_input_name: str
    fan_in_index: int | None = None


@attrs.frozen
class OutputMapping:
    """An output of a graph is an output of one of its nodes.

    Args:
        graph_output_name: the graph's output.
        mapped_node_name: the node.
        mapped_node_output_name: the node's output.
    """

    graph_output_name: str
    mapped_node_name: str
    mapped_node_output_name: str = "result"
