"""The grammar of selections: text in, `AssetSelection` out.

    selection    = intersection {"or" intersection}
    intersection = operand {"and" operand}
    operand      = {"not"} marks term marks
    marks        = "" | "*" | "+" {"+"}             all levels, or one level each; they touch the term
    term         = "*"                              all assets
                 | name                             a key, its parts joined with "/"
                 | "key:" pattern | "key:" "[" string {"," string} "]"
                 | "group:" pattern | "kind:" pattern | "tag:" pattern ["=" pattern]
                 | "(" selection ")"
                 | ("sources" | "sinks") "(" selection ")"
    name         = (bare | string) {bare | string}  of letters, digits, and _ - . /, or quoted as in JSON
    pattern      = name, in which an unquoted "*" stands for any characters and "?" for one

After a qualifier a star is a wildcard, so ``(key:stg_*)*`` is how to go downstream from there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from holdfast.errors import InvalidDefinitionError, InvalidSubsetError, SelectionSyntaxError, did_you_mean
from holdfast.keys import AssetKey
from holdfast.selection import AssetSelection
from holdfast.selection_combinations import (
    MAX_NESTING,
    Boundary,
    complement,
    intersection,
    traversal,
    union,
)
from holdfast.selection_terms import Everything, Keys, Labeled, Tagged, Term, keys_like
from holdfast.selection_text import BARE, KEYWORDS, Pattern

__all__ = ["coerce_selection", "parse_selection"]

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_WILD = re.compile(rf"(?:{BARE.pattern}|[*?])+")
_SPACE = re.compile(r"\s*")
_MARKS = re.compile(r"[*+]*")
_OPERATOR = re.compile(r"[|&,!~-]+|\w+")

_QUALIFIERS = ("key", "group", "kind", "tag")
_MEANT = {"|": "or", "||": "or", ",": "or", "&": "and", "&&": "and", "-": "and not", "!": "not", "~": "not"}
_EXPECTED = "expected a key, '*', a qualifier such as 'group:', or '('"

_TOUCH = "'*' and '+' stand right before or after what they belong to"


def parse_selection(text: str) -> AssetSelection:
    """Return the selection that a text means.

    Raises:
        SelectionSyntaxError: the text cannot be read; the message points at the character.
    """
    parser = _Parser(text)
    try:
        term = parser.selection()
    except SelectionSyntaxError:
        raise
    except InvalidSubsetError:
        parser.fail(f"this is nested more than {MAX_NESTING} deep")
    if parser.at < len(text):
        parser.fail_after_term("expected 'and', 'or' or the end")
    return AssetSelection(term)


def coerce_selection(value: Any) -> AssetSelection:
    """Return the selection meant by whatever may stand for one.

    Args:
        value: a selection, its text, a key, a definition of assets, or several of these, which mean their
            union.

    Raises:
        SelectionSyntaxError: a text cannot be read.
        InvalidDefinitionError: it is none of these.
    """
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping)):
        return AssetSelection(union(_coerce_one(one).term for one in value))
    return _coerce_one(value)


def _coerce_one(value: Any) -> AssetSelection:
    if isinstance(value, AssetSelection):
        return value
    if isinstance(value, str):
        return parse_selection(value)
    if isinstance(value, AssetKey):
        return AssetSelection.keys(value)
    if isinstance(value, Iterable) or not (hasattr(value, "keys") or hasattr(value, "key")):
        raise InvalidDefinitionError(
            "A selection is text, an AssetSelection, an AssetKey, a definition of assets, or a list of "
            f"these, not {value!r}."
        )
    return AssetSelection.assets(value)


class _Parser:
    """Reads one text from left to right; ``at`` is the character that comes next."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    # -- the rules of the grammar ----------------------------------------------------------------------

    def selection(self) -> Term:
        alternatives = []
        while True:
            conditions = [self.operand()]
            while self.keyword("and"):
                conditions.append(self.operand())
            alternatives.append(intersection(conditions))
            if not self.keyword("or"):
                return union(alternatives)

    def operand(self) -> Term:
        negated = False
        while self.keyword("not"):
            negated = not negated
        up = self.marks()
        if up is None and (not self.next or self.next.isspace() or self.next == ")"):
            term: Term = Everything()
        else:
            term = traversal(self.term(), up, self.marks())
        return complement(term) if negated else term

    def marks(self) -> int | None:
        start = self.at
        marks = self.take(_MARKS)
        if marks == "*":
            return None
        if "*" in marks:
            self.fail("write one '*' for all levels, or a '+' for each", start + 1)
        return len(marks)

    def term(self) -> Term:
        start = self.at
        if self.next.isspace():
            self.fail(_TOUCH)
        if self.next == "(":
            return self.parentheses()
        if self.next == '"':
            return self.key()
        word = self.take(BARE)
        if not word or word in KEYWORDS:
            self.at = start
            self.fail_unless_meant(_EXPECTED if self.text.strip() else "the selection is empty")
        if self.next == ":":
            return self.qualified(word, start)
        if word in ("sources", "sinks") and self.text[self.at :].lstrip().startswith("("):
            self.take(_SPACE)
            return Boundary(self.parentheses(), "sources" if word == "sources" else "sinks")
        self.at = start
        return self.key()

    def parentheses(self) -> Term:
        start = self.at
        self.depth += 1
        if self.depth > MAX_NESTING:
            self.fail(f"parentheses are nested more than {MAX_NESTING} deep")
        self.at += 1
        term = self.selection()
        if not self.next:
            self.fail("this '(' is never closed", start)
        if self.next != ")":
            self.fail_after_term("expected 'and', 'or' or ')'")
        self.at += 1
        self.depth -= 1
        return term

    def qualified(self, qualifier: str, start: int) -> Term:
        if qualifier not in _QUALIFIERS:
            near = did_you_mean(qualifier, _QUALIFIERS).rstrip("?.")
            self.fail(f"there is no qualifier '{qualifier}:'.{near}", start)
        self.at += 1
        if qualifier == "key":
            return Keys((AssetKey(self.parts()),)) if self.next == "[" else keys_like(self.pattern())
        if qualifier == "tag":
            name = self.pattern()
            if self.next != "=":
                return Tagged(name)
            self.at += 1
            return Tagged(name, self.pattern())
        return Labeled(qualifier, self.pattern())

    def parts(self) -> list[str]:
        parts = []
        while self.next != "]":
            self.at += 1  # the bracket, then the commas
            self.take(_SPACE)
            if self.next != '"':
                self.fail("expected a part of the key, in double quotes")
            parts.append(self.string())
            self.take(_SPACE)
            if self.next not in (",", "]"):
                self.fail("expected ',' or ']'")
        self.at += 1
        return parts

    def key(self) -> Term:
        return Keys((AssetKey.from_user_string("".join(text for text, _ in self.runs(BARE))),))

    def pattern(self) -> Pattern:
        runs = self.runs(_WILD)
        if not runs:
            self.fail(f"expected a name after '{self.text[self.at - 1]}'")
        return Pattern.of(runs)

    def runs(self, bare: re.Pattern[str]) -> list[tuple[str, bool]]:
        runs = []
        while True:
            if self.next == '"':
                runs.append((self.string(), False))
            elif text := self.take(bare):
                runs.append((text, True))
            else:
                return runs

    def string(self) -> str:
        start = self.at
        written = self.take(_STRING)
        if not written:
            self.fail("this quote is never closed")
        try:
            return str(json.loads(written, strict=False))
        except json.JSONDecodeError as error:
            self.fail("this is no escape of JSON", start + error.pos)

    # -- characters ------------------------------------------------------------------------------------

    @property
    def next(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self, expression: re.Pattern[str]) -> str:
        match = expression.match(self.text, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match[0]

    def keyword(self, word: str) -> bool:
        self.take(_SPACE)
        start = self.at
        if self.take(BARE) == word:
            self.take(_SPACE)
            return True
        self.at = start
        return False

    # -- errors ----------------------------------------------------------------------------------------

    def fail(self, problem: str, at: int | None = None) -> NoReturn:
        raise SelectionSyntaxError(self.text, self.at if at is None else at, problem)

    def fail_after_term(self, expected: str) -> NoReturn:
        """Say what may follow a term, and what may have been meant by what does."""
        if self.next == ")" and not self.depth:
            self.fail("there is no '(' for this ')'")
        if self.next in ("*", "+"):
            self.fail(_TOUCH)
        if self.next == "?" or self.text[self.at - 1] == "*":
            expected += "; a wildcard needs a qualifier, as in 'key:stg_*'"
        self.fail_unless_meant(expected)

    def fail_unless_meant(self, expected: str) -> NoReturn:
        """Say what was expected, or which word of the grammar this looks like."""
        found = _OPERATOR.match(self.text, self.at)
        word = found[0] if found else ""
        meant = _MEANT.get(word, word.lower())
        if meant != word and meant.split()[0] in KEYWORDS:
            self.fail(f"write '{meant}' instead of '{word}'")
        self.fail("names are quoted with double quotes" if self.next == "'" else expected)
