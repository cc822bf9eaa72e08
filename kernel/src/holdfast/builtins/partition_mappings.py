"""The kernel's mappings between partitions, as factories of a plugin's records."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.partitions.key_mappings import (
    AllPartitionMapping,
    IdentityPartitionMapping,
    LastPartitionMapping,
    SpecificPartitionsPartitionMapping,
)
from holdfast.partitions.time_mapping import TimeWindowPartitionMapping
from holdfast.provisions import PluginContext

__all__ = ["all_partitions", "identity", "last", "specific", "time_window"]


def identity(_context: PluginContext) -> IdentityPartitionMapping:
    """Return the mapping to the same key."""
    return IdentityPartitionMapping()


def all_partitions(_context: PluginContext) -> AllPartitionMapping:
    """Return the mapping to all partitions."""
    return AllPartitionMapping()


def last(_context: PluginContext) -> LastPartitionMapping:
    """Return the mapping to the last partition."""
    return LastPartitionMapping()


def specific(_context: PluginContext, partition_keys: Sequence[str]) -> SpecificPartitionsPartitionMapping:
    """Return the mapping to given partitions.

    Args:
        partition_keys: their keys.
    """
    return SpecificPartitionsPartitionMapping(partition_keys)


def time_window(
    _context: PluginContext, start_offset: int = 0, end_offset: int = 0
) -> TimeWindowPartitionMapping:
    """Return the mapping to windows that share time.

    Args:
        start_offset: by how many downstream windows the time that counts begins later.
        end_offset: by how many downstream windows it ends later.
    """
    return TimeWindowPartitionMapping(start_offset, end_offset)
