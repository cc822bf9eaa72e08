"""From what the user's function gave to stored outputs, and the events that say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from time import time
from types import GeneratorType
from typing import Any

import attrs

from holdfast.contexts import OutputContext
from holdfast.definitions.output import DynamicOutput, Output
from holdfast.errors import InvariantViolationError, did_you_mean
from holdfast.events import Event, EventType, OutputData
from holdfast.execution.checking import check_context
from holdfast.execution.session import Session, identity
from holdfast.metadata import MetadataValue, normalize_metadata
from holdfast.plan import Step, StepOutput
from holdfast.reports import AssetMaterialization, AssetObservation, ExpectationResult
from holdfast.types.dagster_type import ANY_TYPE, check_value

__all__ = ["Report", "report_event", "store_outputs"]

Report = AssetMaterialization | AssetObservation | ExpectationResult
"""What user code may say beside its outputs."""

_OUTPUT = EventType.STEP_OUTPUT  # looking a member up on its class takes longer than making an event
_HANDLED = EventType.HANDLED_OUTPUT
_MADE = EventType.ASSET_MATERIALIZATION
_NO_METADATA: Mapping[str, MetadataValue] = {}
_NO_KEYS: Mapping[str, tuple[str, ...]] = {}


def store_outputs(
    session: Session, step: Step, result: Any, events: list[Event]
) -> tuple[tuple[str, ...], Mapping[str, tuple[str, ...]]]:
    """Store what a computation returned or yields, each value as soon as it is there.

    Args:
        session: the run in this process.
        step: the step that was computed.
        result: what its function returned.
        events: what happened is added here.

    Returns:
        The names of the outputs that were not made and need not be, and the mapping keys of the values of
        each dynamic output.

    Raises:
        InvariantViolationError: the outputs are not those of the definition.
        TypeCheckDidNotPass: a value is not of its output's type; it is not stored.
    """
    expected = _Expected(step)
    for item in (
        result
        if isinstance(result, GeneratorType) or step.op.takes_inputs_together
        else _returned(step, result)
    ):
        if isinstance(item, Output):
            output = expected.claim(item.output_name)
            _store(session, step, output, item.value, item.metadata, events)
        elif isinstance(item, DynamicOutput):
            output = expected.claim_each(item.output_name, item.mapping_key)
            _store(session, step, output, item.value, item.metadata, events, item.mapping_key)
        elif isinstance(item, Report):
            events.append(report_event(session, step, item))
        else:
            raise InvariantViolationError(
                f"{step.title} yielded {item!r}. A generator yields Output(value, output_name), "
                "DynamicOutput, AssetMaterialization, AssetObservation or ExpectationResult."
            )
    return expected.left_out(), expected.mapping_keys


def report_event(session: Session, step: Step, report: Report) -> Event:
    """Return the event that records a report of the user's."""
    if isinstance(report, ExpectationResult):
        kind = EventType.STEP_EXPECTATION_RESULT
        return Event(kind, session.run_id, time(), step.key, None, report)
    made = isinstance(report, AssetMaterialization)
    kind = EventType.ASSET_MATERIALIZATION if made else EventType.ASSET_OBSERVATION
    return Event(kind, session.run_id, time(), step.key, report.asset_key, report)


