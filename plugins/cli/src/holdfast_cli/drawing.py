"""What a drawing of assets shows: some assets of a graph, and the edges between them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import attrs

from holdfast.asset_graph import AssetGraph
from holdfast.asset_node import AssetNode
from holdfast.keys import AssetKey

__all__ = ["Drawing"]


@attrs.frozen
class Drawing:
    """Some assets of a graph.

    Attributes:
        nodes: the assets, each after those it reads.
        readers: for each of them, by its place in ``nodes``, those that read it.
    """

    nodes: Sequence[AssetNode]
    readers: Sequence[Sequence[int]]

    @classmethod
    def of(cls, graph: AssetGraph, keys: Collection[AssetKey]) -> Drawing:
        """Return the drawing of the assets of a graph that have these keys."""
        nodes = [graph[key] for key in graph.sorted(keys)]
        places = {node.key: place for place, node in enumerate(nodes)}
        readers = [[places[key] for key in graph.children(node.key) if key in places] for node in nodes]
        return cls(nodes, readers)

    @property
    def edges(self) -> list[tuple[int, int]]:
        """Every asset and each of its readers, by their places."""
        return [(place, reader) for place, readers in enumerate(self.readers) for reader in readers]

    @property
    def groups(self) -> dict[str, list[int]]:
        """The places of the assets in each group, in the order in which the groups appear."""
        groups: dict[str, list[int]] = {}
        for place, node in enumerate(self.nodes):
            groups.setdefault(node.group, []).append(place)
        return groups

    def to_json(self) -> dict[str, Any]:
        """Return the assets and edges as a dictionary that JSON can hold."""
        keys = [str(node.key) for node in self.nodes]
        return {
            "assets": [
                {"key": str(node.key), "group": node.group, "kind": node.kind, "source": node.is_source}
                for node in self.nodes
            ],
            "edges": [{"from": keys[place], "to": keys[reader]} for place, reader in self.edges],
        }
