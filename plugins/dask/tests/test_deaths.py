"""A worker that is lost fails the tasks that it was running, each of which has run once."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from distributed import Client

from holdfast.errors import SubprocessError
from holdfast.execution.messages import pack_task
from holdfast_dask.cluster import LocalProcesses
from holdfast_dask.executor import DaskExecutor
from holdfast_dask.tokens import Tokens
from holdfast_dask.worker import BegunBeforeError, run

pytestmark = pytest.mark.xdist_group("dask")

MakeFifo = Callable[[str], Path]


def test_a_killed_worker_fails_its_own_task_alone(
    executor: DaskExecutor, tasks: ModuleType, fifos: MakeFifo
) -> None:
    """The other worker's task runs on, and so do all that were waiting behind either of them."""
    names = ["ready", "release", "ready2", "release2"]
    ready, release, ready2, release2 = map(fifos, names)
    doomed, other = executor.submit(tasks.hold, ready, release), executor.submit(tasks.hold, ready2, release2)
    waiting = [executor.submit(tasks.echo, number) for number in range(20)]
    pid = int(ready.read_text())
    ready2.read_text()
    os.kill(pid, signal.SIGKILL)
    message = rf"Worker process {pid} at tcp://\S+ was lost while it ran dask_worker_tasks\.hold"
    with pytest.raises(SubprocessError, match=message):
        doomed.result()
    release2.write_text("")
    assert other.result() != pid
    assert [future.result() for future in waiting] == list(range(20))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_task_that_ends_its_worker_has_run_once(
    executor: DaskExecutor, tasks: ModuleType, tmp_path: Path, number: int
) -> None:
    """However the process ends, nobody runs the task again."""
    log = tmp_path / "log"
    with pytest.raises(SubprocessError, match="was lost while it ran"):
        executor.submit(tasks.note_and_die, log, number).result()
    assert executor.submit(tasks.echo, 1).result() == 1
    assert log.read_text() == "begun\n"


def test_many_deaths_leave_as_many_workers(
    executor: DaskExecutor, tasks: ModuleType, tmp_path: Path, fifos: MakeFifo
) -> None:
    """Tasks that wait while workers die again and again all run, each once, and no result is lost."""
    doomed = [executor.submit(tasks.note_and_die, tmp_path / f"{n}", signal.SIGKILL) for n in range(3)]
    others = [executor.submit(tasks.echo, number) for number in range(20)]
    assert {type(future.exception()) for future in doomed} == {SubprocessError}
    assert [future.result() for future in others] == list(range(20))
    assert [(tmp_path / f"{number}").read_text() for number in range(3)] == ["begun\n"] * 3
    fifo = fifos("meeting")
    both = [executor.submit(tasks.meet, fifo, True), executor.submit(tasks.meet, fifo, False)]
    assert len({future.result() for future in both}) == 2


def test_a_task_whose_result_is_lost_is_not_run_again(
    cluster: LocalProcesses, tasks: ModuleType, tmp_path: Path
) -> None:
    """Dask computes a result again that was on a worker which is gone; the task knows better."""
    log = tmp_path / "log"
    task = pack_task(exec, (f"open({str(log)!r}, 'a').write('ran')",), {})
    with Client(cluster.address, set_as_default=False) as client:
        tokens = Tokens(client)
        number = tokens.number()
        first = client.submit(run, tokens.name, number, task, pure=False)
        assert pickle.loads(first.result()) == (True, None)
        assert pickle.loads(client.get_dataset(f"{tokens.name}-{number}")[2]) == (True, None)
        again = client.submit(run, tokens.name, number, task, pure=False)
        assert isinstance(again.exception(), BegunBeforeError)
        tokens.close()
    assert log.read_text() == "ran"


def test_a_worker_that_is_late_does_not_run_what_is_done(cluster: LocalProcesses) -> None:
    """Once tokens are removed, the mark says so; once the executor is gone, nothing is run."""
    task = pack_task(abs, (-1,), {})
    with Client(cluster.address, set_as_default=False) as client:
        tokens = Tokens(client)
        numbers = [tokens.number() for _ in range(120)]
        assert client.submit(run, tokens.name, 0, task, pure=False).exception() is None
        for number in numbers[:110]:
            tokens.done(number)
        assert client.list_datasets() == (tokens.name,)
        assert isinstance(client.submit(run, tokens.name, 0, task, pure=False).exception(), BegunBeforeError)
        assert client.submit(run, tokens.name, 110, task, pure=False).exception() is None
        tokens.close()
        assert isinstance(
            client.submit(run, tokens.name, 111, task, pure=False).exception(), BegunBeforeError
        )
        assert client.list_datasets() == ()


def test_nothing_is_left_on_the_scheduler(executor: DaskExecutor, cluster: LocalProcesses) -> None:
    """What tells that a task was begun is removed once it is done."""
    futures = [executor.submit(abs, -number) for number in range(10)]
    assert [future.result() for future in futures] == list(range(10))
    executor.shutdown()
    with Client(cluster.address, set_as_default=False) as client:
        assert client.list_datasets() == ()


def test_a_cluster_that_is_gone_fails_its_tasks(
    make_executor: Callable[..., DaskExecutor], tasks: ModuleType, fifos: MakeFifo
) -> None:
    """When the scheduler is killed, no future waits forever."""
    own = LocalProcesses(1, 1)
    executor, ready, release = make_executor(address=own.address), fifos("ready"), fifos("release")
    running = executor.submit(tasks.hold, ready, release)
    ready.read_text()
    own._process.kill()
    with pytest.raises(SubprocessError, match=r"dask_worker_tasks\.hold was on the Dask cluster .* is gone"):
        running.result()
    own.stop()
