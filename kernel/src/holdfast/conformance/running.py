"""Running a suite outside of any test framework."""

from __future__ import annotations

import tempfile
import traceback
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import attrs

from holdfast.conformance.clauses import Clause, Violation
from holdfast.conformance.reports import Finding, Outcome, Report
from holdfast.conformance.suites import Saboteur, Suite
from holdfast.conformance.trials import Trial
from holdfast.errors import InvalidDefinitionError

__all__ = ["Bite", "check_expected_failures", "run_clause", "run_saboteurs", "run_suite"]


def run_suite(suite: Suite[Any], subject: str | Trial, only: Collection[str] = ()) -> Report:
    """Return what a suite finds.

    Args:
        suite: the suite.
        subject: the name of an installed plugin, or a trial.
        only: the numbers of the clauses to run; all by default. A report of some is no proof.

    Raises:
        InvalidDefinitionError: the trial cannot be used, or a clause is named that there is not.
        PluginError: the plugin cannot be used.
    """
    wanted = [suite.clause(number) for number in only] or suite.clauses
    with _bench(suite, subject) as bench:
        trial, claims = bench.trial, sorted(bench.claims)
    check_expected_failures(suite, trial.expected_failures, trial.label)
    findings = [_finding(suite, subject, clause, trial.expected_failures) for clause in wanted]
    return Report(suite.kind, trial.label, claims, len(suite.clauses), findings)


def check_expected_failures(suite: Suite[Any], reasons: Any, where: str) -> None:
    """Accept reasons why clauses fail.

    Raises:
        InvalidDefinitionError: a clause is named that there is not, or there is no reason.
    """
    for number, reason in reasons.items():
        suite.clause(number)
        if not isinstance(reason, str) or not reason.strip():
            raise InvalidDefinitionError(f"{where}: say why {number} is expected to fail.")


def run_clause(
    suite: Suite[Any], subject: str | Trial, clause: Clause, saboteur: type[Saboteur] | None = None
) -> Exception | None:
    """Return what a clause raises for a plugin in a new directory, ``None`` when it holds."""
    with _bench(suite, subject, saboteur) as bench:
        try:
            clause.check(bench)
        except Exception as error:
            return error
    return None


def _finding(suite: Suite[Any], subject: str | Trial, clause: Clause, expected: Any) -> Finding:
    error = run_clause(suite, subject, clause)
    reason = expected.get(clause.number)
    if error is None:
        outcome = Outcome.HOLDS if reason is None else Outcome.MENDED
        return Finding(clause.number, clause.title, outcome, reason or "")
    if reason is not None:
        return Finding(clause.number, clause.title, Outcome.EXPECTED, reason)
    return Finding(clause.number, clause.title, Outcome.FAILS, "\n".join(_told(error, clause)))


def _told(error: Exception, clause: Clause) -> Iterator[str]:
    if isinstance(error, Violation):
        yield str(error)
    else:
        yield f"This raised {type(error).__name__}: {error}"
        frames = traceback.extract_tb(error.__traceback__)
        if frames:
            yield f"in {frames[-1].name}, line {frames[-1].lineno} of {Path(frames[-1].filename).name}"
    if clause.advice:
        yield clause.advice


@attrs.frozen
class Bite:
    """Whether a clause notices a saboteur.

    Attributes:
        saboteur: the saboteur.
        noticed: whether its clause fails.
    """

    saboteur: type[Saboteur]
    noticed: bool


def run_saboteurs(suite: Suite[Any], subject: str | Trial, only: Collection[str] = ()) -> list[Bite]:
    """Put each saboteur that fits around a plugin, and return which of them are noticed.

    Args:
        suite: the suite.
        subject: the name of an installed plugin, or a trial.
        only: the numbers of the clauses whose saboteurs these are to be; all by default.
    """
    with _bench(suite, subject) as bench:
        features = bench.features
    return [
        Bite(saboteur, run_clause(suite, subject, suite.clause(saboteur.kills), saboteur) is not None)
        for saboteur in suite.saboteurs
        if saboteur.fits(features) and (not only or saboteur.kills in only)
    ]


class _bench:  # noqa: N801 - used like a function
    """A bench in a temporary directory."""

    def __init__(
        self, suite: Suite[Any], subject: str | Trial, saboteur: type[Saboteur] | None = None
    ) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="holdfast-", ignore_cleanup_errors=True)
        self._open = suite.open(subject, Path(self._directory.name).resolve(), saboteur)

    def __enter__(self) -> Any:
        return self._open.__enter__()

    def __exit__(self, *error: Any) -> None:
        try:
            self._open.__exit__(*error)
        finally:
            self._directory.cleanup()
