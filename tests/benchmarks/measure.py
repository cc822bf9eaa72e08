"""How work is measured; needs nothing of Holdfast."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping

Work = Callable[[], object]


def medians(
    works: Mapping[str, Work], *, repeats: int = 5, clock: Callable[[], float] = time.process_time
) -> dict[str, float]:
    """Return the seconds that each piece of work takes, the median of several.

    The works take turns, so that whatever else the machine does falls on all of them alike.

    Args:
        works: the pieces of work by name.
        repeats: how often each is done.
        clock: counts the seconds: of CPU of this process, all its threads included, unless told otherwise.
    """
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, work in works.items():
            gc.collect()
            start = clock()
            kept = work()
            taken[name].append(clock() - start)
            del kept  # not before the clock has stopped: tearing a result down is not part of making it
    return {name: statistics.median(seconds) for name, seconds in taken.items()}
