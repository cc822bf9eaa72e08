"""What it costs to find the assets of a selection, for every operator of the algebra."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator

from measure import medians
from report import Row
from shapes import SHAPES, Parents, functions

from holdfast import AssetGraph, AssetsDefinition, AssetSelection, asset
from holdfast.selection_syntax import parse_selection

SUBJECT = "select"
BUDGETS_MS = {10_000: 5, 100_000: 150}

ALL, KEYS, GROUPS = AssetSelection.all, AssetSelection.keys, AssetSelection.groups


def selections(size: int) -> dict[str, Callable[[], AssetSelection]]:
    """Return every operator by name, each made anew when it is measured, and text parsed anew."""
    first, middle, last = "a0", f"a{size // 2}", f"a{size - 1}"
    hundred = [f"a{at}" for at in range(0, size, size // 100)]
    texts = (
        f"{first}*",
        f"*{last}",
        f"+{middle}++",
        "key:a1*",
        "key:*9?",
        "group:g3",
        "kind:k1",
        "tag:team=t2",
        "group:g1 and not kind:k1",
        "sinks(group:g1 or group:g2) or sources(*)",
        "(group:g1 and kind:k1)* and not (tag:team=t2)+",
    )
    return {
        "all()": lambda: ALL(),
        "keys(100 keys)": lambda: KEYS(*hundred),
        "groups('g1', 'g2')": lambda: GROUPS("g1", "g2"),
        "keys(first).downstream()": lambda: KEYS(first).downstream(),
        "keys(first).downstream(depth=2)": lambda: KEYS(first).downstream(depth=2),
        "keys(first).downstream(include_self=False)": lambda: KEYS(first).downstream(include_self=False),
        "keys(last).upstream()": lambda: KEYS(last).upstream(),
        "keys(last).upstream(depth=2)": lambda: KEYS(last).upstream(depth=2),
        "all().downstream()": lambda: ALL().downstream(),
        "all().upstream()": lambda: ALL().upstream(),
        "all().sources()": lambda: ALL().sources(),
        "all().sinks()": lambda: ALL().sinks(),
        "groups('g1').sources()": lambda: GROUPS("g1").sources(),
        "groups('g1').sinks()": lambda: GROUPS("g1").sinks(),
        "groups('g1') | keys(first)": lambda: GROUPS("g1") | KEYS(first),
        "all() & groups('g1')": lambda: ALL() & GROUPS("g1"),
        "all() - groups('g1')": lambda: ALL() - GROUPS("g1"),
        **{f'"{text}"': lambda text=text: parse_selection(text) for text in texts},
    }


def run() -> Iterator[Row]:
    """Measure every operator on every shape in both sizes, and report the slowest shape of each."""
    for size, budget in BUDGETS_MS.items():
        slowest: dict[str, tuple[float, str]] = {}
        first_time = (0.0, "")
        for shape, parents_of in SHAPES.items():
            graph = AssetGraph.of(assets(parents_of(size)))
            gc.collect()
            gc.freeze()  # else the collector would walk the whole graph before each of some hundred samples
            for name, make in selections(size).items():
                start = time.process_time()
                found = make().resolve(graph)
                first_time = max(first_time, ((time.process_time() - start) * 1e3, f"{shape}, {name}"))
                works = {name: lambda make=make, graph=graph: make().resolve(graph)}
                taken = medians(works, repeats=5 if size > 10_000 else 11)[name] * 1e3
                slowest[name] = max(
                    slowest.get(name, (0.0, "")), (taken, f"{shape}, {len(found):,} selected")
                )
        for name, (taken, beside) in slowest.items():
            yield Row(SUBJECT, f"{size:,}: {name}", taken, "ms", budget, beside)
        taken, beside = first_time
        yield Row(SUBJECT, f"{size:,}: the slowest when first used", taken, "ms", None, beside)


def assets(parents: Parents) -> list[AssetsDefinition]:
    """Return an asset for each place in a graph, in ten groups, of four kinds, with five tags."""
    return [
        asset(group_name=f"g{at % 10}", compute_kind=f"k{at % 4}", op_tags={"team": f"t{at % 5}"})(function)
        for at, function in enumerate(functions(parents))
    ]
