"""The terms of a selection: each finds its assets in a graph, says why, and prints itself.

Here are those that say what assets are; `holdfast.selection_combinations` has those made of other terms.
"""

from __future__ import annotations

import abc
import enum
from collections.abc import Set

import attrs

from holdfast.asset_graph import AssetGraph
from holdfast.errors import UnknownSelectionError
from holdfast.keys import AssetKey
from holdfast.selection_text import ANYTHING, Pattern, is_word, key_text

__all__ = [
    "Binding",
    "Everything",
    "KeyPattern",
    "Keys",
    "Labeled",
    "Resolution",
    "Tagged",
    "Term",
    "keys_like",
]


class Binding(enum.IntEnum):
    """How strongly the text of a term holds together; where more is needed, it gets parentheses."""

    UNION = enum.auto()
    INTERSECTION = enum.auto()
    COMPLEMENT = enum.auto()
    TRAVERSAL = enum.auto()
    TERM = enum.auto()
    ATOM = enum.auto()  # marks may stand beside it


class Term(abc.ABC):
    """A selection or a part of one; immutable. A `Resolution` finds its assets and the reasons."""

    __slots__ = ()

    nesting: int = 0

    @abc.abstractmethod
    def _positions(self, resolution: Resolution) -> Set[int]: ...

    @abc.abstractmethod
    def _reasons(self, resolution: Resolution) -> dict[int, str]: ...

    @abc.abstractmethod
    def __str__(self) -> str: ...

    @property
    @abc.abstractmethod
    def _binding(self) -> Binding: ...

    def within(self, binding: Binding) -> str:
        """Return the text, in parentheses unless it holds together this strongly."""
        return str(self) if self._binding >= binding else f"({self})"

    def brief(self) -> str:
        """Return the text, cut short when it is long, for reasons."""
        text = str(self)
        return text if len(text) <= 80 else f"{text[:77]}..."


class Resolution:
    """The finding of one selection in a graph; a term that occurs twice is found once."""

    def __init__(self, graph: AssetGraph) -> None:
        self.graph = graph
        self._found: dict[int, Set[int]] = {}

    def positions(self, term: Term) -> Set[int]:
        """Return the positions of the selected assets.

        Raises:
            UnknownSelectionError: the term names what no asset has.
        """
        found = self._found.get(id(term))
        if found is None:
            found = self._found[id(term)] = term._positions(self)
        return found

    def reasons(self, term: Term) -> dict[int, str]:
        """Return why each of the selected assets is selected, in a few words.

        Raises:
            UnknownSelectionError: the term names what no asset has.
        """
        return term._reasons(self)

    def all_because(self, reason: str, term: Term) -> dict[int, str]:
        """Return one reason for all selected assets, in topological order."""
        return dict.fromkeys(sorted(self.positions(term)), reason)


@attrs.frozen(repr=False)
class Everything(Term):
    """All assets, without source assets."""

    _binding = Binding.TERM

    def _positions(self, resolution: Resolution) -> Set[int]:
        return resolution.graph.labels.assets

    def _reasons(self, resolution: Resolution) -> dict[int, str]:
        return resolution.all_because(f"selected by {self}", self)

    def __str__(self) -> str:
        return "*"


@attrs.frozen(repr=False)
class Keys(Term):
    """The assets or source assets with these keys, at least one."""

    named: tuple[AssetKey, ...]

    @property
    def _binding(self) -> Binding:
        if len(self.named) > 1:
            return Binding.UNION
        return Binding.ATOM if is_word(self.named[0]) else Binding.TERM

    def _positions(self, resolution: Resolution) -> Set[int]:
        return resolution.graph.positions(self.named)

    def _reasons(self, resolution: Resolution) -> dict[int, str]:
        graph = resolution.graph
        names = {at: key_text(graph.nodes[at].key) for at in sorted(resolution.positions(self))}
        return {at: f"named by key:{name.removeprefix('key:')}" for at, name in names.items()}

    def __str__(self) -> str:
        return " or ".join(map(key_text, self.named))


@attrs.frozen(repr=False)
class KeyPattern(Term):
    """The assets whose keys, their parts joined by ``/``, match a pattern with wildcards."""

    pattern: Pattern

    _binding = Binding.TERM

    def _positions(self, resolution: Resolution) -> Set[int]:
        labels = resolution.graph.labels
        matches = self.pattern.matcher()
        found = {at for at, name in enumerate(labels.names) if matches(name)} & labels.assets
        if not found:
            known = (labels.names[at] for at in labels.assets)
            raise UnknownSelectionError("key", str(self.pattern), known)
        return found

    def _reasons(self, resolution: Resolution) -> dict[int, str]:
        return resolution.all_because(f"matches {self}", self)

    def __str__(self) -> str:
        return f"key:{self.pattern}"


@attrs.frozen(repr=False)
class Labeled(Term):
    """The assets whose label matches a pattern; the label, ``what``, is ``group`` or ``kind``."""

    what: str
    pattern: Pattern

    _binding = Binding.TERM

    def _positions(self, resolution: Resolution) -> Set[int]:
        labels = resolution.graph.labels
        index = labels.groups if self.what == "group" else labels.kinds
        found = set().union(*self.pattern.look_up(index))
        if not found:
            raise UnknownSelectionError(self.what, str(self.pattern), index)
        return found

    def _reasons(self, resolution: Resolution) -> dict[int, str]:
        return resolution.all_because(f"in {self}" if self.what == "group" else f"has {self}", self)

    def __str__(self) -> str:
        return f"{self.what}:{self.pattern}"


@attrs.frozen(repr=False)
class Tagged(Term):
    """The assets with a tag like this, of any value if none is given."""

    name: Pattern
    value: Pattern | None = None

    _binding = Binding.TERM

    def _positions(self, resolution: Resolution) -> Set[int]:
        tags = resolution.graph.labels.tags
        values = self.name.look_up(tags)
        if not values:
            raise UnknownSelectionError("tag", str(self.name), tags)
        wanted = ANYTHING if self.value is None else self.value
        found = set().union(*(at for index in values for at in wanted.look_up(index)))
        if not found:
            known = [f"{name}={value}" for name, index in tags.items() for value in index]
            raise UnknownSelectionError("tag", f"{self.name}={self.value}", known)
        return found

    def _reasons(self, resolution: Resolution) -> dict[int, str]:
        return resolution.all_because(f"has {self}", self)

    def __str__(self) -> str:
        return f"tag:{self.name}" if self.value is None else f"tag:{self.name}={self.value}"


def keys_like(pattern: Pattern) -> Term:
    """Return the term for the assets whose key, its parts joined by ``/``, matches a pattern."""
    if pattern.is_exact:
        return Keys((AssetKey.from_user_string(pattern.pieces[0]),))
    return KeyPattern(pattern)
