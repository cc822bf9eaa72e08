"""Graphs of three shapes, as functions that a user could have written; needs nothing of Holdfast."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

Parents = list[list[int]]
Function = Callable[..., Any]


def chain(size: int) -> Parents:
    """Each reads the one before it."""
    return [[at - 1] if at else [] for at in range(size)]


def fan(size: int) -> Parents:
    """All but the first read the first."""
    return [[0] if at else [] for at in range(size)]


def random_graph(size: int) -> Parents:
    """Each reads three of those before it."""
    chance = random.Random(size)
    return [sorted(chance.sample(range(at), min(3, at))) for at in range(size)]


SHAPES = {"chain": chain, "fan": fan, "random": random_graph}


def functions(parents: Parents) -> list[Function]:
    """Return a trivial function for each place in a graph, with its parents as parameters."""
    lines = [
        f"def a{at}({', '.join(f'a{parent}: int' for parent in read)}) -> int:\n    return {at}\n"
        for at, read in enumerate(parents)
    ]
    names: dict[str, Any] = {}
    exec(compile("".join(lines), "<benchmark>", "exec", dont_inherit=True), names)
    return [names[f"a{at}"] for at in range(len(parents))]
