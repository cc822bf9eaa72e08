"""Clauses of executors: deaths, cancellation, the end; and whole runs."""

from __future__ import annotations

from typing import Any

from holdfast.conformance.clauses import Violation, clause, require
from holdfast.conformance.executors import tasks
from holdfast.conformance.executors.bench import ExecutorBench
from holdfast.conformance.executors.job import run_job

__all__: list[str] = []


@clause("EX-11")
def worker_death(bench: ExecutorBench) -> None:
    """A worker that is killed fails the task it was running, and no other; tasks go on as ever.

    In this process, a task that leaves as `sys.exit` does ends nothing but itself.
    """
    if not bench.elsewhere:
        try:
            future = bench.pool.submit(tasks.quit_task)
            bench.error(future)
        except SystemExit:
            pass  # in the thread of whoever submits it, it may go through
        bench.expect_use()
        return
    before = [bench.pool.submit(tasks.echo, number) for number in range(5)]
    beside, release = bench.blocked(bench.width - 1)
    doomed = bench.pool.submit(tasks.die, bench.marks / "deaths")
    after = [bench.pool.submit(tasks.echo, number) for number in range(5)]
    bench.error(doomed)
    release.touch()
    for number, future in enumerate(before + after):
        require(bench.result(future) == number % 5, "Another task suffered from the death of a worker.")
    for future in beside:
        bench.result(future)
    bench.expect_use()
    futures = [bench.pool.submit(tasks.meet, bench.marks, n, bench.width) for n in range(bench.width)]
    require(all(map(bench.result, futures)), "After the death of a worker, fewer tasks run at once.")


@clause("EX-12")
def run_once(bench: ExecutorBench) -> None:
    """A task is run once: one that failed, or whose worker died, is not tried again behind the kernel's back.

    Retries are the kernel's: it knows whether a step may be run twice, and records every attempt.
    """
    for name, task in (("ran", tasks.appear), ("died", tasks.die)):
        mark = bench.marks / name
        if task is tasks.appear or bench.elsewhere:
            bench.pool.submit(task, mark).exception(60)
            bench.expect_use()
            runs = mark.read_text().count("ran")
            require(runs == 1, f"A task that {name} was run {runs} times.")


@clause("EX-13")
def cancellation(bench: ExecutorBench) -> None:
    """A task that waits for a worker can be cancelled, and then never runs; one that runs goes on."""
    if bench.immediate():
        future = bench.pool.submit(tasks.echo, 1)
        require(future.done() and not future.cancel(), "A task that has ended was cancelled.")
        require(bench.result(future) == 1, "A task that could not be cancelled lost its result.")
        return
    running, release = bench.blocked(bench.width)
    waiting = [
        bench.pool.submit(tasks.appear, bench.marks / f"late{number}") for number in range(4 * bench.width)
    ]
    cancelled = waiting[-1].cancel()
    require(cancelled and waiting[-1].cancelled(), "A task that waits for a worker cannot be cancelled.")
    require(not waiting[0].done(), "A task was done while every worker was busy.")
    release.touch()
    for future in running + waiting[:-1]:
        bench.result(future)
    bench.expect_use()
    require(not (bench.marks / f"late{4 * bench.width - 1}").exists(), "A task that was cancelled was run.")


@clause("EX-14")
def shutting_down(bench: ExecutorBench) -> None:
    """Shutting down waits for what was submitted, or cancels it if asked to; after that nothing is taken.

    It may be asked for twice.
    """
    marks = [bench.marks / f"ended{number}" for number in range(2 * bench.width)]
    for mark in marks:
        bench.pool.submit(tasks.sleep_and_tell, mark)
    bench.pool.shutdown(wait=True)
    require(all(mark.exists() for mark in marks), "shutdown() did not wait for what was submitted.")
    bench.pool.shutdown()
    try:
        bench.pool.submit(tasks.echo, 1)
    except RuntimeError:
        pass
    else:
        raise Violation("A task was taken after the shutdown. Raise a RuntimeError.")
    bench.pool = bench.open()
    if bench.immediate():
        return
    running, release = bench.blocked(bench.width)
    waiting = [bench.pool.submit(tasks.echo, number) for number in range(4 * bench.width)]
    bench.pool.shutdown(wait=False, cancel_futures=True)
    release.touch()
    bench.pool.shutdown()
    require(waiting[-1].cancelled(), "shutdown(cancel_futures=True) did not cancel a task that waits.")
    for future in running:
        bench.result(future)


@clause("EX-15")
def whole_runs(bench: ExecutorBench) -> None:
    """A run of assets that are defined in a function ends as it should, with one of them failing.

    So steps cross by value, their values through an IO manager, and only what reads the failed asset is
    skipped.
    """
    seen: dict[str, Any] = run_job(bench.pool, bench.marks, in_process=not bench.elsewhere)
    wanted = {
        "total": 30,
        "failed": ["bad"],
        "skipped": ["after_bad"],
        "done": ["doubled", "numbers", "squared", "total"],
    }
    require(seen == wanted, f"A run that should end as {wanted} ended as {seen}.")
