"""Load stored assets without a run."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from holdfast.asset_graph import AssetGraph
from holdfast.binding import provide
from holdfast.definitions.resource import ResourceDefinition
from holdfast.errors import InvalidInvocationError, ResourceConflictError
from holdfast.execution.resources import ResourcePool
from holdfast.execution.session import Session
from holdfast.instance import Instance
from holdfast.keys import AssetKey, CoercibleToAssetKey
from holdfast.partition_choice import requested
from holdfast.plan import Step, StepInput
from holdfast.planning import stored_output
from holdfast.run_partitions import moment_of
from holdfast.types.dagster_type import ANY_TYPE
from holdfast.types.hints import resolve_type

__all__ = ["AssetValueLoader"]


def _no_step(key: str) -> Step:
    raise KeyError(key)


class AssetValueLoader:
    """Loads stored assets, keeping their IO managers between calls; a context manager that tears them down.

    Made by `RepositoryDefinition.get_asset_value_loader`.

    Args:
        assets_defs_by_key: the assets.
        instance: provides the IO managers that the assets do not bring, and what resources are told of; the
            one that the settings of the working directory describe by default.
    """

    def __init__(self, assets_defs_by_key: AssetGraph, instance: Instance | None = None) -> None:
        self._graph = assets_defs_by_key
        self._instance = Instance.get() if instance is None else instance
        self._definitions: dict[str, ResourceDefinition] = {}
        self._pool = ResourcePool(self._definitions, instance=self._instance)

    def load_asset_value(
        self,
        asset_key: CoercibleToAssetKey,
        *,
        python_type: Any = None,
        partition_key: str | None = None,
        partitions: Any = None,
    ) -> Any:
        """Return the stored value of an asset, or of one or some of its partitions.

        Args:
            asset_key: the asset.
            python_type: the type to load it as; by default as it was stored.
            partition_key: the partition.
            partitions: several partitions, as a `PartitionKeyRange` or a list of keys; the result is then a
                mapping of values by partition key.

        Raises:
            InvalidInvocationError: the asset has partitions and none is named, or the other way round.
            UnknownPartitionError: there is no such partition.
            UnknownSelectionError: there is no such asset.
            StepOutputNotFoundError: it was never stored.
            MissingResourceError: nobody provides its IO manager.
        """
        key = AssetKey.from_coercible(asset_key)
        source = stored_output(self._graph, key)
        definition = self._graph[key].partitions_def
        what = f"load_asset_value('{key}')"
        asked = partition_key if partitions is None else partitions
        if partition_key is not None and partitions is not None:
            raise InvalidInvocationError(f"{what}: give only one of partition_key and partitions.")
        if definition is None and asked is not None:
            raise InvalidInvocationError(f"{what}: it has no partitions. Leave out {asked!r}.")
        if definition is not None:
            if asked is None:
                raise InvalidInvocationError(f"{what}: it has {definition}. Name one with partition_key.")
            wanted = requested(moment_of(self._instance).still(definition), asked)
            source = source._replace(partitions=wanted, by_partition=partitions is not None)
        self._bind(key, source.manager_key)
        inp = StepInput(key.parts[-1], source, source.manager_key, {})
        session = Session("none", "none", _no_step, self._pool)
        dagster_type = ANY_TYPE if python_type is None else resolve_type(python_type, "python_type")
        return session.load(inp, source, dagster_type=dagster_type)

    def __enter__(self) -> AssetValueLoader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        problems = self._pool.close()
        if problems and error is None:
            raise problems[0]

    def _bind(self, key: AssetKey, manager_key: str) -> None:
        definition = self._graph[key].definition
        for name, own in definition.resource_defs.items():
            if self._definitions.setdefault(name, own) is not own:
                raise ResourceConflictError(name, repr(definition), "an asset that was loaded before")
        provide({manager_key: f"Asset '{key}'"}, self._definitions, self._instance.resource_definition)
