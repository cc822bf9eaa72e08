"""A drawing of assets as source text for Mermaid and Graphviz, safe for any name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast_cli.drawing import Drawing
from holdfast_cli.output import plain

__all__ = ["dot", "mermaid"]


def mermaid(drawing: Drawing) -> Iterator[str]:
    """Yield the lines of a Mermaid flowchart, a subgraph for each group; source assets are rounded."""
    yield "flowchart LR"
    for number, (group, places) in enumerate(drawing.groups.items()):
        yield f'  subgraph g{number}["{_mermaid_text(group)}"]'
        for place in places:
            node = drawing.nodes[place]
            left, right = ("([", "])") if node.is_source else ("[", "]")
            yield f'    n{place}{left}"{_mermaid_text(str(node.key))}"{right}'
        yield "  end"
    for place, reader in drawing.edges:
        yield f"  n{place} --> n{reader}"


def dot(drawing: Drawing) -> Iterator[str]:
    """Yield the lines of a DOT digraph, a cluster for each group; source assets are ellipses."""
    yield "digraph assets {"
    yield "  rankdir=LR;"
    yield "  node [shape=box];"
    for number, (group, places) in enumerate(drawing.groups.items()):
        yield f"  subgraph cluster_{number} {{"
        yield f"    label={_dot_text(group)};"
        for place in places:
            node = drawing.nodes[place]
            shape = ", shape=ellipse" if node.is_source else ""
            yield f"    n{place} [label={_dot_text(str(node.key))}{shape}];"
        yield "  }"
    for place, reader in drawing.edges:
        yield f"  n{place} -> n{reader};"
    yield "}"


def _mermaid_text(text: str) -> str:
    # Mermaid reads #N; as the character with the number N; quotes, markup and # itself are written so.
    return re.sub(r"[^\w /.,:-]", lambda found: f"#{ord(found[0])};", plain(text))


def _dot_text(text: str) -> str:
    # Graphviz expands &entities; and, in labels, escapes such as \N.
    escaped = plain(text).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
