"""Readers and survivors of a killed process see whole values, old or new."""

from __future__ import annotations

import fcntl
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

first, alternate, directory = int(sys.argv[1]), sys.argv[2] == "alternate", pathlib.Path(sys.argv[3])
kinds = ("tuple", "builtins.tuple"), ("pickle", "builtins.object")
formats = Formats([ActiveFormat(n, (t,), f".{n}", PickleFormat, safe=False) for n, t in kinds])
manager = filesystem_io_manager(PluginContext(directory, directory / "storage", formats))
context = build_output_context(asset_key="a")
for number in range(first, first + 99_999):
    blocks = [number] * 20_000
    manager.handle_output(context, tuple(blocks) if alternate and number % 2 else blocks)
    print(number, flush=True)
"""


@pytest.fixture
def start_writer(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts processes that store ever newer values of the asset ``a`` and print what they have stored."""
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


@pytest.mark.parametrize("how", ["same", "alternate"])
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
        assert set(files()) <= {"a.pickle", "a.tuple", "a~"}


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


def test_leftover_of_a_killed_writer_is_removed(
    store: Any, tmp_path: Path, files: Callable[[], list[str]]
) -> None:
    """The next store of the value removes the temporary file that a killed process left."""
    store.put("a", 1)
    (tmp_path / "storage" / "a~").write_bytes(b"half a value" * 1000)
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
            (tmp_path / "storage" / "a~").write_bytes(b"half a value")
            list(pool.map(put, [number, -number]))
            assert store.get("a") in (number, -number)
            assert files() == ["a.pickle"]


def test_temporary_file_in_use_is_left_alone(store: Any, tmp_path: Path) -> None:
    """What another writer is writing is not touched; the store takes another name and succeeds."""
    (tmp_path / "storage").mkdir()
    with (tmp_path / "storage" / "a~").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        other.write(b"being written")
        store.put("a", 1)
    assert store.get("a") == 1
    assert (tmp_path / "storage" / "a~").read_bytes() == b"being written"
