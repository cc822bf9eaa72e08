"""Formats that people can read: exact, or not used."""

from __future__ import annotations

import enum
import io
import json
import math
from collections import OrderedDict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import holdfast_filesystem
from holdfast import Instance, asset, materialize
from holdfast.builtins.pickle_format import PickleFormat
from holdfast.formats import ActiveFormat, Formats
from holdfast.interfaces import Format, LoadRequest
from holdfast_filesystem.readable import JsonFormat, TextFormat

CLASSES = {"text": TextFormat, "json": JsonFormat}


@pytest.fixture
def formats() -> Formats:
    """What the plugin's hook provides, and pickle."""
    own = [
        ActiveFormat(each.name, each.types, each.extension, CLASSES[each.name], each.safe, "", each.partial)
        for each in holdfast_filesystem.holdfast_formats()
    ]
    return Formats([*own, ActiveFormat("pickle", ("builtins.object",), ".pickle", PickleFormat, safe=False)])


class Color(enum.IntEnum):
    RED = 1


class Name(str):
    pass


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


SHARED: list[Any] = []
CYCLE: list[Any] = []
CYCLE.append(CYCLE)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (245, "245\n"),
        (True, "true\n"),
        (None, "null\n"),
        (-0.0, "-0.0\n"),
        ([], "[]\n"),
        ({"tea": 350, "käse": [1.5, None]}, '{\n  "tea": 350,\n  "käse": [\n    1.5,\n    null\n  ]\n}\n'),
    ],
)
def test_ordinary_values_are_json(store: Any, tmp_path: Any, value: Any, text: str) -> None:
    """Numbers, None, lists and dicts are in a file that people can open."""
    store.put("a", value)
    assert (tmp_path / "storage" / "a.json").read_bytes() == text.encode()
    assert repr(store.get("a")) == repr(value)


@pytest.mark.parametrize("text", ["", "one\r\ntwo\n", "\ufeffé\0😀"])
def test_text_is_text(store: Any, tmp_path: Any, text: str) -> None:
    """A string is the contents of its file, byte for byte."""
    store.put("a", text)
    assert (tmp_path / "storage" / "a.txt").read_bytes() == text.encode()
    assert store.get("a") == text


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ((1, 2), None),
        ([(1, 2)], "tuple"),
        ({1: 2}, "key of a dict"),
        ({"a": {None: 1}}, "key of a dict"),
        (math.nan, "nan"),
        ([[-math.inf]], "nan"),
        (b"bytes", None),
        ({"a": b"bytes"}, "bytes in it"),
        ([{1}], "set in it"),
        (Color.RED, "Color in it"),
        (OrderedDict(a=1), "OrderedDict in it"),
        ([Name("x")], "Name in it"),
        (Name("x"), "Name would come back as a str"),
        ("\ud800", "half of a character"),
        (["\ud800"], "half of a character"),
        ({"\ud800": 1}, "half of a character"),
        ([SHARED, SHARED], "two places"),
        ([[SHARED], SHARED], "two places"),
        (nested(101), "levels deep"),
        (10**700, "hundreds of digits"),
        ([-(10**700), 0], "hundreds of digits"),
    ],
)
def test_what_would_change_is_pickled(store: Any, files: Any, value: Any, reason: str | None) -> None:
    """Where the file is trusted nothing is lost; the format says why it does not take the value."""
    store.put("a", value)
    assert files() == ["a.pickle"]
    back = store.get("a")
    assert (repr(back), type(back)) == (repr(value), type(value))
    refusal = (TextFormat() if isinstance(value, str) else JsonFormat()).refusal(value)
    assert refusal is not None
    assert reason is None or reason in refusal


def test_a_cycle_is_refused() -> None:
    """A list that holds itself is noticed at once."""
    assert "two places" in (JsonFormat().refusal(CYCLE) or "")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.just(()),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner, inner)
    ),
    max_leaves=20,
)


@given(anything)
def test_what_is_taken_comes_back(value: Any) -> None:
    """Whatever a value is made of: the format refuses it, or returns it with every type as it was."""
    format_: Format = TextFormat() if isinstance(value, str) else JsonFormat()
    if format_.refusal(value) is None:
        file = io.BytesIO()
        format_.dump(value, file)
        file.seek(0)
        assert repr(format_.load(file, LoadRequest())) == repr(value)


@pytest.mark.parametrize("value", [{"a": 1, "b\n,": "x,\n"}, [1, None, ",\n"], [[1], 2], {"a": []}, [], {}])
def test_a_small_value_is_indented(value: Any) -> None:
    file = io.BytesIO()
    JsonFormat().dump(value, file)
    assert file.getvalue().decode() == json.dumps(value, indent=2) + "\n"


def test_a_large_value_is_one_line() -> None:
    """Indenting it would take long, and nobody reads it."""
    file = io.BytesIO()
    JsonFormat().dump(list(range(2000)), file)
    assert file.getvalue().count(b"\n") == 1


def test_a_value_pickled_before_is_loaded_and_replaced(store: Any, make_store: Any, files: Any) -> None:
    """What was stored when there was only pickle stays loadable, and the next store makes it readable."""
    make_store(formats=Formats([store_format("pickle")])).put("a", {"n": 1})
    assert files() == ["a.pickle"]
    assert store.get("a") == {"n": 1}
    store.put("a", {"n": 2})
    assert files() == ["a.json"]
    assert store.get("a") == {"n": 2}


def store_format(name: str) -> ActiveFormat:
    return ActiveFormat(name, ("builtins.object",), f".{name}", PickleFormat, safe=False)


def test_a_store_that_is_not_trusted_takes_readable_values(make_store: Any) -> None:
    """No pickle is needed for them."""
    store = make_store(trusted=False)
    store.put("a", {"n": [1, 2]})
    assert store.get("a") == {"n": [1, 2]}


def test_installed_plugin_makes_files_readable(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing needs to be set."""
    monkeypatch.chdir(tmp_path)

    @asset
    def prices() -> dict[str, int]:
        return {"tea": 350}

    materialize([prices], instance=Instance.get(tmp_path))
    assert json.loads((tmp_path / ".holdfast" / "storage" / "prices.json").read_text()) == {"tea": 350}
