"""The mapping between two assets' partitions where none is given."""

from __future__ import annotations

from holdfast.argument_types import check_type
from holdfast.partitions.definition import PartitionsDefinition
from holdfast.partitions.key_mappings import AllPartitionMapping, IdentityPartitionMapping
from holdfast.partitions.mapping import PartitionMapping
from holdfast.partitions.multi import MultiPartitionsDefinition
from holdfast.partitions.multi_mappings import MultiToSingleDimensionPartitionMapping, mapping_by_kind

__all__ = ["default_mapping"]


def default_mapping(
    upstream_def: PartitionsDefinition | None, downstream_def: PartitionsDefinition | None
) -> PartitionMapping | None:
    """Return how the partitions of two assets belong together when nobody says.

    Args:
        upstream_def: the upstream asset's partitions, if it has any.
        downstream_def: the downstream asset's partitions, if it has any.

    Returns:
        ``None`` when upstream has no partitions: then its whole value is depended on. All of them when
        downstream has none. By that dimension when one side has dimensions and the other is like one of them.
        By overlap between different time windows. Else by key.

    Raises:
        InvalidDefinitionError: one of them is no definition of partitions.
    """
    for name, given in (("upstream_def", upstream_def), ("downstream_def", downstream_def)):
        check_type(given, PartitionsDefinition | None, f"default_mapping: {name}", "a PartitionsDefinition")
    if upstream_def is None:
        return None
    if downstream_def is None:
        return AllPartitionMapping()
    for multi, single in ((upstream_def, downstream_def), (downstream_def, upstream_def)):
        if isinstance(multi, MultiPartitionsDefinition) and not isinstance(single, MultiPartitionsDefinition):
            alike = [name for name, definition in multi.dimensions if definition == single]
            if len(alike) == 1:
                return MultiToSingleDimensionPartitionMapping(alike[0])
            return IdentityPartitionMapping()
    return mapping_by_kind(upstream_def, downstream_def)
