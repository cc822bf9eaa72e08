"""What a computation is told of partitions."""

from __future__ import annotations

from collections.abc import Mapping

from holdfast.errors import InvariantViolationError, did_you_mean
from holdfast.keys import AssetKey
from holdfast.partitions.definition import PartitionsDefinition, PartitionsSubset
from holdfast.partitions.ranges import PartitionKeyRange, TimeWindow

__all__ = ["PartitionMembers"]


class PartitionMembers:
    """What a context says of partitions.

    What there is not, such as the one partition of a step that runs for several, is an
    `InvariantViolationError`.
    """

    __slots__ = ()

    partitions: PartitionsSubset | None
    output_partitions: Mapping[str, PartitionsSubset]
    input_partitions: Mapping[str, PartitionsSubset]
    output_keys: Mapping[str, AssetKey | None]
    input_keys: Mapping[str, AssetKey | None]

    @property
    def has_partition_key(self) -> bool:
        """Whether the step runs for one partition."""
        return self.partitions is not None and len(self.partitions) == 1

    @property
    def partition_key(self) -> str:
        """The partition that the step runs for."""
        return _only(self._partitions, "The step runs for")

    @property
    def partition_time_window(self) -> TimeWindow:
        """The time that the step's partitions are about."""
        return self._partitions.time_window

    @property
    def asset_partition_key_range(self) -> PartitionKeyRange:
        """The partitions that the step runs for, from the first to the last."""
        return self._partitions.key_range

    def asset_partition_key_for_output(self, output_name: str = "result") -> str:
        """Return the one partition of the asset that an output is."""
        return _only(self._of_output(output_name), f"The output '{output_name}' is")

    def asset_partition_keys_for_output(self, output_name: str = "result") -> list[str]:
        """Return the partitions of the asset that an output is, in order."""
        return list(self._of_output(output_name))

    def asset_partition_key_range_for_output(self, output_name: str = "result") -> PartitionKeyRange:
        """Return the partitions of the asset that an output is, from the first to the last."""
        return self._of_output(output_name).key_range

    def asset_partitions_time_window_for_output(self, output_name: str = "result") -> TimeWindow:
        """Return the time that the partitions of the asset that an output is are about."""
        return self._of_output(output_name).time_window

    def asset_partitions_def_for_output(self, output_name: str = "result") -> PartitionsDefinition:
        """Return how the asset that an output is is partitioned."""
        return self._of_output(output_name).definition

    def asset_partition_key_for_input(self, input_name: str) -> str:
        """Return the one partition of the asset that an input is."""
        return _only(self._of_input(input_name), f"The input '{input_name}' is")

    def asset_partition_keys_for_input(self, input_name: str) -> list[str]:
        """Return the partitions of the asset that an input is, in order."""
        return list(self._of_input(input_name))

    def asset_partition_key_range_for_input(self, input_name: str) -> PartitionKeyRange:
        """Return the partitions of the asset that an input is, from the first to the last."""
        return self._of_input(input_name).key_range

    def asset_partitions_def_for_input(self, input_name: str) -> PartitionsDefinition:
        """Return how the asset that an input is is partitioned."""
        return self._of_input(input_name).definition

    @property
    def _partitions(self) -> PartitionsSubset:
        if self.partitions is None:
            raise InvariantViolationError(
                "This step runs for no partition. Ask context.has_partition_key first, or give the run a "
                "partition_key."
            )
        return self.partitions

    def _of_output(self, name: str) -> PartitionsSubset:
        return _named(name, "output", self.output_partitions, self.output_keys)

    def _of_input(self, name: str) -> PartitionsSubset:
        return _named(name, "input", self.input_partitions, self.input_keys)


def _only(partitions: PartitionsSubset, what: str) -> str:
    key = partitions.only_key
    if key is None:
        raise InvariantViolationError(
            f"{what} {len(partitions)} partitions. Use the method for partition keys, in the plural."
        )
    return key


def _named(
    name: str, what: str, known: Mapping[str, PartitionsSubset], keys: Mapping[str, AssetKey | None]
) -> PartitionsSubset:
    if name in known:
        return known[name]
    if name in keys:
        raise InvariantViolationError(f"The {what} '{name}' has no partitions in this run.")
    raise InvariantViolationError(f"No {what} '{name}' here.{did_you_mean(name, keys)}")
