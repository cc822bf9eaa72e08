"""Saboteurs of loaders."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from holdfast.conformance.suites import Saboteur
from holdfast.definitions.source_asset import SourceAsset

__all__: list[str] = []


class FaultyLoader(Saboteur, Sequence[Any]):
    """What a loader gives, as it is."""

    def given(self) -> list[Any]:
        """Return the definitions."""
        return list(self.inner)

    def __getitem__(self, index: Any) -> Any:
        return self.given()[index]

    def __len__(self) -> int:
        return len(self.given())


class LeavesOutSources(FaultyLoader):
    """Source assets are not found."""

    kills = "LO-01"

    def given(self) -> list[Any]:
        """Return the definitions."""
        return [each for each in super().given() if not isinstance(each, SourceAsset)]


class FindsTwice(FaultyLoader):
    """What is imported into another module is found there too."""

    kills = "LO-01"

    def given(self) -> list[Any]:
        """Return the definitions."""
        return [*super().given(), super().given()[0]]


class GivesAnIterator(FaultyLoader):
    """What it gives can be gone through once."""

    kills = "LO-02"

    @classmethod
    def around(cls, make: Callable[[Path], Any], directory: Path) -> Iterator[Any]:
        """Return what is made in a directory, with the fault."""
        return iter(make(directory))


class GivesNames(FaultyLoader):
    """Among the definitions are the names of modules."""

    kills = "LO-02"

    def given(self) -> list[Any]:
        """Return the definitions."""
        return [*super().given(), "module"]


class AddsAnother(FaultyLoader):
    """A second definition of an asset is added."""

    kills = "LO-03"

    def given(self) -> list[Any]:
        """Return the definitions."""
        found = super().given()
        return [*found, SourceAsset(next(iter(next(e for e in found if hasattr(e, "keys")).keys)))]


class GrowsEachTime(FaultyLoader):
    """What was found before is found again."""

    kills = "LO-04"
    _all: ClassVar[dict[Path, list[Any]]] = {}

    def __init__(self, inner: Any, directory: Path) -> None:
        super().__init__(inner, directory)
        self._found = [*self._all.get(directory, []), *super().given()]
        self._all[directory] = self._found

    def given(self) -> list[Any]:
        """Return the definitions."""
        return self._found


class NothingForNothing(FaultyLoader):
    """Where nothing is, nothing is found."""

    kills = "LO-05"

    @classmethod
    def around(cls, make: Callable[[Path], Any], directory: Path) -> Any:
        """Return what is made in a directory, with the fault."""
        try:
            return super().around(make, directory)
        except Exception:
            return []


class SaysItFailed(FaultyLoader):
    """The error does not say what is not there."""

    kills = "LO-05"

    @classmethod
    def around(cls, make: Callable[[Path], Any], directory: Path) -> Any:
        """Return what is made in a directory, with the fault."""
        try:
            return super().around(make, directory)
        except Exception:
            raise ValueError("Nothing can be loaded.") from None


class FindsNothingElsewhere(FaultyLoader):
    """Only the first process that asks is told what there is."""

    kills = "LO-06"

    def __init__(self, inner: Any, directory: Path) -> None:
        super().__init__(inner, directory)
        mark = directory / f"process{os.getpid()}"
        self._first = not list(directory.glob("process*")) or mark.exists()
        mark.touch()

    def given(self) -> list[Any]:
        """Return the definitions."""
        return super().given() if self._first else []
