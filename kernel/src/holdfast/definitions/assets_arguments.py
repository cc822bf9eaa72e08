"""What an `AssetsDefinition` is given: brought into one form, and checked against its computation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, Protocol

from holdfast.argument_types import check_type
from holdfast.definitions.node_graph import NodeGraph
from holdfast.definitions.op import OpDefinition
from holdfast.definitions.resource import ResourceDefinition, to_resource_definitions
from holdfast.errors import InvalidDefinitionError, did_you_mean
from holdfast.keys import AssetKey, CoercibleToAssetKey, check_group_name
from holdfast.partitions.definition import PartitionsDefinition
from holdfast.partitions.mapping import PartitionMapping

__all__ = [
    "check_assets",
    "check_deps",
    "check_freshness",
    "check_groups",
    "check_keys",
    "check_metadata",
    "check_partitions",
    "to_asset_keys",
    "to_deps",
    "to_keys_by_name",
    "to_own_resources",
    "to_values_by_key",
]

_EMPTY: Mapping[Any, Any] = MappingProxyType({})

Where = Callable[[], str]
"""The definition and where it is, for messages; called only when one is needed."""


def _key(value: CoercibleToAssetKey) -> AssetKey:
    return value if type(value) is AssetKey else AssetKey.from_coercible(value)


def _mapping(value: Any, expected: str) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        raise InvalidDefinitionError(f"AssetsDefinition: {expected}, not {value!r}.")
    return value


def to_keys_by_name(keys: Mapping[str, CoercibleToAssetKey]) -> Mapping[str, AssetKey]:
    """Return the keys of inputs or outputs as `AssetKey` objects."""
    given = _mapping(keys, "keys_by_input_name and keys_by_output_name are mappings of names to keys")
    return {name: _key(key) for name, key in given.items()}


def to_asset_keys(keys: Collection[CoercibleToAssetKey] | None) -> frozenset[AssetKey] | None:
    """Return some keys as `AssetKey` objects."""
    if keys is None:
        return None
    check_type(keys, Collection, "AssetsDefinition: selected_asset_keys", "a set of keys")
    return frozenset(map(_key, keys))


def to_values_by_key(values: Mapping[Any, Any] | None) -> Mapping[AssetKey, Any]:
    """Return values by key as values by `AssetKey`."""
    if not values:
        return _EMPTY
    given = _mapping(values, "what is said of each asset is a mapping by its key")
    return {_key(key): value for key, value in given.items()}


def to_deps(
    deps: Mapping[Any, Collection[Any]] | None,
) -> Mapping[AssetKey, frozenset[AssetKey]] | None:
    """Return what each asset depends on as sets of `AssetKey` objects; ``None`` when nothing is said."""
    if not deps:
        return None
    given = _mapping(deps, "asset_deps is a mapping of keys to sets of keys")
    return {_key(key): frozenset(map(_key, upstream)) for key, upstream in given.items()}


def to_own_resources(resources: Mapping[str, Any] | None) -> Mapping[str, ResourceDefinition]:
    """Return resources as definitions."""
    return to_resource_definitions(resources, "AssetsDefinition") if resources else _EMPTY


def check_assets(
    where: Where,
    node: OpDefinition | NodeGraph,
    inputs: Mapping[str, AssetKey],
    outputs: Mapping[str, AssetKey],
) -> None:
    """Raise unless a computation has these inputs and outputs, and each output is another asset.

    Args:
        where: the definition.
        node: the computation or graph.
        inputs: the asset that each input is.
        outputs: the asset that each output is.

    Raises:
        InvalidDefinitionError: naming the nearest input or output.
    """
    ins, outs = node.ins, node.outs
    for name in inputs:
        if name not in ins:
            raise InvalidDefinitionError(
                f"{where()}: keys_by_input_name names '{name}', which is no input.{did_you_mean(name, ins)}"
            )
    if not outputs:
        raise InvalidDefinitionError(f"{where()}: keys_by_output_name is empty, so nothing is made.")
    names: dict[AssetKey, str] = {}
    for name, key in outputs.items():
        if name not in outs:
            raise InvalidDefinitionError(
                f"{where()}: keys_by_output_name names '{name}', which is no output."
                f"{did_you_mean(name, outs)}"
            )
        if names.setdefault(key, name) != name:
            raise InvalidDefinitionError(
                f"{where()}: the outputs '{names[key]}' and '{name}' are both the asset '{key}'."
            )


def check_keys(where: Where, parameter: str, given: Collection[AssetKey], made: Collection[AssetKey]) -> None:
    """Raise unless a parameter speaks only of assets that are made.

    Raises:
        InvalidDefinitionError: naming the nearest key.
    """
    for key in given:
        if key not in made:
            raise InvalidDefinitionError(
                f"{where()}: {parameter} names '{key}', which is none of its assets."
                f"{did_you_mean(str(key), map(str, made))}"
            )


def check_groups(where: Where, groups: Mapping[AssetKey, Any], made: Collection[AssetKey]) -> None:
    """Raise unless the group of each asset is the name of one.

    Raises:
        InvalidDefinitionError: naming the asset.
        InvalidNameError: naming the group.
    """
    check_keys(where, "group_names_by_key", groups, made)
    for group in groups.values():
        check_group_name(group)


def check_metadata(where: Where, metadata: Mapping[AssetKey, Any], made: Collection[AssetKey]) -> None:
    """Raise unless the metadata of each asset is a mapping.

    Raises:
        InvalidDefinitionError: naming the asset.
    """
    check_keys(where, "metadata_by_key", metadata, made)
    for key, values in metadata.items():
        if not isinstance(values, Mapping):
            raise InvalidDefinitionError(
                f"{where()}: the metadata of '{key}' is a mapping of labels to values, not {values!r}."
            )


class _Partitioned(Protocol):
    """What has partitions: an `AssetsDefinition`, which imports this module."""

    @property
    def partitions_def(self) -> Any: ...
    @property
    def partition_mappings(self) -> Mapping[AssetKey, Any]: ...
    @property
    def keys_by_input_name(self) -> Mapping[str, AssetKey]: ...
    @property
    def node_keys_by_output_name(self) -> Mapping[str, AssetKey]: ...


def check_partitions(where: Where, assets: _Partitioned) -> None:
    """Raise unless partitions are defined, and mappings are given for assets that are read.

    Raises:
        InvalidDefinitionError: naming the nearest key.
    """
    partitions_def, mappings = assets.partitions_def, assets.partition_mappings
    read = {*assets.keys_by_input_name.values(), *assets.node_keys_by_output_name.values()}
    if not isinstance(partitions_def, PartitionsDefinition | None):
        raise InvalidDefinitionError(
            f"{where()}: partitions_def is a PartitionsDefinition, not {partitions_def!r}."
        )
    for key, mapping in mappings.items():
        if key not in read:
            raise InvalidDefinitionError(
                f"{where()}: partition_mappings names '{key}', which it does not read."
                f"{did_you_mean(str(key), map(str, read))}"
            )
        if not isinstance(mapping, PartitionMapping | str):
            raise InvalidDefinitionError(
                f"{where()}: the partition mapping of '{key}' is a PartitionMapping, or the name of one that "
                f"a plugin provides, not {mapping!r}."
            )


def check_freshness(where: Where, policies: Mapping[AssetKey, Any], made: Collection[AssetKey]) -> None:
    """Raise unless the freshness policy of each asset is one.

    Raises:
        InvalidDefinitionError: naming the asset.
    """
    from holdfast.freshness import FreshnessPolicy  # 15 ms to import, and most assets have no policy

    check_keys(where, "freshness_policies_by_key", policies, made)
    for key, policy in policies.items():
        if not isinstance(policy, FreshnessPolicy):
            raise InvalidDefinitionError(
                f"{where()}: the freshness policy of '{key}' is a FreshnessPolicy, not {policy!r}."
            )


def check_deps(
    where: Where,
    deps: Mapping[AssetKey, frozenset[AssetKey]],
    made: Collection[AssetKey],
    read: Collection[AssetKey],
) -> None:
    """Raise unless dependencies are said of every asset, and are inputs or assets of the same definition.

    Raises:
        InvalidDefinitionError: naming the nearest key.
    """
    check_keys(where, "asset_deps", deps, made)
    usable = {*made, *read}
    for key, upstream in deps.items():
        for wrong in upstream - usable:
            raise InvalidDefinitionError(
                f"{where()}: '{key}' is said to depend on '{wrong}', which is neither an input nor an "
                f"output.{did_you_mean(str(wrong), map(str, usable))} Correct internal_asset_deps."
            )
    for key in made:
        if key not in deps:
            raise InvalidDefinitionError(f"{where()}: asset_deps says nothing of '{key}'.")
