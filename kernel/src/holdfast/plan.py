"""The plan: which steps run, in which order, and why each is there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError as StepCycle
from graphlib import TopologicalSorter
from typing import Any

import attrs

from holdfast.definitions.assets_definition import AssetsDefinition
from holdfast.definitions.op import Nothing, OpDefinition
from holdfast.definitions.source_asset import SourceAsset
from holdfast.errors import CycleError
from holdfast.graph import AssetGraph
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
    def upstream(self) -> tuple[str, ...]:
        """The keys of the steps that must come first."""
        return tuple(dict.fromkeys(key for key, _ in self.waits_for))


@attrs.frozen(eq=False)
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

    def reason(self, step: Step) -> str:
        """Return why a step is in the plan: how the selection reaches its assets."""
        reasons = {str(key): self.selection.explain(self.graph, key) for key in step.assets}
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
    groups = _group(graph, keys)
    drafts = _draft(groups)
    waits = _waits(graph, drafts)
    try:
        order = list(TopologicalSorter(_step_keys(waits)).static_order())
    except StepCycle:
        drafts = _draft(_split(graph, groups, waits, drafts))
        waits = _waits(graph, drafts)
        try:
            order = list(TopologicalSorter(_step_keys(waits)).static_order())
        except StepCycle as cycle:
            tangled = [drafts[key][0] for key in cycle.args[1][:-1]]
            raise CycleError(
                [definition.op.name for definition in tangled], [definition.place for definition in tangled]
            ) from None
    made = {key: name for name, (_, wanted) in drafts.items() for key in wanted}
    outputs: dict[AssetKey, StepOutput] = {}
    steps = {}
    for name in order:
        definition, wanted = drafts[name]
        steps[name] = Step(
            name,
            definition.op,
            definition,
            _inputs(graph, definition, made, outputs),
            tuple(
                _output(graph, key, name, outputs)
                for key in definition.keys_by_output_name.values()
                if key in wanted
            ),
            tuple(waits[name]),
        )
    return Plan(graph, selection, steps)


_Draft = tuple[AssetsDefinition, frozenset[AssetKey]]


def _group(graph: AssetGraph, keys: Collection[AssetKey]) -> list[_Draft]:
    groups: dict[int, tuple[AssetsDefinition, list[AssetKey]]] = {}
    for key in graph.sorted(keys):
        definition = graph[key].definition
        groups.setdefault(id(definition), (definition, []))[1].append(key)
    drafts = []
    for definition, wanted in groups.values():
        if len(wanted) != len(definition.keys):
            definition.subset_for(wanted)  # refuses when it cannot
        drafts.append((definition, frozenset(wanted)))
    return drafts


def _draft(groups: Iterable[_Draft]) -> dict[str, _Draft]:
    drafts: dict[str, _Draft] = {}
    for definition, wanted in groups:
        name, count = definition.op.name, 1
        while name in drafts:
            count += 1
            name = f"{definition.op.name}_{count}"
        drafts[name] = (definition, wanted)
    return drafts


def _waits(graph: AssetGraph, drafts: Mapping[str, _Draft]) -> dict[str, dict[tuple[str, str], None]]:
    made = {key: name for name, (_, wanted) in drafts.items() for key in wanted}
    waits: dict[str, dict[tuple[str, str], None]] = {}
    for name, (definition, wanted) in drafts.items():
        needed: dict[AssetKey, None] = {}
        for input_name, inp in definition.op.ins.items():
            if inp.dagster_type is not Nothing:
                needed[_upstream(graph, definition, input_name)] = None
        for key in wanted:
            needed.update(dict.fromkeys(graph.parents(key)))
        waits[name] = {
            (made[key], _output_name(graph[key].definition, key)): None
            for key in needed
            if key in made and made[key] != name
        }
    return waits


def _step_keys(waits: Mapping[str, Mapping[tuple[str, str], None]]) -> dict[str, list[str]]:
    return {name: [key for key, _ in upstream] for name, upstream in waits.items()}


def _split(
    graph: AssetGraph,
    groups: Sequence[_Draft],
    waits: Mapping[str, Mapping[tuple[str, str], None]],
    drafts: Mapping[str, _Draft],
) -> Iterator[_Draft]:
    """Cut computations that wait for each other into calls that do not.

    The level of an asset is the greatest number of borders between computations on a path to it. It never
    falls along a path, and rises at each border, so calls made of one computation and one level cannot wait
    for each other. Only computations that can make a subset are cut.
    """
    import networkx as nx  # 100 ms to import, and computations in a cycle are rare

    steps = nx.DiGraph((upstream, name) for name, keys in _step_keys(waits).items() for upstream in keys)
    tangled = {name for part in nx.strongly_connected_components(steps) if len(part) > 1 for name in part}
    cut = {id(drafts[name][0]) for name in tangled if drafts[name][0].can_subset}
    selected = {key for _, wanted in groups for key in wanted}
    levels: dict[AssetKey, int] = {}
    for key in graph.sorted(selected):
        here = graph[key].definition
        levels[key] = max(
            (levels[up] + (graph[up].definition is not here) for up in graph.parents(key) if up in selected),
            default=0,
        )
    for definition, wanted in groups:
        if id(definition) not in cut:
            yield definition, wanted
            continue
        for level in sorted({levels[key] for key in wanted}):
            yield definition, frozenset(key for key in wanted if levels[key] == level)


def _upstream(graph: AssetGraph, definition: AssetsDefinition, input_name: str) -> AssetKey:
    asset = next(iter(definition.keys_by_output_name.values()))
    return graph.resolve_upstream(asset, definition.keys_by_input_name[input_name])


def _inputs(
    graph: AssetGraph,
    definition: AssetsDefinition,
    made: Mapping[AssetKey, str],
    outputs: dict[AssetKey, StepOutput],
) -> tuple[StepInput, ...]:
    inputs = []
    for name, inp in definition.op.ins.items():
        if inp.dagster_type is not Nothing:
            key = _upstream(graph, definition, name)
            source = _output(graph, key, made.get(key), outputs)
            inputs.append(StepInput(name, source, inp.input_manager_key or source.manager_key, inp.metadata))
    return tuple(inputs)


def _output(
    graph: AssetGraph, key: AssetKey, step_key: str | None, outputs: dict[AssetKey, StepOutput]
) -> StepOutput:
    if key not in outputs:
        outputs[key] = stored_output(graph, key, step_key)
    return outputs[key]


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
