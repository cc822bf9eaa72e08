"""Run assets and jobs from Python."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import Any

import attrs

from holdfast.argument_types import check_type
from holdfast.asset_graph import AssetGraph
from holdfast.asset_layer import AssetLayer
from holdfast.builtins.executors import retries_enabled
from holdfast.builtins.memory import InMemoryIOManager
from holdfast.definitions.executor import ExecutorDefinition, InitExecutorContext
from holdfast.definitions.refused import refuse
from holdfast.definitions.resource import IOManagerDefinition, ResourceDefinition
from holdfast.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    InvariantViolationError,
    UnmetExecutorRequirementsError,
)
from holdfast.events import Event
from holdfast.execution.session import Session
from holdfast.instance import Instance, given_instance
from holdfast.job_result import ExecuteJobResult, StoredValues
from holdfast.jobs import JobDefinition
from holdfast.plan import Plan
from holdfast.reconstruction import ReconstructableJob
from holdfast.results import ExecuteInProcessResult
from holdfast.run_partitions import RunPartitions
from holdfast.runs import RunSpec, in_process_result, prepare_in_process, prepare_on_executor, session_for
from holdfast.selection_syntax import coerce_selection

__all__ = ["execute_job", "job_over", "materialize", "materialize_to_memory", "validate_run_config"]


def materialize(
    assets: Sequence[Any],
    run_config: Mapping[str, Any] | None = None,
    instance: Instance | None = None,
    resources: Mapping[str, Any] | None = None,
    partition_key: str | None = None,
    raise_on_error: bool = True,
    tags: Mapping[str, Any] | None = None,
    selection: Any = None,
) -> ExecuteInProcessResult:
    """Make assets in this process, each after those it reads.

    Given source assets alone, it looks at those that can be observed.

    Args:
        assets: the assets, and the source assets they read.
        run_config: config by section: ``ops``, ``resources``.
        instance: where values and events are kept; by default an ephemeral one, gone with this process.
        resources: resources by key, definitions or plain values.
        partition_key: the partition to make, of assets that have partitions. Assets with other partitions
            are made for those that belong to it.
        raise_on_error: whether the first failure is raised once everything that can run has run.
        tags: labels of the run.
        selection: only these of the assets; whatever else they read is loaded.

    Raises:
        InvalidDefinitionError: the assets contradict each other, or something they need is missing.
        InvalidSubsetError: the selection names what is not there.
        Exception: what a failing asset raised, if ``raise_on_error``.
    """
    job = job_over(assets, "materialize", resources, selection)
    instance = given_instance(instance, "materialize")
    partitions = job.partitions_of_run(partition_key, tags, instance)
    plan = job.plan_for_run(partitions, instance)
    run = prepare_in_process(plan, job.request(run_config, tags, partitions=partitions), instance)
    # Called here and not in a helper, so that few frames stand above the user's function.
    summary = run.execute()
    return in_process_result(job, plan, run, summary, raise_on_error)


def materialize_to_memory(
    assets: Sequence[Any],
    run_config: Mapping[str, Any] | None = None,
    instance: Instance | None = None,
    resources: Mapping[str, Any] | None = None,
    partition_key: str | None = None,
    raise_on_error: bool = True,
    tags: Mapping[str, Any] | None = None,
    selection: Any = None,
) -> ExecuteInProcessResult:
    """Make assets in this process and keep every value in memory; arguments and errors as `materialize`.

    Raises:
        InvariantViolationError: an asset brings an IO manager of its own, or ``resources`` do.
    """
    job = job_over(assets, "materialize_to_memory", resources, selection)
    instance = given_instance(instance, "materialize_to_memory")
    partitions = job.partitions_of_run(partition_key, tags, instance)
    plan = job.plan_for_run(partitions, instance)
    request = job.request(run_config, tags, resources=_all_in_memory(job, plan), partitions=partitions)
    run = prepare_in_process(plan, request, instance)
    # Called here and not in a helper, so that few frames stand above the user's function.
    summary = run.execute()
    return in_process_result(job, plan, run, summary, raise_on_error)


def execute_job(
    job: JobDefinition | ReconstructableJob,
    instance: Instance,
    run_config: Mapping[str, Any] | None = None,
    tags: Mapping[str, Any] | None = None,
    raise_on_error: bool = False,
    op_selection: Sequence[str] | None = None,
    reexecution_options: None = None,
    asset_selection: Sequence[Any] | None = None,
    *,
    rebuild: tuple[Callable[..., Session], tuple[Any, ...]] | None = None,
    listener: Callable[[Sequence[Event]], None] | None = None,
    run_id: str | None = None,
    partitions: RunPartitions | None = None,
) -> ExecuteJobResult:
    """Run a job with its executor: the one its run config names, else its own, else the settings'.

    Args:
        job: the job, or what `reconstructable` makes of it, which workers find by name.
        instance: where values and events are kept.
        run_config: config by section; the job's own by default.
        tags: labels of the run, on top of the job's.
        raise_on_error: whether the first failure is raised once everything that can run has run.
        op_selection: only these of the job's computations; see `select_ops`.
        reexecution_options: refused by this version.
        asset_selection: only these of the job's assets.
        rebuild: how a worker process makes its `Session`, as a picklable function and its arguments, to which
            the request comes first, without what the job defines; by default the job travels by value, unless
            it is `reconstructable`.
        listener: told of events once they are kept.
        run_id: the run; a new one by default.
        partitions: the partitions that it is for; by default those that the tags name.

    Returns:
        How the run ended. ``with execute_job(...) as result`` also loads the values that it stored.

    Raises:
        InvalidInvocationError: ``job`` is no job.
        UnknownProvisionError: no active plugin provides the executor.
        ExecutionStepExecutionError: a step failed, if ``raise_on_error``.
    """
    selected = (asset_selection, None, op_selection)
    if isinstance(job, ReconstructableJob):
        if rebuild is None and job.is_importable:
            rebuild = rebuild_by_name, (job, selected, instance)
        job = job.get_definition()
    check_type(instance, Instance, "execute_job: instance", "an Instance")
    check_type(run_id, str | None, "execute_job: run_id", "a string")
    check_type(partitions, RunPartitions | None, "execute_job: partitions", "what run_partitions returns")
    check_type(listener, Callable | None, "execute_job: listener", "a function")
    if not isinstance(job, JobDefinition):
        raise InvalidInvocationError(
            f"execute_job takes a job or what reconstructable makes of one, not {job!r}."
        )
    refuse(f"job '{job.name}'", reexecution_options=reexecution_options)
    if partitions is None:
        partitions = job.partitions_of_run(None, tags, instance, asset_selection)
    plan = job.plan_for_run(partitions, instance, *selected)
    request = job.request(run_config, tags, run_id, partitions=partitions)
    config = job.read_executor_config(request.run_config)
    request = attrs.evolve(request, retries=retries_enabled(config))
    in_process, executor = _create_executor(job, config, instance)
    try:
        data = None if in_process else _pickled(rebuild, job, selected, request, instance)
        run = prepare_on_executor(plan, request, instance, executor, data, listener)
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        raise
    summary = run.execute()
    values = StoredValues(plan, summary.events, partial(session_for, plan, request, instance))
    result = ExecuteJobResult(job, plan, request.run_id, summary.success, summary.events, values)
    if raise_on_error:
        result.raise_for_failure(summary.exceptions)
    return result


def validate_run_config(
    job_def: JobDefinition | None = None, run_config: Mapping[str, Any] | None = None, mode: None = None
) -> dict[str, Any]:
    """Return a run config for a job with defaults filled in, without running it.

    Args:
        job_def: the job.
        run_config: its sections: ``ops``, ``resources``, ``execution``, ``loggers``.
        mode: refused: jobs have no modes.

    Raises:
        InvalidConfigError: it does not fit; every problem is listed with its path.
        InvalidInvocationError: no job is given.
    """
    if not isinstance(job_def, JobDefinition):
        raise InvalidInvocationError(f"validate_run_config: job_def is a job, not {job_def!r}.")
    refuse("validate_run_config", mode=mode)
    return job_def.read_config(job_def.run_config(run_config))


def _create_executor(job: JobDefinition, config: Any, instance: Instance) -> tuple[bool, Executor]:
    definition = job.executor_def
    if definition.executor_creation_fn is None:
        raise InvalidDefinitionError(
            f"The executor '{definition.name}' has no executor_creation_fn to make it."
        )
    made = definition.executor_creation_fn(InitExecutorContext(job, definition, config, instance))
    if isinstance(made, Executor):
        made = getattr(made, "in_process", isinstance(made, ThreadPoolExecutor)), made
    if not (isinstance(made, tuple) and len(made) == 2 and isinstance(made[1], Executor)):
        raise InvalidDefinitionError(
            f"The executor '{definition.name}' of job '{job.name}' makes {made!r}. executor_creation_fn "
            "returns a concurrent.futures.Executor."
        )
    return bool(made[0]), made[1]


def rebuild_by_name(
    request: RunSpec, target: ReconstructableJob, selected: tuple[Any, ...], instance: Instance
) -> Session:
    """Return a worker's part of a run whose job is found by its name."""
    job = target.get_definition()
    request = attrs.evolve(request, resources=job.resource_defs, loggers=job.loggers, job=job)
    plan = job.plan_for_run(request.partitions, instance, *selected)
    return session_for(plan, request, instance, in_worker=True)


