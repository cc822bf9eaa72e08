"""The suites as test classes: a subclass with one fixture is a proof."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from holdfast.conformance.clauses import Clause
from holdfast.conformance.executors.suite import EXECUTORS
from holdfast.conformance.formats.suite import FORMATS
from holdfast.conformance.io.suite import IO_MANAGERS
from holdfast.conformance.loaders.suite import LOADERS
from holdfast.conformance.mappings.suite import PARTITION_MAPPINGS
from holdfast.conformance.observers.suite import OBSERVERS
from holdfast.conformance.running import check_expected_failures
from holdfast.conformance.stores.suite import EVENT_STORES
from holdfast.conformance.suites import Saboteur, Suite
from holdfast.conformance.trials import Trial
from holdfast.errors import InvalidDefinitionError

__all__ = [
    "Conformance",
    "EventStoreConformance",
    "ExecutorConformance",
    "FormatConformance",
    "IOManagerConformance",
    "LoaderConformance",
    "ObserverConformance",
    "PartitionMappingConformance",
]


class Conformance:
    """A suite as tests, one for each clause.

    A subclass defines the fixture ``subject``: the name that an installed plugin provides, or a trial. What
    `expected_failures` names may fail; a clause that is overridden or taken away is an error.
    """

    suite: ClassVar[Suite[Any]]
    expected_failures: ClassVar[Mapping[str, str]] = {}
    """Clauses that are known not to hold, by number, each with the reason; one that holds is a failure."""
    _tests: ClassVar[Mapping[str, Callable[..., None]]] = {}

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        if "suite" in vars(cls):
            cls._tests = {_name(clause): _test(clause) for clause in cls.suite.clauses}
            for name, test in cls._tests.items():
                setattr(cls, name, test)
        check_expected_failures(cls.suite, cls.expected_failures, cls.__qualname__)
        changed = cls._changed()
        if changed:
            raise InvalidDefinitionError(
                f"{cls.__qualname__} changes {', '.join(changed)}. A proof has every clause as it is; "
                "one that cannot hold goes into expected_failures, with the reason."
            )

    @classmethod
    def _changed(cls) -> list[str]:
        kept = {**cls._tests, "test_every_clause_is_there": Conformance.test_every_clause_is_there}
        return [name for name, test in kept.items() if getattr(cls, name, None) is not test]

    @pytest.fixture
    def subject(self) -> str | Trial:
        """What is tried: the name that an installed plugin provides, or a trial."""
        raise pytest.UsageError(
            f"{type(self).__qualname__} needs a fixture 'subject', which returns the name that an installed "
            f"plugin provides, or a {self.suite.trial.__name__}."
        )

    @pytest.fixture
    def saboteur(self) -> type[Saboteur] | None:
        """What is put around the plugin; with ``--sabotage``, each saboteur in turn."""
        return None

    def test_every_clause_is_there(self) -> None:
        """No clause was overridden or taken away."""
        changed = self._changed()
        assert not changed, f"{type(self).__qualname__} changes {', '.join(changed)}."


def _name(clause: Clause) -> str:
    return f"test_{clause.number.replace('-', '_')}_{clause.name}"


def _test(clause: Clause) -> Callable[..., None]:
    def test(
        self: Conformance, subject: str | Trial, tmp_path: Path, saboteur: type[Saboteur] | None
    ) -> None:
        root = tmp_path / "conformance"
        root.mkdir()
        with self.suite.open(subject, root, saboteur) as bench:
            if saboteur is not None:
                _bites(clause, bench, saboteur)
                return
            reasons = {**bench.trial.expected_failures, **self.expected_failures}
            reason = reasons.get(clause.number)
            try:
                clause.check(bench)
            except Exception as error:
                if reason is not None:
                    pytest.xfail(reason)
                if clause.advice and hasattr(error, "add_note"):
                    error.add_note(clause.advice)
                raise
        if reason is not None:
            pytest.fail(
                f"{clause.number} holds, though it is expected to fail ({reason}). Take the reason away."
            )

    test.__doc__ = clause.title
    test.__name__ = _name(clause)
    test.clause = clause  # type: ignore[attr-defined]
    return test


def _bites(clause: Clause, bench: Any, saboteur: type[Saboteur]) -> None:
    if not saboteur.fits(bench.features):
        pytest.skip("this plugin cannot have this fault")
    try:
        clause.check(bench)
    except Exception:
        return
    pytest.fail(f"{clause.number} does not notice {saboteur.__name__}: {saboteur.fault()}")


class IOManagerConformance(Conformance):
    """The suite for IO managers; the subject is a name or an `IOManagerTrial`."""

    suite = IO_MANAGERS


class FormatConformance(Conformance):
    """The suite for formats; the subject is a name or a `FormatTrial`."""

    suite = FORMATS


class ExecutorConformance(Conformance):
    """The suite for executors; the subject is a name or a `Trial`."""

    suite = EXECUTORS


class PartitionMappingConformance(Conformance):
    """The suite for partition mappings; the subject is a `MappingTrial`."""

    suite = PARTITION_MAPPINGS


class ObserverConformance(Conformance):
    """The suite for observers; the subject is an `ObserverTrial`, or a name whose record makes one."""

    suite = OBSERVERS


class LoaderConformance(Conformance):
    """The suite for loaders; the subject is a `LoaderTrial`, or a name whose record makes one."""

    suite = LOADERS


class EventStoreConformance(Conformance):
    """The suite for event stores; the subject is a name or an `EventStoreTrial`."""

    suite = EVENT_STORES
