"""Runs one step in this process: load its inputs, call the user's function, store what it makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from time import time
from types import GeneratorType
from typing import Any

import attrs

from holdfast.contexts import InputContext, OutputContext
from holdfast.definitions.output import Output
from holdfast.errors import InvariantViolationError, did_you_mean
from holdfast.events import (
    AssetMaterialization,
    AssetObservation,
    Event,
    EventType,
    InputData,
    OutputData,
    StepFailureData,
)
from holdfast.execution.op_context import OpExecutionContext
from holdfast.execution.resources import ResourcePool
from holdfast.failures import ErrorInfo
from holdfast.keys import AssetKey
from holdfast.metadata import MetadataValue, normalize_metadata
from holdfast.plan import Step, StepInput, StepOutput
from holdfast.policies import RetryRequested

__all__ = ["Session", "StepOutcome", "load_value", "run_step"]


@attrs.frozen(eq=False)
class Session:
    """What a process needs to run steps of one run.

    Attributes:
        run_id: the run.
        job_name: the job.
        steps: the steps of the plan by key.
        resources: the resources of this process.
        run_config: the run's config.
        tags: the run's tags.
        instance: the instance the run belongs to; ``None`` in a worker process.
        values: where the values of outputs are kept for the caller, by step key and output name; ``None`` to
            keep none.
    """

    run_id: str
    job_name: str
    steps: Mapping[str, Step]
    resources: ResourcePool
    run_config: Mapping[str, Any] = attrs.field(factory=dict)
    tags: Mapping[str, str] = attrs.field(factory=dict)
    instance: Any = None
    values: dict[tuple[str, str], Any] | None = None
    _stored: dict[AssetKey, OutputContext] = attrs.field(factory=dict, init=False, repr=False)

    def stored_with(self, source: StepOutput) -> OutputContext:
        """Return the context that a value was, or would be, stored with; made once for all its readers."""
        context = self._stored.get(source.asset_key)
        if context is None:
            context = self._stored[source.asset_key] = OutputContext(
                step_key=source.step_key,
                name=source.name,
                run_id=self.run_id,
                metadata=source.metadata,
                asset_info=source.asset_key,
                resource_config=self.resources.config(source.manager_key),
            )
        return context


@attrs.frozen
class StepOutcome:
    """How an attempt of a step ended.

    Attributes:
        step_key: the step.
        events: what happened, in order.
        error: what went wrong, if anything did.
        exception: the exception itself, in the process where it was raised.
        retry_in: the seconds after which the step is tried again, if it is.
        left_out: the outputs that it did not make and need not.
    """

    step_key: str
    events: list[Event]
    error: ErrorInfo | None = None
    exception: BaseException | None = None
    retry_in: float | None = None
    left_out: tuple[str, ...] = ()

    def __getstate__(self) -> tuple[Any, ...]:
        # An exception may hold what cannot cross processes; its description can.
        return (self.step_key, self.events, self.error, None, self.retry_in, self.left_out)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        for name, value in zip(attrs.fields_dict(StepOutcome), state, strict=True):
            object.__setattr__(self, name, value)


def run_step(session: Session, step: Step, attempt: int = 1) -> StepOutcome:
    """Run one attempt of a step.

    Args:
        session: the run in this process.
        step: the step.
        attempt: the attempt, the first being 1.

    Returns:
        How it ended. Whatever the user's code, a resource or an IO manager raises becomes part of that; only
        `KeyboardInterrupt` and the like go through.
    """
    events: list[Event] = []
    run_id, key = session.run_id, step.key
    try:
        values = {}
        if step.inputs:
            for inp in step.inputs:
                values[inp.name] = load_value(session, inp, step)
                data = InputData(inp.name, inp.source.asset_key, inp.manager_key)
                events.append(Event(EventType.LOADED_INPUT, run_id, time(), key, None, data))
            now = time()
            events += [Event(EventType.STEP_INPUT, run_id, now, key, None, loaded.data) for loaded in events]
        function = step.op.compute_fn
        if step.op.arguments.takes_context:
            # Called here and not through a helper, so that few frames stand above the user's function.
            result = function(_op_context(session, step, attempt, events), **values)
        else:
            result = function(**values)
        left_out = _store_all(session, step, result, events)
        events.append(Event(EventType.STEP_SUCCESS, run_id, time(), key))
        return StepOutcome(key, events, left_out=left_out)
    except Exception as error:
        retry_in = _retry_in(step, error, attempt)
        info = ErrorInfo.from_exception(error)
        kind = EventType.STEP_FAILURE if retry_in is None else EventType.STEP_UP_FOR_RETRY
        events.append(Event(kind, run_id, time(), key, None, StepFailureData(info, attempt, retry_in)))
        return StepOutcome(key, events, info, error, retry_in)


def load_value(session: Session, inp: StepInput, step: Step | None = None, python_type: Any = None) -> Any:
    """Load a stored value through its IO manager.

    Args:
        session: the run, or whatever brings the resources.
        inp: the value, and who loads it.
        step: the step that reads it, if one does.
        python_type: the type to load it as; by default what the step's function declares, else any.

    Raises:
        StepOutputNotFoundError: it was never stored.
    """
    source = inp.source
    needed_by = f"Asset '{source.asset_key}'"
    manager = session.resources.io_manager(inp.manager_key, needed_by)
    if python_type is None:
        python_type = Any if step is None else step.op.type_hints.get(inp.name, Any)
    return manager.load_input(
        InputContext(
            name=inp.name,
            metadata=inp.metadata,
            upstream_output=session.stored_with(source),
            resource_config=session.resources.config(inp.manager_key),
            op_def=None if step is None else step.op,
            asset_key=source.asset_key,
            python_type=python_type,
        )
    )


def _op_context(session: Session, step: Step, attempt: int, events: list[Event]) -> OpExecutionContext:
    def record(report: AssetMaterialization | AssetObservation) -> None:
        events.append(_report_event(session, step, report))

    name = step.op.name
    return OpExecutionContext(
        run_id=session.run_id,
        job_name=session.job_name,
        op_def=step.op,
        op_config=session.run_config.get("ops", {}).get(name, {}).get("config"),
        resources=session.resources.select(step.op.required_resource_keys, f"Asset '{_names(step)}'"),
        run_tags=session.tags,
        run_config=session.run_config,
        retry_number=attempt - 1,
        instance=session.instance,
        output_keys={output.name: output.asset_key for output in step.outputs},
        input_keys={inp.name: inp.source.asset_key for inp in step.inputs},
        record=record,
    )


def _store_all(session: Session, step: Step, result: Any, events: list[Event]) -> tuple[str, ...]:
    outputs = {output.name: output for output in step.outputs}
    for made in _outputs(session, step, result, events):
        output = outputs.pop(made.output_name, None)
        if output is None:
            if made.output_name in step.op.outs:
                again = any(made.output_name == output.name for output in step.outputs)
                problem = (
                    "more than once" if again else "though it is not selected (context.selected_output_names)"
                )
                raise InvariantViolationError(
                    f"Asset '{_names(step)}' yielded the output '{made.output_name}' {problem}."
                )
            raise InvariantViolationError(
                f"Asset '{_names(step)}' yielded an output '{made.output_name}', which its definition does "
                f"not have.{did_you_mean(made.output_name, step.op.outs)}"
            )
        _store(session, step, output, made, events)
    for output in outputs.values():
        if output.is_required:
            raise InvariantViolationError(
                f"Asset '{_names(step)}' did not return or yield the required output '{output.name}' "
                f"(asset '{output.asset_key}'). Make it, or say is_required=False or output_required=False."
            )
    return tuple(outputs)


def _outputs(session: Session, step: Step, result: Any, events: list[Event]) -> Iterator[Output[Any]]:
    if isinstance(result, GeneratorType):
        for item in result:
            if isinstance(item, Output):
                yield item
            elif isinstance(item, AssetMaterialization | AssetObservation):
                events.append(_report_event(session, step, item))
            else:
                raise InvariantViolationError(
                    f"Asset '{_names(step)}' yielded {item!r}. A generator yields Output(value, "
                    "output_name), AssetMaterialization or AssetObservation."
                )
    elif len(step.op.outs) > 1:
        yield from _tuple_outputs(step, result)
    elif isinstance(result, Output):
        yield result
    else:
        output = step.outputs[0]
        if result is not None or output.is_required:
            yield Output(result, output.name)


def _tuple_outputs(step: Step, result: Any) -> Iterator[Output[Any]]:
    names = list(step.op.outs)
    if not isinstance(result, tuple) or len(result) != len(names):
        got = f"a tuple of {len(result)}" if isinstance(result, tuple) else f"a {type(result).__name__}"
        raise InvariantViolationError(
            f"Asset '{_names(step)}' makes {len(names)} outputs ({', '.join(names)}) and returned {got}. "
            "Return a tuple of values in this order, or yield an Output for each."
        )
    selected = {output.name: output for output in step.outputs}
    for name, value in zip(names, result, strict=True):
        if isinstance(value, Output):
            yield attrs.evolve(value, output_name=name)
        elif name in selected and (value is not None or selected[name].is_required):
            yield Output(value, name)


def _store(session: Session, step: Step, output: StepOutput, made: Output[Any], events: list[Event]) -> None:
    run_id, key = session.run_id, step.key
    events.append(Event(EventType.STEP_OUTPUT, run_id, time(), key, None, OutputData(output.name)))
    manager = session.resources.io_manager(output.manager_key, f"Asset '{output.asset_key}'")
    context = OutputContext(
        step_key=key,
        name=output.name,
        run_id=run_id,
        metadata=output.metadata,
        version=step.op.version,
        resource_config=session.resources.config(output.manager_key),
        op_def=step.op,
        asset_info=output.asset_key,
    )
    metadata = _manager_metadata(session, step, manager.handle_output(context, made.value), events, output)
    metadata = {**made.metadata, **context.added_metadata, **metadata}
    tags = {} if step.op.version is None else {"holdfast/op_version": step.op.version}
    materialization = AssetMaterialization(output.asset_key, tags=tags, metadata=metadata)
    events.append(
        Event(EventType.ASSET_MATERIALIZATION, run_id, time(), key, output.asset_key, materialization)
    )
    data = OutputData(output.name, output.manager_key)
    events.append(Event(EventType.HANDLED_OUTPUT, run_id, time(), key, None, data))
    if session.values is not None:
        session.values[key, output.name] = made.value


def _manager_metadata(
    session: Session, step: Step, said: Any, events: list[Event], output: StepOutput
) -> Mapping[str, MetadataValue]:
    if said is None:
        return {}
    if isinstance(said, Mapping):
        return normalize_metadata(said)
    metadata: dict[str, MetadataValue] = {}
    for item in said if isinstance(said, Iterable) else (said,):
        if isinstance(item, Mapping):
            metadata.update(normalize_metadata(item))
        elif isinstance(item, AssetMaterialization | AssetObservation):
            events.append(_report_event(session, step, item))
        else:
            raise InvariantViolationError(
                f"The IO manager '{output.manager_key}' returned {item!r} when it stored "
                f"'{output.asset_key}'. handle_output returns None or a mapping of metadata."
            )
    return metadata


def _report_event(session: Session, step: Step, report: AssetMaterialization | AssetObservation) -> Event:
    made = isinstance(report, AssetMaterialization)
    kind = EventType.ASSET_MATERIALIZATION if made else EventType.ASSET_OBSERVATION
    return Event(kind, session.run_id, time(), step.key, report.asset_key, report)


def _retry_in(step: Step, error: Exception, attempt: int) -> float | None:
    if isinstance(error, RetryRequested):
        return (error.seconds_to_wait or 0.0) if attempt <= error.max_retries else None
    policy = step.op.retry_policy
    if policy is None or attempt > policy.max_retries:
        return None
    return policy.delay_after(attempt)


def _names(step: Step) -> str:
    return ", ".join(map(str, step.assets))
