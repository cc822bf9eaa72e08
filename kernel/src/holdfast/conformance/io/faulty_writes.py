"""Saboteurs of IO managers: stores that fail, or are cut short."""

from __future__ import annotations

import os
import time
from typing import Any

from holdfast.conformance.io.faulty import FaultyIOManager, Persistent, identity
from holdfast.errors import StepOutputNotFoundError, StorageError
from holdfast.io_contexts import InputContext, OutputContext

__all__: list[str] = []

_FILES = frozenset({"files"})


class SwallowsErrors(FaultyIOManager):
    """A store that fails says nothing."""

    kills = "IO-15"
    needs = Persistent

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        try:
            return super().handle_output(context, obj)
        except Exception:
            return None


class LetsErrorsThrough(FaultyIOManager):
    """A store that fails raises whatever the library raised."""

    kills = "IO-15"
    needs = Persistent

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        try:
            return super().handle_output(context, obj)
        except StorageError as error:
            raise TypeError(f"{context.asset_key} cannot be pickled") from error


class SaysItFailed(FaultyIOManager):
    """The error for a store that fails does not say of what."""

    kills = "IO-15"
    needs = Persistent

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        """Store a value."""
        try:
            return super().handle_output(context, obj)
        except StorageError:
            raise StorageError("It cannot be stored.") from None


class RemovesFirst(FaultyIOManager):
    """The old value is removed before the new one is made."""

    kills = "IO-16"
    needs = Persistent

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        removed = self.__dict__.setdefault("_removed", set())
        removed.add(identity(context))
        said = super().handle_output(context, obj)
        removed.discard(identity(context))
        return said

    def load_input(self, context: InputContext) -> Any:
        if identity(context) in self.__dict__.get("_removed", ()):
            raise StepOutputNotFoundError(f"Asset '{context.asset_key}'", "here")
        return super().load_input(context)


class LeavesHalf(FaultyIOManager):
    """What was written of a value that cannot be stored is loaded afterwards."""

    kills = "IO-16"
    needs = Persistent

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        halves = self.__dict__.setdefault("_halves", {})
        try:
            said = super().handle_output(context, obj)
        except StorageError:
            halves[identity(context)] = "half a value"
            raise
        halves.pop(identity(context), None)
        return said

    def load_input(self, context: InputContext) -> Any:
        halves = self.__dict__.get("_halves", {})
        return halves.get(identity(context)) or super().load_input(context)


class LeavesTheTemporaryFile(FaultyIOManager):
    """A store that fails leaves its temporary file."""

    kills = "IO-17"
    needs = _FILES

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        try:
            return super().handle_output(context, obj)
        except StorageError:
            (self.directory / f"temporary{os.urandom(4).hex()}").touch()
            raise


class StaysInTransaction(FaultyIOManager):
    """After a store that failed, no other one succeeds."""

    kills = "IO-17"
    needs = Persistent

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        if self.__dict__.get("_failed"):
            raise StorageError(f"{context.asset_key}: the transaction has been aborted.")
        try:
            return super().handle_output(context, obj)
        except StorageError:
            self._failed = True
            raise


class KeepsVersions(FaultyIOManager):
    """Every store leaves one more file."""

    kills = "IO-18"
    needs = _FILES

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        (self.directory / f"version{os.urandom(4).hex()}").touch()
        return super().handle_output(context, obj)


class WritesInPlace(FaultyIOManager):
    """A reader that comes while a value is written gets what is there of it."""

    kills = "IO-19"

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        self._writing = identity(context)
        time.sleep(0.002)
        said = super().handle_output(context, obj)
        self._writing = None
        return said

    def load_input(self, context: InputContext) -> Any:
        if self.__dict__.get("_writing") == identity(context):
            return "half a value"
        return super().load_input(context)


class ReplacesInTwoSteps(FaultyIOManager):
    """While a value is written there is none."""

    kills = "IO-19"

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        self._writing = identity(context)
        time.sleep(0.002)
        said = super().handle_output(context, obj)
        self._writing = None
        return said

    def load_input(self, context: InputContext) -> Any:
        if self.__dict__.get("_writing") == identity(context):
            raise StepOutputNotFoundError(f"Asset '{context.asset_key}'", "here")
        return super().load_input(context)


class GoesBack(FaultyIOManager):
    """Now and then a reader gets the value before the one that it has seen already."""

    kills = "IO-19"

    def load_input(self, context: InputContext) -> Any:
        seen = self.__dict__.setdefault("_seen", [])
        seen.append(super().load_input(context))
        return seen[-8] if len(seen) % 20 == 0 else seen[-1]


class TearsWhenKilled(FaultyIOManager):
    """A process that is killed while it stores leaves half a value."""

    kills = "IO-20"
    needs = Persistent

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        mark = self.directory / "torn"
        mark.touch()
        time.sleep(0.03)
        said = super().handle_output(context, obj)
        mark.unlink()
        return said

    def load_input(self, context: InputContext) -> Any:
        return "half a value" if (self.directory / "torn").exists() else super().load_input(context)


class LeavesItsLock(FaultyIOManager):
    """A process that is killed while it stores leaves a lock that nobody removes."""

    kills = "IO-20"
    needs = Persistent

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        lock = self.directory / "lock"
        try:
            lock.touch(exist_ok=False)
        except FileExistsError:
            raise StorageError(f"{context.asset_key}: someone else is writing.") from None
        time.sleep(0.03)
        try:
            return super().handle_output(context, obj)
        finally:
            lock.unlink()


class WritesLater(FaultyIOManager):
    """A store returns before the value is kept; a process that is killed takes it along."""

    kills = "IO-20"
    needs = Persistent

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        """Store a value."""
        waiting = self.__dict__.setdefault("_waiting", [])
        waiting.append((context, obj))
        while len(waiting) > 3:
            super().handle_output(*waiting.pop(0))

    def load_input(self, context: InputContext) -> Any:
        """Load a value."""
        for waiting in self.__dict__.pop("_waiting", []):
            super().handle_output(*waiting)
        return super().load_input(context)
