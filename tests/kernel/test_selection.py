from __future__ import annotations

import pickle
from types import SimpleNamespace
from typing import Any

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import (
    AssetGraph,
    AssetKey,
    AssetSelection,
    InvalidDefinitionError,
    InvalidSubsetError,
    SourceAsset,
    UnknownSelectionError,
    asset,
)
from holdfast.asset_node import AssetNode
from holdfast.partitions.periods import DailyPartitionsDefinition
from holdfast.partitions.time_mapping import TimeWindowPartitionMapping
from holdfast.selection import materializable

EARLIER = {
    "partitions_def": DailyPartitionsDefinition("2024-01-01"),
    "definition": SimpleNamespace(partition_mappings={AssetKey("a"): TimeWindowPartitionMapping(-1, -1)}),
}
"""What a node holds that reads its own partition of the day before."""


def key(text: str) -> AssetKey:
    return AssetKey.from_user_string(text)


def keys(text: str) -> set[AssetKey]:
    return {key(name) for name in text.split()}


def node(name: str, reads: str = "", **more: Any) -> AssetNode:
    return AssetNode(key(name), tuple(key(read) for read in reads.split()), **more)


# raw -> a -> b -> p/c -> d <- a;  e alone;  lone is a source nobody reads
GRAPH = AssetGraph(
    [
        node("raw", is_source=True, group="in"),
        node("lone", is_source=True, group="in", kind="file", tags={"owner": "us"}),
        node("a", "raw", group="in", kind="sql", tags={"owner": "me", "pii": ""}),
        node("b", "a", group="mid", kind="python", tags={"owner": "you"}),
        node("p/c", "b", group="mid", kind="sql"),
        node("d", "p/c a", group="out"),
        node("e"),
    ]
)
S = AssetSelection


def found(selection: AssetSelection) -> set[AssetKey]:
    return set(selection.resolve(GRAPH))


# -- by what assets are ------------------------------------------------------------------------------


def test_all_leaves_out_sources() -> None:
    """All assets are selected, and no source assets."""
    assert found(S.all()) == keys("a b p/c d e")


@pytest.mark.parametrize("given", ["p/c", ["p", "c"], AssetKey(["p", "c"])])
def test_key_in_any_form(given: Any) -> None:
    """A key is named by its text with slashes, by its parts, or as it is."""
    assert found(S.keys(given)) == {AssetKey(["p", "c"])}


def test_key_of_one_part_with_a_slash() -> None:
    """An `AssetKey` is taken as it is, slashes in its parts included."""
    odd = AssetKey("x/y")
    assert S.keys(odd).resolve(AssetGraph([AssetNode(odd), node("x/y")])) == {odd}


def test_keys_may_name_sources() -> None:
    """A source asset is selected when its key is named."""
    assert found(S.keys("raw", "a")) == keys("raw a")


def test_unknown_key_names_the_nearest() -> None:
    """An unknown key is an error, one that selections share, with the nearest key."""
    graph = AssetGraph([node("orders"), node("customers")])
    with pytest.raises(UnknownSelectionError, match=r"key 'order'\. Did you mean 'orders'"):
        S.keys("orders", "order").resolve(graph)
    assert issubclass(UnknownSelectionError, InvalidSubsetError)


def test_assets_takes_definitions() -> None:
    """Definitions of assets, of one or several, and source assets select all their keys."""

    @asset
    def a() -> None: ...

    @asset(key_prefix="p")
    def c() -> None: ...

    raw = SourceAsset("raw")
    assert S.assets(a, raw).resolve([a, c, raw]) == keys("a raw")


@pytest.mark.parametrize("wrong", ["a", 7, None, {"a": 1}, AssetKey("a")])
def test_assets_refuses_what_is_no_definition(wrong: Any) -> None:
    """`assets` takes definitions only, and says what keys are for."""
    with pytest.raises(InvalidDefinitionError, match=r"AssetSelection\.keys"):
        S.assets(wrong)


def test_groups_leave_out_sources() -> None:
    """Groups select their assets, not their source assets."""
    assert found(S.groups("in", "out")) == keys("a d")


def test_kinds() -> None:
    """Kinds select the assets of any of them."""
    assert found(S.kinds("sql", "python")) == keys("a b p/c")


