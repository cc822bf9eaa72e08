"""A Dask cluster of this machine, in processes of its own."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys

from holdfast.errors import SubprocessError

__all__ = ["LocalProcesses", "main"]

_CONFIG = {
    # What a worker that is lost has not begun may be run by another, however often that happens.
    "distributed.scheduler.allowed-failures": 1_000_000,
    # A step may keep its worker busy for as long as it needs; that a process has ended is seen at once.
    "distributed.scheduler.worker-ttl": None,
    # A worker that dies again and again is started again and again.
    "distributed.deploy.lost-worker-timeout": "1000 days",
    # Steps may start processes.
    "distributed.worker.daemon": False,
}


class LocalProcesses:
    """A scheduler and worker processes that end with this process, however it ends.

    They descend from an interpreter of their own: so they never run this process's main script, are not
    interrupted by Ctrl-C, and keep this process free for the run.

    Args:
        n_workers: how many worker processes there are.
        threads_per_worker: how many tasks each runs at once.

    Raises:
        SubprocessError: they do not start.
    """

    def __init__(self, n_workers: int, threads_per_worker: int) -> None:
        reading, writing = os.pipe()
        path = [entry for entry in sys.path if isinstance(entry, str)]
        boot = (
            f"import sys; sys.path[:] = {path!r}; "
            f"from holdfast_dask.cluster import main; main({writing}, {n_workers}, {threads_per_worker})"
        )
        flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
        self._process = subprocess.Popen(
            [sys.executable, *flags, "-c", boot],
            stdin=subprocess.PIPE,
            pass_fds=[writing],
            start_new_session=True,
        )
        os.close(writing)
        with open(reading) as said:  # noqa: PTH123 - a descriptor has no path
            self.address = said.readline().strip()
        """The address of the scheduler."""
        if not self.address:
            code = self.stop()
            raise SubprocessError(
                f"The local Dask cluster did not start: its process ended with code {code}."
            )

    def stop(self) -> int:
        """End all its processes in good order; return the exit code of the first."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        return self._process.wait()


def main(writing: int, n_workers: int, threads_per_worker: int) -> None:
    """Run a cluster until the other end of the standard input is closed.

    Args:
        writing: a descriptor; the address of the scheduler is written there once all workers are there.
        n_workers: how many worker processes there are.
        threads_per_worker: how many tasks each runs at once.
    """
    import dask  # costly, and needed in the cluster's own process alone
    from distributed import LocalCluster

    dask.config.set(_CONFIG)
    with LocalCluster(
        n_workers=n_workers,
        threads_per_worker=threads_per_worker,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        memory_limit=0,  # a worker that is paused for its memory would never run its steps
        silence_logs=logging.CRITICAL,  # what the run needs to know is in the errors of its steps
    ) as cluster:
        with open(writing, "w") as said:
            said.write(f"{cluster.scheduler_address}\n")
        sys.stdin.buffer.read()
