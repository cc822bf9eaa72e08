"""The plan: which steps run, in which order, and why each is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

import attrs

from holdfast.asset_graph import AssetGraph
from holdfast.definitions.assets_definition import AssetsDefinition
from holdfast.definitions.in_out import UNSET
from holdfast.definitions.node_graph import NodeGraph
from holdfast.definitions.op import OpDefinition
from holdfast.definitions.source_asset import SourceAsset
from holdfast.keys import AssetKey
from holdfast.partitions.definition import PartitionsSubset
from holdfast.policies import RetryPolicy
from holdfast.selection import AssetSelection

__all__ = [
    "CollectedOutput",
    "GivenValue",
    "Need",
    "PartitionUnits",
    "Plan",
    "SeveralSources",
    "Step",
    "StepInput",
    "StepOutput",
    "StepSource",
    "Unfed",
    "make_step",
    "make_step_input",
]

_EMPTY: Mapping[str, Any] = MappingProxyType({})

Need = tuple[str, str]
"""An output of a step, as (step key, output name)."""


# What a plan holds of each asset are named tuples: a plan is made for every run, and tuples are made in a
# third of the time.


class StepOutput(NamedTuple):
    """A value that a step makes, or that was stored before.

    Attributes:
        step_key: the step that makes it; ``"none"`` for a source asset.
        name: the output's name.
        asset_key: the asset it is; ``None`` for a value between the computations of a graph.
        manager_key: the resource that stores and loads it.
        metadata: the metadata of its definition.
        is_required: whether its step must make it.
        is_dynamic: whether its step may make it any number of times, each under a mapping key.
        mapping_key: which one of these it is.
        op: the computation; ``None`` for a source asset.
        partitions: which of the asset's partitions it is, if the asset has any.
        by_partition: whether a reader gets a mapping of values by partition key.
    """

    step_key: str
    name: str
    asset_key: AssetKey | None
    manager_key: str
    metadata: Mapping[str, Any]
    is_required: bool = True
    is_dynamic: bool = False
    mapping_key: str | None = None
    op: OpDefinition | None = None
    partitions: PartitionsSubset | None = None
    by_partition: bool = False

    @classmethod
    def of(
        cls,
        step_key: str,
        op: OpDefinition,
        name: str,
        asset_key: AssetKey | None = None,
        metadata: Mapping[str, Any] | None = None,
        *,
        is_required: bool | None = None,
    ) -> StepOutput:
        """Return the value that an output of a computation is.

        Args:
            step_key: the step that makes it.
            op: the computation; it says what the other arguments leave open.
            name: the output's name.
            asset_key: the asset it is.
            metadata: the metadata of its definition.
            is_required: whether its step must make it.
        """
        out = op.outs[name]
        return cls(
            step_key,
            name,
            out.asset_key if asset_key is None else asset_key,
            out.io_manager_key,
            out.metadata if metadata is None else metadata,
            out.is_required if is_required is None else is_required,
            out.is_dynamic,
            op=op,
        )


@attrs.frozen
class CollectedOutput:
    """Everything that a dynamic output leads to, as a list; known once the step that makes it has run.

    Attributes:
        output: what stands for each value.
        over: the step and dynamic output that says how many there are.
    """

    output: StepOutput
    over: tuple[str, str]


@attrs.frozen
class SeveralSources:
    """Several values, as a list."""

    sources: tuple[StepSource, ...]


@attrs.frozen
class GivenValue:
    """A value that the caller gives."""

    value: Any = attrs.field(repr=False)


@attrs.frozen
class Unfed:
    """Nothing of the plan: the run config gives the value, or there is a default, or the input's own manager.

    Attributes:
        path: the names of the nodes that lead to where the run config gives it: to a computation, or to a
            graph around it whose input it is; none for an input of the job.
        name: the input there.
        default: its value where the run config says nothing; `UNSET` when there is none.
    """

    path: tuple[str, ...]
    name: str
    default: Any = UNSET


StepSource = StepOutput | SeveralSources | CollectedOutput | GivenValue | Unfed
"""Where the value of an input comes from."""


class StepInput(NamedTuple):
    """A value that a step is given.

    Attributes:
        name: the argument it is given as.
        source: where it comes from.
        manager_key: the resource that loads it; ``None`` for the one that stored it.
        metadata: the metadata of the input's definition.
    """

    name: str
    source: StepSource
    manager_key: str | None
    metadata: Mapping[str, Any]

    @property
    def stored(self) -> Sequence[StepOutput]:
        """The stored values that it is loaded from."""
        if type(self.source) is StepOutput:  # as nearly always
            return (self.source,)
        parts = [part.output if isinstance(part, CollectedOutput) else part for part in self._parts]
        return [part for part in parts if isinstance(part, StepOutput)]

    @property
    def unfed(self) -> Sequence[Unfed]:
        """What of it nothing of the plan feeds."""
        return [part for part in self._parts if isinstance(part, Unfed)]

    @property
    def _parts(self) -> tuple[StepSource, ...]:
        return self.source.sources if isinstance(self.source, SeveralSources) else (self.source,)


make_step_input: Callable[[tuple[str, StepSource, str | None, Mapping[str, Any]]], StepInput] = partial(
    tuple.__new__, StepInput
)
"""Makes a `StepInput` of a tuple of its fields, in half the time."""


class Step(NamedTuple):
    """One call of a computation.

    Attributes:
        key: its name, unique in the plan; one that ends in ``[?]`` stands for a step for each mapping key.
        op: the computation.
        inputs: the values it is given.
        outputs: the values it makes, those that are wanted.
        waits_for: the steps that must come first, each with the name of the output that is needed.
        any_of: for each input that is a list, the outputs in it: all are waited for, one at least is needed.
        definition: the definition of its assets, or of the source asset that it looks at; ``None`` in a job
            without assets.
        path: the names of the nodes that lead to it, where the run config has its config.
        tags: its labels.
        hooks: what is told of its success or failure.
        retry_policy: whether a failed attempt is tried again.
        selected: the assets, or the source asset, of its definition that the run asks for.
        over: the step and dynamic output for whose every value it runs once, if it does.
        mapping_key: which of these values it runs for.
        spare: outputs that nothing asks for; they are stored if they are made.
        partitions: the partitions that it runs for, if it runs for some.
    """

    key: str
    op: OpDefinition
    inputs: tuple[StepInput, ...]
    outputs: tuple[StepOutput, ...]
    waits_for: tuple[Need, ...] = ()
    definition: AssetsDefinition | SourceAsset | None = None
    path: tuple[str, ...] = ()
    tags: Mapping[str, str] = _EMPTY
    hooks: frozenset[Any] = frozenset()
    retry_policy: RetryPolicy | None = None
    selected: frozenset[AssetKey] = frozenset()
    any_of: tuple[tuple[Need, ...], ...] = ()
    over: Need | None = None
    mapping_key: str | None = None
    spare: tuple[StepOutput, ...] = ()
    partitions: PartitionsSubset | None = None

    @property
    def partition_key(self) -> str | None:
        """The one partition that it runs for; ``None`` when it runs for none, or for several at once."""
        return None if self.partitions is None else self.partitions.only_key

    @property
    def assets(self) -> tuple[AssetKey, ...]:
        """The assets it makes."""
        return tuple(output.asset_key for output in self.outputs if output.asset_key is not None)

    @property
    def made_partitions(self) -> tuple[str, ...]:
        """The partitions of its assets that it makes."""
        own = next((output.partitions for output in self.outputs if output.partitions is not None), None)
        return () if own is None else tuple(own)

    @property
    def title(self) -> str:
        """What messages call it: ``Asset 'a, b'``, or ``Step 'load'`` when it makes none."""
        assets = self.assets
        title = f"Asset '{', '.join(map(str, assets))}'" if assets else f"Step '{self.key}'"
        if self.partitions is None:
            return title
        key = self.partition_key
        return f"{title}, {len(self.partitions)} partitions" if key is None else f"{title}, partition {key!r}"

    @property
    def upstream(self) -> tuple[str, ...]:
        """The keys of the steps that must come first."""
        return tuple(dict.fromkeys(key for group in (self.waits_for, *self.any_of) for key, _ in group))


make_step: Callable[[tuple[Any, ...]], Step] = partial(tuple.__new__, Step)
"""Makes a `Step` of a tuple of all its fields, in half the time."""


class PartitionUnits(Protocol):
    """The steps that the steps of a plan stand for, one for each partition; see `holdfast.units`."""

    def step(self, key: str) -> Step:
        """Return the step of a key; `KeyError` when there is none."""
        ...

    @property
    def counts(self) -> Mapping[str, int]:
        """How many steps each step of the plan stands for, of those that stand for one for each partition."""
        ...

    def __len__(self) -> int: ...


@attrs.frozen(eq=False, slots=False)
class Plan:
    """The steps of a run, each after those it waits for.

    Attributes:
        graph: the assets it was made from; none in a job without assets.
        selection: what was asked for; all steps of a job without assets when ``None``.
        steps: the steps by key, in order.
        graphs: the graphs of computations that its steps come from, by the name before the keys of their
            steps; ``""`` for the graph of a job without assets.
        left_out: steps of the job that are not in the plan, though the run config may say something to them.
        units: where each step stands for a step for each partition, those; ``None`` where it stands for
            itself.
    """

    graph: AssetGraph
    selection: AssetSelection | None
    steps: Mapping[str, Step]
    graphs: Mapping[str, NodeGraph] = _EMPTY
    left_out: tuple[Step, ...] = ()
    units: PartitionUnits | None = None

    def step(self, key: str) -> Step:
        """Return the step of a key, that of one partition included.

        Raises:
            KeyError: there is none.
        """
        return self.steps[key] if self.units is None else self.units.step(key)

    @property
    def assets(self) -> tuple[AssetKey, ...]:
        """The assets it makes, in order."""
        return tuple(key for step in self for key in step.assets)

    @property
    def what(self) -> str:
        """What was asked for, in words."""
        return "all steps" if self.selection is None else str(self.selection)

    @cached_property
    def _reasons(self) -> Mapping[AssetKey, str]:
        if self.selection is None:
            return {}
        return self.selection.reasons(self.graph)  # one reason costs as much as all of them

    def reason(self, step: Step) -> str:
        """Return why a step is in the plan: how the selection reaches its assets."""
        if step.definition is None:
            return "a step of the job"
        # An asset that nobody asked for is made on the way to others of its graph.
        on_the_way = f"on the way to {', '.join(map(str, sorted(step.selected)))}"
        reasons = {str(key): self._reasons.get(key, on_the_way) for key in step.assets or step.selected}
        if len(set(reasons.values())) == 1:
            return next(iter(reasons.values()))
        return "; ".join(f"{key}: {reason}" for key, reason in reasons.items())

    def to_json(self) -> dict[str, Any]:
        """Return the plan as a dictionary that JSON can hold."""
        return {
            "selection": self.what,
            "steps": [
                {
                    "key": step.key,
                    "assets": [str(key) for key in step.assets],
                    "upstream": list(step.upstream),
                    "loads": _loads(step),
                    "reason": self.reason(step),
                    **({} if step.partitions is None else {"partitions": step.partitions.to_json()}),
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
        lines = [f"Plan of {count} for {self.what}"]
        width = len(str(len(self)))
        for number, step in enumerate(self, 1):
            lines.append(f"  {number:>{width}}. {step.key}: {self.reason(step)}")
            if step.partitions is not None:
                lines.append(f"  {'':>{width}}  {_partitions(step.partitions)}")
            made = ", ".join(map(str, step.assets))
            if made and made != step.key:
                lines.append(f"  {'':>{width}}  makes {made}")
            loads = _loads(step)
            if loads:
                lines.append(f"  {'':>{width}}  loads {', '.join(loads)}")
        return "\n".join(lines)


def _partitions(subset: PartitionsSubset) -> str:
    shown = [start if start == end else f"{start} to {end}" for start, end in islice(subset.ranges, 4)]
    more = ", ..." if len(shown) > 3 else ""
    count = "1 partition" if len(subset) == 1 else f"{len(subset):,} partitions"
    return f"{count}: {', '.join(shown[:3])}{more}"


def _loads(step: Step) -> list[str]:
    stored = (source for inp in step.inputs for source in inp.stored)
    return [str(source.asset_key or f"{source.step_key}.{source.name}") for source in stored]
