"""Saboteurs of executors."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from holdfast.conformance.executors import tasks
from holdfast.conformance.suites import Saboteur

__all__: list[str] = []

_ELSEWHERE = frozenset({"processes"})
_WAITING = frozenset({"waiting"})


class FaultyExecutor(Saboteur, Executor):
    """An executor that hands everything on to another one."""

    def __getattr__(self, name: str) -> Any:
        if name in ("inner", "directory"):
            raise AttributeError(name)
        return getattr(self.inner, name)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a task run."""
        return self.inner.submit(fn, *args, **kwargs)  # type: ignore[no-any-return]

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks."""
        self.inner.shutdown(wait=wait, cancel_futures=cancel_futures)


def _failed(error: BaseException) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error)
    return future


class DropsNames(FaultyExecutor):
    """Arguments by name are dropped."""

    kills = "EX-01"

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a task run."""
        return super().submit(fn, *args)


class TellsInWords(FaultyExecutor):
    """What a task raises becomes a RuntimeError with its text."""

    kills = "EX-02"

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a task run."""
        told: Future[Any] = Future()

        def tell(done: Future[Any]) -> None:
            error = done.exception()
            if error is None:
                told.set_result(done.result())
            else:
                told.set_exception(RuntimeError(str(error)))

        super().submit(fn, *args, **kwargs).add_done_callback(tell)
        return told


class RaisesAtOnce(FaultyExecutor):
    """Submitting waits for the task, and raises what it raises."""

    kills = "EX-02"

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a task run."""
        future = super().submit(fn, *args, **kwargs)
        future.result()
        return future


class MixesResults(FaultyExecutor):
    """Results come in the order in which tasks end, as if they had been submitted so."""

    kills = "EX-03"

    def map(
        self, fn: Callable[..., Any], *iterables: Any, timeout: float | None = None, chunksize: int = 1
    ) -> Any:
        """Have many tasks run."""
        return reversed(list(super().map(fn, *iterables, timeout=timeout, chunksize=chunksize)))


class OneAfterTheOther(FaultyExecutor):
    """Tasks take turns, whatever `max_workers` says."""

    kills = "EX-04"
    needs = frozenset({"wide"})

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a task run."""
        if fn is tasks.meet:
            args = (*args, 0.5)  # it waits in vain
        future = super().submit(fn, *args, **kwargs)
        future.exception()
        return future


class RunsMore(FaultyExecutor):
    """`max_workers` is half of what runs at once."""

    kills = "EX-05"
    needs = frozenset({"wide", "counted"})

    @property
    def max_workers(self) -> int:
        """Say less than is so."""
        return int(self.inner.max_workers) // 2


class StopsAtFailures(FaultyExecutor):
    """After a task that failed, every other one fails."""

    kills = "EX-06"
    _error: BaseException | None = None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a task run."""
        if self._error is not None:
            return _failed(self._error)
        future = super().submit(fn, *args, **kwargs)
        self._error = future.exception()
        return future


class RunsHere(FaultyExecutor):
    """Tasks run in this process, and the record says that they do not."""

    kills = "EX-07"
    needs = _ELSEWHERE

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a task run."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class RunsThere(FaultyExecutor):
    """Tasks run in other processes, and the record says that they run in this one."""

    kills = "EX-07"
    needs = conceals = _ELSEWHERE


class _Handle:
    """What some libraries give instead of a future."""

    def __init__(self, future: Future[Any]) -> None:
        self._future = future

    def result(self, timeout: float | None = None) -> Any:
        return self._future.result(timeout)


class GivesHandles(FaultyExecutor):
    """What submit returns has a result, and is no future."""

    kills = "EX-08"

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Have a task run."""
        return _Handle(super().submit(fn, *args, **kwargs))


class CutsLargeValues(FaultyExecutor):
    """An argument of more than sixteen megabytes is cut off."""

    kills = "EX-09"

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a task run."""
        cut = [arg[: 2**24] if isinstance(arg, bytes) else arg for arg in args]
        return super().submit(fn, *cut, **kwargs)


