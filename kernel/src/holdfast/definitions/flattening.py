"""From a graph, with graphs in it, to its computations and where the inputs of each come from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from graphlib import TopologicalSorter

import attrs

from holdfast.definitions.dependencies import (
    Dependency,
    DependencyDefinition,
    DynamicCollectDependencyDefinition,
    GraphInput,
    MultiDependencyDefinition,
)
from holdfast.definitions.node_graph import NodeGraph
from holdfast.definitions.op import OpDefinition
from holdfast.errors import InvalidDefinitionError
from holdfast.policies import RetryPolicy

__all__ = [
    "Collected",
    "FlatGraph",
    "FlatNode",
    "OpenInput",
    "OutputOf",
    "Several",
    "Source",
    "flatten",
    "inner_output",
    "inputs_in",
    "outputs_in",
]

Path = tuple[str, ...]


@attrs.frozen
class OutputOf:
    """An output of a computation.

    Attributes:
        path: the computation: the names of the nodes that lead to it.
        output: the name of its output.
    """

    path: Path
    output: str


@attrs.frozen
class Collected:
    """Everything that a dynamic output leads to, as a list."""

    of: OutputOf


@attrs.frozen
class Several:
    """Several values, as a list."""

    sources: tuple[Source, ...]


@attrs.frozen
class OpenInput:
    """An input of a graph inside the graph that nothing feeds.

    Attributes:
        path: the graph: the names of the nodes that lead to it.
        name: the name of its input.
    """

    path: Path
    name: str


Source = OutputOf | Collected | Several | GraphInput | OpenInput
"""Where an input comes from; a `GraphInput` is one of the outermost graph's."""


@attrs.frozen(eq=False)
class FlatNode:
    """A computation of a graph.

    Attributes:
        path: the names of the nodes that lead to it, its own last.
        op: the computation.
        sources: where each of its inputs comes from; one that nothing feeds is missing.
        tags: the labels of the node and the nodes around it.
        hooks: the hooks of the node and the nodes around it.
        retry_policy: the one given to the node, else the computation's, else the nearest of those around it.
        over: the dynamic output for whose every value it runs once, if it does.
    """

    path: Path
    op: OpDefinition
    sources: Mapping[str, Source]
    tags: Mapping[str, str]
    hooks: frozenset[object]
    retry_policy: RetryPolicy | None
    over: OutputOf | None = None


@attrs.frozen(eq=False)
class FlatGraph:
    """The computations of a graph.

    Attributes:
        nodes: by path, each after those it reads from.
        outputs: what each output of the graph is.
    """

    nodes: Mapping[Path, FlatNode]
    outputs: Mapping[str, OutputOf]

    def needed_for(self, outputs: Collection[OutputOf]) -> frozenset[OutputOf]:
        """Return these outputs of computations and all that they are made from."""
        needed = set(outputs)
        pending = [output.path for output in needed]
        seen = set(pending)
        while pending:
            for source in self.nodes[pending.pop()].sources.values():
                for output in outputs_in(source):
                    needed.add(output)
                    if output.path not in seen:
                        seen.add(output.path)
                        pending.append(output.path)
        return frozenset(needed)

    def inputs_of(self, needed: Collection[OutputOf] | None) -> tuple[str, ...]:
        """Return the inputs of the graph that computations take.

        Args:
            needed: only computations with one of these outputs; all when ``None``.
        """
        paths = None if needed is None else {output.path for output in needed}
        names = [
            name
            for path, node in self.nodes.items()
            if paths is None or path in paths
            for source in node.sources.values()
            for name in inputs_in(source)
        ]
        return tuple(dict.fromkeys(names))


def inputs_in(source: Source) -> Iterator[str]:
    """Yield the inputs of the outermost graph that a source names."""
    if isinstance(source, GraphInput):
        yield source.name
    elif isinstance(source, Several):
        for each in source.sources:
            yield from inputs_in(each)


def outputs_in(source: Source) -> Iterator[OutputOf]:
    """Yield the outputs of computations that a source names."""
    if isinstance(source, OutputOf):
        yield source
    elif isinstance(source, Collected):
        yield source.of
    elif isinstance(source, Several):
        for each in source.sources:
            yield from outputs_in(each)


