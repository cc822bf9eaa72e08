"""Metadata values: what definitions, outputs and IO managers may say about an asset."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, NoReturn

import attrs

from holdfast.errors import InvalidMetadata
from holdfast.keys import AssetKey, CoercibleToAssetKey
from holdfast.metadata_tables import Table, TableRecord, TableSchema, unwrap_scalar

__all__ = ["MetadataEntry", "MetadataValue", "PythonArtifact", "merge_metadata", "normalize_metadata"]

UNSERIALIZABLE = "[object] (unserializable)"


@attrs.frozen
class PythonArtifact:
    """Where a function or class is defined.

    Attributes:
        module: its module.
        name: its name there.
    """

    module: str
    name: str

    def to_json(self) -> dict[str, Any]:
        """Return it as a dictionary that JSON can hold."""
        return {"module": self.module, "name": self.name}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PythonArtifact:
        """Return what `to_json` printed."""
        return cls(**data)


@attrs.frozen
class MetadataValue:
    """One metadata value and its kind.

    Make one with the static methods, or give a plain value where metadata is taken: its kind follows from
    its type. The static methods raise `InvalidMetadata` for a value that is not of their kind.

    Attributes:
        kind: ``text``, ``url``, ``path``, ``notebook``, ``md``, ``json``, ``int``, ``float``, ``bool``,
            ``asset``, ``python_artifact``, ``table``, ``table_schema`` or ``null``.
        value: as the kind says, a plain value, `AssetKey`, `PythonArtifact`, `Table` or `TableSchema`.
    """

    kind: str
    value: Any = attrs.field(hash=False)

    @staticmethod
    def text(text: str) -> MetadataValue:
        """Return a plain text."""
        return MetadataValue("text", text) if isinstance(text, str) else _refuse("text", text, "a string")

    @staticmethod
    def url(url: str) -> MetadataValue:
        """Return a link."""
        return MetadataValue("url", url) if isinstance(url, str) else _refuse("url", url, "a string")

    @staticmethod
    def path(path: str | os.PathLike[str]) -> MetadataValue:
        """Return a path of a file or directory."""
        return MetadataValue("path", path if isinstance(path, str) else _path(path, "path"))

    @staticmethod
    def notebook(path: str | os.PathLike[str]) -> MetadataValue:
        """Return the path of a notebook."""
        return MetadataValue("notebook", path if isinstance(path, str) else _path(path, "notebook"))

    @staticmethod
    def md(data: str) -> MetadataValue:
        """Return a text in Markdown."""
        return MetadataValue("md", data) if isinstance(data, str) else _refuse("md", data, "a string")

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
        plain = unwrap_scalar(value)
        return MetadataValue("int", plain) if isinstance(plain, int) else _refuse("int", value, "an int")

    @staticmethod
    def float(value: float) -> MetadataValue:
        """Return a number with a fraction."""
        plain = unwrap_scalar(value)
        if not isinstance(plain, float):
            _refuse("float", value, "a float")
        return MetadataValue("float", plain)

    @staticmethod
    def bool(value: bool) -> MetadataValue:
        """Return a truth value."""
        plain = unwrap_scalar(value)
        return MetadataValue("bool", plain) if isinstance(plain, bool) else _refuse("bool", value, "a bool")

    @staticmethod
    def asset(asset_key: CoercibleToAssetKey) -> MetadataValue:
        """Return a reference to an asset."""
        return MetadataValue("asset", AssetKey.from_coercible(asset_key))

    @staticmethod
    def python_artifact(python_artifact: Callable[..., Any]) -> MetadataValue:
        """Return a reference to a function or class."""
        try:
            artifact = PythonArtifact(python_artifact.__module__, python_artifact.__name__)
        except AttributeError:
            _refuse("python_artifact", python_artifact, "a function or a class")
        return MetadataValue("python_artifact", artifact)

    @staticmethod
    def table(records: Sequence[TableRecord], schema: TableSchema | None = None) -> MetadataValue:
        """Return rows of a table; its columns are those of the first row unless a schema says so."""
        return MetadataValue("table", Table.of(records, schema))

    @staticmethod
    def table_schema(schema: TableSchema) -> MetadataValue:
        """Return the columns of a table."""
        if not isinstance(schema, TableSchema):
            _refuse("table_schema", schema, "a TableSchema")
        return MetadataValue("table_schema", schema)

    # The parts of values that have some; a value of another kind raises AttributeError.

    @property
    def asset_key(self) -> AssetKey:
        """The asset of the kind ``asset``."""
        if not isinstance(self.value, AssetKey):
            raise AttributeError(f"A metadata value of the kind '{self.kind}' has no asset key.")
        return self.value

    @property
    def records(self) -> list[TableRecord]:
        """The rows of the kind ``table``."""
        return self.value.records  # type: ignore[no-any-return]

    @property
    def schema(self) -> TableSchema:
        """The columns of the kinds ``table`` and ``table_schema``."""
        return self.value if isinstance(self.value, TableSchema) else self.value.schema

    @property
    def module(self) -> str:
        """The module of the kind ``python_artifact``."""
        return self.value.module  # type: ignore[no-any-return]

    @property
    def name(self) -> str:
        """The name in its module of the kind ``python_artifact``."""
        return self.value.name  # type: ignore[no-any-return]

    def to_json(self) -> dict[str, Any]:
        """Return the value as a dictionary that JSON can hold."""
        value = self.value
        if isinstance(value, float) and not math.isfinite(value):
            value = str(value)  # JSON has no NaN and no infinities
        elif self.kind in _READERS:
            value = value.path if self.kind == "asset" else value.to_json()
        return {"kind": self.kind, "value": value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> MetadataValue:
        """Return the value that `to_json` printed."""
        kind, value = data["kind"], data["value"]
        if kind in _READERS:
            return cls(kind, _READERS[kind](value))
        return cls(kind, float(value) if kind == "float" and isinstance(value, str) else value)

    def __str__(self) -> str:
        value = self.to_json()["value"]
        return value if isinstance(value, str) else json.dumps(value)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "asset": AssetKey,
    "python_artifact": PythonArtifact.from_json,
    "table": Table.from_json,
    "table_schema": TableSchema.from_json,
}


def _refuse(kind: str, value: object, what: str) -> NoReturn:
    raise InvalidMetadata(f"MetadataValue.{kind} takes {what}, not {value!r}.")


def _path(path: os.PathLike[str], kind: str) -> str:
    return os.fspath(path) if isinstance(path, os.PathLike) else _refuse(kind, path, "a path")


@attrs.frozen(init=False)
class MetadataEntry:
    """A metadata value with its label: an older form of metadata, which is a mapping of labels to values.

    Args:
        label: the label.
        description: what the value says.
        entry_data: the same as ``value``; only one of the two may be given.
        value: a plain value or a `MetadataValue`.

    Raises:
        InvalidMetadata: there is no value, or the label is no string.
    """

    label: str
    description: str | None
    value: MetadataValue

    def __init__(
        self, label: str, description: str | None = None, entry_data: Any = None, value: Any = None
    ) -> None:
        if not isinstance(label, str):
            raise InvalidMetadata(f"MetadataEntry: label is a string, not {label!r}.")
        if not isinstance(description, str | None):
            raise InvalidMetadata(f"MetadataEntry '{label}': description is a string, not {description!r}.")
        if (entry_data is None) == (value is None):
            raise InvalidMetadata(f"MetadataEntry '{label}': give a value, and it or entry_data alone.")
        self.__attrs_init__(label, description, _normalize(entry_data if value is None else value))

    @property
    def entry_data(self) -> MetadataValue:
        """The value."""
        return self.value


def merge_metadata(
    metadata: Mapping[str, Any] | None, entries: Sequence[MetadataEntry] | None, what: str = "metadata"
) -> dict[str, MetadataValue]:
    """Return metadata given in one of its two forms, with every value as a `MetadataValue`.

    Args:
        metadata: labels and plain values or `MetadataValue` objects.
        entries: values with their labels; of two with the same label the last one counts.
        what: whose metadata it is, for the message.

    Raises:
        InvalidMetadata: both forms are given, or one is malformed.
    """
    if not entries:
        return normalize_metadata(metadata, what)
    if metadata:
        raise InvalidMetadata(
            f"{what} is given twice: as metadata and as metadata_entries. Give metadata alone."
        )
    for entry in entries if isinstance(entries, Iterable) else (entries,):
        if not isinstance(entry, MetadataEntry):
            raise InvalidMetadata(f"{what}: metadata_entries is a list of MetadataEntry, not of {entry!r}.")
    return {entry.label: entry.value for entry in entries}


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
        InvalidMetadata: ``metadata`` is not a mapping with string labels.
    """
    if metadata is None:
        return {}
    if not isinstance(metadata, Mapping) or not all(isinstance(label, str) for label in metadata):
        raise InvalidMetadata(f"{what} is a mapping of string labels to values, not {metadata!r}.")
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
        return MetadataValue("asset", value)
    if isinstance(value, TableSchema):
        return MetadataValue("table_schema", value)
    plain = unwrap_scalar(value)
    return MetadataValue.json(value) if plain is value else _normalize(plain)


def _from_scalar(value: Any) -> Any:
    plain = unwrap_scalar(value)
    if plain is value:
        raise TypeError(f"{type(value).__name__} is not JSON")
    return plain
