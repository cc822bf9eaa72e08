"""Metadata values: their kinds, and what becomes of values that are none."""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest

from holdfast.errors import InvalidMetadata
from holdfast.keys import AssetKey
from holdfast.metadata import (
    MetadataEntry,
    MetadataValue,
    PythonArtifact,
    merge_metadata,
    normalize_metadata,
)
from holdfast.metadata_tables import TableColumn, TableSchema


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("text", "text"),
        (3, "int"),
        (3.5, "float"),
        (True, "bool"),
        (None, "null"),
        ([1, {"a": None}], "json"),
        ({}, "json"),
    ],
)
def test_plain(value: Any, kind: str) -> None:
    """The kind of a plain value follows from its type."""
    assert normalize_metadata({"x": value}) == {"x": MetadataValue(kind, value)}


@pytest.mark.parametrize(
    ("value", "normal"),
    [
        (PurePosixPath("data/x"), MetadataValue.path("data/x")),
        (AssetKey(["a", "b"]), MetadataValue.asset(AssetKey(["a", "b"]))),
        (MetadataValue.md("*x*"), MetadataValue("md", "*x*")),
        ((1, 2), MetadataValue.json([1, 2])),
        (np.int64(3), MetadataValue.int(3)),
        (np.float32(0.5), MetadataValue.float(0.5)),
        (np.bool_(True), MetadataValue.bool(True)),
        (np.array(3), MetadataValue.int(3)),
        ({"rows": np.int64(3)}, MetadataValue.json({"rows": 3})),
        (TableSchema([TableColumn("a")]), MetadataValue.table_schema(TableSchema([TableColumn("a")]))),
    ],
)
def test_converted(value: Any, normal: MetadataValue) -> None:
    """Paths, keys, tuples and numpy's scalars become values of the fitting kind."""
    found = normalize_metadata({"x": value})["x"]
    assert found == normal
    assert type(found.value) is type(normal.value)


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, {("a",): 1}, [object()], np.arange(3), np.datetime64("2013")]
)
def test_unserializable(value: Any) -> None:
    """A value that JSON cannot hold becomes a text that says so, given plain or as JSON."""
    says_so = MetadataValue.text("[object] (unserializable)")
    assert normalize_metadata({"x": value}) == {"x": says_so}
    assert MetadataValue.json(value) == says_so


def test_value_that_holds_itself() -> None:
    """A list that holds itself is unserializable, not an error."""
    value: list[Any] = []
    value.append(value)
    assert normalize_metadata({"x": value})["x"].kind == "text"


def test_static_methods() -> None:
    """Each kind has its own static method."""
    assert MetadataValue.text("t") == MetadataValue("text", "t")
    assert MetadataValue.url("u") == MetadataValue("url", "u")
    assert MetadataValue.notebook(Path("n.ipynb")) == MetadataValue("notebook", "n.ipynb")
    assert MetadataValue.notebook("n.ipynb") == MetadataValue("notebook", "n.ipynb")
    assert MetadataValue.path(Path("p")) == MetadataValue.path("p") == MetadataValue("path", "p")
    assert MetadataValue.md("*m*") == MetadataValue("md", "*m*")
    assert MetadataValue.bool(np.bool_(True)) == MetadataValue("bool", True)


def test_asset() -> None:
    """A reference to an asset takes a key in any of its forms, and its value is the key."""
    assert MetadataValue.asset("orders") == MetadataValue.asset(AssetKey("orders"))
    value = MetadataValue.asset(["shop", "orders"])
    assert value.value == value.asset_key == AssetKey(["shop", "orders"])
    with pytest.raises(AttributeError, match="the kind 'text' has no asset key"):
        _ = MetadataValue.text("orders").asset_key


