"""Whatever happens, a reader sees a whole value, old or new."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import attrs
import pytest

from holdfast.errors import StorageError
from holdfast.formats import Formats

WRITER = """
import pathlib, sys
from holdfast.builtins.pickle_format import PickleFormat
from holdfast.built_contexts import build_output_context
from holdfast.formats import ActiveFormat, Formats
from holdfast.provisions import PluginContext
from holdfast_s3.io import s3_io_manager

first, size, base, endpoint = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
formats = Formats([ActiveFormat("pickle", ("builtins.object",), ".pickle", PickleFormat, safe=False)])
manager = s3_io_manager(PluginContext(pathlib.Path(), pathlib.Path(), formats), base, endpoint, trusted=True)
for number in range(first, first + 99_999):
    manager.handle_output(build_output_context(asset_key="a"), [b"%0100d" % number] * 10 + [bytes(size)])
    print(number, flush=True)
"""


@pytest.fixture
def start_writer(s3_server: Any, bucket: str) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts processes that store ever newer values of one asset and print what they stored."""
    started: list[subprocess.Popen[str]] = []

    def start(first: int, size: int) -> subprocess.Popen[str]:
        arguments = [str(first), str(size), f"s3://{bucket}/lake", s3_server.url]
        command = [sys.executable, "-c", WRITER, *arguments]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        with process:
            process.kill()


@pytest.mark.parametrize("size", [0, 12_000_000])
def test_killed_writer_leaves_a_whole_value(
    start_writer: Any, store: Any, objects: Callable[[], list[str]], size: int
) -> None:
    """After SIGKILL at a random moment the last value that was stored, or the next one, loads.

    A large value is put in several parts, of which none shows before the last.
    """
    stored = 0
    for _ in range(4):
        writer = start_writer(stored + 1, size)
        said = [int(writer.stdout.readline()) for _ in range(random.randint(1, 5))]
        writer.kill()
        said += map(int, writer.communicate()[0].split())
        *numbers, padding = store.get("a")
        assert len(numbers) == 10
        assert len(set(numbers)) == 1
        assert len(padding) == size
        stored = int(numbers[0])
        assert stored in (said[-1], said[-1] + 1)
        assert objects() == ["lake/a.value"]


def test_writers_that_change_the_format_leave_one_value(store: Any, objects: Callable[[], list[str]]) -> None:
    """Two stores at the same moment in different formats leave one of the two values, in its own format."""
    together = threading.Barrier(2)

    def put(value: Any) -> None:
        together.wait()
        store.put("a", value)

    with ThreadPoolExecutor(2) as pool:
        for number in range(30):
            list(pool.map(put, [str(number), -number]))
            assert store.get("a") in (str(number), -number)
    assert objects() == ["lake/a.value"]


def test_a_store_that_is_gone_is_an_error(make_store: Any) -> None:
    """The message says what could not be stored, where, and why, in one line."""
    store = make_store(endpoint="http://127.0.0.1:1")
    with pytest.raises(StorageError, match=r"Asset 'a' cannot be stored as text at s3://.*: ") as caught:
        store.put("a", "text")
    assert "\n" not in str(caught.value)
    assert "127.0.0.1:1" in str(caught.value)


@pytest.fixture
def table(store: Any) -> dict[str, bytes]:
    """A table with three columns of 8 MB, stored as 't'."""
    table = {name: name.encode() * 8_000_000 for name in "abc"}
    store.put("t", table)
    return table


def test_columns_alone_are_fetched(make_store: Any, wire: Any, table: dict[str, bytes]) -> None:
    """A reader of one column of a large value does not wait for the others."""
    assert make_store(endpoint=wire.url).get("t", columns=["b"]) == {"b": table["b"]}
    assert 8_000_000 < wire.received < 12_000_000


def test_columns_of_a_small_value_come_with_it(make_store: Any, store: Any) -> None:
    """The reader gets what it asks for."""
    store.put("t", {"a": b"1", "b": b"2"})
    assert store.get("t", columns=["b"]) == {"b": b"2"}


def test_columns_of_one_version_are_loaded(
    make_store: Any, store: Any, formats: Formats, table: dict[str, bytes]
) -> None:
    """A value that is replaced while its columns are read is read anew: no reader sees a mixture."""
    newer = {name: name.upper().encode() * 8_000_000 for name in "abc"}
    (table_format,) = (active for active in formats.active if active.name == "table")
    begun: list[int] = []

    class Interrupted(type(table_format.make())):
        def load(self, file: Any, request: Any) -> Any:
            if not begun:
                file.read(1000)
                store.put("t", newer)
                file.seek(0)
            begun.append(1)
            return super().load(file, request)

    reader = make_store(formats=Formats([attrs.evolve(table_format, make=Interrupted)]))
    assert reader.get("t", columns=["a", "c"]) == {"a": newer["a"], "c": newer["c"]}
    assert len(begun) == 2
