"""The asset graph: which assets there are, and which reads which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from typing import Any

from holdfast.adjacency import Adjacency, Edges
from holdfast.asset_node import AssetNode
from holdfast.errors import (
    CycleError,
    DuplicateKeyError,
    InvalidDefinitionError,
    UnknownSelectionError,
    UnknownUpstreamError,
)
from holdfast.keys import AssetKey, CoercibleToAssetKey
from holdfast.labels import Labels
from holdfast.partition_edges import check_edges

__all__ = ["AssetGraph"]


class AssetGraph:
    """Assets and source assets, and which reads which; immutable.

    Iterating yields the keys in topological order: each after those it reads, in the order of definition
    where there is a choice. Every sequence of keys that a graph returns is in this order. Wherever a method
    takes a key, a string (a key of one part) or a sequence of strings will do.

    Args:
        nodes: the assets and source assets, in the order of definition.

    Attributes:
        nodes: the assets and source assets in topological order. A node's place here is its *position*.
        adjacency: the edges between positions.
        labels: the positions of assets by key, group, kind and tag.

    Raises:
        DuplicateKeyError: two nodes have one key.
        UnknownUpstreamError: an asset reads a key that no node has.
        CycleError: assets wait for each other, or one for itself (earlier partitions apart).
        InvalidDefinitionError: the partitions of two assets cannot belong together as their edge says.
    """

    nodes: tuple[AssetNode, ...]
    adjacency: Adjacency
    labels: Labels

    def __init__(self, nodes: Iterable[AssetNode]) -> None:
        defined = tuple(nodes)
        positions = _positions(defined)
        self._full_keys: dict[tuple[AssetKey, AssetKey], AssetKey] = {}
        try:
            edges = _upstream(defined, positions)
        except KeyError:
            defined, self._full_keys = _with_full_keys(defined, positions)
            edges = _upstream(defined, positions)
        adjacency = Adjacency(edges)
        order = adjacency.topological_order()
        if len(order) < len(defined):
            raise _cycle(defined, adjacency, set(order))
        if order != list(range(len(order))):
            defined = tuple(defined[position] for position in order)
            positions = _positions(defined)
            adjacency = Adjacency(_upstream(defined, positions))
        check_edges(defined, positions)
        self.nodes = defined
        self.adjacency = adjacency
        self.labels = Labels(defined)
        self._positions = positions
        self._keys = tuple(positions)

    @classmethod
    def of(cls, definitions: Iterable[Any]) -> AssetGraph:
        """Return the graph of some definitions.

        Args:
            definitions: assets and source assets, in sequences nested at will.

        Raises:
            InvalidDefinitionError: something else is among them; or see `AssetGraph`.
        """
        return cls(node for definition in _flat(definitions) for node in definition.asset_nodes())

    # -- its assets ----------------------------------------------------------------------------------

    def __getitem__(self, key: CoercibleToAssetKey) -> AssetNode:
        return self.nodes[self.position(key)]

    def __contains__(self, key: object) -> bool:
        try:
            return AssetKey.from_coercible(key) in self._positions
        except InvalidDefinitionError:
            return False

    def __iter__(self) -> Iterator[AssetKey]:
        return iter(self._positions)

    def __len__(self) -> int:
        return len(self.nodes)

    def __repr__(self) -> str:
        sources = len(self.source_keys)
        return f"<AssetGraph of {len(self) - sources} assets and {sources} source assets>"

    @property
    def keys(self) -> Set[AssetKey]:
        """The keys of all assets and source assets."""
        return self._positions.keys()

    @cached_property
    def asset_keys(self) -> Set[AssetKey]:
        """The keys of the assets, without source assets."""
        return {node.key: None for node in self.nodes if not node.is_source}.keys()

    @cached_property
    def source_keys(self) -> Set[AssetKey]:
        """The keys of the source assets."""
        return {node.key: None for node in self.nodes if node.is_source}.keys()

    @cached_property
    def has_partitions(self) -> bool:
        """Whether an asset or source asset has partitions."""
        return any(node.partitions_def is not None for node in self.nodes)

    @cached_property
    def groups(self) -> dict[str, tuple[AssetKey, ...]]:
        """The keys of the assets in each group, without source assets."""
        return {group: self._keys_at(positions) for group, positions in self.labels.groups.items()}

    # -- their edges ---------------------------------------------------------------------------------

    def parents(self, key: CoercibleToAssetKey) -> tuple[AssetKey, ...]:
        """Return the keys that an asset reads, itself apart."""
        upstream = self.adjacency.upstream[self.position(key)]
        return self._keys_at(upstream if len(upstream) < 2 else sorted(upstream))

    def children(self, key: CoercibleToAssetKey) -> tuple[AssetKey, ...]:
        """Return the keys of the assets that read this one, itself apart."""
        return self._keys_at(self.adjacency.downstream[self.position(key)])

    def ancestors(self, key: CoercibleToAssetKey) -> frozenset[AssetKey]:
        """Return the keys of all that an asset depends on, directly or through others."""
        position = self.position(key)
        return self.keys_at(self.adjacency.above([position]) - {position})

    def descendants(self, key: CoercibleToAssetKey) -> frozenset[AssetKey]:
        """Return the keys of all assets that depend on this one, directly or through others."""
        position = self.position(key)
        return self.keys_at(self.adjacency.below([position]) - {position})

    def sorted(self, keys: Iterable[CoercibleToAssetKey]) -> tuple[AssetKey, ...]:
        """Return some of the keys in topological order, each once."""
        return self._keys_at(sorted(self.positions(map(AssetKey.from_coercible, keys))))

    def resolve_upstream(self, key: CoercibleToAssetKey, upstream: CoercibleToAssetKey) -> AssetKey:
        """Return the asset meant by an upstream key as the definition of ``key`` writes it.

        A name of one part that no asset has as its key means the asset of that name in the same group, when
        there is just one.

        Raises:
            UnknownSelectionError: there is no such asset.
        """
        written = AssetKey.from_coercible(upstream)
        return self._keys[self.upstream_position(self[key].key, written)]

    def upstream_position(self, key: AssetKey, upstream: AssetKey) -> int:
        """Return the position of what `resolve_upstream` finds; errors as there."""
        position = self._positions.get(upstream)
        if position is not None:
            return position
        return self.position(self._full_keys.get((key, upstream), upstream))

    # -- what networkx answers -----------------------------------------------------------------------

    @cached_property
    def digraph(self) -> Any:
        """The graph as a frozen `networkx.DiGraph` of keys, an edge leading from each asset to its readers.

        Nodes carry ``group``, ``kind``, ``tags``, ``source``, ``partitioned`` and ``place``. An asset that
        reads its own earlier partitions has no edge to itself, so that the graph is acyclic.
        """
        networkx = _networkx()
        digraph = networkx.DiGraph()
        for node in self.nodes:
            digraph.add_node(
                node.key,
                group=node.group,
                kind=node.kind,
                tags=dict(node.tags),
                source=node.is_source,
                partitioned=node.partitioned,
                place=node.place,
            )
        for node, upstream in zip(self.nodes, self.adjacency.upstream, strict=True):
            digraph.add_edges_from((self._keys[position], node.key) for position in upstream)
        return networkx.freeze(digraph)

    def generations(self) -> list[tuple[AssetKey, ...]]:
        """Return the assets in generations: each in the first in which all it reads came before."""
        generations = _networkx().topological_generations(self.digraph)
        return [self.sorted(generation) for generation in generations]

    def reduction(self) -> Any:
        """Return the transitive reduction: `digraph` without the edges that a longer path makes redundant."""
        networkx = _networkx()
        reduced = networkx.DiGraph()
        reduced.add_nodes_from(self.digraph.nodes(data=True))
        keys = self._keys
        reduced.add_edges_from((keys[up], keys[down]) for up, down in self.adjacency.reduced())
        return networkx.freeze(reduced)

    # -- positions -----------------------------------------------------------------------------------

    def position(self, key: CoercibleToAssetKey) -> int:
        """Return the position of a key.

        Raises:
            UnknownSelectionError: no asset has it.
        """
        try:
            return self._positions[key]  # type: ignore[index]  # nearly always an AssetKey that is there
        except (KeyError, TypeError):
            return self.positions([AssetKey.from_coercible(key)]).pop()

    def find(self, key: AssetKey) -> int | None:
        """Return the position of a key, ``None`` when no asset has it."""
        return self._positions.get(key)

    def positions(self, keys: Iterable[AssetKey]) -> set[int]:
        """Return the positions of some keys.

        Raises:
            UnknownSelectionError: no asset has one of them.
        """
        positions = self._positions
        try:
            return {positions[key] for key in keys}
        except KeyError as missing:
            raise UnknownSelectionError("key", str(missing.args[0]), map(str, self)) from None

    def keys_at(self, positions: Iterable[int]) -> frozenset[AssetKey]:
        """Return the keys at some positions."""
        keys = self._keys
        return frozenset([keys[position] for position in positions])

    def _keys_at(self, positions: Sequence[int]) -> tuple[AssetKey, ...]:
        keys = self._keys
        return tuple([keys[position] for position in positions])


def _flat(definitions: Iterable[Any]) -> Iterator[Any]:
    waiting = [iter(_sequence(definitions))]
    while waiting:
        for definition in waiting[-1]:
            if hasattr(definition, "asset_nodes"):
                yield definition
            else:
                waiting.append(iter(_sequence(definition)))
                break
        else:
            waiting.pop()


def _sequence(definitions: Any) -> Iterable[Any]:
    if isinstance(definitions, Iterable) and not isinstance(definitions, (str, bytes, Mapping)):
        return definitions
    hint = " Did you forget the @asset decorator?" if callable(definitions) else ""
    raise InvalidDefinitionError(
        f"An asset graph is made of assets and source assets, not of {definitions!r}.{hint}"
    )


def _positions(nodes: Sequence[AssetNode]) -> dict[AssetKey, int]:
    positions = {node.key: position for position, node in enumerate(nodes)}
    if len(positions) < len(nodes):
        # The first key to repeat; the dictionary has the last position of each.
        twice = next(node.key for position, node in enumerate(nodes) if positions[node.key] != position)
        raise DuplicateKeyError(str(twice), [node.place for node in nodes if node.key == twice])
    return positions


def _with_full_keys(
    nodes: tuple[AssetNode, ...], positions: Mapping[AssetKey, int]
) -> tuple[tuple[AssetNode, ...], dict[tuple[AssetKey, AssetKey], AssetKey]]:
    """Replace upstream names of one part that mean an asset of the same group by its key."""
    incomplete = [n for n, node in enumerate(nodes) if not all(map(positions.__contains__, node.upstream))]
    named: dict[tuple[str, str], list[AssetKey]] = {}
    for node in nodes:
        named.setdefault((node.group, node.key.parts[-1]), []).append(node.key)
    full_keys = {}
    completed = list(nodes)
    for n in incomplete:
        node = nodes[n]
        for key in node.upstream:
            if key in positions:
                continue
            meant = named.get((node.group, key.parts[0]), []) if len(key.parts) == 1 else []
            if len(meant) != 1 or meant[0] == node.key:
                raise UnknownUpstreamError(str(key), str(node.key), node.place, map(str, positions))
            full_keys[node.key, key] = meant[0]
        upstream = dict.fromkeys(full_keys.get((node.key, key), key) for key in node.upstream)
        completed[n] = node._replace(upstream=tuple(upstream))
    return tuple(completed), full_keys


def _upstream(nodes: Sequence[AssetNode], positions: Mapping[AssetKey, int]) -> Edges:
    edges = []
    for position, node in enumerate(nodes):
        read = [positions[key] for key in node.upstream]
        if position in read:
            if not node.partitioned:
                raise CycleError([str(node.key)], [node.place])
            read.remove(position)
        edges.append(tuple(read))
    return edges


def _cycle(nodes: Sequence[AssetNode], adjacency: Adjacency, free: Set[int]) -> CycleError:
    tangled = _networkx().DiGraph(
        (up, down)
        for down, read in enumerate(adjacency.upstream)
        for up in read
        if up not in free and down not in free
    )
    cycle = [up for up, _ in _networkx().find_cycle(tangled)]
    first = cycle.index(min(cycle))  # the one defined first
    cycle = cycle[first:] + cycle[:first]
    return CycleError([str(nodes[at].key) for at in cycle], [nodes[at].place for at in cycle])


def _networkx() -> Any:
    import networkx  # 100 ms to import, and few questions need it

    return networkx
