from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.asset_graph import AssetGraph
from holdfast.asset_node import AssetNode
from holdfast.errors import (
    CycleError,
    DuplicateKeyError,
    InvalidDefinitionError,
    UnknownSelectionError,
    UnknownUpstreamError,
)
from holdfast.keys import AssetKey
from holdfast.partitions.periods import DailyPartitionsDefinition
from holdfast.partitions.time_mapping import TimeWindowPartitionMapping

EARLIER = {
    "partitions_def": DailyPartitionsDefinition("2024-01-01"),
    "definition": SimpleNamespace(partition_mappings={AssetKey("total"): TimeWindowPartitionMapping(-1, -1)}),
}
"""What a node holds that reads its own partition of the day before."""


def key(text: str) -> AssetKey:
    return AssetKey.from_user_string(text)


def keys(text: str) -> list[AssetKey]:
    return [key(name) for name in text.split()]


def node(name: str, reads: str = "", **more: object) -> AssetNode:
    return AssetNode(key(name), tuple(keys(reads)), **more)  # type: ignore[arg-type]


def graph(*nodes: AssetNode) -> AssetGraph:
    return AssetGraph(nodes)


class Definition:
    """What a graph asks of a definition."""

    def __init__(self, *nodes: AssetNode) -> None:
        self.nodes = nodes

    def asset_nodes(self) -> tuple[AssetNode, ...]:
        return self.nodes


DIAMOND = graph(
    node("source", is_source=True, group="raw"),
    node("a", "source", group="raw", kind="sql", tags={"owner": "me"}, place="assets.py:1"),
    node("b", "a"),
    node("c", "a"),
    node("d", "b c a"),
)


def test_iterates_in_topological_order() -> None:
    """Each asset comes after those it reads."""
    assert list(graph(node("c", "b"), node("b", "a"), node("a"))) == keys("a b c")


def test_order_of_definition_holds_where_it_may() -> None:
    """Assets that do not wait for each other stay in the order of definition."""
    assert list(graph(node("z"), node("y", "x"), node("b"), node("x"), node("a"))) == keys("z b x y a")


def test_order_already_topological_is_kept() -> None:
    """Nodes given in a topological order keep it."""
    assert list(graph(node("z"), node("b"), node("y", "z"), node("a", "b"))) == keys("z b y a")


@pytest.mark.parametrize("given", [key("p/c"), ["p", "c"], ("p", "c")])
def test_node_by_any_form_of_its_key(given: object) -> None:
    """A key, or its parts, finds the node."""
    wanted = node("p/c")
    assert graph(node("a"), wanted)[given] is wanted  # type: ignore[index]


def test_string_is_a_key_of_one_part() -> None:
    """A string finds the asset with that single part."""
    assert DIAMOND["a"].key == key("a")


def test_unknown_key_names_the_nearest() -> None:
    """Asking for an unknown key raises an error with the nearest known one."""
    with pytest.raises(UnknownSelectionError, match=r"'customer'.*Did you mean 'customers'"):
        graph(node("customers"))["customer"]


@pytest.mark.parametrize(
    ("candidate", "expected"), [("a", True), (key("a"), True), ("nope", False), (7, False), (None, False)]
)
def test_contains(candidate: object, expected: bool) -> None:
    """``in`` tells whether an asset has the key, and never raises."""
    assert (candidate in DIAMOND) is expected


def test_length_counts_sources() -> None:
    """The length of a graph counts assets and source assets."""
    assert len(DIAMOND) == 5


def test_keys_of_assets_and_sources() -> None:
    """Assets and source assets are told apart, each in topological order."""
    assert list(DIAMOND.keys) == keys("source a b c d")
    assert list(DIAMOND.asset_keys) == keys("a b c d")
    assert list(DIAMOND.source_keys) == keys("source")


def test_groups_leave_out_sources() -> None:
    """Groups hold the keys of their assets, not of their source assets."""
    assert DIAMOND.groups == {"raw": (key("a"),), "default": tuple(keys("b c d"))}


