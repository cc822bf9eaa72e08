"""The decorator `observable_source_asset`: from a function to the source asset it looks at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from holdfast.definitions.function import place_of
from holdfast.definitions.source_asset import SourceAsset
from holdfast.errors import InvalidDefinitionError
from holdfast.keys import AssetKey, CoercibleToKeyPrefix, key_prefix_parts
from holdfast.metadata import MetadataEntry

__all__ = ["observable_source_asset"]


def observable_source_asset(
    observe_fn: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    key_prefix: CoercibleToKeyPrefix | None = None,
    metadata: Mapping[str, Any] | None = None,
    io_manager_key: str | None = None,
    io_manager_def: Any = None,
    description: str | None = None,
    partitions_def: Any = None,
    _metadata_entries: Sequence[MetadataEntry] | None = None,
    group_name: str | None = None,
    resource_defs: Mapping[str, Any] | None = None,
    required_resource_keys: Collection[str] | None = None,
) -> Any:
    """Make the decorated function the one that looks at a source asset; used bare or with arguments.

    Args:
        observe_fn: the function, when used bare: returns the `LogicalVersion` of what it sees, or an
            `ObserveResult`; is given the context if it takes an argument.
        name: the source asset's name; the function's by default.
        key_prefix: what stands before the name in its key.
        metadata: as those below, of `SourceAsset`.
        io_manager_key: the resource that loads it.
        io_manager_def: the IO manager that loads it.
        description: what it is; the function's docstring by default.
        partitions_def: its partitions.
        _metadata_entries: an older form of ``metadata``.
        group_name: its group.
        resource_defs: resources that its IO manager or the function needs.
        required_resource_keys: the resources that the function uses.

    Returns:
        A `SourceAsset`.

    Raises:
        InvalidDefinitionError: as `SourceAsset`.
    """
    if observe_fn is None:
        options = {option: value for option, value in locals().items() if option != "observe_fn"}
        return lambda function: observable_source_asset(function, **options)
    if not callable(observe_fn):
        raise InvalidDefinitionError(f"observable_source_asset decorates a function, not {observe_fn!r}.")
    own_name = name or str(getattr(observe_fn, "__name__", type(observe_fn).__name__))
    return SourceAsset(
        AssetKey((*key_prefix_parts(key_prefix), own_name)),
        metadata,
        io_manager_key,
        io_manager_def,
        description or observe_fn.__doc__,
        partitions_def,
        _metadata_entries,
        group_name,
        resource_defs,
        observe_fn,
        required_resource_keys,
        place_of(observe_fn),
    )
