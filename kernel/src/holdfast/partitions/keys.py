"""What may be the key of a partition, and the name under which keys are added."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from holdfast.errors import InvalidDefinitionError

__all__ = ["check_added", "check_keys", "check_name", "is_unicode"]


def check_keys(keys: Iterable[Any], where: str) -> tuple[str, ...]:
    """Return partition keys if they can be told apart, printed and stored.

    Raises:
        InvalidDefinitionError: one is no string, is empty, is there twice, holds ``...`` (which stands for
            a range), or is no valid unicode.
    """
    checked: dict[str, None] = {}
    for key in keys:
        problem = ""
        if not isinstance(key, str):
            problem = "is no string"
        elif not key:
            problem = "is empty"
        elif "..." in key:
            problem = "holds '...', which stands for a range"
        elif key in checked:
            problem = "is there twice"
        elif not is_unicode(key):
            problem = "is no valid unicode, and cannot be stored"
        if problem:
            raise InvalidDefinitionError(f"{where}: the partition key {key!r} {problem}.")
        checked[key] = None
    return tuple(checked)


def check_name(name: object) -> None:
    """Raise unless something can be the name of dynamic partitions.

    Raises:
        InvalidDefinitionError: it is no string, is empty, or is no valid unicode.
    """
    if not isinstance(name, str) or not name or not is_unicode(name):
        raise InvalidDefinitionError(
            "The name of dynamic partitions is a string that is not empty and is valid unicode, "
            f"not {name!r}."
        )


def check_added(name: str, keys: Iterable[str]) -> tuple[str, ...]:
    """Return keys to add or remove under a name, each once; for event stores.

    Raises:
        InvalidDefinitionError: the name is none, the keys are a single string, or one of them is no key.
    """
    check_name(name)
    where = f"The dynamic partitions '{name}'"
    if isinstance(keys, str) or not isinstance(keys, Iterable):
        raise InvalidDefinitionError(f"{where}: give a list of keys, not {keys!r}.")
    given = list(keys)
    return check_keys(dict.fromkeys(given) if all(isinstance(key, str) for key in given) else given, where)


def is_unicode(text: str) -> bool:
    """Return whether a text can be stored: whether it holds no half of a surrogate pair."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)