def test_parents_and_children() -> None:
    """Parents and children are the direct neighbours, in topological order."""
    assert DIAMOND.parents("d") == tuple(keys("a b c"))
    assert DIAMOND.children("a") == tuple(keys("b c d"))
    assert DIAMOND.parents("source") == ()


def test_ancestors_and_descendants() -> None:
    """Ancestors and descendants are all that is reached, the asset itself apart."""
    assert DIAMOND.ancestors("d") == set(keys("source a b c"))
    assert DIAMOND.descendants("b") == set(keys("d"))


def test_sorted_puts_keys_in_topological_order() -> None:
    """`sorted` returns some keys in topological order, each once."""
    assert DIAMOND.sorted(keys("d a d source")) == tuple(keys("source a d"))


def test_empty_graph() -> None:
    """A graph of nothing is a graph."""
    empty = graph()
    assert (list(empty), len(empty), empty.generations(), empty.groups) == ([], 0, [], {})


def test_partitioned_asset_may_read_itself() -> None:
    """A partitioned asset that reads its earlier partitions is neither its own parent nor child."""
    own = graph(node("a"), node("total", "total a", **EARLIER))
    assert own.parents("total") == (key("a"),)
    assert own.children("total") == ()
    assert own["total"].upstream == tuple(keys("total a"))


# -- errors ------------------------------------------------------------------------------------------


def test_duplicate_key_names_every_place() -> None:
    """Two definitions of a key are an error that says where each is."""
    with pytest.raises(DuplicateKeyError, match="'a' is defined 3 times") as caught:
        graph(node("b"), node("a", place="x.py:1"), node("a", place="y.py:2"), node("a", place="z.py:3"))
    assert caught.value.places == ("x.py:1", "y.py:2", "z.py:3")


def test_source_and_asset_of_one_key() -> None:
    """One key as source and as asset is a duplicate."""
    with pytest.raises(DuplicateKeyError):
        graph(node("a"), node("a", is_source=True))


def test_unknown_upstream_names_asset_place_and_nearest() -> None:
    """Reading an undefined key is an error with the asset, its place and the nearest key."""
    with pytest.raises(UnknownUpstreamError, match="Did you mean 'orders'") as caught:
        graph(node("orders"), node("report", "order", place="assets.py:7"))
    assert (caught.value.asset, caught.value.upstream, caught.value.place) == (
        "report",
        "order",
        "assets.py:7",
    )


def test_cycle_names_its_assets_in_order() -> None:
    """A cycle is an error with its keys from reader to reader, the first defined first, and their places."""
    with pytest.raises(CycleError, match="a -> b -> c -> a") as caught:
        graph(
            node("before"),
            node("a", "c before", place="x.py:1"),
            node("b", "a", place="x.py:2"),
            node("c", "b", place="x.py:3"),
            node("after", "c"),
        )
    assert caught.value.cycle == ("a", "b", "c")
    assert caught.value.places == ("x.py:1", "x.py:2", "x.py:3")


def test_cycle_leaves_out_what_is_between_cycles() -> None:
    """An asset between two cycles, in none itself, is in no message."""
    with pytest.raises(CycleError) as caught:
        graph(node("a", "b"), node("b", "a"), node("mid", "b"), node("c", "d mid"), node("d", "c"))
    assert sorted(caught.value.cycle) in (["a", "b"], ["c", "d"])


def test_unpartitioned_asset_may_not_read_itself() -> None:
    """An asset without partitions that reads itself is a cycle of one."""
    with pytest.raises(CycleError, match=r"a -> a \(defined at x.py:1\)"):
        graph(node("a", "a", place="x.py:1"))


def test_long_cycle_is_found() -> None:
    """A cycle of 10,000 assets is found without recursion, and its message kept short."""
    ring = [AssetNode(AssetKey(f"{i}"), (AssetKey(f"{(i - 1) % 10_000}"),)) for i in range(10_000)]
    with pytest.raises(CycleError) as caught:
        AssetGraph(ring)
    assert caught.value.cycle == tuple(str(i) for i in range(10_000))
    assert "5 -> ... 9988 more ... -> 9994" in str(caught.value)


