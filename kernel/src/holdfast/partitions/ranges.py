"""Partitions named one at a time, or from one to another."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from holdfast.errors import InvalidDefinitionError

__all__ = ["Partition", "PartitionKeyRange", "TimeWindow"]


class TimeWindow(NamedTuple):
    """The time that a partition is about.

    Args:
        start: when it begins; aware.
        end: when the next one begins; aware.
    """

    start: datetime
    end: datetime


class PartitionKeyRange(NamedTuple):
    """The partitions from one key to another, in the order of their definition.

    Args:
        start: the first key.
        end: the last key, included.
    """

    start: str
    end: str


class Partition:
    """One partition: what it stands for, and its key. Two are equal when both are.

    Args:
        value: what it stands for: a `TimeWindow` for time windows, else the key itself.
        name: the key; the value as text when ``None``.

    Raises:
        InvalidDefinitionError: the name is no string.
    """

    __slots__ = ("name", "value")

    def __init__(self, value: Any, name: str | None = None) -> None:
        if name is not None and not isinstance(name, str):
            raise InvalidDefinitionError(f"Partition: the name is a string, not {name!r}.")
        self.value = value
        self.name = str(value) if name is None else name

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Partition):
            return NotImplemented
        return (self.value, self.name) == (other.value, other.name)

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"Partition({self.value!r}, {self.name!r})"
