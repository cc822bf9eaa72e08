"""Stores at fsspec URLs, and the options that go with them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.local import LocalFileSystem

from holdfast.errors import NoFormatError, SettingsError, StepOutputNotFoundError, StorageError
from holdfast.metadata import MetadataValue


@pytest.fixture(params=["memory", "dir"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store that puts whole objects, and one that renames files."""
    if request.param == "memory":
        return f"memory://{uuid.uuid4().hex}"
    return f"dir::file://{tmp_path}/remote"


@pytest.fixture
def remote(make_store: Callable[..., Any], url: str) -> Any:
    return make_store(base=url, trusted=True)


@pytest.fixture
def names(url: str) -> Callable[[], list[str]]:
    """Lists the files under the URL."""
    fs, root = fsspec.core.url_to_fs(url)
    return lambda: sorted(path.removeprefix(f"{root}/") for path in fs.find(root))


@pytest.mark.parametrize("value", [None, "text", list(range(100_000))])
def test_value_comes_back_from_a_url(remote: Any, value: object) -> None:
    """What is stored at a URL is what is loaded."""
    remote.put(["lake", "a"], value)
    assert remote.get(["lake", "a"]) == value


def test_value_is_replaced_at_a_url(remote: Any, names: Callable[[], list[str]]) -> None:
    """The second value takes the place of the first, under the key's path."""
    remote.put(["lake", "a"], 1)
    remote.put(["lake", "a"], 2)
    assert remote.get(["lake", "a"]) == 2
    assert names() == ["lake/a.pickle"]


def test_type_change_at_a_url(remote: Any, names: Callable[[], list[str]]) -> None:
    """A value of another type replaces the file of the old one."""
    remote.put("a", "text")
    remote.put("a", 1)
    assert remote.get("a") == 1
    assert names() == ["a.pickle"]


def test_newest_of_two_files_counts_at_a_url(remote: Any, url: str) -> None:
    """Where a killed process left the old file, the newer one is the value."""
    fs, root = fsspec.core.url_to_fs(url)
    remote.put("a", "text")
    remote.put("a", 1)
    fs.pipe_file(f"{root}/a.txt", b"put there later")
    assert remote.get("a") == "put there later"


def test_failed_store_leaves_the_old_value_at_a_url(remote: Any, names: Callable[[], list[str]]) -> None:
    """A store that fails half way changes nothing and leaves nothing behind."""
    remote.put("a", 1)
    with pytest.raises(StorageError, match="Asset 'a' cannot be stored as pickle"):
        remote.put("a", [b"x" * 1_000_000, threading.Lock()])
    assert remote.get("a") == 1
    assert names() == ["a.pickle"]


class Mounted(LocalFileSystem):
    """Local files under a protocol of their own."""

    @classmethod
    def _strip_protocol(cls, path: Any) -> str:
        return str(LocalFileSystem._strip_protocol(os.fspath(path).removeprefix(f"{cls.protocol}://")))


class NoRoom(Mounted):
    """A file system that fails when a file is moved into place."""

    protocol = "noroom"

    def mv(self, *paths: str, **options: object) -> None:
        raise OSError(f"no room for {paths[1]}")


def test_failed_rename_leaves_no_temporary_file(make_store: Any, tmp_path: Path) -> None:
    """When the value cannot be put in place, its temporary file is removed again."""
    fsspec.register_implementation("noroom", NoRoom)
    with pytest.raises(StorageError, match=r"Asset 'a' cannot be stored .*no room for"):
        make_store(base=f"noroom://{tmp_path}/remote", trusted=True).put("a", 1)
    assert list((tmp_path / "remote").iterdir()) == []


def test_missing_value_names_the_url(make_store: Any) -> None:
    """Loading what was never stored names asset and URL."""
    with pytest.raises(StepOutputNotFoundError, match=r"Asset 'a' is not stored at memory:///nothing/a\.\*"):
        make_store(base="memory://nothing").get("a")


def test_inactive_format_at_a_url_is_named(remote: Any, url: str) -> None:
    """A file at the URL that no active format reads is named."""
    fs, root = fsspec.core.url_to_fs(url)
    remote.put("other", 1)
    fs.pipe_file(f"{root}/a.feather", b"")
    with pytest.raises(StorageError, match=r"Asset 'a' is stored in a \.feather file"):
        remote.get("a")