# -- names within a group ----------------------------------------------------------------------------


def test_name_means_the_asset_of_the_same_group() -> None:
    """A single name that is no key means the one asset of that name in the reader's group."""
    named = graph(node("p/x", group="g"), node("q/x", group="other"), node("d", "x", group="g"))
    assert named.parents("d") == (key("p/x"),)
    assert named["d"].upstream == (key("p/x"),)
    assert named.resolve_upstream("d", "x") == key("p/x")


def test_exact_key_comes_before_the_same_group() -> None:
    """An exact key wins over a name in the group."""
    named = graph(node("p/x", group="g"), node("x", group="other"), node("d", "x", group="g"))
    assert named.resolve_upstream("d", "x") == key("x")


def test_name_and_full_key_are_one_edge() -> None:
    """Naming an asset by its name and by its key reads it once."""
    named = graph(node("p/x"), node("d", "x p/x"))
    assert named["d"].upstream == (key("p/x"),)


def test_source_asset_may_be_meant_by_name() -> None:
    """A source asset of the same group is found by its name too."""
    named = graph(node("lake/x", is_source=True), node("d", "x"))
    assert named.resolve_upstream("d", "x") == key("lake/x")


@pytest.mark.parametrize(
    "nodes",
    [
        pytest.param([node("p/x"), node("q/x"), node("d", "x")], id="two of that name"),
        pytest.param([node("p/x", group="g"), node("d", "x")], id="another group"),
        pytest.param([node("p/x", "x")], id="only itself"),
        pytest.param([node("p/q/x"), node("d", "q/x")], id="two parts"),
    ],
)
def test_name_that_means_no_single_asset(nodes: list[AssetNode]) -> None:
    """A name is unknown unless exactly one other asset of the group has it."""
    with pytest.raises(UnknownUpstreamError):
        AssetGraph(nodes)


def test_upstream_that_is_in_no_graph() -> None:
    """Resolving an upstream key that nobody has is an error."""
    with pytest.raises(UnknownSelectionError):
        DIAMOND.resolve_upstream("d", "nope")


# -- from definitions --------------------------------------------------------------------------------


def test_of_flattens_nested_definitions() -> None:
    """Definitions may come in sequences nested at will, and may make several assets."""
    built = AssetGraph.of([Definition(node("a")), [(Definition(node("b"), node("c", "a")),), []]])
    assert list(built) == keys("a b c")


def test_of_keeps_deep_nesting() -> None:
    """Sequences nested 10,000 deep are no trouble."""
    nested: object = Definition(node("a"))
    for _ in range(10_000):
        nested = [nested]
    assert len(AssetGraph.of([nested])) == 1


@pytest.mark.parametrize("wrong", ["a", 7, None, {"a": 1}])
def test_of_refuses_what_is_no_definition(wrong: object) -> None:
    """Anything but a definition is an error that shows it."""
    with pytest.raises(InvalidDefinitionError, match="made of assets and source assets"):
        AssetGraph.of([Definition(node("a")), wrong])


def test_of_hints_at_a_missing_decorator() -> None:
    """A bare function is an error with the likely fix."""
    with pytest.raises(InvalidDefinitionError, match="forget the @asset"):
        AssetGraph.of([test_empty_graph])


# -- networkx ----------------------------------------------------------------------------------------


def test_digraph_has_edges_and_attributes() -> None:
    """The networkx graph leads from each asset to its readers and says what each is."""
    digraph = DIAMOND.digraph
    edges = ["source a", "a b", "a c", "a d", "b d", "c d"]
    assert set(digraph.edges) == {tuple(keys(edge)) for edge in edges}
    assert digraph.nodes[key("a")] == {
        "group": "raw",
        "kind": "sql",
        "tags": {"owner": "me"},
        "source": False,
        "partitioned": False,
        "place": "assets.py:1",
    }


