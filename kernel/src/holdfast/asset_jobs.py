"""Jobs of assets, as they are defined: a repository resolves what they select."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from holdfast.argument_types import check_type
from holdfast.asset_graph import AssetGraph
from holdfast.asset_layer import AssetLayer
from holdfast.asset_node import AssetNode
from holdfast.builtins.executors import to_executor_definition
from holdfast.config.mapping import ConfigMapping
from holdfast.definitions.executor import ExecutorDefinition
from holdfast.definitions.resource import to_resource_definitions
from holdfast.definitions.tags import check_tags
from holdfast.errors import InvalidDefinitionError, InvalidSubsetError
from holdfast.jobs import JobDefinition
from holdfast.keys import check_name
from holdfast.partitions.config import PartitionedConfig
from holdfast.partitions.definition import PartitionsDefinition
from holdfast.selection import AssetSelection
from holdfast.selection_syntax import coerce_selection

__all__ = ["UnresolvedAssetJobDefinition", "define_asset_job"]


@attrs.frozen(eq=False)
class UnresolvedAssetJobDefinition:
    """A job whose selection is not resolved yet; a repository resolves it against its assets.

    Attributes:
        name: the job's name.
        selection: what it makes.
        config: the run config it is run with by default.
        description: what it is for.
        tags: labels of its runs.
        executor_def: the executor it is run by.
        partitions_def: the partitions that its assets are to have, if they are to have some.
    """

    name: str
    selection: AssetSelection
    config: Mapping[str, Any] | ConfigMapping | PartitionedConfig | None = None
    description: str | None = None
    tags: Mapping[str, str] = attrs.field(factory=dict)
    executor_def: ExecutorDefinition | str | Mapping[str, Any] | None = None
    partitions_def: PartitionsDefinition | None = None

    def resolve(
        self,
        assets: Sequence[Any] | AssetGraph,
        source_assets: Sequence[Any] = (),
        resource_defs: Mapping[str, Any] | None = None,
    ) -> JobDefinition:
        """Return the job over these assets.

        Args:
            assets: the assets, or a graph of them.
            source_assets: source assets, unless a graph is given.
            resource_defs: resources for all its assets.

        Raises:
            InvalidSubsetError: the selection names what is not there.
        """
        graph = assets if isinstance(assets, AssetGraph) else AssetGraph.of([*assets, *source_assets])
        try:
            layer = AssetLayer.select(graph, self.selection)
        except InvalidSubsetError as error:
            error.args = (f"job '{self.name}': {error}",)  # a repository may have many jobs
            raise
        return JobDefinition(
            graph_def=None,
            name=self.name,
            config=self.config,
            description=self.description,
            tags=self.tags,
            executor_def=self.executor_def,
            resource_defs=to_resource_definitions(resource_defs, f"job '{self.name}'"),
            asset_layer=layer,
            partitions_def=self.partitions_def or _shared_partitions(layer, f"job '{self.name}'"),
        )


def _shared_partitions(layer: AssetLayer, what: str) -> PartitionsDefinition | None:
    """Return the partitions of the assets of a job, which must all have the same ones, if any.

    Raises:
        InvalidDefinitionError: two of them have different ones.
    """
    if not layer.graph.has_partitions:
        return None
    first: AssetNode | None = None
    for key in sorted(layer.keys):
        node = layer.graph[key]
        if node.partitions_def is None:
            continue
        if first is not None and node.partitions_def != first.partitions_def:
            raise InvalidDefinitionError(
                f"{what} selects assets with different partitions: '{first.key}' has {first.partitions_def}, "
                f"'{node.key}' has {node.partitions_def}. Select them in jobs of their own, or run them "
                "together with a backfill."
            )
        first = first or node
    return None if first is None else first.partitions_def


def define_asset_job(
    name: str,
    selection: Any = None,
    config: Mapping[str, Any] | ConfigMapping | PartitionedConfig | None = None,
    description: str | None = None,
    tags: Mapping[str, Any] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    executor_def: ExecutorDefinition | str | Mapping[str, Any] | None = None,
) -> UnresolvedAssetJobDefinition:
    """Define a job that makes a selection of assets; put it into a repository.

    Args:
        name: its name.
        selection: what it makes: a selection, a string such as ``"orders*"``, a list of these, or keys; all
            assets by default.
        config: the run config it is run with unless a run gives another, a `ConfigMapping` that makes it from
            less, or a `PartitionedConfig` that makes it from a partition.
        description: what it is for.
        tags: labels of its runs; values that are no strings become JSON and must survive it.
        partitions_def: the partitions that its assets have; by default as they say.
        executor_def: the executor it is run by: a definition, the name of one that a plugin provides, or a
            mapping with ``use`` and options. By default the one that the settings or the run config name.

    Raises:
        InvalidNameError: the name breaks the naming rule.
        InvalidDefinitionError: another argument is of the wrong kind.
        SelectionSyntaxError: the selection cannot be read.
    """
    check_name(name, "job name")
    what = f"job '{name}'"
    kind = "a PartitionsDefinition"
    check_type(partitions_def, PartitionsDefinition | None, f"{what}: partitions_def", kind)
    if config is not None and not isinstance(config, Mapping | ConfigMapping | PartitionedConfig):
        raise InvalidDefinitionError(
            f"{what}: config is a mapping of sections, a ConfigMapping or a PartitionedConfig, not "
            f"{config!r}."
        )
    check_type(description, str | None, f"{what}: description", "a string")
    to_executor_definition(executor_def, what)
    return UnresolvedAssetJobDefinition(
        name,
        AssetSelection.all() if selection is None else coerce_selection(selection),
        config,
        description,
        check_tags(tags, what),
        executor_def,
        partitions_def,
    )