def test_tag_with_any_value() -> None:
    """A tag without a value selects the assets that have it."""
    assert found(S.tag("owner")) == keys("a b")


@pytest.mark.parametrize(("name", "value", "expected"), [("owner", "you", "b"), ("pii", "", "a")])
def test_tag_with_a_value(name: str, value: str, expected: str) -> None:
    """A tag with a value, be it empty, selects the assets that have just this one."""
    assert found(S.tag(name, value)) == keys(expected)


@pytest.mark.parametrize(
    ("pattern", "expected"), [("*", "a b p/c d e"), ("p/*", "p/c"), ("?", "a b d e"), ("*/?", "p/c")]
)
def test_matching_with_wildcards(pattern: str, expected: str) -> None:
    """A star stands for any characters of a key and a question mark for one; sources never match."""
    assert found(S.matching(pattern)) == keys(expected)


@pytest.mark.parametrize("pattern", ["[ab]*", "a.*", "A*"])
def test_only_star_and_question_mark_are_wildcards(pattern: str) -> None:
    """Brackets and dots in a pattern stand for themselves, and case counts."""
    with pytest.raises(UnknownSelectionError):
        found(S.matching(pattern))


def test_pattern_with_many_stars_ends() -> None:
    """A pattern that would take forever when matched naively is refused at once."""
    graph = AssetGraph([node("a" * 200)])
    with pytest.raises(UnknownSelectionError):
        S.matching("*a" * 60 + "*b").resolve(graph)


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        (S.groups("ot"), r"group 'ot'\. Did you mean 'out'"),
        (S.kinds("sqll"), r"kind 'sqll'\. Did you mean 'sql'"),
        (S.tag("owners"), r"tag 'owners'\. Did you mean 'owner'"),
        (S.tag("owner", "yo"), r"tag 'owner=yo'\. Did you mean 'owner=you'"),
        (S.matching("z*"), r"key 'z\*'"),
        (S.groups("mid") | S.groups("nope"), "group 'nope'"),
    ],
)
def test_name_that_no_asset_has(selection: AssetSelection, message: str) -> None:
    """A group, kind, tag or pattern that no asset has is an error with the nearest one."""
    with pytest.raises(UnknownSelectionError, match=message):
        found(selection)


@pytest.mark.parametrize("make", [S.groups, S.kinds, S.tag])
def test_names_are_strings(make: Any) -> None:
    """A group, kind or tag that is no string is refused when the selection is made."""
    with pytest.raises(InvalidDefinitionError, match="is a string"):
        make(7)


# -- by where they are in the graph ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (S.keys("a").downstream(), "a b p/c d"),
        (S.keys("a").downstream(depth=1), "a b d"),
        (S.keys("a").downstream(depth=2), "a b p/c d"),
        (S.keys("a").downstream(depth=0), "a"),
        (S.keys("a").downstream(include_self=False), "b p/c d"),
        (S.keys("a", "b").downstream(include_self=False), "p/c d"),
        (S.keys("raw").downstream(depth=1), "raw a"),
        (S.keys("a").downstream(depth=0, include_self=False), ""),
    ],
)
def test_downstream(selection: AssetSelection, expected: str) -> None:
    """Downstream goes so many levels; without itself, nothing of the selection is in the result."""
    assert found(selection) == keys(expected)


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (S.keys("d").upstream(), "raw a b p/c d"),
        (S.keys("d").upstream(depth=1), "a p/c d"),
        (S.keys("d").upstream(depth=1, include_self=False), "a p/c"),
        (S.groups("mid").upstream(depth=1), "a b p/c"),
    ],
)
def test_upstream(selection: AssetSelection, expected: str) -> None:
    """Upstream goes so many levels and reaches source assets."""
    assert found(selection) == keys(expected)


@pytest.mark.parametrize("depth", [-1, 1.5, "1", True])
@pytest.mark.parametrize("direction", ["downstream", "upstream"])
def test_depth_is_a_number_of_levels(direction: str, depth: Any) -> None:
    """A depth that is no number of levels is refused when the selection is made."""
    with pytest.raises(InvalidDefinitionError, match="number of levels"):
        getattr(S.keys("a"), direction)(depth)


