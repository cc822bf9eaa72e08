"""The steps of a plan for partitions: each step at the partitions it runs for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from holdfast.definitions.assets_definition import AssetsDefinition
from holdfast.errors import InvalidDefinitionError, InvariantViolationError, UnknownPartitionError
from holdfast.keys import AssetKey
from holdfast.partition_choice import Moment, Subsets
from holdfast.partition_edges import edge_mapping
from holdfast.partitions.definition import PartitionsDefinition, PartitionsSubset
from holdfast.partitions.mapping import PartitionMapping
from holdfast.plan import CollectedOutput, Need, Plan, SeveralSources, Step, StepOutput, StepSource

__all__ = ["PARTITIONS_TAG", "Edge", "Units", "partitioned_plan"]

PARTITIONS_TAG = "holdfast/partitions"
"""The tag of a computation that says whether it takes the partitions of a run ``together`` or ``each``."""

Reads = tuple[PartitionMapping, PartitionsDefinition, bool]
"""How a step reads a partitioned asset: the mapping, the asset's partitions, whether it gets a mapping."""


def partitioned_plan(
    plan: Plan,
    subsets: Subsets,
    moment: Moment,
    *,
    run: PartitionsSubset | None = None,
    together: bool = False,
) -> Plan:
    """Return the plan that makes some partitions of the assets of a plan.

    Args:
        plan: the plan; none of its steps is partitioned.
        subsets: the partitions of each asset. An asset of which there are none is left out.
        moment: the moment of the run.
        run: what steps that make no partitioned assets run for, if the run is for partitions of a job.
        together: whether each computation takes all its partitions in one call.

    Returns:
        A plan whose steps are at their partitions, where each has one, or takes its own together; else one
        whose steps stand for others, its `Plan.units`.

    Raises:
        InvalidDefinitionError: the partitions of two assets do not fit, or a computation with dynamic outputs
            is to run for many partitions.
    """
    at = _Partitioned(plan, subsets, moment)
    kept = {key: step for key, step in plan.steps.items() if at.partitions[key] is not None or at.whole(step)}
    apart = [] if together else [step for step in kept.values() if at.is_apart(step)]
    if all(len(at.partitions[step.key] or ()) == 1 for step in apart):
        steps = {key: at.step(step, at.partitions[key] or run, kept) for key, step in kept.items()}
        return attrs.evolve(plan, steps=steps)
    for step in kept.values():
        if step.over is not None or step.any_of:
            raise InvalidDefinitionError(
                f"{step.title} is made with dynamic outputs or lists of outputs, which cannot run for many "
                f"partitions of one run. Run it for one partition at a time, or tag it {PARTITIONS_TAG!r}: "
                "'together'."
            )
    units = Units(at, kept, {step.key for step in apart})
    return attrs.evolve(plan, steps=units.templates, units=units)


