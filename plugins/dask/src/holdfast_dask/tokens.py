"""Tokens, of which the scheduler gives one for each task: who has it may run the task, or cancel it.

A token is the name of a published dataset. Publishing under a name that is taken is refused, and the
scheduler answers one request after the other: so of two who claim a token, one gets it. What is published
says who.

Tokens are removed once their tasks are done. A worker that was given a task again, and is late, might then
claim the token once more. So a mark is raised first, and workers look at it after they have claimed a token:
below the mark, or when the mark is gone, everything is done.
"""

from __future__ import annotations

import contextlib
import threading
import uuid
from typing import Any

__all__ = ["Tokens", "begin", "claim", "token_name"]

_TOGETHER = 100
"""How many tokens are removed at once; raising the mark takes a request."""


class Tokens:
    """The tokens of an executor's tasks, which are numbered.

    Args:
        client: a client of the cluster.
    """

    def __init__(self, client: Any) -> None:
        self.name = f"holdfast-{uuid.uuid4().hex}"
        """The name of the mark, with which those of all tokens begin."""
        self._client = client
        self._lock = threading.Lock()
        self._next = self._mark = 0
        self._done: set[int] = set()
        client.publish_dataset(0, name=self.name)

    def number(self) -> int:
        """Return the number of a new task."""
        with self._lock:
            self._next += 1
            return self._next - 1

    def done(self, number: int) -> None:
        """Note that a task has ended or was cancelled, and remove tokens that are not needed any more."""
        with self._lock:
            self._done.add(number)
            mark = self._mark
            while mark in self._done:
                mark += 1
            if mark - self._mark < _TOGETHER:
                return
            removed, self._mark = range(self._mark, mark), mark
            self._done.difference_update(removed)
            self._client.publish_dataset(mark, name=self.name, override=True)
        self._remove(removed)

    def close(self) -> None:
        """Remove the mark and all tokens; nothing is run from now on."""
        self._client.unpublish_dataset(self.name)
        self._remove(range(self._mark, self._next))

    def _remove(self, numbers: range) -> None:
        for number in numbers:
            with contextlib.suppress(KeyError):  # nobody has begun the task, as when it was lost too often
                self._client.unpublish_dataset(token_name(self.name, number))


def token_name(tokens: str, number: int) -> str:
    """Return the name of a token.

    Args:
        tokens: the name of the executor's.
        number: the task's.
    """
    return f"{tokens}-{number}"


def claim(client: Any, tokens: str, number: int, who: object) -> bool:
    """Take a task's token; return whether it was to be had.

    Args:
        client: a client of the cluster.
        tokens: the name of the executor's.
        number: the task's.
        who: is kept with it, for others to see who has it.
    """
    try:
        client.publish_dataset(who, name=token_name(tokens, number))
    except KeyError:
        return False
    return True


def begin(client: Any, tokens: str, number: int, who: object) -> bool:
    """Take a task's token to run it; return whether it may be run. Arguments as `claim`."""
    if not claim(client, tokens, number, who):
        return False
    with contextlib.suppress(KeyError):
        if number >= client.get_dataset(tokens):
            return True
    client.unpublish_dataset(token_name(tokens, number))
    return False
