from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

MakeFifo = Callable[[str], Path]
Script = Callable[..., "subprocess.Popen[str]"]

METHODS = pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Script]:
    """Starts a script of its own, in a process group of its own, with the tasks importable."""
    started: list[subprocess.Popen[str]] = []
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    head = f"import os, sys; sys.path.append({str(Path(__file__).parent / 'importable')!r})\n"
    head += "import worker_tasks\nfrom pathlib import Path\n"
    head += "from holdfast_multiprocess.executor import MultiprocessExecutor\n"

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
                env=environment,
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
def test_a_script_without_a_main_guard_runs_once(script: Script, method: str) -> None:
    """Workers do not run the main module again."""
    process = script(
        """
        print("begins")
        with MultiprocessExecutor(2, sys.argv[1]) as pool:
            print(list(pool.map(worker_tasks.echo, range(4))))
        """,
        method,
    )
    assert process.communicate()[0] == "begins\n[0, 1, 2, 3]\n"


@METHODS
def test_workers_see_the_search_path_and_the_working_directory(
    script: Script, method: str, tmp_path: Path
) -> None:
    """Both are those of the process that submits, as changed by then."""
    (tmp_path / "inner").mkdir()
    process = script(
        """
        sys.path.insert(0, "added")
        os.chdir("inner")
        with MultiprocessExecutor(1, sys.argv[1]) as pool:
            cwd, path = pool.submit(worker_tasks.surroundings).result()
        assert cwd == os.getcwd(), cwd
        assert path == sys.path, path
        """,
        method,
    )
    assert process.communicate()[0] == ""


def test_a_process_with_one_thread_is_forked(script: Script) -> None:
    """Workers then have what was imported and set before, at no cost."""
    process = script(
        """
        worker_tasks.STATE = "as changed"
        with MultiprocessExecutor(1) as pool:
            print(pool.submit(worker_tasks.state).result())
        """
    )
    assert process.communicate()[0] == "as changed\n"


def test_a_process_with_threads_is_not_forked(script: Script) -> None:
    """Its locks could stay locked in the fork, so workers begin in a fresh interpreter."""
    process = script(
        """
        import threading
        worker_tasks.STATE = "as changed"
        event = threading.Event()
        threading.Thread(target=event.wait).start()
        with MultiprocessExecutor(1) as pool:
            print(pool.submit(worker_tasks.state).result())
        event.set()
        """
    )
    assert process.communicate()[0] == "as imported\n"


def test_a_process_with_native_threads_is_not_forked(script: Script) -> None:
    """Threads that Python does not know of count too."""
    pytest.importorskip("polars")
    process = script(
        """
        import polars, threading
        polars.DataFrame({"a": range(1000)}).lazy().group_by("a").len().collect()
        assert threading.active_count() == 1
        worker_tasks.STATE = "as changed"
        with MultiprocessExecutor(1) as pool:
            print(pool.submit(worker_tasks.state).result())
        """
    )
    assert process.communicate()[0] == "as imported\n"


def test_what_a_task_prints_shows_when_it_ends(script: Script) -> None:
    """Output does not wait in a worker's buffer until the worker ends."""
    process = script(
        """
        pool = MultiprocessExecutor(1)
        pool.submit(worker_tasks.say, "from the worker").result()
        sys.stdin.read()
        """
    )
    assert process.stdout.readline() == "from the worker\n"


def test_workers_have_one_thread(script: Script) -> None:
    """Tasks may fork: the pool adds no thread to a worker."""
    process = script(
        "with MultiprocessExecutor(1) as pool: print(pool.submit(worker_tasks.threads).result())"
    )
    assert process.communicate()[0] == "1\n"


def test_a_task_may_use_processes_of_its_own(script: Script) -> None:
    """A worker is no daemon, so multiprocessing works inside of it."""
    process = script(
        """
        import multiprocessing, operator
        def inner():
            with multiprocessing.Pool(1) as pool:
                return pool.apply(operator.add, (1, 2))
        with MultiprocessExecutor(1, "fork") as pool:
            print(pool.submit(inner).result())
        """
    )
    assert process.communicate()[0] == "3\n"


def test_a_daemonic_process_may_have_a_pool(script: Script) -> None:
    """A worker of multiprocessing, which may have no children of its kind, can run tasks in workers."""
    process = script(
        """
        import multiprocessing
        def run():
            with MultiprocessExecutor(1) as pool:
                print(pool.submit(worker_tasks.echo, 1).result())
        child = multiprocessing.get_context("fork").Process(target=run, daemon=True)
        child.start()
        child.join()
        """
    )
    assert process.communicate()[0] == "1\n"


