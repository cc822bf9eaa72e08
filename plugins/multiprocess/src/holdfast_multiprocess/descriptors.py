"""Ends of pipes that belong to one process alone."""

from __future__ import annotations

import functools
import os
import weakref
from multiprocessing.connection import Connection
from socket import socket

__all__ = ["keep_private"]

_ends: weakref.WeakSet[socket | Connection] = weakref.WeakSet()


def keep_private(end: socket | Connection) -> None:
    """Keep ``end`` out of every process that is forked from this one, and of every program started.

    The process at the other end learns that this one is gone by the end of the stream. It comes only when
    no process holds a copy, so neither siblings nor children of user code may have one.
    """
    _hook()
    os.set_inheritable(end.fileno(), False)
    _ends.add(end)


@functools.cache
def _hook() -> None:
    os.register_at_fork(after_in_child=_close)


def _close() -> None:
    for end in list(_ends):
        end.close()
    _ends.clear()
