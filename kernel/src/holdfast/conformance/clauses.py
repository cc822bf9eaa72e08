"""What a contract consists of: numbered clauses, each a function that looks at one fact."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import attrs

__all__ = ["Clause", "Violation", "clause", "collected", "require"]

_T = TypeVar("_T")


class Violation(AssertionError):  # noqa: N818 - it is what was found, and no error of ours
    """A clause does not hold; the message says what was seen, and what to do about it."""


def require(holds: object, sentence: str) -> None:
    """Raise unless something holds.

    Raises:
        Violation: it does not; ``sentence`` is the message.
    """
    if not holds:
        raise Violation(sentence)


@attrs.frozen(eq=False)
class Clause:
    """One thing that must hold of every plugin of a kind.

    Attributes:
        number: its number, such as ``IO-07``, which never changes its meaning.
        since: the version of Holdfast that first asked for it.
        check: looks at it; raises when it does not hold.
    """

    number: str
    since: str
    check: Callable[[Any], None]

    @property
    def name(self) -> str:
        """Its name in one word, such as ``overwriting``."""
        return self.check.__name__

    @property
    def title(self) -> str:
        """What must hold, in a sentence."""
        return self._said.partition("\n\n")[0].replace("\n", " ")

    @property
    def advice(self) -> str:
        """What else is to be known of it: why, and what to do where it does not hold."""
        return self._said.partition("\n\n")[2].replace("\n", " ")

    @property
    def _said(self) -> str:
        return inspect.getdoc(self.check) or ""


def clause(number: str, since: str = "0.1") -> Callable[[Callable[[Any], None]], Clause]:
    """Make a clause of a function; its docstring says what must hold."""

    def decorate(check: Callable[[Any], None]) -> Clause:
        return Clause(number, since, check)

    return decorate


def collected(namespaces: Iterable[Mapping[str, Any]], kind: type[_T]) -> tuple[_T, ...]:
    """Return what several modules define of a kind, in the order of its definition."""
    return tuple(found for names in namespaces for found in names.values() if isinstance(found, kind))
