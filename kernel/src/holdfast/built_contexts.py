"""Contexts without a run: for tests of resources, IO managers, assets and computations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from holdfast.argument_types import check_type
from holdfast.contexts import InitResourceContext
from holdfast.definitions.op import OpDefinition
from holdfast.errors import InvalidInvocationError
from holdfast.instance import Instance
from holdfast.io_contexts import InputContext, OutputContext
from holdfast.keys import AssetKey, CoercibleToAssetKey
from holdfast.op_context import OpExecutionContext
from holdfast.partitions.definition import PartitionsDefinition, PartitionsSubset
from holdfast.reports import AssetMaterialization, AssetObservation, ExpectationResult
from holdfast.standalone import SetUpByEntering, StandaloneResources
from holdfast.types.dagster_type import DagsterType
from holdfast.types.hints import resolve_type

__all__ = [
    "BuiltInitResourceContext",
    "BuiltInputContext",
    "BuiltOpContext",
    "BuiltOutputContext",
    "build_init_resource_context",
    "build_input_context",
    "build_op_context",
    "build_output_context",
]


@attrs.frozen
class BuiltInitResourceContext(SetUpByEntering, InitResourceContext):
    """An `InitResourceContext` for a test."""


@attrs.define
class BuiltInputContext(SetUpByEntering, InputContext):
    """An `InputContext` for a test."""


@attrs.define
class BuiltOutputContext(SetUpByEntering, OutputContext):
    """An `OutputContext` for a test."""


@attrs.frozen(kw_only=True)
class BuiltOpContext(SetUpByEntering, OpExecutionContext):
    """An `OpExecutionContext` for a test."""

    _events: list[Any] = attrs.field(factory=list, alias="events", repr=False)

    def get_events(self) -> list[AssetMaterialization | AssetObservation | ExpectationResult]:
        """Return what `log_event` was given so far, here and in what was called with this context."""
        return list(self._events)

    def bound_to(self, own_resources: Mapping[str, Any], **about: Any) -> BuiltOpContext:
        """Return the context that a definition gets that is called with this one."""
        if own_resources:
            about["resources"] = self._standalone.joined(own_resources, repr(about["op_def"]))
        return attrs.evolve(self, **about)


def build_init_resource_context(
    config: Any = None, resources: Mapping[str, Any] | None = None, instance: Instance | None = None
) -> BuiltInitResourceContext:
    """Return a context for calling a resource function in a test, also for a ``with`` block.

    Args:
        config: what it gets as ``context.resource_config``.
        resources: what it gets as ``context.resources``: definitions, which are set up when they are used, IO
            managers or plain values by key. Those that are torn down need the ``with`` block.
        instance: what it gets as ``context.instance``; by default an ephemeral one.

    Raises:
        InvalidDefinitionError: an argument is of the wrong type.
        InvalidConfigError: a resource needs config.
    """
    what = "build_init_resource_context"
    instance = _instance(instance, what)
    return BuiltInitResourceContext(config, StandaloneResources(resources, what, instance), instance=instance)


def build_input_context(
    name: str | None = None,
    config: Any = None,
    metadata: Mapping[str, Any] | None = None,
    upstream_output: OutputContext | None = None,
    dagster_type: Any = None,
    resource_config: Any = None,
    resources: Mapping[str, Any] | None = None,
    op_def: OpDefinition | None = None,
    asset_key: CoercibleToAssetKey | None = None,
    partition_key: str | None = None,
    python_type: Any = None,
    asset_partitions: PartitionsSubset | None = None,
    by_partition: bool = False,
) -> BuiltInputContext:
    """Return a context for calling ``load_input`` of an IO manager in a test, also for a ``with`` block.

    Args:
        name: the input's name.
        config: the input's config.
        metadata: the metadata of the input's definition.
        upstream_output: the context that the value was stored with; `build_output_context` makes one.
        dagster_type: the input's type, a `DagsterType` or Python type.
        resource_config: the config of the IO manager's own resource.
        resources: what it gets as ``context.resources``; see `build_init_resource_context`.
        op_def: the computation that reads the value.
        asset_key: the asset to load.
        partition_key: the partition to load.
        python_type: the Python type that the reader declares; that of ``dagster_type`` by default.
        asset_partitions: the partitions to load, instead of ``partition_key``.
        by_partition: whether the value is a mapping by partition key.

    Raises:
        InvalidDefinitionError: an argument is of the wrong type.
        InvalidConfigError: a resource needs config.
    """
    what = "build_input_context"
    _check_strings(what, name=name, partition_key=partition_key)
    check_type(upstream_output, OutputContext | None, f"{what}: upstream_output", "an OutputContext")
    check_type(by_partition, bool, f"{what}: by_partition", "true or false")
    declared = _type(dagster_type, what)
    if python_type is None:
        python_type = Any if declared is None else declared.typing_type
    return BuiltInputContext(
        name=name,
        config=config,
        metadata=_metadata(metadata, what),
        upstream_output=upstream_output,
        dagster_type=declared,
        resource_config=resource_config,
        resources=StandaloneResources(resources, what),
        op_def=_op(op_def, what),
        asset_key=_key(asset_key),
        partition_key=partition_key,
        python_type=python_type,
        asset_partitions=_partitions(partition_key, asset_partitions, what),
        by_partition=by_partition,
    )


def build_output_context(
    step_key: str | None = None,
    name: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    run_id: str | None = None,
    mapping_key: str | None = None,
    config: Any = None,
    dagster_type: Any = None,
    version: str | None = None,
    resource_config: Any = None,
    resources: Mapping[str, Any] | None = None,
    op_def: OpDefinition | None = None,
    asset_key: CoercibleToAssetKey | None = None,
    partition_key: str | None = None,
    asset_partitions: PartitionsSubset | None = None,
) -> BuiltOutputContext:
    """Return a context for calling ``handle_output`` of an IO manager in a test, also for a ``with`` block.

    Args:
        step_key: the step that made the value.
        name: the output's name.
        metadata: the metadata of the output's definition.
        run_id: the run.
        mapping_key: which value of a dynamic output it is.
        config: the output's config.
        dagster_type: the output's type, a `DagsterType` or Python type.
        version: the output's version.
        resource_config: the config of the IO manager's own resource.
        resources: what it gets as ``context.resources``; see `build_init_resource_context`.
        op_def: the computation that made the value.
        asset_key: the asset to store.
        partition_key: the partition to store.
        asset_partitions: the partitions to store, instead of ``partition_key``.

    Raises:
        InvalidDefinitionError: an argument is of the wrong type.
        InvalidConfigError: a resource needs config.
    """
    what = "build_output_context"
    _check_strings(
        what,
        step_key=step_key,
        name=name,
        run_id=run_id,
        mapping_key=mapping_key,
        version=version,
        partition_key=partition_key,
    )
    return BuiltOutputContext(
        step_key=step_key,
        name=name,
        metadata=_metadata(metadata, what),
        run_id=run_id,
        mapping_key=mapping_key,
        config=config,
        dagster_type=_type(dagster_type, what),
        version=version,
        resource_config=resource_config,
        resources=StandaloneResources(resources, what),
        op_def=_op(op_def, what),
        asset_info=_key(asset_key),
        partition_key=partition_key,
        asset_partitions=_partitions(partition_key, asset_partitions, what),
    )


def build_op_context(
    resources: Mapping[str, Any] | None = None,
    op_config: Any = None,
    resources_config: Mapping[str, Any] | None = None,
    instance: Instance | None = None,
    config: Any = None,
    partition_key: str | None = None,
    mapping_key: str | None = None,
) -> BuiltOpContext:
    """Return a context for calling an asset or computation in a test, also for a ``with`` block.

    Args:
        resources: what it gets as ``context.resources``; see `build_init_resource_context`.
        op_config: what it gets as ``context.op_config``, checked against its schema when it is called.
        resources_config: by key, ``{"config": ...}``, as in the run config's section ``resources``.
        instance: what it gets as ``context.instance``; by default an ephemeral one.
        config: the same as ``op_config``.
        partition_key: the partition that it is called for.
        mapping_key: which value of a dynamic output it is called for.

    Raises:
        InvalidInvocationError: both ``op_config`` and ``config`` are given.
        InvalidDefinitionError: an argument is of the wrong type.
        InvalidConfigError: the config of a resource does not fit.
    """
    what = "build_op_context"
    if op_config is not None and config is not None:
        raise InvalidInvocationError(f"{what}: give only one of op_config and config.")
    _check_strings(what, partition_key=partition_key, mapping_key=mapping_key)
    check_type(resources_config, Mapping | None, f"{what}: resources_config", "a mapping of keys to config")
    instance = _instance(instance, what)
    events: list[Any] = []
    return BuiltOpContext(
        op_config=config if op_config is None else op_config,
        resources=StandaloneResources(resources, what, instance, resources_config),
        instance=instance,
        mapping_key=mapping_key,
        partitions=_partitions(partition_key, None, what),
        record=events.append,
        events=events,
    )


def _instance(instance: Instance | None, what: str) -> Instance:
    check_type(instance, Instance | None, f"{what}: instance", "an Instance")
    return instance or Instance.ephemeral()


def _partitions(key: str | None, partitions: PartitionsSubset | None, what: str) -> PartitionsSubset | None:
    check_type(partitions, PartitionsSubset | None, f"{what}: asset_partitions", "a PartitionsSubset")
    if key is None or partitions is not None:
        return partitions
    return _OnePartition(key).all()


@attrs.frozen
class _OnePartition(PartitionsDefinition):
    """The one partition that a test names, whatever partitions its asset has."""

    key: str

    def get_partition_keys(self, current_time: datetime | None = None) -> list[str]:
        """Return its key."""
        return [self.key]


def _check_strings(what: str, **arguments: str | None) -> None:
    for name, value in arguments.items():
        check_type(value, str | None, f"{what}: {name}", "a string")


def _metadata(metadata: Mapping[str, Any] | None, what: str) -> Mapping[str, Any] | None:
    check_type(metadata, Mapping | None, f"{what}: metadata", "a mapping of labels to values")
    return metadata


def _op(op_def: OpDefinition | None, what: str) -> OpDefinition | None:
    check_type(op_def, OpDefinition | None, f"{what}: op_def", "an OpDefinition")
    return op_def


def _type(dagster_type: Any, what: str) -> DagsterType | None:
    return None if dagster_type is None else resolve_type(dagster_type, f"{what}: dagster_type")


def _key(asset_key: CoercibleToAssetKey | None) -> AssetKey | None:
    return None if asset_key is None else AssetKey.from_coercible(asset_key)