@pytest.mark.parametrize("artifact", [OrderedDict, normalize_metadata])
def test_python_artifact(artifact: Any) -> None:
    """A reference to a function or class says its module and its name."""
    value = MetadataValue.python_artifact(artifact)
    assert value.value == PythonArtifact(artifact.__module__, artifact.__name__)
    assert (value.kind, value.module, value.name) == (
        "python_artifact",
        value.value.module,
        artifact.__name__,
    )


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", 1),
        ("url", None),
        ("path", 1),
        ("notebook", 1),
        ("md", 1),
        ("int", 1.5),
        ("int", "1"),
        ("float", "a"),
        ("float", 1),
        ("bool", 1),
        ("python_artifact", 1),
        ("table_schema", 1),
    ],
)
def test_value_of_another_kind(kind: str, value: Any) -> None:
    """A value that is not of the kind is an error that names both."""
    with pytest.raises(InvalidMetadata, match=rf"MetadataValue\.{kind} takes .*, not {value!r}"):
        getattr(MetadataValue, kind)(value)


@pytest.mark.parametrize("make", [MetadataValue.int, MetadataValue.json])
def test_numpy_in_static_methods(make: Any) -> None:
    """The static methods take numpy's scalars too."""
    assert type(make(np.int64(3)).value) is int


@pytest.mark.parametrize("metadata", [{1: 2}, [("a", 1)], "text", 0])
def test_no_mapping(metadata: Any) -> None:
    """Metadata that is no mapping with string labels is an error that says whose it is."""
    with pytest.raises(InvalidMetadata, match="metadata of orders is a mapping of string labels"):
        normalize_metadata(metadata, "metadata of orders")


def test_no_metadata() -> None:
    """No metadata is an empty mapping."""
    assert normalize_metadata(None) == normalize_metadata({}) == {}


def test_any_mapping() -> None:
    """Any mapping will do; the order of labels is kept."""
    assert list(normalize_metadata(OrderedDict(b=1, a=2))) == ["b", "a"]


def test_entry() -> None:
    """An entry is a label with a value, which may have a description and another name."""
    entry = MetadataEntry("rows", "how many", value=3)
    assert (entry.label, entry.description) == ("rows", "how many")
    assert entry.value == entry.entry_data == MetadataValue.int(3)
    assert MetadataEntry("rows", "how many", MetadataValue.int(3)) == entry


@pytest.mark.parametrize(
    "wrong", [{"label": 1, "value": 1}, {"label": "a"}, {"label": "a", "value": 1, "entry_data": 2}]
)
def test_wrong_entry(wrong: dict[str, Any]) -> None:
    """An entry without label or value, or with two values, is an error."""
    with pytest.raises(InvalidMetadata, match="MetadataEntry"):
        MetadataEntry(**wrong)


def test_entries() -> None:
    """Entries become labels and values; of two with one label the last one counts."""
    entries = [MetadataEntry("a", value=1), MetadataEntry("b", value=2), MetadataEntry("a", value=3)]
    assert merge_metadata(None, entries) == {"a": MetadataValue.int(3), "b": MetadataValue.int(2)}
    assert merge_metadata({"a": 3}, None) == merge_metadata({"a": 3}, []) == {"a": MetadataValue.int(3)}


def test_wrong_entries() -> None:
    """Entries beside metadata, and entries that are none, are errors that say whose they are."""
    with pytest.raises(InvalidMetadata, match="metadata of orders is given twice"):
        merge_metadata({"a": 1}, [MetadataEntry("a", value=1)], "metadata of orders")
    with pytest.raises(
        InvalidMetadata, match=r"metadata of orders: metadata_entries is a list of .* not of 'x'"
    ):
        merge_metadata(None, "x", "metadata of orders")  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [math.inf, -math.inf, 1.5, 0.1 + 0.2])
def test_float_round_trip(number: float) -> None:
    """A number comes back equal from JSON that every reader can read."""
    text = json.dumps(MetadataValue.float(number).to_json(), allow_nan=False)
    assert MetadataValue.from_json(json.loads(text)) == MetadataValue.float(number)


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", "a"), (3, "3"), ([1], "[1]"), (None, "null"), (AssetKey(["a", "b"]), '["a", "b"]')],
)
def test_str(value: Any, text: str) -> None:
    """A metadata value prints as its text, or as JSON."""
    assert str(normalize_metadata({"x": value})["x"]) == text
