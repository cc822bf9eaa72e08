"""What `execute_job` gives back: how the run ended, and the values it stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from types import TracebackType
from typing import Any

import attrs

from holdfast.errors import InvariantViolationError
from holdfast.events import Event, EventType
from holdfast.execution.session import Session
from holdfast.graph_steps import EACH
from holdfast.plan import Plan, Step, StepInput, StepOutput
from holdfast.results import RunResult

__all__ = ["ExecuteJobResult", "StoredValues"]


class StoredValues(Mapping[tuple[str, str], Any]):
    """The values that a run stored, by step key and output name, each loaded when it is asked for.

    Args:
        plan: the steps of the run.
        events: what happened in it.
        start: makes the session that loads them.
    """

    def __init__(self, plan: Plan, events: list[Event], start: Callable[[], Session]) -> None:
        self._plan, self._events, self._start = plan, events, start
        self._session: Session | None = None

    @cached_property
    def _stored(self) -> Mapping[tuple[str, str], Any]:
        return _stored(self._plan, self._events)  # there may be many, and few are ever asked for

    def open(self) -> None:
        """Allow values to be loaded."""
        self._session = self._start()

    def close(self) -> None:
        """Tear down what loading set up."""
        if self._session is not None:
            for problem in self._session.resources.close():
                self._session.log.error("%s", problem, exc_info=problem)
        self._session = None

    def __getitem__(self, key: tuple[str, str]) -> Any:
        found = self._stored[key]
        if self._session is None:
            raise InvariantViolationError(
                "The values of a run are loaded while its result is open: write "
                "'with execute_job(...) as result:'."
            )
        if isinstance(found, StepOutput):
            return self._load(self._session, found)
        return {mapping_key: self._load(self._session, each) for mapping_key, each in found.items()}

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)

    def _load(self, session: Session, output: StepOutput) -> Any:
        return session.load(StepInput(output.name, output, output.manager_key, {}), output)


def _step_of(plan: Plan, key: str) -> Step:
    if plan.units is not None:
        return plan.step(key)
    return plan.steps.get(key) or plan.steps[key.partition("[")[0] + EACH]


def _stored(plan: Plan, events: list[Event]) -> dict[tuple[str, str], Any]:
    stored: dict[tuple[str, str], Any] = {}
    for event in events:
        if event.type is not EventType.HANDLED_OUTPUT or event.step_key is None:
            continue
        step = _step_of(plan, event.step_key)
        name, mapping_key = event.data.output_name, event.data.mapping_key
        output = next(each for each in (*step.outputs, *step.spare) if each.name == name)
        output = output._replace(step_key=event.step_key, mapping_key=mapping_key)
        if mapping_key is None:
            stored[event.step_key, name] = output
        else:
            stored.setdefault((event.step_key, name), {})[mapping_key] = output
    return stored


@attrs.frozen(eq=False)
class ExecuteJobResult(RunResult):
    """How a run of a job ended. In a ``with`` block its values can be loaded, through their IO managers."""

    values: StoredValues

    def __enter__(self) -> ExecuteJobResult:
        self.values.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.values.close()
