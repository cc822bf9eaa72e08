"""What ends when, and what is torn down."""

from __future__ import annotations

import os
import pickle
import select
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType

import pytest
from distributed import Client

from holdfast.errors import SubprocessError, UnmetExecutorRequirementsError
from holdfast.execution.worker import StepTask, run_task
from holdfast_dask.cluster import LocalProcesses
from holdfast_dask.executor import DaskExecutor

pytestmark = pytest.mark.xdist_group("dask")

MakeExecutor = Callable[..., DaskExecutor]
MakeFifo = Callable[[str], Path]


def set_up(executor: DaskExecutor, tasks: ModuleType, log: Path, run_id: str) -> None:
    """Have a worker set up a run's resources; there is no step to run."""
    task = StepTask(run_id, "no such step", 1, pickle.dumps((tasks.session, (log, run_id))))
    assert isinstance(executor.submit(run_task, task).exception(), KeyError)


def ended(pids: Iterable[int]) -> bool:
    """Wait until these processes have ended."""
    for pid in pids:
        try:
            process = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        select.select([process], [], [])
        os.close(process)
    return True


def test_a_cluster_of_this_machine_ends_with_its_executor(
    make_executor: MakeExecutor, tasks: ModuleType, tmp_path: Path
) -> None:
    """It is started by the first task; at the end resources are torn down where they were set up."""
    executor, log = make_executor(n_workers=1), tmp_path / "log"
    set_up(executor, tasks, log, "run")
    set_up(executor, tasks, log, "run")
    family = executor.submit(tasks.family).result()
    executor.shutdown()
    up, down = log.read_text().splitlines()
    assert down == up.replace("up", "down")
    assert ended(family)


def test_an_executor_on_a_cluster_of_others_leaves_it_as_it_was(
    make_executor: MakeExecutor, cluster: LocalProcesses, tasks: ModuleType, tmp_path: Path
) -> None:
    """Its own runs' resources are torn down, those of other runs stay, and the workers too."""
    log = tmp_path / "log"
    first, second = make_executor(address=cluster.address), make_executor(address=cluster.address)
    set_up(first, tasks, log, "first")
    set_up(second, tasks, log, "second")
    first.shutdown()
    lines = [line.partition(" in")[0] for line in log.read_text().splitlines()]
    assert lines == ["first up", "second up", "first down"]
    assert second.submit(tasks.echo, 1).result() == 1


def test_a_worker_that_is_retired_tears_down(
    tasks: ModuleType, make_executor: MakeExecutor, tmp_path: Path
) -> None:
    """A cluster that shrinks ends its workers in good order."""
    own, log = LocalProcesses(1, 1), tmp_path / "log"
    executor = make_executor(address=own.address)
    set_up(executor, tasks, log, "run")
    (pid, _) = executor.submit(tasks.family).result()
    with Client(own.address, set_as_default=False) as client:
        client.retire_workers()
    assert ended([pid])
    assert [line.split()[1] for line in log.read_text().splitlines()] == ["up", "down"]
    with pytest.raises(UnmetExecutorRequirementsError, match="has no workers"):
        assert make_executor(address=own.address).max_workers
    executor.shutdown()
    own.stop()


def test_shutdown_waits_for_what_was_submitted(executor: DaskExecutor, tasks: ModuleType) -> None:
    """Pending tasks run to their end before a shutdown that waits returns."""
    futures = [executor.submit(tasks.echo, number) for number in range(20)]
    executor.shutdown()
    assert all(future.done() for future in futures)
    assert futures[-1].result() == 19
    with pytest.raises(RuntimeError, match="after shutdown"):
        executor.submit(tasks.echo, 1)


def test_shutdown_can_cancel_what_has_not_begun(
    executor: DaskExecutor, tasks: ModuleType, fifos: MakeFifo
) -> None:
    """Without waiting, it returns while tasks run, and those run on to their end."""
    names = ["ready", "release", "ready2", "release2"]
    ready, release, ready2, release2 = map(fifos, names)
    running = [executor.submit(tasks.hold, ready, release), executor.submit(tasks.hold, ready2, release2)]
    ready.read_text(), ready2.read_text()
    pending = [executor.submit(tasks.echo, number) for number in range(5)]
    executor.shutdown(wait=False, cancel_futures=True)
    assert all(future.cancelled() for future in pending)
    release.write_text(""), release2.write_text("")
    assert [future.exception() for future in running] == [None, None]


def test_a_cluster_that_cannot_start_is_an_error(
    make_executor: MakeExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message has the exit code of its process."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(SubprocessError, match="did not start: its process ended with code 1"):
        make_executor(n_workers=1).submit(abs, -1)


@pytest.fixture
def script(tmp_path: Path, tasks: ModuleType) -> Callable[[str], subprocess.Popen[str]]:
    """Starts a script of its own, with the tasks importable."""
    head = f"import os, sys\nsys.path.append({str(Path(tasks.__file__ or '').parent)!r})\n"
    head += "import dask_worker_tasks\nfrom holdfast_dask.executor import DaskExecutor\n"

    def start(body: str) -> subprocess.Popen[str]:
        file = tmp_path / "script.py"
        file.write_text(head + textwrap.dedent(body))
        pipe = subprocess.PIPE
        command = [sys.executable, str(file)]
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=tmp_path)

    return start


def test_a_script_without_a_main_guard_runs_once(script: Callable[[str], subprocess.Popen[str]]) -> None:
    """Workers do not run the main module again, and see the search path and the working directory."""
    process = script(
        """
        print("begins")
        with DaskExecutor(n_workers=1) as executor:
            print(executor.submit(dask_worker_tasks.echo, 1).result())
            assert executor.submit(os.getcwd).result() == os.getcwd()
        """
    )
    assert process.communicate()[0] == "begins\n1\n"
    assert process.returncode == 0


def test_the_cluster_ends_when_its_process_is_killed(
    script: Callable[[str], subprocess.Popen[str]], tasks: ModuleType
) -> None:
    """No process of it stays behind."""
    process = script(
        """
        executor = DaskExecutor(n_workers=1)
        print(*executor.submit(dask_worker_tasks.family).result(), flush=True)
        sys.stdin.read()
        """
    )
    assert process.stdout is not None
    family = [int(pid) for pid in process.stdout.readline().split()]
    with process:
        process.kill()
    assert len(family) == 2
    assert ended(family)
