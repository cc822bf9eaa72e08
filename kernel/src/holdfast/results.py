"""What a run gives back: its events, and the values it made."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import attrs

from holdfast.definitions.dependencies import DependencyDefinition
from holdfast.definitions.flattening import OutputOf, flatten, inner_output
from holdfast.definitions.node_graph import NodeGraph
from holdfast.errors import (
    ExecutionStepExecutionError,
    InvariantViolationError,
    TypeCheckError,
    did_you_mean,
)
from holdfast.events import Event, Run, StepFailureData
from holdfast.failures import user_traceback
from holdfast.graph_steps import EACH
from holdfast.keys import AssetKey, CoercibleToAssetKey
from holdfast.plan import Plan
from holdfast.reports import AssetMaterialization, AssetObservation

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
        values: what each step made, by step key and output name.
    """

    job_def: Any
    plan: Plan
    run_id: str
    success: bool
    all_events: Sequence[Event]
    values: Mapping[tuple[str, str], Any] = attrs.field(factory=dict, repr=False)

    @property
    def run(self) -> Run:
        """The run as the event store keeps it."""
        return Run.from_start(self.all_events[0]).ended_by(self.all_events[-1])

    def filter_events(self, event_filter: Callable[[Event], bool]) -> list[Event]:
        """Return the events for which a function answers true."""
        return [event for event in self.all_events if event_filter(event)]

    def events_for_node(self, node_name: str) -> list[Event]:
        """Return the events of a node: of its step, or of all its steps.

        Args:
            node_name: the name of a computation, with those of the graphs around it: ``graph.load``; or of a
                graph. One that ran once for each value of a dynamic output is meant as a whole.

        Raises:
            InvariantViolationError: the run has no such node.
        """
        steps = self._steps_of(node_name)
        return [event for event in self.all_events if event.step_key in steps]

    def asset_materializations_for_node(self, node_name: str) -> list[AssetMaterialization]:
        """Return the materializations that a step recorded; errors as `events_for_node`."""
        return [event.data for event in self.events_for_node(node_name) if event.is_step_materialization]

    def asset_observations_for_node(self, node_name: str) -> list[AssetObservation]:
        """Return the observations that a step recorded; errors as `events_for_node`."""
        return [event.data for event in self.events_for_node(node_name) if event.is_asset_observation]

    def output_for_node(self, node_str: str, output_name: str = "result") -> Any:
        """Return a value that a node made.

        Args:
            node_str: the name of a computation, with those of the graphs around it: ``graph.load``; or of a
                graph.
            output_name: the output.

        Returns:
            The value; of a dynamic output, or of what ran once for each value of one, a dictionary of values
            by mapping key.

        Raises:
            InvariantViolationError: the run has no such node, or it did not make this output.
        """
        self._steps_of(node_str)
        node, name = self._inner(node_str, output_name)
        if (node, name) in self.values:
            return self.values[node, name]
        copies = {
            step[len(node) + 1 : -1]: value
            for (step, output), value in self.values.items()
            if output == name and step.startswith(f"{node}[")
        }
        if copies or f"{node}{EACH}" in self.plan.steps:
            return copies
        outs = self._outs_of(node_str)
        why = " It failed or was skipped, or left this output out."
        raise InvariantViolationError(
            f"Step '{node_str}' made no output '{output_name}' in this run."
            f"{did_you_mean(output_name, outs) if outs and output_name not in outs else why}"
        )

    def output_value(self, output_name: str = "result") -> Any:
        """Return the value of an output of the job's graph.

        Raises:
            InvariantViolationError: the job's graph has no such output, or the run did not make it.
        """
        graph = self.plan.graphs.get("")
        outs = {} if graph is None else graph.outs
        if graph is None or output_name not in outs:
            raise InvariantViolationError(
                f"The job has no output '{output_name}'.{did_you_mean(output_name, outs)} Its graph returns "
                f"{', '.join(outs) or 'nothing'}."
            )
        inner = flatten(graph).outputs[output_name]
        return self.output_for_node(".".join(inner.path), inner.output)

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
                if isinstance(raised, TypeCheckError) and raised.__cause__ is not None:
                    raised = raised.__cause__  # what the user's check raised, not that it did
                if raised is not None:
                    raise raised.with_traceback(user_traceback(raised.__traceback__))
                raise self._failure(event)

    def _failure(self, event: Event) -> ExecutionStepExecutionError:
        failure: StepFailureData = event.data
        step_key = event.step_key or ""
        step = self.plan.steps.get(step_key)
        assets = [] if step is None else [str(key) for key in step.assets]
        return ExecutionStepExecutionError(step_key, assets, failure.error.report())

    def _inner(self, node: str, output_name: str) -> tuple[str, str]:
        """Return the computation and output that an output of a node is."""
        for prefix, graph in self.plan.graphs.items():
            if node == prefix:
                found = flatten(graph).outputs.get(output_name)
            else:
                path = node.removeprefix(f"{prefix}.").split(".") if prefix else node.split(".")
                found = _output_at(graph, path, output_name)
            if found is not None:
                return ".".join((*((prefix,) if prefix else ()), *found.path)), found.output
        return node, output_name

    def _outs_of(self, node: str) -> Collection[str]:
        if node in self.plan.graphs:
            return self.plan.graphs[node].outs
        return {name for step in self.plan if ".".join(step.path) == node for name in step.op.outs}

    def _steps_of(self, node: str) -> set[str]:
        nodes = {".".join(step.path): None for step in self.plan}
        inside = {name for name in nodes if name == node or name.startswith(f"{node}.")}
        found = {event.step_key for event in self.all_events if event.step_key}
        steps = {key for key in found if key == node or key.partition("[")[0] in inside}
        if not steps and not inside:
            known = {*nodes, *filter(None, self.plan.graphs)}
            raise InvariantViolationError(f"The run has no step '{node}'.{did_you_mean(node, known)}")
        return steps


@attrs.frozen(eq=False)
class ExecuteInProcessResult(RunResult):
    """How a run in this process ended, with the values it made."""


def _output_at(graph: NodeGraph, path: Sequence[str], output_name: str) -> OutputOf | None:
    inside = graph
    for name in path[:-1]:
        node = inside.nodes.get(name)
        if node is None or not isinstance(node.definition, NodeGraph):
            return None
        inside = node.definition
    last = inside.nodes.get(path[-1])
    if last is None or output_name not in last.definition.outs:
        return None
    return inner_output(inside, tuple(path[:-1]), DependencyDefinition(path[-1], output_name))
