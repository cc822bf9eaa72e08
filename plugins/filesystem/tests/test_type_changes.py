"""A value whose type changes gets another extension: the newest file counts, and it is the only one left."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from holdfast.formats import Formats


def test_file_of_the_old_format_is_removed(store: Any, files: Callable[[], list[str]]) -> None:
    """After a text has become a number, only the number's file is there."""
    store.put("a", "text")
    store.put("a", 1)
    assert files() == ["a.pickle"]
    assert store.get("a") == 1


def test_other_values_keep_their_files(store: Any, files: Callable[[], list[str]]) -> None:
    """Only files of the value's own name are removed."""
    store.put("a", "text")
    store.put(["a", "b"], "text")
    store.put("a", "text", partition="p")
    store.put("a", 1)
    assert files() == ["a.pickle", "a/b.txt", "a/partition=p/value.txt"]


@pytest.fixture
def put_and_die(store: Any, tmp_path: Path) -> Callable[[Any, Path], None]:
    """Stores a value, and puts the old file back as if the process had been killed before removing it."""

    def put(value: Any, old: Path) -> None:
        kept = tmp_path / "kept"
        os.link(old, kept)
        store.put("a", value)
        kept.rename(old)

    return put


@pytest.mark.parametrize(("old", "extension", "new"), [("text", ".txt", 1), (1, ".pickle", "text")])
def test_newest_file_counts_when_the_old_one_is_left(
    store: Any, tmp_path: Path, put_and_die: Any, old: Any, extension: str, new: Any
) -> None:
    """Whichever format comes first, two stores in one tick of the clock are told apart."""
    store.put("a", old)
    put_and_die(new, tmp_path / "storage" / f"a{extension}")
    assert store.get("a") == new


@pytest.mark.parametrize(("old", "extension", "new"), [("text", ".txt", 1), (1, ".pickle", "text")])
def test_newest_file_counts_when_the_clock_went_back(
    store: Any, tmp_path: Path, put_and_die: Any, old: Any, extension: str, new: Any
) -> None:
    """A value stored after the clock was set back is still the newer one."""
    store.put("a", old)
    path = tmp_path / "storage" / f"a{extension}"
    os.utime(path, (4_000_000_000, 4_000_000_000))
    put_and_die(new, path)
    assert store.get("a") == new


def test_next_store_removes_what_is_left(
    store: Any, files: Callable[[], list[str]], tmp_path: Path, put_and_die: Any
) -> None:
    """An old file that a killed process left is removed by the next store."""
    store.put("a", "text")
    put_and_die(1, tmp_path / "storage" / "a.txt")
    assert files() == ["a.pickle", "a.txt"]
    store.put("a", 2)
    assert files() == ["a.pickle"]


def test_inactive_format_brings_no_old_value_back(
    store: Any, make_store: Any, formats: Formats, tmp_path: Path
) -> None:
    """A file stored before its format was switched off is older than what was stored meanwhile."""
    store.put("a", "text")
    os.utime(tmp_path / "storage" / "a.txt", (1_700_000_000, 1_700_000_000))
    make_store(formats=Formats(formats.active[1:])).put("a", 1)
    assert store.get("a") == 1


def test_writers_that_change_the_format_never_remove_each_others_value(store: Any, tmp_path: Path) -> None:
    """Two stores at the same moment that each find the other's format leave one of the two values."""
    together = threading.Barrier(2)

    def put(value: Any) -> None:
        together.wait()
        store.put("a", value)

    with ThreadPoolExecutor(2) as pool:
        for number in range(200):
            store.put("a", number)
            (tmp_path / "storage" / "a.txt").write_text("as a killed process left it")
            list(pool.map(put, [str(number), -number]))
            assert store.get("a") in (str(number), -number)
