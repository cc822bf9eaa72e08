"""An executor at work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as FuturesTimeoutError  # not the built-in one before 3.11
from pathlib import Path
from typing import Any

from holdfast.conformance.clauses import Violation, require
from holdfast.conformance.executors import tasks
from holdfast.conformance.suites import Bench

__all__ = ["ExecutorBench"]

_PATIENCE = 60.0  # seconds


class ExecutorBench(Bench):
    """An executor, and a directory where its tasks leave files."""

    def __init__(
        self, trial: Any, make: Callable[[Path], Any], claims: frozenset[str], directory: Path
    ) -> None:
        super().__init__(trial, make, claims, directory)
        self.pool: Executor = self.open()
        self.marks = directory.parent / "marks"
        self.marks.mkdir()
        self._releases: list[Path] = []

    @property
    def elsewhere(self) -> bool:
        """Whether tasks run in other processes."""
        return "processes" in self.claims

    @property
    def width(self) -> int:
        """How many tasks run at once; two where the executor does not say."""
        return int(getattr(self.pool, "max_workers", 2))

    @property
    def features(self) -> frozenset[str]:
        """What is claimed, ``wide`` where several tasks run at once, ``waiting`` where a task can wait."""
        more = {"wide"} if self.width > 1 else set()
        more |= set() if self.immediate() else {"waiting"}
        more |= {"counted"} if hasattr(self.pool, "max_workers") else set()
        return self.claims | more

    def immediate(self) -> bool:
        """Return whether a task runs in the thread that submits it, so that none ever waits."""
        return not self.elsewhere and self.result(self.pool.submit(tasks.thread)) == threading.get_ident()

    def result(self, future: Future[Any]) -> Any:
        """Return the result of a future that is to be done before long.

        Raises:
            Violation: it is not.
        """
        try:
            return future.result(_PATIENCE)
        except FuturesTimeoutError as error:
            raise Violation(f"A task has not ended after {_PATIENCE:g} seconds.") from error

    def error(self, future: Future[Any]) -> BaseException:
        """Return what a future fails with, that is to fail.

        Raises:
            Violation: it does not.
        """
        try:
            error = future.exception(_PATIENCE)
        except FuturesTimeoutError as late:
            raise Violation(f"A task has not ended after {_PATIENCE:g} seconds.") from late
        require(error is not None, f"A task that fails gave {error or future.result()!r}.")
        assert error is not None
        return error

    def blocked(self, count: int) -> tuple[list[Future[Any]], Path]:
        """Return tasks that run until a file is there, once all have begun, and that file."""
        release = self.marks / f"release{len(self._releases)}"
        self._releases.append(release)
        begun = [self.marks / f"begun{len(self._releases)}-{number}" for number in range(count)]
        futures = [self.pool.submit(tasks.block, mark, release) for mark in begun]
        for mark in begun:
            tasks.wait_for(mark)
        return futures, release

    def expect_use(self) -> None:
        """Raise unless tasks are run as ever."""
        found = [self.result(self.pool.submit(tasks.add, number, 1)) for number in range(2 * self.width)]
        require(found == list(range(1, 2 * self.width + 1)), f"Afterwards, tasks gave {found}.")

    def close(self) -> None:
        """Let every task end, and shut the executor down."""
        for release in self._releases:
            release.touch()
        self.pool.shutdown()
