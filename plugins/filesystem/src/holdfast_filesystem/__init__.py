"""IO manager of files under a directory or any fsspec URL, formats to read, and observers of files."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.hookspecs import hookimpl
from holdfast.provisions import FormatPlugin, IOManagerPlugin, ObserverPlugin

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
def holdfast_formats() -> Iterator[FormatPlugin]:
    """Provide the formats ``text`` and ``json``."""
    yield FormatPlugin(
        name="text",
        factory="holdfast_filesystem.readable:TextFormat",
        summary="strings as UTF-8",
        types=("builtins.str",),
        extension=".txt",
        partial=True,
        conformance="holdfast_filesystem.conformance:text_format",
    )
    yield FormatPlugin(
        name="json",
        factory="holdfast_filesystem.readable:JsonFormat",
        summary="numbers, None, and lists and dicts of them and of strings, where they come back unchanged",
        types=("builtins.dict", "builtins.float", "builtins.int", "builtins.list", "builtins.NoneType"),
        extension=".json",
        partial=True,
    )


@hookimpl
def holdfast_observers() -> Iterator[ObserverPlugin]:
    """Provide the observers ``file`` and ``file_hash``."""
    yield ObserverPlugin(
        name="file",
        factory="holdfast_filesystem.observer:FileObserver",
        summary="the time of change and the size of the file in the metadata 'path'",
        conformance="holdfast_filesystem.conformance:file_observer",
    )
    yield ObserverPlugin(
        name="file_hash",
        factory="holdfast_filesystem.observer:FileHashObserver",
        summary="the contents of the file in the metadata 'path', whenever it was written",
        conformance="holdfast_filesystem.conformance:file_hash_observer",
    )
