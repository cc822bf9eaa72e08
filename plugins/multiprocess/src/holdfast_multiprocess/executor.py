"""The executor: a `concurrent.futures.Executor` over worker processes that outlives any of them."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, TypeVar

from holdfast.errors import SettingsError, UnmetExecutorRequirementsError, did_you_mean
from holdfast.provisions import PluginContext
from holdfast_multiprocess.fork_server import METHODS
from holdfast_multiprocess.pool import WorkerPool

__all__ = ["MultiprocessExecutor", "multiprocess_executor"]

_T = TypeVar("_T")


def multiprocess_executor(
    context: PluginContext, *, max_workers: int | None = None, start_method: str | None = None
) -> MultiprocessExecutor:
    """Return the executor that the settings describe.

    Args:
        context: where the repository is; not used.
        max_workers: how many worker processes there are at most; ``None`` for the number of usable CPUs.
        start_method: how they start, ``"fork"``, ``"forkserver"`` or ``"spawn"``; ``None`` for ``"fork"``
            while this process has a single thread, else ``"forkserver"``.

    Raises:
        SettingsError: an option does not fit.
        UnmetExecutorRequirementsError: this system cannot fork.
    """
    if not hasattr(os, "fork"):
        raise UnmetExecutorRequirementsError(
            "The executor 'multiprocess' needs a system that can fork, such as Linux or macOS. Run in this "
            "process instead."
        )
    if max_workers is None:
        max_workers = _usable_cpus()
    if isinstance(max_workers, bool) or not isinstance(max_workers, int) or max_workers < 1:
        raise _refused("max_workers", f"is a positive whole number, not {max_workers!r}.")
    if start_method is not None and start_method not in METHODS:
        hint = did_you_mean(str(start_method), METHODS)
        raise _refused("start_method", f"is one of {', '.join(METHODS)}, not {start_method!r}.{hint}")
    return MultiprocessExecutor(max_workers, start_method)


class MultiprocessExecutor(Executor):
    """Runs tasks in worker processes that start when needed and stay warm until the shutdown.

    A worker that dies fails the future of the task it was running with a `SubprocessError`; a fresh one takes
    its place, and everything else runs on. What a task raises comes back with the `RemoteTraceback` as cause.

    Each task that runs occupies a thread of this process, which waits for its worker. So submitting,
    cancelling and shutting down are those of `concurrent.futures.ThreadPoolExecutor`.

    Args:
        max_workers: how many tasks run at once, each in a process of its own.
        start_method: how workers start; see `multiprocess_executor`.
    """

    def __init__(self, max_workers: int, start_method: str | None = None) -> None:
        self.max_workers = max_workers
        self._threads = ThreadPoolExecutor(max_workers, thread_name_prefix="holdfast-multiprocess")
        self._pool = WorkerPool(start_method)
        self._lock = threading.Lock()
        self._closing = False
        self._unfinished = 0
        # For an executor that nobody shuts down: at the interpreter's exit, or when it is garbage.
        weakref.finalize(self, self._pool.stop, wait=True)

    def submit(self, fn: Callable[..., _T], /, *args: Any, **kwargs: Any) -> Future[_T]:
        """Have ``fn(*args, **kwargs)`` called in a worker process; all of it must be picklable.

        Raises:
            RuntimeError: the executor was shut down.
        """
        with self._lock:
            if self._closing:
                raise RuntimeError("cannot schedule new futures after shutdown")
            self._pool.prepare()
            future: Future[_T] = self._threads.submit(self._pool.call, fn, args, kwargs)
            self._unfinished += 1
        future.add_done_callback(self._finished)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks, and end the workers in good order once those submitted are done.

        Args:
            wait: whether to wait until then; running tasks are never interrupted.
            cancel_futures: whether to cancel the tasks that have not begun.
        """
        with self._lock:
            self._closing = True
            idle = not self._unfinished
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)
        if wait or idle:
            self._pool.stop(wait=wait)

    def _finished(self, _future: Future[Any]) -> None:
        with self._lock:
            self._unfinished -= 1
            last = self._closing and not self._unfinished
        if last:
            self._pool.stop(wait=False)


def _usable_cpus() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _refused(option: str, problem: str) -> SettingsError:
    return SettingsError("executor 'multiprocess'", option, problem)
