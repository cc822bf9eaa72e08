from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from holdfast.formats import Formats
from holdfast.provisions import PluginContext
from holdfast_multiprocess.executor import MultiprocessExecutor, multiprocess_executor

MakePool = Callable[..., MultiprocessExecutor]


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module of tasks, importable here and in workers."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "importable"))
    return importlib.import_module("worker_tasks")


@pytest.fixture
def make_pool(tmp_path: Path, tasks: ModuleType) -> Iterator[MakePool]:
    """Makes pools with the options of the settings; they are shut down at the end."""
    pools: list[MultiprocessExecutor] = []

    def make(**options: object) -> MultiprocessExecutor:
        context = PluginContext(tmp_path, tmp_path / "storage", Formats())
        pools.append(multiprocess_executor(context, **options))  # type: ignore[arg-type]
        return pools[-1]

    yield make
    for pool in pools:
        pool.shutdown()


@pytest.fixture(params=["fork", "forkserver", "spawn"])
def any_pool(request: pytest.FixtureRequest, make_pool: MakePool) -> MultiprocessExecutor:
    """A pool of two workers, by each start method in turn."""
    return make_pool(max_workers=2, start_method=request.param)


@pytest.fixture
def pool(make_pool: MakePool) -> MultiprocessExecutor:
    """A pool of two workers."""
    return make_pool(max_workers=2)


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