class _Partitioned:
    """What the steps of a plan are at partitions."""

    def __init__(self, plan: Plan, subsets: Subsets, moment: Moment) -> None:
        self.plan, self.moment, self._subsets = plan, moment, subsets
        self.partitions = {key: self._partitions(step) for key, step in plan.steps.items()}
        self._made = {
            (output.step_key, output.name): output.asset_key
            for step in plan
            for output in (*step.outputs, *step.spare)
        }
        self._reads: dict[tuple[str, AssetKey], Reads | None] = {}

    def whole(self, step: Step) -> bool:
        """Return whether the assets of a step have no partitions."""
        return getattr(step.definition, "partitions_def", None) is None

    def is_apart(self, step: Step) -> bool:
        """Return whether a step stands for one for each partition."""
        if self.partitions[step.key] is None:
            return False
        said = step.tags.get(PARTITIONS_TAG, "each")
        if said not in ("each", "together"):
            raise InvalidDefinitionError(
                f"{step.title}: the tag {PARTITIONS_TAG!r} is 'each' or 'together', not {said!r}."
            )
        return said == "each"

    def step(
        self, step: Step, partitions: PartitionsSubset | None, kept: Mapping[str, Step], suffix: str = ""
    ) -> Step:
        """Return a step at its partitions.

        Args:
            step: the step.
            partitions: what it runs for.
            kept: the steps of the plan.
            suffix: what its key, and those of the other steps of its call, have behind them.
        """
        own = None if self.whole(step) else partitions
        key = step.key + suffix

        def made(output: StepOutput) -> StepOutput:
            of_asset = None if output.asset_key is None else own
            return output._replace(step_key=key, partitions=of_asset)

        def source(given: StepSource) -> StepSource:
            if isinstance(given, SeveralSources):
                return SeveralSources(tuple(map(source, given.sources)))
            if isinstance(given, CollectedOutput):
                return attrs.evolve(given, output=read(given.output))
            return read(given) if isinstance(given, StepOutput) else given

        def read(output: StepOutput) -> StepOutput:
            if output.asset_key is None:
                return output._replace(step_key=output.step_key + suffix)
            return self._at(step, output, own)

        return step._replace(
            key=key,
            inputs=tuple([inp._replace(source=source(inp.source)) for inp in step.inputs]),
            outputs=tuple(map(made, step.outputs)),
            spare=tuple(map(made, step.spare)),
            waits_for=tuple([need for need in step.waits_for if self._waits(step, need, own, kept)]),
            any_of=tuple(tuple(n for n in group if n[0] in kept) for group in step.any_of),
            partitions=partitions,
        )

    def made(self, need: Need) -> AssetKey | None:
        """Return the asset that an output of a step is, if it is one."""
        return self._made[need]

    def maker(self, key: AssetKey) -> Need | None:
        """Return the output that an asset is, if the plan makes it."""
        return next((need for need, made in self._made.items() if made == key), None)

    def reads(self, step: Step, key: AssetKey) -> Reads | None:
        """Return how a step reads an asset; ``None`` when that has no partitions."""
        place = step.key, key
        if place not in self._reads:
            self._reads[place] = self._read(step, key)
        return self._reads[place]

    def is_inner(self, step: Step, need: Need) -> bool:
        """Return whether a step reads what its own call makes, at the same partitions."""
        own = self._made[need] in step.selected and len(step.path) > 1
        return own and (need in step.waits_for or any(need in group for group in step.any_of))

    def _waits(self, step: Step, need: Need, own: PartitionsSubset | None, kept: Mapping[str, Step]) -> bool:
        """Return whether a step waits for another, of which it may read none of the partitions made."""
        if need[0] not in kept:
            return False
        made, theirs = self._made[need], self.partitions[need[0]]
        if made is None or theirs is None or self.is_inner(step, need):
            return True
        reads = self.reads(step, made)
        return reads is None or bool(reads[0].upstream_subset(own, reads[1]) & theirs)

    def _read(self, step: Step, key: AssetKey) -> Reads | None:
        graph = self.plan.graph
        upstream = graph[key]
        if upstream.partitions_def is None:
            return None
        reader = graph[next(iter(step.selected))]
        mapping = edge_mapping(reader, upstream, self.moment.mappings)
        assert mapping is not None
        above = self.moment.still(upstream.partitions_def)
        below = None if reader.partitions_def is None else self.moment.still(reader.partitions_def)
        return mapping, above, mapping.finds_several(above, below)

    def _at(self, step: Step, output: StepOutput, own: PartitionsSubset | None) -> StepOutput:
        assert output.asset_key is not None
        if output.asset_key in step.selected and self.is_inner(step, (output.step_key, output.name)):
            return output._replace(partitions=own)
        reads = self.reads(step, output.asset_key)
        if reads is None:
            return output
        mapping, definition, several = reads
        try:
            found = mapping.upstream_subset(own, definition)
        except UnknownPartitionError as error:
            where = f"{error.hint} {step.title} reads it from '{output.asset_key}'."
            raise UnknownPartitionError(error.key, error.partitions, where) from None
        if own is not None and output.asset_key in step.selected:
            found -= own  # of an asset that reads itself, what was made before
        if own is not None and len(own) > 1 and not mapping.same_for_every_partition:
            several = True
        elif not several and len(found) > 1:
            raise InvariantViolationError(
                f"{step.title} reads {len(found)} partitions of '{output.asset_key}', but its "
                f"{type(mapping).__name__} did not find several where it was tried. Let its finds_several "
                "return True; the input is then always a mapping of values by partition key."
            )
        return output._replace(partitions=found, by_partition=several)

    def _partitions(self, step: Step) -> PartitionsSubset | None:
        found: PartitionsSubset | None = None
        if isinstance(step.definition, AssetsDefinition):
            for key in step.selected & self._subsets.keys():
                found = self._subsets[key] if found is None else found | self._subsets[key]
        return found or None


