"""From a selection of assets, or a graph, to the plan that makes them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError as StepCycle
from graphlib import TopologicalSorter
from typing import Any, NamedTuple

from holdfast.argument_types import check_type
from holdfast.asset_graph import AssetGraph
from holdfast.asset_node import AssetNode
from holdfast.definitions.assets_definition import AssetsDefinition
from holdfast.definitions.flattening import FlatGraph, OutputOf, flatten
from holdfast.definitions.node_graph import NodeGraph
from holdfast.definitions.op import OpDefinition
from holdfast.definitions.source_asset import SourceAsset
from holdfast.errors import CycleError, InvalidDefinitionError, did_you_mean
from holdfast.graph_steps import GraphSteps, unfed_input
from holdfast.keys import AssetKey
from holdfast.plan import GivenValue, Need, Plan, Step, StepOutput, Unfed, make_step, make_step_input
from holdfast.selection import AssetSelection

__all__ = ["check_input_values", "check_subsets", "make_graph_plan", "make_plan", "stored_output"]


def make_graph_plan(graph: NodeGraph, input_values: Mapping[str, Any] | None = None) -> Plan:
    """Return the plan that runs every computation of a graph.

    Args:
        graph: the graph.
        input_values: values of its inputs by name.
    """
    given = {name: GivenValue(value) for name, value in (input_values or {}).items()}
    steps = GraphSteps(flatten(graph), feed=given.get).steps()
    return Plan(AssetGraph.of([]), None, {step.key: step for step in steps}, {"": graph})


def make_plan(graph: AssetGraph, keys: Collection[AssetKey], selection: AssetSelection) -> Plan:
    """Return the plan that makes some assets of a graph.

    Args:
        graph: all assets.
        keys: the assets to make; no source assets.
        selection: what was asked for, for the reasons.

    Raises:
        InvalidSubsetError: a computation that makes all of its assets or none is to make some of them.
        CycleError: computations wait for each other, though their assets do not.
    """
    calls = _name(_calls(graph, keys))
    makers = _makers(calls)
    needs = _needs(graph, calls, makers)
    try:
        order = _order(calls, needs, makers)
    except StepCycle:
        calls = _name(_cut(graph, calls, needs, makers))
        makers = _makers(calls)
        needs = _needs(graph, calls, makers)
        try:
            order = _order(calls, needs, makers)
        except StepCycle as cycle:
            tangled = [calls[name].definition for name in cycle.args[1][:-1]]
            names = [definition.node_def.name for definition in tangled]
            raise CycleError(names, [definition.place for definition in tangled]) from None
    outputs = _Outputs(graph, makers)
    steps: dict[str, Step] = {}
    graphs: dict[str, NodeGraph] = {}
    for name in order:
        call = calls[name]
        node = call.definition.node_def
        if isinstance(node, NodeGraph):
            graphs[name] = node
            steps.update((step.key, step) for step in _graph_steps(graph, name, call, node, outputs, makers))
        else:
            waits = tuple([outputs[position][:2] for position in needs[name]])  # the step and the output
            steps[name] = _step(graph, name, call, node, outputs, waits)
    return Plan(graph, selection, steps, graphs)


class _Outputs(dict[int, StepOutput]):
    """The stored value of each asset, by position, made when it is first asked for."""

    def __init__(self, graph: AssetGraph, makers: _Makers) -> None:
        self._nodes, self._makers = graph.nodes, makers

    def __missing__(self, position: int) -> StepOutput:
        found = self[position] = _stored(self._nodes[position], self._makers.get(position))
        return found


def _step(
    graph: AssetGraph,
    name: str,
    call: _Call,
    node: OpDefinition,
    outputs: _Outputs,
    waits: tuple[Need, ...],
) -> Step:
    definition, wanted = call.definition, call.wanted
    inputs = []
    for argument, position in call.reads:
        inp, source = node.ins[argument], outputs[position]
        manager_key = inp.input_manager_key or source.manager_key
        inputs.append(make_step_input((argument, source, manager_key, inp.metadata)))
    if len(node.ins) > len(definition.keys_by_input_name):
        for argument, inp in node.ins.items():
            if argument not in definition.keys_by_input_name and not inp.orders_only:
                inputs.append(unfed_input(node, argument, Unfed((name,), argument)))
    made, spare = [], []
    keys = definition.node_keys_by_output_name
    for out_name in node.outs:
        made_key = keys.get(out_name)
        if made_key is None:
            made.append(StepOutput.of(name, node, out_name))
        elif len(keys) == 1:
            made.append(outputs[call.positions[0]])
        elif made_key in wanted:
            made.append(outputs[graph.position(made_key)])
        else:
            metadata = definition.metadata_of(out_name)
            spare.append(StepOutput.of(name, node, out_name, made_key, metadata, is_required=False))
    before = (name, node, tuple(inputs), tuple(made), waits, definition, (name,), node.tags, _NO_HOOKS)
    return make_step((*before, node.retry_policy, wanted, (), None, None, tuple(spare), None))


_NO_HOOKS: frozenset[Any] = frozenset()


def _graph_steps(
    graph: AssetGraph,
    name: str,
    call: _Call,
    node: NodeGraph,
    outputs: _Outputs,
    makers: _Makers,
) -> Iterator[Step]:
    definition, flat = call.definition, flatten(node)
    fed = {argument: outputs[position] for argument, position in call.reads}
    wanted = _wanted_inside(definition, flat, call.wanted)
    made = graph.keys_at(makers)
    steps = GraphSteps(flat, name, fed.get, definition, wanted, call.wanted, made)
    return steps.steps()


def _wanted_inside(
    definition: AssetsDefinition, flat: FlatGraph, wanted: Collection[AssetKey]
) -> frozenset[OutputOf] | None:
    keys = definition.node_keys_by_output_name
    if len(wanted) == len(keys):
        return None
    return flat.needed_for([flat.outputs[name] for name, key in keys.items() if key in wanted])


def check_input_values(graph: NodeGraph | None, values: Mapping[str, Any] | None, what: str) -> None:
    """Raise if values are given for what is no input of a graph.

    Raises:
        InvalidDefinitionError: naming the nearest input.
    """
    known = {} if graph is None else graph.ins
    check_type(values, Mapping | None, f"{what}: input_values", "a mapping of inputs to values")
    for name in values or {}:
        if name not in known:
            raise InvalidDefinitionError(
                f"{what}: input_values names '{name}', which is no input of its graph."
                f"{did_you_mean(name, known)}"
            )


def check_subsets(graph: AssetGraph, keys: Collection[AssetKey]) -> None:
    """Raise if a computation that makes all of its assets or none is to make some of them.

    Raises:
        InvalidSubsetError: naming the others.
    """
    wanted: dict[int, tuple[AssetsDefinition, list[AssetKey]]] = {}
    for node in graph.nodes:
        if not node.is_source and len(node.definition.node_keys_by_output_name) > 1 and node.key in keys:
            wanted.setdefault(id(node.definition), (node.definition, []))[1].append(node.key)
    for definition, made in wanted.values():
        definition.subset_for(made)


class _Call(NamedTuple):
    """A computation, the assets it is to make, and what it loads as (input, position of the asset)."""

    definition: AssetsDefinition
    positions: Sequence[int]
    wanted: frozenset[AssetKey]
    reads: Sequence[tuple[str, int]]


_Needs = Mapping[str, Sequence[int]]
"""By call, the positions of the assets it waits for that other calls make."""

_Makers = Mapping[int, str]
"""By position of an asset, the call that makes it."""


def _calls(graph: AssetGraph, keys: Collection[AssetKey]) -> Iterator[_Call]:
    groups: dict[int, list[int]] = {}
    nodes = graph.nodes
    for position in sorted(graph.positions(keys)):
        groups.setdefault(id(nodes[position].definition), []).append(position)
    for positions in groups.values():
        yield _call(graph, positions)


def _call(graph: AssetGraph, positions: Sequence[int]) -> _Call:
    first = graph.nodes[positions[0]]
    definition: AssetsDefinition = first.definition
    wanted = frozenset([first.key]) if len(positions) == 1 else graph.keys_at(positions)
    return _Call(definition, positions, wanted, _reads(graph, definition, positions[0], wanted))


def _reads(
    graph: AssetGraph, definition: AssetsDefinition, position: int, wanted: frozenset[AssetKey]
) -> Sequence[tuple[str, int]]:
    node, keys = definition.node_def, definition.keys_by_input_name
    upstream = graph.adjacency.upstream[position]
    if len(keys) == len(upstream) and not definition.orders_apart and isinstance(node, OpDefinition):
        return tuple(zip(keys, upstream, strict=True))  # each input is an asset of its own, in this order
    used: Iterable[str]
    if isinstance(node, NodeGraph):
        flat = flatten(node)
        used = flat.inputs_of(_wanted_inside(definition, flat, wanted))
    else:
        used = [name for name, inp in node.ins.items() if not inp.orders_only]
    asset = graph.nodes[position].key
    return [(name, graph.upstream_position(asset, keys[name])) for name in used if name in keys]


def _name(calls: Iterable[_Call]) -> dict[str, _Call]:
    named: dict[str, _Call] = {}
    for call in calls:
        name, count = call.definition.node_def.name, 1
        while name in named:
            count += 1
            name = f"{call.definition.node_def.name}_{count}"
        named[name] = call
    return named


def _makers(calls: Mapping[str, _Call]) -> _Makers:
    return {position: name for name, call in calls.items() for position in call.positions}


def _needs(graph: AssetGraph, calls: Mapping[str, _Call], makers: _Makers) -> _Needs:
    needs = {}
    upstream = graph.adjacency.upstream
    for name, call in calls.items():
        needed: Iterable[int] = [position for _, position in call.reads]
        if len(call.positions) > 1 or call.definition.orders_apart or isinstance(call.reads, list):
            needed = dict.fromkeys(needed)
            if call.definition.orders_apart:
                for position in call.positions:
                    needed.update(dict.fromkeys(upstream[position]))
            needed = [position for position in needed if makers.get(position) != name]
        needs[name] = [position for position in needed if position in makers]
    return needs


def _order(calls: Mapping[str, _Call], needs: _Needs, makers: _Makers) -> Iterable[str]:
    definitions = [call.definition for call in calls.values()]
    if all(len(each.node_keys_by_output_name) == 1 and not each.orders_apart for each in definitions):
        return calls  # made in the order of the graph, which is topological
    return list(TopologicalSorter(_upstream(needs, makers)).static_order())


def _upstream(needs: _Needs, makers: _Makers) -> dict[str, list[str]]:
    return {name: [makers[position] for position in needed] for name, needed in needs.items()}


def _cut(graph: AssetGraph, calls: Mapping[str, _Call], needs: _Needs, makers: _Makers) -> Iterator[_Call]:
    """Cut computations that wait for each other into calls that do not.

    The level of an asset is the greatest number of borders between computations on a path to it. It never
    falls along a path, and rises at each border, so calls made of one computation and one level cannot wait
    for each other. Only computations that can make a subset are cut.
    """
    import networkx as nx  # 100 ms to import, and computations in a cycle are rare

    steps = nx.DiGraph(
        (upstream, name) for name, before in _upstream(needs, makers).items() for upstream in before
    )
    tangled = {name for part in nx.strongly_connected_components(steps) if len(part) > 1 for name in part}
    levels: dict[int, int] = {}
    for position in sorted(makers):
        here = graph.nodes[position].definition
        levels[position] = max(
            (
                levels[up] + (graph.nodes[up].definition is not here)
                for up in graph.adjacency.upstream[position]
                if up in makers
            ),
            default=0,
        )
    for name, call in calls.items():
        if name not in tangled or not call.definition.can_subset:
            yield call
            continue
        for level in sorted({levels[position] for position in call.positions}):
            yield _call(graph, [position for position in call.positions if levels[position] == level])


def stored_output(graph: AssetGraph, key: AssetKey) -> StepOutput:
    """Return how the value of an asset is stored.

    Args:
        graph: all assets.
        key: the asset, or source asset.
    """
    return _stored(graph[key])


def _stored(asset: AssetNode, call: str | None = None) -> StepOutput:
    """Return how the value of an asset is stored by the use of its computation or graph in a plan."""
    key, definition = asset.key, asset.definition
    if isinstance(definition, SourceAsset):
        metadata = definition.raw_metadata or {}
        return StepOutput("none", key.parts[-1], key, definition.io_manager_key, metadata)
    node = definition.node_def
    name = _output_name(definition, key)
    if isinstance(node, NodeGraph):
        flat = flatten(node)
        steps = GraphSteps(flat, call or node.name, definition=definition)
        return steps.output(flat.outputs[name])
    return StepOutput.of(call or node.name, node, name, key, definition.metadata_of(name))


def _output_name(definition: AssetsDefinition, key: AssetKey) -> str:
    keys = definition.node_keys_by_output_name
    return next(iter(keys)) if len(keys) == 1 else next(name for name, made in keys.items() if made == key)
