"""Metadata values: what definitions, outputs and IO managers may say about an asset."""

from __future__ import annotations

import json
import math
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
        """Return any value that JSON can hold; one that it cannot becomes an unserializable text."""
        try:
            # JSON has no NaN and no infinities, so inside of other values they become texts.
            plain = json.loads(json.dumps(data, default=_from_scalar), parse_constant=str)
        except (RecursionError, TypeError, ValueError):
            return MetadataValue("text", UNSERIALIZABLE)
        return MetadataValue("json", plain)

    @staticmethod
    def int(value: int) -> MetadataValue:
        """Return a whole number."""
        return MetadataValue("int", _unwrap(value))

    @staticmethod
    def float(value: float) -> MetadataValue:
        """Return a number."""
        return MetadataValue("float", _unwrap(value))

    @staticmethod
    def bool(value: bool) -> MetadataValue:
        """Return a truth value."""
        return MetadataValue("bool", _unwrap(value))

    @staticmethod
    def asset(asset_key: AssetKey) -> MetadataValue:
        """Return a reference to an asset."""
        return MetadataValue("asset", asset_key.path)

    def to_json(self) -> dict[str, Any]:
        """Return the value as a dictionary that JSON can hold."""
        value = self.value
        if isinstance(value, float) and not math.isfinite(value):
            value = str(value)  # JSON has no NaN and no infinities
        return {"kind": self.kind, "value": value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> MetadataValue:
        """Return the value that `to_json` printed."""
        kind, value = data["kind"], data["value"]
        return cls(kind, float(value) if kind == "float" and isinstance(value, str) else value)

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
    if metadata is None:
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
    plain = _unwrap(value)
    return MetadataValue.json(value) if plain is value else _normalize(plain)


def _unwrap(value: Any) -> Any:
    # Numbers computed by numpy and its kin are zero-dimensional arrays that know their Python value.
    item = getattr(value, "item", None)
    return item() if callable(item) and getattr(value, "ndim", None) == 0 else value


def _from_scalar(value: Any) -> Any:
    plain = _unwrap(value)
    if plain is value:
        raise TypeError(f"{type(value).__name__} is not JSON")
    return plain
