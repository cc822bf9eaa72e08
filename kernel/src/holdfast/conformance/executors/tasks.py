"""What the suite has executors run: functions that can be imported wherever tasks run."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

from holdfast.conformance.clauses import Violation

__all__ = [
    "ParcelError",
    "add",
    "appear",
    "block",
    "crowd",
    "die",
    "echo",
    "fail",
    "give_lock",
    "meet",
    "place",
    "quit_task",
    "sleep_and_tell",
    "thread",
    "wait_for",
]

_PATIENCE = 20.0  # seconds


class ParcelError(Exception):
    """An exception of a user's, with more than a message."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(code, text)
        self.code, self.text = code, text


def add(one: int, two: int, *, more: int = 0) -> int:
    """Return a sum."""
    return one + two + more


def echo(value: Any) -> Any:
    """Return a value."""
    return value


def fail(code: int, text: str) -> None:
    """Raise an error that carries data."""
    raise ParcelError(code, text)


def give_lock() -> Any:
    """Return what cannot be pickled."""
    return threading.Lock()


def place() -> int:
    """Return the id of this process."""
    return os.getpid()


def thread() -> int:
    """Return the id of this thread."""
    return threading.get_ident()


def quit_task() -> None:
    """Leave as ``sys.exit`` does."""
    raise SystemExit(3)


def die(mark: Path) -> None:
    """Note that this ran, and have the process killed."""
    with mark.open("a") as file:
        file.write("ran\n")
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    time.sleep(_PATIENCE)


def appear(mark: Path) -> int:
    """Note that this ran."""
    with mark.open("a") as file:
        file.write("ran\n")
    return os.getpid()


def wait_for(path: Path) -> None:
    """Return when a file is there.

    Raises:
        Violation: it takes too long.
    """
    end = time.monotonic() + _PATIENCE
    while not path.exists():
        if time.monotonic() > end:
            raise Violation(f"{path.name} did not appear within {_PATIENCE:g} seconds.")
        time.sleep(0.002)


def block(begun: Path, release: Path) -> int:
    """Note that this has begun, and return when the other file is there."""
    begun.touch()
    wait_for(release)
    return os.getpid()


def meet(directory: Path, number: int, count: int, patience: float = _PATIENCE) -> bool:
    """Return whether as many tasks as are to meet have begun while this one runs."""
    (directory / f"met{number}").touch()
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if len(list(directory.glob("met*"))) >= count:
            return True
        time.sleep(0.002)
    return False


def crowd(directory: Path, number: int) -> int:
    """Return how many tasks of this kind run while this one does."""
    mine = directory / f"here{number}"
    mine.touch()
    time.sleep(0.03)
    count = len(list(directory.glob("here*")))
    mine.unlink()
    return count


def sleep_and_tell(mark: Path) -> None:
    """Take a moment, then note that this has ended."""
    time.sleep(0.1)
    mark.touch()
