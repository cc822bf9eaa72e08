"""Readers and survivors of a killed process see whole values, old or new."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from holdfast.builtins.pickle_format import PickleFormat
from holdfast.formats import ActiveFormat, Formats

WRITER = """
import pathlib, sys
from holdfast.builtins.pickle_format import PickleFormat
from holdfast.built_contexts import build_output_context
from holdfast.formats import ActiveFormat, Formats
from holdfast.provisions import PluginContext
from holdfast_filesystem.io import filesystem_io_manager

first, how, directory = int(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
kinds = ("tuple", "builtins.tuple"), ("pickle", "builtins.object")
formats = Formats([ActiveFormat(n, (t,), f".{n}", PickleFormat, safe=False) for n, t in kinds])
manager = filesystem_io_manager(PluginContext(directory, directory / "storage", formats))
for number in range(first, first + 99_999):
    context = build_output_context(asset_key=f"a{number}" if how == "new" else "a")
    blocks = [b"%0100d" % number for _ in range(20_000)] if how == "large" else [number] * 20_000
    manager.handle_output(context, tuple(blocks) if how == "alternate" and number % 2 else blocks)
    print(number, flush=True)
"""


@pytest.fixture
def start_writer(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts processes that store ever newer values of one asset, or of many, and print what they stored."""
    started: list[subprocess.Popen[str]] = []

    def start(first: int = 0, how: str = "same") -> subprocess.Popen[str]:
        command = [sys.executable, "-c", WRITER, str(first), how, str(tmp_path)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        with process:
            process.kill()


@pytest.fixture
def survivor(make_store: Callable[..., Any]) -> Any:
    """A store in this process with the formats of the writers."""
    kinds = ("tuple", "builtins.tuple"), ("pickle", "builtins.object")
    return make_store(Formats([ActiveFormat(n, (t,), f".{n}", PickleFormat, safe=False) for n, t in kinds]))


def number_of(value: Any) -> int:
    """Return the number that a writer stored, if the value is whole."""
    assert len(value) == 20_000
    assert len(set(value)) == 1
    return int(value[0])


@pytest.mark.parametrize("how", ["same", "alternate", "large"])
def test_killed_writer_leaves_a_whole_value(
    start_writer: Any, survivor: Any, files: Callable[[], list[str]], how: str
) -> None:
    """After SIGKILL at a random moment the last value that was stored, or the next one, loads."""
    stored = 0
    for _ in range(12):
        writer = start_writer(stored + 1, how)
        said = [int(writer.stdout.readline()) for _ in range(random.randint(1, 30))]
        writer.kill()
        said += map(int, writer.communicate()[0].split())
        stored = number_of(survivor.get("a"))
        assert stored in (said[-1], said[-1] + 1)
        assert set(files()) <= {"a.pickle", "a.tuple", "_a~"}


@pytest.mark.parametrize("how", ["same", "alternate"])
def test_readers_see_whole_values_in_order(start_writer: Any, survivor: Any, how: str) -> None:
    """While another process stores, each load gives a whole value, never an older one than before."""
    writer = start_writer(how=how)
    writer.stdout.readline()
    seen = [number_of(survivor.get("a"))]
    while seen[-1] < seen[0] + 200:
        assert writer.poll() is None
        seen.append(number_of(survivor.get("a")))
    assert seen == sorted(seen)


@pytest.mark.parametrize("how", ["same", "alternate"])
def test_two_writers_do_not_disturb_each_other(start_writer: Any, survivor: Any, how: str) -> None:
    """Two processes that store one asset at once both succeed, and every load gives a whole value."""
    writers = [start_writer(0, how), start_writer(100_000, how)]
    for writer in writers:
        writer.stdout.readline()
    newest = {0: 0, 1: 0}
    while min(newest.values()) < 100:
        assert [writer.poll() for writer in writers] == [None, None]
        which, number = divmod(number_of(survivor.get("a")), 100_000)
        newest[which] = number


def test_killed_writer_of_new_values_leaves_nothing(
    start_writer: Any, survivor: Any, files: Callable[[], list[str]], tmp_path: Path
) -> None:
    """After SIGKILL while small values are stored for the first time every file has its name and is whole."""
    if not makes_nameless_files(tmp_path):
        pytest.skip("this file system gives every file a name")
    for turn in range(6):
        writer = start_writer(turn * 100_000, "new")
        said = [int(writer.stdout.readline()) for _ in range(random.randint(1, 60))]
        writer.kill()
        said += map(int, writer.communicate()[0].split())
        assert {survivor.get(f"a{number}")[0] for number in said} == set(said)
    names = files()
    assert {name.partition(".")[2] for name in names} == {"pickle"}
    assert all(number_of(survivor.get(name.partition(".")[0])) >= 0 for name in names)


def makes_nameless_files(directory: Path) -> bool:
    """Whether the system can create a file that has no name yet."""
    try:
        os.close(os.open(directory, os.O_WRONLY | os.O_TMPFILE))
    except (AttributeError, OSError):
        return False
    return True


@pytest.mark.parametrize("refused", ["open", "link"])
def test_values_are_stored_where_files_have_names_from_the_start(
    store: Any, files: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    """A system that makes no nameless file, or cannot name it later, stores new values all the same."""
    real = getattr(os, refused)

    def refuse(*args: Any, **options: Any) -> Any:
        if refused == "link" or args[1] & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(errno.EOPNOTSUPP, "not supported here")
        return real(*args, **options)

    monkeypatch.setattr(os, refused, refuse)
    store.put("a", 1)
    store.put(["lake", "b"], 2)
    assert (store.get("a"), store.get(["lake", "b"])) == (1, 2)
    assert files() == ["a.pickle", "lake/b.pickle"]


def test_first_writers_of_one_value_both_succeed(store: Any, files: Callable[[], list[str]]) -> None:
    """Stores at the same moment of a value that is not there yet keep one of the two, and no leftover."""
    together = threading.Barrier(2)

    def put(number: int, value: int) -> None:
        together.wait()
        store.put(f"a{number}", value)

    with ThreadPoolExecutor(2) as pool:
        for number in range(200):
            list(pool.map(put, [number, number], [1, -1]))
            assert store.get(f"a{number}") in (1, -1)
    assert files() == sorted(f"a{number}.pickle" for number in range(200))


def test_leftover_of_a_killed_writer_is_removed(
    store: Any, tmp_path: Path, files: Callable[[], list[str]]
) -> None:
    """The next store of the value removes the temporary file that a killed process left."""
    store.put("a", 1)
    (tmp_path / "storage" / "_a~").write_bytes(b"half a value" * 1000)
    assert store.get("a") == 1
    store.put("a", 2)
    assert store.get("a") == 2
    assert files() == ["a.pickle"]


def test_writers_that_find_one_leftover_both_succeed(
    store: Any, tmp_path: Path, files: Callable[[], list[str]]
) -> None:
    """Stores at the same moment that each find what a killed process left keep one value, and no leftover."""
    together = threading.Barrier(2)

    def put(value: int) -> None:
        together.wait()
        store.put("a", value)

    (tmp_path / "storage").mkdir()
    with ThreadPoolExecutor(2) as pool:
        for number in range(1, 200):
            (tmp_path / "storage" / "_a~").write_bytes(b"half a value")
            list(pool.map(put, [number, -number]))
            assert store.get("a") in (number, -number)
            assert files() == ["a.pickle"]


def test_temporary_file_in_use_is_left_alone(store: Any, tmp_path: Path) -> None:
    """What another writer is writing is not touched; the store takes another name and succeeds."""
    (tmp_path / "storage").mkdir()
    with (tmp_path / "storage" / "_a~").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        other.write(b"being written")
        store.put("a", 1)
    assert store.get("a") == 1
    assert (tmp_path / "storage" / "_a~").read_bytes() == b"being written"
