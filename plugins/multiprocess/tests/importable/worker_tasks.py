"""What the tests run in worker processes: importable there by name."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from holdfast import ResourceDefinition
from holdfast.execution.resources import ResourcePool
from holdfast.execution.step import Session

STATE = "as imported"


def hold(ready: Path, release: Path) -> int:
    """Say through a FIFO that this task runs, and in which process; return once the other FIFO is written."""
    ready.write_text(str(os.getpid()))
    release.read_text()
    return os.getpid()


def meet(fifo: Path, first: bool) -> bool:
    """Open one end of a FIFO, which takes until the other end is opened too."""
    with fifo.open("r" if first else "w"):
        return True


def end(code: int) -> None:
    os._exit(code)


def die_beside_a_child(signal: int, release: Path) -> None:
    """Leave a forked child behind, which waits for the FIFO, and die."""
    if os.fork() == 0:
        release.read_text()
        os._exit(0)
    os.kill(os.getpid(), signal)


def die_beside_a_program(signal: int, release: Path) -> None:
    """Leave a program behind that inherits every inheritable descriptor, and die."""
    os.posix_spawn("/bin/cat", ["cat", str(release)], os.environ)
    os.kill(os.getpid(), signal)


def family() -> tuple[int, int]:
    """Return the ids of this process and of the process that started it."""
    return os.getpid(), os.getppid()


def state() -> str:
    return STATE


def surroundings() -> tuple[str, list[str]]:
    return str(Path.cwd()), sys.path


def echo(value: Any) -> Any:
    return value


def threads() -> int:
    return threading.active_count()


def lock() -> Any:
    return threading.Lock()


def say(text: str) -> None:
    print(text)


def burn(seconds: float) -> int:
    """Use so many seconds of CPU; return this process's id."""
    begin = time.process_time()
    while time.process_time() - begin < seconds:
        pass
    return os.getpid()


def session(log: Path, problem: str = "") -> Session:
    """Return a run's part in this process, with a resource set up that tells the log when it is torn down.

    What the run logs is written there, too.
    """

    def tape() -> Iterator[str]:
        yield "tape"
        log.write_text("torn down")
        if problem:
            raise ValueError(problem)

    resources = ResourcePool({"tape": ResourceDefinition(tape)})
    resources.get("tape", "a test")
    logger = logging.Logger("run")
    logger.addHandler(logging.FileHandler(log, delay=True))
    return Session("run", "job", {}.__getitem__, resources, log=logger)


class Unreadable:
    """Pickles, and never unpickles."""

    def __reduce__(self) -> tuple[Any, ...]:
        return int, ("not a number",)


def unreadable() -> Unreadable:
    return Unreadable()


class ParcelError(Exception):
    """An exception of a user's, with more than one argument."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(code, text)
        self.code, self.text = code, text


class AwkwardError(Exception):
    """An exception that pickles and does not unpickle, as classes with an ``__init__`` of their own do."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code}: {text}")


def fail(kind: str, *args: Any) -> None:
    raise {"parcel": ParcelError, "awkward": AwkwardError, "exit": SystemExit}[kind](*args)
