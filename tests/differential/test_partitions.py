"""Partitions are what the record says they are on the reference."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from differential.partition_cases import answer, cases

import holdfast

RECORD = json.loads(Path(__file__).with_name("partition_answers.json").read_text("utf-8"))


@pytest.mark.parametrize("case", RECORD)
def test_a_case_is_answered_as_recorded(case):
    """Keys, windows, schedules and mapped ranges agree with the reference's."""
    assert answer(json.loads(case), holdfast) == RECORD[case]


def test_the_record_covers_every_case():
    """A case that was never recorded and a record of a case that is gone are both mistakes."""
    assert {json.dumps(case) for case in cases()} == set(RECORD)


def test_there_are_enough_cases():
    """Three hundred at least."""
    assert len(RECORD) >= 300
