"""What a job says of partitions: which it has, and which a run of it is for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from holdfast.argument_types import check_type
from holdfast.asset_graph import AssetGraph
from holdfast.asset_layer import AssetLayer
from holdfast.definitions.tags import check_tags
from holdfast.errors import InvalidDefinitionError, InvariantViolationError
from holdfast.instance import Instance
from holdfast.keys import AssetKey
from holdfast.partitions.config import PartitionedConfig
from holdfast.partitions.definition import PartitionsDefinition
from holdfast.plan import Plan
from holdfast.run_partitions import PARTITION_TAG, RunPartitions, plan_at, run_partitions
from holdfast.run_request import RunRequest

__all__ = ["JobPartitions"]


class JobPartitions(ABC):
    """What a job says of partitions; a base of `JobDefinition`."""

    if TYPE_CHECKING:  # who inherits has these
        name: str
        asset_layer: AssetLayer | None
        config: Any
        tags: Mapping[str, str]
        _partitions_def: PartitionsDefinition | None

    @abstractmethod
    def plan(
        self,
        asset_selection: Collection[Any] | None = None,
        input_values: Mapping[str, Any] | None = None,
        op_selection: Sequence[str] | None = None,
    ) -> Plan:
        """Return what a run of this job would do, without partitions."""

    @cached_property
    def partitions_def(self) -> PartitionsDefinition | None:
        """Its partitions: those that its assets share, or its own; ``None`` when there are none."""
        if self._partitions_def is not None:
            return self._partitions_def
        if isinstance(self.config, PartitionedConfig):
            return self.config.partitions_def
        found = set(self._asset_partitions.values())
        return found.pop() if len(found) == 1 else None

    @property
    def _asset_partitions(self) -> dict[AssetKey, PartitionsDefinition]:
        layer = self.asset_layer
        if layer is None or not layer.graph.has_partitions:
            return {}
        found = {key: layer.graph[key].partitions_def for key in sorted(layer.keys)}
        return {key: definition for key, definition in found.items() if definition is not None}

    def _check_partitions(self, what: str) -> None:
        given, config = self._partitions_def, self.config
        kind = "a PartitionsDefinition"
        check_type(given, PartitionsDefinition | None, f"{what}: partitions_def", kind)
        if isinstance(config, PartitionedConfig):
            if given is not None and given != config.partitions_def:
                raise InvalidDefinitionError(
                    f"{what}: partitions_def is {given}, but its config is for {config.partitions_def}. "
                    "Leave partitions_def out."
                )
            given = config.partitions_def
        for key, definition in self._asset_partitions.items() if given is not None else ():
            if definition != given:
                raise InvalidDefinitionError(
                    f"{what} is for {given}, but its asset '{key}' has {definition}. Leave partitions_def "
                    "out, or select assets with these partitions alone."
                )

    @property
    def partitioned_config(self) -> PartitionedConfig | None:
        """The config that each of its partitions is run with; ``None`` when it has no partitions."""
        if isinstance(self.config, PartitionedConfig):
            return self.config
        if self.partitions_def is None:
            return None
        config = self.config if isinstance(self.config, Mapping) else {}
        return PartitionedConfig(self.partitions_def, lambda _partition: config)

    def run_request_for_partition(
        self,
        partition_key: str,
        run_key: str | None = None,
        tags: Mapping[str, str] | None = None,
        asset_selection: Sequence[AssetKey] | None = None,
        run_config: Mapping[str, Any] | None = None,
    ) -> RunRequest:
        """Return what asks for a run of one partition.

        Args:
            partition_key: the partition.
            run_key: tells the run from others that a sensor asks for.
            tags: labels of the run, on top of those of the partition.
            asset_selection: only these of the job's assets.
            run_config: the run config; by default that of the partition.

        Raises:
            UnknownPartitionError: there is no such partition, or not yet.
            InvariantViolationError: it has no partitions.
        """
        partitioned = self.partitioned_config
        if partitioned is None:
            raise InvariantViolationError(
                f"{self!r} has no partitions, so there is no run for '{partition_key}'. Use a RunRequest."
            )
        config = partitioned.get_run_config_for_partition_key(partition_key)
        return RunRequest(
            run_key,
            config if run_config is None else run_config,
            {
                **partitioned.get_tags_for_partition_key(partition_key),
                **(tags or {}),
                PARTITION_TAG: partition_key,
            },
            self.name,
            None if asset_selection is None else list(asset_selection),
        )

    def _tags_of_partition(self, partition_key: str | None) -> Mapping[str, str]:
        """Return the tags of a run for a partition, those of a run for none when it is ``None``."""
        if partition_key is None:
            return {}
        own = {PARTITION_TAG: partition_key}
        if isinstance(self.config, PartitionedConfig):
            own.update(self.config.get_tags_for_partition_key(partition_key))
        return own

    def plan_for_run(
        self,
        partitions: RunPartitions | None,
        instance: Instance,
        asset_selection: Collection[Any] | None = None,
        input_values: Mapping[str, Any] | None = None,
        op_selection: Sequence[str] | None = None,
    ) -> Plan:
        """Return the plan of a run for some partitions, or for none; arguments otherwise as `plan`.

        Raises:
            InvariantViolationError: an asset has partitions, and the run is for none.
        """
        plan = self.plan(asset_selection, input_values, op_selection)
        return plan_at(plan, partitions, instance, self.partitions_def if partitions is not None else None)

    def partitions_of_run(
        self,
        partition_key: str | None,
        tags: Mapping[str, Any] | None,
        instance: Instance,
        asset_selection: Collection[Any] | None = None,
    ) -> RunPartitions | None:
        """Return which partitions a run is for.

        Args:
            partition_key: the partition, if one is given.
            tags: the tags of the run, which may name one, or a range.
            instance: knows dynamic partitions.
            asset_selection: the assets, where not all of the job's are run.

        Raises:
            UnknownPartitionError: there is no such partition.
            InvalidInvocationError: nothing that is run has partitions.
        """
        if partition_key is None and not tags and not self.tags:
            return None
        layer = self.asset_layer
        keys = frozenset() if layer is None else layer.keys
        graph = AssetGraph.of(()) if layer is None else layer.graph
        if asset_selection is not None:
            keys = keys & frozenset(map(AssetKey.from_coercible, asset_selection))
        all_tags = {**self.tags, **check_tags(tags, f"run of '{self.name}'")}
        return run_partitions(graph, keys, self.partitions_def, partition_key, all_tags, instance, repr(self))
