"""Formats of files that people can open. Each takes only what comes back exactly as it was."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from types import NoneType
from typing import IO, Any

from holdfast.interfaces import Format, LoadRequest
from holdfast.provisions import PluginContext

__all__ = ["JsonFormat", "TextFormat"]

_HOLDERS = frozenset({dict, list})
_TAKEN = frozenset({bool, dict, float, int, list, NoneType, str})
_DEEPEST = 100  # Python's own reader and writer of JSON fail at some thousand levels
_LONGEST_INT = 2000  # bits; Python may be told to read no number of more than 640 digits
_INDENTED = 4000  # characters; indenting what is nested takes ten times as long as writing
_COMPACT = json.JSONEncoder(ensure_ascii=False)
_INDENT = json.JSONEncoder(ensure_ascii=False, indent=2)
_LINES = json.JSONEncoder(
    ensure_ascii=False, separators=(",\n  ", ": ")
)  # as indented, where nothing is nested


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
            for kind, problem_of in _PROBLEMS.items():
                if kind in kinds and (problem := problem_of(_of(kind, values))):
                    return problem
            if kinds.isdisjoint(_HOLDERS):
                return None
            lists, dicts = _of(list, values), _of(dict, values)
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
        if obj and len(text) <= _INDENTED and type(obj) in _HOLDERS:
            members = obj.values() if type(obj) is dict else obj
            if _HOLDERS.isdisjoint(map(type, members)):
                text = _LINES.encode(obj)
                text = f"{text[0]}\n  {text[1:-1]}\n{text[-1]}"
            else:
                text = _INDENT.encode(obj)
        file.write(text.encode() + b"\n")

    def load(self, file: IO[bytes], request: LoadRequest) -> Any:
        """Return the value in the file."""
        return json.loads(file.read())


def _of(kind: type, values: Sequence[Any]) -> list[Any]:
    return [value for value in values if type(value) is kind]


def _kind_problem(kinds: set[type]) -> str:
    name = min(kind.__name__ for kind in kinds)
    if tuple in kinds:
        return "there is a tuple in it, which would come back as a list."
    return f"there is a {name} in it, which JSON does not know."


def _float_problem(values: Sequence[float]) -> str | None:
    return None if all(map(math.isfinite, values)) else "nan and the infinities are no JSON."


def _int_problem(values: Sequence[int]) -> str | None:
    longest = max(max(values), -min(values))
    return None if longest.bit_length() <= _LONGEST_INT else "there is an int of hundreds of digits in it."


def _text_problem(values: Sequence[str]) -> str | None:
    try:
        for value in values:
            value.encode()
    except UnicodeEncodeError as error:
        return f"UTF-8 does not hold {error.object[error.start]!r}, half of a character."
    return None


_PROBLEMS: Mapping[type, Callable[[Sequence[Any]], str | None]] = {
    float: _float_problem,
    int: _int_problem,
    str: _text_problem,
}