class Bucket(Mounted):
    """A file system that cannot rename, as an object store."""

    protocol = "bucket"
    mv = fsspec.AbstractFileSystem.mv


def test_bucket_that_is_not_there_is_not_made(make_store: Any, tmp_path: Path) -> None:
    """A slip in the base is an error where it would make a bucket."""
    fsspec.register_implementation("bucket", Bucket)
    with pytest.raises(StorageError, match="FileNotFoundError"):
        make_store(base=f"bucket://{tmp_path}/slip").put("notes", "text")
    assert not (tmp_path / "slip").exists()


class Listing(Mounted):
    """A file system that looks files up in the listings it has made before, as those of object stores do."""

    protocol = "listing"

    def ls(self, path: str, detail: bool = False, **options: object) -> Any:
        if path not in self.dircache:
            self.dircache[path] = super().ls(path, detail=True)
        return self.dircache[path] if detail else [entry["name"] for entry in self.dircache[path]]

    def info(self, path: str, **options: object) -> Any:
        listing = self.dircache.get(self._parent(path), [super().info(path)])
        for entry in listing:
            if entry["name"] == path:
                return entry
        raise FileNotFoundError(path)

    def invalidate_cache(self, path: str | None = None) -> None:
        self.dircache.clear()


def test_value_that_another_process_stored_is_seen(make_store: Any, tmp_path: Path) -> None:
    """A listing that fsspec remembers does not hide what was stored since, nor show what is gone."""
    fsspec.register_implementation("listing", Listing)
    store = make_store(base=f"listing://{tmp_path}/remote")
    store.put("other", "text")
    with pytest.raises(StepOutputNotFoundError):
        store.get("a")
    (tmp_path / "remote" / "a.txt").write_text("stored by another")
    assert store.get("a") == "stored by another"


def test_metadata_names_the_url(make_store: Any) -> None:
    """The path of the materialization is the file's URL."""
    metadata = make_store(base="memory://lake", trusted=True).put(["b", "a"], 1)
    assert metadata["path"] == MetadataValue.path("memory:///lake/b/a.pickle")


def test_urls_are_not_trusted_by_default(make_store: Any) -> None:
    """Without the option, a URL takes no pickles."""
    with pytest.raises(NoFormatError, match="trusted = true"):
        make_store(base="memory://x").put("a", 1)


def test_file_url_is_a_local_directory(make_store: Any, tmp_path: Path) -> None:
    """A file URL is the directory it names: atomic, trusted, and durable if wished."""
    make_store(base=f"file://{tmp_path}/lake", durable=True).put("a", 1)
    assert (tmp_path / "lake" / "a.pickle").is_file()


def test_storage_options_reach_fsspec(make_store: Any, tmp_path: Path) -> None:
    """The arguments of the fsspec file system can be set."""
    options = {"path": str(tmp_path / "lake"), "target_protocol": "file"}
    make_store(base="dir://", storage_options=options).put("notes", "text")
    assert (tmp_path / "lake" / "notes.txt").exists()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"base": "nope://x"}, r"\[base\] 'nope://x'.*nope"),
        ({"base": 5}, r"\[base\] is a directory or a URL, not 5"),
        ({"trusted": "false"}, r"\[trusted\] is true or false, not 'false'"),
        ({"durable": 1}, r"\[durable\] is true or false, not 1"),
        ({"base": "memory://x", "durable": True}, r"\[durable\] is for local files, not for 'memory://x'"),
        (
            {"base": "data", "storage_options": {"key": "k"}},
            r"\[storage_options\] is for URLs, not for 'data'",
        ),
    ],
)
def test_wrong_option_is_refused(make_store: Any, options: dict[str, Any], problem: str) -> None:
    """An option that does not fit is an error that names it, before anything is stored."""
    with pytest.raises(SettingsError, match=problem):
        make_store(**options)


def test_local_files_need_no_fsspec() -> None:
    """The plugin imports fsspec only for a URL."""
    code = "import sys, holdfast_filesystem, holdfast_filesystem.io; sys.exit('fsspec' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
