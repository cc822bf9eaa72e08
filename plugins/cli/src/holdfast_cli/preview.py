"""The beginning of a value, as text."""

from __future__ import annotations

from itertools import islice
from reprlib import Repr
from typing import Any

__all__ = ["preview"]

_MOST_LINES = 40
_MOST_CHARACTERS = 4000
_MOST_ITEMS = 20
_WIDTH = 100

_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    dict: ("{", "}"),
}


def preview(value: Any) -> str:
    """Return the beginning of a value: a text as it is, anything else as it shows itself.

    Lists, dictionaries and the like show a few of their items; a table knows how to show itself.
    """
    if isinstance(value, str):
        text = value[: _MOST_CHARACTERS + 1]
    elif type(value) in _BRACKETS:
        text = _collection(value)
    else:
        text = _ITEMS.repr(value)
    lines = text[:_MOST_CHARACTERS].splitlines()
    if len(lines) > _MOST_LINES or len(text) > _MOST_CHARACTERS:
        lines = [*lines[:_MOST_LINES], "..."]
    return "\n".join(lines)


class _Items(Repr):
    """Shows a few of the items in what is inside of other values."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlist = self.maxtuple = self.maxdict = self.maxset = self.maxfrozenset = _MOST_ITEMS
        self.maxdeque = self.maxarray = _MOST_ITEMS
        self.maxstring = self.maxlong = _MOST_CHARACTERS
        self.maxother = 100 * _MOST_CHARACTERS  # beyond that it would cut out the middle
        self.maxlevel = 6

    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        """Keep the order, unlike the standard library."""
        if level <= 0:
            return "{...}"
        items = [
            f"{self.repr1(key, level - 1)}: {self.repr1(value, level - 1)}"
            for key, value in islice(x.items(), _MOST_ITEMS)
        ]
        return f"{{{', '.join([*items, '...'] if len(x) > _MOST_ITEMS else items)}}}"


_ITEMS = _Items()


def _collection(value: Any) -> str:
    line = _ITEMS.repr(value)
    if len(line) <= _WIDTH:
        return line
    start, end = _BRACKETS[type(value)]
    if isinstance(value, dict):
        items = [f"{_ITEMS.repr(k)}: {_ITEMS.repr(v)}," for k, v in islice(value.items(), _MOST_ITEMS)]
    else:
        items = [f"{_ITEMS.repr(item)}," for item in islice(value, _MOST_ITEMS)]
    left = len(value) - len(items)
    return "\n  ".join([start, *items, *([f"... {left} more"] if left else [])]) + f"\n{end}"
