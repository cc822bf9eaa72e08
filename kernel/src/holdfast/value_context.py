"""What an IO manager is told of a value, whether it stores or loads it: which asset and partitions it is."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Mapping
from typing import Any

from holdfast.contexts import Resources, to_resources
from holdfast.errors import InvariantViolationError
from holdfast.keys import AssetKey
from holdfast.partitions.definition import PartitionsDefinition, PartitionsSubset
from holdfast.partitions.ranges import PartitionKeyRange, TimeWindow

__all__ = ["ValueContext", "known"]


def known(value: Any, what: str, context: object) -> Any:
    """Return what a context was given; an `InvariantViolationError` when it was not."""
    if value is None:
        raise InvariantViolationError(f"This {type(context).__name__} has no {what}. In a test, give it one.")
    return value


class ValueContext:
    """What storing a value and loading it have in common: which asset and partitions it is, and its type."""

    # Contexts are made for every value of every run. Frozen attrs classes of their size take five times as
    # long to make, so these keep their fields private and show them read-only.

    __slots__ = ()

    _asset_key: AssetKey | None
    _asset_partitions: PartitionsSubset | None
    _config: Any
    _dagster_type: Any
    _log_manager: logging.Logger | None
    _metadata: Mapping[str, Any] | None
    _op_def: Any
    _partition_key: str | None
    _resource_config: Any
    _resources: Mapping[str, Any] | None

    @property
    def has_asset_key(self) -> bool:
        """Whether the value is an asset."""
        return self._asset_key is not None

    @property
    def asset_key(self) -> AssetKey:
        """The asset's key; an `InvariantViolationError` when the value is no asset."""
        return known(self._asset_key, "asset key", self)  # type: ignore[no-any-return]

    @property
    def config(self) -> Any:
        """The config of the output or input."""
        return self._config

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The metadata of the definition of the output or input, as given there."""
        return self._metadata or {}

    @property
    def dagster_type(self) -> Any:
        """The value's declared type, a `DagsterType`."""
        return known(self._dagster_type, "dagster_type", self)

    @property
    def op_def(self) -> Any:
        """The computation that makes or reads the value, an `OpDefinition`."""
        return known(self._op_def, "op_def", self)

    @property
    def resource_config(self) -> Any:
        """The config of the IO manager's own resource."""
        return self._resource_config

    @property
    def resources(self) -> Resources:
        """The resources that the IO manager asked for."""
        return to_resources(self._resources)

    @property
    def log_manager(self) -> logging.Logger | None:
        """The logger of the run, where there is one."""
        return self._log_manager

    @property
    def has_partition_key(self) -> bool:
        """Whether the step is for one partition."""
        return self._partition_key is not None

    @property
    def partition_key(self) -> str:
        """The partition that the step is for; an `InvariantViolationError` when it is for none."""
        return known(self._partition_key, "partition key", self)  # type: ignore[no-any-return]

    @property
    def has_asset_partitions(self) -> bool:
        """Whether the value is of an asset with partitions."""
        return self._asset_partitions is not None

    @property
    def asset_partitions(self) -> PartitionsSubset:
        """The asset's partitions that the value is.

        An `InvariantViolationError` when the asset has none, as of all below.
        """
        return known(self._asset_partitions, "asset with partitions", self)  # type: ignore[no-any-return]

    @property
    def asset_partition_key(self) -> str:
        """The asset's one partition that the value is.

        An `InvariantViolationError` when it is several, which `store_each` and `load_each` take one by one.
        """
        partitions = self.asset_partitions
        key = partitions.only_key
        if key is None:
            raise InvariantViolationError(
                f"{self._asset_key} is stored or loaded as {len(partitions)} partitions at once. Use "
                "context.asset_partition_keys, or take them one by one with context.store_each or load_each."
            )
        return key

    @property
    def asset_partition_keys(self) -> list[str]:
        """The asset's partitions that the value is, in order."""
        return list(self.asset_partitions)

    @property
    def asset_partition_key_range(self) -> PartitionKeyRange:
        """The asset's partitions that the value is, from the first to the last."""
        return self.asset_partitions.key_range

    @property
    def asset_partitions_def(self) -> PartitionsDefinition:
        """How the asset is partitioned."""
        return self.asset_partitions.definition

    @property
    def asset_partitions_time_window(self) -> TimeWindow:
        """The time that the asset's partitions that the value is are about, from the first to the last."""
        return self.asset_partitions.time_window

    def get_identifier(self) -> list[str]:
        """Return what tells the output from every other: run, step and name, and a mapping key if any."""
        raise NotImplementedError

    @property
    def identity(self) -> Hashable:
        """What tells the value from every other: the asset and partition, or run, step and output.

        A key and its partition stay apart: partition ``b`` of ``a`` is not the asset ``a/b``.
        """
        key = self._asset_key
        if key is None:
            return tuple(self.get_identifier())
        return key if self._asset_partitions is None else (key, self.asset_partition_key)

    @property
    def log(self) -> logging.Logger:
        """The logger of the run."""
        return self._log_manager or logging.getLogger("holdfast.run")

    def get_asset_identifier(self) -> list[str]:
        """Return what tells this asset's value from every other: key parts and the partition if any."""
        key = self.asset_key.path
        return key if self._asset_partitions is None else [*key, self.asset_partition_key]

    def _of_partition(self, key: str) -> dict[str, Any]:
        return {"asset_partitions": self.asset_partitions.definition.subset([key])}