@pytest.mark.parametrize(
    ("selection", "sources", "sinks"),
    [
        (S.all(), "a e", "d e"),
        (S.keys("d").upstream(), "raw", "d"),
        (S.keys("a", "p/c"), "a", "p/c"),
        (S.keys("a", "d"), "a", "d"),
    ],
)
def test_sources_and_sinks_look_inside(selection: AssetSelection, sources: str, sinks: str) -> None:
    """Sources and sinks are those without a way from or to another of the selection, however long."""
    assert found(selection.sources()) == keys(sources)
    assert found(selection.sinks()) == keys(sinks)


def test_asset_that_reads_itself_is_source_and_sink() -> None:
    """Reading its own earlier partitions makes an asset neither its own parent nor child."""
    graph = AssetGraph([node("a", "a", **EARLIER)])
    for selection in (S.all().sources(), S.all().sinks(), S.keys("a").upstream()):
        assert selection.resolve(graph) == keys("a")
    assert S.keys("a").upstream(include_self=False).resolve(graph) == set()


# -- combined ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (S.keys("a") | S.keys("b"), "a b"),
        (S.groups("mid") & S.kinds("sql"), "p/c"),
        (S.all() - S.groups("mid"), "a d e"),
        (S.keys("d").upstream() - S.keys("b"), "raw a p/c d"),
        (~S.all(), "raw lone"),
        (S.all() & ~S.keys("a", "b"), "p/c d e"),
        (S.keys("a") & S.keys("b"), ""),
        (S.keys("a") - S.keys("a"), ""),
    ],
)
def test_operators(selection: AssetSelection, expected: str) -> None:
    """``|``, ``&``, ``-`` and ``~`` are union, intersection, difference and complement."""
    assert found(selection) == keys(expected)


@pytest.mark.parametrize("empty", [S.keys(), S.groups(), S.assets(), S.kinds(), S.matching()])
def test_nothing_named_selects_nothing(empty: AssetSelection) -> None:
    """Naming no key, group, definition, kind or pattern selects nothing."""
    assert found(empty) == set()


@pytest.mark.parametrize("other", ["a", None, {"a"}])
def test_operators_take_selections_only(other: Any) -> None:
    """A selection does not combine with anything else."""
    with pytest.raises(TypeError):
        S.all() | other


def test_union_of_many() -> None:
    """A union of 1,000, built one by one, is no deeper than one of two."""
    graph = AssetGraph([AssetNode(AssetKey(f"n{i}")) for i in range(1_000)])
    selection = S.keys("n0")
    for i in range(1, 1_000):
        selection |= S.keys(f"n{i}") if i % 2 else S.keys(f"n{i}").sinks()
    assert selection.resolve(graph) == set(graph)


def test_nesting_has_a_limit() -> None:
    """A selection nested too deep is refused when it is made, not by an overflow of the stack later."""
    selection = S.keys("a")
    for _ in range(100):
        selection = selection.downstream(1)
    assert key("d") in found(selection)
    with pytest.raises(InvalidSubsetError, match="more than 100 deep"):
        selection.sinks()


def test_part_that_occurs_twice_is_found_once() -> None:
    """Excluding itself at every level costs no more with each level."""
    selection = S.keys("a")
    for _ in range(40):
        selection = selection.downstream(1, include_self=False)
    assert found(selection) == set()


# -- as values ---------------------------------------------------------------------------------------


def test_selections_are_values() -> None:
    """Selections that are built alike are equal, have one hash, and survive pickling."""
    first, second = (S.groups("in") | S.keys("a").downstream(2, include_self=False) for _ in range(2))
    assert first == second
    assert hash(first) == hash(second)
    assert pickle.loads(pickle.dumps(first)) == first
    assert first != S.groups("in")


def test_selections_are_frozen() -> None:
    """A selection cannot be changed."""
    with pytest.raises(AttributeError):
        S.keys("a").named = ()  # type: ignore[attr-defined]


def test_double_complement() -> None:
    """The complement of a complement is the selection itself."""
    assert ~~S.groups("in") == S.groups("in")


