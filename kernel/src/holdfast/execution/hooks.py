"""Tells hooks how an attempt of a step ended."""

from __future__ import annotations

from collections.abc import Mapping
from time import time
from typing import Any

import attrs

from holdfast.definitions.hook import HookContext, HookDefinition
from holdfast.definitions.op import OpDefinition
from holdfast.events import Event, EventType, HookData
from holdfast.execution.session import Session
from holdfast.failures import ErrorInfo
from holdfast.plan import Step

__all__ = ["run_hooks"]


def run_hooks(session: Session, step: Step, error: BaseException | None, events: list[Event]) -> None:
    """Call each hook of a step in the order of their names, after an attempt; none can make the step fail.

    Args:
        session: the run in this process.
        step: the step.
        error: what the attempt raised, if it failed.
        events: what happened in the attempt; what came of the hooks is added.
    """
    values = session.hook_values.pop(step.key, {})
    attempt = tuple(events)
    for hook in sorted(step.hooks, key=lambda hook: hook.name):
        info = None
        try:
            context = _context(session, step, hook, error, values)
            ran = hook.hook_fn(context, attempt) is not False
            kind = EventType.HOOK_COMPLETED if ran else EventType.HOOK_SKIPPED
        except Exception as problem:
            kind, info = EventType.HOOK_ERRORED, ErrorInfo.from_exception(problem)
            session.log.error("Hook '%s' raised after %s", hook.name, step.title, exc_info=problem)
        data = HookData(hook.name, info)
        events.append(Event(kind, session.run_id, time(), step.key, None, data))


def _context(
    session: Session, step: Step, hook: HookDefinition, error: BaseException | None, values: Mapping[str, Any]
) -> HookContext:
    return HookContext(
        op=_named(step.op, step.path[-1]),
        op_config=session.op_config(step).config,
        op_exception=error,
        op_output_values=values,
        step_key=step.key,
        run_id=session.run_id,
        job_name=session.job_name,
        resources=session.resources.select(hook.required_resource_keys, f"Hook '{hook.name}'"),
        log=session.log,
        instance=session.instance,
        hook_def=hook,
    )


def _named(op: OpDefinition, name: str) -> OpDefinition:
    return op if op.name == name else attrs.evolve(op, name=name)
