"""The executor: a `concurrent.futures.Executor` on a Dask cluster that runs each task at most once."""

from __future__ import annotations

import os
import threading
import uuid
import weakref
from collections.abc import Callable
from concurrent.futures import Executor, Future, InvalidStateError, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from distributed import Client, KilledWorker
from distributed import Future as DaskFuture

from holdfast.errors import Error, SettingsError, SubprocessError, UnmetExecutorRequirementsError
from holdfast.execution.messages import name_of, pack_task, unpack_reply
from holdfast.execution.worker import StepTask
from holdfast.provisions import PluginContext
from holdfast_dask.cluster import LocalProcesses
from holdfast_dask.tokens import Tokens, claim, token_name
from holdfast_dask.worker import BegunBeforeError, close_runs, run

__all__ = ["DaskExecutor", "dask_executor"]

_FINISHERS = 8
_DONE = ("finished", "error")
_T = TypeVar("_T")


def dask_executor(
    context: PluginContext,
    *,
    address: str | None = None,
    n_workers: int | None = None,
    threads_per_worker: int | None = None,
    max_workers: int | None = None,
) -> DaskExecutor:
    """Return the executor that the settings describe.

    Args:
        context: where the repository is; not used.
        address: the address of a scheduler; ``None`` for a cluster of this machine that ends with the run.
        n_workers: how many worker processes that one has; ``None`` for the number of usable CPUs.
        threads_per_worker: how many steps each of them runs at once; ``None`` for one.
        max_workers: how many steps are on the cluster at once; ``None`` for the number of its threads.

    Raises:
        SettingsError: an option does not fit.
    """
    if address is not None and (not isinstance(address, str) or not address):
        raise _refused("address", f"is that of a scheduler, such as 'tcp://host:8786', not {address!r}.")
    counts = {"n_workers": n_workers, "threads_per_worker": threads_per_worker, "max_workers": max_workers}
    for option, count in counts.items():
        if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 1):
            raise _refused(option, f"is a positive whole number, not {count!r}.")
        if address is not None and count is not None and option != "max_workers":
            raise _refused(option, "is for a cluster of this machine, and an address is given.")
    return DaskExecutor(address, n_workers or _usable_cpus(), threads_per_worker or 1, max_workers)


class DaskExecutor(Executor):
    """Runs tasks on the workers of a Dask cluster, each at most once.

    A task whose worker is lost while it runs fails with a `SubprocessError`. What that worker had not begun
    is run by another. A task that nobody has begun can be cancelled, one that runs cannot.

    Args:
        address: the scheduler's; ``None`` for a cluster of this machine, started when it is needed.
        n_workers: how many worker processes that one has.
        threads_per_worker: how many tasks each of them runs at once.
        max_workers: how many tasks the kernel may submit at once; ``None`` for the number of threads.
    """

    def __init__(
        self,
        address: str | None = None,
        n_workers: int = 1,
        threads_per_worker: int = 1,
        max_workers: int | None = None,
    ) -> None:
        self._address = address
        self._shape = n_workers, threads_per_worker
        self._max_workers = max_workers
        self._connection: _Connection | None = None
        self._lock = threading.RLock()
        self._closing = False
        self._open: set[_TaskFuture] = set()

    @property
    def max_workers(self) -> int:
        """How many tasks the kernel may submit at once.

        Raises:
            UnmetExecutorRequirementsError: the cluster cannot be reached, or has no workers.
        """
        if self._max_workers is None and self._address is None:
            self._max_workers = self._shape[0] * self._shape[1]
        elif self._max_workers is None:
            self._max_workers = self._connected().threads()
        return self._max_workers

    def submit(self, fn: Callable[..., _T], /, *args: Any, **kwargs: Any) -> Future[_T]:
        """Have ``fn(*args, **kwargs)`` called on a worker; all of it must be picklable.

        Raises:
            RuntimeError: the executor was shut down.
            UnmetExecutorRequirementsError: the cluster cannot be reached.
        """
        with self._lock:
            if self._closing:
                raise RuntimeError("cannot schedule new futures after shutdown")
            future = _TaskFuture(name_of(fn))
            try:
                task = pack_task(fn, args, kwargs)
            except Error as refusal:
                future.set_exception(refusal)
                return future
            steps = [each for each in args if isinstance(each, StepTask)]
            title = steps[0].step_key if steps else future.name
            connection = self._connected()
            connection.run_ids.update(step.run_id for step in steps)
            self._open.add(future)
            future.add_done_callback(lambda _: self._open.discard(future))
            future.start(connection, task, title)
            return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks; once those submitted are done, leave the cluster, or end our own.

        Args:
            wait: whether to wait until then; running tasks are never interrupted.
            cancel_futures: whether to cancel the tasks that nobody has begun.
        """
        with self._lock:
            self._closing = True
            unfinished = list(self._open)
        if cancel_futures:
            for future in unfinished:
                future.cancel()
        if wait:
            self._leave(unfinished)
        else:
            threading.Thread(target=self._leave, args=(unfinished,), name="holdfast-dask-shutdown").start()

    def _leave(self, unfinished: list[_TaskFuture]) -> None:
        wait(unfinished)
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _connected(self) -> _Connection:
        with self._lock:
            if self._connection is None:
                self._connection = _Connection(self._address, *self._shape)
                # For an executor that nobody shuts down: at the interpreter's exit, or when it is garbage.
                weakref.finalize(self, self._connection.close)
            return self._connection


class _Connection:
    """A client of a cluster, and the cluster if it is our own."""

    def __init__(self, address: str | None, n_workers: int, threads_per_worker: int) -> None:
        self._cluster = None if address else LocalProcesses(n_workers, threads_per_worker)
        self.address = address or (self._cluster.address if self._cluster else "")
        self.run_ids: set[str] = set()
        self.finishers = ThreadPoolExecutor(_FINISHERS, thread_name_prefix="holdfast-dask")
        try:
            self.client = Client(self.address, set_as_default=False, name="holdfast")
        except Exception as error:
            self._stop_cluster()
            raise UnmetExecutorRequirementsError(
                f"The Dask scheduler at {self.address} cannot be reached: {error}."
            ) from error
        self.tokens = Tokens(self.client)

    def threads(self) -> int:
        count = sum(self.client.nthreads().values())
        if not count:
            raise UnmetExecutorRequirementsError(
                f"The Dask cluster at {self.address} has no workers. Start some; or, where they come when "
                "there is work, set max_workers to the number of steps that may run at once."
            )
        return int(count)

    def close(self) -> None:
        """Tear down what this executor's runs set up on the workers, and leave."""
        self.finishers.shutdown()
        if self.client.status == "running":
            with suppress(Exception):  # of workers that are lost, nothing is left to tear down
                if self.run_ids:
                    self.client.run(close_runs, sorted(self.run_ids), on_error="ignore")
                self.tokens.close()
        self.client.close()
        self._stop_cluster()

    def _stop_cluster(self) -> None:
        if self._cluster is not None:
            self._cluster.stop()


