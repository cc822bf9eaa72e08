"""The plan: which steps run, in which order, and why each is there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from graphlib import CycleError as StepCycle
from graphlib import TopologicalSorter
from typing import Any

import attrs

from holdfast.asset_graph import AssetGraph
from holdfast.definitions.assets_definition import AssetsDefinition
from holdfast.definitions.op import In, Nothing, OpDefinition
from holdfast.definitions.source_asset import SourceAsset
from holdfast.errors import CycleError
from holdfast.keys import AssetKey
from holdfast.selection import AssetSelection

__all__ = ["Plan", "Step", "StepInput", "StepOutput", "make_plan", "stored_output"]


@attrs.frozen
class StepOutput:
    """A value that a step makes, or that was stored before.

    Attributes:
        step_key: the step that makes it; ``"none"`` for a source asset.
        name: the output's name.
        asset_key: the asset it is.
        manager_key: the resource that stores and loads it.
        metadata: the metadata of its definition.
        is_required: whether its step must make it.
    """

    step_key: str
    name: str
    asset_key: AssetKey
    manager_key: str
    metadata: Mapping[str, Any]
    is_required: bool = True


@attrs.frozen
class StepInput:
    """A value that a step loads.

    Attributes:
        name: the argument it is given as.
        source: the value.
        manager_key: the resource that loads it.
        metadata: the metadata of the input's definition.
    """

    name: str
    source: StepOutput
    manager_key: str
    metadata: Mapping[str, Any]


@attrs.frozen(eq=False)
class Step:
    """One call of a computation.

    Attributes:
        key: its name, unique in the plan.
        op: the computation.
        definition: the assets' definition.
        inputs: the values it loads.
        outputs: the values it makes, those selected.
        waits_for: the steps that must come first, each with the name of the output that is needed.
    """

    key: str
    op: OpDefinition
    definition: AssetsDefinition
    inputs: tuple[StepInput, ...]
    outputs: tuple[StepOutput, ...]
    waits_for: tuple[tuple[str, str], ...] = ()

    @property
    def assets(self) -> tuple[AssetKey, ...]:
        """The assets it makes."""
        return tuple(output.asset_key for output in self.outputs)

    @property
    def title(self) -> str:
        """What messages call it: ``Asset 'a, b'``."""
        return f"Asset '{', '.join(map(str, self.assets))}'"

    @property
    def upstream(self) -> tuple[str, ...]:
        """The keys of the steps that must come first."""
        return tuple(dict.fromkeys(key for key, _ in self.waits_for))


@attrs.frozen(eq=False, slots=False)
class Plan:
    """The steps of a run, each after those it waits for.

    Attributes:
        graph: the assets it was made from.
        selection: what was asked for.
        steps: the steps by key, in order.
    """

    graph: AssetGraph
    selection: AssetSelection
    steps: Mapping[str, Step]

    @property
    def assets(self) -> tuple[AssetKey, ...]:
        """The assets it makes, in order."""
        return tuple(key for step in self for key in step.assets)

    @cached_property
    def _reasons(self) -> Mapping[AssetKey, str]:
        return self.selection.reasons(self.graph)  # one reason costs as much as all of them

    def reason(self, step: Step) -> str:
        """Return why a step is in the plan: how the selection reaches its assets."""
        reasons = {str(key): self._reasons[key] for key in step.assets}
        if len(set(reasons.values())) == 1:
            return next(iter(reasons.values()))
        return "; ".join(f"{key}: {reason}" for key, reason in reasons.items())

    def to_json(self) -> dict[str, Any]:
        """Return the plan as a dictionary that JSON can hold."""
        return {
            "selection": str(self.selection),
            "steps": [
                {
                    "key": step.key,
                    "assets": [str(key) for key in step.assets],
                    "upstream": list(step.upstream),
                    "loads": [str(inp.source.asset_key) for inp in step.inputs],
                    "reason": self.reason(step),
                }
                for step in self
            ],
        }

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps.values())

    def __len__(self) -> int:
        return len(self.steps)

    def __str__(self) -> str:
        count = f"{len(self)} step" + ("" if len(self) == 1 else "s")
        lines = [f"Plan of {count} for {self.selection}"]
        width = len(str(len(self)))
        for number, step in enumerate(self, 1):
            lines.append(f"  {number:>{width}}. {step.key}: {self.reason(step)}")
            made = ", ".join(map(str, step.assets))
            if made != step.key:
                lines.append(f"  {'':>{width}}  makes {made}")
            if step.inputs:
                lines.append(
                    f"  {'':>{width}}  loads {', '.join(str(inp.source.asset_key) for inp in step.inputs)}"
                )
        return "\n".join(lines)


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
    waits = _waits(graph, calls)
    try:
        order = _order(calls, waits)
    except StepCycle:
        calls = _name(_cut(graph, calls, waits))
        waits = _waits(graph, calls)
        try:
            order = _order(calls, waits)
        except StepCycle as cycle:
            tangled = [calls[name].definition for name in cycle.args[1][:-1]]
            raise CycleError([d.op.name for d in tangled], [d.place for d in tangled]) from None
    outputs = {key: stored_output(graph, key, name) for key, (name, _) in _makers(calls).items()}

    def output(key: AssetKey) -> StepOutput:
        if key not in outputs:
            outputs[key] = stored_output(graph, key)
        return outputs[key]

    steps = {}
    for name in order:
        call = calls[name]
        inputs = []
        for argument, inp, key in call.reads:
            source = output(key)
            inputs.append(
                StepInput(argument, source, inp.input_manager_key or source.manager_key, inp.metadata)
            )
        steps[name] = Step(
            name,
            call.definition.op,
            call.definition,
            tuple(inputs),
            tuple(output(key) for key in call.definition.keys_by_output_name.values() if key in call.wanted),
            waits[name],
        )
    return Plan(graph, selection, steps)


@attrs.frozen
class _Call:
    """A computation, the assets it is to make, and what it loads as (argument, input, asset)."""

    definition: AssetsDefinition
    wanted: frozenset[AssetKey]
    reads: tuple[tuple[str, In, AssetKey], ...]


_Waits = Mapping[str, tuple[tuple[str, str], ...]]


def _calls(graph: AssetGraph, keys: Collection[AssetKey]) -> Iterator[_Call]:
    groups: dict[int, tuple[AssetsDefinition, list[AssetKey]]] = {}
    for key in graph.sorted(keys):
        definition = graph[key].definition
        groups.setdefault(id(definition), (definition, []))[1].append(key)
    for definition, wanted in groups.values():
        if len(wanted) < len(definition.keys_by_output_name):
            definition.subset_for(wanted)  # refuses what cannot be made alone
        yield _Call(definition, frozenset(wanted), _reads(graph, definition, wanted[0]))


def _reads(
    graph: AssetGraph, definition: AssetsDefinition, asset: AssetKey
) -> tuple[tuple[str, In, AssetKey], ...]:
    reads = []
    for argument, inp in definition.op.ins.items():
        if inp.dagster_type is not Nothing:
            key = graph.resolve_upstream(asset, definition.keys_by_input_name[argument])
            reads.append((argument, inp, key))
    return tuple(reads)


def _name(calls: Iterable[_Call]) -> dict[str, _Call]:
    named: dict[str, _Call] = {}
    for call in calls:
        name, count = call.definition.op.name, 1
        while name in named:
            count += 1
            name = f"{call.definition.op.name}_{count}"
        named[name] = call
    return named


def _makers(calls: Mapping[str, _Call]) -> dict[AssetKey, tuple[str, str]]:
    return {
        key: (name, output)
        for name, call in calls.items()
        for output, key in call.definition.keys_by_output_name.items()
        if key in call.wanted
    }


def _waits(graph: AssetGraph, calls: Mapping[str, _Call]) -> _Waits:
    makers = _makers(calls)
    waits = {}
    for name, call in calls.items():
        needed = dict.fromkeys(key for _, _, key in call.reads)
        if call.definition.orders_apart:
            for key in call.wanted:
                needed.update(dict.fromkeys(graph.parents(key)))
        waits[name] = tuple(makers[key] for key in needed if key in makers and makers[key][0] != name)
    return waits


def _order(calls: Mapping[str, _Call], waits: _Waits) -> Sequence[str]:
    if all(len(call.definition.keys_by_output_name) == 1 for call in calls.values()):
        return list(calls)  # made in the order of the graph, which is topological
    return list(TopologicalSorter(_upstream(waits)).static_order())


def _upstream(waits: _Waits) -> dict[str, list[str]]:
    return {name: [upstream for upstream, _ in needs] for name, needs in waits.items()}


def _cut(graph: AssetGraph, calls: Mapping[str, _Call], waits: _Waits) -> Iterator[_Call]:
    """Cut computations that wait for each other into calls that do not.

    The level of an asset is the greatest number of borders between computations on a path to it. It never
    falls along a path, and rises at each border, so calls made of one computation and one level cannot wait
    for each other. Only computations that can make a subset are cut.
    """
    import networkx as nx  # 100 ms to import, and computations in a cycle are rare

    steps = nx.DiGraph((upstream, name) for name, needs in _upstream(waits).items() for upstream in needs)
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
            wanted = frozenset(key for key in call.wanted if levels[key] == level)
            yield attrs.evolve(call, wanted=wanted)


def stored_output(graph: AssetGraph, key: AssetKey, step_key: str | None = None) -> StepOutput:
    """Return how the value of an asset is stored.

    Args:
        graph: all assets.
        key: the asset, or source asset.
        step_key: the step that makes it; by default the name of its computation.
    """
    definition = graph[key].definition
    if isinstance(definition, SourceAsset):
        metadata = definition.raw_metadata or {}
        return StepOutput("none", key.parts[-1], key, definition.io_manager_key, metadata)
    name = _output_name(definition, key)
    out = definition.op.outs[name]
    return StepOutput(
        step_key or definition.op.name, name, key, out.io_manager_key, out.metadata, out.is_required
    )


def _output_name(definition: AssetsDefinition, key: AssetKey) -> str:
    return next(name for name, made in definition.keys_by_output_name.items() if made == key)
