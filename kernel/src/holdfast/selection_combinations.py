"""The terms of a selection that are made of other terms: the algebra."""

from __future__ import annotations

from collections.abc import Iterable, Set
from operator import attrgetter
from typing import Literal

import attrs

from holdfast.errors import InvalidSubsetError
from holdfast.keys import AssetKey
from holdfast.selection_terms import Binding, Everything, Keys, Resolution, Term

__all__ = ["MAX_NESTING", "Boundary", "complement", "intersection", "traversal", "union"]

MAX_NESTING = 100
"""How deep terms may be nested; a union or an intersection of many counts as one level."""


def _one_deeper(operands: Iterable[Term]) -> int:
    nesting: int = 1 + max(map(attrgetter("nesting"), operands))
    if nesting > MAX_NESTING:
        raise InvalidSubsetError(
            f"A selection is nested more than {MAX_NESTING} deep. Many selections are joined at one level by "
            "a list, or by | alone, and many keys by AssetSelection.keys(...)."
        )
    return nesting


@attrs.frozen(repr=False)
class _OfMany(Term):
    operands: tuple[Term, ...]
    nesting: int = attrs.field(init=False, eq=False)

    @nesting.default
    def _nesting(self) -> int:
        return _one_deeper(self.operands)


@attrs.frozen(repr=False)
class _OfOne(Term):
    of: Term
    nesting: int = attrs.field(init=False, eq=False)

    @nesting.default
    def _nesting(self) -> int:
        return _one_deeper([self.of])


@attrs.frozen(repr=False)
class Union(_OfMany):
    """The assets in any of several selections; none of them is a union, and only the first may name keys."""

    _binding = Binding.UNION

    def _positions(self, resolution: Resolution) -> Set[int]:
        return set().union(*map(resolution.positions, self.operands))

    def _reasons(self, resolution: Resolution) -> dict[int, str]:
        reasons: dict[int, str] = {}
        for operand in reversed(self.operands):
            reasons.update(resolution.reasons(operand))
        return reasons

    def __str__(self) -> str:
        return " or ".join(map(str, self.operands))


@attrs.frozen(repr=False)
class Intersection(_OfMany):
    """The assets in all of several selections; none of them is an intersection."""

    _binding = Binding.INTERSECTION

    def _positions(self, resolution: Resolution) -> Set[int]:
        first, *others = self.operands
        found = resolution.positions(first)
        for other in others:
            if isinstance(other, Complement):
                found = found - resolution.positions(other.of)
            else:
                found = found & resolution.positions(other)
        return found

    def _reasons(self, resolution: Resolution) -> dict[int, str]:
        telling = [o for o in self.operands if not isinstance(o, (Complement, Everything))]
        reasons = [resolution.reasons(operand) for operand in telling or self.operands]
        return {
            at: " and ".join(dict.fromkeys(why[at] for why in reasons))
            for at in sorted(resolution.positions(self))
        }

    def __str__(self) -> str:
        return " and ".join(operand.within(Binding.COMPLEMENT) for operand in self.operands)


@attrs.frozen(repr=False)
class Complement(_OfOne):
    """The assets and source assets that are not in a selection, which is no complement itself."""

    _binding = Binding.COMPLEMENT

    def _positions(self, resolution: Resolution) -> Set[int]:
        return set(range(len(resolution.graph))) - resolution.positions(self.of)

    def _reasons(self, resolution: Resolution) -> dict[int, str]:
        return resolution.all_because(self.brief(), self)

    def __str__(self) -> str:
        return f"not {self.of.within(Binding.TRAVERSAL)}"


@attrs.frozen(repr=False)
class Traversal(_OfOne):
    """A selection and what is so many levels up- and downstream of it; ``None`` stands for all levels."""

    up: int | None
    down: int | None

    _binding = Binding.TRAVERSAL

    def _positions(self, resolution: Resolution) -> Set[int]:
        start = resolution.positions(self.of)
        adjacency = resolution.graph.adjacency
        if self.up == 0:
            return adjacency.below(start, self.down)
        if self.down == 0:
            return adjacency.above(start, self.up)
        return adjacency.above(start, self.up) | adjacency.below(start, self.down)

    def _reasons(self, resolution: Resolution) -> dict[int, str]:
        reasons = dict(resolution.reasons(self.of))
        start = sorted(reasons)
        adjacency = resolution.graph.adjacency
        for direction, positions, back in (
            ("upstream", sorted(adjacency.above(start, self.up), reverse=True), adjacency.downstream),
            ("downstream", sorted(adjacency.below(start, self.down)), adjacency.upstream),
        ):
            origins = {at: at for at in start}
            steps = dict.fromkeys(start, 0)
            for at in positions:
                if at not in origins:
                    before = min((other for other in back[at] if other in steps), key=steps.__getitem__)
                    origins[at], steps[at] = origins[before], steps[before] + 1
                    via = "" if before == origins[at] else f" (via {resolution.graph.nodes[before].key})"
                    origin = resolution.graph.nodes[origins[at]].key
                    reasons.setdefault(at, f"{direction} of {origin}{via}")
        return reasons

    def __str__(self) -> str:
        return f"{_marks(self.up)}{self.of.within(Binding.ATOM)}{_marks(self.down)}"


def _marks(levels: int | None) -> str:
    return "*" if levels is None else "+" * levels


@attrs.frozen(repr=False)
class Boundary(_OfOne):
    """Those of a selection that depend on none of its others, or that none of its others depends on."""

    end: Literal["sources", "sinks"]

    _binding = Binding.ATOM

    def _positions(self, resolution: Resolution) -> Set[int]:
        adjacency = resolution.graph.adjacency
        within = resolution.positions(self.of)
        return adjacency.roots(within) if self.end == "sources" else adjacency.leaves(within)

    def _reasons(self, resolution: Resolution) -> dict[int, str]:
        reason = f"{self.end.removesuffix('s')} of {self.of.brief()}"
        return resolution.all_because(reason, self)

    def __str__(self) -> str:
        return f"{self.end}({self.of})"


def union(terms: Iterable[Term]) -> Term:
    """Return the union of terms; of none, a term for nothing."""
    named: list[AssetKey] = []
    operands: list[Term] = []
    for term in terms:
        parts = term.operands if isinstance(term, Union) else (term,)
        if isinstance(parts[0], Keys):
            named += parts[0].named
            parts = parts[1:]
        operands += parts
    if named:
        operands.insert(0, Keys(tuple(named)))
    if not operands:
        return Intersection((Everything(), Complement(Everything())))
    return operands[0] if len(operands) == 1 else Union(tuple(operands))


def intersection(terms: Iterable[Term]) -> Term:
    """Return the intersection of terms, at least one."""
    operands: list[Term] = []
    for term in terms:
        operands += term.operands if isinstance(term, Intersection) else (term,)
    return operands[0] if len(operands) == 1 else Intersection(tuple(operands))


def complement(term: Term) -> Term:
    """Return the complement of a term."""
    return term.of if isinstance(term, Complement) else Complement(term)


def traversal(term: Term, up: int | None, down: int | None) -> Term:
    """Return a term with what is so many levels up- and downstream; ``None`` stands for all levels."""
    return term if up == down == 0 else Traversal(term, up, down)
