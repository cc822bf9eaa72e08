"""How work is measured; needs nothing of Holdfast."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

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


class Paired(NamedTuple):
    """What one piece of work takes beside another that does the least of the same.

    Attributes:
        ratio: of CPU, the median of all pairs.
        wall_ratio: of wall time, likewise.
        work: the seconds of CPU, the median.
        floor: those of the other.
    """

    ratio: float
    wall_ratio: float
    work: float
    floor: float


def paired(work: Work, floor: Work, *, repeats: int = 11) -> Paired:
    """Compare two pieces of work pair by pair, so that what slows both, such as a busy disk, cancels out.

    Each goes first in every other pair. A first pair, which warms up, does not count.

    Args:
        work: the one to measure.
        floor: the one to compare it with.
        repeats: how many pairs count.
    """
    pairs = []
    for turn in range(repeats + 1):
        order = (work, floor) if turn % 2 else (floor, work)
        taken = {each: _cpu_and_wall(each) for each in order}
        pairs.append((*taken[work], *taken[floor]))
    counted = pairs[1:]
    return Paired(
        statistics.median(cpu / floor_cpu for cpu, _, floor_cpu, _ in counted),
        statistics.median(wall / floor_wall for _, wall, _, floor_wall in counted),
        statistics.median(cpu for cpu, _, _, _ in counted),
        statistics.median(floor_cpu for _, _, floor_cpu, _ in counted),
    )


def _cpu_and_wall(work: Work) -> tuple[float, float]:
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    kept = work()
    taken = time.process_time() - cpu, time.perf_counter() - wall
    del kept  # as above
    return taken
