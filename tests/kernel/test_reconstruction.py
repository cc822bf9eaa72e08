"""Jobs that other processes find by name."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from holdfast import (
    Instance,
    InvalidInvocationError,
    InvariantViolationError,
    JobDefinition,
    asset,
    define_asset_job,
    execute_job,
    graph,
    job,
    op,
    reconstructable,
)
from holdfast.reconstruction import ReconstructableJob


@op
def pid() -> int:
    return os.getpid()


@graph
def pids() -> None:
    pid()


@job
def decorated() -> None:
    pid()


of_graph = pids.to_job(name="of_graph")


@asset
def process() -> int:
    return os.getpid()


def of_assets() -> JobDefinition:
    return define_asset_job("of_assets").resolve([process])


def needs_an_argument(name: str) -> JobDefinition:
    return decorated


def no_job() -> int:
    return 3


@pytest.mark.parametrize("target", [decorated, of_graph, of_assets])
def test_a_job_or_a_function_that_returns_one(target: Any) -> None:
    """At the top of a module, wherever it came from."""
    found = reconstructable(target)
    assert found.name in globals()
    assert found.module == __name__
    assert isinstance(found.get_definition(), JobDefinition)


def test_what_no_process_could_find() -> None:
    """A lambda, and what a function defines."""

    def inner() -> JobDefinition:
        return decorated

    @job
    def nested() -> None:
        pid()

    for target in (lambda: decorated, inner, nested):
        with pytest.raises(InvariantViolationError, match=r"top of"):
            reconstructable(target)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (3, "not 3"),
        (None, "not None"),
        (pids, "not GraphDefinition"),
        (no_job, "gives 3"),
        (needs_an_argument, "must need no arguments"),
    ],
)
def test_what_is_no_job(target: Any, message: str) -> None:
    """The message says what it is."""
    with pytest.raises(InvariantViolationError, match=message):
        reconstructable(target)


JOBS = """
import os

from holdfast import asset, define_asset_job, graph, op


class Unpicklable:
    def __reduce__(self):
        raise TypeError("it stays here")


def unsendable():
    held = Unpicklable()

    @op
    def holder():
        assert held
        return os.getpid()

    return graph(name="holds")(lambda: holder() and None).to_job()


@asset
def process():
    return os.getpid()


def of_assets():
    return define_asset_job("of_assets").resolve([process])
"""


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a module on the path, which workers can import too."""
    (tmp_path / "jobs_of_a_shop.py").write_text(JOBS)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("jobs_of_a_shop")
    del sys.modules["jobs_of_a_shop"]


def test_workers_make_the_job_themselves(jobs: Any) -> None:
    """So that nothing of it need be sent."""
    instance = Instance.ephemeral()
    with execute_job(reconstructable(jobs.unsendable), instance, raise_on_error=True) as result:
        assert result.output_for_node("holder") != os.getpid()


def test_a_part_of_a_job_that_is_found_by_name(jobs: Any) -> None:
    """Workers plan the same part."""
    found = reconstructable(jobs.of_assets)
    result = execute_job(found, Instance.ephemeral(), asset_selection=["process"], raise_on_error=True)
    assert [event.step_key for event in result.all_events if event.is_step_success] == ["process"]


def test_the_job_of_a_script_is_sent() -> None:
    """Other processes cannot import the module ``__main__``."""
    assert ReconstructableJob("shop.jobs", "daily").is_importable
    assert not ReconstructableJob("__main__", "daily").is_importable


@pytest.mark.parametrize("target", [of_assets, pids, 3])
def test_only_jobs_are_executed(target: Any) -> None:
    """Functions and graphs are not."""
    with pytest.raises(InvalidInvocationError, match="reconstructable"):
        execute_job(target, Instance.ephemeral())
