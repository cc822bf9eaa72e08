"""The fork server as the pool sees it: a process of one thread that starts the workers."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from time import monotonic, sleep

from holdfast_multiprocess.descriptors import keep_private
from holdfast_multiprocess.serve import ANSWER, QUIT, REAP, REQUEST, START, serve

__all__ = ["METHODS", "ForkServer", "safe_method"]

METHODS = ("fork", "forkserver", "spawn")
"""How workers start; see `ForkServer`."""


def safe_method() -> str:
    """Return ``"fork"`` if this process has one thread, so that forking it is safe, else ``"forkserver"``.

    Threads of native libraries count: their locks would stay locked in the fork. Where they cannot be
    counted, which is everywhere but on Linux, they are assumed. A daemonic process of `multiprocessing` may
    have no children, and so may no fork of it.
    """
    forkable = _has_one_thread() and not multiprocessing.current_process().daemon
    return "fork" if forkable else "forkserver"


class ForkServer:
    """A process of one thread that starts the workers, and ends them when this process is gone.

    Args:
        method: ``"fork"``: the server is a fork of this process, and the workers forks of the server.
            ``"forkserver"``: the server is a fresh interpreter, and the workers are forks of it. ``"spawn"``:
            the server and each worker are fresh interpreters. A fresh interpreter gets this process's module
            search path and working directory and does not run its main module.

    Raises:
        OSError: the process cannot be started.
    """

    def __init__(self, method: str) -> None:
        self.gone = False
        """Whether the server was found to have ended."""
        self._lock = threading.Lock()
        self._socket, theirs = socket.socketpair()
        keep_private(self._socket)
        with theirs, _sigint_blocked():
            self._wait = _fork(theirs) if method == "fork" else _execute(theirs, method)

    def start(self) -> tuple[Connection, int]:
        """Start a worker and return the connection to it and its process id.

        Raises:
            OSError: no process can be started, or the server is gone.
        """
        ours, theirs = Pipe()
        keep_private(ours)
        with theirs:
            answer = self._ask(START, 0, theirs)
        if answer < 0:
            ours.close()
            raise OSError(-answer, os.strerror(-answer))
        return ours, answer

    def reap(self, pid: int) -> int:
        """End a worker that has closed its connection, and return its exit code, ``-N`` for signal N.

        Raises:
            OSError: the server is gone.
        """
        return self._ask(REAP, pid)

    def quit(self) -> None:
        """Have the server end as soon as its workers have, whose connections must be closed."""
        with self._lock, self._socket, contextlib.suppress(OSError):
            if not self.gone:
                self.gone = True
                self._socket.sendall(REQUEST.pack(QUIT, 0))

    def wait(self) -> None:
        """Wait until the server's process has ended."""
        with contextlib.suppress(ChildProcessError):  # reaped by someone else
            self._wait()

    def _ask(self, command: bytes, pid: int, connection: Connection | None = None) -> int:
        request = REQUEST.pack(command, pid)
        with self._lock:
            if self.gone:
                raise ConnectionResetError("the fork server has ended")
            try:
                if connection is None:
                    self._socket.sendall(request)
                else:
                    socket.send_fds(self._socket, [request], [connection.fileno()])
                answer = self._socket.recv(ANSWER.size, socket.MSG_WAITALL)
                return int(ANSWER.unpack(answer)[0])
            except (OSError, struct.error) as error:
                self.gone = True
                self._socket.close()
                raise ConnectionResetError("the fork server has ended") from error


def _has_one_thread() -> bool:
    threads = Path("/proc/self/task")
    if not threads.is_dir():
        return False
    deadline = monotonic() + 0.01  # a thread that was joined takes a moment to leave the list
    while len(list(threads.iterdir())) > 1:
        if monotonic() > deadline:
            return False
        sleep(0.0005)
    return True


@contextlib.contextmanager
def _sigint_blocked() -> Iterator[None]:
    # The new process inherits the mask, so that Ctrl-C cannot end it before it ignores the signal.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _fork(control: socket.socket) -> Callable[[], object]:
    for stream in (sys.stdout, sys.stderr):  # what waits in their buffers would be printed twice
        with contextlib.suppress(AttributeError, ValueError, OSError):
            stream.flush()
    pid = os.fork()
    if pid:
        return lambda: os.waitpid(pid, 0)
    try:
        serve(control, "fork")
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(0)  # the frames above, and what they would clean up, are the other process's


def _execute(control: socket.socket, method: str) -> Callable[[], object]:
    path = [entry for entry in sys.path if isinstance(entry, str)]
    boot = (
        f"import sys; sys.path[:] = {path!r}; "
        f"from holdfast_multiprocess.serve import main; main({control.fileno()}, {method!r})"
    )
    flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    command = [sys.executable, *flags, "-c", boot]
    return subprocess.Popen(command, pass_fds=[control.fileno()]).wait
