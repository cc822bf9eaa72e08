"""What worker processes cost, against a bare pool of the standard library."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from measure import medians
from report import Row

from holdfast import Project

SUBJECT = "workers"
TASKS = 100
WORKERS = 2
BUDGET_X = 1.15

SETTINGS = f"""
[tool.holdfast]
repository = "hundred_assets"
executor = {{ use = "multiprocess", max_workers = {WORKERS} }}
event_store = "memory"
io_managers.io_manager = {{ use = "filesystem", base = "data" }}
"""

MODULE = f"""
import time

from holdfast import asset


def busy():
    end = time.thread_time() + 0.02
    while time.thread_time() < end:
        pass
    return 1


assets = [asset(name=f"work_{{number}}")(busy) for number in range({TASKS})]
"""


def busy() -> int:
    """Use 20 ms of CPU."""
    end = time.thread_time() + 0.02
    while time.thread_time() < end:
        pass
    return 1


def run() -> Iterator[Row]:
    """Measure independent assets from loaded definitions to the end of the run, starting workers included."""
    with tempfile.TemporaryDirectory(prefix="holdfast-benchmark-") as place:
        (Path(place) / "pyproject.toml").write_text(SETTINGS, "utf-8")
        (Path(place) / "hundred_assets.py").write_text(MODULE, "utf-8")
        project = Project.load(place)
        works = {"bare": bare_pool, "holdfast": lambda: in_workers(project)}
        taken = medians(works, repeats=5, clock=time.perf_counter)
    beside = f"{taken['holdfast'] * 1e3:.0f} ms; ProcessPoolExecutor({WORKERS}) {taken['bare'] * 1e3:.0f} ms"
    ratio = taken["holdfast"] / taken["bare"]
    yield Row(SUBJECT, f"{TASKS} assets of 20 ms, {WORKERS} workers", ratio, "x", BUDGET_X, f"wall {beside}")


def bare_pool() -> None:
    """Run the same work in a new pool."""
    with ProcessPoolExecutor(WORKERS) as pool:
        for future in [pool.submit(busy) for _ in range(TASKS)]:
            future.result()


def in_workers(project: Project) -> None:
    """Run the assets; a run that fails would be a fast one."""
    if not project.materialize().success:
        raise RuntimeError("the run failed, so its time means nothing")
