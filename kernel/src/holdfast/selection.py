"""Selections: values that say which assets are meant, and find them in a graph."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Any

import attrs

from holdfast.asset_graph import AssetGraph
from holdfast.errors import InvalidDefinitionError, InvalidSubsetError
from holdfast.keys import AssetKey, CoercibleToAssetKey
from holdfast.selection_combinations import Boundary, complement, intersection, traversal, union
from holdfast.selection_terms import Everything, Keys, Labeled, Resolution, Tagged, Term, keys_like
from holdfast.selection_text import Pattern

__all__ = ["AssetSelection", "materializable"]


@attrs.frozen(repr=False)
class AssetSelection:
    """Which assets are meant: a value to combine with ``|``, ``&``, ``-`` and ``~`` and to find in a graph.

    Make one with the static methods, or with `holdfast.selection_syntax.parse_selection`; ``str`` returns
    the text that parses to an equal selection. Source assets are in a selection only when their keys are
    named, when they are upstream of what is selected, or in a complement.

    Attributes:
        term: what it is made of.
    """

    term: Term

    # -- making one ----------------------------------------------------------------------------------

    @staticmethod
    def all() -> AssetSelection:
        """Return the selection of all assets, without source assets."""
        return AssetSelection(Everything())

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
        return AssetSelection(union(Labeled("group", _exact(group)) for group in group_strs))

    @staticmethod
    def kinds(*kinds: str) -> AssetSelection:
        """Return the selection of the assets of any of these kinds."""
        return AssetSelection(union(Labeled("kind", _exact(kind)) for kind in kinds))

    @staticmethod
    def tag(name: str, value: str | None = None) -> AssetSelection:
        """Return the selection of the assets with a tag.

        Args:
            name: the tag's name.
            value: its value; any by default.
        """
        return AssetSelection(Tagged(_exact(name), None if value is None else _exact(value)))

    @staticmethod
    def matching(*patterns: str) -> AssetSelection:
        """Return the selection of the assets whose keys match any of these patterns.

        Args:
            patterns: texts of a whole key, parts joined by ``/``, in which ``*`` stands for any characters
                and ``?`` for one.
        """
        return AssetSelection(union(keys_like(Pattern.of([(pattern, True)])) for pattern in patterns))

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
        """Return the selection of those assets in this one that depend on no other in it.

        A dependency counts also when it goes through assets that are not selected.
        """
        return AssetSelection(Boundary(self.term, "sources"))

    def sinks(self) -> AssetSelection:
        """Return the selection of those assets in this one that no other in it depends on.

        A dependency counts also when it goes through assets that are not selected.
        """
        return AssetSelection(Boundary(self.term, "sinks"))

    def __or__(self, other: AssetSelection) -> AssetSelection:
        if not isinstance(other, AssetSelection):
            return NotImplemented
        return AssetSelection(union((self.term, other.term)))

    def __and__(self, other: AssetSelection) -> AssetSelection:
        if not isinstance(other, AssetSelection):
            return NotImplemented
        return AssetSelection(intersection((self.term, other.term)))

    def __sub__(self, other: AssetSelection) -> AssetSelection:
        if not isinstance(other, AssetSelection):
            return NotImplemented
        return AssetSelection(intersection((self.term, complement(other.term))))

    def __invert__(self) -> AssetSelection:
        return AssetSelection(complement(self.term))

    def _traversal(self, up: int | None, down: int | None, include_self: bool) -> AssetSelection:
        reached = AssetSelection(traversal(self.term, up, down))
        return reached if include_self else reached - self

    # -- finding its assets --------------------------------------------------------------------------

    def resolve(self, all_assets: AssetGraph | Iterable[Any]) -> frozenset[AssetKey]:
        """Return the keys of the selected assets and source assets.

        Args:
            all_assets: a graph, or definitions.

        Raises:
            UnknownSelectionError: it names a key, group, kind or tag that no asset has, or a pattern that
                none matches.
        """
        graph = all_assets if isinstance(all_assets, AssetGraph) else AssetGraph.of(all_assets)
        return graph.keys_at(Resolution(graph).positions(self.term))

    def reasons(self, graph: AssetGraph) -> dict[AssetKey, str]:
        """Return why each of the selected assets is selected, in a few words, in topological order.

        Raises:
            UnknownSelectionError: see `resolve`.
        """
        reasons = Resolution(graph).reasons(self.term)
        return {graph.nodes[at].key: reasons[at] for at in sorted(reasons)}

    def explain(self, graph: AssetGraph, key: CoercibleToAssetKey) -> str:
        """Return why an asset is selected, in a few words; for several assets, `reasons` costs as much.

        Raises:
            UnknownSelectionError: no asset has this key; or see `resolve`.
        """
        return self.reasons(graph).get(graph[key].key, f"not selected by {self.term.brief()}")

    # -- as text -------------------------------------------------------------------------------------

    def __str__(self) -> str:
        return str(self.term)

    def __repr__(self) -> str:
        return f"<AssetSelection {self}>"


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
    return AssetSelection(Keys(named) if named else union(()))


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
