"""What a step is given: stored values, lists of them, defaults, and what the run config says."""

from __future__ import annotations

from collections.abc import Iterator
from time import time
from typing import Any

from holdfast.definitions.in_out import UNSET
from holdfast.errors import InvalidConfigError
from holdfast.events import Event, EventType, InputData, make_event, make_input_data
from holdfast.execution.checking import check_context, verdict_of
from holdfast.execution.session import Session
from holdfast.plan import GivenValue, SeveralSources, Step, StepInput, StepOutput, StepSource, Unfed
from holdfast.types.config_values import value_loader
from holdfast.types.dagster_type import ANY_TYPE, PASSED, DagsterType, PythonObjectDagsterType
from holdfast.types.loader import DagsterTypeLoader

__all__ = ["read_inputs"]

_LOADED = EventType.LOADED_INPUT  # looking a member up on its class takes longer than making an event
_INPUT = EventType.STEP_INPUT


def read_inputs(session: Session, step: Step, events: list[Event]) -> dict[str, Any]:
    """Return the values of a step's inputs by name, checked against their types.

    Args:
        session: the run in this process.
        step: the step.
        events: what happened is added here.

    Raises:
        TypeCheckDidNotPass: a value is not of its input's type.
        StepOutputNotFoundError: a value was never stored.
    """
    values = {}
    types = step.op.input_types
    run_id, key = session.run_id, step.key
    for inp in step.inputs:
        name, source, manager_key, _ = inp
        dagster_type = types.get(name, ANY_TYPE)
        if type(source) is StepOutput:
            value = session.load(inp, source, step, dagster_type)
            # As `plainly_passes`, which would cost more to call than to do.
            passes = None
            if type(dagster_type) is PythonObjectDagsterType and isinstance(value, dagster_type.python_type):
                passes = PASSED
            data = make_input_data((name, source.asset_key, manager_key or source.manager_key, passes))
            events.append(make_event((_LOADED, run_id, time(), key, None, data)))
        else:
            value = _other(session, inp, source, step, dagster_type, events)
            passes, data = None, InputData(name, None, manager_key)
        if passes is None and dagster_type is not ANY_TYPE:
            verdict, refusal = verdict_of(session, dagster_type, value, step, "Input", name)
            data = data._replace(type_check=verdict)
            if refusal is not None:
                events.append(make_event((_INPUT, run_id, time(), key, None, data)))
                raise refusal
        events.append(make_event((_INPUT, run_id, time(), key, None, data)))
        values[name] = value
    return values


def _other(
    session: Session,
    inp: StepInput,
    source: StepSource,
    step: Step,
    dagster_type: DagsterType,
    events: list[Event],
) -> Any:
    if isinstance(source, GivenValue):
        return source.value
    if isinstance(source, SeveralSources):
        return list(_several(session, inp, source, step, events))
    assert isinstance(source, Unfed)
    if inp.manager_key is None:
        given = _from_config(session, source, step, value_loader(dagster_type))
        if given is UNSET:
            where = "".join(f"ops.{name}." for name in source.path)
            raise InvalidConfigError(
                f"Run config of '{session.job_name}' does not fit",
                [f"{where}inputs.{source.name}: nothing feeds this input; give it a value"],
            )
        return given
    value = session.load(inp, None, step, dagster_type)
    data = InputData(inp.name, None, inp.manager_key)
    events.append(Event(_LOADED, session.run_id, time(), step.key, None, data))
    return value


def _several(
    session: Session, inp: StepInput, several: SeveralSources, step: Step, events: list[Event]
) -> Iterator[Any]:
    for source in several.sources:
        if isinstance(source, StepOutput):
            yield session.load(inp, source, step)
            data = InputData(inp.name, source.asset_key, inp.manager_key or source.manager_key)
            events.append(Event(_LOADED, session.run_id, time(), step.key, None, data))
        else:
            yield _other(session, inp, source, step, ANY_TYPE, events)


def _from_config(session: Session, source: Unfed, step: Step, loader: DagsterTypeLoader | None) -> Any:
    said = session.ops.get(source.path)
    if said is None or source.name not in said.inputs:
        return source.default
    given = said.inputs[source.name]
    if loader is None:
        return given
    what = f"The loader of input '{source.name}' of {step.title}"
    return loader.load(check_context(session, loader, what), given)