@attrs.frozen
class Edge:
    """What a step waits for, at its partitions.

    Attributes:
        need: the step and output that it waits for.
        mapping: how partitions of the two belong together; ``None`` where it is the same partition of both.
        upstream_def: the partitions of what it waits for.
    """

    need: Need
    mapping: PartitionMapping | None
    upstream_def: PartitionsDefinition | None


class Units:
    """The steps that the steps of a plan stand for.

    The step of a partition has the key of the step that stands for it, and the partition in brackets:
    ``orders[2024-01-01]``. Steps are made when they are asked for: nothing here lists partitions.

    Attributes:
        templates: the steps of the plan; those that stand for several are at all of their partitions.
        apart: the keys of those that stand for one for each partition.
    """

    def __init__(self, at: _Partitioned, kept: Mapping[str, Step], apart: set[str]) -> None:
        self._at, self._kept, self.apart = at, kept, apart
        self.templates = {key: at.step(step, at.partitions[key], kept) for key, step in kept.items()}
        self._waiting: dict[str, PartitionsSubset] = {}

    def __len__(self) -> int:
        return sum(len(self.subset(key) or ()) if key in self.apart else 1 for key in self.templates)

    @property
    def counts(self) -> dict[str, int]:
        """How many steps each step of the plan stands for, of those that stand for one for each partition."""
        return {key: len(self.subset(key) or ()) for key in self.templates if key in self.apart}

    def subset(self, key: str) -> PartitionsSubset | None:
        """Return the partitions of a step of the plan."""
        return self._at.partitions[key]

    def edges(self, key: str) -> Iterator[Edge]:
        """Yield what a step of the plan waits for."""
        step = self._kept[key]
        for need in step.waits_for:
            if need[0] not in self._kept:
                continue
            made = self._at.made(need)
            if self._at.partitions[need[0]] is None:
                yield Edge(need, None, None)
            elif made is None or self._at.is_inner(step, need):
                yield Edge(need, None, self._definition(need[0]))
            else:
                reads = self._at.reads(step, made)
                assert reads is not None
                yield Edge(need, *reads[:2])
        # An asset that waits for its own earlier partitions has no need of itself.
        for asset in step.selected if key in self.apart else ():
            if asset in self._at.plan.graph[asset].upstream:
                reads, maker = self._at.reads(step, asset), self._at.maker(asset)
                if reads is not None and maker is not None:
                    yield Edge(maker, *reads[:2])

    def key(self, template: str, partition: str, one: PartitionsSubset) -> str:
        """Return the key of the step of a partition, which will be asked for soon.

        Args:
            template: the step that stands for it.
            partition: the partition's key.
            one: the subset of it alone.
        """
        key = f"{template}[{partition}]"
        self._waiting[key] = one
        return key

    def step(self, key: str) -> Step:
        """Return the step of a key.

        Raises:
            KeyError: there is none.
        """
        template, bracket, partition = key.partition("[")
        if not bracket or template not in self.apart:
            return self.templates[key]
        one = self._waiting.pop(key, None)
        if one is None:
            one = self._definition(template).subset([partition[:-1]])
        return self._at.step(self._kept[template], one, self._kept, key[len(template) :])

    def _definition(self, key: str) -> PartitionsDefinition:
        subset: Any = self._at.partitions[key]
        definition: PartitionsDefinition = subset.definition
        return definition
