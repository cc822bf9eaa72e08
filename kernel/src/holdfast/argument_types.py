"""The check that an argument is of a type its function takes."""

from __future__ import annotations

from typing import Any

from holdfast.errors import InvalidDefinitionError

__all__ = ["check_type"]


def check_type(value: object, kinds: Any, argument: str, expected: str) -> None:
    """Raise unless an argument is an instance of a class, or of one of several.

    Args:
        value: what was given.
        kinds: the class, a union of classes or a tuple of them.
        argument: the argument and who takes it, such as ``"asset 'orders': metadata"``.
        expected: what it must be, such as ``"a mapping of labels to values"``.

    Raises:
        InvalidDefinitionError: it is none of these.
    """
    if not isinstance(value, kinds):
        raise InvalidDefinitionError(f"{argument} is {expected}, not {value!r}.")
