"""The kernel's executor: steps run in the process that submits them, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:  # a run in memory needs none of the records of plugins
    from holdfast.provisions import PluginContext

__all__ = ["InProcessExecutor"]

_P = ParamSpec("_P")
_T = TypeVar("_T")


class InProcessExecutor(Executor):
    """Runs what is submitted at once, in the caller's thread, and returns a future that is done.

    What a task raises becomes the future's; `KeyboardInterrupt` and the like go through to the caller.

    Args:
        context: taken so that the class is its own plugin factory; nothing here depends on it.
    """

    max_workers = 1

    def __init__(self, context: PluginContext | None = None) -> None:
        self._open = True

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """Run ``fn`` now and return its finished future.

        Raises:
            RuntimeError: the executor has been shut down.
        """
        if not self._open:
            raise RuntimeError("This executor has been shut down and takes no more tasks.")
        future: Future[_T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks; none is ever left to wait for or to cancel."""
        self._open = False
