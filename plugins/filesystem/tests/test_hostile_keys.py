"""No key part leaves the base directory, none collides with another, and each round-trips."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.errors import StepOutputNotFoundError, StorageError

HOSTILE = [
    "..",
    ".",
    "",
    "/",
    "/etc/passwd",
    "../../outside",
    "a/b",
    "a\\b",
    "C:\\x",
    "~",
    "a~",
    "con",
    "NUL",
    "com1",
    "%_",
    "%2E",
    "a.pickle",
    ".hidden",
    "partition=x",
    "run=x",
    "-rf",
    " ",
    "a ",
    "new\nline",
    "nul\0byte",
    "é",
    "e\u0301",
    "日本語",
    "😀" * 100,
    "\ud800",
    "\udcff",
    "x" * 300,
    "x" * 299 + "y",
    "." * 300,
]
anything = st.characters(codec=None, exclude_categories=())
parts = st.one_of(st.sampled_from(HOSTILE), st.text(anything, max_size=400))


def test_hostile_parts_round_trip_and_stay_inside(store: Any, tmp_path: Path) -> None:
    """Every hostile part, stored beside all others, comes back as it was, from inside the base."""
    for number, part in enumerate(HOSTILE):
        store.put([part], number)
        store.put(["x", part, "y"], -number)
    assert [store.get([part]) for part in HOSTILE] == list(range(len(HOSTILE)))
    assert [store.get(["x", part, "y"]) for part in HOSTILE] == [-n for n in range(len(HOSTILE))]
    assert list(tmp_path.iterdir()) == [tmp_path / "storage"]


def test_hostile_partition_keys_round_trip(store: Any, tmp_path: Path) -> None:
    """Partition keys are as safe as key parts."""
    for number, part in enumerate(HOSTILE):
        store.put("a", number, partition=part)
    assert [store.get("a", partition=part) for part in HOSTILE] == list(range(len(HOSTILE)))
    assert list((tmp_path / "storage").iterdir()) == [tmp_path / "storage" / "a"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.lists(parts, min_size=1, max_size=4).map(tuple), st.integers(), max_size=8))
def test_any_keys_round_trip(store: Any, values: dict[tuple[str, ...], int]) -> None:
    """However keys are made, what is stored under one is never changed by storing under another."""
    for key, value in values.items():
        store.put(key, value)
    assert {key: store.get(key) for key in values} == values


@pytest.mark.parametrize("other", [["a"], ["a", "b"], ["a/b"], ["a.pickle"], ["a~"], ["a", "partition=b"]])
def test_similar_keys_do_not_collide(store: Any, other: list[str]) -> None:
    """Keys whose text reads alike are different values."""
    keys = [["a"], ["a", "b"], ["a/b"], ["a.pickle"], ["a~"], ["a", "partition=b"]]
    for key in keys:
        store.put(key, key)
    store.put("a", "the partition", partition="b")
    assert store.get(other) == other


def test_file_names_fit(store: Any, files: Callable[[], list[str]]) -> None:
    """The longest encoded part leaves room for an extension and for the name of a temporary file."""
    store.put(["é" * 300], 1, partition="é" * 300)
    store.put(["x" * 160], 1)
    names = [part for file in files() for part in file.split("/")]
    assert max(len(name) for name in names) + len("~0123456789abcdef") < 255


def test_path_too_long_for_the_system_is_an_error(store: Any, files: Callable[[], list[str]]) -> None:
    """A key with more parts than a path can hold is refused with the reason, and leaves no file."""
    with pytest.raises(StorageError, match=r"path is too long for the operating system.*fewer or shorter"):
        store.put(["x" * 160] * 40, 1)
    assert files() == []


def test_path_too_long_is_an_error_when_loading(store: Any) -> None:
    """Loading under such a key is refused with the same reason."""
    with pytest.raises(StorageError, match="path is too long for the operating system") as caught:
        store.get(["x" * 160] * 40)
    assert not isinstance(caught.value, StepOutputNotFoundError)
