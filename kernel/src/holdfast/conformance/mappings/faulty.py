"""Saboteurs of partition mappings."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from holdfast.conformance.suites import Saboteur
from holdfast.partitions.definition import PartitionsDefinition, PartitionsSubset
from holdfast.partitions.mapping import PartitionMapping
from holdfast.partitions.ranges import PartitionKeyRange

__all__: list[str] = []

Subset = PartitionsSubset


class FaultyMapping(Saboteur, PartitionMapping):
    """A mapping that hands everything on to another one."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.inner == getattr(other, "inner", None)

    def __hash__(self) -> int:
        return hash(self.inner)

    def get_upstream_partitions_for_partition_range(
        self,
        downstream_partition_key_range: PartitionKeyRange | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
    ) -> PartitionKeyRange:
        """Return what a range depends on."""
        found: PartitionKeyRange = self.inner.get_upstream_partitions_for_partition_range(
            downstream_partition_key_range, downstream_partitions_def, upstream_partitions_def
        )
        return found

    def get_downstream_partitions_for_partition_range(
        self,
        upstream_partition_key_range: PartitionKeyRange,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
    ) -> PartitionKeyRange:
        """Return what depends on a range."""
        found: PartitionKeyRange = self.inner.get_downstream_partitions_for_partition_range(
            upstream_partition_key_range, downstream_partitions_def, upstream_partitions_def
        )
        return found

    def upstream_subset(self, downstream_subset: Subset | None, upstream_def: PartitionsDefinition) -> Subset:
        """Return what a subset depends on."""
        return self.inner.upstream_subset(downstream_subset, upstream_def)  # type: ignore[no-any-return]

    def downstream_subset(self, upstream_subset: Subset, downstream_def: PartitionsDefinition) -> Subset:
        """Return what depends on a subset."""
        return self.inner.downstream_subset(upstream_subset, downstream_def)  # type: ignore[no-any-return]

    def check_pair(
        self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
    ) -> None:
        """Accept two definitions."""
        self.inner.check_pair(upstream_def, downstream_def)


class ListsKeys(FaultyMapping):
    """What depends on a subset comes as a list of keys."""

    kills = "PM-01"

    def downstream_subset(self, upstream_subset: Subset, downstream_def: PartitionsDefinition) -> Any:
        """Return what depends on a subset."""
        return list(super().downstream_subset(upstream_subset, downstream_def))


class NoneIsAll(FaultyMapping):
    """No partition depends on every partition."""

    kills = "PM-02"

    def upstream_subset(self, downstream_subset: Subset | None, upstream_def: PartitionsDefinition) -> Subset:
        """Return what a subset depends on."""
        return (
            super().upstream_subset(downstream_subset, upstream_def)
            if downstream_subset
            else upstream_def.all()
        )


class LeavesOutTheFirst(FaultyMapping):
    """Of what several partitions depend on, the first is left out."""

    kills = "PM-03"

    def upstream_subset(self, downstream_subset: Subset | None, upstream_def: PartitionsDefinition) -> Subset:
        """Return what a subset depends on."""
        found = super().upstream_subset(downstream_subset, upstream_def)
        several = downstream_subset is not None and len(downstream_subset) > 1
        return found - upstream_def.subset([next(iter(found))]) if found and several else found


class LeavesOutTheLast(FaultyMapping):
    """Of what depends on several partitions, the last is left out."""

    kills = "PM-04"

    def downstream_subset(self, upstream_subset: Subset, downstream_def: PartitionsDefinition) -> Subset:
        """Return what depends on a subset."""
        found = super().downstream_subset(upstream_subset, downstream_def)
        if len(upstream_subset) > 1 and found:
            found = found - downstream_def.subset([list(found)[-1]])
        return found


class LooksBackOneMore(FaultyMapping):
    """Upstream, each partition depends on the first one too; downstream knows nothing of it."""

    kills = "PM-05"

    def upstream_subset(self, downstream_subset: Subset | None, upstream_def: PartitionsDefinition) -> Subset:
        """Return what a subset depends on."""
        found = super().upstream_subset(downstream_subset, upstream_def)
        first = upstream_def.subset(list(upstream_def.get_partition_keys())[:1])
        return found - first if first <= found else found | first


class ForgetsTheWayBack(FaultyMapping):
    """Nothing depends on anything, if downstream is asked."""

    kills = "PM-06"

    def downstream_subset(self, upstream_subset: Subset, downstream_def: PartitionsDefinition) -> Subset:
        """Return what depends on a subset."""
        return downstream_def.none()


class ChangesItsMind(FaultyMapping):
    """Every second answer leaves out a partition."""

    kills = "PM-07"

    def upstream_subset(self, downstream_subset: Subset | None, upstream_def: PartitionsDefinition) -> Subset:
        """Return what a subset depends on."""
        found = super().upstream_subset(downstream_subset, upstream_def)
        self._asked = not self.__dict__.get("_asked", False)
        return found if self._asked or not found else found - upstream_def.subset([next(iter(found))])


class LeavesOutTheEnd(FaultyMapping):
    """Over ranges, the last partition is left out; over subsets it is not."""

    kills = "PM-08"

    def get_upstream_partitions_for_partition_range(
        self,
        downstream_partition_key_range: PartitionKeyRange | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
    ) -> PartitionKeyRange:
        """Return what a range depends on."""
        found = super().get_upstream_partitions_for_partition_range(
            downstream_partition_key_range, downstream_partitions_def, upstream_partitions_def
        )
        return PartitionKeyRange(found.start, f"{found.end} excluded")


class RefusesEveryPair(FaultyMapping):
    """check_pair accepts nothing that the mapping maps."""

    kills = "PM-09"

    def check_pair(
        self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
    ) -> None:
        """Accept two definitions."""
        raise NotImplementedError


class AcceptsEveryPair(FaultyMapping):
    """check_pair accepts whatever it is asked about."""

    kills = "PM-09"
    needs = frozenset({"refuses"})

    def check_pair(
        self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
    ) -> None:
        """Accept two definitions."""


class IsItselfAlone(FaultyMapping):
    """Two mappings that are made alike are different."""

    kills = "PM-10"

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


class HoldsALock(FaultyMapping):
    """It holds a lock, and so cannot be pickled."""

    kills = "PM-10"

    def __init__(self, inner: Any, directory: Path) -> None:
        super().__init__(inner, directory)
        self._lock = threading.Lock()
