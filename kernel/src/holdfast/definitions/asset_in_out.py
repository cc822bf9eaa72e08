"""How an argument names its upstream asset, and how an output of several names its asset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from holdfast.argument_types import is_flag, is_text
from holdfast.definitions.in_out import UNSET, check_type, manager_key, metadata_mapping, resource_key
from holdfast.errors import InvalidDefinitionError
from holdfast.keys import (
    AssetKey,
    CoercibleToAssetKey,
    CoercibleToKeyPrefix,
    check_group_name,
    check_name,
    key_prefix_parts,
)
from holdfast.partitions.mapping import PartitionMapping

__all__ = ["AssetIn", "AssetOut"]


def _optional_key(key: CoercibleToAssetKey | None) -> AssetKey | None:
    return None if key is None else AssetKey.from_coercible(key)


def _optional_prefix(prefix: CoercibleToKeyPrefix | None) -> tuple[str, ...] | None:
    return None if prefix is None else key_prefix_parts(prefix)


@attrs.frozen
class AssetIn:
    """An argument's upstream asset.

    Args:
        key: the asset's key.
        metadata: what the IO manager that loads it may want to know, such as ``{"columns": [...]}``.
        key_prefix: what stands before the argument's name in the asset's key.
        asset_key: the same as ``key``.
        input_manager_key: the resource that loads it; by default the one that stored it.
        partition_mapping: how the partitions of the two assets belong together: a `PartitionMapping`, or the
            name of one that a plugin provides; by default as their definitions say.
        dagster_type: the type its values are checked against; by default what the function's annotation says.
            `Nothing` for an asset that must be made first but is not loaded, and is no argument.

    Raises:
        InvalidDefinitionError: more than one of ``key``, ``asset_key`` and ``key_prefix`` is given, or
            ``dagster_type`` is no type.
    """

    key: AssetKey | None = attrs.field(default=None, converter=_optional_key)
    metadata: Mapping[str, Any] = attrs.field(default=None, converter=metadata_mapping)
    key_prefix: tuple[str, ...] | None = attrs.field(default=None, converter=_optional_prefix)
    asset_key: AssetKey | None = attrs.field(default=None, converter=_optional_key)
    input_manager_key: str | None = attrs.field(default=None, converter=resource_key)
    partition_mapping: PartitionMapping | str | None = attrs.field(default=None, repr=False)
    dagster_type: Any = attrs.field(default=UNSET, repr=False)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.partition_mapping, PartitionMapping | str | None):
            raise InvalidDefinitionError(
                "AssetIn: partition_mapping is a PartitionMapping, or the name of one that a plugin "
                f"provides, not {self.partition_mapping!r}."
            )
        given = [name for name in ("key", "asset_key", "key_prefix") if getattr(self, name) is not None]
        if len(given) > 1:
            raise InvalidDefinitionError(f"AssetIn: give only one of {' and '.join(given)}.")
        check_type(self.dagster_type, "AssetIn")

    def key_for(self, argument: str) -> AssetKey:
        """Return the upstream key of the argument of this name."""
        return self.key or self.asset_key or AssetKey((*(self.key_prefix or ()), argument))


@attrs.frozen
class AssetOut:
    """One of the assets that a `multi_asset` makes.

    Args:
        key_prefix: what stands before the output's name in the asset's key.
        key: the asset's key.
        dagster_type: the type its values are checked against; by default what the function's return
            annotation says.
        description: what the asset is.
        is_required: whether every run must produce it.
        io_manager_key: the resource that stores it.
        metadata: what the IO manager that stores it may want to know.
        group_name: the asset's group.

    Raises:
        InvalidDefinitionError: both ``key`` and ``key_prefix`` are given, or an argument is of the wrong
            type.
        InvalidNameError: the group name breaks the naming rule.
    """

    key_prefix: tuple[str, ...] | None = attrs.field(default=None, converter=_optional_prefix)
    key: AssetKey | None = attrs.field(default=None, converter=_optional_key)
    dagster_type: Any = attrs.field(default=UNSET, repr=False)
    description: str | None = attrs.field(default=None, validator=is_text)
    is_required: bool = attrs.field(default=True, validator=is_flag)
    io_manager_key: str = attrs.field(default=None, converter=manager_key)
    metadata: Mapping[str, Any] = attrs.field(default=None, converter=metadata_mapping)
    group_name: str | None = None

    def __attrs_post_init__(self) -> None:
        check_type(self.dagster_type, "AssetOut")
        if self.key is not None and self.key_prefix is not None:
            raise InvalidDefinitionError("AssetOut: give only one of key and key_prefix.")
        if self.group_name is not None:
            check_group_name(self.group_name)

    def key_for(self, name: str, prefix: tuple[str, ...] = ()) -> AssetKey:
        """Return the asset's key, given the output's name."""
        if self.key is not None:
            return self.key
        return AssetKey((*(self.key_prefix or prefix), check_name(name, "output name")))
