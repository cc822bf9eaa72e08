"""What this process and its workers print meanwhile, so that a display on the same terminal is not torn."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from typing import TextIO

__all__ = ["Capture"]

_READ = 1 << 20


class Capture:
    """Takes what is written to the terminal through standard output and error, until it is closed.

    It goes to a temporary file, which never blocks a writer as a full pipe would, needs no thread, and is
    inherited by worker processes however they start.

    Args:
        terminal: the stream of the display.

    Attributes:
        terminal: a file that still writes to the terminal.
    """

    def __init__(self, terminal: TextIO) -> None:
        self._flush()
        self.terminal = os.fdopen(
            os.dup(terminal.fileno()), "w", encoding=terminal.encoding, errors="replace"
        )
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - `close` closes it
        self._kept = {number: os.dup(number) for number in (1, 2) if os.isatty(number)}
        for number in self._kept:
            os.dup2(self._file.fileno(), number)
        self._read = 0
        self._rest = b""

    def lines(self) -> Iterator[str]:
        """Yield the lines that were written since the last call."""
        while data := os.pread(self._file.fileno(), _READ, self._read):
            self._read += len(data)
            *lines, self._rest = (self._rest + data).split(b"\n")
            yield from map(_shown, lines)

    def close(self) -> list[str]:
        """Let output go to the terminal again; return the lines that were not read yet."""
        self._flush()
        for number, kept in self._kept.items():
            os.dup2(kept, number)
            os.close(kept)
        lines = list(self.lines())
        if self._rest:
            lines.append(_shown(self._rest))
        self._file.close()
        return lines

    def _flush(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()


def _shown(line: bytes) -> str:
    # Of a line that was written over, such as a progress bar's, a terminal shows what was written last.
    return line.decode("utf-8", "replace").rstrip("\r").rpartition("\r")[2]