@METHODS
def test_ctrl_c_is_left_to_the_process_that_submits(script: Script, fifos: MakeFifo, method: str) -> None:
    """The signal reaches the whole group; the running task is not interrupted."""
    ready, release = fifos("ready"), fifos("release")
    process = script(
        """
        pool = MultiprocessExecutor(1, sys.argv[1])
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


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_ctrl_c_while_workers_start_is_ignored(script: Script, tmp_path: Path, method: str) -> None:
    """An interpreter that starts for the pool does not end by the signal either."""
    (tmp_path / "sitecustomize.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGINT)")
    process = script(
        """
        os.environ["PYTHONPATH"] = "."
        with MultiprocessExecutor(1, sys.argv[1]) as pool:
            print(pool.submit(worker_tasks.echo, 1).result())
        """,
        method,
    )
    assert process.communicate()[0] == "1\n"


def test_signal_handlers_of_the_parent_are_its_own(script: Script) -> None:
    """Workers forked from a process that handles SIGTERM and ignores SIGCHLD end as told, and are told of."""
    process = script(
        """
        import signal
        signal.signal(signal.SIGTERM, lambda *_: print("handled"))
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        with MultiprocessExecutor(1, "fork") as pool:
            pid = pool.submit(os.getpid).result()
            print(pool.submit(os.kill, pid, signal.SIGTERM).exception())
            print(pool.submit(os._exit, 3).exception())
        """
    )
    first, second = process.communicate()[0].splitlines()
    assert "was killed by signal 15" in first
    assert "ended with exit code 3" in second


@METHODS
def test_idle_workers_end_when_the_parent_is_killed(script: Script, method: str) -> None:
    """All processes of the pool end: the output they inherited comes to its end."""
    process = script(
        """
        pool = MultiprocessExecutor(2, sys.argv[1])
        print(*pool.submit(worker_tasks.family).result(), flush=True)
        sys.stdin.read()
        """,
        method,
    )
    assert process.stdout.readline()
    process.kill()
    assert process.stdout.read() == ""


@METHODS
def test_busy_workers_end_when_the_parent_is_killed(script: Script, fifos: MakeFifo, method: str) -> None:
    """A task that would run on for ever is ended soon after the process that waits for it."""
    ready, release = fifos("ready"), fifos("release")
    process = script(
        """
        pool = MultiprocessExecutor(2, sys.argv[1])
        pool.submit(worker_tasks.hold, Path(sys.argv[2]), Path(sys.argv[3])).result()
        """,
        method,
        ready,
        release,
    )
    ready.read_text()
    process.kill()
    assert process.stdout.read() == ""


def test_a_pool_that_nobody_shuts_down_ends_with_the_interpreter(script: Script) -> None:
    """What was submitted is done, and no process is left."""
    process = script(
        """
        pool = MultiprocessExecutor(2)
        pool.submit(worker_tasks.family).add_done_callback(lambda future: print(*future.result()))
        """
    )
    pids = process.stdout.readline().split()
    assert process.wait() == 0
    assert not any(Path("/proc", pid).exists() for pid in pids)


def test_ctrl_c_ends_an_interpreter_that_waits_for_a_task(script: Script, fifos: MakeFifo) -> None:
    """Its exit waits for running tasks; who insists is obeyed, and the task ends soon after."""
    ready, release = fifos("ready"), fifos("release")
    process = script(
        """
        pool = MultiprocessExecutor(1)
        pool.submit(worker_tasks.hold, Path(sys.argv[1]), Path(sys.argv[2]))
        """,
        ready,
        release,
    )
    ready.read_text()
    while process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    assert "KeyboardInterrupt" in process.stdout.read()


FORK = """
import warnings
warnings.simplefilter("ignore")  # newer Pythons warn of forking beside threads, as it is done here
pool = MultiprocessExecutor(1)
pool.submit(worker_tasks.echo, 1).result()
if os.fork() == 0:
    os.close(1), os.close(2)
    Path(sys.argv[1]).read_text()
    os._exit(0)
"""


def test_shutdown_does_not_wait_for_a_fork_of_the_parent(script: Script, fifos: MakeFifo) -> None:
    """A process that user code forks holds no end of the workers' pipes."""
    release = fifos("release")
    process = script(FORK + "pool.shutdown()", release)
    assert process.stdout.read() == ""
    release.write_text("")


def test_a_fork_of_the_parent_does_not_keep_the_pool_alive(script: Script, fifos: MakeFifo) -> None:
    """Nor does it keep the workers of a parent that was killed from ending."""
    release = fifos("release")
    process = script(FORK + "print('forked', flush=True); sys.stdin.read()", release)
    assert process.stdout.readline() == "forked\n"
    process.kill()
    assert process.stdout.read() == ""
    release.write_text("")
