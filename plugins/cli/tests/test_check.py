"""``holdfast plugins check``: the conformance suites as a command."""

from __future__ import annotations

import json

import pytest

CARELESS = """
import pickle
from pathlib import Path

from holdfast.hookspecs import hookimpl
from holdfast.interfaces import IOManager
from holdfast.provisions import IOManagerPlugin


class Careless(IOManager):
    def __init__(self, context):
        self.directory = context.directory
    def handle_output(self, context, obj):
        print("storing")
        (self.directory / context.asset_key.path[-1]).write_bytes(pickle.dumps(obj))
    def load_input(self, context):
        return pickle.loads((self.directory / context.asset_key.path[-1]).read_bytes())


@hookimpl
def holdfast_io_managers():
    yield IOManagerPlugin(
        name="careless", factory="holdfast_careless:Careless", summary="", claims=("persistent",)
    )
"""

SHELF = """
import pickle
from contextlib import contextmanager

from holdfast.errors import StepOutputNotFoundError
from holdfast.hookspecs import hookimpl
from holdfast.interfaces import IOManager
from holdfast.provisions import IOManagerPlugin


class Shelf(IOManager):
    process_local = True
    def __init__(self, context, *, label):
        self.values = {}
    def handle_output(self, context, obj):
        self.values[context.identity] = obj
    def load_input(self, context):
        if context.identity not in self.values:
            raise StepOutputNotFoundError(f"Asset '{context.asset_key}'", "the shelf")
        return self.values[context.identity]


@contextmanager
def trial(directory):
    from holdfast.conformance import IOManagerTrial

    (directory / "began").touch()
    yield IOManagerTrial(use="shelf", options={"label": "spices"})
    print("ended", (directory / "began").exists())


@hookimpl
def holdfast_io_managers():
    yield IOManagerPlugin(
        name="shelf", factory="holdfast_shelf:Shelf", summary="", conformance="holdfast_shelf:trial"
    )
"""


def test_a_plugin_is_proven(holdfast):
    """Without a test file, the suite runs on a temporary instance; the exit code says that all holds."""
    assert holdfast.lines("plugins", "check", "file") == [
        "observer 'file': proven. 9 of 9 clauses ran: 9 holds."
    ]


def test_a_name_stands_for_all_that_a_plugin_provides(holdfast):
    """Each thing with a suite has its report; some clauses are no proof, and no failure if they hold."""
    done = holdfast("plugins", "check", "filesystem", "--clause", "OB-01", "--clause", "IO-07", "--json")
    assert done.returncode == 0, done.stderr
    assert [(r["kind"], r["name"], r["passed"]) for r in json.loads(done.stdout)] == [
        ("observer", "file", False),
        ("observer", "file_hash", False),
        ("IO manager", "filesystem", False),
    ]


def test_a_wrong_plugin_is_not(holdfast, install):
    """A stranger's fault is told with its clause and what to do; the exit code is 1."""
    done = holdfast("plugins", "check", "careless", "--clause", "IO-10", **install("careless", CARELESS))
    assert done.returncode == 1
    assert done.stdout.startswith("IO-10 fails: Assets whose keys read alike are kept apart")
    assert "encode_part" in done.stdout
    assert "storing" not in done.stdout


def test_a_plugin_says_how_it_is_tried(holdfast, install):
    """What its record names gives the options, and is ended like any context manager."""
    done = holdfast("plugins", "check", "shelf", "--clause", "IO-13", **install("shelf", SHELF))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of 35 clauses ran: 1 holds." in done.stdout
    assert "ended True" in done.stderr


def test_a_badge_is_written(holdfast):
    """The badge counts the clauses that hold."""
    holdfast.lines("plugins", "check", "file", "--badge", "badge.json")
    badge = json.loads((holdfast.directory / "badge.json").read_text())
    assert (badge["message"], badge["color"]) == ("9 of 9 clauses hold", "brightgreen")


def test_faults_are_noticed(holdfast):
    """``--sabotage`` puts faults into the plugin and says how many were noticed."""
    assert holdfast.lines("plugins", "check", "file", "--sabotage") == [
        "11 of 11 faults that were put into 'file' are noticed."
    ]
    (row,) = holdfast.json("plugins", "check", "file", "--sabotage", "--clause", "OB-01")
    assert (row["saboteur"], row["clause"], row["noticed"]) == ("GivesText", "OB-01", True)


@pytest.mark.parametrize(
    ("name", "said"),
    [("sqlit", "'sqlit'. Did you mean 'sqlite'"), ("cli", "There is no suite for a command.")],
)
def test_what_cannot_be_proven_is_an_error(holdfast, name, said):
    """A name that nothing provides, or nothing that a suite is for, is told."""
    done = holdfast("plugins", "check", name)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_broken_plugin_says_so(holdfast, install):
    """A plugin that cannot be imported cannot be proven; its reason is given."""
    done = holdfast("plugins", "check", "faulty", **install("faulty", "raise RuntimeError('out of order')\n"))
    assert done.returncode == 2
    assert "Plugin 'faulty' is broken" in done.stderr
    assert "out of order" in done.stderr


def test_without_the_extra_it_says_what_to_install(holdfast):
    """Where hypothesis is not installed, the error names the extra."""
    (holdfast.directory / "hypothesis.py").write_text("raise ModuleNotFoundError(name='hypothesis')\n")
    done = holdfast("plugins", "check", "file", PYTHONPATH=str(holdfast.directory))
    assert done.returncode == 2
    assert 'pip install "holdfast[conformance]"' in done.stderr
