"""Sets of tuples as products of sets, one for each dimension, so that a grid is never spelled out."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import Any, TypeAlias

import attrs

from holdfast.partitions.indices import Indices

__all__ = ["Axis", "Product"]

Axis: TypeAlias = Indices | frozenset[str]
"""The members of one dimension: positions, or keys where there are no lasting positions."""

Rest: TypeAlias = "Product | frozenset[tuple[()]]"

_UNIT: frozenset[tuple[()]] = frozenset([()])  # what stands behind the last dimension: the empty tuple


@attrs.frozen(cache_hash=True)
class Product:
    """An immutable set of tuples of one length.

    It is kept as a tree: each cell is a set of first elements and what may follow every one of them. No two
    cells share a first element or have the same rest, so that equal sets are equal values. Its size grows
    with how irregular the set is, not with how many tuples it holds.

    Attributes:
        cells: pairs of first elements and the set that follows them, neither of them empty.
    """

    cells: frozenset[tuple[Axis, Rest]] = frozenset()

    @classmethod
    def box(cls, axes: tuple[Axis, ...]) -> Product:
        """Return every tuple with its elements from the sets given for each place."""
        if not all(axes):
            return cls()
        rest: Rest = _UNIT
        for axis in reversed(axes):
            rest = cls(frozenset([(axis, rest)]))
        assert isinstance(rest, Product)
        return rest

    @classmethod
    def union(cls, products: Iterable[Product]) -> Product:
        """Return what any of several sets holds."""
        found = list(products)
        while len(found) > 1:  # by twos, so that each is laid over others only a few times
            pairs = zip_longest(found[::2], found[1::2], fillvalue=cls())
            found = [one | two for one, two in pairs]
        return found[0] if found else cls()

    def boxes(self) -> Iterator[tuple[Axis, ...]]:
        """Yield disjoint boxes that make up the set."""
        for axis, rest in self.cells:
            for others in rest.boxes() if isinstance(rest, Product) else [()]:
                yield (axis, *others)

    def rows(self) -> list[tuple[Any, Any, Rest]]:
        """Return the ranges of first elements in order, each with its ends and what follows each of them.

        Ends are an index and the one after the last; where elements are keys, a row has one key, twice.
        """
        rows: list[tuple[Any, Any, Rest]] = []
        for axis, rest in self.cells:
            if isinstance(axis, Indices):
                rows += [(start, stop, rest) for start, stop in axis.spans]
            else:
                rows += [(key, key, rest) for key in axis]
        rows.sort(key=lambda row: row[0])
        return rows

    def __len__(self) -> int:
        return sum(len(axis) * len(rest) for axis, rest in self.cells)

    def __bool__(self) -> bool:
        return bool(self.cells)

    def __contains__(self, element: object) -> bool:
        if not isinstance(element, tuple) or not element:
            return False
        return any(element[0] in axis and element[1:] in rest for axis, rest in self.cells)

    def __or__(self, other: Product) -> Product:
        return self._combined(other, operator.or_)

    def __and__(self, other: Product) -> Product:
        return self._combined(other, operator.and_)

    def __sub__(self, other: Product) -> Product:
        return self._combined(other, operator.sub)

    def _combined(self, other: Product, combine: Callable[[Any, Any], Any]) -> Product:
        """Lay the first elements of both over each other and combine what follows each piece."""
        pieces: dict[Rest, list[Any]] = {}
        for piece, mine, theirs in _overlay(self.rows(), other.rows()):
            rest = combine(
                type(theirs)() if mine is None else mine, type(mine)() if theirs is None else theirs
            )
            if rest:
                pieces.setdefault(rest, []).append(piece)
        return Product(frozenset((_axis(found), rest) for rest, found in pieces.items()))


def _axis(pieces: list[Any]) -> Axis:
    return frozenset(pieces) if isinstance(pieces[0], str) else Indices.of_spans(pieces)


def _overlay(mine: list[Any], theirs: list[Any]) -> Iterator[tuple[Any, Any, Any]]:
    """Yield the pieces of two lists of rows with what follows them in each; ``None`` where one has none."""
    if any(isinstance(rows[0][0], str) for rows in (mine, theirs) if rows):
        one, two = ({row[0]: row[2] for row in rows} for rows in (mine, theirs))
        yield from ((key, one.get(key), two.get(key)) for key in one.keys() | two.keys())
        return
    left, right = iter(mine), iter(theirs)
    a: Any = next(left, None)
    b: Any = next(right, None)
    while a or b:
        if b is None or (a and a[1] <= b[0]):
            yield (a[0], a[1]), a[2], None
            a = next(left, None)
        elif a is None or b[1] <= a[0]:
            yield (b[0], b[1]), None, b[2]
            b = next(right, None)
        elif a[0] != b[0]:  # they overlap: first what only one of them has
            cut = max(a[0], b[0])
            if a[0] < b[0]:
                yield (a[0], cut), a[2], None
                a = (cut, a[1], a[2])
            else:
                yield (b[0], cut), None, b[2]
                b = (cut, b[1], b[2])
        else:
            cut = min(a[1], b[1])
            yield (a[0], cut), a[2], b[2]
            a = (cut, a[1], a[2]) if cut < a[1] else next(left, None)
            b = (cut, b[1], b[2]) if cut < b[1] else next(right, None)
