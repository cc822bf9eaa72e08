"""What a computation may return or yield."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import attrs

from holdfast.metadata import MetadataValue, normalize_metadata

__all__ = ["Output"]

T = TypeVar("T")


def _metadata(metadata: Mapping[str, Any] | None) -> Mapping[str, MetadataValue]:
    return normalize_metadata(metadata, "Output metadata")


@attrs.frozen
class Output(Generic[T]):
    """A value with the name of its output and metadata for its materialization.

    Args:
        value: the value.
        output_name: the output, ``"result"`` for an asset's only one.
        metadata_entries: refused by this version; give ``metadata``.
        metadata: labels and values for the materialization.
    """

    value: T
    output_name: str = "result"
    metadata_entries: None = attrs.field(default=None, repr=False, eq=False)
    metadata: Mapping[str, MetadataValue] = attrs.field(default=None, converter=_metadata)
