"""A project on a Dask cluster, with a worker that is killed while the run goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast import Project

pytestmark = pytest.mark.xdist_group("dask")

SETTINGS = """
repository = "flows"
executor = { use = "dask", n_workers = 2 }

[io_managers]
io_manager = { use = "filesystem", base = "data" }
"""

MODULE = """
import os, signal
from pathlib import Path
from holdfast import RetryPolicy, asset, repository, resource, with_resources

@resource
def tape():
    with Path("tape").open("a") as file:
        file.write(f"up {os.getpid()}\\n")
    yield "tape"
    with Path("tape").open("a") as file:
        file.write(f"down {os.getpid()}\\n")

@asset(required_resource_keys={"tape"})
def first(context):
    assert context.resources.tape
    return os.getpid()

@asset(required_resource_keys={"tape"})
def second(context, first):
    assert context.resources.tape
    return [first, os.getpid()]

@asset(retry_policy=RetryPolicy(max_retries=3))
def doomed():
    with Path("doomed").open("a") as file:
        file.write("begun\\n")
    os.kill(os.getpid(), signal.SIGKILL)

@asset
def after(doomed):
    return 1

@repository
def flows():
    return with_resources([first, second, doomed, after], {"tape": tape})
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Project]:
    """Loads the project, whose directory is the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "holdfast.toml").write_text(SETTINGS)
    (tmp_path / "flows.py").write_text(MODULE)
    return lambda: Project.load(tmp_path)


def test_a_run_on_a_cluster(project: Callable[[], Project], tmp_path: Path) -> None:
    """Steps run on its workers; what they set up is torn down in each, and the values are loaded here."""
    result = project().materialize("*second")
    assert result.success
    lines = [line.split() for line in (tmp_path / "tape").read_text().splitlines()]
    pids = {pid for _, pid in lines}
    assert sorted(lines) == sorted([word, pid] for pid in pids for word in ("up", "down"))
    repository = project().repository
    first, second = repository.load_asset_value("second", instance=project().instance)
    assert {str(first), str(second)} == pids


def test_a_killed_worker_fails_its_own_step_alone(project: Callable[[], Project], tmp_path: Path) -> None:
    """It is run once, though Dask would run it again; what needs it is skipped, and the rest is made."""
    result = project().materialize()
    assert not result.success
    events = project().instance.event_store.events(result.run_id)
    kinds = {event.step_key: event.event_type_value for event in events if event.step_key}
    assert kinds["doomed"] == "STEP_FAILURE"
    assert kinds["after"] == "STEP_SKIPPED"
    assert (kinds["first"], kinds["second"]) == ("STEP_SUCCESS", "STEP_SUCCESS")
    assert (tmp_path / "doomed").read_text() == "begun\n"
