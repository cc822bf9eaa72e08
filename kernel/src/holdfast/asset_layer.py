"""The assets of a job: what it makes, or what it looks at."""

from __future__ import annotations

from collections.abc import Collection

import attrs

from holdfast.asset_graph import AssetGraph
from holdfast.errors import InvalidSubsetError
from holdfast.keys import AssetKey
from holdfast.observation_plan import observable_keys
from holdfast.planning import check_subsets
from holdfast.selection import AssetSelection, materializable

__all__ = ["AssetLayer", "listed"]


@attrs.frozen(eq=False)
class AssetLayer:
    """The assets of a job.

    Attributes:
        graph: all assets that the job's may read.
        selection: what the job makes, as it was asked for.
        keys: what the job makes.
        observed: the source assets that the job looks at, if it makes nothing.
    """

    graph: AssetGraph
    selection: AssetSelection
    keys: frozenset[AssetKey]
    observed: frozenset[AssetKey] = frozenset()

    @classmethod
    def select(cls, graph: AssetGraph, selection: AssetSelection) -> AssetLayer:
        """Return the assets of a graph that a selection makes.

        Raises:
            InvalidSubsetError: it names what is not there, or source assets alone.
        """
        keys = materializable(graph, selection.resolve(graph))
        check_subsets(graph, keys)
        return cls(graph, selection, keys)

    @classmethod
    def everything(cls, graph: AssetGraph) -> AssetLayer:
        """Return all assets of a graph; where there are none, the source assets that can be observed."""
        return cls.select(graph, AssetSelection.all()) if graph.asset_keys else cls.observing(graph)

    @classmethod
    def observing(cls, graph: AssetGraph, selection: AssetSelection | None = None) -> AssetLayer:
        """Return the source assets of a graph that can be observed.

        Args:
            graph: all assets.
            selection: only those among these; all by default.

        Raises:
            InvalidSubsetError: the selection names what is not there, or nothing that can be observed.
        """
        observed = observable_keys(graph)
        if selection is None:
            return cls(graph, AssetSelection.keys(*sorted(observed)), frozenset(), observed)
        chosen = selection.resolve(graph) & observed
        if not chosen:
            raise InvalidSubsetError(
                f"'{selection}' selects no source asset that can be observed; those are {listed(observed)}."
            )
        return cls(graph, selection, frozenset(), chosen)


def listed(keys: Collection[AssetKey], limit: int = 12) -> str:
    """Return keys as a text for messages, the first of many."""
    names = [f"'{key}'" for key in sorted(keys)] or ["none"]
    return ", ".join(names[:limit]) + (f" and {len(names) - limit} more" if len(names) > limit else "")
