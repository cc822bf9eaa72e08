"""Which partitions a run is for, and the plan that follows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import attrs

from holdfast.asset_graph import AssetGraph
from holdfast.definitions.assets_definition import AssetsDefinition
from holdfast.errors import InvalidInvocationError, InvariantViolationError
from holdfast.events import PARTITION_TAG, RANGE_TAGS
from holdfast.instance import Instance
from holdfast.keys import AssetKey
from holdfast.partition_choice import Moment, Subsets, choose_partitions, requested
from holdfast.partitions.definition import PartitionsDefinition
from holdfast.partitions.ranges import PartitionKeyRange
from holdfast.plan import Plan
from holdfast.units import partitioned_plan

__all__ = ["PARTITION_TAG", "RANGE_TAGS", "RunPartitions", "moment_of", "plan_at", "run_partitions"]


@attrs.frozen
class RunPartitions:
    """Which partitions a run is for: what a worker needs to make the same plan; small and picklable.

    Attributes:
        time: the moment of the run, at which its definitions have the partitions that they have.
        subsets: by asset, the partitions of it that are made, as `PartitionsSubset.to_json` writes them.
        key: the one partition that the run is for, if it is for one.
        together: whether each computation takes all its partitions in one call.
    """

    time: datetime
    subsets: Mapping[AssetKey, Any] = attrs.field(factory=dict)
    key: str | None = None
    together: bool = False

    @classmethod
    def of(
        cls, subsets: Subsets, time: datetime, key: str | None = None, *, together: bool = False
    ) -> RunPartitions:
        """Return what makes a run for some partitions of assets."""
        return cls(time, {name: subset.to_json() for name, subset in subsets.items()}, key, together)


class _StoredKeys:
    """The keys of dynamic partitions in an instance's event store, opened when they are asked for."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    def dynamic_partition_keys(self, name: str) -> Sequence[str]:
        return self._instance.event_store.dynamic_partition_keys(name)


def moment_of(instance: Instance, time: datetime | None = None) -> Moment:
    """Return a moment of an instance; now by default."""
    return Moment(
        time or datetime.now(timezone.utc),
        _StoredKeys(instance),
        instance.partition_mappings,
        lambda key: instance.event_store.partitions(key),
    )


def run_partitions(
    graph: AssetGraph,
    keys: Collection[AssetKey],
    job_def: PartitionsDefinition | None,
    partition_key: str | None,
    tags: Mapping[str, str],
    instance: Instance,
    what: str,
) -> RunPartitions | None:
    """Return which partitions a run is for; ``None`` when it is for none.

    Args:
        graph: all assets.
        keys: the assets that it makes.
        job_def: the partitions of the job, for which assets without any run.
        partition_key: the partition, if one is given.
        tags: the tags of the run, which may name one partition or a range.
        instance: knows dynamic partitions.
        what: the job, for messages.

    Raises:
        UnknownPartitionError: there is no such partition.
        InvalidInvocationError: nothing that is run has partitions.
    """
    partition_key = tags.get(PARTITION_TAG) if partition_key is None else partition_key
    start, end = map(tags.get, RANGE_TAGS)
    if partition_key is None and start is None and end is None:
        return None
    if not isinstance(partition_key, str | None):
        raise InvalidInvocationError(f"{what}: partition_key is a string, not {partition_key!r}.")
    moment = moment_of(instance)
    asked: Any = partition_key
    if start is not None and end is not None and partition_key is None:
        asked = PartitionKeyRange(start, end)
    elif start is not None or end is not None:
        raise InvalidInvocationError(
            f"{what}: a run is for one partition or for a range. Give both of the tags "
            f"{' and '.join(RANGE_TAGS)}, or neither."
        )
    if job_def is not None and not any(graph[key].partitioned for key in keys):
        requested(moment.still(job_def), asked)
        return RunPartitions(moment.time, {}, partition_key)
    try:
        subsets = choose_partitions(graph, keys, asked, moment)
    except InvalidInvocationError as error:
        raise InvalidInvocationError(f"{what}: {error}") from None
    return RunPartitions.of(subsets, moment.time, partition_key, together=partition_key is None)


def plan_at(
    plan: Plan,
    partitions: RunPartitions | None,
    instance: Instance,
    job_def: PartitionsDefinition | None = None,
) -> Plan:
    """Return the plan that makes the partitions that a run is for.

    Args:
        plan: the plan without partitions.
        partitions: which these are.
        instance: knows dynamic partitions, and what plugins provide.
        job_def: the partitions of the job, if it has any.

    Raises:
        InvariantViolationError: an asset has partitions, and the run is for none.
    """
    graph = plan.graph
    if partitions is None:
        if not graph.has_partitions:
            return plan
        for step in plan:
            if isinstance(step.definition, AssetsDefinition) and step.definition.partitions_def is not None:
                raise InvariantViolationError(
                    f"{step.title} has partitions ({step.definition.partitions_def}), and this run is for "
                    "none. Give it a partition_key, or use a backfill for many."
                )
        return partitioned_plan(plan, {}, moment_of(instance))
    moment = moment_of(instance, partitions.time)
    subsets = {}
    for key, data in partitions.subsets.items():
        definition = graph[key].partitions_def
        if definition is not None:
            subsets[key] = moment.still(definition).from_json(data)
    run = None
    if partitions.key is not None:
        same = [subset for subset in subsets.values() if partitions.key in subset]
        if same:
            run = same[0]
        elif job_def is not None:
            run = moment.still(job_def).subset([partitions.key])
    return partitioned_plan(plan, subsets, moment, run=run, together=partitions.together)
