"""How the executor is proven: on a cluster of this machine, started anew for each clause."""

from __future__ import annotations

from pathlib import Path

from holdfast.conformance.trials import Trial

__all__ = ["local_cluster"]


def local_cluster(_directory: Path) -> Trial:
    """Return the trial of the executor ``dask``, with two worker processes on any machine."""
    return Trial(use="dask", options={"n_workers": 2})
