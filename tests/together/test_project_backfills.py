"""Partitions of a project: made in worker processes that find the definitions by name, and resumed."""

from __future__ import annotations

import itertools
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast import InvalidInvocationError, NothingToDoError, PartitionKeyRange, Project
from holdfast.backfills import backfill
from holdfast.events import BACKFILL_TAG

SETTINGS = """
[tool.holdfast]
repository = "{module}"
executor = {{ use = "multiprocess", max_workers = 2 }}
event_store = {{ use = "sqlite", path = "events.db" }}

[tool.holdfast.io_managers]
io_manager = {{ use = "filesystem", base = "data" }}
"""

IMPORTS = """
import os
from holdfast import *

HERE = os.path.dirname(__file__)
letters = StaticPartitionsDefinition(list("abcdef"))


def note(text):
    with open(os.path.join(HERE, "log"), "a") as log: log.write(text + "\\n")


def mended():
    return os.path.exists(os.path.join(HERE, "mended"))
"""

PIPELINE = """
    @asset(partitions_def=letters)
    def small(context):
        note(f"small {context.partition_key}")
        return context.partition_key

    @asset(partitions_def=letters)
    def large(context, small):
        note(f"large {context.partition_key}")
        if context.partition_key == "c" and not mended():
            raise ValueError("not this one")
        return small.upper()

    @asset
    def word(large):
        return "".join(large.values())
"""

_numbers = itertools.count()


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Project]:
    """Writes a project with a module of definitions, and loads it."""
    monkeypatch.setattr(sys, "path", [*sys.path])

    def make(code: str) -> Project:
        module = f"backfilled_{next(_numbers)}"  # modules stay imported, so each project has one of its own
        (tmp_path / "pyproject.toml").write_text(SETTINGS.format(module=module))
        (tmp_path / f"{module}.py").write_text(IMPORTS + textwrap.dedent(code))
        return Project.load(tmp_path)

    return make


def value(project: Project, key: str, partition: str | None = None) -> object:
    """Return a stored value."""
    return project.repository.load_asset_value(key, instance=project.instance, partition_key=partition)


def done(tmp_path: Path) -> list[str]:
    """Return what the functions noted since the last time."""
    log = tmp_path / "log"
    lines = log.read_text().splitlines()
    log.unlink()
    return lines


def test_a_resume_makes_what_is_left_and_nothing_else(load, tmp_path):
    """An asset that is done is left out: workers load it, and do not make it again."""
    project = load(PIPELINE)
    first = project.backfill(tags={"team": "core"})
    assert not first.success
    assert len(done(tmp_path)) == 12
    (tmp_path / "mended").touch()
    again = project.resume(first.run_id)
    assert again.success
    assert done(tmp_path) == ["large c"]
    assert value(project, "word") == "ABCDEF"
    assert again.run.tags == {"team": "core", BACKFILL_TAG: first.run_id}


def test_a_resume_of_a_resume_is_of_the_same_backfill(load, tmp_path):
    """Until nothing is left of it."""
    project = load(PIPELINE)
    first = project.backfill(partitions=PartitionKeyRange("b", "d"), selection="small or large")
    second = project.resume(first.run_id)
    assert not second.success
    (tmp_path / "mended").touch()
    third = project.resume(second.run_id)
    assert third.run.tags[BACKFILL_TAG] == first.run_id
    for run in (first, second, third):
        with pytest.raises(NothingToDoError, match="Nothing is left"):
            project.resume(run.run_id)


def test_only_backfills_are_resumed(load):
    """A run without partitions has nothing that could be left."""
    project = load("""
    @asset
    def whole():
        return 1
    """)
    with pytest.raises(InvalidInvocationError, match="is no backfill"):
        project.resume(project.materialize().run_id)


def test_assets_of_one_computation_are_resumed_together(load, tmp_path):
    """It makes all of them or none, though only one is left."""
    project = load("""
    @multi_asset(
        outs={"odd": AssetOut(), "even": AssetOut(is_required=False)}, partitions_def=letters
    )
    def both():
        yield Output(1, "odd")
        if mended():
            yield Output(2, "even")
    """)
    first = project.backfill(partitions=["a", "b"])
    (tmp_path / "mended").touch()
    assert project.resume(first.run_id).success
    assert value(project, "even", "b") == 2


def test_a_backfill_of_a_job_is_resumed_with_what_the_job_brings(load, tmp_path):
    """Its resources, and not all of its assets."""
    project = load("""
    @asset(partitions_def=letters)
    def small(context):
        note(f"small {context.partition_key}")
        return 1

    @asset(partitions_def=letters, required_resource_keys={"factor"})
    def large(context, small):
        if context.partition_key == "c" and not mended():
            raise ValueError("not this one")
        return context.resources.factor * small

    @repository
    def repo():
        resources = {"factor": ResourceDefinition.hardcoded_resource(7)}
        return [
            *with_resources([small, large], resources),
            define_asset_job("growing", executor_def="multiprocess"),
        ]
    """)
    job = project.repository.get_job("growing")
    first = backfill(job, ["b", "c"], instance=project.instance)
    assert sorted(done(tmp_path)) == ["small b", "small c"]
    (tmp_path / "mended").touch()
    again = project.resume(first.run_id)
    assert again.success
    assert again.run.job_name == "growing"
    assert not (tmp_path / "log").exists()
    assert value(project, "large", "c") == 7


def test_one_partition_is_made_by_workers(load):
    """Of a selection, and of a job."""
    project = load(
        PIPELINE
        + """
    @repository
    def repo():
        return [small, large, word, define_asset_job("pair", "small or large")]
    """
    )
    assert project.materialize("small", partition_key="a").success
    assert value(project, "small", "a") == "a"
    assert project.run_job("pair", partition_key="b").success
    assert value(project, "large", "b") == "B"


def test_a_plan_says_which_partitions_it_is_for(load):
    """Of one partition, of a backfill, of what is missing of it, or of none in particular."""
    project = load(PIPELINE)
    project.materialize("small", partition_key="a")

    def partitions(**arguments):
        plan = project.plan("small", **arguments)
        return [list(step.partitions) if step.partitions else None for step in plan]

    assert partitions() == [None]
    assert partitions(partition_key="b") == [["b"]]
    assert partitions(partitions=PartitionKeyRange("a", "c")) == [["a", "b", "c"]]
    assert partitions(partitions=PartitionKeyRange("a", "c"), only="missing") == [["b", "c"]]
    with pytest.raises(InvalidInvocationError, match="Give one of them"):
        project.plan("small", partition_key="a", only="missing")


def test_there_may_be_nothing_to_do(load):
    """A script can tell that from a mistake."""
    project = load(PIPELINE)
    assert project.backfill("small").success
    with pytest.raises(NothingToDoError, match="there are no missing partitions to make"):
        project.backfill("small", only="missing")


def test_a_run_records_how_many_steps_there_are(load):
    """By asset, so that whoever looks on knows what it is to come to."""
    project = load(PIPELINE)
    result = project.backfill("small or large", ["a", "b", "d"])
    assert result.run.about.step_counts == {"small": 3, "large": 3}
