"""Saboteurs of IO managers: opened again, in other processes, and by many at once."""

from __future__ import annotations

import copy
import os
import pickle
import threading
import time
from collections.abc import Hashable
from pathlib import Path
from typing import Any, ClassVar

from holdfast.conformance.io.faulty import FaultyIOManager, Persistent, identity, with_key
from holdfast.errors import StepOutputNotFoundError, StorageError
from holdfast.io_contexts import InputContext, OutputContext

__all__: list[str] = []


class KnowsItsOwnAlone(FaultyIOManager):
    """Only what this manager stored itself is found."""

    kills = "IO-21"
    needs = Persistent

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        self.__dict__.setdefault("_known", set()).add(identity(context))
        return super().handle_output(context, obj)

    def load_input(self, context: InputContext) -> Any:
        if identity(context) not in self.__dict__.get("_known", ()):
            raise StepOutputNotFoundError(f"Asset '{context.asset_key}'", "here")
        return super().load_input(context)


class Remembers(FaultyIOManager):
    """What is kept in memory is given from there."""

    needs = Persistent

    def kept(self) -> dict[Any, Any]:
        """Return what is in memory."""
        kept: dict[Any, Any] = self.__dict__.setdefault("_kept", {})
        return kept

    def load_input(self, context: InputContext) -> Any:
        """Load what is not in memory."""
        kept = self.kept()
        if identity(context) not in kept:
            kept[identity(context)] = super().load_input(context)
        return copy.deepcopy(kept[identity(context)])


class RemembersForever(Remembers):
    """What was stored or loaded once is given from memory, whoever has stored another value since."""

    kills = "IO-21"

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        """Remember a value, and store it."""
        self.kept()[identity(context)] = copy.deepcopy(obj)
        return super().handle_output(context, obj)


class RemembersLoads(Remembers):
    """What was loaded once is given from memory, until this manager itself stores another value."""

    kills = "IO-21"

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        """Store a value, and forget what was loaded."""
        self.kept().pop(identity(context), None)
        return super().handle_output(context, obj)


class SharesItsMemory(FaultyIOManager):
    """Managers of one process share what they keep in memory, so that runs see each other's values."""

    kills = "IO-21"
    unless = Persistent
    _shared: ClassVar[dict[Hashable, Any]] = {}

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        """Store a value."""
        self._shared[self.directory, identity(context)] = obj

    def load_input(self, context: InputContext) -> Any:
        """Load a value."""
        try:
            return self._shared[self.directory, identity(context)]
        except KeyError:
            return super().load_input(context)


class ClaimsTooMuch(FaultyIOManager):
    """Persistence is claimed, and values are kept in memory."""

    kills = "IO-21"
    unless = Persistent
    pretends = Persistent


class SaysTheOpposite(FaultyIOManager):
    """The class says that values are local to the process when they are not, or the reverse."""

    kills = "IO-22"

    @property
    def process_local(self) -> bool:  # type: ignore[override]
        return not super().process_local


class HoldsALock(FaultyIOManager):
    """The manager holds a lock, and so cannot be pickled."""

    kills = "IO-23"
    needs = Persistent

    def __init__(self, inner: Any, directory: Path) -> None:
        super().__init__(inner, directory)
        self._lock = threading.Lock()


class ForgetsItsPlace(FaultyIOManager):
    """A copy that crossed to another process has lost what was configured."""

    kills = "IO-23"
    needs = Persistent

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lost=True)

    def load_input(self, context: InputContext) -> Any:
        if self.__dict__.get("_lost"):
            raise StepOutputNotFoundError(f"Asset '{context.asset_key}'", "here")
        return super().load_input(context)


class StoresByProcess(FaultyIOManager):
    """Each process has values of its own."""

    kills = "IO-24"
    needs = Persistent

    def _own(self, context: Any) -> Any:
        return with_key(context, [f"{os.getpid()}", *context.asset_key.path])

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        return super().handle_output(self._own(context), obj)

    def load_input(self, context: InputContext) -> Any:
        return super().load_input(self._own(context))


class HasOneSlot(FaultyIOManager):
    """What is being stored is kept in an attribute, which threads share."""

    kills = "IO-25"

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        self._slot = obj
        time.sleep(0.001)
        return super().handle_output(context, self._slot)


class HasOneScratchFile(FaultyIOManager):
    """Every value passes through a file of one name, which processes share."""

    kills = "IO-26"
    needs = frozenset({"persistent", "processes"})

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        scratch = self.directory / "scratch"
        scratch.write_bytes(pickle.dumps(obj))
        time.sleep(0.05)
        return super().handle_output(context, pickle.loads(scratch.read_bytes()))


class LocksOthersOut(FaultyIOManager):
    """A process that finds another one storing gives up, and claims that processes may work at once."""

    kills = "IO-26"
    needs = frozenset({"persistent", "processes"})

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        lock = self.directory / "lock"
        try:
            lock.touch(exist_ok=False)
        except FileExistsError:
            raise StorageError(f"{context.asset_key}: someone else is writing.") from None
        try:
            time.sleep(0.005)
            return super().handle_output(context, obj)
        finally:
            lock.unlink()
