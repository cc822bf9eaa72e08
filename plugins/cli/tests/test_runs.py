"""``holdfast runs``: what was run before."""

from __future__ import annotations

import pytest


@pytest.fixture
def runs(project):
    """A project with two runs, the latest of which failed."""
    flows = project(
        "from holdfast import asset\n"
        "@asset\ndef a():\n    return 1\n"
        "@asset\ndef b(a):\n    raise ValueError('no')\n"
        "@asset\ndef c(b):\n    return 1\n"
    )
    flows("materialize", "a", "--executor", "in_process", "--tag", "why=first")
    flows("materialize", "--executor", "in_process")
    return flows


def test_runs_are_listed_the_latest_first(runs):
    """The list has each run's short id, job, status, times and selection."""
    header, *lines = (line.split() for line in runs.lines("runs", "list"))
    assert header == ["run", "job", "status", "started", "took", "selection"]
    assert [(line[1], line[2], line[-1]) for line in lines] == [
        ("materialize", "failure", "*"),
        ("materialize", "success", "a"),
    ]


def test_the_list_as_json(runs):
    """Scripts get whole ids, tags, and times in UTC; ``--limit`` bounds how many."""
    latest, first = runs.json("runs", "list")
    assert [run["run_id"] for run in runs.json("runs", "list", "--limit", "1")] == [latest["run_id"]]
    assert (first["tags"]["why"], first["status"], first["selection"]) == ("first", "SUCCESS", "a")
    assert first["ended"].endswith("Z")


def test_a_run_is_shown_with_its_steps(runs):
    """The latest run is shown by default, with the status of each step and the user's frames."""
    lines = runs.lines("runs", "show")
    cells = [line.split()[:2] for line in lines]
    for step in (["a", "made"], ["b", "failed"], ["c", "skipped"]):
        assert step in cells
    assert "    raise ValueError('no')" in lines
    assert "Skipped because b failed: c" in lines


def test_the_beginning_of_an_id_is_enough(runs):
    """A run is found by the short id of the list."""
    first = runs.json("runs", "list")[1]
    assert runs.json("runs", "show", first["run_id"][:8])["run_id"] == first["run_id"]


def test_an_ambiguous_id_is_refused(runs):
    """A beginning that several runs share is an error that lists them."""
    ids = [run["run_id"] for run in runs.json("runs", "list")]
    while len({run_id[0] for run_id in ids}) == len(ids):
        runs("materialize", "a", "-q", "--executor", "in_process")
        ids = [run["run_id"] for run in runs.json("runs", "list")]
    shared = next(run_id[0] for run_id in ids if sum(other[0] == run_id[0] for other in ids) > 1)
    done = runs("runs", "show", shared)
    assert done.returncode == 2
    assert f"Several runs begin with '{shared}'" in done.stderr


def test_an_unknown_run_is_an_error(runs):
    """An id that no run has is an error that says how to find them."""
    done = runs("runs", "show", "zzz")
    assert done.returncode == 2
    assert "'holdfast runs list'" in done.stderr


def test_there_may_be_no_run_yet(project):
    """Before the first run the list says how to make one."""
    flows = project("from holdfast import asset\n@asset\ndef a():\n    return 1\n")
    assert flows.lines("runs", "list") == ["No run is recorded yet; 'holdfast materialize' makes one."]
    assert flows.json("runs", "list") == []
    assert flows("runs", "show").returncode == 2
