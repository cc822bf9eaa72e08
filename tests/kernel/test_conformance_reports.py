"""Reports of the conformance suites, and the trials that they are made of."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from holdfast import InvalidDefinitionError, IOManager, UnknownProvisionError
from holdfast.conformance import (
    EventStoreTrial,
    IOManagerTrial,
    ObserverTrial,
    Report,
    Trial,
    check_event_store,
    check_io_manager,
    check_observer,
)
from holdfast.conformance.reports import Outcome, badge
from holdfast.errors import StepOutputNotFoundError
from holdfast.provisions import IOManagerPlugin


class Careless(IOManager):
    """Writes in place, joins keys, ignores partitions, swallows errors, has None for what is missing."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def _path(self, context: Any) -> Path:
        return self.directory / "-".join(context.asset_key.path).replace("/", "-")

    def handle_output(self, context: Any, obj: Any) -> None:
        with self._path(context).open("wb") as file:
            try:
                pickle.dump(obj, file)
            except Exception:
                return

    def load_input(self, context: Any) -> Any:
        path = self._path(context)
        return pickle.loads(path.read_bytes()) if path.exists() else None


CARELESS = IOManagerTrial(use=Careless, claims=("partitions", "persistent"))


def outcomes(report: Report) -> dict[str, Outcome]:
    return {finding.number: finding.outcome for finding in report.findings}


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("IO-10", "As ['a/b'], "),
        ("IO-11", "raised IsADirectoryError"),
        ("IO-13", "which was never stored, gave None"),
        ("IO-15", "stored without an error"),
        ("IO-16", "This raised"),
        ("IO-19", "This raised"),
        ("IO-27", "As partition '2024-01-01' of 'a'"),
        ("IO-29", "A mapping of one partition was loaded as"),
    ],
)
def test_a_careless_io_manager_is_caught(clause: str, said: str) -> None:
    """Each of its faults fails a clause, with a sentence that says what was seen."""
    (finding,) = check_io_manager(CARELESS, [clause]).findings
    assert finding.outcome is Outcome.FAILS
    assert said in finding.message


def test_a_failure_says_what_to_do() -> None:
    """The message of a clause that fails ends with its advice."""
    (finding,) = check_io_manager(CARELESS, ["IO-10"]).findings
    assert "holdfast.key_paths.encode_part" in finding.message


def test_too_few_clauses_are_a_failure() -> None:
    """A report of some clauses is no proof, though each of them holds."""
    report = check_event_store("memory", ["ES-01", "ES-02"])
    assert set(outcomes(report).values()) == {Outcome.HOLDS}
    assert not report.passed
    assert report.text().splitlines() == [
        "15 clauses did not run; a proof needs every one.",
        "event store 'memory': not proven. 2 of 17 clauses ran: 2 holds.",
    ]


def test_a_proof_has_every_clause() -> None:
    """Where every clause ran and holds, the plugin is proven."""
    report = check_event_store("memory")
    assert report.passed
    assert report.text() == "event store 'memory': proven. 17 of 17 clauses ran: 17 holds."


def test_an_expected_failure_is_none() -> None:
    """A clause that fails for a known reason leaves the plugin without a failure, and the reason is told."""
    trial = IOManagerTrial(use=Careless, claims=("persistent",), expected_failures={"IO-10": "Next year."})
    report = check_io_manager(trial, ["IO-10"])
    assert outcomes(report) == {"IO-10": Outcome.EXPECTED}
    assert "IO-10 fails as expected" in report.text()
    assert "    Next year." in report.text()


def test_a_clause_that_holds_unexpectedly_is_a_failure() -> None:
    """A reason for a failure that is gone has to go."""
    report = check_event_store(
        EventStoreTrial(use="memory", expected_failures={"ES-01": "It is slow."}), ["ES-01"]
    )
    assert outcomes(report) == {"ES-01": Outcome.MENDED}
    assert not report.findings[0].good


@pytest.mark.parametrize(
    ("failures", "said"),
    [({"ES-01": " "}, "say why ES-01 is expected to fail"), ({"ES-1": "no"}, "no clause 'ES-1'")],
)
def test_expected_failures_need_a_clause_and_a_reason(failures: dict[str, str], said: str) -> None:
    """A number that there is not, or an empty reason, is refused."""
    with pytest.raises(InvalidDefinitionError, match=said):
        check_event_store(EventStoreTrial(use="memory", expected_failures=failures), ["ES-02"])


def test_a_report_survives_json() -> None:
    """What is written as JSON is the report again when it is read."""
    report = check_io_manager(CARELESS, ["IO-10", "IO-07"])
    assert Report.from_json(json.loads(json.dumps(report.to_json()))) == report


def test_the_badge_counts() -> None:
    """A badge of several reports has their sum, and is green when all are proven."""
    proven, few = check_event_store("memory"), check_event_store("memory", ["ES-01"])
    assert json.loads(badge([proven])) == {
        "schemaVersion": 1,
        "label": "holdfast",
        "message": "17 of 17 clauses hold",
        "color": "brightgreen",
    }
    assert json.loads(badge([proven, few]))["message"] == "18 of 34 clauses hold"
    assert json.loads(badge([proven, few]))["color"] == "red"


# -- trials ------------------------------------------------------------------------------------------


def test_an_unknown_name_is_refused() -> None:
    """The error names the nearest that is provided."""
    with pytest.raises(UnknownProvisionError, match=r"'memroy'.* Did you mean 'memory'"):
        check_io_manager("memroy")


def test_an_unknown_claim_is_refused() -> None:
    """In a trial and in a record, the error names the nearest claim."""
    with pytest.raises(InvalidDefinitionError, match=r"cannot claim 'partition'.* Did you mean 'partitions'"):
        check_io_manager(IOManagerTrial(use="memory", claims=["partition"]))
    with pytest.raises(InvalidDefinitionError, match="IO manager 'x' cannot claim 'partition'"):
        IOManagerPlugin(name="x", factory="x:X", summary="", claims=("partition",))


def test_a_trial_of_another_kind_is_refused() -> None:
    """The error names the trial that is needed."""
    with pytest.raises(InvalidDefinitionError, match="is of the class IOManagerTrial, not Trial"):
        check_io_manager(Trial(use="memory"))  # type: ignore[arg-type]


def test_a_name_alone_may_not_be_enough() -> None:
    """Where a suite needs more than a name, the error says what."""

    def unchanging(_directory: Path) -> Any:
        raise StepOutputNotFoundError("x", "y")

    with pytest.raises(InvalidDefinitionError, match="is of the class ObserverTrial, not Trial"):
        check_observer(Trial(use=unchanging))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="source"):
        ObserverTrial(use=unchanging)  # type: ignore[call-arg]


def test_what_cannot_cross_to_another_process_is_refused() -> None:
    """A function that no other process can import is named, with what to give instead."""
    trial = IOManagerTrial(use=lambda directory: Careless(directory), claims=("persistent",))
    (finding,) = check_io_manager(trial, ["IO-24"]).findings
    assert "cannot cross to another process" in finding.message
    assert "Give the name of an installed plugin" in finding.message
