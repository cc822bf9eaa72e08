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
from holdfast_filesystem.observer import FileObserver


def look(directory: Path, **metadata: Any) -> ObserveResult:
    observer = FileObserver(PluginContext(directory, directory, Formats()))
    return observer.observe(ObserveContext(AssetKey("raw"), metadata))


def test_the_hook_names_the_observer() -> None:
    """The plugin provides the observer `file`."""
    (record,) = holdfast_filesystem.holdfast_observers()
    assert (record.name, record.factory) == ("file", "holdfast_filesystem.observer:FileObserver")


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


def test_a_path_is_needed(tmp_path: Path) -> None:
    """A source asset without a path is told what to give."""
    with pytest.raises(InvalidDefinitionError, match=r"SourceAsset\('raw'\).*metadata=\{'path'"):
        look(tmp_path)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """What is not there has no version."""
    with pytest.raises(FileNotFoundError):
        look(tmp_path, path="gone.csv")
