"""The conformance suites bite: every fault is noticed by its clause, and every clause notices one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from holdfast import StaticPartitionMapping, StaticPartitionsDefinition
from holdfast.conformance import SUITES, MappingTrial
from holdfast.conformance.running import run_clause
from holdfast.conformance.suites import Saboteur, Suite

LETTERS = StaticPartitionsDefinition(list("abcdef"))
BY_TABLE = MappingTrial(
    use=lambda _directory: StaticPartitionMapping({"a": ["a", "b"], "b": "c", "c": ["a", "f"]}),
    pairs=[(LETTERS, LETTERS)],
    refused=[(LETTERS, None)],
)

# What the faults are put into, for each kind: the first that can have the fault.
CORRECT: dict[str, tuple[Any, ...]] = {
    "IO manager": ("filesystem", "memory"),
    "format": ("parquet", "pickle"),
    "executor": ("multiprocess", "in_process"),
    "partition mapping": (BY_TABLE,),
    "observer": ("file",),
    "loader": ("module",),
    "event store": ("sqlite", "memory"),
}
EVERY = [(suite, saboteur) for suite in SUITES for saboteur in suite.saboteurs]


def features(suite: Suite[Any], subject: Any, root: Path) -> frozenset[str]:
    """Return what a subject claims and can store."""
    with suite.open(subject, root) as bench:
        return bench.features  # type: ignore[no-any-return]


@pytest.mark.parametrize(("suite", "saboteur"), EVERY, ids=[f"{s.kind}-{bad.__name__}" for s, bad in EVERY])
def test_a_fault_is_noticed(suite: Suite[Any], saboteur: type[Saboteur], tmp_path: Path) -> None:
    """The clause that a saboteur names fails for a correct plugin with that one fault."""
    for number, subject in enumerate(CORRECT[suite.kind]):
        root = tmp_path / str(number)
        root.mkdir()
        if saboteur.fits(features(suite, subject, root)):
            assert run_clause(suite, subject, suite.clause(saboteur.kills), saboteur) is not None
            return
    raise AssertionError(f"No correct plugin can have the fault of {saboteur.__name__}.")


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.kind)
def test_every_clause_has_a_saboteur(suite: Suite[Any]) -> None:
    """No clause is there that could not fail."""
    assert {clause.number for clause in suite.clauses} == {bad.kills for bad in suite.saboteurs}


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.kind)
def test_clauses_are_numbered_in_order(suite: Suite[Any]) -> None:
    """The numbers of a suite count from one, and each clause says what must hold."""
    prefix = suite.clauses[0].number.partition("-")[0]
    assert [c.number for c in suite.clauses] == [f"{prefix}-{n:02}" for n in range(1, len(suite.clauses) + 1)]
    assert all(clause.title.endswith(".") for clause in suite.clauses)
    assert all(saboteur.fault().endswith(".") for saboteur in suite.saboteurs)


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.kind)
def test_every_claim_is_explained(suite: Suite[Any]) -> None:
    """What the records of a kind may claim is what its page explains."""
    own = {"processes"} if suite.kind == "executor" else set()
    assert set(suite.claims) == {*suite.record.CLAIMS, *own}
