"""Runs one step in this process: load its inputs, call the user's function, store what it makes."""

from __future__ import annotations

from collections.abc import Mapping
from time import time
from types import MappingProxyType
from typing import Any

import attrs

from holdfast.definitions.returning import Report
from holdfast.errors import Error, InvariantViolationError, StorageError, TypeCheckDidNotPass
from holdfast.events import Event, EventType, StepFailureData, make_event
from holdfast.execution.hooks import run_hooks
from holdfast.execution.inputs import read_inputs
from holdfast.execution.output_metadata import metadata_adder
from holdfast.execution.session import Session
from holdfast.execution.storing import report_event, store_outputs
from holdfast.failures import ErrorInfo
from holdfast.op_context import OpExecutionContext
from holdfast.plan import Step
from holdfast.policies import Failure, RetryRequested

__all__ = ["StepOutcome", "run_step"]

_SUCCESS = EventType.STEP_SUCCESS  # looking a member up on its class takes longer than making an event
_TELLING = (Failure, TypeCheckDidNotPass)
_NO_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


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
        mapping_keys: by dynamic output, the keys of the values that it made.
    """

    step_key: str
    events: list[Event]
    error: ErrorInfo | None = None
    exception: Exception | SystemExit | None = None
    retry_in: float | None = None
    left_out: tuple[str, ...] = ()
    mapping_keys: Mapping[str, tuple[str, ...]] = _NO_KEYS

    def __getstate__(self) -> tuple[Any, ...]:
        # An exception may hold what cannot cross processes; its description can.
        keys = dict(self.mapping_keys)
        return (self.step_key, self.events, self.error, None, self.retry_in, self.left_out, keys)

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
        `KeyboardInterrupt` goes through.
    """
    events: list[Event] = []
    run_id, key = session.run_id, step.key
    try:
        values = read_inputs(session, step, events) if step.inputs else {}
        function = step.op.compute_fn
        # Called here and not through a helper, so that few frames stand above the user's function.
        if step.op.takes_inputs_together:
            result = function(_op_context(session, step, attempt, events), values)
        elif step.op.arguments.takes_context:
            result = function(_op_context(session, step, attempt, events), **values)
        else:
            result = function(**values)
        left_out, mapping_keys = store_outputs(session, step, result, events)
        events.append(make_event((_SUCCESS, run_id, time(), key, None, None)))
        outcome = StepOutcome(key, events, left_out=left_out, mapping_keys=mapping_keys)
    except (Exception, SystemExit) as error:  # a function that calls sys.exit ends its step, not the run
        retry_in = _retry_in(session, step, error, attempt)
        info = ErrorInfo.from_exception(error)
        kind = EventType.STEP_FAILURE if retry_in is None else EventType.STEP_UP_FOR_RETRY
        said = (error.metadata, error.description) if isinstance(error, _TELLING) else ({}, None)
        about = (*said, step.assets, step.made_partitions)
        events.append(
            Event(kind, run_id, time(), key, None, StepFailureData(info, attempt, retry_in, *about))
        )
        outcome = StepOutcome(key, events, info, error, retry_in)
    if step.hooks:
        run_hooks(session, step, outcome.exception, events)
    return outcome


def _op_context(session: Session, step: Step, attempt: int, events: list[Event]) -> OpExecutionContext:
    def record(report: Report) -> None:
        events.append(report_event(session, step, report))

    return OpExecutionContext(
        run_id=session.run_id,
        job_name=session.job_name,
        step_key=step.key,
        job_def=session.job,
        op_def=step.op,
        op_config=session.op_config(step).config,
        resources=session.resources.select(step.op.required_resource_keys, step.title),
        run_tags=session.tags,
        run_config=session.run_config,
        retry_number=attempt - 1,
        mapping_key=step.mapping_key,
        instance=session.instance,
        log=session.log,
        output_keys={output.name: output.asset_key for output in step.outputs},
        input_keys={inp.name: source.asset_key for inp in step.inputs for source in inp.stored},
        partitions=step.partitions,
        input_partitions={
            inp.name: source.partitions
            for inp in step.inputs
            for source in inp.stored
            if source.partitions is not None
        },
        output_partitions={
            output.name: output.partitions for output in step.outputs if output.partitions is not None
        },
        selected=step.selected,
        record=record,
        add_metadata=metadata_adder(session, step, events),
    )


def _retry_in(session: Session, step: Step, error: BaseException, attempt: int) -> float | None:
    """Return the seconds until the next attempt, ``None`` when there is none.

    Only what user code raises is tried again: what Holdfast finds wrong will be wrong then too. Stores are an
    exception, as what they are kept on may come back.
    """
    if not session.retries:
        return None
    if isinstance(error, RetryRequested):
        return (error.seconds_to_wait or 0.0) if attempt <= error.max_retries else None
    if isinstance(error, Failure) and not error.allow_retries:
        return None
    if isinstance(error, InvariantViolationError):
        return None
    if isinstance(error, Error) and not isinstance(error, StorageError):
        return None
    policy = step.retry_policy
    if policy is None or attempt > policy.max_retries:
        return None
    return policy.delay_after(attempt)
