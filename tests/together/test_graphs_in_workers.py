"""Graphs of computations on worker processes, with their values in files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from holdfast import (
    AssetsDefinition,
    AssetValueLoader,
    DynamicOut,
    DynamicOutput,
    In,
    Instance,
    JobDefinition,
    Out,
    Output,
    define_asset_job,
    execute_job,
    graph,
    job,
    multiprocess_executor,
    op,
)

HOLDFAST = Path(sys.executable).with_name("holdfast")
SETTINGS = """
[tool.holdfast]
repository = "flows"
executor = { use = "multiprocess", max_workers = 2 }

[tool.holdfast.io_managers]
io_manager = { use = "filesystem", base = "data" }
"""
FLOWS = '''
import os

from holdfast import AssetsDefinition, DynamicOut, DynamicOutput, GraphOut, asset, graph, job, op, repository


@op(out=DynamicOut())
def names():
    return [DynamicOutput(name, name) for name in ("ann", "bob")]


@op
def greeting(name):
    return f"hello {name}"


@op
def letter(greetings):
    with open("letter", "w") as file:
        file.write(f"{greetings} {os.getpid()}")


@job
def post():
    """Writes to everyone."""
    letter(names().map(greeting).collect())


@op
def increased(n):
    return n + 1


@graph(out={"a": GraphOut("the first"), "b": GraphOut()})
def pair(raw):
    a = increased(raw)
    return {"a": a, "b": increased(a)}


@asset
def raw():
    return 1


@repository
def shop():
    return [post, raw, AssetsDefinition.from_graph(pair, can_subset=True)]
'''


@op(out=DynamicOut())
def numbers() -> Any:
    return [DynamicOutput(n, f"n{n}") for n in (1, 2, 3)]


@op(out={"value": Out(is_required=False), "process": Out()})
def odd(n: int) -> Any:
    if n % 2:
        yield Output(n, "value")
    yield Output(os.getpid(), "process")


@op(ins={"values": In(list)})
def told(values: list[int], processes: list[int]) -> Any:
    return values, processes


@graph
def table() -> Any:
    values, processes = numbers().map(odd)
    return told(values.collect(), processes.collect())


@op
def fails(n: int) -> float:
    return 1 / (n - 2)


@job(executor_def=multiprocess_executor)
def failing() -> None:
    told(numbers().map(fails).collect(), numbers().collect())


def run(definition: JobDefinition, instance: Instance) -> Any:
    return execute_job(definition, instance, run_config={"execution": {"config": {"max_concurrent": 2}}})


def test_dynamic_outputs_run_in_workers(tmp_path: Path) -> None:
    """Values cross in files; a list goes without what was not made."""
    definition = define_asset_job("job", executor_def=multiprocess_executor)
    resolved = definition.resolve([AssetsDefinition.from_graph(table)])
    instance = Instance.get(tmp_path)
    assert run(resolved, instance).success
    assert resolved.asset_layer is not None
    values, processes = AssetValueLoader(resolved.asset_layer.graph, instance).load_asset_value("table")
    assert values == [1, 3]
    assert os.getpid() not in processes


def test_a_failure_for_one_value_leaves_the_others(tmp_path: Path) -> None:
    """In whatever order the workers end."""
    result = run(failing, Instance.get(tmp_path))
    ended = {event.step_key: event.event_type_value for event in result.all_events if event.step_key}
    assert ended["fails[n2]"] == "STEP_FAILURE"
    assert ended["fails[n1]"] == ended["fails[n3]"] == "STEP_SUCCESS"
    assert not result.success


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a job of a graph and assets of a graph."""
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    (tmp_path / "flows.py").write_text(FLOWS)
    return tmp_path


def command(project: Path, *arguments: str) -> str:
    done = subprocess.run([HOLDFAST, *arguments], cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_job_of_a_graph_runs_by_its_name(project: Path) -> None:
    """Values between computations are stored under the run and the step, with names encoded like keys."""
    said = command(project, "run", "post")
    assert (project / "letter").read_text().startswith("['hello ann', 'hello bob'] ")
    stored = sorted(
        str(path.relative_to(project / "data")).partition("/")[2] for path in project.glob("data/*/**/*.*")
    )
    assert stored == [
        "greeting%5Bann%5D/result.txt",
        "greeting%5Bbob%5D/result.txt",
        "letter/result.json",
        "names/result/ann.txt",
        "names/result/bob.txt",
    ]
    assert "greeting[ann] done in" in said
    assert "4 steps done" in said


def test_assets_of_a_graph_are_made_and_shown(project: Path) -> None:
    """As other assets are: described, planned, drawn, and loaded."""
    command(project, "materialize", "raw", "a")
    command(project, "materialize", "b")
    assert command(project, "load", "b").strip() == "3"
    assert "the first" in command(project, "assets", "show", "a")
    assert "on the way to b" in command(project, "plan", "b")
    assert command(project, "graph").split() == ["raw", "├──", "a", "└──", "b"]


def test_jobs_of_graphs_are_listed(project: Path) -> None:
    """With what they say of themselves."""
    assert "Writes to everyone." in command(project, "jobs", "list")
