"""Backfills: many partitions of assets in one run, and what of one is still to be done."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import attrs

from holdfast.asset_graph import AssetGraph
from holdfast.builtins.executors import in_process_executor
from holdfast.errors import InvalidDefinitionError, InvalidInvocationError, NothingToDoError
from holdfast.events import BACKFILL_TAG, Event, EventType, PartitionRecord, Run
from holdfast.instance import Instance
from holdfast.job_result import ExecuteJobResult
from holdfast.jobs import JobDefinition
from holdfast.keys import AssetKey
from holdfast.partition_choice import choose_partitions
from holdfast.partitions.config import PartitionedConfig
from holdfast.partitions.definition import PartitionsSubset
from holdfast.run_api import execute_job, job_over
from holdfast.run_partitions import RunPartitions, moment_of

__all__ = ["BACKFILL_TAG", "Remaining", "backfill", "backfill_partitions", "remaining_of"]

Only = Literal["missing", "failed"]


def backfill(
    assets: Sequence[Any] | JobDefinition,
    partitions: Any = None,
    *,
    instance: Instance,
    only: Only | None = None,
    selection: Any = None,
    run_config: Mapping[str, Any] | None = None,
    resources: Mapping[str, Any] | None = None,
    tags: Mapping[str, Any] | None = None,
    raise_on_error: bool = False,
    listener: Callable[[Sequence[Event]], None] | None = None,
    run_id: str | None = None,
) -> ExecuteJobResult:
    """Make many partitions of assets in one run, each partition after those it depends on.

    A partition that fails skips those that depend on it; everything else runs on. What a run did not get to,
    because it was killed or something failed, is left by `remaining_of`.

    Args:
        assets: the assets and the source assets they read, which are made in this process; or a job of
            assets, which has its executor.
        partitions: a key, a list of keys, a `PartitionKeyRange` or a `PartitionsSubset`; or a mapping of
            these by asset. All there are by default. See `choose_partitions` for what they mean for assets
            with other partitions.
        instance: where values and events are kept.
        only: of these, only the partitions ``"missing"``, which were never made, or ``"failed"``, whose last
            attempt failed.
        selection: only these of the assets.
        run_config: config by section.
        resources: resources by key.
        tags: labels of the run.
        raise_on_error: whether the first failure is raised once everything that can run has run.
        listener: told of events once they are kept.
        run_id: the run; a new one by default.

    Raises:
        UnknownPartitionError: there are no such partitions.
        InvalidInvocationError: no asset has partitions.
        NothingToDoError: there are no such partitions to make.
    """
    job = _job(assets, resources, selection)
    chosen = backfill_partitions(job, partitions, instance, only)
    run_id = run_id or str(uuid.uuid4())
    return execute_job(
        job,
        instance,
        run_config,
        {**(tags or {}), BACKFILL_TAG: run_id},
        raise_on_error,
        listener=listener,
        run_id=run_id,
        partitions=chosen,
    )


def backfill_partitions(
    job: JobDefinition, partitions: Any, instance: Instance, only: Only | None = None
) -> RunPartitions:
    """Return the partitions of each asset of a job that a backfill makes; arguments and errors as there."""
    layer = job.asset_layer
    if layer is None:
        raise InvalidInvocationError(f"{job!r} makes no assets, so there is nothing to backfill.")
    if isinstance(job.config, PartitionedConfig):
        raise InvalidInvocationError(
            f"{job!r} has other config for each partition, and a backfill is one run with one config. "
            "Run it for each partition by itself, or read the partition from the context."
        )
    if not any(layer.graph[key].partitioned for key in layer.keys):
        raise InvalidInvocationError(f"{job!r}: no asset of it has partitions. Run it without a backfill.")
    if only not in (None, "missing", "failed"):
        raise InvalidInvocationError(f"backfill: only is 'missing' or 'failed', not {only!r}.")
    moment = moment_of(instance)
    nodes = [layer.graph[key] for key in layer.keys]
    definitions = {
        node.key: moment.still(node.partitions_def) for node in nodes if node.partitions_def is not None
    }
    if partitions is None:
        subsets = {key: definition.all() for key, definition in definitions.items()}
    else:
        subsets = choose_partitions(layer.graph, layer.keys, partitions, moment)
    if only == "missing":
        subsets = {key: subset - moment.made(key, subset.definition) for key, subset in subsets.items()}
    elif only == "failed":
        subsets = {key: subset & moment.failed(key, subset.definition) for key, subset in subsets.items()}
    if not any(subsets.values()):
        what = f"{only} partitions" if only else "partitions"
        raise NothingToDoError(f"{job!r}: there are no {what} to make.")
    return RunPartitions.of(subsets, moment.time)


@attrs.frozen
class Remaining:
    """What of a backfill is still to be done.

    Attributes:
        run: its first run.
        keys: the assets that are still to be made, or partitions of which are.
        partitions: the partitions; ``None`` when all that is left has none.
    """

    run: Run
    keys: frozenset[AssetKey]
    partitions: RunPartitions | None


def remaining_of(run_id: str, graph: AssetGraph, instance: Instance) -> Remaining:
    """Return what of a backfill is still to be done: what was not made since it began, failures included.

    Args:
        run_id: one of its runs.
        graph: all assets.
        instance: where its events are kept.

    Raises:
        RunNotFoundError: there is no such run.
        InvalidInvocationError: it is no backfill.
        NothingToDoError: nothing is left of it.
        UnknownSelectionError: an asset of it is no longer there.
        UnknownPartitionError: an asset of it has other partitions now.
    """
    store = instance.event_store
    first = store.run(store.run(run_id).tags.get(BACKFILL_TAG, run_id))
    if not first.about.partitions:
        raise InvalidInvocationError(f"Run '{run_id}' is no backfill, so there is nothing to resume.")
    moment = moment_of(instance)

    def made_since(record: PartitionRecord) -> bool:
        return record.made_by is not None and record.failed_in is None and record.timestamp >= first.started

    subsets: dict[AssetKey, PartitionsSubset] = {}
    planned = _planned(store.events(first.run_id), graph)
    for key in planned:
        node = graph[key]
        data = first.about.partitions.get(key.to_user_string())
        if node.partitions_def is not None and data is not None:
            subset = moment.still(node.partitions_def).from_json(data)
            subsets[key] = subset - moment.recorded(key, subset.definition, made_since)
    left = {key for key, subset in subsets.items() if subset}
    latest = store.latest_materializations(planned)
    for key in graph.sorted(planned):
        if key in subsets:
            continue
        made = latest.get(key)
        waits = not left.isdisjoint(graph.parents(key))
        if waits or made is None or made.timestamp < first.started:
            left.add(key)
    if not left:
        raise NothingToDoError(f"Nothing is left of the backfill '{first.run_id}'.")
    rest = {key: subset for key, subset in subsets.items() if subset}
    return Remaining(first, frozenset(left), RunPartitions.of(rest, moment.time) if rest else None)


def _planned(events: Sequence[Event], graph: AssetGraph) -> list[AssetKey]:
    planned = (event for event in events if event.type is EventType.ASSET_MATERIALIZATION_PLANNED)
    keys = [event.asset_key for event in planned if event.asset_key is not None]
    graph.positions(keys)
    return keys


def _job(
    assets: Sequence[Any] | JobDefinition, resources: Mapping[str, Any] | None, selection: Any
) -> JobDefinition:
    if isinstance(assets, JobDefinition):
        if resources is not None or selection is not None:
            raise InvalidDefinitionError(
                "backfill: a job has its own resources and selection. Leave them out."
            )
        return assets
    if not isinstance(assets, Sequence) or isinstance(assets, str):
        raise InvalidDefinitionError(f"backfill takes a list of assets or a job, not {assets!r}.")
    return job_over(assets, "backfill", resources, selection, in_process_executor)
