"""Executor that runs steps in warm worker processes."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.hookspecs import hookimpl
from holdfast.provisions import ExecutorPlugin

__all__: list[str] = []


@hookimpl
def holdfast_executors() -> Iterator[ExecutorPlugin]:
    """Provide the executor ``multiprocess``."""
    yield ExecutorPlugin(
        name="multiprocess",
        factory="holdfast_multiprocess.executor:multiprocess_executor",
        summary="warm worker processes on this machine; a worker that is killed fails its own step alone",
    )
