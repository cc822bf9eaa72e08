"""What the tests run on workers: importable there by name."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from holdfast import ResourceDefinition
from holdfast.execution.resources import ResourcePool
from holdfast.execution.session import Session


def echo(value: Any) -> Any:
    return value


def hold(ready: Path, release: Path) -> int:
    """Say through a FIFO that this task runs, and in which process; return once the other FIFO is written."""
    ready.write_text(str(os.getpid()))
    release.read_text()
    return os.getpid()


def meet(fifo: Path, first: bool) -> int:
    """Open one end of a FIFO, which takes until the other end is opened too."""
    with fifo.open("r" if first else "w"):
        return os.getpid()


def note_and_die(log: Path, signal: int) -> None:
    """Write a line, and end this process by a signal."""
    with log.open("a") as file:
        file.write("begun\n")
    os.kill(os.getpid(), signal)


def family() -> tuple[int, int]:
    """Return the ids of this process and of the process that started it."""
    return os.getpid(), os.getppid()


def threads_named_like_this() -> int:
    """Return how many threads of this process run tasks."""
    mine = threading.current_thread().name.rpartition("-")[0]
    return sum(thread.name.startswith(mine) for thread in threading.enumerate())


def session(log: Path, run_id: str) -> Session:
    """Return a run's part in this process, whose one resource tells the log of its life."""

    def tape() -> Iterator[str]:
        with log.open("a") as file:
            file.write(f"{run_id} up in {threading.get_ident()}\n")
        yield "tape"
        with log.open("a") as file:
            file.write(f"{run_id} down in {threading.get_ident()}\n")

    resources = ResourcePool({"tape": ResourceDefinition(tape)})
    resources.get("tape", "a test")
    return Session(run_id, "job", {}.__getitem__, resources, log=logging.getLogger("run"))


class Unreadable:
    """Pickles, and never unpickles."""

    def __reduce__(self) -> tuple[Any, ...]:
        return int, ("not a number",)


class ParcelError(Exception):
    """An exception of a user's, with more than one argument."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(code, text)
        self.code, self.text = code, text


def fail(kind: str, *args: Any) -> None:
    raise {"parcel": ParcelError, "exit": SystemExit}[kind](*args)


def lock() -> Any:
    return threading.Lock()
