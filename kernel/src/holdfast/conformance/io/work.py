"""What the suite has other processes do with an IO manager."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from holdfast.conformance.clauses import require
from holdfast.conformance.io.bench import Key, get, put
from holdfast.conformance.pacing import turns
from holdfast.conformance.values import Values
from holdfast.errors import StepOutputNotFoundError, StorageError
from holdfast.interfaces import IOManager

__all__ = ["keep_storing", "load", "load_with", "store", "store_versions"]

Say = Callable[[Any], None]
Make = Callable[[Path], IOManager]


def store_versions(say: Say, make: Make, directory: Path, values: Values, key: Key, first: int) -> None:
    """Store ever newer versions of a value, and say the number of each once it is stored."""
    manager = make(directory)
    for number in range(first, first + 100_000):
        put(manager, key, values.version(number))
        say(number)


def store(say: Say, make: Make, directory: Path, key: str, value: Any) -> None:
    """Store one value."""
    put(make(directory), key, value)


def load(say: Say, make: Make, directory: Path, key: str) -> tuple[bool, Any]:
    """Return whether a value is there, and the value."""
    return load_with(say, make, directory, make(directory), key)


def load_with(say: Say, make: Make, directory: Path, manager: IOManager, key: str) -> tuple[bool, Any]:
    """Return whether a value is there, and the value, from a manager that crossed to this process."""
    try:
        return True, get(manager, key)
    except StepOutputNotFoundError:
        return False, None


def keep_storing(
    say: Say, make: Make, directory: Path, values: Values, own: str, shared: str, first: int, most: int
) -> int:
    """Store versions, ``most`` from the first on, as a value of one's own and a shared one, and load both.

    Returns:
        How often the place said that another process was in the way.
    """
    manager, refused = make(directory), 0
    say("ready")
    for turn in turns(most):
        number = first + turn
        try:
            put(manager, own, values.version(number))
            put(manager, shared, values.version(number))
            values.number(get(manager, shared))
            found = values.number(get(manager, own))
        except StorageError:
            refused += 1
            continue
        require(
            found == values.number(values.version(number)),
            f"Another process changed what it does not store: version {found} instead of {number}.",
        )
    return refused
