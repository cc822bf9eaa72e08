"""Every program answers on Holdfast what the record says it answers on the reference.

`DIFFERENCES` lists where Holdfast is meant to answer otherwise, and why; such an answer is compared too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from differential.answers import named
from differential.collection import answer, programs
from differential.differences import DIFFERENCES

import holdfast

PROGRAMS = programs()
RECORD = json.loads(Path(__file__).with_name("answers.json").read_text("utf-8"))


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_answers_as_recorded(name):
    """The record is the reference's answer, unless the program is among the deliberate differences."""
    expected = DIFFERENCES[name][1] if name in DIFFERENCES else RECORD[name]
    assert named(expected, answer(PROGRAMS[name], holdfast)) == expected


def test_the_record_covers_every_program():
    """A program that was never recorded and a record of a program that is gone are both mistakes."""
    assert set(RECORD) == set(PROGRAMS)


def test_there_are_enough_programs():
    """The API has this many facts at least."""
    assert len(PROGRAMS) >= 150


def test_every_program_says_what_it_shows():
    """A program without a docstring shows nothing to who reads it."""
    assert [name for name, program in PROGRAMS.items() if not program.__doc__] == []


@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_difference_is_still_one(name):
    """What is listed as different and answers the same needs no entry."""
    reason, expected = DIFFERENCES[name]
    assert reason
    assert expected != RECORD[name]


def test_programs_run_in_another_process():
    """The recorder asks another interpreter the same way, and reads what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-m", "differential", "holdfast", "keys.user_string"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert json.loads(done.stdout) == {"keys.user_string": RECORD["keys.user_string"]}
