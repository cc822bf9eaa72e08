"""IO manager that stores assets as files under a directory or any fsspec URL, and an observer of files."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.hookspecs import hookimpl
from holdfast.provisions import IOManagerPlugin, ObserverPlugin

__all__: list[str] = []


@hookimpl
def holdfast_io_managers() -> Iterator[IOManagerPlugin]:
    """Provide the IO manager ``filesystem``."""
    yield IOManagerPlugin(
        name="filesystem",
        factory="holdfast_filesystem.io:filesystem_io_manager",
        summary="files under a base directory or any fsspec URL, in the format of the value's type",
        claims=("columns", "partitions", "persistent", "processes"),
    )


@hookimpl
def holdfast_observers() -> Iterator[ObserverPlugin]:
    """Provide the observer ``file``."""
    yield ObserverPlugin(
        name="file",
        factory="holdfast_filesystem.observer:FileObserver",
        summary="the time of change and the size of the file in the metadata 'path'",
        conformance="holdfast_filesystem.conformance:file_observer",
    )
