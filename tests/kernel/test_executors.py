"""Executors of plugins: any `concurrent.futures.Executor` runs a job."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from holdfast import (
    Instance,
    InvalidConfigError,
    PluginError,
    RunStatus,
    UnmetExecutorRequirementsError,
    asset,
    define_asset_job,
    execute_job,
    materialize,
)

THREADS = """
from concurrent.futures import ThreadPoolExecutor

class Threads(ThreadPoolExecutor):
    def __init__(self, context, width=4):
        super().__init__(width)

@hookimpl
def holdfast_executors():
    yield ExecutorPlugin(
        name="threads", factory="stranger_threads:Threads", summary="threads", in_process=True
    )
"""

PROCESSES = """
from concurrent.futures import ProcessPoolExecutor

def processes(context):
    return ProcessPoolExecutor(2)

@hookimpl
def holdfast_executors():
    yield ExecutorPlugin(name="processes", factory="stranger_processes:processes", summary="processes")
"""

CLOSED = """
from concurrent.futures import ThreadPoolExecutor

def closed(context):
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    return pool

@hookimpl
def holdfast_executors():
    yield ExecutorPlugin(name="closed", factory="stranger_closed:closed", summary="shut", in_process=True)
"""

Install = Callable[..., Path]


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    """An instance of a directory of its own."""
    (tmp_path / "holdfast.toml").write_text("")
    return Instance.get(tmp_path)


def run(instance: Instance, executor: Any, *assets: Any) -> Any:
    return execute_job(define_asset_job("job", executor_def=executor).resolve(assets), instance)


def test_threads_run_steps_at_the_same_time(install_plugin: Install, instance: Instance) -> None:
    """Two steps that wait for each other both get through."""
    install_plugin("threads", THREADS)
    meeting = threading.Barrier(2, timeout=30)
    assets = [asset(name=name)(lambda: meeting.wait()) for name in ("a", "b")]
    assert run(instance, "threads", *assets).success


def test_an_executor_gets_its_options(install_plugin: Install, instance: Instance) -> None:
    """What stands beside `use` are arguments of its factory."""
    install_plugin("threads", THREADS)
    meeting = threading.Barrier(2)

    def meet() -> None:
        meeting.wait(0.05)

    result = run(instance, {"use": "threads", "width": 1}, asset(name="a")(meet), asset(name="b")(meet))
    assert not result.success


def test_the_standard_librarys_process_pool_is_an_executor(
    install_plugin: Install, instance: Instance
) -> None:
    """Definitions travel by value; values are loaded from where they were stored."""
    install_plugin("processes", PROCESSES)
    numbers = asset(name="numbers")(lambda: [1, 2, 3])
    total = asset(name="total")(lambda numbers: sum(numbers))
    assert run(instance, "processes", numbers, total).success
    assert (
        materialize(
            [total, numbers, asset(name="check")(lambda total: total)], instance=instance, selection="check"
        ).asset_value("check")
        == 6
    )


def test_definitions_without_a_module_need_cloudpickle(
    install_plugin: Install, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it is not installed, the message says how to get it and how to do without."""
    install_plugin("processes", PROCESSES)
    monkeypatch.setitem(sys.modules, "cloudpickle", None)
    with pytest.raises(UnmetExecutorRequirementsError, match="pip install cloudpickle"):
        run(instance, "processes", asset(name="a")(lambda: 1))


def test_an_executor_that_takes_no_steps_fails_the_run(install_plugin: Install, instance: Instance) -> None:
    """What it raises goes through, and the run is recorded as failed."""
    install_plugin("closed", CLOSED)
    with pytest.raises(RuntimeError, match="shutdown"):
        run(instance, "closed", asset(name="a")(lambda: 1))
    (recorded,) = instance.event_store.runs()
    assert recorded.status is RunStatus.FAILURE


def test_a_factory_that_gives_no_executor_is_an_error(install_plugin: Install, instance: Instance) -> None:
    """It names the plugin."""
    install_plugin("closed", CLOSED.replace("return pool", "return 7"))
    with pytest.raises(PluginError, match=r"'closed'.*not an instance of Executor"):
        run(instance, "closed", asset(name="a")(lambda: 1))


@pytest.mark.parametrize("choice", [{"a": {}, "b": {}}, 7])
def test_a_run_config_names_one_executor(instance: Instance, choice: Any) -> None:
    """Anything else is a problem of the run config."""
    job = define_asset_job("job").resolve([asset(name="a")(lambda: 1)])
    with pytest.raises(InvalidConfigError, match="one executor"):
        job.execute_in_process({"execution": {"config": choice}}, instance=instance)
