"""Mappings by key: to the same key, to all, to the last, to given ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

import attrs

from holdfast.errors import InvalidDefinitionError, UnknownPartitionError
from holdfast.partitions.definition import PartitionsDefinition, PartitionsSubset
from holdfast.partitions.mapping import SubsetPartitionMapping

__all__ = [
    "AllPartitionMapping",
    "IdentityPartitionMapping",
    "LastPartitionMapping",
    "SpecificPartitionsPartitionMapping",
    "StaticPartitionMapping",
]


@attrs.frozen
class IdentityPartitionMapping(SubsetPartitionMapping):
    """Each partition depends on the upstream partition with the same key, of whatever kind either is."""

    def finds_several(
        self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
    ) -> bool:
        """Return false: it is the one with the same key."""
        return False

    def upstream_subset(
        self, downstream_subset: PartitionsSubset | None, upstream_def: PartitionsDefinition
    ) -> PartitionsSubset:
        """Return the upstream partitions with the same keys.

        Raises:
            InvalidDefinitionError: what is downstream has no partitions.
            UnknownPartitionError: upstream cannot have one of the keys.
        """
        if downstream_subset is None:
            raise InvalidDefinitionError(_NOT_PARTITIONED.format("IdentityPartitionMapping"))
        if downstream_subset.definition == upstream_def:
            return PartitionsSubset(upstream_def, downstream_subset.members)
        return upstream_def.subset(downstream_subset)

    def downstream_subset(
        self, upstream_subset: PartitionsSubset, downstream_def: PartitionsDefinition
    ) -> PartitionsSubset:
        """Return the downstream partitions with the same keys, where there can be such."""
        if upstream_subset.definition == downstream_def:
            return PartitionsSubset(downstream_def, upstream_subset.members)
        return downstream_def.subset(key for key in upstream_subset if downstream_def.can_have(key))

    def check_pair(
        self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
    ) -> None:
        """Accept any two kinds of partitions."""
        if downstream_def is None:
            raise InvalidDefinitionError(_NOT_PARTITIONED.format("IdentityPartitionMapping"))


class _GivenUpstream(SubsetPartitionMapping):
    """The same upstream partitions for every downstream partition."""

    same_for_every_partition: ClassVar[bool] = True

    def _upstream(self, upstream_def: PartitionsDefinition) -> PartitionsSubset:
        raise NotImplementedError

    def upstream_subset(
        self, downstream_subset: PartitionsSubset | None, upstream_def: PartitionsDefinition
    ) -> PartitionsSubset:
        """Return the upstream partitions that each downstream partition depends on."""
        if downstream_subset is not None and not downstream_subset:
            return upstream_def.none()
        return self._upstream(upstream_def)

    def downstream_subset(
        self, upstream_subset: PartitionsSubset, downstream_def: PartitionsDefinition
    ) -> PartitionsSubset:
        """Return every downstream partition when they depend on one of the upstream ones."""
        depended_on = upstream_subset & self._upstream(upstream_subset.definition)
        return downstream_def.all() if depended_on else downstream_def.none()


@attrs.frozen
class AllPartitionMapping(_GivenUpstream):
    """Every partition, or an asset without any, depends on all upstream partitions there are."""

    def finds_several(
        self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
    ) -> bool:
        """Return true: there may be any number of partitions."""
        return True

    def _upstream(self, upstream_def: PartitionsDefinition) -> PartitionsSubset:
        return upstream_def.all()


@attrs.frozen
class LastPartitionMapping(_GivenUpstream):
    """Every partition, or an asset without any, depends on the last upstream partition there is."""

    def finds_several(
        self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
    ) -> bool:
        """Return false: it is the last one."""
        return False

    def _upstream(self, upstream_def: PartitionsDefinition) -> PartitionsSubset:
        return upstream_def.last()


def _strings(keys: Sequence[str]) -> tuple[str, ...]:
    if isinstance(keys, str) or not all(isinstance(key, str) for key in keys):
        raise InvalidDefinitionError(
            f"SpecificPartitionsPartitionMapping: give a list of keys, not {keys!r}."
        )
    return tuple(keys)


@attrs.frozen
class SpecificPartitionsPartitionMapping(_GivenUpstream):
    """Every partition, or an asset without any, depends on the same few upstream partitions.

    Args:
        partition_keys: their keys.
    """

    partition_keys: Sequence[str] = attrs.field(converter=_strings)

    def finds_several(
        self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
    ) -> bool:
        """Return whether there is more than one key."""
        return len(self.partition_keys) != 1

    def _upstream(self, upstream_def: PartitionsDefinition) -> PartitionsSubset:
        return upstream_def.subset(self.partition_keys)

    def check_pair(
        self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
    ) -> None:
        """Accept upstream partitions that can have these keys."""
        _check_keys(type(self).__name__, upstream_def, self.partition_keys)


def _table(keys: Mapping[str, str | Collection[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(keys, Mapping):
        raise InvalidDefinitionError(f"StaticPartitionMapping: give keys by upstream key, not {keys!r}.")
    return tuple((key, (below,) if isinstance(below, str) else tuple(below)) for key, below in keys.items())


@attrs.frozen
class StaticPartitionMapping(SubsetPartitionMapping):
    """Which partitions depend on which is written down, many to many.

    Args:
        downstream_keys_by_upstream_key: for each upstream key, the key or keys of the downstream partitions
            that depend on it. Keys that are not there depend on nothing.
    """

    downstream_keys_by_upstream_key: Any = attrs.field(converter=_table)

    def finds_several(
        self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
    ) -> bool:
        """Return whether the table has a downstream key for two upstream keys."""
        below = [key for _, downstream in self.downstream_keys_by_upstream_key for key in downstream]
        return len(below) > len(set(below))

    def upstream_subset(
        self, downstream_subset: PartitionsSubset | None, upstream_def: PartitionsDefinition
    ) -> PartitionsSubset:
        """Return the upstream partitions that the table has for the downstream ones."""
        if downstream_subset is None:
            raise InvalidDefinitionError(_NOT_PARTITIONED.format("StaticPartitionMapping"))
        return upstream_def.subset(
            upstream
            for upstream, downstream in self.downstream_keys_by_upstream_key
            if any(key in downstream_subset for key in downstream)
        )

    def downstream_subset(
        self, upstream_subset: PartitionsSubset, downstream_def: PartitionsDefinition
    ) -> PartitionsSubset:
        """Return the downstream partitions that the table has for the upstream ones."""
        return downstream_def.subset(
            key
            for upstream, downstream in self.downstream_keys_by_upstream_key
            if upstream in upstream_subset
            for key in downstream
        )

    def check_pair(
        self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
    ) -> None:
        """Accept partitions that can have the keys of the table."""
        name = type(self).__name__
        if downstream_def is None:
            raise InvalidDefinitionError(_NOT_PARTITIONED.format(name))
        _check_keys(name, upstream_def, [upstream for upstream, _ in self.downstream_keys_by_upstream_key])
        for _, downstream in self.downstream_keys_by_upstream_key:
            _check_keys(name, downstream_def, downstream)


_NOT_PARTITIONED = (
    "{}: what is downstream has no partitions; use AllPartitionMapping or LastPartitionMapping."
)


def _check_keys(where: str, definition: PartitionsDefinition, keys: Sequence[str]) -> None:
    try:
        definition.subset(keys)
    except UnknownPartitionError as error:
        raise InvalidDefinitionError(f"{where}: {error}") from None