class _Expected:
    """The outputs that a step is to make, and those it has made so far."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._missing = {output.name: output for output in step.outputs + step.spare}
        self.mapping_keys = _NO_KEYS

    def claim(self, name: str) -> StepOutput:
        output = self._missing.pop(name, None)
        if output is None:
            raise InvariantViolationError(self._unexpected(name))
        if output.is_dynamic:
            raise InvariantViolationError(
                f"{self._step.title} made an Output of the dynamic output '{name}'. Make a DynamicOutput of "
                "each value, with a mapping key."
            )
        return output

    def claim_each(self, name: str, mapping_key: str) -> StepOutput:
        output = self._missing.get(name)
        if output is None:
            raise InvariantViolationError(self._unexpected(name))
        if not output.is_dynamic:
            raise InvariantViolationError(
                f"{self._step.title} made a DynamicOutput of '{name}', which is not dynamic. Make an Output, "
                "or declare it as DynamicOut."
            )
        made = self.mapping_keys.get(name, ())
        if mapping_key in made:
            raise InvariantViolationError(
                f"{self._step.title} made the output '{name}' twice for the mapping key '{mapping_key}'."
            )
        self.mapping_keys = {**self.mapping_keys, name: (*made, mapping_key)}
        return output

    def left_out(self) -> tuple[str, ...]:
        names = []
        for output in self._missing.values():
            if output.is_dynamic:
                self.mapping_keys = {output.name: (), **self.mapping_keys}
            elif output.is_required:
                asset = "" if output.asset_key is None else f" (asset '{output.asset_key}')"
                raise InvariantViolationError(
                    f"{self._step.title} did not return or yield the required output '{output.name}'{asset}. "
                    "Make it, or say is_required=False or output_required=False."
                )
            else:
                names.append(output.name)
        return tuple(names)

    def _unexpected(self, name: str) -> str:
        step = self._step
        if name not in step.op.outs:
            return (
                f"{step.title} yielded an output '{name}', which its definition does not have."
                f"{did_you_mean(name, step.op.outs)}"
            )
        return f"{step.title} yielded the output '{name}' more than once."


def _returned(step: Step, result: Any) -> Iterable[Any]:
    outs = step.op.outs
    if len(outs) > 1:
        return _returned_together(step, result)
    if isinstance(result, Output | DynamicOutput):
        return (result,)
    if not outs:
        return _nothing(step, result)
    ((name, out),) = outs.items()
    if out.is_dynamic:
        return _dynamic(step, name, result)
    if result is None and not out.is_required:
        return ()
    return (Output(result, name),)


def _returned_together(step: Step, result: Any) -> Iterator[Any]:
    names = list(step.op.outs)
    if not isinstance(result, tuple) or len(result) != len(names):
        got = f"a tuple of {len(result)}" if isinstance(result, tuple) else f"a {type(result).__name__}"
        raise InvariantViolationError(
            f"{step.title} makes {len(names)} outputs ({', '.join(names)}) and returned {got}. "
            "Return a tuple of values in this order, or yield an Output for each."
        )
    selected = {output.name: output for output in step.outputs + step.spare}
    for name, value in zip(names, result, strict=True):
        if isinstance(value, Output):
            yield value
        elif step.op.outs[name].is_dynamic:
            yield from _dynamic(step, name, value)
        elif name in selected and (value is not None or selected[name].is_required):
            yield Output(value, name)


def _nothing(step: Step, result: Any) -> Iterable[Any]:
    if result is not None:
        raise InvariantViolationError(f"{step.title} has no outputs and returned {result!r}.")
    return ()


def _dynamic(step: Step, name: str, values: Any) -> Iterable[DynamicOutput[Any]]:
    if not isinstance(values, list) or not all(isinstance(each, DynamicOutput) for each in values):
        raise InvariantViolationError(
            f"{step.title}: return a list of DynamicOutput for the dynamic output '{name}', not {values!r}."
        )
    return values


def _store(
    session: Session,
    step: Step,
    output: StepOutput,
    value: Any,
    metadata: Mapping[str, MetadataValue],
    events: list[Event],
    mapping_key: str | None = None,
) -> None:
    run_id, step_key, asset_key, name = session.run_id, step.key, output.asset_key, output.name
    types = step.op.output_types
    if name in types:
        what = f"Output '{name}' of {step.title}"
        check_value(types[name], value, check_context(session, types[name], what), what)
    events.append(Event(_OUTPUT, run_id, time(), step_key, None, OutputData(name, metadata=metadata)))
    manager, config, required = session.resources.io_manager(output.manager_key, asset_key or step_key)
    version = step.op.version
    context = OutputContext(
        step_key=step_key,
        name=name,
        run_id=run_id,
        metadata=output.metadata,
        mapping_key=mapping_key,
        config=session.op_config(step).outputs.get(name),
        dagster_type=types.get(name, ANY_TYPE),
        version=version,
        resource_config=config,
        resources=required,
        op_def=step.op,
        asset_info=asset_key,
    )
    said = manager.handle_output(context, value)
    added = context.added_metadata
    if said is not None or added:
        metadata = {**metadata, **added, **_metadata_of(session, step, output, said, events)}
    if asset_key is not None:
        tags = None if version is None else {"holdfast/op_version": version}
        made = AssetMaterialization(asset_key, tags=tags, metadata=metadata)
        events.append(Event(_MADE, run_id, time(), step_key, asset_key, made))
    events.append(Event(_HANDLED, run_id, time(), step_key, None, OutputData(name, output.manager_key)))
    if mapping_key is not None:
        output = attrs.evolve(output, mapping_key=mapping_key)
    session.stored[identity(output)] = context
    if session.values is not None:
        if mapping_key is None:
            session.values[step_key, name] = value
        else:
            session.values.setdefault((step_key, name), {})[mapping_key] = value


def _metadata_of(
    session: Session, step: Step, output: StepOutput, said: Any, events: list[Event]
) -> Mapping[str, MetadataValue]:
    if said is None or isinstance(said, Mapping):
        return normalize_metadata(said)
    metadata: dict[str, MetadataValue] = {}
    for item in said if isinstance(said, Iterable) else (said,):
        if isinstance(item, Mapping):
            metadata.update(normalize_metadata(item))
        elif isinstance(item, Report):
            events.append(report_event(session, step, item))
        else:
            raise InvariantViolationError(
                f"The IO manager '{output.manager_key}' returned {item!r} when it stored "
                f"'{output.asset_key or output.name}'. handle_output returns None or a mapping of metadata."
            )
    return metadata