class BreaksOnLocks(FaultyExecutor):
    """A task that cannot be pickled leaves the executor unusable."""

    kills = "EX-10"
    needs = _ELSEWHERE
    _broken = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a task run."""
        try:
            pickle.dumps(args)
        except Exception:
            self._broken = True
        return _failed(RuntimeError("broken")) if self._broken else super().submit(fn, *args, **kwargs)


class CopiesArguments(FaultyExecutor):
    """Tasks in this process get copies of their arguments."""

    kills = "EX-10"
    unless = _ELSEWHERE

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a task run."""
        try:
            args = copy.deepcopy(args)
        except TypeError as error:
            return _failed(error)
        return super().submit(fn, *args, **kwargs)


class BreaksAsOne(FaultyExecutor):
    """The death of a worker breaks the executor, as it does the standard library's process pool."""

    kills = "EX-11"
    needs = _ELSEWHERE
    _broken = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a task run."""
        if self._broken:
            return _failed(RuntimeError("A process in the pool was terminated abruptly."))
        self._broken = fn is tasks.die
        return super().submit(fn, *args, **kwargs)


class StopsAtExit(FaultyExecutor):
    """A task that leaves as sys.exit does ends the executor."""

    kills = "EX-11"
    unless = _ELSEWHERE

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a task run."""
        if fn is tasks.quit_task:
            self.inner.shutdown()
            return _failed(SystemExit(3))
        return super().submit(fn, *args, **kwargs)


class TriesAgain(FaultyExecutor):
    """A task whose worker died is run a second time."""

    kills = "EX-12"
    needs = _ELSEWHERE

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a task run."""
        future = super().submit(fn, *args, **kwargs)
        if fn is tasks.die and future.exception() is not None:
            return super().submit(fn, *args, **kwargs)
        return future


class RunsTwice(FaultyExecutor):
    """Every task is run twice, and the first result counts."""

    kills = "EX-12"

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a task run."""
        first = super().submit(fn, *args, **kwargs)
        first.exception()
        super().submit(fn, *args, **kwargs).exception()
        return first


class CancelsInName(FaultyExecutor):
    """A task that was cancelled is run all the same."""

    kills = "EX-13"
    needs = _WAITING

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a task run."""
        shown: Future[Any] = Future()

        def tell(done: Future[Any]) -> None:
            if not shown.cancelled():
                error = done.exception()
                shown.set_result(done.result()) if error is None else shown.set_exception(error)

        super().submit(fn, *args, **kwargs).add_done_callback(tell)
        return shown


class LosesWhatIsDone(FaultyExecutor):
    """A task that has ended counts as cancelled when that is asked for."""

    kills = "EX-13"
    unless = _WAITING

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a task run."""
        future = super().submit(fn, *args, **kwargs)
        future.cancel = lambda: True  # type: ignore[method-assign]
        return future


class NeverCloses(FaultyExecutor):
    """Tasks are taken after the shutdown."""

    kills = "EX-14"

    def __init__(self, inner: Any, directory: Path) -> None:
        super().__init__(inner, directory)
        self._late = ThreadPoolExecutor(1)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a task run."""
        try:
            return super().submit(fn, *args, **kwargs)
        except RuntimeError:
            return self._late.submit(fn, *args, **kwargs)


class LeavesEarly(FaultyExecutor):
    """The shutdown does not wait for what was submitted."""

    kills = "EX-14"
    needs = _WAITING

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks."""
        super().shutdown(wait=False, cancel_futures=cancel_futures)


class GivesUpOnTheThird(FaultyExecutor):
    """The third task is taken for failed, whatever it would have returned."""

    kills = "EX-15"

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a task run."""
        count = self.__dict__.setdefault("_count", [])
        count.append(fn)
        if len(count) == 3:
            return _failed(TimeoutError("This took too long."))
        return super().submit(fn, *args, **kwargs)
