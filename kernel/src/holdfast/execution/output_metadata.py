"""What a computation says of an output before it makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from holdfast.errors import InvariantViolationError, did_you_mean
from holdfast.events import Event, EventType
from holdfast.execution.session import Session
from holdfast.metadata import MetadataValue
from holdfast.plan import Step

__all__ = ["metadata_adder"]


def metadata_adder(
    session: Session, step: Step, events: list[Event]
) -> Callable[[Mapping[str, MetadataValue], str | None, str | None], None]:
    """Return what keeps metadata for an output until that is stored, for one attempt of a step.

    Args:
        session: the run in this process; keeps the metadata.
        step: the step.
        events: what happened in the attempt so far; others are added to it.
    """
    session.output_metadata.pop(step.key, None)  # an attempt that failed may have left some

    def add(metadata: Mapping[str, MetadataValue], output_name: str | None, mapping_key: str | None) -> None:
        outs = step.op.outs
        if output_name is None:
            if len(outs) != 1:
                raise InvariantViolationError(
                    f"{step.title} has the outputs {', '.join(outs) or 'none'}: say with output_name which "
                    "one the metadata is of."
                )
            (output_name,) = outs
        if output_name not in outs:
            raise InvariantViolationError(
                f"{step.title} has no output '{output_name}'.{did_you_mean(output_name, outs)}"
            )
        if outs[output_name].is_dynamic is (mapping_key is None):
            problem = "is dynamic: give" if mapping_key is None else "is not dynamic: leave out"
            raise InvariantViolationError(
                f"The output '{output_name}' of {step.title} {problem} mapping_key."
            )
        output = output_name, mapping_key
        if any(
            event.type is EventType.STEP_OUTPUT and (event.data.output_name, event.data.mapping_key) == output
            for event in events
        ):
            raise InvariantViolationError(
                f"{step.title} made the output '{output_name}' already. Add its metadata before that, or "
                "give it to the Output."
            )
        session.output_metadata.setdefault(step.key, {}).setdefault(output, {}).update(metadata)

    return add
