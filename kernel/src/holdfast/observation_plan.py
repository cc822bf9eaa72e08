"""From source assets to the plan that looks at them."""

from __future__ import annotations

from collections.abc import Collection

from holdfast.asset_graph import AssetGraph
from holdfast.definitions.source_asset import SourceAsset
from holdfast.errors import InvalidSubsetError
from holdfast.keys import AssetKey
from holdfast.plan import Plan, Step
from holdfast.selection import AssetSelection

__all__ = ["make_observation_plan", "observable_keys"]


def observable_keys(graph: AssetGraph) -> frozenset[AssetKey]:
    """Return the source assets of a graph that can be observed."""
    return frozenset(key for key in graph.source_keys if graph[key].definition.is_observable)


def make_observation_plan(graph: AssetGraph, keys: Collection[AssetKey], selection: AssetSelection) -> Plan:
    """Return the plan that looks at some source assets of a graph.

    Args:
        graph: all assets.
        keys: the source assets.
        selection: what was asked for, for the reasons.

    Raises:
        InvalidSubsetError: one of them cannot be observed.
    """
    steps: dict[str, Step] = {}
    for key in graph.sorted(keys):
        source: SourceAsset = graph[key].definition
        if not source.is_observable:
            raise InvalidSubsetError(
                f"{source!r} cannot be observed: give it an observe_fn, or leave it out of the selection."
            )
        name, count = source.op.name, 1
        while name in steps:
            count += 1
            name = f"{source.op.name}_{count}"
        steps[name] = Step(
            name, source.op, (), (), definition=source, path=(name,), selected=frozenset({key})
        )
    return Plan(graph, selection, steps)
