"""The exit codes of the command, for scripts."""

from __future__ import annotations

import enum

__all__ = ["ExitCode"]


class ExitCode(enum.IntEnum):
    """How the command ended."""

    OK = 0
    """Everything that was asked for was done."""
    FAILED = 1
    """The run failed, or ``plugins doctor`` found something to mend."""
    WRONG = 2
    """The command, the definitions or the settings are wrong; the message on standard error says where."""
    INTERRUPTED = 130
    """Ctrl-C; a run that was in progress is recorded as canceled."""
    CLOSED = 141
    """Whoever read standard output has gone, as with ``| head``."""