class _TaskFuture(Future[Any]):
    """The future of one task."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self._begun = False
        self._connection: _Connection
        self._number: int
        self._remote: DaskFuture

    def start(self, connection: _Connection, task: bytes, title: str) -> None:
        """Give the task to the cluster."""
        self._connection = connection
        self._number = connection.tokens.number()
        self._remote = connection.client.submit(
            run,
            connection.tokens.name,
            self._number,
            task,
            key=f"{title}-{uuid.uuid4().hex}",  # the dashboard shows it without the digits
            pure=False,
            retries=0,
        )
        # Dask has one thread for the callbacks of all futures.
        self._remote.add_done_callback(lambda _remote: connection.finishers.submit(self._finish))

    def cancel(self) -> bool:
        """Cancel the task, unless somebody has begun it or it is done; return whether it is cancelled."""
        if self.done():
            return self.cancelled()
        try:
            ours = claim(self._connection.client, self._connection.tokens.name, self._number, None)
        except Exception:  # the scheduler does not answer
            ours = False
        if not ours:
            self._begun = True
            return False
        super().cancel()
        self.set_running_or_notify_cancel()  # wakes who waits
        self._remote.cancel()
        return True

    def running(self) -> bool:
        """Return whether somebody is known to have begun the task: it could not be cancelled."""
        return self._begun and not self.done()

    def _finish(self) -> None:
        """Tell the outcome, and have the cluster forget the task."""
        try:
            outcome = partial(self.set_result, unpack_reply(self._reply()))
        except BaseException as error:
            outcome = partial(self.set_exception, error)
        with suppress(InvalidStateError):  # it was cancelled
            outcome()
        self._remote.release()
        if self._connection.client.status == "running":  # else the scheduler is gone, and its memory with it
            with suppress(Exception):
                self._connection.tokens.done(self._number)

    def _reply(self) -> bytes:
        client, status = self._connection.client, self._remote.status
        if status not in _DONE:
            raise SubprocessError(
                f"{self.name} was on the Dask cluster at {self._connection.address}, and the cluster is gone."
            )
        try:
            return bytes(self._remote.result())
        except BegunBeforeError:
            pid, address, reply = client.get_dataset(token_name(self._connection.tokens.name, self._number))
            if reply is not None:
                return bytes(reply)
            raise SubprocessError(
                f"Worker process {pid} at {address} was lost while it ran {self.name}. It is not run again, "
                "for some of its work may be done."
            ) from None
        except KilledWorker as error:
            raise SubprocessError(
                f"{self.name} was not run: {error.allowed_failures + 1} workers of the Dask cluster at "
                f"{self._connection.address} were lost that it was given to, the last at "
                f"{error.last_worker.address}, and the cluster allows no more."
            ) from None
        except Exception as error:
            raise UnmetExecutorRequirementsError(
                f"{self.name} could not be run on the Dask cluster at {self._connection.address}: "
                f"{type(error).__name__}: {error}. Its workers must have Holdfast, holdfast-dask and the "
                "project installed, in the same versions as here."
            ) from error


def _usable_cpus() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _refused(option: str, problem: str) -> SettingsError:
    return SettingsError("executor 'dask'", option, problem)
