"""A suite: the clauses of one contract, what opens a plugin for them, and the saboteurs that prove them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import attrs

from holdfast.conformance.children import Child
from holdfast.conformance.clauses import Clause
from holdfast.conformance.trials import Trial, opened
from holdfast.errors import InvalidDefinitionError, did_you_mean
from holdfast.provisions import Provision

__all__ = ["Bench", "Sabotage", "Saboteur", "Suite", "saboteurs_of"]

_B = TypeVar("_B", bound="Bench")


class Saboteur:
    """A plugin with one fault: what it wraps is right, and all it does not override goes there.

    The docstring says what the fault is.

    Args:
        inner: the plugin.
        directory: where it works.
    """

    kills: ClassVar[str]
    """The number of the clause that finds the fault."""
    needs: ClassVar[frozenset[str]] = frozenset()
    """What a plugin must claim for the fault to be possible, or be able to store; see `Bench.features`."""
    unless: ClassVar[frozenset[str]] = frozenset()
    """What a plugin must not claim for the fault to be possible."""
    conceals: ClassVar[frozenset[str]] = frozenset()
    """What is no longer claimed, though the plugin still does it."""
    pretends: ClassVar[frozenset[str]] = frozenset()
    """What is claimed on top."""

    def __init__(self, inner: Any, directory: Path) -> None:
        self.inner = inner
        self.directory = directory

    @classmethod
    def around(cls, make: Callable[[Path], Any], directory: Path) -> Any:
        """Return what is made in a directory, with the fault."""
        return cls(make(directory), directory)

    @classmethod
    def misstated(cls, trial: Any) -> Any:
        """Return the trial, as the record of a plugin with this fault would have it."""
        return trial

    @classmethod
    def fault(cls) -> str:
        """Return what is wrong with it, in a sentence."""
        return (inspect.getdoc(cls) or "").replace("\n", " ")

    @classmethod
    def fits(cls, features: Collection[str]) -> bool:
        """Return whether a plugin with these features can have the fault."""
        return cls.needs <= set(features) and not cls.unless & set(features)


@attrs.frozen
class Sabotage:
    """Makes a plugin with a saboteur around it; can cross to another process.

    Attributes:
        make: makes the plugin in a directory.
        saboteur: the class of the saboteur.
    """

    make: Callable[[Path], Any]
    saboteur: type[Saboteur]

    def __call__(self, directory: Path) -> Any:
        """Return it, at work in a directory."""
        return self.saboteur.around(self.make, directory)


class Bench:
    """A plugin at work in a directory of its own, for one clause.

    Args:
        trial: what is tried.
        make: makes it in a directory; called anew to open it again, also in other processes.
        claims: what it claims.
        directory: its directory, which is empty.
    """

    def __init__(
        self, trial: Any, make: Callable[[Path], Any], claims: frozenset[str], directory: Path
    ) -> None:
        self.trial = trial
        self.make = make
        self.claims = claims
        self.directory = directory

    @property
    def features(self) -> frozenset[str]:
        """What saboteurs may need: what is claimed, and more."""
        return self.claims

    @property
    def sabotaged(self) -> bool:
        """Whether a saboteur is around the plugin."""
        return isinstance(self.make, Sabotage)

    def open(self) -> Any:
        """Return the plugin, made anew from the same settings."""
        return self.make(self.directory)

    def child(self, function: Callable[..., Any], *arguments: Any) -> Child:
        """Return a process that calls ``function(say, make, directory, *arguments)``."""
        return Child(function, self.make, self.directory, *arguments)

    def close(self) -> None:
        """Let go of what is open."""


@attrs.frozen(eq=False)
class Suite(Generic[_B]):
    """The clauses of one contract.

    Attributes:
        record: the class of the records of what is tried.
        trial: the class of the trials it needs.
        bench: the class of its benches.
        clauses: its clauses, in the order of their numbers.
        saboteurs: classes of saboteurs, each with a fault that one of the clauses finds.
        claims: what can be claimed, each with what it means.
    """

    record: type[Provision]
    trial: type[Trial]
    bench: type[_B]
    clauses: tuple[Clause, ...]
    saboteurs: tuple[type[Saboteur], ...]
    claims: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def kind(self) -> str:
        """What it is a suite for, such as ``IO manager``."""
        return self.record.kind

    def clause(self, number: str) -> Clause:
        """Return a clause by its number.

        Raises:
            InvalidDefinitionError: there is none.
        """
        found = {clause.number: clause for clause in self.clauses}
        if number not in found:
            raise InvalidDefinitionError(
                f"The suite for {self.kind}s has no clause {number!r}.{did_you_mean(number, found)}"
            )
        return found[number]

    def open(
        self, subject: str | Trial, root: Path, saboteur: type[Saboteur] | None = None
    ) -> AbstractContextManager[_B]:
        """Give a bench with a plugin in an empty directory.

        Args:
            subject: the name of an installed plugin, or a trial.
            root: an empty directory, inside of which the plugin's own will be.
            saboteur: what to put around the plugin.
        """
        return self._open(subject, root, saboteur)

    @contextmanager
    def _open(self, subject: str | Trial, root: Path, saboteur: type[Saboteur] | None) -> Iterator[_B]:
        directory = root / "repository"
        directory.mkdir()
        with opened(self.record, self.trial, subject, directory) as (trial, make, claims):
            if saboteur is not None:
                make = Sabotage(make, saboteur)
                trial = saboteur.misstated(trial)
                claims = (claims | saboteur.pretends) - saboteur.conceals
            bench = self.bench(trial, make, claims, directory)
            try:
                yield bench
            finally:
                bench.close()


def saboteurs_of(*namespaces: Mapping[str, Any]) -> tuple[type[Saboteur], ...]:
    """Return the saboteurs that several modules define, those that name the clause that finds them."""
    return tuple(
        found
        for names in namespaces
        for found in names.values()
        if isinstance(found, type) and issubclass(found, Saboteur) and "kills" in vars(found)
    )
