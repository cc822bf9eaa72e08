"""Files on a local or mounted file system."""
# Small values are stored in tens of microseconds: pathlib would double the price of these calls.
# ruff: noqa: PTH100, PTH102, PTH103, PTH105, PTH108, PTH112, PTH116, PTH118, PTH120, PTH123, PTH208

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO, TypeVar

from holdfast_filesystem.files import Files

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

    A value is written to a temporary file beside it, ``<stem>~``, and renamed. The temporary file is locked
    while it is written, so what a killed process left behind is told from what another process is writing,
    and the next store of the value takes it over.

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
        """Let ``write`` fill a temporary file and rename it over the value; see `Files.replace`."""
        path = self._base + stem
        temporary, file = self._open_temporary(path)
        with file:  # closing it unlocks it
            try:
                written = write(file)
                size = file.seek(0, os.SEEK_END)  # flushes, too
                stale = _present(path, others)
                if not stale:
                    self._rename(file, temporary, path + extension)
                else:
                    # Two writers at once, each changing the format, would remove each other's file.
                    with _turn_in(os.path.dirname(path)):
                        _make_newer(file.fileno(), path, stale)
                        self._rename(file, temporary, path + extension)
                        for other in stale:
                            with suppress(OSError):  # what cannot be removed is older, so it does not count
                                os.unlink(path + other)
            except BaseException:
                with suppress(OSError):
                    os.unlink(temporary)
                raise
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

    def _open_temporary(self, path: str) -> tuple[str, IO[bytes]]:
        try:
            return _open_temporary(path)
        except FileNotFoundError:
            self._make_directory(os.path.dirname(path))
            return _open_temporary(path)

    def _rename(self, file: IO[bytes], temporary: str, path: str) -> None:
        if self._durable:
            os.fsync(file.fileno())
        if fcntl is None:
            file.close()
        os.replace(temporary, path)
        if self._durable:
            _sync_directory(os.path.dirname(path))

    def _make_directory(self, directory: str) -> None:
        if not self._durable:
            os.makedirs(directory, exist_ok=True)
        elif not os.path.isdir(directory):
            self._make_directory(os.path.dirname(directory))
            with suppress(FileExistsError):
                os.mkdir(directory)
            _sync_directory(os.path.dirname(directory))


def _open_temporary(path: str) -> tuple[str, IO[bytes]]:
    """Open a file beside ``path`` that no other writer has."""
    temporary = f"{path}~"
    file = None
    if fcntl is not None:
        try:
            file = _create_locked(temporary)
        except FileExistsError:
            with suppress(OSError):
                _remove_abandoned(temporary)
                file = _create_locked(temporary)
    if file is None:  # someone else is writing this value, or locks do not work here: take a name of our own
        temporary = f"{path}~{os.urandom(8).hex()}"
        file = open(temporary, "xb", _SMALL)  # noqa: SIM115 - it is returned
    return temporary, file


def _create_locked(temporary: str) -> IO[bytes] | None:
    # The size of the buffer is said because open() would ask the system for one.
    file = open(temporary, "xb", _SMALL)  # noqa: SIM115 - it is returned
    try:
        descriptor = file.fileno()
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_nlink:
            return file
    except OSError:
        pass
    # Before we had locked it someone took it for abandoned.
    file.close()
    return None


def _remove_abandoned(temporary: str) -> None:
    descriptor = os.open(temporary, os.O_WRONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises while its writer is alive
        # Between our opening and locking it, its writer may have made it the value: then it is not ours.
        if os.path.samestat(os.fstat(descriptor), os.stat(temporary)):
            os.unlink(temporary)
    finally:
        os.close(descriptor)


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
