"""From a selection of assets, or a graph, to the plan that makes them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError as StepCycle
from graphlib import TopologicalSorter
from typing import Any

import attrs

from holdfast.argument_types import check_type
from holdfast.asset_graph import AssetGraph
from holdfast.definitions.assets_definition import AssetsDefinition
from holdfast.definitions.flattening import FlatGraph, OutputOf, flatten
from holdfast.definitions.in_out import In
from holdfast.definitions.node_graph import NodeGraph
from holdfast.definitions.op import OpDefinition
from holdfast.definitions.source_asset import SourceAsset
from holdfast.errors import CycleError, InvalidDefinitionError, did_you_mean
from holdfast.graph_steps import GraphSteps, unfed_input
from holdfast.keys import AssetKey
from holdfast.plan import GivenValue, Plan, Step, StepInput, StepOutput, Unfed
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
    outputs = {key: stored_output(graph, key, name) for key, name in makers.items()}

    def output(key: AssetKey) -> StepOutput:
        found = outputs.get(key)
        if found is None:
            found = outputs[key] = stored_output(graph, key)
        return found

    steps: dict[str, Step] = {}
    graphs: dict[str, NodeGraph] = {}
    for name in order:
        call = calls[name]
        node = call.definition.node_def
        if isinstance(node, NodeGraph):
            graphs[name] = node
            steps.update((step.key, step) for step in _graph_steps(graph, name, call, node, output, makers))
        else:
            waits = tuple([(made.step_key, made.name) for made in map(output, needs[name])])
            steps[name] = _step(name, call, node, output, waits)
    return Plan(graph, selection, steps, graphs)


_Output = Callable[[AssetKey], StepOutput]


def _step(
    name: str, call: _Call, node: OpDefinition, output: _Output, waits: tuple[tuple[str, str], ...]
) -> Step:
    definition, wanted = call.definition, call.wanted
    inputs = []
    for argument, inp, key in call.reads:
        source = output(key)
        inputs.append(StepInput(argument, source, inp.input_manager_key or source.manager_key, inp.metadata))
    for argument in node.ins if len(node.ins) > len(definition.keys_by_input_name) else ():
        if argument not in definition.keys_by_input_name and not node.ins[argument].orders_only:
            inputs.append(unfed_input(node, argument, Unfed((name,), argument)))
    made, spare = [], []
    for out_name in node.outs:
        made_key = definition.node_keys_by_output_name.get(out_name)
        if made_key is None:
            made.append(StepOutput.of(name, node, out_name))
        elif made_key in wanted:
            made.append(output(made_key))
        else:
            metadata = definition.metadata_of(out_name)
            spare.append(StepOutput.of(name, node, out_name, made_key, metadata, is_required=False))
    return Step(
        name,
        node,
        tuple(inputs),
        tuple(made),
        waits,
        definition,
        (name,),
        node.tags,
        _NO_HOOKS,
        node.retry_policy,
        wanted,
        spare=tuple(spare),
    )


_NO_HOOKS: frozenset[Any] = frozenset()


def _graph_steps(
    graph: AssetGraph,
    name: str,
    call: _Call,
    node: NodeGraph,
    output: _Output,
    makers: Mapping[AssetKey, str],
) -> Iterator[Step]:
    definition, flat = call.definition, flatten(node)
    fed = {argument: output(key) for argument, _, key in call.reads}
    wanted = _wanted_inside(definition, flat, call.wanted)
    steps = GraphSteps(flat, name, fed.get, definition, wanted, call.wanted, makers.keys())
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


@attrs.frozen
class _Call:
    """A computation, the assets it is to make, and what it loads as (argument, input, asset)."""

    definition: AssetsDefinition
    wanted: frozenset[AssetKey]
    reads: tuple[tuple[str, In, AssetKey], ...]


_Needs = Mapping[str, tuple[AssetKey, ...]]
"""By call, the assets it waits for that other calls make."""


def _calls(graph: AssetGraph, keys: Collection[AssetKey]) -> Iterator[_Call]:
    groups: dict[int, tuple[AssetsDefinition, list[AssetKey]]] = {}
    for position in sorted(graph.positions(keys)):
        asset = graph.nodes[position]
        groups.setdefault(id(asset.definition), (asset.definition, []))[1].append(asset.key)
    for definition, wanted in groups.values():
        yield _call(graph, definition, frozenset(wanted))


def _call(graph: AssetGraph, definition: AssetsDefinition, wanted: frozenset[AssetKey]) -> _Call:
    node, keys = definition.node_def, definition.keys_by_input_name
    if not keys:
        return _Call(definition, wanted, ())
    asset, ins = min(wanted), node.ins
    if isinstance(node, NodeGraph):
        flat = flatten(node)
        used: Iterable[str] = flat.inputs_of(_wanted_inside(definition, flat, wanted))
    else:
        used = [name for name, inp in ins.items() if not inp.orders_only]
    reads = [(name, ins[name], graph.resolve_upstream(asset, keys[name])) for name in used if name in keys]
    return _Call(definition, wanted, tuple(reads))


def _name(calls: Iterable[_Call]) -> dict[str, _Call]:
    named: dict[str, _Call] = {}
    for call in calls:
        name, count = call.definition.node_def.name, 1
        while name in named:
            count += 1
            name = f"{call.definition.node_def.name}_{count}"
        named[name] = call
    return named


_Makers = Mapping[AssetKey, str]
"""By asset, the call that makes it."""


def _makers(calls: Mapping[str, _Call]) -> _Makers:
    return {key: name for name, call in calls.items() for key in call.wanted}


def _needs(graph: AssetGraph, calls: Mapping[str, _Call], makers: _Makers) -> _Needs:
    needs = {}
    for name, call in calls.items():
        needed = dict.fromkeys([key for _, _, key in call.reads])
        if call.definition.orders_apart:
            for key in call.wanted:
                needed.update(dict.fromkeys(graph.parents(key)))
        needs[name] = tuple([key for key in needed if makers.get(key, name) != name])
    return needs


def _order(calls: Mapping[str, _Call], needs: _Needs, makers: _Makers) -> Sequence[str]:
    definitions = [call.definition for call in calls.values()]
    if all(len(each.keys_by_output_name) == 1 and not each.orders_apart for each in definitions):
        return list(calls)  # made in the order of the graph, which is topological
    return list(TopologicalSorter(_upstream(needs, makers)).static_order())


def _upstream(needs: _Needs, makers: _Makers) -> dict[str, list[str]]:
    return {name: [makers[key] for key in needed] for name, needed in needs.items()}


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
    selected = {key for call in calls.values() for key in call.wanted}
    levels: dict[AssetKey, int] = {}
    for key in graph.sorted(selected):
        here = graph[key].definition
        levels[key] = max(
            (levels[up] + (graph[up].definition is not here) for up in graph.parents(key) if up in selected),
            default=0,
        )
    for name, call in calls.items():
        if name not in tangled or not call.definition.can_subset:
            yield call
            continue
        for level in sorted({levels[key] for key in call.wanted}):
            yield _call(graph, call.definition, frozenset(k for k in call.wanted if levels[k] == level))


def stored_output(graph: AssetGraph, key: AssetKey, call: str | None = None) -> StepOutput:
    """Return how the value of an asset is stored.

    Args:
        graph: all assets.
        key: the asset, or source asset.
        call: the name of the computation's or graph's use in a plan; its own by default.
    """
    definition = graph[key].definition
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
