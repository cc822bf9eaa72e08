"""Files at any URL that fsspec knows."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import IO, Any, TypeVar

import fsspec

from holdfast.errors import SettingsError, StorageError
from holdfast_filesystem.files import Files

__all__ = ["RemoteFiles"]

_LOOKS = 3
_T = TypeVar("_T")


class RemoteFiles(Files):
    """Files under a URL. Values pass through memory, so that each is put whole and read whole.

    Object stores put a file atomically. File systems that can rename get a temporary file first, named as in
    `LocalFiles`; a killed process may leave one behind, which is never read. There are no locks: processes
    that give one value different types at the same moment may remove each other's file.

    Args:
        base: the URL.
        storage_options: arguments of the fsspec file system, such as ``endpoint_url``.

    Raises:
        SettingsError: fsspec does not know the protocol, lacks a package for it, or cannot connect.
    """

    def __init__(self, base: str, storage_options: Mapping[str, Any]) -> None:
        try:
            self._fs, root = fsspec.core.url_to_fs(base, **storage_options)
        except Exception as error:  # each file system has its own ways of refusing
            raise SettingsError("IO manager 'filesystem'", "base", f"{base!r}: {error}") from error
        self._base = root.rstrip("/") + "/"
        # A move that fsspec makes of a copy and a removal is no rename: such a store puts whole objects, and
        # has no directories; what one would make there is a bucket, for every slip in the base.
        self._renames = type(self._fs).mv is not fsspec.AbstractFileSystem.mv

    def replace(
        self, stem: str, extension: str, others: Sequence[str], write: Callable[[IO[bytes]], _T]
    ) -> tuple[_T, int]:
        """Let ``write`` fill memory and put it in one go; see `Files.replace`."""
        with io.BytesIO() as file:
            written = write(file)
            data = file.getvalue()
        stale = self._existing(stem, others)
        path = self._base + stem
        if self._renames:
            self._put_renamed(path, extension, data)
        else:
            self._fs.pipe_file(path + extension, data)
        for other in stale:
            with suppress(FileNotFoundError):
                self._fs.rm_file(path + other)
        return written, len(data)

    def open_newest(self, stem: str, extensions: Sequence[str]) -> tuple[str, IO[bytes]] | None:
        """Read the file that was written last; see `Files.open_newest`."""
        found: list[str] = []
        for _ in range(_LOOKS):  # a writer that changes the extension may hide the value from one look
            found = self._existing(stem, extensions)
            newest = self._newest(stem, found)
            if newest is not None:
                with suppress(FileNotFoundError):
                    return newest, io.BytesIO(self._fs.cat_file(self._base + stem + newest))
        if len(found) > 1:
            raise StorageError(
                f"It is stored as {' and '.join(found)}, and the store does not tell which is newer. "
                "Remove the old one, or materialize it again."
            )
        return None

    def extensions(self, stem: str) -> list[str]:
        """Return every extension that ``stem`` is stored with."""
        directory, _, name = (self._base + stem).rpartition("/")
        self._fs.invalidate_cache(directory)
        with suppress(FileNotFoundError):
            names = (str(entry).rpartition("/")[2] for entry in self._fs.ls(directory, detail=False))
            return sorted(entry[len(name) :] for entry in names if entry.startswith(f"{name}."))
        return []

    def location(self, name: str) -> str:
        """Return the URL of a file."""
        return str(self._fs.unstrip_protocol(self._base + name))

    def _put_renamed(self, path: str, extension: str, data: bytes) -> None:
        directory, _, name = path.rpartition("/")
        self._fs.makedirs(directory, exist_ok=True)
        temporary = f"{directory}/_{name}~{os.urandom(8).hex()}"
        try:
            self._fs.pipe_file(temporary, data)
            self._fs.mv(temporary, path + extension)
        except BaseException:
            with suppress(Exception):  # what went wrong first is what matters
                self._fs.rm_file(temporary)
            raise

    def _existing(self, stem: str, extensions: Sequence[str]) -> list[str]:
        path = self._base + stem
        self._fs.invalidate_cache(path.rpartition("/")[0])  # others write here too
        found = []
        for extension in extensions:
            with suppress(FileNotFoundError):
                self._fs.info(path + extension)
                found.append(extension)
        return found

    def _newest(self, stem: str, found: Sequence[str]) -> str | None:
        if len(found) < 2:
            return found[0] if found else None
        with suppress(FileNotFoundError, NotImplementedError):
            times = {extension: self._fs.modified(self._base + stem + extension) for extension in found}
            latest = [extension for extension in found if times[extension] == max(times.values())]
            return latest[0] if len(latest) == 1 else None
        return None
