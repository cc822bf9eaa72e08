"""Formats of files that people can open. Each takes only what comes back exactly as it was."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from itertools import chain
from types import NoneType
from typing import IO, Any

from holdfast.interfaces import Format, LoadRequest
from holdfast.provisions import PluginContext

__all__ = ["JsonFormat", "TextFormat"]

_TAKEN = frozenset({bool, dict, float, int, list, NoneType, str})
_DEEPEST = 100  # Python's own reader and writer of JSON fail at some thousand levels
_LONGEST_INT = 2000  # bits; Python may be told to read no number of more than 640 digits
_INDENTED = 4000  # characters; indenting takes ten times as long as writing
_COMPACT = json.JSONEncoder(ensure_ascii=False)
_INDENT = json.JSONEncoder(ensure_ascii=False, indent=2)


class TextFormat(Format):
    """Strings as UTF-8.

    Args:
        context: what every factory is given; this format needs nothing of it.
    """

    def __init__(self, context: PluginContext | None = None) -> None:
        pass

    def refusal(self, obj: Any) -> str | None:
        """Refuse subclasses of `str`, and what UTF-8 does not hold."""
        if type(obj) is not str:
            return f"a {type(obj).__name__} would come back as a str."
        return _text_problem([obj])

    def dump(self, obj: Any, file: IO[bytes]) -> None:
        """Write a string as it is, without touching the ends of its lines."""
        file.write(obj.encode())

    def load(self, file: IO[bytes], request: LoadRequest) -> str:
        """Return the text of the file."""
        return file.read().decode()


class JsonFormat(Format):
    """Numbers, booleans, ``None``, and lists and dictionaries of them and of strings, as JSON.

    Args:
        context: what every factory is given; this format needs nothing of it.
    """

    def __init__(self, context: PluginContext | None = None) -> None:
        pass

    def refusal(self, obj: Any) -> str | None:
        """Refuse what JSON would change: tuples, keys that are no strings, ``nan``, subclasses, ..."""
        values: Sequence[Any] = [obj]
        seen: set[int] = set()
        for _ in range(_DEEPEST):  # all values of one level at once, which is fast where they are many
            kinds = set(map(type, values))
            if not kinds <= _TAKEN:
                return _kind_problem(kinds - _TAKEN)
            problem = (
                _float_problem([value for value in values if type(value) is float])
                or _int_problem([value for value in values if type(value) is int])
                or _text_problem([value for value in values if type(value) is str])
            )
            if problem or kinds.isdisjoint((dict, list)):
                return problem
            lists = [value for value in values if type(value) is list]
            dicts = [value for value in values if type(value) is dict]
            places = [id(value) for value in chain(lists, dicts)]
            if len(set(places)) < len(places) or not seen.isdisjoint(places):
                return "one list or dict is in it at two places, and would come back as two."
            seen.update(places)
            keys = list(chain.from_iterable(dicts))
            if not set(map(type, keys)) <= {str}:
                return "the key of a dict is no str, and would come back as one."
            if problem := _text_problem(keys):
                return problem
            values = [*chain.from_iterable(lists), *chain.from_iterable(each.values() for each in dicts)]
        return f"it is more than {_DEEPEST} levels deep."

    def dump(self, obj: Any, file: IO[bytes]) -> None:
        """Write a value, with its parts on lines of their own where it is small."""
        text = _COMPACT.encode(obj)
        if len(text) <= _INDENTED and isinstance(obj, dict | list):
            text = _INDENT.encode(obj)
        file.write(text.encode() + b"\n")

    def load(self, file: IO[bytes], request: LoadRequest) -> Any:
        """Return the value in the file."""
        return json.loads(file.read())


def _kind_problem(kinds: set[type]) -> str:
    name = min(kind.__name__ for kind in kinds)
    if tuple in kinds:
        return "there is a tuple in it, which would come back as a list."
    return f"there is a {name} in it, which JSON does not know."


def _float_problem(values: Sequence[float]) -> str | None:
    return None if all(map(math.isfinite, values)) else "nan and the infinities are no JSON."


def _int_problem(values: Sequence[int]) -> str | None:
    longest = max(max(values), -min(values)) if values else 0
    return None if longest.bit_length() <= _LONGEST_INT else "there is an int of hundreds of digits in it."


def _text_problem(values: Sequence[str]) -> str | None:
    try:
        for value in values:
            value.encode()
    except UnicodeEncodeError as error:
        return f"UTF-8 does not hold {error.object[error.start]!r}, half of a character."
    return None
