"""What a suite found, as text, as JSON and as a badge."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

__all__ = ["SCHEMA", "Finding", "Outcome", "Report", "badge"]

SCHEMA = 1
"""The version of what `Report.to_json` returns."""


class Outcome(str, enum.Enum):
    """What came of a clause."""

    HOLDS = "holds"
    FAILS = "fails"
    EXPECTED = "fails as expected"
    """It fails, and a reason was given why it does."""
    MENDED = "holds unexpectedly"
    """It holds, though a reason was given why it does not; the reason has to go."""

    def __str__(self) -> str:
        return self.value


@attrs.frozen
class Finding:
    """What came of one clause.

    Attributes:
        number: the number of the clause.
        title: what must hold.
        outcome: whether it does.
        message: what was seen, or why it is expected to fail; empty where it holds.
    """

    number: str
    title: str
    outcome: Outcome
    message: str = ""

    @property
    def good(self) -> bool:
        """Whether there is nothing to mend."""
        return self.outcome in (Outcome.HOLDS, Outcome.EXPECTED)


@attrs.frozen
class Report:
    """What a suite found.

    Attributes:
        kind: what was tried, such as ``IO manager``.
        name: the name of it.
        claims: what it claims, sorted.
        clauses: how many clauses the suite has.
        findings: what came of each clause that ran.
    """

    kind: str
    name: str
    claims: Sequence[str]
    clauses: int
    findings: Sequence[Finding]

    @property
    def complete(self) -> bool:
        """Whether every clause of the suite ran."""
        return len({finding.number for finding in self.findings}) == self.clauses

    @property
    def passed(self) -> bool:
        """Whether every clause of the suite ran and none is to be mended."""
        return self.complete and all(finding.good for finding in self.findings)

    @property
    def summary(self) -> str:
        """The result in a line."""
        counts = dict.fromkeys(Outcome, 0)
        for finding in self.findings:
            counts[finding.outcome] += 1
        told = ", ".join(f"{count} {outcome.value}" for outcome, count in counts.items() if count)
        ran = f"{len(self.findings)} of {self.clauses} clauses ran"
        verdict = "proven" if self.passed else "not proven"
        return f"{self.kind} '{self.name}': {verdict}. {ran}: {told or 'nothing was tried'}."

    def text(self) -> str:
        """Return the report for people: what is to be mended, then the result in a line."""
        return "\n".join([*self._lines(), self.summary])

    def _lines(self) -> Iterator[str]:
        for finding in self.findings:
            if finding.outcome is not Outcome.HOLDS:
                yield f"{finding.number} {finding.outcome}: {finding.title}"
                for line in finding.message.splitlines():
                    yield f"    {line}".rstrip()
        if not self.complete:
            yield f"{self.clauses - len(self.findings)} clauses did not run; a proof needs every one."

    def to_json(self) -> dict[str, Any]:
        """Return the report as a dictionary that JSON can hold; nothing in it depends on when it was made."""
        return {
            "schema": SCHEMA,
            "kind": self.kind,
            "name": self.name,
            "passed": self.passed,
            "claims": list(self.claims),
            "clauses": self.clauses,
            "findings": [
                {**attrs.asdict(finding), "outcome": finding.outcome.value} for finding in self.findings
            ],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Report:
        """Return the report that `to_json` wrote."""
        findings = [
            Finding(each["number"], each["title"], Outcome(each["outcome"]), each["message"])
            for each in data["findings"]
        ]
        return cls(data["kind"], data["name"], data["claims"], data["clauses"], findings)


def badge(reports: Sequence[Report]) -> str:
    """Return the JSON from which shields.io, and what is like it, draws one badge for some reports."""
    held = sum(finding.good for report in reports for finding in report.findings)
    passed = all(report.passed for report in reports)
    drawn = {
        "schemaVersion": 1,
        "label": "holdfast",
        "message": f"{held} of {sum(report.clauses for report in reports)} clauses hold",
        "color": "brightgreen" if passed else "red",
    }
    return json.dumps(drawn)
