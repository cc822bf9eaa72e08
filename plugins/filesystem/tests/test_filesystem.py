from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

import pytest

import holdfast_filesystem
from holdfast.built_contexts import build_input_context, build_output_context
from holdfast.errors import NoFormatError, StepOutputNotFoundError, StorageError, UntrustedFormatError
from holdfast.formats import ActiveFormat, Formats
from holdfast.interfaces import Format, LoadRequest
from holdfast.metadata import MetadataValue


@pytest.mark.parametrize("value", [None, 0, "text", b"", {"a": [1, 2]}, float("inf")])
def test_value_comes_back(store: Any, value: object) -> None:
    """What is stored is what is loaded, None and empty values too."""
    store.put("a", value)
    assert store.get("a") == value


@pytest.mark.parametrize("size", [0, 65_535, 65_536, 65_537, 1_048_576, 1_048_577])
def test_value_of_any_size_comes_back(store: Any, size: int) -> None:
    """Files that are read or written at once and files that are not are whole."""
    text = "x" * size
    assert store.put("notes", text)["size_bytes"] == size
    assert store.get("notes") == text


def test_path_is_the_key_and_the_extension_of_the_format(store: Any, files: Callable[[], list[str]]) -> None:
    """Key parts are directories, the format of the value's type gives the extension."""
    store.put(["warehouse", "orders"], 1)
    store.put("notes", "text")
    assert files() == ["notes.txt", "warehouse/orders.pickle"]


def test_metadata_says_where_how_big_and_what_the_format_says(store: Any, tmp_path: Path) -> None:
    """The materialization gets the path, the size in bytes, and the format's own metadata."""
    assert store.put("notes", "one\ntwo") == {
        "path": MetadataValue.path(tmp_path / "storage" / "notes.txt"),
        "size_bytes": 7,
        "lines": 2,
    }


def test_format_is_told_what_the_reader_asks_for(store: Any) -> None:
    """The metadata of an input reaches the format."""
    store.put("notes", "long text")
    assert store.get("notes", first=4) == "long"


@pytest.mark.parametrize("blocks", [1, 3])
def test_format_may_go_back_in_its_file(make_store: Any, blocks: int) -> None:
    """What a format writes over, tells and asks for is the same in a small file and in a large one."""
    store = make_store(formats=Formats([ActiveFormat("counted", ("builtins.list",), ".counted", Counted)]))
    size = 8 + blocks * 500_000
    said = store.put("a", [b"x" * 500_000] * blocks)
    assert (said["size_bytes"], said["end"]) == (size, size)
    assert store.get("a") == (blocks, blocks * 500_000)


class Counted(Format):
    def dump(self, obj: Any, file: IO[bytes]) -> dict[str, Any]:
        file.write(bytes(8))
        for block in obj:
            file.write(block)
        end = file.tell()
        file.seek(0)
        file.write(len(obj).to_bytes(8, "big"))
        return {"end": end}

    def load(self, file: IO[bytes], request: LoadRequest) -> tuple[int, int]:
        return int.from_bytes(file.read(8), "big"), len(file.read())


def test_format_may_use_the_descriptor(make_store: Any) -> None:
    """A format whose library writes to a file descriptor gets one, of the file it has begun."""
    store = make_store(formats=Formats([ActiveFormat("raw", ("builtins.bytes",), ".raw", Raw)]))
    assert store.put("a", b"and this")["size_bytes"] == 15
    assert store.get("a") == b"before and this"


class Raw(Format):
    def dump(self, obj: Any, file: IO[bytes]) -> None:
        file.write(b"before ")
        descriptor = file.fileno()
        file.flush()
        os.write(descriptor, obj)

    def load(self, file: IO[bytes], request: LoadRequest) -> bytes:
        return file.read()


def test_storing_again_replaces_the_value(store: Any, files: Callable[[], list[str]]) -> None:
    """The second value takes the place of the first."""
    store.put("a", [1] * 1000)
    store.put("a", [2])
    assert store.get("a") == [2]
    assert files() == ["a.pickle"]


def test_partitions_are_stored_apart(store: Any, files: Callable[[], list[str]]) -> None:
    """Each partition has a file in a directory named by the key."""
    store.put("daily", 1, partition="2024-01-01")
    store.put("daily", 2, partition="2024/01/02")
    assert files() == [
        "daily/partition=2024%2F01%2F02/value.pickle",
        "daily/partition=2024-01-01/value.pickle",
    ]
    assert store.get("daily", partition="2024-01-01") == 1


def test_missing_value_names_asset_and_path(store: Any, tmp_path: Path) -> None:
    """Loading what was never stored says so, and where it was looked for."""
    with pytest.raises(StepOutputNotFoundError, match="Asset 'lake/orders' is not stored at") as caught:
        store.get(["lake", "orders"])
    assert str(tmp_path / "storage" / "lake" / "orders.*") in str(caught.value)


def test_missing_partition_is_named(store: Any) -> None:
    """A partition that was never stored is named beside its asset."""
    store.put("daily", 1, partition="2024-01-01")
    with pytest.raises(StepOutputNotFoundError, match="Asset 'daily', partition '2024-01-02',"):
        store.get("daily", partition="2024-01-02")


def test_value_that_cannot_be_stored_is_named_and_leaves_nothing(
    store: Any, files: Callable[[], list[str]]
) -> None:
    """An unpicklable value is an error that names asset, format and reason; no file appears."""
    with pytest.raises(StorageError, match=r"Asset 'a' cannot be stored as pickle at .*TypeError.*lock"):
        store.put("a", threading.Lock())
    assert files() == []


