from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from holdfast.errors import SubprocessError
from holdfast_multiprocess.executor import MultiprocessExecutor

MakePool = Callable[..., MultiprocessExecutor]
MakeFifo = Callable[[str], Path]


def test_a_killed_worker_fails_its_own_task_alone(
    any_pool: MultiprocessExecutor, tasks: ModuleType, fifos: MakeFifo
) -> None:
    """The future names the process and the signal; the other worker's task runs on, and the next ones too."""
    names = ["ready", "release", "ready2", "release2"]
    ready, release, ready2, release2 = map(fifos, names)
    doomed, other = any_pool.submit(tasks.hold, ready, release), any_pool.submit(tasks.hold, ready2, release2)
    pid = int(ready.read_text())
    ready2.read_text()
    os.kill(pid, signal.SIGKILL)
    message = rf"Worker process {pid} was killed by signal 9 .* while it ran worker_tasks\.hold"
    with pytest.raises(SubprocessError, match=message):
        doomed.result()
    assert list(any_pool.map(tasks.echo, range(20))) == list(range(20))
    release2.write_text("")
    assert other.result() != pid


def test_a_worker_that_exits_fails_its_own_task_alone(
    any_pool: MultiprocessExecutor, tasks: ModuleType
) -> None:
    """A task that ends its process is told with the exit code, wherever it is among others."""
    futures = [any_pool.submit(tasks.echo, n) for n in range(10)]
    doomed = any_pool.submit(tasks.end, 7)
    futures += [any_pool.submit(tasks.echo, n) for n in range(10, 20)]
    with pytest.raises(SubprocessError, match="ended with exit code 7 while it ran"):
        doomed.result()
    assert [future.result() for future in futures] == list(range(20))


def test_any_signal_is_named(pool: MultiprocessExecutor, tasks: ModuleType) -> None:
    """The message gives the number and the system's name of the signal that ended the worker."""
    with pytest.raises(SubprocessError, match=r"signal 15 \(Terminated\)"):
        pool.submit(os.kill, pool.submit(os.getpid).result(), signal.SIGTERM).result()


def test_both_workers_are_replaced_after_many_deaths(
    make_pool: MakePool, tasks: ModuleType, fifos: MakeFifo
) -> None:
    """However many workers died, as many tasks run at once as before."""
    pool, fifo = make_pool(max_workers=2), fifos("meeting")
    for future in [pool.submit(tasks.end, 1) for _ in range(20)]:
        assert isinstance(future.exception(), SubprocessError)
    both = [pool.submit(tasks.meet, fifo, True), pool.submit(tasks.meet, fifo, False)]
    assert [future.result() for future in both] == [True, True]


def test_a_worker_killed_while_idle_is_replaced_silently(
    any_pool: MultiprocessExecutor, tasks: ModuleType
) -> None:
    """No task fails for the death of a worker that ran none, however soon it is submitted."""
    for _ in range(5):
        pid = any_pool.submit(os.getpid).result()
        os.kill(pid, signal.SIGKILL)
        assert any_pool.submit(os.getpid).result() != pid


@pytest.mark.parametrize("die", ["die_beside_a_child", "die_beside_a_program"])
def test_children_of_a_task_do_not_hide_its_death(
    pool: MultiprocessExecutor, tasks: ModuleType, fifos: MakeFifo, die: str
) -> None:
    """A worker's death is noticed while processes that it started live on."""
    release = fifos("release")
    with pytest.raises(SubprocessError, match="signal 9"):
        pool.submit(getattr(tasks, die), signal.SIGKILL, release).result()
    release.write_text("")


def test_the_fork_server_is_replaced(
    any_pool: MultiprocessExecutor, tasks: ModuleType, fifos: MakeFifo
) -> None:
    """When the process that starts workers is killed, running tasks go on and new workers start."""
    ready, release, fifo = fifos("ready"), fifos("release"), fifos("meeting")
    server = any_pool.submit(os.getppid).result()
    running = any_pool.submit(tasks.hold, ready, release)
    ready.read_text()
    os.kill(server, signal.SIGKILL)
    assert any_pool.submit(tasks.echo, 1).result() == 1
    release.write_text("")
    assert running.exception() is None
    both = [any_pool.submit(tasks.meet, fifo, True), any_pool.submit(tasks.meet, fifo, False)]
    assert [future.result() for future in both] == [True, True]


def test_a_worker_whose_starter_is_gone_still_tells_of_its_death(
    pool: MultiprocessExecutor, tasks: ModuleType
) -> None:
    """Without the fork server nobody knows the exit code; the task fails all the same."""
    os.kill(pool.submit(os.getppid).result(), signal.SIGKILL)
    with pytest.raises(SubprocessError, match=r"Worker process \d+ ended while it ran"):
        pool.submit(tasks.end, 7).result()


def test_a_program_that_cannot_start_fails_the_tasks(
    make_pool: MakePool, tasks: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no interpreter can be started, each task says so, and none waits."""
    pool = make_pool(max_workers=2, start_method="forkserver")
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    for future in [pool.submit(tasks.echo, n) for n in range(3)]:
        with pytest.raises(SubprocessError, match=r"No process could be started: .*/no/such/python"):
            future.result()


def test_workers_that_end_while_they_start_fail_the_task(
    make_pool: MakePool, tasks: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A few deaths in a row before a task runs are enough; the message says how the last one ended."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\nif '--multiprocessing-fork' in sys.argv: os._exit(5)"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    pool = make_pool(max_workers=1, start_method="spawn")
    with pytest.raises(SubprocessError, match=r"3 worker processes in a row .* exit code 5 before it ran"):
        pool.submit(tasks.echo, 1).result()
