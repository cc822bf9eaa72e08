"""The exit codes of the command, for scripts."""

from __future__ import annotations

import enum

__all__ = ["ExitCode"]


class ExitCode(enum.IntEnum):
    """How the command ended.

    Attributes:
        OK: everything that was asked for was done.
        FAILED: the run failed, or `holdfast plugins doctor` found something to mend.
        WRONG: the arguments, the definitions or the settings are wrong, or a store cannot do what was asked;
            a message says what to do about it.
        INTERRUPTED: Ctrl-C; a run that was in progress is recorded as canceled.
        CLOSED: whoever read standard output has gone, such as `head` in a pipe.
    """

    OK = 0
    FAILED = 1
    WRONG = 2
    INTERRUPTED = 130
    CLOSED = 141