def rebuild_by_value(
    job: JobDefinition, selected: tuple[Any, ...], request: RunSpec, instance: Instance
) -> Session:
    """Return a worker's part of a run whose definitions travelled by value."""
    plan = job.plan_for_run(request.partitions, instance, *selected)
    return session_for(plan, request, instance, in_worker=True)


def _pickled(
    rebuild: tuple[Callable[..., Session], tuple[Any, ...]] | None,
    job: JobDefinition,
    selected: tuple[Any, ...],
    request: RunSpec,
    instance: Instance,
) -> bytes:
    if rebuild is not None:
        return pickle.dumps(
            (rebuild[0], (attrs.evolve(request, resources={}, loggers={}, job=None), *rebuild[1]))
        )
    try:
        import cloudpickle  # 20 ms to import, and only definitions that no worker can import need it
    except ImportError as error:
        raise UnmetExecutorRequirementsError(
            f"job '{job.name}' can reach worker processes only by value, which needs the package "
            "'cloudpickle': pip install cloudpickle (holdfast-multiprocess brings it). Or put its "
            "definitions into a module that the settings name as the repository, or use the in-process "
            "executor."
        ) from error
    try:
        data: bytes = cloudpickle.dumps((rebuild_by_value, (job, selected, request, instance)))
    except Exception as error:
        raise InvalidDefinitionError(
            f"job '{job.name}' cannot be sent to worker processes: {error}. Put its definitions into a "
            "module that the settings name as the repository, or use the in-process executor."
        ) from error
    return data


