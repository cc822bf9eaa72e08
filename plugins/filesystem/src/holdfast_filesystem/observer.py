"""Observes a source asset that is a file."""

from __future__ import annotations

import os
from pathlib import Path

from holdfast.errors import InvalidDefinitionError
from holdfast.interfaces import ObserveContext, Observer
from holdfast.metadata import MetadataValue
from holdfast.provisions import PluginContext
from holdfast.versions import LogicalVersion, ObserveResult

__all__ = ["FileObserver"]


class FileObserver(Observer):
    """Tells versions of a file apart by the time of its last change and its size.

    The file is the ``path`` in the metadata of the source asset, relative to the repository's directory.

    Args:
        context: says where relative paths start.
    """

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
                f"SourceAsset('{context.asset_key}') is observed by 'file', and its metadata names no file. "
                "Give it metadata={'path': ...}."
            )
        file = self._directory / Path(path)
        found = file.stat()
        return ObserveResult(
            LogicalVersion(f"{found.st_mtime_ns}-{found.st_size}"),
            {"path": MetadataValue.path(file), "size_bytes": found.st_size},
        )
