"""Sets of integers as sorted ranges, whose size and combinations never depend on how many they hold."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import attrs

__all__ = ["Indices", "Span"]

_BLOCK = 1024

Span: TypeAlias = tuple[int, int]
"""A range of integers: the first, and the one after the last."""


@attrs.frozen
class Indices:
    """An immutable set of integers.

    Attributes:
        spans: its ranges: sorted, none empty, no two of them touching, so that equal sets are equal values.
    """

    spans: tuple[Span, ...] = ()

    @classmethod
    def between(cls, start: int, stop: int) -> Indices:
        """Return the integers from ``start`` up to and without ``stop``; none when there are none."""
        return cls(((start, stop),)) if start < stop else cls()

    @classmethod
    def single(cls, index: int) -> Indices:
        """Return the set of one integer."""
        return cls(((index, index + 1),))

    @classmethod
    def of(cls, indices: Iterable[int]) -> Indices:
        """Return the set of some integers."""
        return cls.of_spans((index, index + 1) for index in indices)

    @classmethod
    def of_spans(cls, spans: Iterable[Span]) -> Indices:
        """Return the set of what ranges in any order hold; they may be empty or overlap."""
        merged: list[Span] = []
        for start, stop in sorted(spans):
            if stop <= start:
                continue
            if merged and start <= merged[-1][1]:
                if stop > merged[-1][1]:
                    merged[-1] = (merged[-1][0], stop)
            else:
                merged.append((start, stop))
        return cls(tuple(merged))

    def blocks(self) -> Iterator[Span]:
        """Yield its ranges in order, long ones in pieces."""
        for start, stop in self.spans:
            for first in range(start, stop, _BLOCK):
                yield first, min(first + _BLOCK, stop)

    def __len__(self) -> int:
        return sum(stop - start for start, stop in self.spans)

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __contains__(self, index: object) -> bool:
        if not isinstance(index, int):
            return False
        place = bisect_right(self.spans, index, key=_start)
        return place > 0 and index < self.spans[place - 1][1]

    def __or__(self, other: Indices) -> Indices:
        if not self.spans or not other.spans:
            return self if self.spans else other
        return Indices.of_spans((*self.spans, *other.spans))

    def __and__(self, other: Indices) -> Indices:
        common: list[Span] = []
        mine, theirs = iter(self.spans), iter(other.spans)
        one, two = next(mine, None), next(theirs, None)
        while one and two:
            start, stop = max(one[0], two[0]), min(one[1], two[1])
            if start < stop:
                common.append((start, stop))
            if one[1] < two[1]:
                one = next(mine, None)
            else:
                two = next(theirs, None)
        return Indices(tuple(common))

    def __sub__(self, other: Indices) -> Indices:
        left: list[Span] = []
        taken, place = other.spans, 0
        for start, stop in self.spans:
            while place < len(taken) and taken[place][1] <= start:
                place += 1
            at = place
            while at < len(taken) and taken[at][0] < stop:
                if start < taken[at][0]:
                    left.append((start, taken[at][0]))
                start = taken[at][1]
                at += 1
            if start < stop:
                left.append((start, stop))
        return Indices(tuple(left))


def _start(span: Span) -> int:
    return span[0]
