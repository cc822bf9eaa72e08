"""The run loop: submits what the frontier allows, hears of what is done, and records it."""

from __future__ import annotations

import heapq
import queue
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from time import monotonic, time
from typing import Any

import attrs

from holdfast.events import Event, EventType, RunEndData, RunStartData, SkipData, StepFailureData, make_event
from holdfast.execution.dynamic_steps import DynamicSteps
from holdfast.execution.frontier import Frontier, Skip
from holdfast.execution.interrupts import Interrupts
from holdfast.execution.partition_frontier import PartitionFrontier
from holdfast.execution.resolution import Resolution
from holdfast.execution.step import StepOutcome
from holdfast.failures import ErrorInfo
from holdfast.plan import Plan
from holdfast.units import Units

__all__ = ["RunLoop", "RunSummary", "Submission"]

_PLANNED = EventType.ASSET_MATERIALIZATION_PLANNED  # looking a member up takes longer than making an event
_STEP_START = EventType.STEP_START

Submission = Callable[[str, Resolution | None, int], tuple[Callable[..., StepOutcome], tuple[Any, ...]]]
"""From a step of the plan, what the run found out and an attempt to the function and arguments to submit."""


@attrs.frozen
class RunSummary:
    """How a run ended.

    Attributes:
        success: whether no step failed.
        events: everything that happened, in order.
        exceptions: what failed steps raised, by step key, for those where that was in this process.
    """

    success: bool
    events: list[Event]
    exceptions: Mapping[str, BaseException]


def _frontier(plan: Plan) -> tuple[Frontier | PartitionFrontier, DynamicSteps | None]:
    if isinstance(plan.units, Units):
        return PartitionFrontier(plan.units), None
    frontier = Frontier(
        {step.key: step.waits_for for step in plan},
        {step.key: step.any_of for step in plan if step.any_of},
    )
    return frontier, DynamicSteps(plan, frontier)


