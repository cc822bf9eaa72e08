"""The jobs that every repository with assets has."""

from __future__ import annotations

from holdfast.asset_graph import AssetGraph
from holdfast.asset_layer import AssetLayer
from holdfast.jobs import JobDefinition
from holdfast.keys import AssetKey
from holdfast.observation_plan import observable_keys
from holdfast.partitions.definition import PartitionsDefinition
from holdfast.selection import AssetSelection

__all__ = ["ALL_ASSETS_JOB", "implicit_job", "implicit_job_keys"]

ALL_ASSETS_JOB = "__ASSET_JOB"
"""The name of the job over all assets."""


def implicit_job_keys(graph: AssetGraph) -> dict[str, tuple[AssetKey, ...]]:
    """Return the names of a repository's implicit jobs, each with the assets that it makes.

    There is one over all assets where none has partitions; else one for each definition of partitions,
    numbered in the order of the first assets that have them, over its assets and those without any.

    Args:
        graph: the assets of the repository.
    """
    made = [node for node in graph.nodes if not node.is_source]
    if not made:
        return {ALL_ASSETS_JOB: ()} if observable_keys(graph) else {}
    definitions: dict[PartitionsDefinition | None, None] = dict.fromkeys(node.partitions_def for node in made)
    definitions.pop(None, None)
    if not definitions:
        return {ALL_ASSETS_JOB: tuple(node.key for node in made)}
    return {
        f"{ALL_ASSETS_JOB}_{number}": tuple(
            node.key for node in made if node.partitions_def is None or node.partitions_def == definition
        )
        for number, definition in enumerate(definitions)
    }


def implicit_job(name: str, graph: AssetGraph) -> JobDefinition:
    """Return an implicit job of a repository.

    Args:
        name: one of those that `implicit_job_keys` names, or `ALL_ASSETS_JOB` for a job over all assets,
            whatever their partitions.
        graph: the assets of the repository.
    """
    keys = implicit_job_keys(graph).get(name, ())
    if name == ALL_ASSETS_JOB or len(keys) == len(graph.asset_keys):
        layer = AssetLayer.everything(graph)
    else:
        layer = AssetLayer.select(graph, AssetSelection.keys(*keys))
    return JobDefinition(graph_def=None, name=name, asset_layer=layer)