def test_repr_shows_the_text() -> None:
    """The representation of a selection shows its text."""
    assert repr(S.keys("a").downstream() - S.keys("b")) == "<AssetSelection a* and not b>"


def test_resolve_takes_definitions() -> None:
    """A selection is found in a list of definitions as well as in a graph."""

    @asset
    def first() -> None: ...

    @asset
    def second(first: Any) -> None: ...

    assert S.keys("first").downstream().resolve([first, [second]]) == keys("first second")


# -- what can be made --------------------------------------------------------------------------------


def test_materializable_leaves_out_sources() -> None:
    """Of what is selected, source assets are not made."""
    assert materializable(GRAPH, found(S.keys("b").upstream())) == keys("a b")


def test_only_sources_cannot_be_made() -> None:
    """Selecting nothing but source assets is an error that names them."""
    with pytest.raises(InvalidSubsetError, match=r"Only source assets are selected.*'lone', 'raw'"):
        materializable(GRAPH, keys("raw lone"))


def test_nothing_can_be_made_of_nothing() -> None:
    """An empty selection makes nothing, which is no error."""
    assert materializable(GRAPH, set()) == set()


# -- why ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selection", "asset_key", "reason"),
    [
        (S.all(), "a", "selected by *"),
        (S.keys("a", "b"), "b", "named by key:b"),
        (S.keys("p/c"), "p/c", "named by key:p/c"),
        (S.groups("mid"), "b", "in group:mid"),
        (S.kinds("sql"), "a", "has kind:sql"),
        (S.matching("p/*"), "p/c", "matches key:p/*"),
        (S.tag("owner", "me"), "a", "has tag:owner=me"),
        (S.keys("a").downstream(), "a", "named by key:a"),
        (S.keys("a").downstream(), "d", "downstream of a"),
        (S.keys("a").downstream(), "p/c", "downstream of a (via b)"),
        (S.keys("p/c").upstream(), "raw", "upstream of p/c (via a)"),
        (S.all().sinks(), "d", "sink of *"),
        (S.groups("mid") | S.all(), "b", "in group:mid"),
        (S.all() & S.kinds("sql") & S.groups("mid"), "p/c", "has kind:sql and in group:mid"),
        (S.all() - S.keys("a"), "b", "selected by * and not a"),
        (~S.groups("mid"), "raw", "not group:mid"),
        (S.keys("a"), "b", "not selected by a"),
    ],
)
def test_explain(selection: AssetSelection, asset_key: str, reason: str) -> None:
    """A selection says in a few words why an asset is in it, or that it is not."""
    assert selection.explain(GRAPH, key(asset_key)) == reason


def test_explain_takes_the_shortest_way() -> None:
    """Of several ways from the selection to an asset, the shortest is told."""
    graph = AssetGraph([node("a"), node("b", "a"), node("c", "b"), node("x", "a"), node("z", "c x")])
    assert S.keys("a").downstream().explain(graph, "z") == "downstream of a (via x)"


def test_reasons_are_in_topological_order() -> None:
    """The reasons of all selected assets come in the order in which these are made."""
    assert list(S.keys("d").upstream(1).reasons(GRAPH)) == [key("a"), key("p/c"), key("d")]


def test_explain_unknown_key() -> None:
    """Asking about an unknown key is an error."""
    with pytest.raises(UnknownSelectionError):
        S.all().explain(GRAPH, "nope")


# -- any selection of any graph ----------------------------------------------------------------------

NAMES = [f"n{i}" for i in range(8)]
Recipe = tuple[Any, ...]


def recipes() -> st.SearchStrategy[Recipe]:
    depth = st.one_of(st.none(), st.integers(0, 3))
    leaf = st.one_of(
        st.just(("all",)),
        st.tuples(st.just("keys"), st.lists(st.sampled_from(NAMES), max_size=3)),
        st.tuples(st.just("group"), st.sampled_from(["even", "odd"])),
    )
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.tuples(st.sampled_from(["or", "and", "sub"]), inner, inner),
            st.tuples(st.sampled_from(["not", "sources", "sinks"]), inner),
            st.tuples(st.sampled_from(["up", "down"]), inner, depth, st.booleans()),
        ),
        max_leaves=6,
    )


