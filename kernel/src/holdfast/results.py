"""What a run gives back: its events, and the values it made when it ran in this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from holdfast.errors import ExecutionStepExecutionError, InvariantViolationError, did_you_mean
from holdfast.events import AssetMaterialization, AssetObservation, Event, Run, StepFailureData
from holdfast.failures import user_traceback
from holdfast.keys import AssetKey, CoercibleToAssetKey
from holdfast.plan import Plan

__all__ = ["ExecuteInProcessResult", "RunResult"]


@attrs.frozen(eq=False)
class RunResult:
    """How a run ended, and everything that happened in it.

    Attributes:
        job_def: the job that was run.
        plan: its steps.
        run_id: the run.
        success: whether no step failed.
        all_events: everything that happened, in order.
    """

    job_def: Any
    plan: Plan
    run_id: str
    success: bool
    all_events: Sequence[Event]

    @property
    def run(self) -> Run:
        """The run as the event store keeps it."""
        return Run.from_start(self.all_events[0]).ended_by(self.all_events[-1])

    def filter_events(self, event_filter: Callable[[Event], bool]) -> list[Event]:
        """Return the events for which a function answers true."""
        return [event for event in self.all_events if event_filter(event)]

    def events_for_node(self, node_name: str) -> list[Event]:
        """Return the events of a step.

        Raises:
            InvariantViolationError: the run has no such step.
        """
        self._check_step(node_name)
        return [event for event in self.all_events if event.step_key == node_name]

    def asset_materializations_for_node(self, node_name: str) -> list[AssetMaterialization]:
        """Return the materializations that a step recorded; errors as `events_for_node`."""
        return [event.data for event in self.events_for_node(node_name) if event.is_step_materialization]

    def asset_observations_for_node(self, node_name: str) -> list[AssetObservation]:
        """Return the observations that a step recorded; errors as `events_for_node`."""
        return [event.data for event in self.events_for_node(node_name) if event.is_asset_observation]

    def raise_for_failure(self, exceptions: Mapping[str, BaseException] | None = None) -> None:
        """Raise for the first step that failed; do nothing when none did.

        Args:
            exceptions: what failed steps raised, by step key, for those where that was in this process. It is
                raised as it is, without the frames above the user's own.

        Raises:
            ExecutionStepExecutionError: the step failed in another process.
        """
        for event in self.all_events:
            if event.is_step_failure:
                raised = (exceptions or {}).get(event.step_key or "")
                if raised is not None:
                    raise raised.with_traceback(user_traceback(raised.__traceback__))
                raise self._failure(event)

    def _failure(self, event: Event) -> ExecutionStepExecutionError:
        failure: StepFailureData = event.data
        step_key = event.step_key or ""
        assets = [str(key) for key in self.plan.steps[step_key].assets]
        return ExecutionStepExecutionError(step_key, assets, failure.error.report())

    def _check_step(self, name: str) -> None:
        if name not in self.plan.steps:
            raise InvariantViolationError(
                f"The run has no step '{name}'.{did_you_mean(name, self.plan.steps)}"
            )


@attrs.frozen(eq=False)
class ExecuteInProcessResult(RunResult):
    """How a run in this process ended, with the values it made.

    Attributes:
        values: what each step made, by step key and output name.
    """

    values: Mapping[tuple[str, str], Any] = attrs.field(factory=dict, repr=False)

    def output_for_node(self, node_str: str, output_name: str = "result") -> Any:
        """Return a value that a step made.

        Args:
            node_str: the step.
            output_name: the output.

        Raises:
            InvariantViolationError: the run has no such step, or it did not make this output.
        """
        self._check_step(node_str)
        if (node_str, output_name) not in self.values:
            made = [output for step, output in self.values if step == node_str]
            raise InvariantViolationError(
                f"Step '{node_str}' made no output '{output_name}' in this run."
                f"{did_you_mean(output_name, made) or ' It failed or was skipped.'}"
            )
        return self.values[node_str, output_name]

    def asset_value(self, asset_key: CoercibleToAssetKey) -> Any:
        """Return the value of an asset that this run made.

        Raises:
            InvariantViolationError: the run did not make it.
        """
        key = AssetKey.from_coercible(asset_key)
        for step in self.plan:
            for output in step.outputs:
                if output.asset_key == key:
                    return self.output_for_node(step.key, output.name)
        known = [str(key) for key in self.plan.assets]
        raise InvariantViolationError(f"The run does not make '{key}'.{did_you_mean(str(key), known)}")
