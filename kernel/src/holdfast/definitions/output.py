"""What a computation may return or yield."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

import attrs

from holdfast.errors import InvariantViolationError
from holdfast.keys import check_name
from holdfast.metadata import MetadataEntry, MetadataValue, merge_metadata

__all__ = ["DynamicOutput", "Output"]

T = TypeVar("T")


def _check_output_name(name: object, what: str) -> None:
    if not isinstance(name, str):
        raise InvariantViolationError(f"{what}: output_name is a string, not {name!r}.")


@attrs.frozen(init=False)
class Output(Generic[T]):
    """A value with the name of its output and metadata for its materialization.

    Args:
        value: the value.
        output_name: the output, ``"result"`` for an asset's only one.
        metadata_entries: an older form of ``metadata``; only one of the two may be given.
        metadata: labels and values for the materialization.

    Raises:
        InvalidMetadata: both forms of metadata are given, or one is malformed.
        InvariantViolationError: the output's name is no string.
    """

    value: T
    output_name: str
    metadata: Mapping[str, MetadataValue]

    def __init__(
        self,
        value: T,
        output_name: str = "result",
        metadata_entries: Sequence[MetadataEntry] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        _check_output_name(output_name, "Output")
        self.__attrs_init__(value, output_name, merge_metadata(metadata, metadata_entries, "Output metadata"))


@attrs.frozen(init=False)
class DynamicOutput(Generic[T]):
    """One of the values of a dynamic output: what is downstream runs once for each of them.

    Args:
        value: the value.
        mapping_key: tells the value from the others of its output; names the steps that run for it.
        output_name: the output.
        metadata_entries: an older form of ``metadata``; only one of the two may be given.
        metadata: labels and values for the event that records the output.

    Raises:
        InvalidNameError: the mapping key breaks the naming rule.
        InvalidMetadata: both forms of metadata are given, or one is malformed.
        InvariantViolationError: the output's name is no string.
    """

    value: T
    mapping_key: str
    output_name: str
    metadata: Mapping[str, MetadataValue]

    def __init__(
        self,
        value: T,
        mapping_key: str,
        output_name: str = "result",
        metadata_entries: Sequence[MetadataEntry] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        check_name(mapping_key, "mapping key")
        _check_output_name(output_name, "DynamicOutput")
        merged = merge_metadata(metadata, metadata_entries, "DynamicOutput metadata")
        self.__attrs_init__(value, mapping_key, output_name, merged)
