"""What the command shows on a terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess

import pytest

FLOWS = """
import sys
from holdfast import asset

@asset
def slow():
    print("worker says hello")
    print("forked" if "holdfast_cli.main" in sys.modules else "fresh")
    open("begun", "w").close()
    open("go_on").close()
    return 1

@asset
def quick():
    return 1

@asset
def bad(quick):
    raise ValueError("no")

@asset
def after(bad):
    return 1
"""


class Terminal:
    """The command on a terminal of its own."""

    def __init__(self, holdfast, *arguments, **environment):
        ours, theirs = pty.openpty()
        command = [holdfast.command, *arguments]
        self.process = subprocess.Popen(
            command,
            cwd=holdfast.directory,
            env=holdfast.environment(**environment),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self._ours = ours
        self.screen = ""

    def wait_for(self, text):
        while text not in self.screen:
            assert self._read(), f"{text!r} was never shown:\\n{self.screen}"

    def finish(self):
        while self._read():
            pass
        os.close(self._ours)
        return self.process.wait(timeout=30)

    def _read(self):
        try:
            data = os.read(self._ours, 65536).decode()
        except OSError:  # nobody has the terminal open any more
            return False
        self.screen += data
        return bool(data)


@pytest.fixture
def flows(project):
    """A project with an asset that says when it has begun, and waits."""
    flows = project(FLOWS)
    for name in ("begun", "go_on"):
        os.mkfifo(flows.directory / name)
    return flows


def let_go(flows):
    (flows.directory / "begun").open().close()
    (flows.directory / "go_on").open("w").close()


def test_what_runs_and_what_has_ended_is_shown(flows):
    """While a step runs it stands below with its time; what has ended, and the counts, stand above it."""
    terminal = Terminal(flows, "materialize")
    terminal.wait_for("1 made, 1 failed, 1 skipped of 4")
    terminal.wait_for("slow")
    let_go(flows)
    assert terminal.finish() == 1
    assert "running" in terminal.screen
    for line in ("quick made in", "bad failed after", "after skipped because bad failed", "slow made in"):
        assert line in terminal.screen
    assert "2 assets made, 1 failed, 1 skipped." in terminal.screen


def test_what_workers_print_is_shown_whole(flows):
    """Lines that functions print in workers appear between those of the display, while they run."""
    terminal = Terminal(flows, "materialize", "slow")
    terminal.wait_for("worker says hello\r\n")
    let_go(flows)
    assert terminal.finish() == 0


def test_the_display_leaves_executors_free_to_fork(flows):
    """Workers are forks of the command, so they need not import the definitions anew."""
    terminal = Terminal(flows, "materialize", "slow")
    let_go(flows)
    terminal.finish()
    assert "forked\r\n" in terminal.screen


def test_the_cursor_is_given_back(flows):
    """What the display hides and draws below, it shows and clears again, also after Ctrl-C."""
    terminal = Terminal(flows, "materialize", "slow", "--executor", "in_process")
    (flows.directory / "begun").open().close()
    terminal.wait_for("running")
    os.kill(terminal.process.pid, 2)
    assert terminal.finish() == 130
    assert terminal.screen.count("\x1b[?25l") == terminal.screen.count("\x1b[?25h") == 1
    assert "Interrupted: slow" in terminal.screen.rpartition("\x1b[?25h")[2]


@pytest.mark.parametrize(("arguments", "environment"), [(["--plain"], {}), ([], {"TERM": "dumb"})])
def test_a_terminal_may_have_plain_lines(flows, arguments, environment):
    """``--plain``, and a terminal that cannot move its cursor, get the lines of a pipe."""
    terminal = Terminal(flows, "materialize", "quick", *arguments, **environment)
    assert terminal.finish() == 0
    assert "quick started\r\n" in terminal.screen
    assert "\x1b" not in terminal.screen


def test_json_on_a_terminal_is_the_last_word(flows):
    """With ``--json`` the display is on standard error, and standard output has the JSON alone."""
    terminal = Terminal(flows, "materialize", "quick", "--json")
    assert terminal.finish() == 0
    assert terminal.screen.rstrip().endswith("}")


def test_tables_are_folded_to_the_terminal(flows):
    """A table is as wide as the terminal, and what does not fit goes on in the next line."""
    terminal = Terminal(flows, "plugins", "list", COLUMNS="60", NO_COLOR="1")
    assert terminal.finish() == 0
    lines = re.sub(r"\x1b\[[\d;]*m", "", terminal.screen).splitlines()
    assert max(map(len, lines)) <= 60
    assert "materialize" in terminal.screen


MANY = """
from holdfast import StaticPartitionsDefinition, asset

@asset(partitions_def=StaticPartitionsDefinition([str(n) for n in range(30)]))
def many(context):
    if context.partition_key == "20":
        open("begun", "w").close()
        open("go_on").close()
    return 1
"""


def test_a_backfill_is_shown_by_asset(project):
    """How many of its partitions are made stands below, and no line for each of them above."""
    flows = project(MANY)
    for name in ("begun", "go_on"):
        os.mkfifo(flows.directory / name)
    terminal = Terminal(flows, "backfill", "--executor", "in_process")
    terminal.wait_for("20 of 30 made")
    terminal.wait_for("20 made of 30")
    let_go(flows)
    assert terminal.finish() == 0
    assert "many: 30 of 30 made" in terminal.screen
    assert "30 partitions of 1 asset made." in terminal.screen
