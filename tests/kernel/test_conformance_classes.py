"""The conformance suites as test classes, run by pytest as an author runs them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast import InvalidDefinitionError
from holdfast.conformance import EventStoreConformance, IOManagerConformance

FAILING = """
import pytest
from holdfast.builtins.memory import InMemoryIOManager
from holdfast.conformance import IOManagerConformance, IOManagerTrial


class Late(InMemoryIOManager):
    def load_input(self, context):
        value = super().load_input(context)
        return list(value) if isinstance(value, tuple) else value


class TestLate(IOManagerConformance):
    expected_failures = {expected}

    @pytest.fixture
    def subject(self):
        return IOManagerTrial(use=lambda directory: Late(), claims=["partitions"])
"""

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs pytest on a test module, and returns what it prints."""

    def run(module: str, *arguments: str) -> str:
        (tmp_path / "test_module.py").write_text(module)
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "0", "-ra", *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    return run


def test_a_clause_that_fails_is_a_test_that_fails(run: Run) -> None:
    """Each clause is a test; what it says and its advice are in the output."""
    said = run(FAILING.replace("{expected}", "{}"), "-k", "IO_01 or IO_02 or IO_03")
    assert "2 failed, 1 passed" in said
    assert "(1, (2, 'a')) (tuple) was stored, and [1, (2, 'a')] (list) was loaded." in said


def test_expected_failures_are_strict(run: Run) -> None:
    """A clause that fails with a reason is an xfail; one that holds all the same fails."""
    expected = '{"IO-02": "It is written in JSON.", "IO-03": "It has no null."}'
    said = run(FAILING.replace("{expected}", expected), "-k", "IO_02 or IO_03")
    assert "1 failed, " in said
    assert "1 xfailed" in said
    assert "It is written in JSON." in said
    assert "IO-03 holds, though it is expected to fail (It has no null.)" in said


def test_sabotage_shows_that_the_tests_bite(run: Run) -> None:
    """With --sabotage, each test runs on each saboteur of its clause, and passes when that is noticed."""
    good = FAILING.replace("{expected}", "{}").replace("return list(value)", "return tuple(value)")
    said = run(good, "--sabotage", "-v", "-k", "IO_02 or IO_05")
    assert "test_IO_02_nothing_changes_in_silence[ListsForTuples] PASSED" in said
    assert "test_IO_05_no_aliases[CopiesInMemory] PASSED" in said
    assert "test_IO_05_no_aliases[GivesWhatWasStored] SKIPPED" in said
    assert "failed" not in said


def test_a_fault_that_is_not_noticed_fails(run: Run) -> None:
    """A subject that does not try what it should is shown by the saboteur that slips through."""
    blind = FAILING.replace("{expected}", "{}").replace('claims=["partitions"]', 'types=["builtins.bytes"]')
    said = run(blind, "--sabotage", "-k", "IO_01 or IO_03")
    assert "IO-03" not in said
    said = run(blind.replace("bytes", "int"), "--sabotage", "-k", "IO_06")
    assert "IO-06 does not notice ChangesTheValue: Storing adds something to the value itself." in said


def test_a_missing_fixture_is_explained(run: Run) -> None:
    """A class without a subject is told what to define."""
    module = (
        "from holdfast.conformance import FormatConformance\n\nclass TestIt(FormatConformance):\n    pass\n"
    )
    assert "TestIt needs a fixture 'subject', which returns the name" in run(module, "-k", "FO_01")


def test_an_overridden_clause_is_noticed() -> None:
    """A class cannot define a clause anew, or take it away."""
    for own in (lambda self: None, None):
        with pytest.raises(InvalidDefinitionError, match="Mine changes test_IO_10_keys_are_apart"):
            type("Mine", (IOManagerConformance,), {"test_IO_10_keys_are_apart": own})


def test_a_clause_overridden_by_another_base_is_noticed() -> None:
    """Nor can a class that comes before the suite."""

    class Easy:
        def test_ES_01_events_in_order(self) -> None:  # noqa: N802 - the name of a clause's test
            pass

    with pytest.raises(InvalidDefinitionError, match="Mine changes test_ES_01_events_in_order"):
        type("Mine", (Easy, EventStoreConformance), {})


def test_a_clause_that_is_removed_afterwards_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is taken away once the class is there is found by a test of every class."""

    class Mine(EventStoreConformance):
        pass

    Mine().test_every_clause_is_there()
    monkeypatch.delattr(EventStoreConformance, "test_ES_01_events_in_order")
    with pytest.raises(AssertionError, match="test_ES_01_events_in_order"):
        Mine().test_every_clause_is_there()


def test_a_reason_for_no_clause_is_noticed() -> None:
    """Expected failures name clauses that there are."""
    with pytest.raises(InvalidDefinitionError, match="no clause 'IO-99'"):
        type("Mine", (IOManagerConformance,), {"expected_failures": {"IO-99": "no"}})