def test_digraph_is_made_once_and_frozen() -> None:
    """The networkx graph is always the same one, and refuses changes."""
    assert DIAMOND.digraph is DIAMOND.digraph
    with pytest.raises(networkx.NetworkXError, match=r"(?i)frozen"):
        DIAMOND.digraph.add_edge(key("d"), key("a"))


def test_digraph_can_be_copied() -> None:
    """What networkx does on copies works: the attributes are plain values."""
    assert set(DIAMOND.digraph.reverse().edges) == {(down, up) for up, down in DIAMOND.digraph.edges}


def test_generations() -> None:
    """An asset is in the first generation in which all it reads came before."""
    assert DIAMOND.generations() == [tuple(keys(names)) for names in ("source", "a", "b c", "d")]


def test_reduction_drops_edges_that_a_path_makes_redundant() -> None:
    """In the transitive reduction no edge shortens a path; nodes keep their attributes."""
    reduced = DIAMOND.reduction()
    assert set(DIAMOND.digraph.edges) - set(reduced.edges) == {(key("a"), key("d"))}
    assert reduced.nodes[key("source")]["source"] is True


def test_networkx_waits_until_it_is_needed() -> None:
    """Building, ordering and walking a graph does not import networkx."""
    code = (
        "import sys; from holdfast.asset_graph import AssetGraph; from holdfast.asset_node import AssetNode\n"
        "from holdfast.keys import AssetKey as K\n"
        "graph = AssetGraph([AssetNode(K('b'), (K('a'),)), AssetNode(K('a'))])\n"
        "list(graph), graph.ancestors('b'), graph.sorted(['b']), graph.groups\n"
        "sys.exit('networkx' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# -- any graph ---------------------------------------------------------------------------------------


@st.composite
def graphs(draw: st.DrawFn) -> AssetGraph:
    size = draw(st.integers(1, 12))
    names = draw(st.permutations([f"n{i}" for i in range(size)]))
    edges = draw(st.sets(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1))))
    reads = {i: [names[up] for up, down in sorted(edges) if down == i and up < down] for i in range(size)}
    nodes = [node(names[i], " ".join(reads[i])) for i in range(size)]
    return AssetGraph(draw(st.permutations(nodes)))


@given(graphs())
def test_order_is_topological(graph: AssetGraph) -> None:
    """In any graph, in any order of definition, each asset comes after all it reads."""
    order = list(graph)
    assert all(order.index(up) < order.index(down) for up, down in graph.digraph.edges)
    assert set(order) == set(graph.digraph)


@given(graphs())
def test_walks_agree_with_networkx(graph: AssetGraph) -> None:
    """Ancestors, descendants, parents and children are those networkx finds."""
    for asset in graph:
        assert graph.ancestors(asset) == networkx.ancestors(graph.digraph, asset)
        assert graph.descendants(asset) == networkx.descendants(graph.digraph, asset)
        assert set(graph.parents(asset)) == set(graph.digraph.predecessors(asset))
        assert set(graph.children(asset)) == set(graph.digraph.successors(asset))


@given(graphs())
def test_reduction_agrees_with_networkx(graph: AssetGraph) -> None:
    """The transitive reduction is the one networkx finds."""
    assert set(graph.reduction().edges) == set(networkx.transitive_reduction(graph.digraph).edges)


@pytest.mark.parametrize("shape", ["chain", "fan"])
def test_large_graphs(shape: str) -> None:
    """20,000 assets, one after the other or all of one, are walked without recursion."""
    names = [AssetKey(f"n{i}") for i in range(20_000)]
    before = [names[i - 1 if shape == "chain" else 0] for i in range(len(names))]
    large = AssetGraph(
        AssetNode(name, (up,) if i else ()) for i, (name, up) in enumerate(zip(names, before, strict=True))
    )
    assert len(large.descendants(names[0])) == 19_999
    assert large.ancestors(names[-1]) == set(names[:-1] if shape == "chain" else names[:1])
