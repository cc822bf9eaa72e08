"""From a plan to a run: binds its resources, makes its executor, records what happens."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import attrs

from holdfast.binding import Provider, bind_resources
from holdfast.builtins.in_process import InProcessExecutor
from holdfast.builtins.memory import InMemoryIOManager
from holdfast.definitions.logger import LoggerDefinition, make_run_logger, read_logger_configs
from holdfast.definitions.resource import IOManagerDefinition, ResourceDefinition
from holdfast.definitions.tags import check_tags
from holdfast.events import Event, RunStartData
from holdfast.execution.provenance import Provenance
from holdfast.execution.resolution import Resolution, resolve
from holdfast.execution.resources import ResourcePool
from holdfast.execution.run_loop import RunLoop, RunSummary, Submission
from holdfast.execution.session import Session
from holdfast.execution.step import StepOutcome, run_step
from holdfast.execution.worker import StepTask, run_task
from holdfast.instance import Instance
from holdfast.op_configs import OpConfigs
from holdfast.plan import Plan
from holdfast.results import ExecuteInProcessResult
from holdfast.run_config import given_resource_configs, read_run_config
from holdfast.run_partitions import RunPartitions

__all__ = [
    "PreparedRun",
    "RunSpec",
    "in_process_result",
    "prepare_in_process",
    "prepare_on_executor",
    "session_for",
]

Listener = Callable[[Sequence[Event]], None]


def _run_id(run_id: str | None) -> str:
    return run_id or str(uuid.uuid4())


@attrs.frozen(kw_only=True)
class RunSpec:
    """What is to be run, apart from the plan.

    Attributes:
        job_name: the job.
        run_id: the run; a new one by default.
        run_config: its config.
        tags: its tags.
        resources: resources given for the run or by its job.
        values_in_memory: whether the default IO manager keeps values in memory.
        retries: whether failed steps may be tried again.
        loggers: the loggers that the run config may choose, by name.
        job: the job itself, for the contexts of its steps.
        partitions: the partitions that it is for.
    """

    job_name: str
    run_id: str = attrs.field(default=None, converter=_run_id)
    run_config: Mapping[str, Any] | None = None
    tags: Mapping[str, Any] | None = None
    resources: Mapping[str, ResourceDefinition] = attrs.field(factory=dict)
    values_in_memory: bool = False
    retries: bool = True
    loggers: Mapping[str, LoggerDefinition] = attrs.field(factory=dict)
    job: Any = attrs.field(default=None, repr=False)
    partitions: RunPartitions | None = None


@attrs.frozen(eq=False)
class PreparedRun:
    """A run that is ready to start.

    Attributes:
        loop: runs its steps.
        about: what it is about.
        executor: where its steps run.
        session: its part in this process.
    """

    loop: RunLoop
    about: RunStartData
    executor: Executor
    session: Session

    def execute(self) -> RunSummary:
        """Run every step, then shut the executor down and tear the resources of this process down."""
        try:
            return self.loop.run(self.about)
        finally:
            try:
                self.executor.shutdown(wait=True, cancel_futures=True)
            finally:
                for problem in self.session.resources.close():
                    self.session.log.error("%s", problem, exc_info=problem)


def session_for(
    plan: Plan, request: RunSpec, instance: Instance, *, in_worker: bool = False, keep_values: bool = False
) -> Session:
    """Return a run's part in this process.

    Args:
        plan: the steps.
        request: what is run.
        instance: provides the resources that neither the run nor the assets bring.
        in_worker: whether this is a worker process.
        keep_values: whether the values of outputs are kept for the caller.

    Raises:
        MissingResourceError: a resource is needed that nobody provides.
        ResourceConflictError: two different resources stand under one key.
        InvalidConfigError: the run config does not fit.
        UserCodeExecutionError: the function of a logger raised.
    """
    provider = _memory_first(instance) if request.values_in_memory else instance.resource_definition
    resources = bind_resources(plan, request.resources, provider)
    pool = ResourcePool(
        resources,
        given_resource_configs(request.run_config),
        run_id=request.run_id,
        instance=instance,
        in_worker=in_worker,
    )
    ops = read_run_config(
        request.run_config,
        OpConfigs(plan, resources),
        pool,
        resources,
        request.loggers,
        f"'{request.job_name}'",
    )
    pool.log_manager = log = _run_logger(request)
    return Session(
        request.run_id,
        request.job_name,
        plan.step,
        pool,
        request.run_config or {},
        ops,
        check_tags(request.tags, f"run of '{request.job_name}'"),
        instance,
        {} if keep_values else None,
        request.retries,
        log,
        Provenance(plan, lambda: instance.event_store),
        request.job,
    )


def _run_logger(request: RunSpec) -> logging.Logger:
    configs, _ = read_logger_configs(request.loggers, request.run_config)
    return make_run_logger(request.loggers, configs, request.run_id, request.job)


def _memory_first(instance: Instance) -> Provider:
    """Return what provides the default IO manager in memory, where neither run nor assets bring one."""

    def provided(key: str) -> ResourceDefinition | None:
        if key == "io_manager":
            return IOManagerDefinition.hardcoded_io_manager(InMemoryIOManager())
        return instance.resource_definition(key)

    return provided


def prepare_in_process(plan: Plan, request: RunSpec, instance: Instance) -> PreparedRun:
    """Return a run whose steps are run by this process, one after the other; errors as `session_for`.

    Args:
        plan: the steps.
        request: what is run.
        instance: where values and events are kept.
    """
    session = session_for(plan, request, instance, keep_values=True)
    return _prepare(plan, session, InProcessExecutor(), None, instance, None, request.partitions)


def prepare_on_executor(
    plan: Plan,
    request: RunSpec,
    instance: Instance,
    executor: Executor,
    rebuild: bytes | None,
    listener: Listener | None = None,
) -> PreparedRun:
    """Return a run whose steps are run by an executor; errors as `session_for`.

    Args:
        plan: the steps.
        request: what is run.
        instance: where events are kept.
        executor: where the steps run.
        rebuild: how a worker process rebuilds the run (see `StepTask`); ``None`` when the executor runs steps
            in this process.
        listener: told of events once they are kept, of starts without waiting for other events.
    """
    session = session_for(plan, request, instance, in_worker=rebuild is not None)
    return _prepare(plan, session, executor, rebuild, instance, listener, request.partitions)


def _prepare(
    plan: Plan,
    session: Session,
    executor: Executor,
    rebuild: bytes | None,
    instance: Instance,
    listener: Listener | None = None,
    partitions: RunPartitions | None = None,
) -> PreparedRun:
    append, emit = instance.event_store.append, instance.event_listener

    def record(events: Sequence[Event]) -> None:
        append(events)
        if rebuild is not None:
            session.provenance.heard(events)
        if emit is not None:
            for event in events:
                emit(event)
        if listener is not None:
            listener(events)

    submission = _local(session) if rebuild is None else _remote(session, rebuild)
    # Listeners hear of a start before the step runs here, which takes this thread, but after it was given to
    # an executor of workers: one that forks this process wants to do so before a listener starts threads.
    at_once = rebuild is None and (emit is not None or listener is not None)
    loop = RunLoop(plan, executor, submission, record, session.run_id, at_once=at_once)
    subsets = {} if partitions is None else partitions.subsets
    about = RunStartData(
        session.job_name,
        session.tags,
        plan.what,
        session.run_config,
        {key.to_user_string(): subset for key, subset in subsets.items()},
        {} if plan.units is None else plan.units.counts,
    )
    return PreparedRun(loop, about, executor, session)


def _local(session: Session) -> Submission:
    step_of = session.step

    def submission(
        step_key: str, resolution: Resolution | None, attempt: int
    ) -> tuple[Callable[..., StepOutcome], tuple[Any, ...]]:
        step = step_of(step_key)
        return run_step, (session, step if resolution is None else resolve(step, resolution), attempt)

    return submission


def _remote(session: Session, rebuild: bytes) -> Submission:
    run_id, step_of, provenance = session.run_id, session.step, session.provenance

    def submission(
        step_key: str, resolution: Resolution | None, attempt: int
    ) -> tuple[Callable[..., StepOutcome], tuple[Any, ...]]:
        used = provenance.used_by(step_of(step_key))
        return run_task, (StepTask(run_id, step_key, attempt, rebuild, resolution, used),)

    return submission


def in_process_result(
    job: Any, plan: Plan, run: PreparedRun, summary: RunSummary, raise_on_error: bool
) -> ExecuteInProcessResult:
    """Return the result of a run in this process, or raise for its first failure."""
    session = run.session
    result = ExecuteInProcessResult(
        job, plan, session.run_id, summary.success, summary.events, session.values or {}
    )
    if raise_on_error and not summary.success:
        result.raise_for_failure(summary.exceptions)
    return result
