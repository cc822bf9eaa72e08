"""What user code and IO managers report: assets made and seen, and expectations."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import attrs

from holdfast.errors import InvariantViolationError
from holdfast.keys import AssetKey, CoercibleToAssetKey
from holdfast.metadata import MetadataEntry, MetadataValue, merge_metadata

__all__ = ["AssetMaterialization", "AssetObservation", "AssetReport", "ExpectationResult"]

_Report = TypeVar("_Report", bound="AssetReport")


@attrs.frozen(init=False)
class AssetReport:
    """What a materialization and an observation have in common."""

    asset_key: AssetKey
    description: str | None
    partition: str | None
    tags: Mapping[str, str]
    metadata: Mapping[str, MetadataValue]

    def __init__(
        self,
        asset_key: CoercibleToAssetKey,
        description: str | None = None,
        metadata_entries: Sequence[MetadataEntry] | None = None,
        partition: str | None = None,
        tags: Mapping[str, str] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        what = type(self).__name__
        if description is not None or partition is not None:
            _check_texts(what, description=description, partition=partition)
        self.__attrs_init__(
            AssetKey.from_coercible(asset_key),
            description,
            partition,
            _checked_tags(tags, what) if tags else {},
            merge_metadata(metadata, metadata_entries, what),
        )

    @classmethod
    def of(
        cls: type[_Report],
        asset_key: AssetKey,
        tags: Mapping[str, str],
        metadata: Mapping[str, MetadataValue],
        partition: str | None = None,
    ) -> _Report:
        """Return the record that a run makes itself, of parts that need no check."""
        report = cls.__new__(cls)
        report.__attrs_init__(asset_key, None, partition, tags, metadata)
        return report

    def to_json(self) -> dict[str, Any]:
        """Return the record as a dictionary that JSON can hold."""
        return {
            "asset_key": self.asset_key.path,
            "description": self.description,
            "partition": self.partition,
            "tags": dict(self.tags),
            "metadata": {label: value.to_json() for label, value in self.metadata.items()},
        }

    @classmethod
    def from_json(cls: type[_Report], data: Mapping[str, Any]) -> _Report:
        """Return the record that `to_json` printed."""
        metadata = {label: MetadataValue.from_json(value) for label, value in data["metadata"].items()}
        return cls(data["asset_key"], data["description"], None, data["partition"], data["tags"], metadata)


@attrs.frozen(init=False)
class AssetMaterialization(AssetReport):
    """Says that an asset was made and stored.

    Args:
        asset_key: the asset.
        description: a sentence about this materialization.
        metadata_entries: an older form of ``metadata``; only one of the two may be given.
        partition: the partition that was made, if the asset has partitions.
        tags: string labels of this materialization.
        metadata: labels and values, normalised to `MetadataValue`.

    Raises:
        InvalidDefinitionError: the asset key is none.
        InvalidMetadata: both forms of metadata are given, or one is malformed.
        InvariantViolationError: another argument is of the wrong type.
    """

    @staticmethod
    def file(
        path: str | os.PathLike[str],
        description: str | None = None,
        asset_key: CoercibleToAssetKey | None = None,
    ) -> AssetMaterialization:
        """Return the materialization of a file.

        Args:
            path: the file.
            description: a sentence about this materialization.
            asset_key: the asset; by default the words of the path, such as ``data``, ``orders`` and ``csv``.
        """
        text = os.fspath(path)
        key = re.findall(r"\w+", text) if asset_key is None else asset_key
        return AssetMaterialization(key, description, metadata={"path": MetadataValue.path(text)})


@attrs.frozen(init=False)
class AssetObservation(AssetReport):
    """Says something about an asset as it is, without making it; arguments as `AssetMaterialization`."""


@attrs.frozen(init=False)
class ExpectationResult:
    """Says whether something that a computation expects of its data is so; the run goes on either way.

    Args:
        success: whether it is so.
        label: what is expected, in a word; ``"result"`` by default.
        description: what is expected, or what was found.
        metadata_entries: an older form of ``metadata``; only one of the two may be given.
        metadata: labels and values that describe what was found.

    Raises:
        InvalidMetadata: both forms of metadata are given, or one is malformed.
        InvariantViolationError: another argument is of the wrong type.
    """

    success: bool
    label: str
    description: str | None
    metadata: Mapping[str, MetadataValue]

    def __init__(
        self,
        success: bool,
        label: str | None = None,
        description: str | None = None,
        metadata_entries: Sequence[MetadataEntry] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        what = type(self).__name__
        if not isinstance(success, bool):
            raise InvariantViolationError(f"{what}: success is True or False, not {success!r}.")
        _check_texts(what, label=label, description=description)
        merged = merge_metadata(metadata, metadata_entries, what)
        self.__attrs_init__(success, "result" if label is None else label, description, merged)


def _check_texts(what: str, **texts: str | None) -> None:
    for name, text in texts.items():
        if text is not None and not isinstance(text, str):
            raise InvariantViolationError(f"{what}: {name} is a string, not {text!r}.")


def _checked_tags(tags: Mapping[str, str], what: str) -> Mapping[str, str]:
    if not isinstance(tags, Mapping):
        raise InvariantViolationError(f"{what}: tags are a mapping of strings, not {tags!r}.")
    for label, value in tags.items():
        if not isinstance(label, str) or not isinstance(value, str):
            raise InvariantViolationError(f"{what}: tags are strings by strings, not {label!r}: {value!r}.")
    return dict(tags)
