"""What only the run knows of a step: for which values of a dynamic output it runs, and what lists hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from holdfast.graph_steps import EACH
from holdfast.plan import CollectedOutput, SeveralSources, Step, StepInput, StepOutput, StepSource

__all__ = ["Resolution", "copy_key", "needs_resolution", "resolve"]


@attrs.frozen
class Resolution:
    """What a run found out before a step starts; small and picklable.

    Attributes:
        mapping_key: the value of the dynamic output that the step runs for.
        found: by step and dynamic output, the mapping keys that it made.
        lost: outputs that were not made, by step and name.
    """

    mapping_key: str | None = None
    found: Mapping[tuple[str, str], tuple[str, ...]] = attrs.field(factory=dict)
    lost: frozenset[tuple[str, str]] = frozenset()


def needs_resolution(step: Step) -> bool:
    """Return whether a step is not complete before the run."""
    return step.over is not None or bool(step.any_of)


def copy_key(step_key: str, mapping_key: str) -> str:
    """Return the key of the step that runs for one value in place of a step that stands for all."""
    return f"{step_key.removesuffix(EACH)}[{mapping_key}]"


def resolve(step: Step, resolution: Resolution) -> Step:
    """Return a step with what the run found out."""
    inputs = tuple(_input(inp, step.over, resolution) for inp in step.inputs)
    key = resolution.mapping_key
    if key is None:
        return step._replace(inputs=inputs)
    own = copy_key(step.key, key)
    outputs, spare = (
        tuple(output._replace(step_key=own) for output in group) for group in (step.outputs, step.spare)
    )
    return step._replace(key=own, inputs=inputs, outputs=outputs, spare=spare, mapping_key=key)


def _input(inp: StepInput, over: tuple[str, str] | None, resolution: Resolution) -> StepInput:
    source = inp.source
    if isinstance(source, SeveralSources | CollectedOutput):
        return inp._replace(source=SeveralSources(tuple(_each(source, over, resolution))))
    if isinstance(source, StepOutput):
        return inp._replace(source=_of_copy(source, over, resolution.mapping_key))
    return inp


def _each(source: StepSource, over: tuple[str, str] | None, resolution: Resolution) -> Iterator[StepSource]:
    if isinstance(source, SeveralSources):
        for each in source.sources:
            yield from _each(each, over, resolution)
    elif isinstance(source, CollectedOutput):
        for key in resolution.found[source.over]:
            yield from _kept(_of_copy(source.output, source.over, key), resolution)
    elif isinstance(source, StepOutput):
        yield from _kept(_of_copy(source, over, resolution.mapping_key), resolution)
    else:
        yield source


def _kept(output: StepOutput, resolution: Resolution) -> Iterator[StepOutput]:
    if (output.step_key, output.name) not in resolution.lost:
        yield output


def _of_copy(output: StepOutput, over: tuple[str, str] | None, mapping_key: str | None) -> StepOutput:
    if mapping_key is None:
        return output
    if (output.step_key, output.name) == over:
        return output._replace(mapping_key=mapping_key)
    if output.step_key.endswith(EACH):
        return output._replace(step_key=copy_key(output.step_key, mapping_key))
    return output
