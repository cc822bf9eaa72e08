"""Which asset reads which, as positions: the one place that walks a graph itself.

networkx answers what is asked of a graph now and then. What is asked of 100,000 assets all the time is
answered here, over lists of integers and without recursion.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence, Set
from itertools import compress

__all__ = ["Adjacency", "Edges"]

Edges = Sequence[Sequence[int]]
"""For each position, the positions its edges lead to."""

_BLOCK = 4096


class Adjacency:
    """The edges of a graph of assets, both ways.

    An asset that reads its own earlier partitions has no edge to itself here.

    Args:
        upstream: for each position, the positions it reads.
    """

    __slots__ = ("downstream", "upstream")

    def __init__(self, upstream: Edges) -> None:
        downstream: list[list[int]] = [[] for _ in upstream]
        for position, read in enumerate(upstream):
            for other in read:
                downstream[other].append(position)
        self.upstream = upstream
        self.downstream: Edges = list(map(tuple, downstream))  # tuples lie together in memory

    def __len__(self) -> int:
        return len(self.upstream)

    def topological_order(self) -> list[int]:
        """Return the positions, each after those it reads, the smallest first where there is a choice.

        Positions in a cycle, or downstream of one, are left out.
        """
        waiting = [len(read) for read in self.upstream]
        ready = [position for position, count in enumerate(waiting) if not count]  # sorted, so a heap
        order = []
        while ready:
            position = heapq.heappop(ready)
            order.append(position)
            for other in self.downstream[position]:
                waiting[other] -= 1
                if not waiting[other]:
                    heapq.heappush(ready, other)
        return order

    def roots(self, positions: Set[int]) -> set[int]:
        """Return those of the positions that no way leads to from the others.

        Positions must be in topological order.
        """
        first = {position for position in positions if positions.isdisjoint(self.upstream[position])}
        if not any(self.upstream[position] for position in first):
            return first
        led_to = self.below(positions)
        return {position for position in first if led_to.isdisjoint(self.upstream[position])}

    def leaves(self, positions: Set[int]) -> set[int]:
        """Return those of the positions that no way leads from to the others.

        Positions must be in topological order.
        """
        last = {position for position in positions if positions.isdisjoint(self.downstream[position])}
        if not any(self.downstream[position] for position in last):
            return last
        leading = self.above(positions)
        return {position for position in last if leading.isdisjoint(self.downstream[position])}

    def above(self, start: Iterable[int], depth: int | None = None) -> set[int]:
        """Return ``start`` and what is so many levels above it; positions must be in topological order."""
        return _reach(start, self.upstream, depth, reversed(range(len(self))))

    def below(self, start: Iterable[int], depth: int | None = None) -> set[int]:
        """Return ``start`` and what is so many levels below it; positions must be in topological order."""
        return _reach(start, self.downstream, depth, range(len(self)))

    def reduced(self) -> list[tuple[int, int]]:
        """Return the edges of the transitive reduction; positions must be in topological order.

        An edge stays when no longer way leads from its start to its end.
        """
        # networkx's own takes 2.8 s for a chain of 3,000, and grows with the square. Here, what a position
        # leads to is a bit set, made for a block of ends at a time to bound the memory.
        edges = []
        for low in range(0, len(self), _BLOCK):
            high = min(low + _BLOCK, len(self))
            leads_to = [0] * high
            for start in reversed(range(high)):
                found = 0
                for end in self.downstream[start]:  # ascending: a longer way to an end goes by one before it
                    if end >= high:
                        break
                    if end < low:
                        found |= leads_to[end]
                    elif not found >> (end - low) & 1:
                        edges.append((start, end))
                        found |= leads_to[end]
                leads_to[start] = found | 1 << (start - low) if start >= low else found
        return edges


def _reach(start: Iterable[int], edges: Edges, depth: int | None, order: Iterable[int]) -> set[int]:
    reached = set(start)
    level = list(reached)
    many = len(edges) // 32
    while level and depth != 0:
        if depth is not None:
            depth -= 1
        elif len(reached) > many:
            return _sweep(reached, edges, order)
        following = []
        for position in level:
            for other in edges[position]:
                if other not in reached:
                    reached.add(other)
                    following.append(other)
        level = following
    return reached


def _sweep(reached: set[int], edges: Edges, order: Iterable[int]) -> set[int]:
    # One pass over all positions costs less than following edges to most of them, back and forth in memory.
    marks = bytearray(len(edges))
    for position in reached:
        marks[position] = 1
    for position in order:
        if marks[position]:
            for other in edges[position]:
                marks[other] = 1
    return set(compress(range(len(edges)), marks))
