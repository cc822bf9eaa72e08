"""The checks that arguments are of the types their functions take."""

from __future__ import annotations

from typing import Any

import attrs

from holdfast.errors import InvalidDefinitionError

__all__ = ["check_type", "is_flag", "is_text"]


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


def is_text(owner: object, field: attrs.Attribute[Any], value: object) -> None:
    """Raise, as the validator of an attrs field, for what is neither a string nor ``None``."""
    if value is not None and not isinstance(value, str):
        raise _wrong(owner, field, value, "a string")


def is_flag(owner: object, field: attrs.Attribute[Any], value: object) -> None:
    """Raise, as the validator of an attrs field, for what is neither ``True`` nor ``False``."""
    if value is not True and value is not False:
        raise _wrong(owner, field, value, "True or False")


def _wrong(
    owner: object, field: attrs.Attribute[Any], value: object, expected: str
) -> InvalidDefinitionError:
    name = getattr(owner, "name", None)
    what = f"{type(owner).__name__} '{name}'" if isinstance(name, str) else type(owner).__name__
    return InvalidDefinitionError(f"{what}: {field.alias} is {expected}, not {value!r}.")
