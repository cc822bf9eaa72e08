from __future__ import annotations

import operator
import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import holdfast_multiprocess
from holdfast.errors import SettingsError
from holdfast.provisions import ExecutorPlugin
from holdfast_multiprocess.executor import MultiprocessExecutor

MakePool = Callable[..., MultiprocessExecutor]
MakeFifo = Callable[[str], Path]


def test_the_hook_provides_the_executor_by_name() -> None:
    """The plugin provides one executor, named multiprocess, whose steps run elsewhere."""
    (plugin,) = holdfast_multiprocess.holdfast_executors()
    assert isinstance(plugin, ExecutorPlugin)
    assert (plugin.name, plugin.in_process) == ("multiprocess", False)


def test_max_workers_is_as_given(make_pool: MakePool) -> None:
    """The kernel reads from the executor how many steps it may have in flight."""
    assert make_pool(max_workers=3).max_workers == 3


def test_max_workers_defaults_to_the_usable_cpus(make_pool: MakePool) -> None:
    """Without the option there are as many workers as CPUs this process may use."""
    assert make_pool().max_workers == len(os.sched_getaffinity(0))


@pytest.mark.parametrize("value", [0, -1, 1.5, "2", True])
def test_max_workers_must_be_a_positive_whole_number(make_pool: MakePool, value: object) -> None:
    """Any other value is refused with the option's name and the value."""
    with pytest.raises(SettingsError, match=r"\[max_workers\] is a positive whole number, not "):
        make_pool(max_workers=value)


def test_an_unknown_start_method_is_refused(make_pool: MakePool) -> None:
    """The message names the methods there are and the nearest one."""
    with pytest.raises(SettingsError, match=r"fork, forkserver, spawn, not 'forkservre'.* 'forkserver'"):
        make_pool(start_method="forkservre")


def test_a_pool_that_is_never_used_starts_nothing(make_pool: MakePool) -> None:
    """Making and shutting down a pool without a task starts no process."""
    children = Path("/proc/thread-self/children")
    before = set(children.read_text().split())
    pool = make_pool(max_workers=2)
    assert set(children.read_text().split()) <= before
    pool.shutdown()


def test_results_come_back(any_pool: MultiprocessExecutor) -> None:
    """A task's result is its future's, with positional and keyword arguments passed on."""
    assert any_pool.submit(operator.add, 2, 3).result() == 5
    assert any_pool.submit(int, "11", base=2).result() == 3


def test_tasks_run_in_other_processes(any_pool: MultiprocessExecutor, tasks: ModuleType) -> None:
    """No task runs in the process that submits it."""
    pids = {any_pool.submit(tasks.family).result()[0] for _ in range(5)}
    assert os.getpid() not in pids


def test_map_keeps_order_with_many_more_tasks_than_workers(
    any_pool: MultiprocessExecutor, tasks: ModuleType
) -> None:
    """Results of map come in the order of its arguments."""
    assert list(any_pool.map(tasks.echo, range(500))) == list(range(500))


def test_workers_stay_warm(make_pool: MakePool, tasks: ModuleType) -> None:
    """Tasks that follow each other run in one and the same process."""
    pool = make_pool(max_workers=2)
    assert len({pool.submit(tasks.family).result() for _ in range(10)}) == 1


def test_as_many_tasks_run_at_once_as_there_are_workers(
    any_pool: MultiprocessExecutor, tasks: ModuleType, fifos: MakeFifo
) -> None:
    """Two tasks that wait for each other both end."""
    fifo = fifos("meeting")
    both = [any_pool.submit(tasks.meet, fifo, True), any_pool.submit(tasks.meet, fifo, False)]
    assert [future.result() for future in both] == [True, True]


def test_no_more_tasks_run_at_once_than_there_are_workers(
    make_pool: MakePool, tasks: ModuleType, fifos: MakeFifo
) -> None:
    """While the only worker is busy, the next task is pending."""
    pool, ready, release = make_pool(max_workers=1), fifos("ready"), fifos("release")
    first, second = pool.submit(tasks.hold, ready, release), pool.submit(tasks.echo, 1)
    ready.read_text()
    assert first.running()
    assert not second.running()
    release.write_text("")
    assert second.result() == 1


def test_large_values_cross_both_ways_at_the_same_time(pool: MultiprocessExecutor, tasks: ModuleType) -> None:
    """Tasks and results of 100 MB cross whole, and do not wait for each other in full pipes."""
    values = [bytes([number]) * 100_000_000 for number in range(3)]
    for sent, returned in zip(values, pool.map(tasks.echo, values), strict=True):
        assert sent == returned


def test_workers_block_no_signal(any_pool: MultiprocessExecutor) -> None:
    """Programs that a step starts get every signal they ask for."""
    assert any_pool.submit(signal.pthread_sigmask, signal.SIG_BLOCK, []).result() == set()


def test_workers_are_ready_for_steps(any_pool: MultiprocessExecutor) -> None:
    """What every step needs of the kernel is imported before the first task."""
    code = "'holdfast.execution.worker' in __import__('sys').modules"
    assert any_pool.submit(eval, code).result()
