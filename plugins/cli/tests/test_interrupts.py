"""Ctrl-C during a run."""

from __future__ import annotations

import os
import signal

import pytest

WAITING = """
from holdfast import asset

@asset
def first():
    return 1

@asset
def waits(first):
    open("begun", "w").close()  # these are FIFOs: the test hears of the one
    open("go_on").close()       # and opens the other
    return 1

@asset
def after(waits):
    return 1
"""


@pytest.fixture
def waiting(project):
    """A project with an asset that says when it has begun, and waits."""
    flows = project(WAITING)
    for name in ("begun", "go_on"):
        os.mkfifo(flows.directory / name)
    return flows


def interrupted(flows, *arguments):
    command = flows.start("materialize", *arguments)
    (flows.directory / "begun").open().close()
    command.send_signal(signal.SIGINT)
    return command


def wait_until_it_ends(command):
    assert any("interrupted, ending the run" in line for line in iter(command.stdout.readline, ""))


def test_an_interrupted_run_is_canceled(waiting):
    """Ctrl-C ends the run, which is recorded as canceled with what it made; the exit code is 130."""
    command = interrupted(waiting, "--executor", "in_process")
    out, err = command.communicate(timeout=30)
    assert (command.returncode, err) == (130, "")
    assert "Interrupted: waits" in out
    assert "was canceled after" in out
    (run,) = waiting.json("runs", "list")
    assert run["status"] == "CANCELED"
    assert waiting.lines("load", "first") == ["1"]


def test_steps_in_workers_come_to_their_end(waiting):
    """A step that runs in a worker is waited for, and no other begins."""
    command = interrupted(waiting)
    wait_until_it_ends(command)
    (waiting.directory / "go_on").open("w").close()
    command.communicate(timeout=30)
    steps = {step["key"]: step["status"] for step in waiting.json("runs", "show")["steps"]}
    assert command.returncode == 130
    assert steps == {"first": "made", "waits": "running", "after": "waiting"}
    assert waiting.lines("load", "waits") == ["1"]


def test_a_second_interrupt_does_not_wait(waiting):
    """Ctrl-C again ends the command and its workers at once; the run is recorded as canceled."""
    command = interrupted(waiting)
    wait_until_it_ends(command)
    command.send_signal(signal.SIGINT)
    assert command.wait(timeout=30) == 130
    command.communicate(timeout=30)  # which waits for the workers, too
    assert waiting.json("runs", "list")[0]["status"] == "CANCELED"


def test_a_run_whose_process_was_killed_is_gone(waiting):
    """A run that began and whose process is no more is listed as gone."""
    command = waiting.start("materialize")
    (waiting.directory / "begun").open().close()
    assert waiting.json("runs", "list")[0]["status"] == "STARTED"
    command.kill()
    command.communicate(timeout=30)
    assert waiting.json("runs", "list")[0]["status"] == "GONE"
    assert waiting.lines("runs", "show")[-1] == "Its process is gone and has not recorded its end."
