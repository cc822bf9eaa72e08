"""The life of a worker process."""

from __future__ import annotations

import contextlib
import importlib
import sys
from multiprocessing.connection import Connection

from holdfast.execution.messages import perform
from holdfast_multiprocess.descriptors import keep_private

__all__ = ["preload", "work"]

_SESSIONS = "holdfast.execution.worker"


def preload() -> None:
    """Import what every step needs, so that workers forked from here have it."""
    with contextlib.suppress(Exception):  # what is wrong with it shows in the task that needs it
        importlib.import_module(_SESSIONS)


def work(connection: Connection) -> None:
    """Run tasks until the pool closes its end or is gone, then tear down what they set up."""
    keep_private(connection)
    preload()
    with contextlib.suppress(EOFError, OSError):  # the other end is closed; a task's own errors are replies
        connection.send_bytes(b"ready")
        while True:
            connection.send_bytes(perform(connection.recv_bytes()))
    if _SESSIONS in sys.modules:
        sys.modules[_SESSIONS].close_sessions()
