"""Saboteurs of formats."""

from __future__ import annotations

import io
import pickle
import time
from collections.abc import Mapping
from typing import IO, Any

import attrs

from holdfast.conformance import tables
from holdfast.conformance.suites import Saboteur
from holdfast.conformance.values import Values
from holdfast.interfaces import Format, LoadRequest

__all__: list[str] = []

_COLUMNS = frozenset({"columns", "tables"})


class FaultyFormat(Saboteur, Format):
    """A format that hands everything on to another one."""

    def dump(self, obj: Any, file: IO[bytes]) -> Mapping[str, Any] | None:
        """Write a value."""
        return self.inner.dump(obj, file)  # type: ignore[no-any-return]

    def load(self, file: IO[bytes], request: LoadRequest) -> Any:
        """Read a value."""
        return self.inner.load(file, request)


class LosesEmptyOnes(FaultyFormat):
    """A value that is empty is loaded as None."""

    kills = "FO-01"

    def load(self, file: IO[bytes], request: LoadRequest) -> Any:
        """Read a value."""
        value = super().load(file, request)
        empty = tables.is_empty(value) if tables.is_table(value) else not value
        return ("" if value is None else None) if empty else value


class ClaimsNothing(FaultyFormat):
    """The record names classes that the values are not of."""

    kills = "FO-02"

    @classmethod
    def misstated(cls, trial: Any) -> Any:
        """Return the trial with names that are a letter off."""
        values = {f"{name}s": list(Values((name,)).claimed()) for name in trial.types}
        return attrs.evolve(trial, types=list(values), samples=values)


class NeedsADescriptor(FaultyFormat):
    """A file that is in memory cannot be read."""

    kills = "FO-03"

    def load(self, file: IO[bytes], request: LoadRequest) -> Any:
        """Read a value."""
        file.fileno()
        return super().load(file, request)


class ClosesTheFile(FaultyFormat):
    """The file is closed when the value is written."""

    kills = "FO-03"

    def dump(self, obj: Any, file: IO[bytes]) -> Mapping[str, Any] | None:
        """Write a value."""
        said = super().dump(obj, file)
        file.close()
        return said


class LoadsAllColumns(FaultyFormat):
    """The columns that a reader asks for are not looked at."""

    kills = "FO-04"
    needs = _COLUMNS

    def load(self, file: IO[bytes], request: LoadRequest) -> Any:
        """Read a value."""
        return super().load(file, LoadRequest(request.python_type))


class HidesItsColumns(FaultyFormat):
    """Column subsets are loaded, and not claimed."""

    kills = "FO-04"
    needs = _COLUMNS
    conceals = frozenset({"columns"})


class ClaimsColumns(FaultyFormat):
    """Column subsets are claimed, and the whole value is loaded."""

    kills = "FO-04"
    unless = pretends = frozenset({"columns"})


class LoadsWhatItWas(FaultyFormat):
    """The type that a reader declares is not looked at."""

    kills = "FO-05"
    needs = frozenset({"conversions", "tables"})

    def load(self, file: IO[bytes], request: LoadRequest) -> Any:
        """Read a value."""
        return super().load(file, LoadRequest(Any, request.metadata))


class ClaimsConversions(FaultyFormat):
    """Conversions are claimed, and what was dumped is loaded."""

    kills = "FO-05"
    unless = pretends = frozenset({"conversions"})


class ForgivesDamage(FaultyFormat):
    """A file that cannot be read is None."""

    kills = "FO-06"

    def load(self, file: IO[bytes], request: LoadRequest) -> Any:
        """Read a value."""
        try:
            return super().load(file, request)
        except Exception:
            return None


class TakesAnything(FaultyFormat):
    """What cannot be written is written as its text."""

    kills = "FO-07"

    def dump(self, obj: Any, file: IO[bytes]) -> Mapping[str, Any] | None:
        """Write a value."""
        try:
            return super().dump(obj, file)
        except Exception:
            file.write(repr(obj).encode())
            return None


class ChangesTheValue(FaultyFormat):
    """Dumping adds something to the value itself."""

    kills = "FO-08"

    def dump(self, obj: Any, file: IO[bytes]) -> Mapping[str, Any] | None:
        """Write a value."""
        said = super().dump(obj, file)
        if tables.is_table(obj) or (isinstance(obj, list | dict) and obj):
            Values.change(obj)
        return said


class GivesOneObject(FaultyFormat):
    """What was loaded from the same bytes before is given again."""

    kills = "FO-08"

    def load(self, file: IO[bytes], request: LoadRequest) -> Any:
        """Read a value."""
        file.seek(0)
        data = file.read()
        loaded = self.__dict__.setdefault("_loaded", {})
        if data not in loaded:
            loaded[data] = super().load(io.BytesIO(data), request)
        return loaded[data]


class SaysAnObject(FaultyFormat):
    """Dumping returns metadata that no materialization can have."""

    kills = "FO-09"

    def dump(self, obj: Any, file: IO[bytes]) -> Mapping[str, Any] | None:
        """Write a value."""
        super().dump(obj, file)
        return {"format": self}


class TriesPickle(FaultyFormat):
    """What cannot be read is tried as a pickle, and the record says that the format is safe."""

    kills = "FO-10"
    needs = frozenset({"safe"})

    def load(self, file: IO[bytes], request: LoadRequest) -> Any:
        """Read a value."""
        try:
            return super().load(file, request)
        except Exception:
            file.seek(0)
            return pickle.load(file)


class HasOneBuffer(FaultyFormat):
    """What is being written is kept in an attribute, which threads share."""

    kills = "FO-11"

    def dump(self, obj: Any, file: IO[bytes]) -> Mapping[str, Any] | None:
        """Write a value."""
        self._value = obj
        time.sleep(0.001)
        return super().dump(self._value, file)


class KnowsItsOwnAlone(FaultyFormat):
    """Only what this process dumped can be loaded."""

    kills = "FO-12"
    _dumped = False

    def dump(self, obj: Any, file: IO[bytes]) -> Mapping[str, Any] | None:
        """Write a value."""
        self._dumped = True
        return super().dump(obj, file)

    def load(self, file: IO[bytes], request: LoadRequest) -> Any:
        """Read a value."""
        if not self._dumped:
            raise ValueError("There is no dictionary of what was dumped.")
        return super().load(file, request)


class SwallowsErrors(FaultyFormat):
    """A file that cannot be written is passed over."""

    kills = "FO-13"

    def dump(self, obj: Any, file: IO[bytes]) -> Mapping[str, Any] | None:
        """Write a value."""
        try:
            return super().dump(obj, file)
        except Exception:
            return None
