"""Executor that runs steps on a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.hookspecs import hookimpl
from holdfast.provisions import ExecutorPlugin

__all__: list[str] = []


@hookimpl
def holdfast_executors() -> Iterator[ExecutorPlugin]:
    """Provide the executor ``dask``."""
    yield ExecutorPlugin(
        name="dask",
        factory="holdfast_dask.executor:dask_executor",
        summary="the workers of a Dask cluster, here or elsewhere; each step runs at most once",
        conformance="holdfast_dask.conformance:local_cluster",
    )
