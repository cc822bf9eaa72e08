"""Runs one step in this process: load its inputs, call the user's function, store what it makes."""

from __future__ import annotations

from time import time
from typing import Any

import attrs

from holdfast.events import (
    AssetMaterialization,
    AssetObservation,
    Event,
    EventType,
    InputData,
    StepFailureData,
)
from holdfast.execution.op_context import OpExecutionContext
from holdfast.execution.session import Session
from holdfast.execution.storing import report_event, store_outputs
from holdfast.failures import ErrorInfo
from holdfast.plan import Step
from holdfast.policies import RetryRequested

__all__ = ["StepOutcome", "run_step"]

_LOADED = EventType.LOADED_INPUT  # looking a member up on its class takes longer than making an event
_INPUT = EventType.STEP_INPUT
_SUCCESS = EventType.STEP_SUCCESS


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
                name = inp.name
                values[name] = session.load(inp, step)
                data = InputData(name, inp.source.asset_key, inp.manager_key)
                events.append(Event(_LOADED, run_id, time(), key, None, data))
            now = time()
            events += [Event(_INPUT, run_id, now, key, None, loaded.data) for loaded in events]
        function = step.op.compute_fn
        if step.op.arguments.takes_context:
            # Called here and not through a helper, so that few frames stand above the user's function.
            result = function(_op_context(session, step, attempt, events), **values)
        else:
            result = function(**values)
        left_out = store_outputs(session, step, result, events)
        events.append(Event(_SUCCESS, run_id, time(), key))
        return StepOutcome(key, events, left_out=left_out)
    except Exception as error:
        retry_in = _retry_in(step, error, attempt)
        info = ErrorInfo.from_exception(error)
        kind = EventType.STEP_FAILURE if retry_in is None else EventType.STEP_UP_FOR_RETRY
        events.append(Event(kind, run_id, time(), key, None, StepFailureData(info, attempt, retry_in)))
        return StepOutcome(key, events, info, error, retry_in)


def _op_context(session: Session, step: Step, attempt: int, events: list[Event]) -> OpExecutionContext:
    def record(report: AssetMaterialization | AssetObservation) -> None:
        events.append(report_event(session, step, report))

    name = step.op.name
    return OpExecutionContext(
        run_id=session.run_id,
        job_name=session.job_name,
        op_def=step.op,
        op_config=session.run_config.get("ops", {}).get(name, {}).get("config"),
        resources=session.resources.select(step.op.required_resource_keys, step.title),
        run_tags=session.tags,
        run_config=session.run_config,
        retry_number=attempt - 1,
        instance=session.instance,
        output_keys={output.name: output.asset_key for output in step.outputs},
        input_keys={inp.name: inp.source.asset_key for inp in step.inputs},
        record=record,
    )


def _retry_in(step: Step, error: Exception, attempt: int) -> float | None:
    if isinstance(error, RetryRequested):
        return (error.seconds_to_wait or 0.0) if attempt <= error.max_retries else None
    policy = step.op.retry_policy
    if policy is None or attempt > policy.max_retries:
        return None
    return policy.delay_after(attempt)