@st.composite
def graphs(draw: st.DrawFn) -> AssetGraph:
    edges = draw(st.sets(st.tuples(st.sampled_from(range(8)), st.sampled_from(range(8)))))
    sources = draw(st.sets(st.sampled_from(range(8)), max_size=2))
    return AssetGraph(
        AssetNode(
            AssetKey(name),
            tuple(AssetKey(NAMES[up]) for up, down in edges if down == at and up < at),
            group="odd" if at % 2 else "even",
            is_source=at in sources and not any(down == at and up < at for up, down in edges),
        )
        for at, name in enumerate(NAMES)
    )


def build(recipe: Recipe) -> AssetSelection:
    match recipe:
        case ("all",):
            return S.all()
        case ("keys", names):
            return S.keys(*names)
        case ("group", name):
            return S.groups(name)
        case ("or", one, other):
            return build(one) | build(other)
        case ("and", one, other):
            return build(one) & build(other)
        case ("sub", one, other):
            return build(one) - build(other)
        case ("not", one):
            return ~build(one)
        case ("sources", one):
            return build(one).sources()
        case ("sinks", one):
            return build(one).sinks()
        case ("up", one, depth, include_self):
            return build(one).upstream(depth, include_self)
        case ("down", one, depth, include_self):
            return build(one).downstream(depth, include_self)
    raise AssertionError(recipe)


def expect(recipe: Recipe, digraph: Any) -> set[AssetKey]:
    """Return what a recipe selects, found with networkx and sets of keys."""
    assets = {asset_key for asset_key, source in digraph.nodes(data="source") if not source}
    match recipe:
        case ("all",):
            return assets
        case ("keys", names):
            return set(map(AssetKey, names))
        case ("group", name):
            return {asset_key for asset_key in assets if digraph.nodes[asset_key]["group"] == name}
        case ("or", one, other):
            return expect(one, digraph) | expect(other, digraph)
        case ("and", one, other):
            return expect(one, digraph) & expect(other, digraph)
        case ("sub", one, other):
            return expect(one, digraph) - expect(other, digraph)
        case ("not", one):
            return set(digraph) - expect(one, digraph)
        case ("sources" | "sinks" as end, one):
            selected = expect(one, digraph)
            beyond = networkx.ancestors if end == "sources" else networkx.descendants
            return {asset_key for asset_key in selected if not beyond(digraph, asset_key) & selected}
        case ("up" | "down" as way, one, depth, include_self):
            start = expect(one, digraph)
            walked = digraph.reverse() if way == "up" else digraph
            reached = set(start)
            for asset_key in start:
                reached |= set(networkx.single_source_shortest_path_length(walked, asset_key, cutoff=depth))
            return reached if include_self else reached - start
    raise AssertionError(recipe)


def has_group(graph: AssetGraph) -> bool:
    return set(graph.groups) == {"even", "odd"}


@given(graphs().filter(has_group), recipes())
def test_resolution_agrees_with_networkx(graph: AssetGraph, recipe: Recipe) -> None:
    """Any selection finds in any graph what networkx and sets find."""
    assert build(recipe).resolve(graph) == expect(recipe, graph.digraph)


@given(graphs().filter(has_group), recipes())
def test_every_selected_asset_has_a_reason(graph: AssetGraph, recipe: Recipe) -> None:
    """There is a reason for each asset of a selection, and for no other."""
    selection = build(recipe)
    reasons = selection.reasons(graph)
    assert reasons.keys() == selection.resolve(graph)
    assert all(reasons.values())


@given(graphs().filter(has_group), recipes(), recipes())
def test_laws_of_the_algebra(graph: AssetGraph, one: Recipe, other: Recipe) -> None:
    """Union commutes, difference is intersection with the complement, and De Morgan's law holds."""
    a, b = build(one), build(other)
    assert (a | b).resolve(graph) == (b | a).resolve(graph)
    assert (a - b).resolve(graph) == (a & ~b).resolve(graph)
    assert (~(a | b)).resolve(graph) == (~a & ~b).resolve(graph)
    assert (a.downstream() | b.downstream()).resolve(graph) == (a | b).downstream().resolve(graph)
    assert a.sinks().resolve(graph) <= a.resolve(graph)
