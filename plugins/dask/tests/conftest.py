from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from holdfast.formats import Formats
from holdfast.provisions import PluginContext
from holdfast_dask.cluster import LocalProcesses
from holdfast_dask.executor import DaskExecutor, dask_executor

IMPORTABLE = str(Path(__file__).parent / "importable")

MakeExecutor = Callable[..., DaskExecutor]


@pytest.fixture(scope="session")
def tasks() -> Iterator[ModuleType]:
    """The module of tasks, importable here and on workers."""
    sys.path.insert(0, IMPORTABLE)
    yield importlib.import_module("dask_worker_tasks")
    sys.path.remove(IMPORTABLE)


@pytest.fixture(scope="session")
def cluster(tasks: ModuleType) -> Iterator[LocalProcesses]:
    """A cluster of two workers with one thread each."""
    cluster = LocalProcesses(2, 1)
    yield cluster
    cluster.stop()


@pytest.fixture
def make_executor(tmp_path: Path, tasks: ModuleType) -> Iterator[MakeExecutor]:
    """Makes executors with the options of the settings; they are shut down at the end."""
    executors: list[DaskExecutor] = []

    def make(**options: object) -> DaskExecutor:
        context = PluginContext(tmp_path, tmp_path / "storage", Formats())
        executors.append(dask_executor(context, **options))  # type: ignore[arg-type]
        return executors[-1]

    yield make
    for executor in executors:
        executor.shutdown()


@pytest.fixture
def executor(make_executor: MakeExecutor, cluster: LocalProcesses) -> DaskExecutor:
    """An executor on the cluster of two workers."""
    return make_executor(address=cluster.address)


@pytest.fixture
def fifos(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Makes FIFOs: who opens one end waits until another opens the other."""
    made: list[Path] = []

    def make(name: str) -> Path:
        made.append(tmp_path / name)
        os.mkfifo(made[-1])
        return made[-1]

    yield make
    for fifo in made:  # whoever still waits, because the test failed, goes on
        os.close(os.open(fifo, os.O_RDWR))
