"""Partitions are what the record says they are on the reference.

`DIFFERENCES` lists where Holdfast is meant to answer otherwise, and why; such an answer is compared too.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from differential.answers import named
from differential.partition_answers import answer, every_case
from differential.partition_differences import DIFFERENCES

import holdfast

RECORD = json.loads(Path(__file__).with_name("partition_answers.json").read_text("utf-8"))
DIFFERENT = {json.dumps(difference.case): difference for difference in DIFFERENCES}


@pytest.mark.parametrize("case", RECORD)
def test_a_case_is_answered_as_recorded(case):
    """Keys, windows, ranges, subsets, mappings and run config agree, unless they are meant to differ."""
    expected = DIFFERENT[case].answer if case in DIFFERENT else RECORD[case]
    assert named(expected, answer(json.loads(case), holdfast)) == expected


def test_the_record_covers_every_case():
    """A case that was never recorded and a record of a case that is gone are both mistakes."""
    assert {json.dumps(case) for case in every_case()} == set(RECORD)


def test_there_are_enough_cases():
    """Three hundred at least agree."""
    assert len(RECORD) - len(DIFFERENT) >= 300


@pytest.mark.parametrize("case", DIFFERENT)
def test_a_difference_is_still_one(case):
    """What is listed as different and answers the same needs no entry."""
    assert DIFFERENT[case].answer != RECORD[case]