def job_over(
    assets: Sequence[Any],
    name: str,
    resources: Mapping[str, Any] | None,
    selection: Any,
    executor_def: ExecutorDefinition | None = None,
) -> JobDefinition:
    """Return the job of a call that is given assets, whatever partitions these have.

    Args:
        assets: the assets, and the source assets they read.
        name: the job's name: that of the function that is called.
        resources: its resources.
        selection: only these of the assets; without any assets, the source assets that can be observed.
        executor_def: the executor it is run by.

    Raises:
        InvalidDefinitionError: ``assets`` is no list, or they contradict each other.
        InvalidSubsetError: the selection names what is not there.
    """
    if not isinstance(assets, Sequence) or isinstance(assets, str):
        raise InvalidDefinitionError(f"{name} takes a list of assets and source assets, not {assets!r}.")
    graph = AssetGraph.of(assets)
    if selection is None:
        layer = AssetLayer.everything(graph)
    else:
        layer = AssetLayer.select(graph, coerce_selection(selection))
    return JobDefinition(
        graph_def=None, name=name, resource_defs=resources, executor_def=executor_def, asset_layer=layer
    )


def _all_in_memory(job: JobDefinition, plan: Plan) -> dict[str, ResourceDefinition]:
    manager = IOManagerDefinition.hardcoded_io_manager(InMemoryIOManager())
    keys = {output.manager_key for step in plan for output in step.outputs + step.spare}
    keys.update(source.manager_key for step in plan for inp in step.inputs for source in inp.stored)
    keys.update(inp.manager_key for step in plan for inp in step.inputs if inp.manager_key)
    brought = [key for node in plan.graph.nodes for key in node.definition.resource_defs]
    for key in (*brought, *job.resource_defs):
        if key in keys:
            raise InvariantViolationError(
                f"materialize_to_memory keeps every value in memory, but the IO manager '{key}' is given. "
                "Leave it out, or use materialize."
            )
    return dict.fromkeys(keys, manager)
