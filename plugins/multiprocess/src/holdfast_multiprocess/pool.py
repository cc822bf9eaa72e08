"""The pool of workers: one is lent to each task that runs, warm where there is one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any

from holdfast.errors import SubprocessError
from holdfast.execution.messages import name_of, pack_task, unpack_reply
from holdfast_multiprocess.fork_server import ForkServer, safe_method

__all__ = ["WorkerPool"]

_STARTS = 3
"""How many workers are started for a task when they end before they run it."""


class WorkerPool:
    """Worker processes that are started when a task finds none idle, and stay until `stop`.

    Args:
        method: how workers start, one of `METHODS`; ``None`` for the fastest way that is safe.
    """

    def __init__(self, method: str | None) -> None:
        self._method = method
        self._server: ForkServer | None = None
        self._idle: list[_Worker] = []
        self._lent = 0
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Fork the fork server, if that is how workers start; the executor must have no threads yet."""
        self._method = self._method or safe_method()
        if self._method == "fork" and self._server is None:
            self._server = ForkServer("fork")

    def call(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Call a function in a worker process and return what it returns, or raise what it raises.

        Raises:
            SubprocessError: the worker died, or none could be started.
            UnmetExecutorRequirementsError: the call or its result cannot be pickled or unpickled.
        """
        task = pack_task(function, args, kwargs)
        with self._lock:
            self._lent += 1
        try:
            return unpack_reply(self._ask_a_worker(task, name_of(function)))
        finally:
            with self._lock:
                self._lent -= 1

    def stop(self, wait: bool) -> None:
        """End the workers in good order, unless a task is running.

        Tasks run on here only when the interpreter exits without waiting for them; the fork server ends
        their workers when this process is gone.

        Args:
            wait: whether to wait until they and the fork server have ended.
        """
        with self._lock:
            if self._lent or self._server is None:
                return
            while self._idle:
                self._idle.pop().close()
            self._server.quit()
        if wait:
            self._server.wait()

    def _ask_a_worker(self, task: bytes, name: str) -> bytes:
        starts, reason = 0, ""
        while True:
            worker = self._take_idle()
            if worker is None:
                if starts == _STARTS:
                    raise SubprocessError(
                        f"{name} could not run: {starts} worker processes in a row could not start. {reason}"
                    )
                starts += 1
                try:
                    worker = self._start()
                except OSError as error:
                    reason = f"No process could be started: {error}."
                    continue
            try:
                reply = worker.ask(task)
            except (EOFError, OSError):
                raise SubprocessError(f"{worker.reap()} while it ran {name}.") from None
            if reply is not None:
                with self._lock:
                    self._idle.append(worker)
                return reply
            reason = f"{worker.reap()} before it ran a task."

    def _take_idle(self) -> _Worker | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _start(self) -> _Worker:
        with self._lock:
            if self._server is None or self._server.gone:
                if self._server is not None:
                    self._server.wait()
                # This process has threads by now, so a fork server that was killed is not forked again.
                self._server = ForkServer("spawn" if self._method == "spawn" else "forkserver")
            server = self._server
        return _Worker(server)


class _Worker:
    def __init__(self, server: ForkServer) -> None:
        self._server = server
        self._connection: Connection
        self._connection, self._pid = server.start()
        self._ready = False

    def ask(self, task: bytes) -> bytes | None:
        """Return the reply to a task, ``None`` if the worker ended before it began.

        Raises:
            EOFError: it ended while the task ran.
            OSError: it ended while it replied.
        """
        try:
            if not self._ready:
                self._connection.recv_bytes()
                self._ready = True
            self._connection.send_bytes(task)
        except (EOFError, OSError):
            return None
        try:
            return self._connection.recv_bytes()
        except ConnectionResetError:  # part of the task was never read
            return None

    def close(self) -> None:
        """Have the worker end in good order."""
        self._connection.close()

    def reap(self) -> str:
        """Let go of a worker that has ended; return a sentence's beginning that says how it did."""
        self._connection.close()
        who = f"Worker process {self._pid}"
        try:
            code = self._server.reap(self._pid)
        except OSError:
            return f"{who} ended"  # nobody is left who knows how
        if code >= 0:
            return f"{who} ended with exit code {code}"
        if code == -signal.SIGKILL:
            return f"{who} was killed by signal 9 (SIGKILL; the system may be out of memory)"
        return f"{who} was killed by signal {-code} ({signal.strsignal(-code)})"
