"""Clauses of executors: what becomes of tasks."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future, as_completed, wait
from typing import Any

from holdfast.conformance.clauses import Violation, clause, require
from holdfast.conformance.executors import tasks
from holdfast.conformance.executors.bench import ExecutorBench

__all__: list[str] = []

_MANY = 300


@clause("EX-01")
def results(bench: ExecutorBench) -> None:
    """The result of a task is its future's; arguments are passed on, those by name too."""
    require(bench.result(bench.pool.submit(tasks.add, 2, 3)) == 5, "2 + 3 was not 5.")
    require(bench.result(bench.pool.submit(tasks.add, 2, 3, more=4)) == 9, "An argument by name was lost.")
    require(bench.result(bench.pool.submit(tasks.echo, None)) is None, "None was not None.")


@clause("EX-02")
def errors(bench: ExecutorBench) -> None:
    """What a task raises is what its future raises, with type and attributes, and not what submit raises."""
    try:
        future = bench.pool.submit(tasks.fail, 3, "lost")
    except tasks.ParcelError as raised:
        raise Violation("What a task raised was raised by submit; it belongs to the future.") from raised
    error = bench.error(future)
    require(
        isinstance(error, tasks.ParcelError) and (error.code, error.text) == (3, "lost"),
        f"A ParcelError of (3, 'lost') came back as {error!r}.",
    )


@clause("EX-03")
def more_tasks_than_workers(bench: ExecutorBench) -> None:
    """Many more tasks than workers all end, and `map` gives their results in the order of its arguments."""
    found = list(bench.pool.map(tasks.echo, range(_MANY), timeout=60))
    require(found == list(range(_MANY)), f"Of {_MANY} tasks, {len(found)} results came, or in another order.")


@clause("EX-04")
def concurrency_is_reached(bench: ExecutorBench) -> None:
    """As many tasks run at once as `max_workers` says: tasks that wait for each other all end.

    The kernel keeps that many steps in flight, and some of them wait for no other.
    """
    require(bench.width >= 1, f"max_workers is {bench.width}.")
    futures = [bench.pool.submit(tasks.meet, bench.marks, n, bench.width) for n in range(bench.width)]
    met = [bench.result(future) for future in futures]
    require(all(met), f"Of {bench.width} tasks, no more than {met.count(True)} ran at the same time.")


@clause("EX-05")
def concurrency_is_kept(bench: ExecutorBench) -> None:
    """No more tasks run at once than `max_workers` says.

    Each step may need as much memory as a worker has.
    """
    if not hasattr(bench.pool, "max_workers"):
        bench.expect_use()
        return
    futures = [bench.pool.submit(tasks.crowd, bench.marks, number) for number in range(4 * bench.width)]
    most = max(bench.result(future) for future in futures)
    require(most <= bench.width, f"max_workers is {bench.width}, and {most} tasks ran at once.")


@clause("EX-06")
def failures_are_isolated(bench: ExecutorBench) -> None:
    """A task that fails fails alone: those before and after it, and next to it, are run as ever."""
    futures: list[Future[Any]] = []
    for number in range(20):
        if number % 5 == 2:
            futures.append(bench.pool.submit(tasks.fail, number, ""))
        else:
            futures.append(bench.pool.submit(tasks.echo, number))
    for number, future in enumerate(futures):
        if number % 5 == 2:
            require(isinstance(bench.error(future), tasks.ParcelError), "A failing task did not fail.")
        else:
            require(bench.result(future) == number, f"Task {number} was not run as ever.")
    bench.expect_use()


@clause("EX-07")
def where_tasks_run(bench: ExecutorBench) -> None:
    """Tasks run where the record says: in this process where `in_process`, else in none but others.

    The kernel keeps values in memory for the one, and refuses it for the other.
    """
    pids = {bench.result(bench.pool.submit(tasks.place)) for _ in range(3)}
    here = pids == {os.getpid()}
    require(
        here is not bench.elsewhere and (here or os.getpid() not in pids),
        f"Tasks ran in {'this process' if here else 'other processes'}, and the record says otherwise.",
    )


@clause("EX-08")
def standard_futures(bench: ExecutorBench) -> None:
    """What submit returns is a `concurrent.futures.Future`, which can be waited for, and which calls back."""
    futures = [bench.pool.submit(tasks.echo, number) for number in range(5)]
    require(all(isinstance(future, Future) for future in futures), f"{futures[0]!r} is no Future.")
    done, pending = wait(futures, timeout=60)
    require(not pending, "wait() left tasks that have ended.")
    require(
        {f.result() for f in as_completed(done, timeout=60)} == set(range(5)), "as_completed() lost tasks."
    )
    called = threading.Event()
    bench.pool.submit(tasks.echo, 1).add_done_callback(lambda future: called.set())
    require(called.wait(60), "A callback was not called.")


@clause("EX-09")
def large_values(bench: ExecutorBench) -> None:
    """Arguments and results of many megabytes cross whole, several at the same time."""
    values = [bytes([number]) * 20_000_000 for number in range(3)]
    futures = [bench.pool.submit(tasks.echo, value) for value in values]
    for value, future in zip(values, futures, strict=True):
        require(bench.result(future) == value, "A large value came back as another.")


@clause("EX-10")
def what_cannot_cross(bench: ExecutorBench) -> None:
    """What cannot be pickled fails the future of its own task; in this process it is passed as it is."""
    if not bench.elsewhere:
        lock = threading.Lock()
        require(bench.result(bench.pool.submit(tasks.echo, lock)) is lock, "An argument came as a copy.")
        return
    try:
        bench.error(bench.pool.submit(tasks.echo, threading.Lock()))
    except Violation:
        raise
    except Exception:
        pass  # submit itself may refuse it
    bench.error(bench.pool.submit(tasks.give_lock))
    bench.expect_use()
