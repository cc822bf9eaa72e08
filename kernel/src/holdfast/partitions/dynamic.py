"""Partitions whose keys are not known when they are defined."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property

import attrs

from holdfast.errors import InvalidDefinitionError, InvariantViolationError
from holdfast.partitions.definition import DynamicKeys, PartitionsDefinition
from holdfast.partitions.keys import check_keys, check_name
from holdfast.partitions.ranges import Partition

__all__ = ["DynamicPartitionsDefinition"]

PartitionFn = Callable[[datetime | None], Sequence[Partition] | Sequence[str]]


@attrs.frozen(slots=False)
class DynamicPartitionsDefinition(PartitionsDefinition):
    """Partitions whose keys a function gives, or that are added and removed while Holdfast is in use.

    Args:
        partition_fn: called with the current time, or ``None`` for now; returns the keys, or `Partition`
            objects, in order. ``None`` when the keys are added under a name.
        name: the name under which keys are added; they live in the event store. Definitions of one name
            have the same keys.

    Raises:
        InvalidDefinitionError: neither or both are given, or the function cannot be called.
    """

    partition_fn: PartitionFn | None
    name: str | None = None
    _known: Mapping[str, int] | None = attrs.field(default=None, init=False, eq=False, repr=False)

    @classmethod
    def named(cls, name: str) -> DynamicPartitionsDefinition:
        """Return partitions whose keys are added under a name."""
        return cls(None, name)

    def __attrs_post_init__(self) -> None:
        if (self.partition_fn is None) == (self.name is None):
            raise InvalidDefinitionError(
                "DynamicPartitionsDefinition: give a function that returns the keys, or a name for keys that "
                "are added, and not both."
            )
        if self.partition_fn is not None and not callable(self.partition_fn):
            raise InvalidDefinitionError(
                f"DynamicPartitionsDefinition: partition_fn is a function, not {self.partition_fn!r}."
            )
        if self.name is not None:
            check_name(self.name)

    def get_partition_keys(self, current_time: datetime | None = None) -> list[str]:
        """Return the keys there are, in order.

        Args:
            current_time: what the function is called with.

        Raises:
            InvariantViolationError: the keys are added under a name, and `as_of` was not told who knows them.
        """
        if self._is_still(current_time):
            return list(self._places())
        if self.partition_fn is None:
            raise InvariantViolationError(
                f"The keys of {self} are in the event store; ask as_of(dynamic_keys=...) for them."
            )
        found = self.partition_fn(current_time)
        if isinstance(found, str) or not isinstance(found, Iterable):
            raise InvalidDefinitionError(f"The function of {self} returns a list of keys, not {found!r}.")
        names = [key.name if isinstance(key, Partition) else str(key) for key in found]
        return list(check_keys(names, f"the function of {self}"))

    def as_of(
        self, current_time: datetime | None = None, dynamic_keys: DynamicKeys | None = None
    ) -> DynamicPartitionsDefinition:
        """Return the definition with its keys held still.

        Args:
            current_time: what the function is called with.
            dynamic_keys: who knows the keys that were added.
        """
        if self.name is None:
            known = self.get_partition_keys(current_time)
        elif dynamic_keys is None:
            return self
        else:
            known = list(check_keys(dynamic_keys.dynamic_partition_keys(self.name), str(self)))
        still = attrs.evolve(self)
        object.__setattr__(still, "_known", {key: place for place, key in enumerate(known)})
        return still

    def existing(self, current_time: datetime | None = None) -> frozenset[str]:
        """Return every key there is."""
        return self._keys if self._is_still(current_time) else super().existing(current_time)

    def keys_of(self, members: frozenset[str]) -> Sequence[str]:
        """Return keys in their order; in alphabetical order while nobody has said which keys there are."""
        if self._known is None and self.partition_fn is None:
            return sorted(members)
        return super().keys_of(members)

    def _is_still(self, current_time: datetime | None) -> bool:
        return self._known is not None and (current_time is None or self.partition_fn is None)

    def _places(self) -> Mapping[str, int]:
        return super()._places() if self._known is None else self._known

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset(self._places())

    def __str__(self) -> str:
        if self.name is not None:
            return f"the dynamic partitions '{self.name}'"
        return f"the partitions of {getattr(self.partition_fn, '__name__', self.partition_fn)}()"
