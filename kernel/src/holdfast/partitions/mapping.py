"""The contract of partition mappings: which partitions of one asset depend on which of another's."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from holdfast.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    InvariantViolationError,
    UnknownPartitionError,
)
from holdfast.partitions.definition import PartitionsDefinition, PartitionsSubset
from holdfast.partitions.ranges import PartitionKeyRange

__all__ = ["PartitionMapping", "SubsetPartitionMapping"]


class PartitionMapping(ABC):
    """Says which partitions of an upstream asset the partitions of a downstream asset depend on.

    To write one, implement the two methods over ranges of keys. Where what belongs together is no range, or
    listing ranges takes too long, implement the two over subsets instead, in a `SubsetPartitionMapping`.
    """

    same_for_every_partition: ClassVar[bool] = False
    """Whether every downstream partition depends on the same upstream partitions."""

    @abstractmethod
    def get_upstream_partitions_for_partition_range(
        self,
        downstream_partition_key_range: PartitionKeyRange | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
    ) -> PartitionKeyRange:
        """Return the range of upstream partitions that a range of downstream partitions depends on.

        Args:
            downstream_partition_key_range: the range; ``None`` when the downstream asset is not partitioned.
            downstream_partitions_def: the downstream asset's partitions, if it has any.
            upstream_partitions_def: the upstream asset's partitions.
        """

    @abstractmethod
    def get_downstream_partitions_for_partition_range(
        self,
        upstream_partition_key_range: PartitionKeyRange,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
    ) -> PartitionKeyRange:
        """Return the range of downstream partitions that depend on a range of upstream partitions.

        Args:
            upstream_partition_key_range: the range.
            downstream_partitions_def: the downstream asset's partitions.
            upstream_partitions_def: the upstream asset's partitions.
        """

    def finds_several(
        self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
    ) -> bool:
        """Return whether one downstream partition may depend on several upstream ones.

        An input is then a mapping of values by partition key, however many there happen to be, and else one
        value. Here, that is so if one of some partitions does, such as the first few, whether they are there
        yet or not; say it yourself where that is not enough.

        Args:
            upstream_def: the upstream asset's partitions.
            downstream_def: the downstream asset's partitions, if it has any.
        """
        probes = [None] if downstream_def is None else downstream_def.probes()
        return any(self._finds_several_for(probe, upstream_def) for probe in probes)

    def _finds_several_for(self, probe: PartitionsSubset | None, upstream_def: PartitionsDefinition) -> bool:
        try:
            return len(self.upstream_subset(probe, upstream_def)) > 1
        except (InvalidInvocationError, UnknownPartitionError):
            return False  # at the ends of the definitions there may be nothing

    def upstream_subset(
        self, downstream_subset: PartitionsSubset | None, upstream_def: PartitionsDefinition
    ) -> PartitionsSubset:
        """Return the upstream partitions that some downstream partitions depend on.

        Args:
            downstream_subset: the downstream partitions; ``None`` when that asset is not partitioned.
            upstream_def: the upstream asset's partitions.

        Raises:
            InvalidDefinitionError: partitions of these two kinds cannot be mapped.
            UnknownPartitionError: they depend on a partition that cannot be.
        """
        ask = self.get_upstream_partitions_for_partition_range
        if downstream_subset is None:
            return upstream_def.between(ask(None, None, upstream_def))
        found, definition = upstream_def.none(), downstream_subset.definition
        for key_range in downstream_subset.ranges:
            found |= upstream_def.between(ask(key_range, definition, upstream_def))
        return found

    def downstream_subset(
        self, upstream_subset: PartitionsSubset, downstream_def: PartitionsDefinition
    ) -> PartitionsSubset:
        """Return the downstream partitions that depend on some upstream partitions.

        Args:
            upstream_subset: the upstream partitions.
            downstream_def: the downstream asset's partitions.

        Raises:
            InvalidDefinitionError: partitions of these two kinds cannot be mapped.
        """
        ask = self.get_downstream_partitions_for_partition_range
        found, definition = downstream_def.none(), upstream_subset.definition
        for key_range in upstream_subset.ranges:
            found |= downstream_def.between(ask(key_range, downstream_def, definition))
        return found

    def check_pair(
        self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
    ) -> None:
        """Accept the partitions of two assets, one of which depends on the other.

        Args:
            upstream_def: the upstream asset's partitions.
            downstream_def: the downstream asset's partitions, if it has any.

        Raises:
            InvalidDefinitionError: partitions of these two kinds cannot be mapped.
        """
        return


class SubsetPartitionMapping(PartitionMapping):
    """A mapping that is written over subsets; ranges follow from it, from the first key to the last."""

    @abstractmethod
    def upstream_subset(
        self, downstream_subset: PartitionsSubset | None, upstream_def: PartitionsDefinition
    ) -> PartitionsSubset:
        """Return the upstream partitions that some downstream partitions depend on."""

    @abstractmethod
    def downstream_subset(
        self, upstream_subset: PartitionsSubset, downstream_def: PartitionsDefinition
    ) -> PartitionsSubset:
        """Return the downstream partitions that depend on some upstream partitions."""

    def get_upstream_partitions_for_partition_range(
        self,
        downstream_partition_key_range: PartitionKeyRange | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
    ) -> PartitionKeyRange:
        """Return the range from the first to the last upstream partition.

        Raises:
            InvariantViolationError: the range depends on no partition.
        """
        downstream = None
        if downstream_partitions_def is not None and downstream_partition_key_range is not None:
            downstream = downstream_partitions_def.between(downstream_partition_key_range)
        return _range_of(self.upstream_subset(downstream, upstream_partitions_def))

    def get_downstream_partitions_for_partition_range(
        self,
        upstream_partition_key_range: PartitionKeyRange,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
    ) -> PartitionKeyRange:
        """Return the range from the first to the last downstream partition.

        Raises:
            InvariantViolationError: no partition depends on the range.
        """
        if downstream_partitions_def is None:
            raise InvalidDefinitionError(f"{type(self).__name__}: what is downstream has no partitions.")
        upstream = upstream_partitions_def.between(upstream_partition_key_range)
        return _range_of(self.downstream_subset(upstream, downstream_partitions_def))


def _range_of(subset: PartitionsSubset) -> PartitionKeyRange:
    ranges = list(subset.ranges)
    if not ranges:
        raise InvariantViolationError(f"No partition of {subset.definition} belongs to the range.")
    return PartitionKeyRange(ranges[0].start, ranges[-1].end)
