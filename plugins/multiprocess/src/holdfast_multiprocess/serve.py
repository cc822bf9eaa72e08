"""The fork server's own process: starts workers on request, and ends them when the pool's process is gone."""

from __future__ import annotations

import gc
import multiprocessing
import signal
import socket
import struct
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from time import monotonic

from holdfast_multiprocess.descriptors import keep_private
from holdfast_multiprocess.worker import preload, work

__all__ = ["ANSWER", "QUIT", "REAP", "REQUEST", "START", "main", "serve"]

REQUEST = struct.Struct("!cq")
"""A command, and the id of the worker process it is about."""
START, REAP, QUIT = b"S", b"R", b"Q"

ANSWER = struct.Struct("!q")
"""What is answered: to START, which comes with a descriptor, the worker's process id, or an error number
below zero; to REAP the worker's exit code, a signal's number below zero; to QUIT nothing."""

_GRACE = 3.0
"""Seconds that workers have to end once the pool's process is gone."""


def main(descriptor: int, method: str) -> None:
    """Serve in a fresh interpreter; see `serve`."""
    serve(socket.socket(fileno=descriptor), method)


def serve(control: socket.socket, method: str) -> None:
    """Start and reap workers as told until the pool quits or its process is gone.

    This process has one thread and does no work of its own, so that forking it is always safe.

    Args:
        control: where requests come from.
        method: ``"spawn"`` to start each worker as a fresh interpreter, else it is forked from this process.
    """
    _settle_signals()
    keep_private(control)
    process_type: type[BaseProcess]
    if method == "spawn":
        process_type = multiprocessing.get_context("spawn").Process
    else:
        preload()
        gc.freeze()  # keep the garbage collector of every worker off the pages it shares with this process
        process_type = multiprocessing.get_context("fork").Process
    workers: dict[int, BaseProcess] = {}
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, REQUEST.size, 1, socket.MSG_WAITALL)
        if len(request) < REQUEST.size:
            _end(workers, _GRACE)
            return
        command, pid = REQUEST.unpack(request)
        if command == QUIT:
            _end(workers, None)
            return
        if command == START:
            connection = Connection(descriptors[0])
            worker = process_type(target=work, args=(connection,))
            try:
                worker.start()
            except OSError as error:
                answer = -(error.errno or 1)
            else:
                answer = worker.pid or 0
                workers[answer] = worker
            connection.close()
        else:
            answer = _reap(workers.pop(pid))
        control.sendall(ANSWER.pack(answer))


def _settle_signals() -> None:
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):  # a handler of the process this one was forked from
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # if ignored, no exit code could be had
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the pool's process decides
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _reap(worker: BaseProcess) -> int:
    worker.kill()  # it has closed its connection: where it is not dead already, it is of no use
    worker.join()
    code = worker.exitcode
    worker.close()
    return code or 0


def _end(workers: dict[int, BaseProcess], grace: float | None) -> None:
    # Idle workers end by themselves, for their connections are closed; one may be busy only when the pool's
    # process was killed.
    deadline = monotonic() + (grace or 0)
    for worker in workers.values():
        if grace is None:
            worker.join()
            continue
        worker.join(max(0.0, deadline - monotonic()))
        worker.kill()
        worker.join()
