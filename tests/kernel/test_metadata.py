"""Metadata values: their kinds, and what becomes of values that are none."""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest

from holdfast.errors import InvalidDefinitionError
from holdfast.keys import AssetKey
from holdfast.metadata import MetadataValue, normalize_metadata


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
    assert MetadataValue.url("u") == MetadataValue("url", "u")
    assert MetadataValue.notebook(Path("n.ipynb")) == MetadataValue("notebook", "n.ipynb")
    assert MetadataValue.path(Path("p")) == MetadataValue("path", "p")


@pytest.mark.parametrize("make", [MetadataValue.int, MetadataValue.json])
def test_numpy_in_static_methods(make: Any) -> None:
    """The static methods take numpy's scalars too."""
    assert type(make(np.int64(3)).value) is int


@pytest.mark.parametrize("metadata", [{1: 2}, [("a", 1)], "text", 0])
def test_no_mapping(metadata: Any) -> None:
    """Metadata that is no mapping with string labels is an error that says whose it is."""
    with pytest.raises(InvalidDefinitionError, match="metadata of orders is a mapping of string labels"):
        normalize_metadata(metadata, "metadata of orders")


def test_no_metadata() -> None:
    """No metadata is an empty mapping."""
    assert normalize_metadata(None) == normalize_metadata({}) == {}


def test_any_mapping() -> None:
    """Any mapping will do; the order of labels is kept."""
    assert list(normalize_metadata(OrderedDict(b=1, a=2))) == ["b", "a"]


@pytest.mark.parametrize("number", [math.inf, -math.inf, 1.5, 0.1 + 0.2])
def test_float_round_trip(number: float) -> None:
    """A number comes back equal from JSON that every reader can read."""
    text = json.dumps(MetadataValue.float(number).to_json(), allow_nan=False)
    assert MetadataValue.from_json(json.loads(text)) == MetadataValue.float(number)


@pytest.mark.parametrize(("value", "text"), [("a", "a"), (3, "3"), ([1], "[1]"), (None, "null")])
def test_str(value: Any, text: str) -> None:
    """A metadata value prints as its text, or as JSON."""
    assert str(normalize_metadata({"x": value})["x"]) == text
