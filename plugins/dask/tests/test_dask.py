from __future__ import annotations

import operator
import os
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, wait
from pathlib import Path
from types import ModuleType

import pytest

import holdfast_dask
from holdfast.errors import SettingsError, UnmetExecutorRequirementsError
from holdfast.execution.messages import RemoteTraceback
from holdfast.provisions import ExecutorPlugin
from holdfast_dask.executor import DaskExecutor

pytestmark = pytest.mark.xdist_group("dask")

MakeExecutor = Callable[..., DaskExecutor]
MakeFifo = Callable[[str], Path]


def test_the_hook_provides_the_executor_by_name() -> None:
    """The plugin provides one executor, named dask, whose steps run elsewhere."""
    (plugin,) = holdfast_dask.holdfast_executors()
    assert isinstance(plugin, ExecutorPlugin)
    assert (plugin.name, plugin.in_process) == ("dask", False)


def test_results_come_back(executor: DaskExecutor) -> None:
    """A task's result is its future's, with positional and keyword arguments passed on."""
    assert executor.submit(operator.add, 2, 3).result() == 5
    assert executor.submit(int, "11", base=2).result() == 3


def test_tasks_run_in_other_processes(executor: DaskExecutor, tasks: ModuleType) -> None:
    """No task runs in the process that submits it."""
    assert os.getpid() not in {executor.submit(tasks.family).result()[0] for _ in range(5)}


def test_map_keeps_order_with_many_more_tasks_than_workers(executor: DaskExecutor, tasks: ModuleType) -> None:
    """Results of map come in the order of its arguments."""
    assert list(executor.map(tasks.echo, range(100))) == list(range(100))


def test_as_many_tasks_run_at_once_as_there_are_threads(
    executor: DaskExecutor, tasks: ModuleType, fifos: MakeFifo
) -> None:
    """Two tasks that wait for each other both end, in two processes; the kernel is told the number."""
    fifo = fifos("meeting")
    both = [executor.submit(tasks.meet, fifo, True), executor.submit(tasks.meet, fifo, False)]
    assert len({future.result() for future in both}) == 2
    assert executor.max_workers == 2


def test_max_workers_may_be_set(make_executor: MakeExecutor, cluster) -> None:
    """For clusters that grow when there is work."""
    assert make_executor(address=cluster.address, max_workers=40).max_workers == 40


def test_a_cluster_of_this_machine_has_a_thread_for_each_cpu(make_executor: MakeExecutor) -> None:
    """Without options, one in each worker."""
    assert make_executor().max_workers == len(os.sched_getaffinity(0))
    assert make_executor(n_workers=3, threads_per_worker=4).max_workers == 12


def test_large_values_cross_both_ways(executor: DaskExecutor, tasks: ModuleType) -> None:
    """Tasks and results of 50 MB cross whole."""
    values = [bytes([number]) * 50_000_000 for number in range(3)]
    for sent, returned in zip(values, executor.map(tasks.echo, values), strict=True):
        assert sent == returned


def test_an_exception_keeps_its_type_and_attributes(executor: DaskExecutor, tasks: ModuleType) -> None:
    """What a task raises is what its future raises; the cause is the traceback there."""
    error = executor.submit(tasks.fail, "parcel", 3, "lost").exception()
    assert isinstance(error, tasks.ParcelError)
    assert (error.code, error.text) == (3, "lost")
    assert isinstance(error.__cause__, RemoteTraceback)


def test_a_task_that_exits_ends_itself_alone(executor: DaskExecutor, tasks: ModuleType) -> None:
    """SystemExit comes back like any exception, and the workers stay."""
    before = {executor.submit(tasks.family).result() for _ in range(10)}
    with pytest.raises(SystemExit):
        executor.submit(tasks.fail, "exit", 3).result()
    assert {executor.submit(tasks.family).result() for _ in range(10)} & before


def test_what_cannot_cross_is_refused(executor: DaskExecutor, tasks: ModuleType) -> None:
    """A task, or a result, that cannot be pickled or read fails its own future with the reason."""
    with pytest.raises(UnmetExecutorRequirementsError, match=r"_operator\.add cannot be sent .*lock"):
        executor.submit(operator.add, threading.Lock(), 1).result()
    with pytest.raises(UnmetExecutorRequirementsError, match="could not be read in the worker process"):
        executor.submit(tasks.echo, tasks.Unreadable()).result()
    with pytest.raises(UnmetExecutorRequirementsError, match=r"tasks\.lock returned, a lock, cannot"):
        executor.submit(tasks.lock).result()
    assert executor.submit(operator.add, 1, 1).result() == 2


def test_a_task_that_nobody_has_begun_is_cancelled(
    executor: DaskExecutor, tasks: ModuleType, fifos: MakeFifo, tmp_path: Path
) -> None:
    """It never runs, and who waits for it wakes; tasks that run are not cancelled."""
    names = ["ready", "release", "ready2", "release2"]
    ready, release, ready2, release2 = map(fifos, names)
    running = [executor.submit(tasks.hold, ready, release), executor.submit(tasks.hold, ready2, release2)]
    ready.read_text(), ready2.read_text()
    pending = [executor.submit(Path.touch, tmp_path / f"ran{number}") for number in range(20)]
    waiting = threading.Thread(target=wait, args=(pending[1:],))
    waiting.start()
    assert [future.cancel() for future in pending[1:]] == [True] * 19
    waiting.join()
    assert [future.cancel() for future in running] == [False, False]
    assert [future.running() for future in running] == [True, True]
    release.write_text(""), release2.write_text("")
    assert [future.exception() for future in running] == [None, None]
    assert pending[0].result() is None
    with pytest.raises(CancelledError):
        pending[-1].result()
    assert [path.name for path in tmp_path.glob("ran*")] == ["ran0"]
    assert not running[0].running()


def test_a_task_that_is_done_is_not_cancelled(executor: DaskExecutor) -> None:
    """Nor is a cancelled one anything else."""
    done = executor.submit(operator.add, 1, 1)
    assert done.result() == 2
    assert not done.cancel()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"n_workers": 0}, r"\[n_workers\] is a positive whole number, not 0"),
        ({"threads_per_worker": "2"}, r"\[threads_per_worker\] is a positive whole number, not '2'"),
        ({"max_workers": True}, r"\[max_workers\] is a positive whole number, not True"),
        ({"address": 8786}, r"\[address\] is that of a scheduler, such as 'tcp://host:8786', not 8786"),
        ({"address": "tcp://x:1", "n_workers": 2}, r"\[n_workers\] is for a cluster of this machine"),
    ],
)
def test_a_wrong_option_is_refused(make_executor: MakeExecutor, options: dict, problem: str) -> None:
    """The message names the option and the value."""
    with pytest.raises(SettingsError, match=problem):
        make_executor(**options)


def test_a_scheduler_that_cannot_be_reached_is_an_error(
    make_executor: MakeExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message has the address."""
    import dask  # costly for those that collect these tests alone

    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}):
        executor = make_executor(address="tcp://127.0.0.1:1")
        with pytest.raises(UnmetExecutorRequirementsError, match=r"tcp://127\.0\.0\.1:1 cannot be reached"):
            executor.submit(operator.add, 1, 1)
