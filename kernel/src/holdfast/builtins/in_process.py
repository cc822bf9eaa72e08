"""The kernel's executor: steps run in the process that submits them, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import ParamSpec, TypeVar

__all__ = ["InProcessExecutor"]

P = ParamSpec("P")
T = TypeVar("T")


class InProcessExecutor(Executor):
    """Runs what is submitted at once, in the caller's thread, and returns a future that is done.

    What a task raises becomes the future's; `KeyboardInterrupt` and the like go through to the caller.
    """

    max_workers = 1

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run ``fn`` now and return its finished future."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future
