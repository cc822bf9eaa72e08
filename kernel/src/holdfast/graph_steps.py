"""From the computations of a graph to the steps of a plan."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property

import attrs

from holdfast.definitions.assets_definition import AssetsDefinition
from holdfast.definitions.dependencies import GraphInput
from holdfast.definitions.flattening import (
    Collected,
    FlatGraph,
    FlatNode,
    OpenInput,
    OutputOf,
    Several,
    Source,
    inputs_in,
    outputs_in,
)
from holdfast.definitions.in_out import In
from holdfast.definitions.op import OpDefinition
from holdfast.errors import InvalidDefinitionError
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
from holdfast.types.config_values import value_loader
from holdfast.types.dagster_type import ANY_TYPE

__all__ = ["EACH", "GraphSteps", "unfed_input"]

EACH = "[?]"
"""Ends the key of a step that stands for one step for each mapping key."""


@attrs.frozen(eq=False, slots=False)
class GraphSteps:
    """Makes the steps of a graph.

    Attributes:
        flat: its computations.
        prefix: what stands before the names of its nodes, in keys of steps and in the run config.
        feed: what feeds an input of the graph; ``None`` for nothing.
        definition: the definition of the assets it makes, if it makes some.
        wanted: the outputs of its computations that are to be made; all when ``None``.
        selected: the assets that are asked for.
        made: the assets that steps of the plan make.
    """

    flat: FlatGraph
    prefix: str = ""
    feed: Callable[[str], StepOutput | GivenValue | None] = lambda _name: None
    definition: AssetsDefinition | None = None
    wanted: Collection[OutputOf] | None = None
    selected: frozenset[AssetKey] = frozenset()
    made: Collection[AssetKey] = ()

    @cached_property
    def _assets(self) -> Mapping[OutputOf, AssetKey]:
        """The assets that outputs of its computations are."""
        keys = {} if self.definition is None else self.definition.node_keys_by_output_name
        return {self.flat.outputs[name]: key for name, key in keys.items()}

    def output(self, output: OutputOf) -> StepOutput:
        """Return the value that an output of one of its computations is."""
        node, key = self.flat.nodes[output.path], self._assets.get(output)
        metadata = None if self.definition is None or key is None else self.definition.metadata_by_key[key]
        return StepOutput.of(self._key(node), node.op, output.output, key, metadata)

    def steps(self) -> Iterator[Step]:
        """Yield its steps, each after those it reads from."""
        needed = None if self.wanted is None else {output.path for output in self.wanted}
        for path, node in self.flat.nodes.items():
            if needed is None or path in needed:
                yield self._step(node)

    def _step(self, node: FlatNode) -> Step:
        outputs = [OutputOf(node.path, name) for name in node.op.outs]
        asked = outputs if self.wanted is None else [each for each in outputs if each in self.wanted]
        over = node.over
        return Step(
            self._key(node),
            node.op,
            tuple(self._input(node, name, inp) for name, inp in node.op.ins.items() if not inp.orders_only),
            tuple(map(self.output, asked)),
            tuple(
                dict.fromkeys(
                    need
                    for source in node.sources.values()
                    if not isinstance(source, Several | Collected)
                    for need in self._waits(source)
                )
            ),
            self.definition,
            self._path(node.path),
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
            spare=tuple(
                self.output(output)._replace(is_required=False) for output in outputs if output not in asked
            ),
        )

    def _step_output(self, output: OutputOf) -> tuple[str, str]:
        return self._key(self.flat.nodes[output.path]), output.output

    def _over(self, output: OutputOf) -> tuple[str, str]:
        return self._step_output(self.flat.nodes[output.path].over or output)

    def _key(self, node: FlatNode) -> str:
        return ".".join(self._path(node.path)) + (EACH if node.over is not None else "")

    def _input(self, node: FlatNode, name: str, inp: In) -> StepInput:
        source = node.sources.get(name)
        fed = Unfed(self._path(node.path), name) if source is None else self._source(source)
        if isinstance(fed, Unfed):
            return unfed_input(node.op, name, fed)
        return StepInput(name, fed, inp.input_manager_key, inp.metadata)

    def _path(self, path: tuple[str, ...]) -> tuple[str, ...]:
        return (self.prefix, *path) if self.prefix else path

    def _source(self, source: Source) -> StepSource:
        if isinstance(source, OutputOf):
            return self.output(source)
        if isinstance(source, GraphInput):
            return self.feed(source.name) or Unfed(self._path(()), source.name)
        if isinstance(source, OpenInput):
            return Unfed(self._path(source.path), source.name)
        if isinstance(source, Collected):
            return CollectedOutput(self.output(source.of), self._over(source.of))
        return SeveralSources(tuple(map(self._source, source.sources)))

    def _waits(self, source: Source) -> Iterator[tuple[str, str]]:
        for output in outputs_in(source):
            yield self._step_output(output)
        for name in inputs_in(source):
            fed = self.feed(name)
            # Of an asset that it makes itself, it reads earlier partitions.
            key = fed.asset_key if isinstance(fed, StepOutput) else None
            if isinstance(fed, StepOutput) and key in self.made and key not in self.selected:
                yield fed.step_key, fed.name


def unfed_input(op: OpDefinition, name: str, source: Unfed) -> StepInput:
    """Return an input that no step and no stored value feeds.

    Args:
        op: the computation.
        name: the input.
        source: where the run config may give its value.

    Raises:
        InvalidDefinitionError: nothing could ever give it a value.
    """
    inp = op.ins[name]
    manager_key = inp.input_manager_key or inp.root_manager_key
    if source.path and not inp.has_default and manager_key is None:
        dagster_type = op.input_types.get(name, ANY_TYPE)
        if value_loader(dagster_type) is None:
            raise InvalidDefinitionError(
                f"Nothing feeds the input '{source.name}' of '{'.'.join(source.path)}', and run config "
                f"cannot give a value of the type {dagster_type.display_name}. Connect it to an output, or "
                "give it a default, an input manager or a type with a loader."
            )
    source = attrs.evolve(source, default=inp.default_value)
    return StepInput(name, source, manager_key, inp.metadata)
