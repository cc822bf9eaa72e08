"""What the IO manager asks of a place that holds files."""

from __future__ import annotations

import abc
from collections.abc import Callable, Sequence
from typing import IO, TypeVar

__all__ = ["Files"]

_T = TypeVar("_T")


class Files(abc.ABC):
    """Files under a base, each named by a stem and an extension.

    A stem is made of encoded parts joined with ``/``, so it holds no dot and cannot leave the base. An
    extension starts with a dot. One stem is one value: of several files with its name the newest counts.
    """

    @abc.abstractmethod
    def replace(
        self, stem: str, extension: str, others: Sequence[str], write: Callable[[IO[bytes]], _T]
    ) -> tuple[_T, int]:
        """Let ``write`` fill a file and make it the value of ``stem``.

        A reader sees the old value or the new one at any moment, also if this process is killed. When
        ``write`` raises, nothing has changed and nothing is left behind.

        Args:
            stem: names the value.
            extension: the extension it is stored with.
            others: extensions the value may have been stored with before; those files are removed.
            write: writes the value to the file it is given.

        Returns:
            What ``write`` returned, and the size of the file in bytes.

        Raises:
            OSError: the file cannot be written.
        """

    @abc.abstractmethod
    def open_newest(self, stem: str, extensions: Sequence[str]) -> tuple[str, IO[bytes]] | None:
        """Open the value of ``stem`` for reading, and return its extension too; ``None`` if there is none.

        The file is whole and stays as it is, whatever writers do meanwhile.

        Args:
            stem: names the value.
            extensions: the extensions to look for.

        Raises:
            OSError: it cannot be read.
        """

    @abc.abstractmethod
    def extensions(self, stem: str) -> list[str]:
        """Return every extension that ``stem`` is stored with, sorted. Slow: it lists a directory."""

    @abc.abstractmethod
    def location(self, name: str) -> str:
        """Return the path or URL of a file, for people."""
