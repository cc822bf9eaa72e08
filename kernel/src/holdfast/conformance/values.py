"""Values to store: of claimed types, empty ones, ones that cannot be stored; and what is equal to what."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from holdfast.conformance import tables
from holdfast.conformance.clauses import Violation
from holdfast.errors import InvalidDefinitionError

__all__ = ["Point", "Unstorable", "Values", "same"]

ANYTHING = "builtins.object"

_PLAIN: Mapping[str, Sequence[Any]] = {
    "builtins.NoneType": [None],
    "builtins.bool": [False, True],
    "builtins.int": [1, 0, -(2**70)],
    "builtins.float": [1.5, 0.0, -1e300],
    "builtins.str": ["text", "", "é\n\t日本語 \0 \\", "x" * 70_000],
    "builtins.bytes": [b"bytes", b"", b"\0\r\n\xff" * 20_000],
    "builtins.list": [["a", 1, 2.5, None, True], [], [[], [1, [2]], ["x"]], list(range(2_000))],
    "builtins.dict": [{"a": 1, "b": [2, {"c": None}]}, {}, {"": "", "é": {"nested": {}}}],
}
_EMPTY: tuple[Any, ...] = (None, False, 0, 0.0, "", b"", [], {})

_BULK = 20_000
_ROWS = 5_000


@attrs.frozen
class Point:
    """A value of a class that no format was written for.

    Attributes:
        x: a part of it.
        y: another part.
    """

    x: int
    y: Any


class Unstorable:
    """A value that has no bytes: whoever asks for them is told so."""

    def __reduce__(self) -> Any:
        raise TypeError("This value cannot be stored.")


# What some encodings would change: tuples, sets, keys that are no strings, numbers that read alike.
_ODD: Sequence[Any] = [
    (1, (2, "a")),
    {1, 2},
    frozenset("ab"),
    {1: "int", 2: "int"},
    {(1, 2): "tuple"},
    {1: "a", "b": 2},
    1 + 2j,
    float("nan"),
    float("-inf"),
    bytearray(b"abc"),
    range(3),
    Point(1, [2]),
    [True, 1, 1.0],
]


def same(one: Any, other: Any) -> bool:
    """Return whether two values are equal, of one class, all the way down."""
    if type(one) is not type(other):
        return False
    if tables.is_table(one):
        return tables.same_tables(one, other)
    if isinstance(one, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(
            same(*keys) for keys in zip(one, other, strict=True)
        ) and all(same(one[key], other[key]) for key in one)  # fmt: skip
    return bool(one == other)


@attrs.frozen
class Values:
    """The values of what is claimed; can cross to another process.

    Attributes:
        types: dotted names of the claimed classes.
        samples: values by dotted name, instead of those that the suite has.
    """

    types: tuple[str, ...]
    samples: Mapping[str, Sequence[Any]] = attrs.field(factory=dict)

    @property
    def anything(self) -> bool:
        """Whether values of all classes are claimed."""
        return ANYTHING in self.types

    @property
    def tables(self) -> list[str]:
        """The names of the classes of tables that are claimed, of which there are values here."""
        wanted = [*self.types, *(tables.NAMES if self.anything else ())]
        return [name for name in dict.fromkeys(wanted) if tables.is_there(name)]

    def known(self) -> set[str]:
        """Return the names of the claimed classes; where all are, of those that the suite has values of."""
        return {*(_PLAIN if self.anything else ()), *self.types, *self.tables}

    def claimed(self) -> Iterator[Any]:
        """Yield values of every claimed class.

        Raises:
            InvalidDefinitionError: there are none of any claimed class.
        """
        count = 0
        for name in self.types:
            for value in self._of(name):
                yield value
                count += 1
        if not count:
            raise InvalidDefinitionError(
                f"The suite has no value of {', '.join(self.types) or 'no type'}. Install the library it is "
                "from, or give samples."
            )

    def _of(self, name: str) -> Sequence[Any]:
        if name in self.samples:
            return self.samples[name]
        if name == ANYTHING:
            framed = [value for table in self.tables for value in tables.samples(table)]
            return [*(value for values in _PLAIN.values() for value in values), *_ODD, *framed]
        return _PLAIN.get(name) or tables.samples(name)

    def empty(self) -> list[Any]:
        """Return the claimed values that are empty, or count as false."""
        return [
            value
            for value in self.claimed()
            if (tables.is_table(value) and tables.is_empty(value))
            or any(same(value, empty) for empty in _EMPTY)
        ]

    def zoo(self) -> Iterator[Any]:
        """Yield values of all sorts, claimed or not."""
        for values in _PLAIN.values():
            yield from values
        yield from _ODD
        for name in tables.NAMES:
            yield from tables.samples(name)[:1]

    def unclaimed(self) -> Any:
        """Return a value of a class that is not claimed, or that nothing can store."""
        return Unstorable()

    def broken(self) -> list[Any]:
        """Return values of claimed classes that cannot be stored, which shows when half of them is."""
        found = [broken for name in self.tables for broken in tables.broken(name, Unstorable())]
        if self.anything or "builtins.list" in self.types:
            found.append(["x" * 1000 for _ in range(5_000)] + [Unstorable()])
        if self.anything or "builtins.dict" in self.types:
            found.append({"a": "x" * 100_000, "b": Unstorable()})
        return found or [self.unclaimed()]

    @property
    def _bulk(self) -> str:
        if self.anything or "builtins.list" in self.types:
            return "builtins.list"
        known = ["builtins.str", "builtins.bytes", *self.tables]
        return next((name for name in known if name in self.types), "")

    def version(self, number: int) -> Any:
        """Return a claimed value that takes a while to store, and tells its number in all of its parts."""
        if self._bulk == "builtins.list":
            return [number] * _BULK
        if self._bulk == "builtins.str":
            return f"{number:08d}" * _BULK
        if self._bulk == "builtins.bytes":
            return b"%08d" % number * _BULK
        if self._bulk:
            return tables.numbered(self._bulk, number, _ROWS)
        samples = list(self.claimed())
        return samples[number % len(samples)]

    @property
    def versions_are_ordered(self) -> bool:
        """Whether the number of a version is its own; where there are only samples, they take turns."""
        return bool(self._bulk)

    def number(self, value: Any) -> int:
        """Return the number of a version.

        Raises:
            Violation: it is no version that is whole.
        """
        if not self._bulk:
            samples = list(self.claimed())
            found = [number for number, sample in enumerate(samples) if same(sample, value)]
            if not found:
                raise Violation(f"What was loaded, {value!r:.200}, is none of the values that were stored.")
            return found[0]
        if tables.is_table(value):
            number = tables.number_in(value)
        elif isinstance(value, str | bytes):
            number = int(value[:8]) if value[:8].isdigit() else None
        else:
            number = value[0] if isinstance(value, list) and value else None
        whole = isinstance(number, int) and (
            value == self.version(number)  # going through a long list by `same` takes a while
            if isinstance(value, list)
            else same(value, self.version(number))
        )
        if not isinstance(number, int) or not whole:
            raise Violation(f"What was loaded, {value!r:.200}, is none of the values that were stored.")
        return number

    def mutable(self) -> list[Any]:
        """Return claimed values that can be changed in place by `change`."""
        found: list[Any] = [tables.samples(name)[0] for name in self.tables if tables.can_change(name)]
        if self.anything or "builtins.list" in self.types:
            found.append(["a", ["b"]])
        if self.anything or "builtins.dict" in self.types:
            found.append({"a": ["b"]})
        return found

    @staticmethod
    def change(value: Any) -> None:
        """Change a value of `mutable` in place."""
        if tables.is_table(value):
            tables.change(value)
        elif isinstance(value, dict):
            value["changed"] = True
        else:
            value[1].append("changed")