class RunLoop:
    """Runs the steps of a plan, each after those it waits for.

    A step that fails skips those that wait for it; everything else runs on.

    Args:
        plan: the steps.
        executor: where they run; its ``max_workers``, if it has one, bounds how many are in flight.
        submission: what to submit for a step.
        record: keeps events; called with those of whole attempts, so that what it has kept is true after a
            kill.
        run_id: the run.
        at_once: record the start of a step before it runs, even when nothing else is to be recorded.
    """

    def __init__(
        self,
        plan: Plan,
        executor: Executor,
        submission: Submission,
        record: Callable[[Sequence[Event]], None],
        run_id: str,
        *,
        at_once: bool = False,
    ) -> None:
        self._plan = plan
        self._executor = executor
        self._submission = submission
        self._record = record
        self._run_id = run_id
        self._at_once = at_once
        self._frontier, self._dynamic = _frontier(plan)
        self._limit: int = getattr(executor, "max_workers", None) or len(plan.units or plan)
        self._in_flight: dict[Future[StepOutcome], str] = {}
        self._done: queue.SimpleQueue[Future[StepOutcome]] = queue.SimpleQueue()
        self._attempts: dict[str, int] = {}
        self._retries: list[tuple[float, str]] = []
        self._pending: list[Event] = []
        self._events: list[Event] = []
        self._exceptions: dict[str, BaseException] = {}
        self._interrupts = Interrupts()

    def run(self, about: RunStartData) -> RunSummary:
        """Run every step.

        Args:
            about: what the run is about.

        Raises:
            BaseException: what interrupts this thread, such as `KeyboardInterrupt`, after the run is recorded
                as canceled; or what the executor raises when it takes no steps, recorded as a failure.
        """
        frontier, in_flight = self._frontier, self._in_flight
        with self._interrupts:
            self._interrupts.hold()
            self._start(about)
            try:
                self._interrupts.release()
                while not frontier.done:
                    while frontier.has_ready and len(in_flight) < self._limit:
                        function, arguments, key = self._start_next()
                        # Called here and not in a helper, so that few frames stand above the user's function.
                        future = self._executor.submit(function, *arguments)
                        in_flight[future] = key
                        future.add_done_callback(self._done.put)
                    if self._done.empty():
                        self._flush()
                    self._wait()
                    self._flush()
            except BaseException as interruption:
                self._give_up(interruption)
                raise
            return self._end()

    def _start_next(self) -> tuple[Callable[..., StepOutcome], tuple[Any, ...], str]:
        key = self._frontier.start_next()
        attempt = self._attempts[key] = self._attempts.get(key, 0) + 1
        self._pending.append(make_event((_STEP_START, self._run_id, time(), key, None, None)))
        if self._at_once:
            self._flush()
        if self._dynamic is None:
            return *self._submission(key, None, attempt), key
        return *self._submission(*self._dynamic.resolved(key), attempt), key

    def _wait(self) -> None:
        timeout = max(0.0, self._retries[0][0] - monotonic()) if self._retries else None
        try:
            self._complete(self._done.get(timeout=timeout))
            while not self._done.empty():
                self._complete(self._done.get())
        except queue.Empty:
            pass  # nothing ended, but a retry is due
        while self._retries and self._retries[0][0] <= monotonic():
            self._frontier.retry(heapq.heappop(self._retries)[1])

    def _start(self, about: RunStartData) -> None:
        self._add(EventType.RUN_START, None, about)
        now = time()
        self._pending += [
            make_event((_PLANNED, self._run_id, now, step.key, output.asset_key, None))
            for step in self._plan
            for output in step.outputs
            if output.asset_key is not None
        ]
        self._flush()

    def _give_up(self, interruption: BaseException) -> None:
        for future in self._in_flight:
            future.cancel()
        kind = EventType.RUN_FAILURE if isinstance(interruption, Exception) else EventType.RUN_CANCELED
        message = f"{type(interruption).__name__}: {interruption}".rstrip(": ")
        self._add(kind, None, RunEndData(message))
        self._flush()

    def _end(self) -> RunSummary:
        failed = self._frontier.failed
        if failed:
            names = ", ".join(
                event.step_key or ""
                for event in self._events
                if event.step_key in failed and event.is_step_failure
            )
            self._add(EventType.RUN_FAILURE, None, RunEndData(f"Failed: {names}"))
        else:
            self._add(EventType.RUN_SUCCESS, None, None)
        self._flush()
        return RunSummary(not failed, self._events, self._exceptions)

    def _complete(self, future: Future[StepOutcome]) -> None:
        key = self._in_flight.pop(future)
        try:
            outcome = future.result()
        except Exception as error:  # the worker died, or the task or its outcome could not cross to it
            info = ErrorInfo.from_exception(error.with_traceback(None))  # its frames are the executor's
            self._add(EventType.STEP_FAILURE, key, self._failure(key, info))
            self._fail(key, error)
            return
        self._pending += outcome.events
        if outcome.retry_in is not None:
            heapq.heappush(self._retries, (monotonic() + outcome.retry_in, key))
        elif outcome.error is not None:
            self._fail(key, outcome.exception)
        else:
            if outcome.mapping_keys and self._dynamic is not None:
                self._dynamic.expand(key, outcome.mapping_keys)
            self._skip(self._frontier.succeeded(key, outcome.left_out))

    def _failure(self, key: str, info: ErrorInfo) -> StepFailureData:
        original = key if self._dynamic is None else self._dynamic.resolved(key)[0]
        step = self._plan.step(original)
        return StepFailureData(info, self._attempts[key], assets=step.assets, partitions=step.made_partitions)

    def _fail(self, key: str, exception: BaseException | None) -> None:
        if exception is not None:
            self._exceptions[key] = exception
        self._skip(self._frontier.fail(key))

    def _skip(self, skips: Sequence[Skip]) -> None:
        for skip in skips:
            self._add(EventType.STEP_SKIPPED, skip.step_key, SkipData(skip.because_of, skip.failed))

    def _add(self, kind: EventType, step_key: str | None, data: Any) -> None:
        self._pending.append(make_event((kind, self._run_id, time(), step_key, None, data)))

    def _flush(self) -> None:
        if self._pending:
            self._interrupts.hold()
            try:
                batch, self._pending = self._pending, []
                self._events += batch
                self._record(batch)
            finally:
                self._interrupts.release()
