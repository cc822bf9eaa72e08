from __future__ import annotations

import operator
import os
import pickle
import select
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError
from pathlib import Path
from types import ModuleType

import pytest

from holdfast.execution.worker import StepTask, run_task
from holdfast_multiprocess.executor import MultiprocessExecutor

MakePool = Callable[..., MultiprocessExecutor]
MakeFifo = Callable[[str], Path]


def wait_for_end(processes: Iterable[int]) -> None:
    """Wait until these processes have ended."""
    for process in processes:
        select.select([process], [], [])
        os.close(process)


def gone(pids: Iterable[int]) -> bool:
    """Whether none of these processes is left, not even as a zombie."""
    for pid in pids:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            continue
        return False
    return True


def test_shutdown_leaves_no_process(
    any_pool: MultiprocessExecutor, tasks: ModuleType, fifos: MakeFifo
) -> None:
    """Once it has waited, workers and what started them are gone."""
    fifo = fifos("meeting")
    both = [any_pool.submit(tasks.meet, fifo, True), any_pool.submit(tasks.meet, fifo, False)]
    families = [future.result() and any_pool.submit(tasks.family).result() for future in both]
    any_pool.shutdown()
    assert gone({pid for family in families for pid in family})


def test_shutdown_waits_for_what_was_submitted(make_pool: MakePool, tasks: ModuleType) -> None:
    """Pending tasks run to their end before a shutdown that waits returns."""
    with make_pool(max_workers=1) as pool:
        futures = [pool.submit(tasks.echo, n) for n in range(50)]
    assert all(future.done() for future in futures)
    assert futures[-1].result() == 49


def test_nothing_can_be_submitted_after_shutdown(make_pool: MakePool) -> None:
    """Submitting to a pool that was shut down is an error and starts nothing."""
    children = Path("/proc/thread-self/children")
    before = set(children.read_text().split())
    pool = make_pool(max_workers=1, start_method="fork")
    pool.shutdown()
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(operator.add, 1, 1)
    assert set(children.read_text().split()) <= before


def test_shutdown_may_be_called_twice(pool: MultiprocessExecutor) -> None:
    """A second shutdown finds nothing to do."""
    pool.submit(operator.add, 1, 1).result()
    pool.shutdown(wait=False)
    pool.shutdown()


def test_a_pending_task_can_be_cancelled(make_pool: MakePool, tasks: ModuleType, fifos: MakeFifo) -> None:
    """A task that waits for a worker is cancelled; the one that runs is not."""
    pool, ready, release = make_pool(max_workers=1), fifos("ready"), fifos("release")
    running, pending = pool.submit(tasks.hold, ready, release), pool.submit(tasks.echo, 1)
    ready.read_text()
    assert pending.cancel()
    assert not running.cancel()
    release.write_text("")
    with pytest.raises(CancelledError):
        pending.result()
    assert running.exception() is None


def test_shutdown_can_cancel_what_has_not_begun(
    make_pool: MakePool, tasks: ModuleType, fifos: MakeFifo
) -> None:
    """Without waiting, it returns while a task runs, and that task runs on to its end."""
    pool, ready, release = make_pool(max_workers=1), fifos("ready"), fifos("release")
    running, pending = pool.submit(tasks.hold, ready, release), pool.submit(tasks.echo, 1)
    ready.read_text()
    pool.shutdown(wait=False, cancel_futures=True)
    assert pending.cancelled()
    assert running.running()
    release.write_text("")
    assert running.exception() is None


def test_shutdown_without_waiting_finishes_what_was_submitted(
    make_pool: MakePool, tasks: ModuleType, fifos: MakeFifo
) -> None:
    """Pending tasks still run, and the worker ends after the last."""
    pool, ready, release = make_pool(max_workers=1), fifos("ready"), fifos("release")
    running, pending = pool.submit(tasks.hold, ready, release), pool.submit(tasks.family)
    ready.read_text()
    pool.shutdown(wait=False)
    release.write_text("")
    worker, server = pending.result()
    assert running.result() == worker
    pool.shutdown()
    assert gone({worker, server})


def test_workers_end_after_the_last_task_of_a_shutdown_without_waiting(
    make_pool: MakePool, tasks: ModuleType, fifos: MakeFifo
) -> None:
    """Nobody needs to wait for the pool: the end of its last task is the end of its processes."""
    pool, ready, release = make_pool(max_workers=1), fifos("ready"), fifos("release")
    processes = [os.pidfd_open(pid) for pid in pool.submit(tasks.family).result()]
    pool.submit(tasks.hold, ready, release)
    ready.read_text()
    pool.shutdown(wait=False)
    release.write_text("")
    wait_for_end(processes)


def test_idle_workers_end_at_a_shutdown_without_waiting(
    pool: MultiprocessExecutor, tasks: ModuleType
) -> None:
    """Where nothing runs, it is the shutdown itself that ends the pool's processes."""
    processes = [os.pidfd_open(pid) for pid in pool.submit(tasks.family).result()]
    pool.shutdown(wait=False)
    wait_for_end(processes)


def test_workers_tear_down_the_resources_of_their_runs(
    any_pool: MultiprocessExecutor, tasks: ModuleType, tmp_path: Path
) -> None:
    """A worker that ends in good order closes its sessions, and shutdown waits for that."""
    log = tmp_path / "log"
    task = StepTask("run", "no such step", 1, pickle.dumps((tasks.session, (log,))))
    assert isinstance(any_pool.submit(run_task, task).exception(), KeyError)
    assert not log.exists()
    any_pool.shutdown()
    assert log.read_text() == "torn down"


def test_workers_log_what_goes_wrong_when_resources_are_torn_down(
    any_pool: MultiprocessExecutor, tasks: ModuleType, tmp_path: Path
) -> None:
    """Naming the resource, as the run's own process does."""
    log = tmp_path / "log"
    task = StepTask("run", "no such step", 1, pickle.dumps((tasks.session, (log, "stuck"))))
    any_pool.submit(run_task, task).exception()
    any_pool.shutdown()
    assert "The resource 'tape' could not be torn down: ValueError: stuck" in log.read_text()
