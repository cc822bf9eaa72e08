"""What every part of a selection can do: find its assets in a graph, say why, and print itself."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Set
from operator import attrgetter
from typing import Any

from holdfast.asset_graph import AssetGraph
from holdfast.errors import InvalidSubsetError
from holdfast.keys import AssetKey, CoercibleToAssetKey

__all__ = ["MAX_NESTING", "Resolution", "Selection", "one_deeper"]

MAX_NESTING = 100
"""How deep a selection may be nested; a union or an intersection of many counts as one level."""


class Selection(abc.ABC):
    """A part of a selection, or the whole of it; immutable."""

    __slots__ = ()

    nesting: int = 0

    def resolve(self, all_assets: AssetGraph | Iterable[Any]) -> frozenset[AssetKey]:
        """Return the keys of the selected assets and source assets.

        Args:
            all_assets: a graph, or definitions.

        Raises:
            UnknownSelectionError: it names a key, group, kind or tag that no asset has, or a pattern that
                none matches.
        """
        graph = all_assets if isinstance(all_assets, AssetGraph) else AssetGraph.of(all_assets)
        return graph.keys_at(Resolution(graph).positions(self))

    def reasons(self, graph: AssetGraph) -> dict[AssetKey, str]:
        """Return why each of the selected assets is selected, in a few words.

        Raises:
            UnknownSelectionError: see `resolve`.
        """
        return {graph.nodes[at].key: why for at, why in self._reasons(Resolution(graph)).items()}

    def explain(self, graph: AssetGraph, key: CoercibleToAssetKey) -> str:
        """Return why an asset is selected, in a few words; for several assets, `reasons` costs as much.

        Raises:
            UnknownSelectionError: no asset has this key; or see `resolve`.
        """
        return self.reasons(graph).get(graph[key].key, f"not selected by {self.brief()}")

    def brief(self) -> str:
        """Return its text, cut short when it is long, for reasons."""
        text = str(self)
        return text if len(text) <= 80 else f"{text[:77]}..."

    @abc.abstractmethod
    def _positions(self, resolution: Resolution) -> Set[int]: ...

    @abc.abstractmethod
    def _reasons(self, resolution: Resolution) -> dict[int, str]: ...

    @abc.abstractmethod
    def __str__(self) -> str: ...

    def __repr__(self) -> str:
        return f"<AssetSelection {self}>"

    @property
    @abc.abstractmethod
    def _binding(self) -> int:
        """How strongly its text holds together; where more is needed, it gets parentheses."""

    def _within(self, binding: int) -> str:
        return str(self) if self._binding >= binding else f"({self})"


class Resolution:
    """The finding of one selection in a graph; a part that occurs twice is found once."""

    def __init__(self, graph: AssetGraph) -> None:
        self.graph = graph
        self._found: dict[int, Set[int]] = {}

    def positions(self, selection: Selection) -> Set[int]:
        """Return the positions of the selected assets."""
        found = self._found.get(id(selection))
        if found is None:
            found = self._found[id(selection)] = selection._positions(self)
        return found

    def all_because(self, reason: str, selection: Selection) -> dict[int, str]:
        """Return one reason for all selected assets, in topological order."""
        return dict.fromkeys(sorted(self.positions(selection)), reason)


def one_deeper(operands: Iterable[Selection]) -> int:
    """Return the nesting of a selection made of others.

    Raises:
        InvalidSubsetError: it is nested too deep.
    """
    nesting: int = 1 + max(map(attrgetter("nesting"), operands))
    if nesting > MAX_NESTING:
        raise InvalidSubsetError(
            f"A selection is nested more than {MAX_NESTING} deep. Many selections are joined at one level by "
            "a list, or by | alone, and many keys by AssetSelection.keys(...)."
        )
    return nesting
