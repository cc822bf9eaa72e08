"""A drawing of assets as a tree of text."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.asset_node import AssetNode
from holdfast_cli.drawing import Drawing
from holdfast_cli.output import plain

__all__ = ["tree"]

_REPEATED = " (*)"


def tree(drawing: Drawing) -> Iterator[str]:
    """Yield the lines of a tree: under each asset those that read it.

    An asset that reads several stands under each of them; what is below it is drawn the first time only, and
    marked where it is left out.
    """
    read = {reader for readers in drawing.readers for reader in readers}
    roots = [place for place in range(len(drawing.nodes)) if place not in read]
    seen: set[int] = set()
    repeated = False
    # Places still to draw, the next one last, each with what stands before it and before those below it.
    waiting = [(place, "", "") for place in reversed(roots)]
    while waiting:
        place, before, below = waiting.pop()
        readers = drawing.readers[place]
        again = place in seen and bool(readers)
        yield f"{before}{_label(drawing.nodes[place])}{_REPEATED if again else ''}"
        repeated |= again
        if place in seen:
            continue
        seen.add(place)
        for reader in reversed(readers):
            branch, stem = ("└── ", "    ") if reader == readers[-1] else ("├── ", "│   ")
            waiting.append((reader, below + branch, below + stem))
    if repeated:
        yield f"{_REPEATED.strip()} what reads it is drawn above"


def _label(node: AssetNode) -> str:
    facts = ["source"] if node.is_source else []
    facts += [] if node.group == "default" else [node.group]
    facts += [] if node.kind is None else [node.kind]
    return plain(node.key) + (f"  [{', '.join(map(plain, facts))}]" if facts else "")
