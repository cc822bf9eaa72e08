"""``holdfast graph``: the assets as a tree, Mermaid or DOT."""

from __future__ import annotations

import re

from holdfast import AssetGraph, SourceAsset, asset
from holdfast_cli.diagrams import dot, mermaid
from holdfast_cli.drawing import Drawing
from holdfast_cli.tree import tree

HOSTILE = ['"];x --> y', "a#quot;b", "&lt;b&gt;", "\\N\\", "line\nbreak", "`code`", "[red]", "end", ""]


def drawing_of(*definitions):
    graph = AssetGraph.of(definitions)
    return Drawing.of(graph, graph.keys)


@asset
def top():
    return 1


@asset(group_name="sides", compute_kind="sql")
def left(top):
    return 1


@asset
def right(top):
    return 1


@asset
def bottom(left, right):
    return 1


@asset
def last(bottom):
    return 1


def test_the_tree_has_readers_below():
    """Under each asset stand those that read it, with group and kind where they say something."""
    assert list(tree(drawing_of(top, left, right))) == ["top", "├── left  [sides, sql]", "└── right"]


def test_what_is_read_twice_is_drawn_once():
    """An asset under several others is expanded the first time, and marked after that."""
    assert list(tree(drawing_of(top, left, right, bottom, last))) == [
        "top",
        "├── left  [sides, sql]",
        "│   └── bottom",
        "│       └── last",
        "└── right",
        "    └── bottom (*)",
        "(*) what reads it is drawn above",
    ]


def test_a_long_chain_is_drawn():
    """No recursion stands in the way of a chain of assets."""
    chain = [asset(name="a0")(lambda: 1)]
    for number in range(1, 1500):
        chain.append(asset(name=f"a{number}", non_argument_deps={f"a{number - 1}"})(lambda: 1))
    assert len(list(tree(drawing_of(*chain)))) == 1500


def test_mermaid_survives_any_name():
    """Whatever a name holds, its node is one quoted text of harmless characters and entities."""
    lines = list(mermaid(drawing_of(*[SourceAsset(["k", name]) for name in HOSTILE])))
    nodes = [line for line in lines if line.startswith("    n")]
    assert lines[0] == "flowchart LR"
    assert len(nodes) == len(HOSTILE)
    for node in nodes:
        assert re.fullmatch(r'    n\d+\(\["(?:[\w /.,:-]|#\d+;)*"\]\)', node)


def test_mermaid_entities_stand_for_the_name():
    """The entities of a name are its characters."""
    lines = list(mermaid(drawing_of(SourceAsset('say "#1;"'))))
    text = re.search(r'"(.*)"', lines[2])[1]
    assert re.sub(r"#(\d+);", lambda entity: chr(int(entity[1])), text) == 'say "#1;"'


def test_dot_survives_any_name():
    """Whatever a name holds, its label is one quoted text, with neither entities nor escapes of Graphviz."""
    lines = list(dot(drawing_of(*[SourceAsset(["k", name]) for name in HOSTILE])))
    labels = [re.fullmatch(r'    n\d+ \[label=("(?:[^"\\]|\\.)*"), shape=ellipse\];', line) for line in lines]
    found = [label[1] for label in labels if label]
    assert len(found) == len(HOSTILE)
    assert not any(re.search(r"(?<!\\)(\\\\)*\\[^\"\\]|&(?!amp;)", label) for label in found)


def test_groups_are_boxes(shop):
    """In both kinds of diagram a group is a box around its assets."""
    assert '  subgraph g1["raw"]' in shop.lines("graph", "--format", "mermaid")
    text = "\n".join(shop.lines("graph", "-f", "dot"))
    assert text.startswith("digraph assets {")
    assert text.endswith("}")
    assert re.search(r'subgraph cluster_\d {\n    label="raw";\n    n\d \[label="orders"\]', text)


def test_a_selection_is_drawn(shop):
    """Only the selected assets are drawn, and the edges between them."""
    assert shop.lines("graph", "orders+") == [
        "orders  [raw, python]",
        "├── out/revenue",
        "├── best  [extremes]",
        "└── worst  [extremes]",
    ]


def test_the_graph_as_json(shop):
    """Scripts get assets and edges."""
    drawn = shop.json("graph", "+out/revenue")
    assert [asset["key"] for asset in drawn["assets"]] == ["orders", "customers", "out/revenue"]
    assert {"from": "orders", "to": "out/revenue"} in drawn["edges"]
