"""From what the user's function gave to stored outputs, and the events that say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from time import time
from types import GeneratorType
from typing import Any

from holdfast.contexts import OutputContext
from holdfast.definitions.output import Output
from holdfast.errors import InvariantViolationError, did_you_mean
from holdfast.events import AssetMaterialization, AssetObservation, Event, EventType, OutputData
from holdfast.execution.session import Session
from holdfast.metadata import MetadataValue, normalize_metadata
from holdfast.plan import Step, StepOutput

__all__ = ["report_event", "store_outputs"]

_OUTPUT = EventType.STEP_OUTPUT  # looking a member up on its class takes longer than making an event
_HANDLED = EventType.HANDLED_OUTPUT
_MADE = EventType.ASSET_MATERIALIZATION
_NO_METADATA: Mapping[str, MetadataValue] = {}


def store_outputs(session: Session, step: Step, result: Any, events: list[Event]) -> tuple[str, ...]:
    """Store what a computation returned or yields, each value as soon as it is there.

    Args:
        session: the run in this process.
        step: the step that was computed.
        result: what its function returned.
        events: what happened is added here.

    Returns:
        The names of the outputs that were not made and need not be.

    Raises:
        InvariantViolationError: the outputs are not those of the definition.
    """
    missing = {output.name: output for output in step.outputs}
    if isinstance(result, GeneratorType):
        for item in result:
            if isinstance(item, Output):
                _store(
                    session, step, _claim(step, item.output_name, missing), item.value, item.metadata, events
                )
            elif isinstance(item, AssetMaterialization | AssetObservation):
                events.append(report_event(session, step, item))
            else:
                raise InvariantViolationError(
                    f"{step.title} yielded {item!r}. A generator yields Output(value, "
                    "output_name), AssetMaterialization or AssetObservation."
                )
    else:
        for name, value, metadata in _returned(step, result):
            _store(session, step, _claim(step, name, missing), value, metadata, events)
    for output in missing.values():
        if output.is_required:
            raise InvariantViolationError(
                f"{step.title} did not return or yield the required output '{output.name}' "
                f"(asset '{output.asset_key}'). Make it, or say is_required=False or output_required=False."
            )
    return tuple(missing)


def report_event(session: Session, step: Step, report: AssetMaterialization | AssetObservation) -> Event:
    """Return the event that records a report of the user's."""
    made = isinstance(report, AssetMaterialization)
    kind = EventType.ASSET_MATERIALIZATION if made else EventType.ASSET_OBSERVATION
    return Event(kind, session.run_id, time(), step.key, report.asset_key, report)


_Returned = tuple[str, Any, Mapping[str, MetadataValue]]


def _returned(step: Step, result: Any) -> Iterable[_Returned]:
    if len(step.op.outs) > 1:
        return _returned_together(step, result)
    if isinstance(result, Output):
        return [(result.output_name, result.value, result.metadata)]
    output = step.outputs[0]
    if result is None and not output.is_required:
        return []
    return [(output.name, result, _NO_METADATA)]


def _returned_together(step: Step, result: Any) -> Iterator[_Returned]:
    names = list(step.op.outs)
    if not isinstance(result, tuple) or len(result) != len(names):
        got = f"a tuple of {len(result)}" if isinstance(result, tuple) else f"a {type(result).__name__}"
        raise InvariantViolationError(
            f"{step.title} makes {len(names)} outputs ({', '.join(names)}) and returned {got}. "
            "Return a tuple of values in this order, or yield an Output for each."
        )
    selected = {output.name: output for output in step.outputs}
    for name, value in zip(names, result, strict=True):
        if isinstance(value, Output):
            yield name, value.value, value.metadata
        elif name in selected and (value is not None or selected[name].is_required):
            yield name, value, _NO_METADATA


def _claim(step: Step, name: str, missing: dict[str, StepOutput]) -> StepOutput:
    output = missing.pop(name, None)
    if output is not None:
        return output
    if name not in step.op.outs:
        raise InvariantViolationError(
            f"{step.title} yielded an output '{name}', which its definition does not have."
            f"{did_you_mean(name, step.op.outs)}"
        )
    again = any(name == output.name for output in step.outputs)
    problem = "more than once" if again else "though it is not selected (context.selected_output_names)"
    raise InvariantViolationError(f"{step.title} yielded the output '{name}' {problem}.")


def _store(
    session: Session,
    step: Step,
    output: StepOutput,
    value: Any,
    metadata: Mapping[str, MetadataValue],
    events: list[Event],
) -> None:
    run_id, step_key, asset_key = session.run_id, step.key, output.asset_key
    events.append(Event(_OUTPUT, run_id, time(), step_key, None, OutputData(output.name)))
    manager, config = session.resources.io_manager(output.manager_key, asset_key)
    version = step.op.version
    context = OutputContext(
        step_key=step_key,
        name=output.name,
        run_id=run_id,
        metadata=output.metadata,
        version=version,
        resource_config=config,
        op_def=step.op,
        asset_info=asset_key,
    )
    said = manager.handle_output(context, value)
    added = context.added_metadata
    if said is not None or added:
        metadata = {**metadata, **added, **_metadata_of(session, step, output, said, events)}
    materialization = AssetMaterialization(
        asset_key, tags=None if version is None else {"holdfast/op_version": version}, metadata=metadata
    )
    events.append(Event(_MADE, run_id, time(), step_key, asset_key, materialization))
    handled = OutputData(output.name, output.manager_key)
    events.append(Event(_HANDLED, run_id, time(), step_key, None, handled))
    session.stored[asset_key] = context
    if session.values is not None:
        session.values[step_key, output.name] = value


def _metadata_of(
    session: Session, step: Step, output: StepOutput, said: Any, events: list[Event]
) -> Mapping[str, MetadataValue]:
    if said is None or isinstance(said, Mapping):
        return normalize_metadata(said)
    metadata: dict[str, MetadataValue] = {}
    for item in said if isinstance(said, Iterable) else (said,):
        if isinstance(item, Mapping):
            metadata.update(normalize_metadata(item))
        elif isinstance(item, AssetMaterialization | AssetObservation):
            events.append(report_event(session, step, item))
        else:
            raise InvariantViolationError(
                f"The IO manager '{output.manager_key}' returned {item!r} when it stored "
                f"'{output.asset_key}'. handle_output returns None or a mapping of metadata."
            )
    return metadata
