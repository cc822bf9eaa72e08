"""Partitions whose keys are given once and for all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache

import attrs

from holdfast.errors import InvalidDefinitionError, did_you_mean
from holdfast.partitions.definition import PartitionsDefinition
from holdfast.partitions.indices import Indices
from holdfast.partitions.keys import check_keys
from holdfast.partitions.ranges import PartitionKeyRange

__all__ = ["StaticPartitionsDefinition"]


def _keys(keys: Sequence[str]) -> tuple[str, ...]:
    if isinstance(keys, str) or not isinstance(keys, Sequence):
        raise InvalidDefinitionError(f"StaticPartitionsDefinition: give a list of keys, not {keys!r}.")
    return check_keys(keys, "StaticPartitionsDefinition")


@attrs.frozen(cache_hash=True, slots=False)
class StaticPartitionsDefinition(PartitionsDefinition):
    """Partitions with fixed keys.

    Args:
        partition_keys: the keys, in order.

    Raises:
        InvalidDefinitionError: two keys are equal, or one is empty, no string, or holds ``...``.
    """

    partition_keys: Sequence[str] = attrs.field(converter=_keys)

    def get_partition_keys(self, current_time: datetime | None = None) -> list[str]:
        """Return the keys, in order; the time makes no difference."""
        return list(self.partition_keys)

    def element(self, key: str) -> int:
        """Return the position of a key."""
        position = _positions(self).get(key)
        if position is None:
            raise self.unknown(key, did_you_mean(str(key), self.partition_keys[:1000]))
        return position

    def members(self, elements: Iterable[int]) -> Indices:
        """Return the set of some positions."""
        return Indices.of(elements)

    def existing(self, current_time: datetime | None = None) -> Indices:
        """Return every position."""
        return Indices.between(0, len(self.partition_keys))

    def last_members(self, current_time: datetime | None = None) -> Indices:
        """Return the last number."""
        count = self.count(current_time)
        return Indices.between(max(0, count - 1), count)

    def interval(self, first: str | None, last: str | None) -> Indices:
        """Return the positions from one key to another."""
        start = 0 if first is None else self.element(first)
        end = len(self.partition_keys) - 1 if last is None else self.element(last)
        self._check_order(start, end, first, last)
        return Indices.between(start, end + 1)

    def keys_of(self, members: Indices) -> list[str]:
        """Return the keys at some positions."""
        return [key for start, stop in members.spans for key in self.partition_keys[start:stop]]

    def singles_of(self, members: Indices) -> Iterator[tuple[str, Indices]]:
        """Yield each key with its number, in order."""
        for start, stop in members.blocks():
            block = Indices.between(start, stop)
            yield from zip(self.keys_of(block), map(Indices.single, range(start, stop)), strict=True)

    def ranges_of(self, members: Indices) -> Iterator[PartitionKeyRange]:
        """Yield the ranges of keys."""
        keys = self.partition_keys
        return (PartitionKeyRange(keys[start], keys[stop - 1]) for start, stop in members.spans)

    def members_to_json(self, members: Indices) -> list[str]:
        """Return the keys: a range would hold others once there are keys between."""
        return self.keys_of(members)

    def __str__(self) -> str:
        shown = ", ".join(map(repr, self.partition_keys[:3]))
        return f"the partitions {shown}{', ...' if len(self.partition_keys) > 3 else ''}"


@lru_cache(maxsize=128)
def _positions(definition: StaticPartitionsDefinition) -> dict[str, int]:
    return {key: position for position, key in enumerate(definition.partition_keys)}