@pytest.mark.parametrize("size", [1, 2_000_000])
def test_failed_store_leaves_the_old_value(store: Any, files: Callable[[], list[str]], size: int) -> None:
    """A store that fails half way changes nothing, though it would have changed the format too."""
    store.put("a", "old")
    with pytest.raises(StorageError):
        store.put("a", [b"x" * size, threading.Lock()])
    assert store.get("a") == "old"
    assert files() == ["a.txt"]


def test_interrupt_leaves_nothing(store: Any, files: Callable[[], list[str]]) -> None:
    """Ctrl-C in the middle of a store goes through, and leaves no file behind."""
    with pytest.raises(KeyboardInterrupt):
        store.put("a", Interrupting())
    assert files() == []


class Interrupting:
    def __reduce__(self) -> Any:
        raise KeyboardInterrupt


def test_unreadable_file_is_named(store: Any, tmp_path: Path) -> None:
    """A file that its format cannot read is an error that names asset, path and reason."""
    store.put("a", 1)
    (tmp_path / "storage" / "a.pickle").write_bytes(b"")
    with pytest.raises(StorageError, match=r"Asset 'a' cannot be loaded as pickle at .*a\.pickle: EOFError"):
        store.get("a")


def test_value_in_an_inactive_format_is_no_missing_value(store: Any, tmp_path: Path) -> None:
    """A file that no active format reads is named, with the formats there are."""
    store.put("a", 1)
    (tmp_path / "storage" / "a.pickle").rename(tmp_path / "storage" / "a.feather")
    with pytest.raises(StorageError, match=r"Asset 'a' is stored in a \.feather file, .*text \(\.txt\)"):
        store.get("a")


def test_directory_that_is_a_file_is_an_error(store: Any, tmp_path: Path) -> None:
    """A base that cannot hold files fails as a storage error that names the asset."""
    (tmp_path / "storage").write_text("in the way")
    with pytest.raises(StorageError, match=r"Asset 'a' cannot be stored"):
        store.put("a", 1)


def test_value_in_the_way_is_an_error(store: Any, tmp_path: Path, files: Callable[[], list[str]]) -> None:
    """A directory with the value's file name is neither replaced nor half written."""
    (tmp_path / "storage" / "a.pickle").mkdir(parents=True)
    with pytest.raises(StorageError, match="IsADirectoryError"):
        store.put("a", 1)
    assert files() == []


def test_directory_removed_meanwhile_is_made_again(store: Any, tmp_path: Path) -> None:
    """A store does not rely on directories it has made before."""
    store.put(["lake", "a"], 1)
    (tmp_path / "storage" / "lake" / "a.pickle").unlink()
    (tmp_path / "storage" / "lake").rmdir()
    store.put(["lake", "a"], 2)
    assert store.get(["lake", "a"]) == 2


def test_untrusted_store_takes_no_pickle(make_store: Any) -> None:
    """Where code must not come from, a value that only pickle takes is refused."""
    store = make_store(trusted=False)
    store.put("notes", "text")
    with pytest.raises(NoFormatError, match=r"builtins\.int of asset 'a' .*trusted = true"):
        store.put("a", 1)


def test_untrusted_store_loads_no_pickle(make_store: Any, store: Any) -> None:
    """A pickle that someone has put into an untrusted store is refused before it is read."""
    store.put("a", 1)
    with pytest.raises(UntrustedFormatError, match=r"Asset 'a' at .*a\.pickle is stored as pickle"):
        make_store(trusted=False).get("a")


def test_no_formats_store_nothing(make_store: Any) -> None:
    """Without an active format the error says that there is none."""
    with pytest.raises(NoFormatError, match="active formats: none"):
        make_store(formats=Formats()).put("a", 1)


def test_durable_store_keeps_values_too(
    make_store: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With durable, the file and each new directory entry are synced before the store returns."""
    synced: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    store = make_store(durable=True)
    store.put(["lake", "a"], 1)
    storage = tmp_path / "storage"
    assert synced == [str(path) for path in (tmp_path, storage, storage / "lake" / "_a~", storage / "lake")]
    assert store.get(["lake", "a"]) == 1


def test_durable_stores_may_make_one_directory_at_once(make_store: Any) -> None:
    """Threads that store durably into a new directory at the same moment all succeed."""
    store = make_store(durable=True)
    together = threading.Barrier(8)

    def put(number: int) -> Any:
        together.wait()
        return store.put(["x", "y", "z", str(number)], number)

    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(put, range(8)))) == 8


def test_relative_base_is_in_the_repository(make_store: Any, tmp_path: Path) -> None:
    """A base from the settings is relative to the repository's directory, not to the working one."""
    make_store(base="data").put("a", 1)
    assert (tmp_path / "data" / "a.pickle").is_file()


def test_base_may_be_in_the_home_directory(
    make_store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A leading ~ is the user's home directory."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    make_store(base="~/data").put("a", 1)
    assert (tmp_path / "home" / "data" / "a.pickle").is_file()


def test_output_that_is_no_asset_is_stored_by_run_and_step(
    store: Any, files: Callable[[], list[str]]
) -> None:
    """A value inside a graph is kept under its run, step and name, apart from all assets."""
    output = build_output_context(run_id="r1", step_key="graph.op", name="result")
    store.manager.handle_output(output, 7)
    assert store.manager.load_input(build_input_context(upstream_output=output)) == 7
    assert files() == ["run=r1/graph%2Eop/result.pickle"]


def test_plugin_provides_one_io_manager() -> None:
    """The hook names the factory without importing it."""
    (record,) = holdfast_filesystem.holdfast_io_managers()
    assert (record.name, record.factory) == ("filesystem", "holdfast_filesystem.io:filesystem_io_manager")
