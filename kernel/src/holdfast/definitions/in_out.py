"""The inputs and outputs of computations, and of graphs of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs

from holdfast.argument_types import is_flag, is_text
from holdfast.errors import InvalidDefinitionError, InvalidMetadata
from holdfast.keys import AssetKey, CoercibleToAssetKey
from holdfast.types.dagster_type import Nothing
from holdfast.types.hints import resolve_type

__all__ = [
    "PLAIN_INPUT",
    "PLAIN_OUTPUT",
    "UNSET",
    "DynamicOut",
    "GraphIn",
    "GraphOut",
    "In",
    "Nothing",
    "Out",
    "as_dynamic",
    "check_type",
    "manager_key",
    "metadata_mapping",
    "resource_key",
]

_EMPTY: Mapping[str, Any] = MappingProxyType({})


class _Unset:
    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        return "UNSET"  # the one of this module, also in another process

    def __bool__(self) -> bool:
        return False


UNSET: Any = _Unset()
"""Stands for an argument that was not given, where ``None`` would say something."""


def check_type(dagster_type: Any, what: str) -> None:
    """Raise if what is given as a type says no type.

    Raises:
        InvalidDefinitionError: naming it.
    """
    if dagster_type is not UNSET:
        resolve_type(dagster_type, f"{what}: dagster_type")


def metadata_mapping(metadata: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return the metadata of an input or output, none for ``None``.

    Raises:
        InvalidDefinitionError: it is no mapping, or a label is no string.
    """
    if metadata is None:
        return _EMPTY
    if not isinstance(metadata, Mapping):
        raise InvalidDefinitionError(f"metadata is a mapping of labels to values, not {metadata!r}.")
    for label in metadata:
        if not isinstance(label, str):
            raise InvalidMetadata(f"The label of metadata is a string, not {label!r}.")
    return metadata


def _key(key: CoercibleToAssetKey | None) -> AssetKey | None:
    return None if key is None else AssetKey.from_coercible(key)


def resource_key(key: str | None) -> str | None:
    """Return the key of the resource that stores or loads a value.

    Raises:
        InvalidDefinitionError: it is no string.
    """
    if key is not None and not isinstance(key, str):
        raise InvalidDefinitionError(f"the key of an IO manager or input manager is a string, not {key!r}.")
    return key


def manager_key(key: str | None) -> str:
    """Return the key of the resource that stores a value, ``"io_manager"`` for ``None``.

    Raises:
        InvalidDefinitionError: it is no string.
    """
    return resource_key(key) or "io_manager"


@attrs.frozen
class In:
    """An input of a computation.

    Args:
        dagster_type: the type its values are checked against; by default what the function's annotation says.
            `Nothing` for an input that only orders.
        description: what it is for.
        default_value: its value where nothing is connected to it.
        root_manager_key: the resource that loads it where nothing is connected to it; an older name of
            ``input_manager_key``.
        metadata: what the IO manager that loads it may want to know.
        asset_key: the asset that it is.
        asset_partitions: the partitions of that asset that it is.
        input_manager_key: the resource that loads it; by default the one that stored it.

    Raises:
        InvalidDefinitionError: both ``root_manager_key`` and ``input_manager_key`` are given, or
            an argument is of the wrong type.
    """

    dagster_type: Any = UNSET
    description: str | None = attrs.field(default=None, validator=is_text)
    default_value: Any = UNSET
    root_manager_key: str | None = attrs.field(default=None, converter=resource_key)
    metadata: Mapping[str, Any] = attrs.field(default=None, converter=metadata_mapping)
    asset_key: AssetKey | None = attrs.field(default=None, converter=_key)
    asset_partitions: Any = None
    input_manager_key: str | None = attrs.field(default=None, converter=resource_key)

    def __attrs_post_init__(self) -> None:
        if self.root_manager_key and self.input_manager_key:
            raise InvalidDefinitionError("In: give only one of root_manager_key and input_manager_key.")
        check_type(self.dagster_type, "In")

    @property
    def orders_only(self) -> bool:
        """Whether it only orders: nothing is loaded for it."""
        return self.dagster_type is Nothing

    @property
    def has_default(self) -> bool:
        """Whether it has a value where nothing is connected to it."""
        return self.default_value is not UNSET


@attrs.frozen
class Out:
    """An output of a computation.

    Args:
        dagster_type: the type its values are checked against; by default what the function's return
            annotation says.
        description: what it is.
        is_required: whether every run must produce it.
        io_manager_key: the resource that stores it, ``"io_manager"`` by default.
        metadata: what the IO manager that stores it may want to know.
        asset_key: the asset that it is.
        asset_partitions: the partitions of that asset that it is.
        asset_partitions_def: how that asset is partitioned.

    Raises:
        InvalidDefinitionError: an argument is of the wrong type.
    """

    dagster_type: Any = UNSET
    description: str | None = attrs.field(default=None, validator=is_text)
    is_required: bool = attrs.field(default=True, validator=is_flag)
    io_manager_key: str = attrs.field(default=None, converter=manager_key)
    metadata: Mapping[str, Any] = attrs.field(default=None, converter=metadata_mapping)
    asset_key: AssetKey | None = attrs.field(default=None, converter=_key)
    asset_partitions: Any = None
    asset_partitions_def: Any = None

    def __attrs_post_init__(self) -> None:
        check_type(self.dagster_type, type(self).__name__)

    @property
    def is_dynamic(self) -> bool:
        """Whether a run may produce it any number of times, each under a mapping key."""
        return False


@attrs.frozen
class DynamicOut(Out):
    """An output that a run may produce any number of times, each as a `DynamicOutput` with a mapping key.

    What reads it runs once for each: see ``map`` and ``collect`` in the page on graphs. Its arguments are
    those of `Out`.
    """

    @property
    def is_dynamic(self) -> bool:
        """Whether a run may produce it any number of times: yes."""
        return True


def as_dynamic(out: Out) -> DynamicOut:
    """Return an output that is the same, but produced once for each value of a dynamic output."""
    return DynamicOut(**{field.name: getattr(out, field.name) for field in attrs.fields(Out)})


@attrs.frozen
class GraphIn:
    """An input of a graph.

    Args:
        description: what it is for.

    Raises:
        InvalidDefinitionError: the description is no string.
    """

    description: str | None = attrs.field(default=None, validator=is_text)


@attrs.frozen
class GraphOut:
    """An output of a graph.

    Args:
        description: what it is.

    Raises:
        InvalidDefinitionError: the description is no string.
    """

    description: str | None = attrs.field(default=None, validator=is_text)


PLAIN_INPUT = In()
PLAIN_OUTPUT = Out()
