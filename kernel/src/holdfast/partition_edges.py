"""How the partitions of two assets belong together: as the reader says, or as their definitions do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from holdfast.asset_node import AssetNode
from holdfast.errors import CycleError, InvalidDefinitionError, UnknownPartitionError
from holdfast.keys import AssetKey
from holdfast.partitions.default_mapping import default_mapping
from holdfast.partitions.definition import PartitionsDefinition
from holdfast.partitions.dynamic import DynamicPartitionsDefinition
from holdfast.partitions.key_mappings import IdentityPartitionMapping
from holdfast.partitions.mapping import PartitionMapping

__all__ = ["KERNEL_MAPPINGS", "Mappings", "check_edges", "edge_mapping", "given_mapping"]


class Mappings:
    """Finds mappings where nobody gives one, and those that are named; here, without plugins."""

    def default(
        self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
    ) -> PartitionMapping | None:
        """Return the mapping of a pair of definitions."""
        return default_mapping(upstream_def, downstream_def)

    def named(self, name: str) -> PartitionMapping:
        """Return the mapping that a plugin provides under a name.

        Raises:
            UnknownProvisionError: no active plugin does.
            InvalidDefinitionError: there are no plugins here.
        """
        raise InvalidDefinitionError(
            f"The partition mapping '{name}' is a plugin's, and this run has none: give it an instance, such "
            "as Instance.get(), or give the mapping itself."
        )


KERNEL_MAPPINGS = Mappings()
"""What the kernel knows without plugins."""


def edge_mapping(
    reader: AssetNode, upstream: AssetNode, mappings: Mappings = KERNEL_MAPPINGS
) -> PartitionMapping | None:
    """Return how an asset's partitions depend on those of an asset it reads.

    Args:
        reader: the asset.
        upstream: the asset that it reads.
        mappings: finds what the reader does not give itself.

    Returns:
        ``None`` when the upstream asset has no partitions.

    Raises:
        InvalidDefinitionError: what plugins provide does not fit the two assets, which are named.
        UnknownProvisionError: no active plugin provides the mapping.
    """
    if upstream.partitions_def is None:
        return None
    given = given_mapping(reader, upstream.key)
    if isinstance(given, PartitionMapping):
        return given  # it was checked with the graph
    if given is None:
        found = mappings.default(upstream.partitions_def, reader.partitions_def)
    else:
        found = mappings.named(given)
    assert found is not None
    if mappings is not KERNEL_MAPPINGS:
        _check_mapping(reader, upstream, found, upstream.partitions_def)
    return found


def check_edges(nodes: Sequence[AssetNode], positions: Mapping[AssetKey, int]) -> None:
    """Raise unless the partitions of assets that read each other can belong together.

    Named mappings are checked when they are found.

    Args:
        nodes: the assets, with full upstream keys.
        positions: the place of each among the nodes.

    Raises:
        InvalidDefinitionError: naming both assets.
        CycleError: a partition of an asset depends on itself.
    """
    for node in nodes:
        given = getattr(node.definition, "partition_mappings", None)
        if node.partitions_def is None and not given:
            continue
        for key in node.upstream:
            _check_edge(node, nodes[positions[key]])


def _check_edge(reader: AssetNode, upstream: AssetNode) -> None:
    given = given_mapping(reader, upstream.key)
    if isinstance(given, str):
        return
    if upstream.partitions_def is None:
        if given is not None:
            raise InvalidDefinitionError(
                f"{_reads(reader, upstream)} with a {type(given).__name__}, but '{upstream.key}' has no "
                "partitions. Leave the partition_mapping out, or give it a partitions_def."
            )
        return
    mapping = given or default_mapping(upstream.partitions_def, reader.partitions_def)
    assert mapping is not None
    _check_mapping(reader, upstream, mapping, upstream.partitions_def)


def _check_mapping(
    reader: AssetNode, upstream: AssetNode, mapping: PartitionMapping, upstream_def: PartitionsDefinition
) -> None:
    try:
        mapping.check_pair(upstream_def, reader.partitions_def)
    except InvalidDefinitionError as error:
        raise InvalidDefinitionError(
            f"{_reads(reader, upstream)}, and their partitions do not fit: {error}"
        ) from None
    if reader.key == upstream.key and _depends_on_itself(mapping, upstream_def):
        raise CycleError([str(reader.key)], [reader.place])


def _depends_on_itself(mapping: PartitionMapping, definition: PartitionsDefinition) -> bool:
    """Return whether a partition depends on itself, of some that are tried."""
    if isinstance(definition, DynamicPartitionsDefinition):
        return isinstance(mapping, IdentityPartitionMapping)  # its keys are not known before a run
    for one in (*definition.probes(), definition.last()):
        try:
            if one & mapping.upstream_subset(one, definition):
                return True
        except UnknownPartitionError:
            continue  # at the ends of a definition there may be nothing
    return False


def _reads(reader: AssetNode, upstream: AssetNode) -> str:
    return f"Asset '{reader.key}' ({reader.place}) reads '{upstream.key}' ({upstream.place})"


def given_mapping(reader: AssetNode, key: AssetKey) -> PartitionMapping | str | None:
    """Return what an asset says of one that it reads: a mapping, the name of one, or nothing.

    Args:
        reader: the asset.
        key: the asset that it reads.
    """
    written: Mapping[AssetKey, PartitionMapping | str] = getattr(reader.definition, "partition_mappings", {})
    if key in written or not written:
        return written.get(key)
    # A name of one part may mean an asset of the same group; see AssetGraph.resolve_upstream.
    return written.get(AssetKey(key.parts[-1])) if len(key.parts) > 1 else None
