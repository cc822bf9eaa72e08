"""A graph of computations: its nodes, what connects them, and what it offers outside."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from graphlib import CycleError as NodeCycle
from graphlib import TopologicalSorter
from typing import Any

import attrs

from holdfast.argument_types import check_type
from holdfast.config.configured import NamedConfigurable, configured_field
from holdfast.config.mapping import ConfigMapping
from holdfast.config.types import Field
from holdfast.definitions.dependencies import (
    Dependency,
    DependencyDefinition,
    DynamicCollectDependencyDefinition,
    GraphInput,
    InputMapping,
    MultiDependencyDefinition,
    NodeInvocation,
    OutputMapping,
)
from holdfast.definitions.hook import HookDefinition
from holdfast.definitions.in_out import GraphIn, GraphOut, In, Out, as_dynamic
from holdfast.definitions.invocation import Composition, Invocable, PendingNodeInvocation
from holdfast.definitions.op import OpDefinition
from holdfast.definitions.tags import check_tags
from holdfast.errors import InvalidDefinitionError, InvariantViolationError, did_you_mean
from holdfast.keys import check_name

__all__ = ["GraphNode", "NodeGraph", "sources_of"]


@attrs.frozen
class GraphNode:
    """A node of a graph.

    Attributes:
        invocation: its name, tags, hooks and retry policy.
        definition: the computation or graph.
        inputs: what feeds each of its inputs; one that nothing feeds is missing.
    """

    invocation: NodeInvocation
    definition: OpDefinition | NodeGraph
    inputs: Mapping[str, Dependency]


class NodeGraph(Invocable, NamedConfigurable):
    """A graph of computations.

    Args:
        name: its name, unique in a job.
        description: what it does.
        node_defs: the computations and graphs that its nodes use.
        dependencies: by node, a name or a `NodeInvocation`, what feeds each of its inputs. A definition that
            is not named here is a node of its own name.
        input_mappings: which inputs of nodes its own inputs are.
        output_mappings: which outputs of nodes its own outputs are.
        config: turns config of its own into the config of its nodes; a `ConfigMapping`.
        tags: its labels.
        **kwargs: ``ins`` and ``outs``, descriptions of its inputs and outputs by name; ``place``, where it is
            defined, as ``file:line``.

    Raises:
        InvalidNameError: the name breaks the naming rule.
        InvalidDefinitionError: something names a node, input or output that is not there, or nodes wait for
            each other.
    """

    def __init__(
        self,
        name: str,
        *,
        description: str | None = None,
        node_defs: Sequence[Any] | None = None,
        dependencies: Mapping[Any, Mapping[str, Dependency]] | None = None,
        input_mappings: Sequence[InputMapping] | None = None,
        output_mappings: Sequence[OutputMapping] | None = None,
        config: Any = None,
        tags: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        for unknown in kwargs.keys() - {"ins", "outs", "place"}:
            raise InvalidDefinitionError(
                f"graph '{name}' has no parameter '{unknown}'.{did_you_mean(unknown, ('ins', 'outs'))}"
            )
        self.name = check_name(name, "graph name")
        check_type(description, str | None, f"{self!r}: description", "a string")
        self.description = description
        self.config_mapping: ConfigMapping | None = _checked_mapping(config, repr(self))
        self.tags = check_tags(tags, repr(self))
        what = repr(self)
        self.input_mappings = _tuple_of(InputMapping, "input_mappings", input_mappings, what)
        self.output_mappings = _tuple_of(OutputMapping, "output_mappings", output_mappings, what)
        self.described_ins: Mapping[str, GraphIn] = kwargs.get("ins") or {}
        self.described_outs: Mapping[str, GraphOut] = kwargs.get("outs") or {}
        self.place: str = kwargs.get("place", "")
        self._definitions = _tuple_of(OpDefinition | NodeGraph, "node_defs", node_defs, what)
        if not isinstance(dependencies, Mapping | None):
            raise InvalidDefinitionError(
                f"{what}: dependencies says by node what feeds its inputs, and is {dependencies!r}."
            )
        self._dependencies = dict(dependencies or {})
        self.nodes: Mapping[str, GraphNode] = self._nodes()
        self._check()

    # -- what it takes and gives ---------------------------------------------------------------------

    @cached_property
    def ins(self) -> Mapping[str, In]:
        """Its inputs by name, each with the type of the first input of a node that it is."""
        found: dict[str, In] = {}
        for mapping in self.input_mappings:
            name = mapping.graph_input_name
            if name not in found:
                inner = self.nodes[mapping.mapped_node_name].definition.ins[mapping.mapped_node_input_name]
                described = self.described_ins.get(name)
                description = None if described is None else described.description
                found[name] = attrs.evolve(inner, description=description or inner.description)
        return found

    @cached_property
    def outs(self) -> Mapping[str, Out]:
        """Its outputs by name, each as the output of a node that it is."""
        found: dict[str, Out] = {}
        for mapping in self.output_mappings:
            name = mapping.graph_output_name
            node = self.nodes[mapping.mapped_node_name]
            out = node.definition.outs[mapping.mapped_node_output_name]
            described = self.described_outs.get(name)
            if described is not None and described.description:
                out = attrs.evolve(out, description=described.description)
            found[name] = as_dynamic(out) if mapping.mapped_node_name in self._repeated else out
        return found

    @property
    def required_resource_keys(self) -> frozenset[str]:
        """The resources that its computations use."""
        inner = [node.definition.required_resource_keys for node in self.nodes.values()]
        return frozenset().union(*inner)

    @property
    def ops(self) -> Iterator[OpDefinition]:
        """The computations of all its nodes, those of graphs in it included."""
        for node in self.nodes.values():
            if isinstance(node.definition, OpDefinition):
                yield node.definition
            else:
                yield from node.definition.ops

    @property
    def config_schema(self) -> Field:  # type: ignore[override]
        """What its config mapping takes.

        Raises:
            InvalidDefinitionError: it has none.
        """
        if self.config_mapping is None:
            raise InvalidDefinitionError(
                f"{self!r} has no config of its own to be configured. Give it config=ConfigMapping(...)."
            )
        return self.config_mapping.config_schema

    def with_config(self, config_or_config_fn: Any, config_schema: Any, **changes: Any) -> NodeGraph:
        """Return a configured copy; see `NamedConfigurable.configured`."""
        field = configured_field(self.config_schema, config_or_config_fn, config_schema, repr(self))
        given = {name: value for name, value in changes.items() if value is not None}
        copy = object.__new__(type(self))
        assert self.config_mapping is not None  # config_schema has seen to that
        mapping = attrs.evolve(self.config_mapping, config_schema=field)
        copy.__dict__.update(self.__dict__, config_mapping=mapping, **given)
        return copy

    @property
    def hooks(self) -> frozenset[HookDefinition]:
        """The hooks of all its nodes, those of graphs in it included."""
        inner = [
            node.definition.hooks for node in self.nodes.values() if isinstance(node.definition, NodeGraph)
        ]
        return frozenset().union(*inner, *(node.invocation.hook_defs for node in self.nodes.values()))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Add it as a node to the graph that is being composed.

        Raises:
            InvariantViolationError: no graph is.
            InvalidDefinitionError: an argument fits no input.
        """
        composition = Composition.current()
        if composition is None:
            raise InvariantViolationError(
                f"{self!r} can only be called inside a function decorated with graph or job. To run it, use "
                "execute_in_process or to_job."
            )
        return composition.add(PendingNodeInvocation(self), args, kwargs)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    # -- how it is checked ---------------------------------------------------------------------------

    def _nodes(self) -> dict[str, GraphNode]:
        definitions: dict[str, Any] = {}
        for definition in self._definitions:
            if definitions.setdefault(definition.name, definition) is not definition:
                raise InvalidDefinitionError(
                    f"{self!r} uses two different definitions called '{definition.name}'. Rename one of them."
                )
        nodes: dict[str, GraphNode] = {}
        for key, inputs in self._dependencies.items():
            invocation = key if isinstance(key, NodeInvocation) else NodeInvocation(key)
            definition = definitions.get(invocation.name)
            if definition is None:
                raise InvalidDefinitionError(
                    f"{self!r}: dependencies name '{invocation.name}', which is not among node_defs."
                    f"{did_you_mean(invocation.name, definitions)}"
                )
            nodes[invocation.node_name] = GraphNode(invocation, definition, dict(inputs))
        used = {node.invocation.name for node in nodes.values()}
        for name, definition in definitions.items():
            if name not in used:
                nodes[name] = GraphNode(NodeInvocation(name), definition, {})
        for mapping in self.input_mappings:
            _map_input(self, nodes, mapping)
        return nodes

    def _check(self) -> None:
        for name, node in self.nodes.items():
            for inp, dependency in node.inputs.items():
                if inp not in node.definition.ins:
                    raise InvalidDefinitionError(
                        f"{self!r}: '{name}' has no input '{inp}'.{did_you_mean(inp, node.definition.ins)}"
                    )
                if not isinstance(dependency, Dependency):
                    raise InvalidDefinitionError(
                        f"{self!r}: input '{inp}' of '{name}' is fed by a dependency, such as "
                        f"DependencyDefinition(node), not by {dependency!r}."
                    )
                for source in sources_of(dependency):
                    self._check_output(f"input '{inp}' of '{name}'", source)
        seen = set()
        for mapping in self.output_mappings:
            what = f"output '{mapping.graph_output_name}'"
            if mapping.graph_output_name in seen:
                raise InvalidDefinitionError(f"{self!r}: {what} is mapped twice.")
            seen.add(mapping.graph_output_name)
            source = DependencyDefinition(mapping.mapped_node_name, mapping.mapped_node_output_name)
            self._check_output(what, source)
        upstream = {
            name: {source.node for dependency in node.inputs.values() for source in sources_of(dependency)}
            for name, node in self.nodes.items()
        }
        try:
            self._order = tuple(TopologicalSorter(upstream).static_order())
        except NodeCycle as cycle:
            path = " -> ".join(reversed(cycle.args[1]))
            raise InvalidDefinitionError(f"{self!r}: its nodes wait for each other: {path}.") from None

    @cached_property
    def _repeated(self) -> frozenset[str]:
        """The nodes that run once for each value of a dynamic output."""
        found: set[str] = set()
        for name in self._order:
            for dependency in self.nodes[name].inputs.values():
                if isinstance(dependency, DynamicCollectDependencyDefinition):
                    continue
                for source in sources_of(dependency):
                    out = self.nodes[source.node].definition.outs[source.output]
                    if source.node in found or out.is_dynamic:
                        found.add(name)
        return frozenset(found)

    def _check_output(self, what: str, source: DependencyDefinition) -> None:
        node = self.nodes.get(source.node)
        if node is None:
            raise InvalidDefinitionError(
                f"{self!r}: {what} comes from '{source.node}', which is no node."
                f"{did_you_mean(source.node, self.nodes)}"
            )
        if source.output not in node.definition.outs:
            raise InvalidDefinitionError(
                f"{self!r}: {what} comes from the output '{source.output}' of '{source.node}', which has "
                f"none of this name.{did_you_mean(source.output, node.definition.outs)}"
            )


