"""Definitions of partitions, and subsets of them as values."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Protocol, TypeAlias, TypeVar

import attrs

from holdfast.errors import (
    InvalidInvocationError,
    InvariantViolationError,
    UnknownPartitionError,
    did_you_mean,
)
from holdfast.partitions.indices import Indices
from holdfast.partitions.products import Product
from holdfast.partitions.ranges import Partition, PartitionKeyRange, TimeWindow

__all__ = ["DynamicKeys", "Members", "PartitionsDefinition", "PartitionsSubset"]

Self = TypeVar("Self", bound="PartitionsDefinition")

_NAMED = 1000  # so many keys are looked through for what is near a wrong one

Members: TypeAlias = Indices | frozenset[str] | Product
"""What a subset is made of: positions in the definition, keys, or products of these."""


class DynamicKeys(Protocol):
    """Knows the keys that were added to dynamic partitions: an event store, or a stand-in for one."""

    def dynamic_partition_keys(self, name: str) -> Sequence[str]:
        """Return the keys added under a name and not removed, in the order in which they were added."""
        ...


class PartitionsDefinition(ABC):
    """Says which partitions something has: a sequence of keys, which may grow with time.

    To define a kind of your own, implement `get_partition_keys`; it is then told apart by its keys. The
    kinds that come with Holdfast know more of theirs, and count and combine them without listing any.
    """

    @abstractmethod
    def get_partition_keys(self, current_time: datetime | None = None) -> Sequence[str]:
        """Return every key there is, in order.

        Args:
            current_time: as of when; now when ``None``. Without a time zone, it is in the definition's own.
        """

    # -- what users and the kernel ask ---------------------------------------------------------------

    def as_of(
        self: Self, current_time: datetime | None = None, dynamic_keys: DynamicKeys | None = None
    ) -> Self:
        """Return the definition with its partitions held still, so that all who ask see the same ones.

        Args:
            current_time: as of when; now when ``None``.
            dynamic_keys: who knows the keys of dynamic partitions.
        """
        return self

    def count(self, current_time: datetime | None = None) -> int:
        """Return how many partitions there are."""
        return len(self.existing(current_time))

    def all(self, current_time: datetime | None = None) -> PartitionsSubset:
        """Return the subset of every partition there is."""
        return PartitionsSubset(self, self.existing(current_time))

    def last(self, current_time: datetime | None = None) -> PartitionsSubset:
        """Return the subset of the last partition there is; empty when there is none."""
        return PartitionsSubset(self, self.last_members(current_time))

    def probes(self) -> Iterator[PartitionsSubset]:
        """Yield some partitions by which mappings can be tried out, each by itself."""
        return (one for _, one in islice(self.all().each(), 32))

    def none(self) -> PartitionsSubset:
        """Return the empty subset."""
        return PartitionsSubset(self, self.members(()))

    def subset(self, keys: Iterable[str]) -> PartitionsSubset:
        """Return the subset of some keys, which may be of partitions still to come.

        Raises:
            UnknownPartitionError: no partition can have one of the keys.
        """
        return PartitionsSubset(self, self.members(self.element(key) for key in keys))

    def between(self, key_range: PartitionKeyRange) -> PartitionsSubset:
        """Return the subset from one key to another; of time windows, those within the definition.

        Raises:
            UnknownPartitionError: no partition can have one of the keys.
            InvalidInvocationError: the range ends before it starts.
        """
        return PartitionsSubset(self, self.interval(*key_range))

    def check_key(self, key: str, current_time: datetime | None = None) -> str:
        """Return the key of a partition that there is.

        Raises:
            UnknownPartitionError: there is no such partition, or not yet.
        """
        if self.element(key) not in self.existing(current_time):
            raise self.unknown(key, did_you_mean(key, self.get_partition_keys(current_time)[:_NAMED]))
        return key

    def can_have(self, key: str) -> bool:
        """Return whether there is, or can once be, a partition with this key."""
        try:
            self.element(key)
        except UnknownPartitionError:
            return False
        return True

    def partition(self, key: str) -> Partition:
        """Return the partition of a key."""
        self.element(key)
        return Partition(key)

    def time_window(self, key: str) -> TimeWindow:
        """Return the time that a partition is about.

        Raises:
            UnknownPartitionError: no partition can have this key.
            InvariantViolationError: partitions of this kind are not about time.
        """
        raise InvariantViolationError(f"{self} are not about time, so {key!r} has no time window.")

    def from_json(self, data: Any) -> PartitionsSubset:
        """Return the subset that `PartitionsSubset.to_json` wrote.

        Raises:
            UnknownPartitionError: the definition has changed, and no longer has a key.
        """
        return PartitionsSubset(self, self.members_from_json(data))

    # -- how subsets are kept; here, as their keys -----------------------------------------------------

    def element(self, key: str) -> Any:
        """Return what stands for a key in the members of a subset.

        Raises:
            UnknownPartitionError: no partition can have this key.
        """
        if not isinstance(key, str):
            raise self.unknown(key, " A partition key is a string.")
        return key

    def members(self, elements: Iterable[Any]) -> Any:
        """Return the members of a subset that holds these elements."""
        return frozenset(elements)

    def existing(self, current_time: datetime | None = None) -> Any:
        """Return the members of the subset of all partitions."""
        return frozenset(self.get_partition_keys(current_time))

    def last_members(self, current_time: datetime | None = None) -> Any:
        """Return the members of the subset of the last partition."""
        return frozenset(self.get_partition_keys(current_time)[-1:])

    def interval(self, first: str | None, last: str | None) -> Any:
        """Return the members from one key to another; ``None`` is the first or the last there is."""
        places = self._places()
        for key in (first, last):
            if key is not None and key not in places:
                raise self.unknown(key, did_you_mean(str(key), islice(places, _NAMED)))
        start = 0 if first is None else places[first]
        end = len(places) - 1 if last is None else places[last]
        self._check_order(start, end, first, last)
        return frozenset(islice(places, start, end + 1))

    def keys_of(self, members: Any) -> Sequence[str]:
        """Return the keys of members, in order; keys that there are not, or no longer, come last."""
        if len(members) < 2:
            return list(members)
        places = self._places()
        return sorted(members, key=lambda key: (places.get(key, len(places)), key))

    def _places(self) -> Mapping[str, int]:
        return {key: place for place, key in enumerate(self.get_partition_keys())}

    def singles_of(self, members: Any) -> Iterator[tuple[str, Any]]:
        """Yield each key with the members of the subset of it alone, in order."""
        return ((key, self.members([self.element(key)])) for key in self.keys_of(members))

    def ranges_of(self, members: Any) -> Iterator[PartitionKeyRange]:
        """Yield the ranges of keys that members are made of, in order."""
        return (PartitionKeyRange(key, key) for key in self.keys_of(members))

    def members_to_json(self, members: Any) -> Any:
        """Return members as JSON values, the same for equal members."""
        return sorted(members)

    def members_from_json(self, data: Any) -> Any:
        """Return the members that `members_to_json` wrote."""
        return self.members(self.element(key) for key in data)

    # -- errors ----------------------------------------------------------------------------------------

    def unknown(self, key: object, hint: str = "") -> UnknownPartitionError:
        """Return the error for a key that is none of the definition's."""
        return UnknownPartitionError(key, str(self), hint)

    def _check_order(self, start: int, end: int, first: object, last: object) -> None:
        if end < start and first is not None and last is not None:
            raise InvalidInvocationError(f"The range {first!r} to {last!r} of {self} ends before it starts.")


