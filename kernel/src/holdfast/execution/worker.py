"""Steps in worker processes: what crosses is a small task, and each worker rebuilds the run once."""

from __future__ import annotations

import atexit
import pickle
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from typing import Any

import attrs

from holdfast.execution.provenance import Used
from holdfast.execution.resolution import Resolution, resolve
from holdfast.execution.session import Session
from holdfast.execution.step import StepOutcome, run_step
from holdfast.keys import AssetKey

__all__ = ["StepTask", "close_sessions", "run_task"]

_KEPT = 4
"""How many runs a worker keeps ready; beyond that the one used longest ago is closed."""

_sessions: OrderedDict[str, Session] = OrderedDict()
_lock = threading.RLock()


@attrs.frozen
class StepTask:
    """A step to run in a worker process.

    Attributes:
        run_id: the run.
        step_key: the step, as the plan has it.
        attempt: the attempt, the first being 1.
        rebuild: a pickled function and its arguments; calling it gives the `Session` of the run. It names the
            repository where that can be imported, and holds the definitions by value where it cannot.
        resolution: what the run found out about the step, if it needs that.
        used: the versions of the assets, and partitions of them, that the step's assets are made of.
    """

    run_id: str
    step_key: str
    attempt: int
    rebuild: bytes
    resolution: Resolution | None = None
    used: Mapping[tuple[AssetKey, str | None], Used] = attrs.field(factory=dict)


def run_task(task: StepTask) -> StepOutcome:
    """Run one step in this process, rebuilding the run if this is its first step here."""
    with _lock:
        session = _sessions.get(task.run_id)
        if session is None:
            if not _sessions:
                atexit.register(close_sessions)  # for executors whose workers end without calling it
            session = _sessions[task.run_id] = _rebuild(task.rebuild)
            while len(_sessions) > _KEPT:
                _close(_sessions.popitem(last=False)[1])
        _sessions.move_to_end(task.run_id)
    step = session.step(task.step_key)
    if task.resolution is not None:
        step = resolve(step, task.resolution)
    session.provenance.told(task.used)
    return run_step(session, step, task.attempt)


def close_sessions(run_ids: Collection[str] | None = None) -> None:
    """Tear down the resources of runs in this process; called when a worker ends in good order.

    Args:
        run_ids: the runs, for workers that other runs share and that live on; by default every run.
    """
    with _lock:
        for run_id in list(reversed(_sessions)):
            if run_ids is None or run_id in run_ids:
                _close(_sessions.pop(run_id))


def _close(session: Session) -> None:
    for problem in session.resources.close():
        session.log.error("%s", problem, exc_info=problem)


def _rebuild(data: bytes) -> Session:
    function: Callable[..., Session]
    arguments: tuple[Any, ...]
    function, arguments = pickle.loads(data)
    return function(*arguments)