def _checked_mapping(config: Any, what: str) -> ConfigMapping | None:
    if config is None or isinstance(config, ConfigMapping):
        return config
    raise InvalidDefinitionError(f"{what}: config is a ConfigMapping, not {config!r}.")


def _tuple_of(kind: Any, parameter: str, given: Sequence[Any] | None, what: str) -> tuple[Any, ...]:
    if not isinstance(given, Sequence | None) or isinstance(given, str):
        raise InvalidDefinitionError(f"{what}: {parameter} is a list, not {given!r}.")
    for each in given or ():
        if not isinstance(each, kind):
            names = getattr(kind, "__name__", "op or graph")
            raise InvalidDefinitionError(f"{what}: {parameter} is a list of {names}, and holds {each!r}.")
    return tuple(given or ())


def _map_input(graph: NodeGraph, nodes: dict[str, GraphNode], mapping: InputMapping) -> None:
    node = nodes.get(mapping.mapped_node_name)
    if node is None:
        raise InvalidDefinitionError(
            f"{graph!r}: the input '{mapping.graph_input_name}' is mapped to '{mapping.mapped_node_name}', "
            f"which is no node.{did_you_mean(mapping.mapped_node_name, nodes)}"
        )
    own = GraphInput(mapping.graph_input_name)
    fed: Dependency = own
    name = mapping.mapped_node_input_name
    present = node.inputs.get(name)
    if mapping.fan_in_index is not None:
        several = list(present.dependencies) if isinstance(present, MultiDependencyDefinition) else []
        if own not in several:
            several.insert(mapping.fan_in_index, own)
        fed = MultiDependencyDefinition(several)
    elif present is not None and present != fed:
        raise InvalidDefinitionError(
            f"{graph!r}: the input '{name}' of '{mapping.mapped_node_name}' is fed twice."
        )
    nodes[mapping.mapped_node_name] = attrs.evolve(node, inputs={**node.inputs, name: fed})


def sources_of(dependency: Dependency) -> Collection[DependencyDefinition]:
    """Return the outputs of nodes that feed an input."""
    if isinstance(dependency, DependencyDefinition):
        return [dependency]
    if isinstance(dependency, DynamicCollectDependencyDefinition):
        return [DependencyDefinition(dependency.solid_name, dependency.output_name)]
    if isinstance(dependency, MultiDependencyDefinition):
        return [source for each in dependency.dependencies for source in sources_of(each)]
    return []
