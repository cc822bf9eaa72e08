from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Script = Callable[..., "subprocess.Popen[str]"]

METHODS = pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Script]:
    """Starts a script of its own, in a process group of its own, with the tasks importable."""
    started: list[subprocess.Popen[str]] = []
    head = f"import os, sys; sys.path.append({str(Path(__file__).parent / 'importable')!r})\n"
    head += (
        "import worker_tasks\nfrom pathlib import Path\nfrom holdfast_multiprocess.pool import WorkerPool\n"
    )

    def start(body: str, *arguments: object) -> subprocess.Popen[str]:
        file = tmp_path / "script.py"
        file.write_text(head + textwrap.dedent(body))
        command = [sys.executable, str(file), *map(str, arguments)]
        pipe = subprocess.PIPE
        started.append(
            subprocess.Popen(
                command,
                stdin=pipe,
                stdout=pipe,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
                cwd=tmp_path,
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


@METHODS
def test_a_script_without_a_main_guard_runs_once(script, method) -> None:
    """Workers do not run the main module again."""
    process = script(
        """
        print("begins")
        with WorkerPool(2, sys.argv[1]) as pool:
            print(list(pool.map(worker_tasks.echo, range(4))))
        """,
        method,
    )
    assert process.communicate()[0] == "begins\n[0, 1, 2, 3]\n"


@METHODS
def test_workers_see_the_search_path_and_the_working_directory(script, method, tmp_path) -> None:
    """Both are those of the process that submits, as changed by then."""
    (tmp_path / "inner").mkdir()
    process = script(
        """
        sys.path.insert(0, "added")
        os.chdir("inner")
        with WorkerPool(1, sys.argv[1]) as pool:
            cwd, path = pool.submit(worker_tasks.surroundings).result()
        assert cwd == os.getcwd(), cwd
        assert path == sys.path, path
        """,
        method,
    )
    assert process.communicate()[0] == ""


def test_a_process_with_one_thread_is_forked(script) -> None:
    """Workers then have what was imported and set before, at no cost."""
    process = script(
        """
        worker_tasks.STATE = "as changed"
        with WorkerPool(1) as pool:
            print(pool.submit(worker_tasks.state).result())
        """
    )
    assert process.communicate()[0] == "as changed\n"


def test_a_process_with_threads_is_not_forked(script) -> None:
    """Its locks could stay locked in the fork, so workers begin in a fresh interpreter."""
    process = script(
        """
        import threading
        worker_tasks.STATE = "as changed"
        event = threading.Event()
        threading.Thread(target=event.wait).start()
        with WorkerPool(1) as pool:
            print(pool.submit(worker_tasks.state).result())
        event.set()
        """
    )
    assert process.communicate()[0] == "as imported\n"


def test_a_process_with_native_threads_is_not_forked(script) -> None:
    """Threads that Python does not know of count too."""
    pytest.importorskip("polars")
    process = script(
        """
        import polars, threading
        polars.DataFrame({"a": range(1000)}).lazy().group_by("a").len().collect()
        assert threading.active_count() == 1
        worker_tasks.STATE = "as changed"
        with WorkerPool(1) as pool:
            print(pool.submit(worker_tasks.state).result())
        """
    )
    assert process.communicate()[0] == "as imported\n"


def test_workers_have_one_thread(script) -> None:
    """Tasks may fork: the pool adds no thread to a worker."""
    process = script("with WorkerPool(1) as pool: print(pool.submit(worker_tasks.threads).result())")
    assert process.communicate()[0] == "1\n"


def test_a_task_may_use_processes_of_its_own(script) -> None:
    """A worker is no daemon, so multiprocessing works inside of it."""
    process = script(
        """
        import multiprocessing, operator
        def inner():
            with multiprocessing.Pool(1) as pool:
                return pool.apply(operator.add, (1, 2))
        with WorkerPool(1, "fork") as pool:
            print(pool.submit(inner).result())
        """
    )
    assert process.communicate()[0] == "3\n"


def test_a_daemonic_process_may_have_a_pool(script) -> None:
    """A worker of multiprocessing, which may have no children of its kind, can run tasks in workers."""
    process = script(
        """
        import multiprocessing
        def run():
            with WorkerPool(1) as pool:
                print(pool.submit(worker_tasks.echo, 1).result())
        child = multiprocessing.get_context("fork").Process(target=run, daemon=True)
        child.start()
        child.join()
        """
    )
    assert process.communicate()[0] == "1\n"


@METHODS
def test_ctrl_c_is_left_to_the_process_that_submits(script, fifos, method) -> None:
    """The signal reaches the whole group; the running task is not interrupted."""
    ready, release = fifos("ready"), fifos("release")
    process = script(
        """
        pool = WorkerPool(1, sys.argv[1])
        future = pool.submit(worker_tasks.hold, Path(sys.argv[2]), Path(sys.argv[3]))
        try:
            future.result()
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        assert future.result() > 0
        """,
        method,
        ready,
        release,
    )
    ready.read_text()
    os.killpg(process.pid, signal.SIGINT)
    assert process.stdout.readline() == "interrupted\n"
    release.write_text("")
    assert process.communicate()[0] == ""
    assert process.returncode == 0


@METHODS
def test_idle_workers_end_when_the_parent_is_killed(script, method) -> None:
    """All processes of the pool end: the output they inherited comes to its end."""
    process = script(
        """
        pool = WorkerPool(2, sys.argv[1])
        print(*pool.submit(worker_tasks.family).result(), flush=True)
        sys.stdin.read()
        """,
        method,
    )
    assert process.stdout.readline()
    process.kill()
    assert process.stdout.read() == ""


@METHODS
def test_busy_workers_end_when_the_parent_is_killed(script, fifos, method) -> None:
    """A task that would run on for ever is ended soon after the process that waits for it."""
    ready, release = fifos("ready"), fifos("release")
    process = script(
        """
        pool = WorkerPool(2, sys.argv[1])
        pool.submit(worker_tasks.hold, Path(sys.argv[2]), Path(sys.argv[3])).result()
        """,
        method,
        ready,
        release,
    )
    ready.read_text()
    process.kill()
    assert process.stdout.read() == ""


def test_a_pool_that_nobody_shuts_down_ends_with_the_interpreter(script) -> None:
    """What was submitted is done, and no process is left."""
    process = script(
        """
        pool = WorkerPool(2)
        pool.submit(worker_tasks.echo, 1).add_done_callback(lambda future: print(future.result()))
        """
    )
    assert process.stdout.read() == "1\n"
    assert process.wait() == 0


def test_a_fork_of_the_parent_does_not_keep_workers_alive(script, fifos) -> None:
    """A process that user code forks from the parent holds no end of the workers' pipes."""
    release = fifos("release")
    process = script(
        """
        import warnings
        warnings.simplefilter("ignore")  # newer Pythons warn of forking beside threads, as it is done here
        pool = WorkerPool(1)
        pool.submit(worker_tasks.echo, 1).result()
        if os.fork() == 0:
            os.close(1), os.close(2)
            Path(sys.argv[1]).read_text()
            os._exit(0)
        print("forked", flush=True)
        sys.stdin.read()
        """,
        release,
    )
    assert process.stdout.readline() == "forked\n"
    process.kill()
    assert process.stdout.read() == ""
    release.write_text("")