@lru_cache(maxsize=256)
def flatten(graph: NodeGraph) -> FlatGraph:
    """Return the computations of a graph.

    Raises:
        InvalidDefinitionError: something is downstream of two dynamic outputs that are not collected, or
            collects what it runs for each value of.
    """
    nodes: dict[Path, FlatNode] = {}
    for node in _walk(graph, (), {}, {}, frozenset(), None):
        nodes[node.path] = node
    upstream = {
        path: [output.path for source in node.sources.values() for output in outputs_in(source)]
        for path, node in nodes.items()
    }
    ordered: dict[Path, FlatNode] = {}
    for path in TopologicalSorter(upstream).static_order():
        ordered[path] = attrs.evolve(nodes[path], over=_over(graph, nodes[path], ordered))
    outputs = {
        mapping.graph_output_name: inner_output(
            graph, (), DependencyDefinition(mapping.mapped_node_name, mapping.mapped_node_output_name)
        )
        for mapping in graph.output_mappings
    }
    return FlatGraph(ordered, outputs)


def _walk(
    graph: NodeGraph,
    prefix: Path,
    fed: Mapping[str, Source],
    tags: Mapping[str, str],
    hooks: frozenset[object],
    retry_policy: RetryPolicy | None,
) -> Iterator[FlatNode]:
    for name, node in graph.nodes.items():
        path = (*prefix, name)
        sources = {inp: _resolve(graph, prefix, each, fed) for inp, each in node.inputs.items()}
        own = node.invocation
        all_tags = {**tags, **node.definition.tags, **own.tags}
        all_hooks = hooks | own.hook_defs
        if isinstance(node.definition, OpDefinition):
            policy = own.retry_policy or node.definition.retry_policy or retry_policy
            yield FlatNode(path, node.definition, sources, all_tags, all_hooks, policy)
        else:
            policy = own.retry_policy or retry_policy
            yield from _walk(node.definition, path, sources, all_tags, all_hooks, policy)


def _resolve(graph: NodeGraph, prefix: Path, dependency: Dependency, fed: Mapping[str, Source]) -> Source:
    if isinstance(dependency, GraphInput):
        return fed.get(dependency.name, OpenInput(prefix, dependency.name)) if prefix else dependency
    if isinstance(dependency, DependencyDefinition):
        return inner_output(graph, prefix, dependency)
    if isinstance(dependency, DynamicCollectDependencyDefinition):
        inner = DependencyDefinition(dependency.solid_name, dependency.output_name)
        return Collected(inner_output(graph, prefix, inner))
    assert isinstance(dependency, MultiDependencyDefinition)
    return Several(tuple(_resolve(graph, prefix, each, fed) for each in dependency.dependencies))


def inner_output(graph: NodeGraph, prefix: Path, source: DependencyDefinition) -> OutputOf:
    """Return the output of a computation that an output of a node is.

    Args:
        graph: the graph of the node.
        prefix: the path that leads to the graph.
        source: the node and its output.
    """
    definition = graph.nodes[source.node].definition
    path = (*prefix, source.node)
    if isinstance(definition, OpDefinition):
        return OutputOf(path, source.output)
    for mapping in definition.output_mappings:
        if mapping.graph_output_name == source.output:
            inner = DependencyDefinition(mapping.mapped_node_name, mapping.mapped_node_output_name)
            return inner_output(definition, path, inner)
    raise AssertionError("a graph checks the outputs it names")


def _over(graph: NodeGraph, node: FlatNode, done: Mapping[Path, FlatNode]) -> OutputOf | None:
    found: OutputOf | None = None
    for source in node.sources.values():
        for output in outputs_in(source):
            upstream = done[output.path]
            is_dynamic = upstream.op.outs[output.output].is_dynamic
            if upstream.over is not None and is_dynamic:
                raise _too_dynamic(graph, node, upstream.over, output)
            if isinstance(source, Collected):
                continue
            over = output if is_dynamic else upstream.over
            if found is not None and over is not None and over != found:
                raise _too_dynamic(graph, node, found, over)
            found = found or over
    for source in node.sources.values():
        if isinstance(source, Collected) and (done[source.of.path].over or source.of) == found:
            raise InvalidDefinitionError(
                f"{graph!r}: '{'.'.join(node.path)}' runs once for each value of "
                f"'{'.'.join((*found.path, found.output))}' and collects what all of them lead to. "
                "Collect that into a computation of its own first."
            )
    return found


def _too_dynamic(graph: NodeGraph, node: FlatNode, one: OutputOf, other: OutputOf) -> InvalidDefinitionError:
    names = [".".join((*output.path, output.output)) for output in (one, other)]
    return InvalidDefinitionError(
        f"{graph!r}: '{'.'.join(node.path)}' is downstream of two dynamic outputs, '{names[0]}' and "
        f"'{names[1]}'. Collect one of them first."
    )
