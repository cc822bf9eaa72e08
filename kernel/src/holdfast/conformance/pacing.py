"""How often something is tried: as often as a fast place allows, and less where each time takes long."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

__all__ = ["affordable", "turns"]

_SECONDS = 3.0


def turns(most: int, least: int = 3, seconds: float = _SECONDS) -> Iterator[int]:
    """Yield numbers from zero on: ``most`` of them, or, once some seconds have passed, at least ``least``."""
    end = time.monotonic() + seconds
    for number in range(most):
        if number >= least and time.monotonic() > end:
            return
        yield number


def affordable(act: Callable[[], object], most: int, least: int = 3) -> int:
    """Return how often something can be done in some seconds, from how long it takes once."""
    start = time.monotonic()
    act()
    once = time.monotonic() - start
    return max(least, min(most, int(_SECONDS / max(once, 1e-6))))
