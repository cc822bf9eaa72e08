"""What runs on the workers of the cluster."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Collection
from functools import partial
from multiprocessing.util import Finalize
from typing import Any

from distributed import get_client, get_worker

from holdfast.execution.messages import perform
from holdfast_dask.tokens import begin, token_name

__all__ = ["BegunBeforeError", "close_runs", "run"]

_SESSIONS = "holdfast.execution.worker"
_KEPT = 64 * 1024  # bytes


class BegunBeforeError(Exception):
    """A task is not run, because it was begun before."""


def run(tokens: str, number: int, task: bytes) -> bytes:
    """Run a task of `holdfast.execution.messages`, if nobody has begun it.

    Dask gives a task to another worker when one is lost, and again when its result is lost. So the scheduler
    keeps, with the task's token, who began the task, and the reply too, unless that is large.

    Args:
        tokens: the name of the executor's tokens.
        number: the task's.
        task: the task.

    Raises:
        BegunBeforeError: somebody has begun it.
    """
    client, me = get_client(), (os.getpid(), get_worker().address)
    if not begin(client, tokens, number, (*me, None)):
        raise BegunBeforeError(token_name(tokens, number))
    global _finalizer
    if _finalizer is None:  # workers are processes of multiprocessing, which runs no other end
        _finalizer = Finalize(None, _close, exitpriority=0)
    reply = perform(task)
    if len(reply) <= _KEPT:
        with contextlib.suppress(Exception):  # the reply itself is on its way
            client.publish_dataset((*me, reply), name=token_name(tokens, number), override=True)
    return reply


async def close_runs(run_ids: Collection[str], dask_worker: Any) -> None:
    """Tear down the resources of runs on this worker, in the thread of its steps if that is one.

    Args:
        run_ids: the runs.
        dask_worker: this worker; Dask gives it.
    """
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(dask_worker.executors["default"], partial(_close, run_ids))


def _close(run_ids: Collection[str] | None = None) -> None:
    if _SESSIONS in sys.modules:
        sys.modules[_SESSIONS].close_sessions(run_ids)


_finalizer: Finalize | None = None
