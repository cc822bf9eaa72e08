"""The selection algebra: values that say which assets are meant."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Any, Literal

import attrs

from holdfast.asset_graph import AssetGraph
from holdfast.errors import InvalidDefinitionError, InvalidSubsetError, UnknownSelectionError
from holdfast.keys import AssetKey, CoercibleToAssetKey
from holdfast.labels import Index
from holdfast.selection_base import Resolution, Selection, one_deeper
from holdfast.selection_text import ANYTHING, Pattern, is_word, key_text

__all__ = [
    "AssetSelection",
    "Labeled",
    "Tagged",
    "Traversal",
    "intersection",
    "keys_like",
    "materializable",
    "union",
]

# How strongly the text of a selection holds together.
_UNION, _INTERSECTION, _COMPLEMENT, _TRAVERSAL, _TERM, _ATOM = range(6)


class AssetSelection(Selection):
    """Which assets are meant: a value to combine with ``|``, ``&``, ``-`` and ``~`` and to find in a graph.

    Make one with the static methods, or with `holdfast.selection_syntax.parse_selection`; ``str`` returns
    the text that parses to an equal selection. Source assets are in a selection only when their keys are
    named, when they are upstream of what is selected, or in a complement.
    """

    __slots__ = ()

    # -- making one ----------------------------------------------------------------------------------

    @staticmethod
    def all() -> AssetSelection:
        """Return the selection of all assets, without source assets."""
        return Everything()

    @staticmethod
    def keys(*asset_keys: CoercibleToAssetKey) -> AssetSelection:
        """Return the selection of the assets, or source assets, with these keys.

        Args:
            asset_keys: keys, sequences of their parts, or strings with the parts joined by ``/``.
        """
        return _of_keys(
            AssetKey.from_user_string(key) if isinstance(key, str) else AssetKey.from_coercible(key)
            for key in asset_keys
        )

    @staticmethod
    def assets(*assets_defs: Any) -> AssetSelection:
        """Return the selection of all assets of these definitions.

        Raises:
            InvalidDefinitionError: one is not a definition of assets.
        """
        return _of_keys(key for definition in assets_defs for key in _keys_of(definition))

    @staticmethod
    def groups(*group_strs: str) -> AssetSelection:
        """Return the selection of the assets in any of these groups."""
        return union(Labeled("group", _exact(group)) for group in group_strs)

    @staticmethod
    def kinds(*kinds: str) -> AssetSelection:
        """Return the selection of the assets of any of these kinds."""
        return union(Labeled("kind", _exact(kind)) for kind in kinds)

    @staticmethod
    def tag(name: str, value: str | None = None) -> AssetSelection:
        """Return the selection of the assets with a tag.

        Args:
            name: the tag's name.
            value: its value; any by default.
        """
        return Tagged(_exact(name), None if value is None else _exact(value))

    @staticmethod
    def matching(*patterns: str) -> AssetSelection:
        """Return the selection of the assets whose keys match any of these patterns.

        Args:
            patterns: texts of a whole key, parts joined by ``/``, in which ``*`` stands for any characters
                and ``?`` for one.
        """
        return union(keys_like(Pattern.of([(pattern, True)])) for pattern in patterns)

    # -- combining -----------------------------------------------------------------------------------

    def downstream(self, depth: int | None = None, include_self: bool = True) -> AssetSelection:
        """Return the selection of all assets downstream of this one.

        Args:
            depth: how many levels: 1 for children, 2 for grandchildren too; all by default.
            include_self: whether this selection is in the result.

        Raises:
            InvalidDefinitionError: ``depth`` is not a number of levels.
        """
        return self._traversal(0, _levels(depth), include_self)

    def upstream(self, depth: int | None = None, include_self: bool = True) -> AssetSelection:
        """Return the selection of all assets and source assets upstream of this one.

        Args:
            depth: how many levels: 1 for parents, 2 for grandparents too; all by default.
            include_self: whether this selection is in the result.

        Raises:
            InvalidDefinitionError: ``depth`` is not a number of levels.
        """
        return self._traversal(_levels(depth), 0, include_self)

    def sources(self) -> AssetSelection:
        """Return the selection of those assets in this one that depend on no other in it."""
        return Boundary(self, "sources")

    def sinks(self) -> AssetSelection:
        """Return the selection of those assets in this one that no other in it depends on."""
        return Boundary(self, "sinks")

    def __or__(self, other: AssetSelection) -> AssetSelection:
        return union((self, other)) if isinstance(other, AssetSelection) else NotImplemented

    def __and__(self, other: AssetSelection) -> AssetSelection:
        return intersection((self, other)) if isinstance(other, AssetSelection) else NotImplemented

    def __sub__(self, other: AssetSelection) -> AssetSelection:
        return intersection((self, ~other)) if isinstance(other, AssetSelection) else NotImplemented

    def __invert__(self) -> AssetSelection:
        return Complement(self)

    def _traversal(self, up: int | None, down: int | None, include_self: bool) -> AssetSelection:
        reached = self if up == down == 0 else Traversal(self, up, down)
        return reached if include_self else reached - self


# -- which assets, by what they are ------------------------------------------------------------------


@attrs.frozen(repr=False)
class Everything(AssetSelection):
    """All assets, without source assets."""

    _binding = _TERM

    def _positions(self, resolution: Resolution) -> Set[int]:
        return resolution.graph.labels.assets

    def _reasons(self, resolution: Resolution) -> dict[int, str]:
        return resolution.all_because(f"selected by {self}", self)

    def __str__(self) -> str:
        return "*"


@attrs.frozen(repr=False)
class Keys(AssetSelection):
    """The assets or source assets with these keys, at least one."""

    named: tuple[AssetKey, ...]

    @property
    def _binding(self) -> int:
        if len(self.named) > 1:
            return _UNION
        return _ATOM if is_word(self.named[0]) else _TERM

    def _positions(self, resolution: Resolution) -> Set[int]:
        return resolution.graph.positions(self.named)

    def _reasons(self, resolution: Resolution) -> dict[int, str]:
        graph = resolution.graph
        names = {at: key_text(graph.nodes[at].key) for at in sorted(resolution.positions(self))}
        return {at: f"named by key:{name.removeprefix('key:')}" for at, name in names.items()}

    def __str__(self) -> str:
        return " or ".join(map(key_text, self.named))


@attrs.frozen(repr=False)
class Labeled(AssetSelection):
    """The assets with a label like this; ``what`` is ``key``, ``group`` or ``kind``."""

    what: str
    pattern: Pattern

    _binding = _TERM

    def _positions(self, resolution: Resolution) -> Set[int]:
        index: Index = getattr(resolution.graph.labels, f"{self.what}s")
        found = set().union(*self.pattern.look_up(index))
        if not found:
            raise UnknownSelectionError(self.what, str(self.pattern), index)
        return found

    def _reasons(self, resolution: Resolution) -> dict[int, str]:
        reason = f"in {self}" if self.what == "group" else f"matches {self}"
        return resolution.all_because(reason, self)

    def __str__(self) -> str:
        return f"{self.what}:{self.pattern}"


@attrs.frozen(repr=False)
class Tagged(AssetSelection):
    """The assets with a tag like this, of any value if none is given."""

    name: Pattern
    value: Pattern | None = None

    _binding = _TERM

    def _positions(self, resolution: Resolution) -> Set[int]:
        tags = resolution.graph.labels.tags
        values = self.name.look_up(tags)
        if not values:
            raise UnknownSelectionError("tag", str(self.name), tags)
        wanted = ANYTHING if self.value is None else self.value
        found = set().union(*(at for index in values for at in wanted.look_up(index)))
        if not found:
            known = [f"{name}={value}" for name, index in tags.items() for value in index]
            raise UnknownSelectionError("tag", f"{self.name}={self.value}", known)
        return found

    def _reasons(self, resolution: Resolution) -> dict[int, str]:
        return resolution.all_because(f"has {self}", self)

    def __str__(self) -> str:
        return f"tag:{self.name}" if self.value is None else f"tag:{self.name}={self.value}"


# -- which assets, by other selections ---------------------------------------------------------------


@attrs.frozen(repr=False)
class _OfMany(AssetSelection):
    operands: tuple[AssetSelection, ...]
    nesting: int = attrs.field(init=False, eq=False)

    @nesting.default
    def _nesting(self) -> int:
        return one_deeper(self.operands)


@attrs.frozen(repr=False)
class _OfOne(AssetSelection):
    of: AssetSelection
    nesting: int = attrs.field(init=False, eq=False)

    @nesting.default
    def _nesting(self) -> int:
        return one_deeper([self.of])


@attrs.frozen(repr=False)
class Union(_OfMany):
    """The assets in any of several selections; none of them is a union, and only the first may name keys."""

    _binding = _UNION

    def _positions(self, resolution: Resolution) -> Set[int]:
        return set().union(*map(resolution.positions, self.operands))

    def _reasons(self, resolution: Resolution) -> dict[int, str]:
        reasons: dict[int, str] = {}
        for operand in reversed(self.operands):
            reasons.update(operand._reasons(resolution))
        return reasons

    def __str__(self) -> str:
        return " or ".join(map(str, self.operands))


@attrs.frozen(repr=False)
class Intersection(_OfMany):
    """The assets in all of several selections; none of them is an intersection."""

    _binding = _INTERSECTION

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
        reasons = [operand._reasons(resolution) for operand in telling or self.operands]
        return {
            at: " and ".join(dict.fromkeys(why[at] for why in reasons))
            for at in sorted(resolution.positions(self))
        }

    def __str__(self) -> str:
        return " and ".join(operand._within(_COMPLEMENT) for operand in self.operands)


@attrs.frozen(repr=False)
class Complement(_OfOne):
    """The assets and source assets that are not in a selection, which is no complement itself."""

    _binding = _COMPLEMENT

    def __invert__(self) -> AssetSelection:
        return self.of

    def _positions(self, resolution: Resolution) -> Set[int]:
        return set(range(len(resolution.graph))) - resolution.positions(self.of)

    def _reasons(self, resolution: Resolution) -> dict[int, str]:
        return resolution.all_because(self.brief(), self)

    def __str__(self) -> str:
        return f"not {self.of._within(_TRAVERSAL)}"


@attrs.frozen(repr=False)
class Traversal(_OfOne):
    """A selection and what is so many levels up- and downstream of it; ``None`` stands for all levels."""

    up: int | None
    down: int | None

    _binding = _TRAVERSAL

    def _positions(self, resolution: Resolution) -> Set[int]:
        start = resolution.positions(self.of)
        adjacency = resolution.graph.adjacency
        found = adjacency.below(start, self.down)
        if self.up != 0:
            found |= adjacency.above(start, self.up)
        return found

    def _reasons(self, resolution: Resolution) -> dict[int, str]:
        reasons = dict(self.of._reasons(resolution))
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
        return f"{_marks(self.up)}{self.of._within(_ATOM)}{_marks(self.down)}"


def _marks(levels: int | None) -> str:
    return "*" if levels is None else "+" * levels


@attrs.frozen(repr=False)
class Boundary(_OfOne):
    """Those of a selection that depend on none of its others, or that none of its others depends on."""

    end: Literal["sources", "sinks"]

    _binding = _ATOM

    def _positions(self, resolution: Resolution) -> Set[int]:
        adjacency = resolution.graph.adjacency
        within = resolution.positions(self.of)
        return adjacency.roots(within) if self.end == "sources" else adjacency.leaves(within)

    def _reasons(self, resolution: Resolution) -> dict[int, str]:
        reason = f"{self.end.removesuffix('s')} of {self.of.brief()}"
        return resolution.all_because(reason, self)

    def __str__(self) -> str:
        return f"{self.end}({self.of})"


# -- making them -------------------------------------------------------------------------------------


def union(selections: Iterable[AssetSelection]) -> AssetSelection:
    """Return the union of selections; of none, the selection of nothing."""
    named: list[AssetKey] = []
    operands: list[AssetSelection] = []
    for selection in selections:
        parts = selection.operands if isinstance(selection, Union) else (selection,)
        if isinstance(parts[0], Keys):
            named += parts[0].named
            parts = parts[1:]
        operands += parts
    if named:
        operands.insert(0, Keys(tuple(named)))
    if not operands:
        return Intersection((Everything(), Complement(Everything())))
    return operands[0] if len(operands) == 1 else Union(tuple(operands))


def intersection(selections: Iterable[AssetSelection]) -> AssetSelection:
    """Return the intersection of selections, at least one."""
    operands: list[AssetSelection] = []
    for selection in selections:
        operands += selection.operands if isinstance(selection, Intersection) else (selection,)
    return operands[0] if len(operands) == 1 else Intersection(tuple(operands))


def keys_like(pattern: Pattern) -> AssetSelection:
    """Return the selection of the assets whose key, its parts joined by ``/``, matches a pattern."""
    return AssetSelection.keys(pattern.pieces[0]) if pattern.is_exact else Labeled("key", pattern)


def materializable(graph: AssetGraph, keys: Set[AssetKey]) -> frozenset[AssetKey]:
    """Return those of the keys that can be made here: all but source assets.

    Raises:
        InvalidSubsetError: there are only source assets.
    """
    assets = frozenset(keys) - graph.source_keys
    if keys and not assets:
        names = ", ".join(f"'{key}'" for key in sorted(keys))
        raise InvalidSubsetError(
            f"Only source assets are selected, which are made elsewhere: {names}. Select the assets that "
            "read them; source assets are loaded where they are read."
        )
    return assets


def _of_keys(keys: Iterable[AssetKey]) -> AssetSelection:
    named = tuple(keys)
    return Keys(named) if named else union(())


def _keys_of(definition: Any) -> Iterable[AssetKey]:
    keys = getattr(definition, "keys", None)
    if isinstance(keys, Set):
        return sorted(keys)
    key = getattr(definition, "key", None)
    if isinstance(key, AssetKey):
        return (key,)
    raise InvalidDefinitionError(
        f"AssetSelection.assets takes definitions of assets, not {definition!r}. For keys, use "
        "AssetSelection.keys."
    )


def _exact(text: str) -> Pattern:
    if not isinstance(text, str):
        raise InvalidDefinitionError(f"A group, kind or tag in a selection is a string, not {text!r}.")
    return Pattern.of([(text, False)])


def _levels(depth: int | None) -> int | None:
    if depth is None or (isinstance(depth, int) and not isinstance(depth, bool) and depth >= 0):
        return depth
    raise InvalidDefinitionError(
        f"The depth of a selection is a number of levels, 0 or more, or None for all, not {depth!r}."
    )
