"""A file that is written beside a value, and then takes its place."""
# Small values are stored in tens of microseconds: pathlib would double the price of these calls.
# ruff: noqa: PTH105, PTH108, PTH116, PTH118, PTH120

from __future__ import annotations

import io
import os
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

try:
    import fcntl
except ImportError:  # Windows has no flock, and replaces no file that is open
    fcntl = None  # type: ignore[assignment]

__all__ = ["TemporaryFile", "link_new"]

_IN_MEMORY = 1024 * 1024  # bytes
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_CREATE_NAMELESS = os.O_WRONLY | getattr(os, "O_TMPFILE", 0)


class TemporaryFile:
    """A binary file open for writing. While it is small it is in memory: opening a file costs the most.

    On the disk it is beside the value, named ``_<name>~``, and locked until it is closed. So what a killed
    process left behind is told from what another process is writing, and the next one of this name removes
    it. Programs that read whole directories leave out names that begin with ``_``. As a context manager it
    leaves nothing behind unless it was renamed.

    Args:
        path: the path of the value, without an extension.
        make_directory: makes the directory it is to be in, when there is none.
    """

    __slots__ = ("_descriptor", "_file", "_make_directory", "_name", "_path")

    def __init__(self, path: str, make_directory: Callable[[str], None]) -> None:
        self._path = path
        self._make_directory = make_directory
        self._file: IO[bytes] = io.BytesIO()
        self._descriptor = -1
        self._name = ""

    def __enter__(self) -> TemporaryFile:
        return self

    def __exit__(self, *error: object) -> None:
        if self._name:
            with suppress(OSError):
                os.unlink(self._name)
        self._close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)  # whatever else a file can do

    def write(self, data: Any) -> int:
        """Write ``data`` and return its size in bytes."""
        if self._descriptor < 0 and self._file.tell() + memoryview(data).nbytes > _IN_MEMORY:
            self._leave_memory()
        return self._file.write(data)

    def fileno(self) -> int:
        """Return the file descriptor."""
        if self._descriptor < 0:
            self._leave_memory()
        return self._descriptor

    def finish(self) -> int:
        """Put all that was written on the file system, and return its size in bytes."""
        data = self.in_memory()
        if data is None:
            return self._file.seek(0, os.SEEK_END)  # flushes, too
        self._create()
        _write(self._descriptor, data)
        return len(data)

    def in_memory(self) -> bytes | None:
        """Return what was written, if it is still in memory."""
        return self._file.getvalue() if self._descriptor < 0 else None  # type: ignore[attr-defined]

    def rename(self, path: str) -> None:
        """Take the place of the file ``path``."""
        if fcntl is None:
            self._close()
        os.replace(self._name, path)
        self._name = ""

    def _leave_memory(self) -> None:
        memory = self._file
        self._create()
        self._file = open(self._descriptor, "wb", closefd=False)  # noqa: SIM115 - closed with this one
        self._file.write(memory.getvalue())  # type: ignore[attr-defined]
        self._file.seek(memory.tell())

    def _create(self) -> None:
        try:
            self._name, self._descriptor = _create_beside(self._path)
        except FileNotFoundError:
            self._make_directory(os.path.dirname(self._path))
            self._name, self._descriptor = _create_beside(self._path)

    def _close(self) -> None:
        try:
            self._file.close()
        finally:
            if self._descriptor >= 0:
                os.close(self._descriptor)  # unlocks it, too
                self._descriptor = -1


def link_new(path: str, data: bytes, make_directory: Callable[[str], None]) -> bool:
    """Create the file ``path`` with ``data`` in it, which gets its one and only name when it is whole.

    A process that is killed leaves nothing behind, so there is no need of a lock; and one name costs less
    than two.

    Args:
        path: the path of the file.
        data: what it is to hold.
        make_directory: makes the directory it is to be in, when there is none.

    Returns:
        Whether it was done; if not, the file exists, or the system has no files without a name.
    """
    if _CREATE_NAMELESS == os.O_WRONLY or os.access(path, os.F_OK):
        return False
    directory = path.rpartition("/")[0]
    try:
        try:
            descriptor = os.open(directory, _CREATE_NAMELESS, 0o666)
        except FileNotFoundError:
            make_directory(directory)
            descriptor = os.open(directory, _CREATE_NAMELESS, 0o666)
    except OSError:
        return False
    try:
        _write(descriptor, data)
        # With src_dir_fd the link is followed to the file, also where follow_symlinks alone is not heeded.
        os.link(f"/proc/self/fd/{descriptor}", path, src_dir_fd=descriptor, follow_symlinks=True)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def _write(descriptor: int, data: bytes) -> None:
    size = os.write(descriptor, data)
    while size < len(data):  # most likely the disk is full, as the next call will say
        size += os.write(descriptor, data[size:])


def _create_beside(path: str) -> tuple[str, int]:
    """Create a file that no other writer has; return its path and descriptor."""
    directory, base = os.path.split(path)
    name = os.path.join(directory, f"_{base}~")
    descriptor = None
    if fcntl is not None:
        try:
            descriptor = _create_locked(name)
        except FileExistsError:
            with suppress(OSError):
                _remove_abandoned(name)
                descriptor = _create_locked(name)
    if descriptor is None:  # someone else is writing this value, or locks do not work here: take another name
        name += os.urandom(8).hex()
        descriptor = os.open(name, _CREATE, 0o666)
    return name, descriptor


def _create_locked(name: str) -> int | None:
    descriptor = os.open(name, _CREATE, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_nlink:
            return descriptor
    except OSError:
        pass
    # Before we had locked it someone took it for abandoned.
    os.close(descriptor)
    return None


def _remove_abandoned(name: str) -> None:
    descriptor = os.open(name, os.O_WRONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises while its writer is alive
        # Between our opening and locking it, its writer may have made it the value: then it is not ours.
        if os.path.samestat(os.fstat(descriptor), os.stat(name)):
            os.unlink(name)
    finally:
        os.close(descriptor)
