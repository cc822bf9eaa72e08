"""From the computations of a graph to the steps of a plan."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

import attrs

from holdfast.definitions.assets_definition import AssetsDefinition
from holdfast.definitions.dependencies import GraphInput
from holdfast.definitions.flattening import (
    Collected,
    FlatGraph,
    FlatNode,
    OutputOf,
    Several,
    Source,
    outputs_in,
)
from holdfast.definitions.in_out import In
from holdfast.keys import AssetKey
from holdfast.plan import (
    CollectedOutput,
    GivenValue,
    SeveralSources,
    Step,
    StepInput,
    StepOutput,
    StepSource,
    Unfed,
)

__all__ = ["EACH", "GraphSteps"]

EACH = "[?]"
"""Ends the key of a step that stands for one step for each mapping key."""


@attrs.frozen(eq=False)
class GraphSteps:
    """Makes the steps of a graph.

    Attributes:
        flat: its computations.
        prefix: what stands before the names of its nodes, in keys of steps and in the run config.
        feed: what feeds an input of the graph; ``None`` for nothing.
        definition: the definition of the assets it makes, if it makes some.
        assets: the assets that outputs of its computations are.
        wanted: the outputs of its computations that are to be made; all when ``None``.
        selected: the assets that are asked for.
        made: the assets that steps of the plan make.
    """

    flat: FlatGraph
    prefix: str = ""
    feed: Callable[[str], StepOutput | GivenValue | None] = lambda _name: None
    definition: AssetsDefinition | None = None
    assets: Mapping[OutputOf, AssetKey] = attrs.field(factory=dict)
    wanted: Collection[OutputOf] | None = None
    selected: frozenset[AssetKey] = frozenset()
    made: Collection[AssetKey] = ()

    def output(self, output: OutputOf) -> StepOutput:
        """Return the value that an output of one of its computations is."""
        node = self.flat.nodes[output.path]
        out = node.op.outs[output.output]
        return StepOutput(
            self._key(node),
            output.output,
            self.assets.get(output, out.asset_key),
            out.io_manager_key,
            out.metadata,
            out.is_required,
            out.is_dynamic,
        )

    def steps(self) -> Iterator[Step]:
        """Yield its steps, each after those it reads from."""
        needed = None if self.wanted is None else {output.path for output in self.wanted}
        for path, node in self.flat.nodes.items():
            if needed is None or path in needed:
                yield self._step(node)

    def _step(self, node: FlatNode) -> Step:
        outputs = (OutputOf(node.path, name) for name in node.op.outs)
        over = node.over
        return Step(
            self._key(node),
            node.op,
            tuple(
                self._input(name, inp, node.sources.get(name))
                for name, inp in node.op.ins.items()
                if not inp.orders_only
            ),
            tuple(self.output(output) for output in outputs if self.wanted is None or output in self.wanted),
            tuple(
                dict.fromkeys(
                    need
                    for source in node.sources.values()
                    if not isinstance(source, Several | Collected)
                    for need in self._waits(source)
                )
            ),
            self.definition,
            (*((self.prefix,) if self.prefix else ()), *node.path),
            node.tags,
            node.hooks,
            node.retry_policy,
            self.selected,
            tuple(
                tuple(dict.fromkeys(self._waits(source)))
                for source in node.sources.values()
                if isinstance(source, Several | Collected)
            ),
            None if over is None else self._step_output(over),
        )

    def _step_output(self, output: OutputOf) -> tuple[str, str]:
        return self._key(self.flat.nodes[output.path]), output.output

    def _over(self, output: OutputOf) -> tuple[str, str]:
        return self._step_output(self.flat.nodes[output.path].over or output)

    def _key(self, node: FlatNode) -> str:
        names = (self.prefix, *node.path) if self.prefix else node.path
        return ".".join(names) + (EACH if node.over is not None else "")

    def _input(self, name: str, inp: In, source: Source | None) -> StepInput:
        fed = None if source is None else self._source(source)
        if fed is None:
            fed = GivenValue(inp.default_value) if inp.has_default else Unfed()
        return StepInput(name, fed, inp.input_manager_key or inp.root_manager_key, inp.metadata)

    def _source(self, source: Source) -> StepSource | None:
        if isinstance(source, OutputOf):
            return self.output(source)
        if isinstance(source, GraphInput):
            return self.feed(source.name)
        if isinstance(source, Collected):
            return CollectedOutput(self.output(source.of), self._over(source.of))
        fed = (self._source(each) for each in source.sources)
        return SeveralSources(tuple(each for each in fed if each is not None))

    def _waits(self, source: Source) -> Iterator[tuple[str, str]]:
        for output in outputs_in(source):
            yield self._step_output(output)
        for name in _graph_inputs(source):
            fed = self.feed(name)
            if isinstance(fed, StepOutput) and fed.asset_key in self.made:
                yield fed.step_key, fed.name


def _graph_inputs(source: Source) -> Iterator[str]:
    if isinstance(source, GraphInput):
        yield source.name
    elif isinstance(source, Several):
        for each in source.sources:
            yield from _graph_inputs(each)
