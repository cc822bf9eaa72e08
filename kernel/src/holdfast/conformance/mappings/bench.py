"""A partition mapping, and the partitions that it maps."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from holdfast.conformance.suites import Bench
from holdfast.conformance.trials import MappingTrial
from holdfast.errors import InvalidDefinitionError
from holdfast.partitions.definition import PartitionsDefinition, PartitionsSubset
from holdfast.partitions.mapping import PartitionMapping

__all__ = ["MappingBench"]

_KEYS = 40
_SUBSETS = 12


class MappingBench(Bench):
    """A mapping between partitions of which there are few enough to look at each."""

    trial: MappingTrial

    def __init__(
        self, trial: MappingTrial, make: Callable[[Path], Any], claims: frozenset[str], directory: Path
    ) -> None:
        super().__init__(trial, make, claims, directory)
        if not trial.pairs:
            raise InvalidDefinitionError(f"{trial.label}: give pairs of definitions that it maps.")
        self.mapping: PartitionMapping = self.open()
        self.random = random.Random(1)

    @property
    def features(self) -> frozenset[str]:
        """What is claimed, and ``refuses`` where there are pairs that it cannot map."""
        return self.claims | ({"refuses"} if self.trial.refused else set())

    def pairs(self) -> Iterator[tuple[PartitionsDefinition, PartitionsDefinition]]:
        """Yield the definitions that are mapped, upstream and downstream, held still."""
        for upstream, downstream in self.trial.pairs:
            yield upstream.as_of(), downstream.as_of()

    def up(self, subset: PartitionsSubset, upstream: PartitionsDefinition) -> PartitionsSubset:
        """Return what a subset depends on."""
        return self.mapping.upstream_subset(subset, upstream)

    def down(self, subset: PartitionsSubset, downstream: PartitionsDefinition) -> PartitionsSubset:
        """Return what depends on a subset."""
        return self.mapping.downstream_subset(subset, downstream)

    def keys(self, definition: PartitionsDefinition) -> list[str]:
        """Return keys of a definition, not too many, from its middle and both ends."""
        keys = list(definition.get_partition_keys())
        if len(keys) <= _KEYS:
            return keys
        middle = len(keys) // 2
        return [*keys[:10], *keys[middle : middle + _KEYS - 20], *keys[-10:]]

    def subsets(self, definition: PartitionsDefinition) -> list[PartitionsSubset]:
        """Return subsets of a definition: of one key, of a few together, and of some apart."""
        keys = self.keys(definition)
        found = [keys[:1], keys[-1:], keys[1:4], keys[len(keys) // 2 : len(keys) // 2 + 5], keys]
        found += [
            self.random.sample(keys, self.random.randint(1, min(6, len(keys)))) for _ in range(_SUBSETS)
        ]
        return [definition.subset(some) for some in found if some]

    def two(self, definition: PartitionsDefinition) -> Iterator[tuple[PartitionsSubset, PartitionsSubset]]:
        """Yield pairs of subsets, those of one key among them."""
        single = [definition.subset([key]) for key in self.keys(definition)[:12]]
        return itertools.pairwise([*single, *self.subsets(definition)])
