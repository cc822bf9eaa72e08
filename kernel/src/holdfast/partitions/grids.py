"""Sets of combinations, read and written dimension by dimension."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from holdfast.partitions.definition import PartitionsDefinition
from holdfast.partitions.indices import Indices
from holdfast.partitions.products import Axis, Product
from holdfast.partitions.ranges import PartitionKeyRange

__all__ = ["boxes_between", "from_elements", "from_json", "parts_of", "ranges_of", "to_json"]

# Each function takes the definitions of the dimensions, and goes on with what follows the first of them.


def from_elements(
    elements: Iterable[tuple[Any, ...]], definitions: Sequence[PartitionsDefinition]
) -> Product:
    """Return the set of some combinations of elements."""
    if len(definitions) == 1:
        return Product.box((definitions[0].members(element[0] for element in elements),))
    followed_by: dict[Any, list[tuple[Any, ...]]] = {}
    for first, *others in elements:
        followed_by.setdefault(first, []).append(tuple(others))
    alike: dict[Product, list[Any]] = {}
    for first, found in followed_by.items():
        alike.setdefault(from_elements(found, definitions[1:]), []).append(first)
    return Product(frozenset((definitions[0].members(firsts), rest) for rest, firsts in alike.items()))


def boxes_between(
    definitions: Sequence[PartitionsDefinition], low: Sequence[str] | None, high: Sequence[str] | None
) -> Iterator[tuple[Axis, ...]]:
    """Yield disjoint boxes that hold what is between two combinations of keys, in their order.

    Either end may be ``None`` for the first or the last combination there is.
    """
    definition, others = definitions[0], definitions[1:]
    first = low[0] if low else None
    last = high[0] if high else None
    inner = definition.interval(first, last)
    if not others:
        yield (inner,)
    elif low and high and first == last:
        yield from ((inner, *box) for box in boxes_between(others, low[1:], high[1:]))
    else:
        ends = ((first, low and low[1:], None), (last, None, high and high[1:]))
        for key, lower, upper in ends:
            if key is not None:
                edge = definition.interval(key, key)
                inner -= edge
                yield from ((edge, *box) for box in boxes_between(others, lower, upper))
        yield from ((inner, *box) for box in boxes_between(others, None, None))


def parts_of(members: Product, definitions: Sequence[PartitionsDefinition]) -> list[tuple[str, ...]]:
    """Return the keys of every combination, in order."""
    found: list[tuple[str, ...]] = []
    for axis, rest in _rows(members, definitions[0]):
        firsts = definitions[0].keys_of(axis)
        followed_by = parts_of(rest, definitions[1:]) if isinstance(rest, Product) else [()]
        found += [(first, *others) for first in firsts for others in followed_by]
    return found


def ranges_of(
    members: Product, definitions: Sequence[PartitionsDefinition]
) -> Iterator[tuple[tuple[str, ...], PartitionKeyRange]]:
    """Yield the ranges of keys of the last dimension, each with the keys of the others, in order."""
    if len(definitions) == 1:
        for axis, _ in members.cells:
            yield from (((), found) for found in definitions[0].ranges_of(axis))
        return
    for axis, rest in _rows(members, definitions[0]):
        assert isinstance(rest, Product)
        for first in definitions[0].keys_of(axis):
            for others, found in ranges_of(rest, definitions[1:]):
                yield (first, *others), found


def to_json(members: Product, definitions: Sequence[PartitionsDefinition]) -> Any:
    """Return the tree of cells: pairs of keys of the first dimension, and what follows each of them."""
    if len(definitions) == 1:
        return next((definitions[0].members_to_json(axis) for axis, _ in members.cells), [])
    cells = []
    for axis, rest in members.cells:
        assert isinstance(rest, Product)
        cells.append([definitions[0].members_to_json(axis), to_json(rest, definitions[1:])])
    return sorted(cells, key=json.dumps)


def from_json(data: Any, definitions: Sequence[PartitionsDefinition]) -> Product:
    """Return what `to_json` wrote."""
    if len(definitions) == 1:
        return Product.box((definitions[0].members_from_json(data),))
    alike: dict[Product, Any] = {}
    for keys, others in data:
        axis, rest = definitions[0].members_from_json(keys), from_json(others, definitions[1:])
        if axis and rest:
            alike[rest] = alike[rest] | axis if rest in alike else axis
    return Product(frozenset((axis, rest) for rest, axis in alike.items()))


def _rows(members: Product, definition: PartitionsDefinition) -> Iterator[tuple[Axis, Any]]:
    """Yield ranges of first elements in order, as sets, with what follows each element."""
    followed_by: dict[str, Any] = {}
    for start, stop, rest in members.rows():
        if isinstance(start, str):
            followed_by[start] = rest
        else:
            yield Indices.between(start, stop), rest
    if followed_by:
        for key in definition.keys_of(frozenset(followed_by)):
            yield frozenset([key]), followed_by[key]
