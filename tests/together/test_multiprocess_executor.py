"""The multi-process executor of the asset API, with the plugin that provides its workers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from holdfast import (
    AssetValueLoader,
    Instance,
    JobDefinition,
    asset,
    define_asset_job,
    execute_job,
    multi_or_in_process_executor,
    multiprocess_executor,
)


def pid_job(executor_def: Any) -> JobDefinition:
    """Return a job whose asset is the process that made it."""
    return define_asset_job("job", executor_def=executor_def).resolve([asset(name="pid")(os.getpid)])


def pid_of(job: JobDefinition, instance: Instance, config: Any) -> Any:
    """Run a job and return which process made its asset."""
    run_config = {"execution": {"config": config}}
    execute_job(job, instance, run_config=run_config, raise_on_error=True)
    assert job.asset_layer is not None
    return AssetValueLoader(job.asset_layer.graph, instance).load_asset_value("pid")


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_steps_run_in_worker_processes(tmp_path: Path, method: str) -> None:
    """As many as the config says, started as it says."""
    config = {"max_concurrent": 1, "start_method": {method: {}}}
    assert pid_of(pid_job(multiprocess_executor), Instance.get(tmp_path), config) != os.getpid()


@pytest.mark.parametrize(
    ("config", "here"),
    [({"in_process": {}}, True), ("in_process", True), ({"multiprocess": {"max_concurrent": 1}}, False)],
)
def test_the_run_config_switches_the_default_executor(tmp_path: Path, config: Any, here: bool) -> None:
    """Between this process and workers."""
    pid = pid_of(pid_job(multi_or_in_process_executor), Instance.get(tmp_path), config)
    assert (pid == os.getpid()) is here
