"""Functions written with ``async``: a step runs them in an event loop of its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from types import AsyncGeneratorType, CoroutineType
from typing import Any

__all__ = ["ASYNCHRONOUS", "settled"]

ASYNCHRONOUS = (CoroutineType, AsyncGeneratorType)
"""What calling such a function gives."""


def settled(result: Any) -> Any:
    """Return what a coroutine returns, or a generator of what an asynchronous generator yields.

    Args:
        result: one of `ASYNCHRONOUS`.
    """
    if isinstance(result, AsyncGeneratorType):
        return _drained(result)
    import asyncio  # 35 ms to import, and few functions need it

    return asyncio.run(result)


def _drained(generator: AsyncGenerator[Any, None]) -> Iterator[Any]:
    import asyncio  # 35 ms to import, and few functions need it

    loop = asyncio.new_event_loop()
    try:
        while True:
            try:
                yield loop.run_until_complete(anext(generator))
            except StopAsyncIteration:
                return
    finally:
        loop.run_until_complete(generator.aclose())
        loop.close()
