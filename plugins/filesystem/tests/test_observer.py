from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import holdfast_filesystem
from holdfast.errors import InvalidDefinitionError
from holdfast.formats import Formats
from holdfast.interfaces import ObserveContext
from holdfast.keys import AssetKey
from holdfast.metadata import MetadataValue
from holdfast.provisions import PluginContext
from holdfast.versions import ObserveResult
from holdfast_filesystem.observer import FileHashObserver, FileObserver


def look(directory: Path, kind: type[FileObserver] = FileObserver, **metadata: Any) -> ObserveResult:
    observer = kind(PluginContext(directory, directory, Formats()))
    return observer.observe(ObserveContext(AssetKey("raw"), metadata))


def test_the_hook_names_the_observer() -> None:
    """The plugin provides the observers `file` and `file_hash`."""
    records = {record.name: record.factory for record in holdfast_filesystem.holdfast_observers()}
    assert records == {
        "file": "holdfast_filesystem.observer:FileObserver",
        "file_hash": "holdfast_filesystem.observer:FileHashObserver",
    }


def test_an_unchanged_file_has_one_version(tmp_path: Path) -> None:
    """Looking twice gives the same version, and says how big the file is."""
    (tmp_path / "raw.csv").write_text("a,b")
    first = look(tmp_path, path="raw.csv")
    assert look(tmp_path, path=MetadataValue.path("raw.csv")) == first
    assert first.metadata["size_bytes"] == MetadataValue.int(3)


@pytest.mark.parametrize(("text", "time"), [("longer", 1), ("a,b", 2)])
def test_a_changed_file_has_another_version(tmp_path: Path, text: str, time: int) -> None:
    """Another size or another time of change is another version."""
    file = tmp_path / "raw.csv"
    file.write_text("a,b")
    os.utime(file, (1, 1))
    before = look(tmp_path, path=file).logical_version
    file.write_text(text)
    os.utime(file, (time, time))
    assert look(tmp_path, path=file).logical_version != before


def test_the_hash_is_of_the_contents_alone(tmp_path: Path) -> None:
    """A file that is written again with the same bytes has the same version, another one has not."""
    file = tmp_path / "raw.csv"
    file.write_bytes(b"x" * 3_000_000)
    before = look(tmp_path, FileHashObserver, path=file)
    file.write_bytes(b"x" * 3_000_000)
    os.utime(file, (1, 1))
    assert look(tmp_path, FileHashObserver, path=file) == before
    assert before.metadata["size_bytes"] == MetadataValue.int(3_000_000)
    file.write_bytes(b"x" * 2_999_999 + b"y")
    assert look(tmp_path, FileHashObserver, path=file).logical_version != before.logical_version


@pytest.mark.parametrize(("kind", "name"), [(FileObserver, "file"), (FileHashObserver, "file_hash")])
def test_a_path_is_needed(tmp_path: Path, kind: type[FileObserver], name: str) -> None:
    """A source asset without a path is told what to give."""
    problem = rf"SourceAsset\('raw'\) is observed by '{name}'.*metadata=\{{'path'"
    with pytest.raises(InvalidDefinitionError, match=problem):
        look(tmp_path, kind)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """What is not there has no version."""
    with pytest.raises(FileNotFoundError):
        look(tmp_path, path="gone.csv")