@attrs.frozen(repr=False)
class PartitionsSubset:
    """Some of the partitions of a definition: an immutable set of keys that can be hashed and compared.

    ``|``, ``&``, ``-`` and ``<=`` combine and compare subsets of equal definitions. None of them lists keys,
    nor do ``len`` and ``in``. Iterating gives the keys in the order of the definition.

    Attributes:
        definition: whose partitions they are.
        members: which of them, as the definition keeps them.
    """

    definition: PartitionsDefinition
    members: Any
    _key: str | None = attrs.field(default=None, eq=False)

    @property
    def only_key(self) -> str | None:
        """The key, if the subset has exactly one partition; ``None`` otherwise."""
        if self._key is not None:
            return self._key
        return next(iter(self)) if len(self) == 1 else None

    @property
    def ranges(self) -> Iterator[PartitionKeyRange]:
        """The ranges of keys that the subset is made of, in order, one after the other.

        Of multi-partitions, only the last dimension varies within a range.
        """
        return self.definition.ranges_of(self.members)

    def each(self) -> Iterator[tuple[str, PartitionsSubset]]:
        """Yield each key with the subset of it alone, in order; keys are listed a few at a time."""
        definition = self.definition
        if self._key is not None:
            return iter([(self._key, self)])
        singles = definition.singles_of(self.members)
        return ((key, PartitionsSubset(definition, one, key)) for key, one in singles)

    @property
    def key_range(self) -> PartitionKeyRange:
        """The range from the first key to the last; an `InvariantViolationError` when there is none."""
        ranges = list(self.ranges)
        if not ranges:
            raise InvariantViolationError(f"No partition of {self.definition} is here, so there is no range.")
        return PartitionKeyRange(ranges[0].start, ranges[-1].end)

    @property
    def time_window(self) -> TimeWindow:
        """The time from the start of the first partition to the end of the last; errors as its definition."""
        first, last = self.key_range
        return TimeWindow(self.definition.time_window(first).start, self.definition.time_window(last).end)

    def to_json(self) -> Any:
        """Return the subset as JSON values, for `PartitionsDefinition.from_json`."""
        return self.definition.members_to_json(self.members)

    def __contains__(self, key: object) -> bool:
        try:
            return isinstance(key, str) and self.definition.element(key) in self.members
        except UnknownPartitionError:
            return False

    def __iter__(self) -> Iterator[str]:
        if self._key is not None:
            return iter((self._key,))
        return iter(self.definition.keys_of(self.members))

    def __len__(self) -> int:
        return 1 if self._key is not None else len(self.members)

    def __bool__(self) -> bool:
        return bool(self.members)

    def __or__(self, other: PartitionsSubset) -> PartitionsSubset:
        return PartitionsSubset(self.definition, self.members | self._of(other))

    def __and__(self, other: PartitionsSubset) -> PartitionsSubset:
        return PartitionsSubset(self.definition, self.members & self._of(other))

    def __sub__(self, other: PartitionsSubset) -> PartitionsSubset:
        return PartitionsSubset(self.definition, self.members - self._of(other))

    def __le__(self, other: PartitionsSubset) -> bool:
        return not self - other

    def __repr__(self) -> str:
        shown = []
        for number, (start, end) in enumerate(self.ranges):
            if number == 3:
                shown.append("...")
                break
            shown.append(start if start == end else f"{start} to {end}")
        return f"<{len(self)} of {self.definition}: {', '.join(shown)}>"

    def _of(self, other: PartitionsSubset) -> Any:
        if self.definition is not other.definition and self.definition != other.definition:
            raise InvalidInvocationError(
                f"Subsets of {self.definition} and of {other.definition} cannot be combined; map one first."
            )
        return other.members
