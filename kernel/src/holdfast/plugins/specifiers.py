"""Version specifiers such as ``>=1,<2``: comparisons of dotted release numbers, joined by commas."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping

__all__ = ["parse_specifier", "satisfies"]

_CLAUSE = re.compile(r"\s*(==|!=|>=|<=|>|<)\s*(\d+(?:\.\d+)*)\s*\Z")
_RELEASE = re.compile(r"v?(?:\d+!)?(\d+(?:\.\d+)*)")
_COMPARE: Mapping[str, Callable[[tuple[int, ...], tuple[int, ...]], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


def parse_specifier(text: str) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Return the comparisons that a specifier joins, each an operator and a release.

    Raises:
        ValueError: ``text`` is no such specifier; the message says what one looks like.
    """
    clauses = []
    for part in text.split(","):
        match = _CLAUSE.match(part)
        if match is None:
            raise ValueError(
                f"{text!r} is not a version specifier: write comparisons such as '>=1,<2', "
                "with ==, !=, >=, <=, > or < before each release number"
            )
        clauses.append((match[1], _release(match[2])))
    return tuple(clauses)


def satisfies(version: str, specifier: str) -> bool:
    """Return whether a distribution's version fits a specifier.

    A pre-release, post-release or local version counts as its release: ``2.0rc1`` is ``2.0``. A version
    without a release number fits nothing.

    Raises:
        ValueError: ``specifier`` cannot be read.
    """
    clauses = parse_specifier(specifier)
    match = _RELEASE.match(version)
    if match is None:
        return False
    release = _release(match[1])
    return all(_COMPARE[comparison](release, wanted) for comparison, wanted in clauses)


def _release(text: str) -> tuple[int, ...]:
    numbers = [int(number) for number in text.split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()  # 1 and 1.0 are one release
    return tuple(numbers)
