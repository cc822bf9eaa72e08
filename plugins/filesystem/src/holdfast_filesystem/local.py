"""Files on a local or mounted file system."""
# Small values are stored in tens of microseconds: pathlib would double the price of these calls.
# ruff: noqa: PTH100, PTH102, PTH103, PTH108, PTH112, PTH116, PTH118, PTH120, PTH123, PTH208

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO, TypeVar, cast

from holdfast_filesystem.files import Files
from holdfast_filesystem.temporary import TemporaryFile, link_new

try:
    import fcntl
except ImportError:  # Windows has no flock, and replaces no file that is open
    fcntl = None  # type: ignore[assignment]

__all__ = ["LocalFiles"]

_LOOKS = 10
_SMALL = 64 * 1024  # bytes
_LATER_NS = 2_000_000_000  # the coarsest clock of a file system in use, that of FAT
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_T = TypeVar("_T")


class LocalFiles(Files):
    """Files under a directory, made when they are needed.

    A value is written to a `TemporaryFile`, which is renamed; a small one that is new is made by `link_new`.

    Args:
        base: the directory.
        durable: wait until values and their names are on the disk, so that they survive a power cut too.
    """

    def __init__(self, base: str | os.PathLike[str], *, durable: bool = False) -> None:
        self._base = os.path.join(os.path.abspath(base), "")
        self._durable = durable

    def replace(
        self, stem: str, extension: str, others: Sequence[str], write: Callable[[IO[bytes]], _T]
    ) -> tuple[_T, int]:
        """Let ``write`` fill a temporary file that takes the value's place; see `Files.replace`."""
        path = self._base + stem
        with TemporaryFile(path, self._make_directory) as file:
            written = write(cast("IO[bytes]", file))
            stale = _present(path, others)
            data = None if self._durable or stale else file.in_memory()
            if data is not None and link_new(path + extension, data, self._make_directory):
                return written, len(data)
            size = file.finish()
            if not stale:
                self._rename(file, path + extension)
            else:
                # Two writers at once, each changing the format, would remove each other's file.
                with _turn_in(os.path.dirname(path)):
                    _make_newer(file.fileno(), path, stale)
                    self._rename(file, path + extension)
                    for other in stale:
                        with suppress(OSError):  # what cannot be removed is older, so it does not count
                            os.unlink(path + other)
        return written, size

    def open_newest(self, stem: str, extensions: Sequence[str]) -> tuple[str, IO[bytes]] | None:
        """Open the file that was written last; see `Files.open_newest`."""
        path = self._base + stem
        for _ in range(_LOOKS):  # a writer that changes the extension may hide the value from one look
            found = _present(path, extensions[:-1])
            # Opening tells whether the last one is there, unless it is to be compared with another.
            found += _present(path, extensions[-1:]) if found else extensions[-1:]
            try:
                if len(found) > 1:
                    found.sort(key=lambda extension: os.stat(path + extension).st_mtime_ns)
                if found:
                    return found[-1], _opened(path + found[-1])
            except FileNotFoundError:
                continue
        return None

    def extensions(self, stem: str) -> list[str]:
        """Return every extension that ``stem`` is stored with."""
        directory, name = os.path.split(self._base + stem)
        with suppress(FileNotFoundError):
            return sorted(
                entry[len(name) :] for entry in os.listdir(directory) if entry.startswith(f"{name}.")
            )
        return []

    def location(self, name: str) -> str:
        """Return the path of a file."""
        return self._base + name

    def _rename(self, file: TemporaryFile, path: str) -> None:
        if self._durable:
            os.fsync(file.fileno())
        file.rename(path)
        if self._durable:
            _sync_directory(os.path.dirname(path))

    def _make_directory(self, directory: str) -> None:
        if not self._durable:
            try:
                os.mkdir(directory)  # mostly this will do, in half the time
            except OSError:
                os.makedirs(directory, exist_ok=True)
        elif not os.path.isdir(directory):
            self._make_directory(os.path.dirname(directory))
            with suppress(FileExistsError):
                os.mkdir(directory)
            _sync_directory(os.path.dirname(directory))


def _opened(path: str) -> IO[bytes]:
    """Open a file to read; a small one is read at once, which takes half the time of a file object."""
    descriptor = os.open(path, _READ)
    try:
        data = os.read(descriptor, _SMALL)
        if not os.read(descriptor, 1):
            return io.BytesIO(data)
    finally:
        os.close(descriptor)
    return open(path, "rb")


def _present(path: str, extensions: Sequence[str]) -> list[str]:
    # Mostly the answer is no, which access says in half the time that stat takes to raise.
    return [extension for extension in extensions if os.access(path + extension, os.F_OK)]


@contextmanager
def _turn_in(directory: str) -> Iterator[None]:
    if fcntl is None:
        yield
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems lock no directories
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _make_newer(descriptor: int, path: str, stale: Sequence[str]) -> None:
    """See to it that the new file counts even if we are killed before the stale ones are removed."""
    times = [0]
    for extension in stale:
        with suppress(FileNotFoundError):
            times.append(os.stat(path + extension).st_mtime_ns)
    if os.fstat(descriptor).st_mtime_ns <= max(times):  # the clock is coarse, or went back
        later = max(times) + _LATER_NS
        os.utime(descriptor, ns=(later, later))


def _sync_directory(directory: str) -> None:
    if fcntl is None:  # Windows opens no directories
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
