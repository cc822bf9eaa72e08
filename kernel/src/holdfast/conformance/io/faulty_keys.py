"""Saboteurs of IO managers: keys."""

from __future__ import annotations

import unicodedata
from typing import Any

from holdfast.conformance.io.faulty import FaultyIOManager, identity, with_key
from holdfast.errors import StepOutputNotFoundError
from holdfast.io_contexts import InputContext, OutputContext

__all__ = ["Renames"]


class Renames(FaultyIOManager):
    """Keeps values under other keys than their own."""

    def path(self, path: list[str]) -> list[str]:
        """Return the key that a value is kept under."""
        raise NotImplementedError

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        """Store a value."""
        return super().handle_output(with_key(context, self.path(context.asset_key.path)), obj)

    def load_input(self, context: InputContext) -> Any:
        """Load a value."""
        return super().load_input(with_key(context, self.path(context.asset_key.path)))


class JoinsParts(Renames):
    """The parts of a key are joined with a slash that they may hold themselves."""

    kills = "IO-10"

    def path(self, path: list[str]) -> list[str]:
        return ["/".join(path)]


class TakesTheLastPart(Renames):
    """Only the last part of a key counts."""

    kills = "IO-10"

    def path(self, path: list[str]) -> list[str]:
        return path[-1:]


class MakesNames(Renames):
    """What is no letter or digit becomes an underscore."""

    kills = "IO-10"

    def path(self, path: list[str]) -> list[str]:
        return ["".join(c if c.isalnum() else "_" for c in part) for part in path]


class LowersKeys(Renames):
    """Keys are written in small letters."""

    kills = "IO-10"

    def path(self, path: list[str]) -> list[str]:
        return [part.lower() for part in path]


class CutsLongKeys(Renames):
    """Of a long part only the beginning counts."""

    kills = "IO-11"

    def path(self, path: list[str]) -> list[str]:
        return [part[:63] for part in path]


class NormalizesText(Renames):
    """Texts that look the same are the same key."""

    kills = "IO-11"

    def path(self, path: list[str]) -> list[str]:
        return [unicodedata.normalize("NFC", part) for part in path]


class RefusesSpaces(FaultyIOManager):
    """A key that is no plain word is a ValueError."""

    kills = "IO-11"

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        if any(part.strip() != part or not part for part in context.asset_key.path):
            raise ValueError("This is no key.")
        return super().handle_output(context, obj)


class LeavesItsPlace(FaultyIOManager):
    """The parts of a key are a path, and two dots lead to the directory above."""

    kills = "IO-12"

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        place = self.directory.joinpath(*context.asset_key.path)
        if place.parent.is_dir() and not place.is_dir():
            place.write_bytes(b"a value")
        return super().handle_output(context, obj)


class RaisesKeyError(FaultyIOManager):
    """A missing value is a KeyError."""

    kills = "IO-13"

    def load_input(self, context: InputContext) -> Any:
        """Load a value."""
        try:
            return super().load_input(context)
        except StepOutputNotFoundError:
            raise KeyError(str(context.asset_key)) from None


class NoneForMissing(FaultyIOManager):
    """A missing value is None."""

    kills = "IO-13"

    def load_input(self, context: InputContext) -> Any:
        try:
            return super().load_input(context)
        except StepOutputNotFoundError:
            return None


class NamesNothing(FaultyIOManager):
    """The error for a missing value does not say which."""

    kills = "IO-13"

    def load_input(self, context: InputContext) -> Any:
        try:
            return super().load_input(context)
        except StepOutputNotFoundError:
            raise StepOutputNotFoundError("A value", "its place") from None


class TakesTheNearest(FaultyIOManager):
    """For a missing value, that of a shorter key is loaded."""

    kills = "IO-13"

    def load_input(self, context: InputContext) -> Any:
        try:
            return super().load_input(context)
        except StepOutputNotFoundError:
            if len(context.asset_key.path) == 1:
                raise
            return super().load_input(with_key(context, context.asset_key.path[:-1]))


class KeepsABook(FaultyIOManager):
    """Loading leaves a file that says so."""

    kills = "IO-14"
    needs = frozenset({"files"})

    def load_input(self, context: InputContext) -> Any:
        """Load a value."""
        (self.directory / "loaded").write_text(str(context.asset_key))
        return super().load_input(context)


class GivesOnce(FaultyIOManager):
    """A value can be loaded once."""

    kills = "IO-14"

    def load_input(self, context: InputContext) -> Any:
        given = self.__dict__.setdefault("_given", set())
        if identity(context) in given:
            raise StepOutputNotFoundError(f"Asset '{context.asset_key}'", "here")
        value = super().load_input(context)
        given.add(identity(context))
        return value
