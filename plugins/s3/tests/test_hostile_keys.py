"""No key part leaves the prefix, none collides with another, and each round-trips."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from holdfast.errors import StepOutputNotFoundError, StorageError

HOSTILE = ["..", ".", "", "/", "../../outside", "a/b", "a\\b", "%2E", "a.value", "?x=1", "#", "+", " ", "a ",
           "new\nline", "nul\0byte", "é", "e\u0301", "😀" * 100, "\ud800", "x" * 300,
           "x" * 299 + "y"]  # fmt: skip


def test_hostile_parts_round_trip_and_stay_inside(store: Any, objects: Callable[[], list[str]]) -> None:
    """Every hostile part, stored beside all others, comes back as it was, from under the prefix."""
    for number, part in enumerate(HOSTILE):
        store.put([part], number)
        store.put(["x", part], -number)
        store.put("daily", str(number), partition=part)
    assert [store.get([part]) for part in HOSTILE] == list(range(len(HOSTILE)))
    assert [store.get(["x", part]) for part in HOSTILE] == [-n for n in range(len(HOSTILE))]
    assert [store.get("daily", partition=part) for part in HOSTILE] == [str(n) for n in range(len(HOSTILE))]
    names = objects()
    assert len(names) == 3 * len(HOSTILE)
    assert all(name.startswith("lake/") and "//" not in name for name in names)


@pytest.mark.parametrize("other", [["a"], ["a", "b"], ["a/b"], ["a.value"], ["a", "partition=b"]])
def test_similar_keys_do_not_collide(store: Any, other: list[str]) -> None:
    """Keys whose text reads alike are different values."""
    keys = [["a"], ["a", "b"], ["a/b"], ["a.value"], ["a", "partition=b"]]
    for key in keys:
        store.put(key, "/".join(key) + str(len(key)))
    store.put("a", "the partition", partition="b")
    assert store.get(other) == "/".join(other) + str(len(other))


def test_no_object_is_the_folder_of_another(store: Any, objects: Callable[[], list[str]]) -> None:
    """Stores that keep objects as files cannot have both 'a' and 'a/b'."""
    store.put("a", "1")
    store.put(["a", "b"], "2")
    names = objects()
    assert not any(other.startswith(f"{name}/") for name in names for other in names)


def test_a_key_too_long_for_the_store_is_an_error(store: Any) -> None:
    """Storing and loading say by how much, and what to do; it is not said to be missing."""
    for use in (lambda: store.put(["x" * 160] * 10, "text"), lambda: store.get(["x" * 160] * 10)):
        with pytest.raises(StorageError, match=r"Asset '.*1620 bytes.*no more than 1024.*fewer") as caught:
            use()
        assert not isinstance(caught.value, StepOutputNotFoundError)
