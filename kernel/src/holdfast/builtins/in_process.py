"""The kernel's executor: steps run in the process that submits them, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

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
        try:
            return _Finished(fn(*args, **kwargs))
        except Exception as error:
            future: Future[_T] = Future()
            future.set_exception(error)
            return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks; none is ever left to wait for or to cancel."""
        self._open = False


class _Finished(Future[_T]):
    """A future that has its result already; what waiting needs is made when something waits.

    Locks and lists of waiters are most of what a future costs, and nothing here ever waits.
    """

    def __init__(self, result: _T) -> None:
        self._value = result
        self._complete = False

    def __getattr__(self, name: str) -> Any:
        if self.__dict__.get("_complete", True):
            raise AttributeError(name)
        self._complete = True
        super().__init__()
        super().set_result(self._value)
        return getattr(self, name)

    def result(self, timeout: float | None = None) -> _T:
        """Return the result, at once."""
        return self._value

    def add_done_callback(self, fn: Callable[[Future[_T]], object]) -> None:
        """Call ``fn``, at once."""
        fn(self)
