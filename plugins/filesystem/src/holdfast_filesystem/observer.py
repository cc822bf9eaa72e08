"""Observe a source asset that is a file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from holdfast.errors import InvalidDefinitionError
from holdfast.interfaces import ObserveContext, Observer
from holdfast.metadata import MetadataValue
from holdfast.provisions import PluginContext
from holdfast.versions import LogicalVersion, ObserveResult

__all__ = ["FileHashObserver", "FileObserver"]

_CHUNK = 1024 * 1024  # bytes


class FileObserver(Observer):
    """Tells versions of a file apart by the time of its last change and its size.

    The file is the ``path`` in the metadata of the source asset, relative to the repository's directory.

    Args:
        context: says where relative paths start.
    """

    name = "file"
    """The name it is used by."""

    def __init__(self, context: PluginContext) -> None:
        self._directory = context.directory

    def observe(self, context: ObserveContext) -> ObserveResult:
        """Return the version of the file.

        Raises:
            InvalidDefinitionError: the source asset names no path.
            OSError: the file is not there, or cannot be looked at.
        """
        path = context.metadata.get("path")
        if isinstance(path, MetadataValue):
            path = path.value
        if not isinstance(path, str | os.PathLike):
            raise InvalidDefinitionError(
                f"SourceAsset('{context.asset_key}') is observed by '{self.name}', and its metadata names no "
                "file. Give it metadata={'path': ...}."
            )
        file = self._directory / Path(path)
        version, size = self._look(file)
        return ObserveResult(LogicalVersion(version), {"path": MetadataValue.path(file), "size_bytes": size})

    def _look(self, file: Path) -> tuple[str, int]:
        found = file.stat()
        return f"{found.st_mtime_ns}-{found.st_size}", found.st_size


class FileHashObserver(FileObserver):
    """Tells versions of a file apart by its contents alone; reads all of it."""

    name = "file_hash"

    def _look(self, file: Path) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        with file.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
        return f"sha256-{digest.hexdigest()}", size
