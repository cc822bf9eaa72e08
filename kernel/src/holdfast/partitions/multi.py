"""Partitions with several dimensions: one for each combination of their keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import Any

import attrs

from holdfast.errors import InvalidDefinitionError, InvariantViolationError, UnknownPartitionError
from holdfast.partitions import grids
from holdfast.partitions.definition import DynamicKeys, PartitionsDefinition
from holdfast.partitions.multi_keys import MultiPartitionKey, split_multi_key
from holdfast.partitions.products import Product
from holdfast.partitions.ranges import PartitionKeyRange, TimeWindow
from holdfast.partitions.time_windows import TimeWindowPartitionsDefinition

__all__ = ["MultiPartitionsDefinition"]


@attrs.frozen(init=False, repr=False, slots=False)
class MultiPartitionsDefinition(PartitionsDefinition):
    """A partition for each combination of keys of several definitions.

    Args:
        partitions_defs: the definition of each dimension, by its name; in any order, of any kind but
            multi-partitions.

    Raises:
        InvalidDefinitionError: there is no dimension, or one that is no definition or multi-partitioned.
    """

    dimensions: tuple[tuple[str, PartitionsDefinition], ...]
    """The name and definition of each dimension, sorted by name: the order of the parts of keys."""

    def __init__(self, partitions_defs: Mapping[str, PartitionsDefinition]) -> None:
        where = "MultiPartitionsDefinition"
        if not isinstance(partitions_defs, Mapping) or not partitions_defs:
            raise InvalidDefinitionError(f"{where}: give a definition for each dimension by its name.")
        for name, definition in partitions_defs.items():
            if not isinstance(name, str) or not name:
                raise InvalidDefinitionError(f"{where}: a dimension's name is a string, not {name!r}.")
            if not isinstance(definition, PartitionsDefinition):
                raise InvalidDefinitionError(
                    f"{where}: the dimension '{name}' is a PartitionsDefinition, not {definition!r}."
                )
            if isinstance(definition, MultiPartitionsDefinition):
                raise InvalidDefinitionError(
                    f"{where}: the dimension '{name}' has dimensions itself; list them all in one definition."
                )
        self.__attrs_init__(tuple(sorted(partitions_defs.items())))

    @property
    def partitions_defs(self) -> dict[str, PartitionsDefinition]:
        """The definition of each dimension, sorted by name."""
        return dict(self.dimensions)

    def get_partition_keys(self, current_time: datetime | None = None) -> list[str]:
        """Return every combination of keys, the last dimension varying fastest.

        Args:
            current_time: as of when; now when ``None``.
        """
        keys = [definition.get_partition_keys(current_time) for definition in self._definitions]
        return [self._key(parts) for parts in product(*keys)]

    def as_of(
        self, current_time: datetime | None = None, dynamic_keys: DynamicKeys | None = None
    ) -> MultiPartitionsDefinition:
        """Return the definition with the partitions of every dimension held still."""
        return MultiPartitionsDefinition(
            {name: definition.as_of(current_time, dynamic_keys) for name, definition in self.dimensions}
        )

    def count(self, current_time: datetime | None = None) -> int:
        """Return how many partitions there are."""
        count = 1
        for definition in self._definitions:
            count *= definition.count(current_time)
        return count

    def check_key(self, key: str, current_time: datetime | None = None) -> str:
        """Return the key of a partition that there is, with its dimensions.

        Raises:
            UnknownPartitionError: there is no such partition, or not yet.
        """
        parts = self._parts(key)
        for (name, definition), part in zip(self.dimensions, parts, strict=True):
            try:
                definition.check_key(part, current_time)
            except UnknownPartitionError as error:
                raise self.unknown(key, f" In the dimension '{name}', {error}") from None
        return self._key(parts)

    def element(self, key: str) -> tuple[Any, ...]:
        """Return the elements that stand for the parts of a key."""
        elements = []
        for (name, definition), part in zip(self.dimensions, self._parts(key), strict=True):
            try:
                elements.append(definition.element(part))
            except UnknownPartitionError as error:
                raise self.unknown(key, f" In the dimension '{name}', {error}") from None
        return tuple(elements)

    def time_window(self, key: str) -> TimeWindow:
        """Return the time that a partition is about: that of its only dimension of time windows.

        Raises:
            InvariantViolationError: none of the dimensions is about time, or several are.
        """
        timed = [
            (definition, part)
            for (_, definition), part in zip(self.dimensions, self._parts(key), strict=True)
            if isinstance(definition, TimeWindowPartitionsDefinition)
        ]
        if len(timed) != 1:
            raise InvariantViolationError(
                f"{len(timed)} dimensions of {self} are about time, so {key!r} has no single time window."
            )
        ((definition, part),) = timed
        return definition.time_window(part)

    def members(self, elements: Iterable[tuple[Any, ...]]) -> Product:
        """Return the set of some tuples of elements."""
        return grids.from_elements(elements, self._definitions)

    def existing(self, current_time: datetime | None = None) -> Product:
        """Return every combination."""
        return Product.box(tuple(each.existing(current_time) for each in self._definitions))

    def last_members(self, current_time: datetime | None = None) -> Product:
        """Return the last combination."""
        return Product.box(tuple(each.last_members(current_time) for each in self._definitions))

    def interval(self, first: str | None, last: str | None) -> Product:
        """Return the combinations from one key to another, in the order of keys."""
        low, high = (None if key is None else self._parts(key) for key in (first, last))
        return Product.union(map(Product.box, grids.boxes_between(self._definitions, low, high)))

    def keys_of(self, members: Product) -> list[str]:
        """Return the keys of combinations, in order."""
        return [self._key(parts) for parts in grids.parts_of(members, self._definitions)]

    def ranges_of(self, members: Product) -> Iterator[PartitionKeyRange]:
        """Yield ranges within which only the last dimension varies, in order."""
        for parts, (start, end) in grids.ranges_of(members, self._definitions):
            yield PartitionKeyRange(self._key((*parts, start)), self._key((*parts, end)))

    def members_to_json(self, members: Product) -> Any:
        """Return the tree of cells: keys of one dimension, and what follows each of them."""
        return grids.to_json(members, self._definitions)

    def members_from_json(self, data: Any) -> Product:
        """Return what `members_to_json` wrote."""
        return grids.from_json(data, self._definitions)

    @property
    def _definitions(self) -> tuple[PartitionsDefinition, ...]:
        return tuple(definition for _, definition in self.dimensions)

    def _key(self, parts: Sequence[str]) -> MultiPartitionKey:
        return MultiPartitionKey(dict(zip(self.partitions_defs, parts, strict=True)))

    def _parts(self, key: str) -> Sequence[str]:
        names = [name for name, _ in self.dimensions]
        if isinstance(key, MultiPartitionKey):
            if list(key.keys_by_dimension) != names:
                raise self.unknown(key, f" It has the dimensions {', '.join(key.keys_by_dimension)}.")
            return list(key.keys_by_dimension.values())
        parts = split_multi_key(key) if isinstance(key, str) else []
        if len(parts) != len(names):
            raise self.unknown(key, f" Its parts, joined with '|', are: {', '.join(names)}.")
        return parts

    def __str__(self) -> str:
        return f"the partitions by {', '.join(name for name, _ in self.dimensions)}"

    def __repr__(self) -> str:
        return f"MultiPartitionsDefinition({self.partitions_defs!r})"
