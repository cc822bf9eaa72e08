"""How names are written in a selection: bare, quoted, or with wildcards."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import attrs

from holdfast.keys import AssetKey

__all__ = ["ANYTHING", "BARE", "KEYWORDS", "Pattern", "is_word", "key_text", "quoted"]

BARE = re.compile(r"[\w/.-]+")
"""What a name may hold without quotes."""

KEYWORDS = frozenset({"and", "or", "not"})
"""The words of the grammar; a key that is one of them is quoted."""

T = TypeVar("T")


def quoted(text: str) -> str:
    """Return a name as it is written in a selection, in quotes unless all of it is `BARE`."""
    # What cannot be printed is escaped; what can be is left readable.
    return text if BARE.fullmatch(text) else json.dumps(text, ensure_ascii=not text.isprintable())


def is_word(key: AssetKey) -> bool:
    """Return whether a key can be written as its parts joined with ``/``, because no part holds one."""
    return not any("/" in part for part in key.parts)


def key_text(key: AssetKey) -> str:
    """Return how a selection names exactly this key."""
    if not is_word(key):
        return f"key:{json.dumps(key.path)}"
    text = key.to_user_string()
    return f'"{text}"' if text in KEYWORDS else quoted(text)


@attrs.frozen
class Pattern:
    """A text to look for, exact or with wildcards.

    Attributes:
        pieces: literal text and wildcards (``*`` for any characters, ``?`` for one) in turn; literal text,
            be it empty, is first and last.
    """

    pieces: tuple[str, ...]

    @classmethod
    def of(cls, runs: Iterable[tuple[str, bool]]) -> Pattern:
        """Return the pattern of runs of text, each with whether its ``*`` and ``?`` are wildcards."""
        pieces = [""]
        for text, wild in runs:
            first, *others = re.split(r"([*?])", text) if wild else [text]
            pieces[-1] += first
            pieces += others
        return cls(tuple(pieces))

    @property
    def is_exact(self) -> bool:
        """Whether it has no wildcard."""
        return len(self.pieces) == 1

    def matcher(self) -> Callable[[str], object]:
        """Return a function that is true for the texts that match from beginning to end."""
        # fnmatch guards against patterns that take forever; "[" is its only wildcard that is none here.
        escaped = [p if n % 2 else re.sub(r"[*?[]", r"[\g<0>]", p) for n, p in enumerate(self.pieces)]
        return re.compile(fnmatch.translate("".join(escaped))).match

    def look_up(self, index: Mapping[str, T]) -> list[T]:
        """Return the values of an index whose names match."""
        if self.is_exact:
            name = self.pieces[0]
            return [index[name]] if name in index else []
        matches = self.matcher()
        return [value for name, value in index.items() if matches(name)]

    def __str__(self) -> str:
        if self.is_exact:
            return quoted(self.pieces[0])
        return "".join(piece if n % 2 or not piece else quoted(piece) for n, piece in enumerate(self.pieces))


ANYTHING = Pattern.of([("*", True)])
"""The pattern that matches every text."""
