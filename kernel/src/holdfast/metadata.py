"""Metadata values: what definitions, outputs and IO managers may say about an asset."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import attrs

from holdfast.errors import InvalidDefinitionError
from holdfast.keys import AssetKey

__all__ = ["MetadataValue", "normalize_metadata"]

UNSERIALIZABLE = "[object] (unserializable)"


@attrs.frozen
class MetadataValue:
    """One metadata value and its kind.

    Make one with the static methods, or give a plain value where metadata is taken: its kind follows from
    its type.

    Attributes:
        kind: ``text``, ``url``, ``path``, ``md``, ``json``, ``int``, ``float``, ``bool``, ``asset``,
            ``null``, ...
        value: what the kind says, always serialisable as JSON.
    """

    kind: str
    value: Any = attrs.field(hash=False)

    @staticmethod
    def text(text: str) -> MetadataValue:
        """Return a plain text."""
        return MetadataValue("text", text)

    @staticmethod
    def url(url: str) -> MetadataValue:
        """Return a link."""
        return MetadataValue("url", url)

    @staticmethod
    def path(path: str | PurePath) -> MetadataValue:
        """Return a path of a file or directory."""
        return MetadataValue("path", str(path))

    @staticmethod
    def notebook(path: str | PurePath) -> MetadataValue:
        """Return the path of a notebook."""
        return MetadataValue("notebook", str(path))

    @staticmethod
    def md(data: str) -> MetadataValue:
        """Return a text in Markdown."""
        return MetadataValue("md", data)

    @staticmethod
    def json(data: Any) -> MetadataValue:
        """Return any value that JSON can hold."""
        return MetadataValue("json", data)

    @staticmethod
    def int(value: int) -> MetadataValue:
        """Return a whole number."""
        return MetadataValue("int", value)

    @staticmethod
    def float(value: float) -> MetadataValue:
        """Return a number."""
        return MetadataValue("float", value)

    @staticmethod
    def bool(value: bool) -> MetadataValue:
        """Return a truth value."""
        return MetadataValue("bool", value)

    @staticmethod
    def asset(asset_key: AssetKey) -> MetadataValue:
        """Return a reference to an asset."""
        return MetadataValue("asset", asset_key.path)

    def to_json(self) -> dict[str, Any]:
        """Return the value as a dictionary that JSON can hold."""
        return {"kind": self.kind, "value": self.value}

    def __str__(self) -> str:
        return self.value if isinstance(self.value, str) else json.dumps(self.value)


def normalize_metadata(
    metadata: Mapping[str, Any] | None, what: str = "metadata"
) -> dict[str, MetadataValue]:
    """Return metadata with every value as a `MetadataValue`.

    A value that cannot be serialised becomes the text ``[object] (unserializable)``: metadata never fails
    a run.

    Args:
        metadata: labels and plain values or `MetadataValue` objects.
        what: whose metadata it is, for the message.

    Raises:
        InvalidDefinitionError: ``metadata`` is not a mapping with string labels.
    """
    if not metadata:
        return {}
    if not isinstance(metadata, Mapping) or not all(isinstance(label, str) for label in metadata):
        raise InvalidDefinitionError(f"{what} is a mapping of string labels to values, not {metadata!r}.")
    return {label: _normalize(value) for label, value in metadata.items()}


_KINDS: dict[type, str] = {str: "text", bool: "bool", int: "int", float: "float", type(None): "null"}


def _normalize(value: Any) -> MetadataValue:
    if isinstance(value, MetadataValue):
        return value
    kind = _KINDS.get(type(value))
    if kind is not None:
        return MetadataValue(kind, value)
    if isinstance(value, PurePath):
        return MetadataValue("path", str(value))
    if isinstance(value, AssetKey):
        return MetadataValue.asset(value)
    try:
        return MetadataValue("json", json.loads(json.dumps(value)))
    except (TypeError, ValueError):
        return MetadataValue("text", UNSERIALIZABLE)
