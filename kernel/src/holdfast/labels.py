"""What the assets of a graph are called: names, groups, kinds and tags, each with its positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from holdfast.asset_node import AssetNode

__all__ = ["Index", "Labels"]

Index = Mapping[str, Sequence[int]]
"""For each value of a label, the positions of the assets that have it."""


class Labels:
    """What assets are called, and which; made when it is first asked for. Indexes leave out source assets.

    Args:
        nodes: the assets and source assets by position.
    """

    def __init__(self, nodes: Sequence[AssetNode]) -> None:
        self._nodes = nodes

    @cached_property
    def assets(self) -> frozenset[int]:
        """The positions of all assets."""
        return frozenset(position for position, node in enumerate(self._nodes) if not node.is_source)

    @cached_property
    def names(self) -> list[str]:
        """The key of each asset and source asset by position, its parts joined by ``/``."""
        return [node.key.to_user_string() for node in self._nodes]

    @cached_property
    def groups(self) -> Index:
        """The assets by group."""
        return self._index([node.group for node in self._nodes])

    @cached_property
    def kinds(self) -> Index:
        """The assets by kind."""
        return self._index([node.kind for node in self._nodes])

    @cached_property
    def tags(self) -> Mapping[str, Index]:
        """The assets by tag: for each name, an index of its values."""
        tags: dict[str, dict[str, list[int]]] = {}
        for position in sorted(self.assets):
            for name, value in self._nodes[position].tags.items():
                tags.setdefault(name, {}).setdefault(value, []).append(position)
        return tags

    def _index(self, values: Sequence[str | None]) -> Index:
        index: dict[str, list[int]] = {}
        for position in sorted(self.assets):
            value = values[position]
            if value is not None:
                index.setdefault(value, []).append(position)
        return index
