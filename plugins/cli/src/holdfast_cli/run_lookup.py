"""Which run somebody means."""

from __future__ import annotations

from collections.abc import Callable

from holdfast.errors import Error, InvariantViolationError, RunNotFoundError
from holdfast.events import Run
from holdfast.interfaces import EventStore

__all__ = ["NO_RUNS", "find_run"]

NO_RUNS = "No run is recorded yet; 'holdfast materialize' makes one."


def find_run(
    store: EventStore,
    beginning: str | None,
    fits: Callable[[Run], bool] | None = None,
    no_runs: str = NO_RUNS,
) -> Run:
    """Return a run.

    Args:
        store: where runs are recorded.
        beginning: its id, or the beginning of it; the latest when there is none.
        fits: the latest that fits is meant.
        no_runs: what to say when there is none of these.

    Raises:
        RunNotFoundError: no run has such an id.
        InvariantViolationError: several do.
        Error: there is no run.
    """
    if not beginning:
        latest = next(filter(fits, store.runs(1 if fits is None else None)), None)
        if latest is None:
            raise Error(no_runs)
        return latest
    found = [run for run in store.runs() if run.run_id.startswith(beginning)]
    if len(found) > 1:
        exact = [run for run in found if run.run_id == beginning]
        ids = ", ".join(run.run_id for run in found[:5])
        if not exact:
            raise InvariantViolationError(
                f"Several runs begin with '{beginning}': {ids}. Give more of the id."
            )
        return exact[0]
    if not found:
        raise RunNotFoundError(beginning)
    return found[0]
