"""Saboteurs of IO managers: what is loaded is not what was stored."""

from __future__ import annotations

import copy
from typing import Any

import attrs

from holdfast.conformance import tables
from holdfast.conformance.io.faulty import FaultyIOManager, Persistent, identity
from holdfast.conformance.values import Values
from holdfast.errors import StepOutputNotFoundError
from holdfast.io_contexts import InputContext, OutputContext

__all__: list[str] = []


class GivesText(FaultyIOManager):
    """What is loaded is the text of what was stored."""

    kills = "IO-01"

    def load_input(self, context: InputContext) -> Any:
        """Load a value."""
        return f"{super().load_input(context)} as text"


class RoundsNumbers(FaultyIOManager):
    """Fractions are lost."""

    kills = "IO-01"
    needs = frozenset({"builtins.float"})

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        return super().handle_output(context, float(int(obj)) if isinstance(obj, float) else obj)


class ListsForTuples(FaultyIOManager):
    """A tuple is stored as a list, as JSON would."""

    kills = "IO-02"
    needs = frozenset({"builtins.list"})

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        return super().handle_output(context, list(obj) if isinstance(obj, tuple) else obj)


class TextForKeys(FaultyIOManager):
    """The keys of a dictionary are stored as text, as JSON would."""

    kills = "IO-02"
    needs = frozenset({"builtins.dict"})

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        named = {str(key): value for key, value in obj.items()} if isinstance(obj, dict) else obj
        return super().handle_output(context, named)


class NoneIsMissing(FaultyIOManager):
    """None is taken for a value that was never stored."""

    kills = "IO-03"
    needs = frozenset({"builtins.NoneType"})

    def load_input(self, context: InputContext) -> Any:
        value = super().load_input(context)
        if value is None:
            raise StepOutputNotFoundError(f"Asset '{context.asset_key}'", "here")
        return value


class EmptyIsNotStored(FaultyIOManager):
    """Empty values are not stored."""

    kills = "IO-03"

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        empty = tables.is_empty(obj) if tables.is_table(obj) else not obj
        return None if empty else super().handle_output(context, obj)


class KeepsTheFirst(FaultyIOManager):
    """A value that is there is not replaced."""

    kills = "IO-04"

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        stored = self.__dict__.setdefault("_stored", set())
        if identity(context) in stored:
            return None
        stored.add(identity(context))
        return super().handle_output(context, obj)


class Appends(FaultyIOManager):
    """A list that is stored again is added to the old one."""

    kills = "IO-04"
    needs = frozenset({"builtins.list"})

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        lists = self.__dict__.setdefault("_lists", {})
        if isinstance(obj, list):
            obj = lists[identity(context)] = [*lists.get(identity(context), []), *obj]
        return super().handle_output(context, obj)


class GivesWhatWasStored(FaultyIOManager):
    """What is loaded is the object that was stored, from a cache."""

    kills = "IO-05"
    needs = Persistent

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        said = super().handle_output(context, obj)
        self.__dict__.setdefault("_kept", {})[identity(context)] = obj
        return said

    def load_input(self, context: InputContext) -> Any:
        kept = self.__dict__.get("_kept", {})
        return kept[identity(context)] if identity(context) in kept else super().load_input(context)


class GivesWhatWasLoaded(FaultyIOManager):
    """A value that was loaded once is not loaded again, and every reader gets the same object."""

    kills = "IO-05"
    needs = Persistent

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        self.__dict__.setdefault("_loaded", {}).pop(identity(context), None)
        return super().handle_output(context, obj)

    def load_input(self, context: InputContext) -> Any:
        loaded = self.__dict__.setdefault("_loaded", {})
        if identity(context) not in loaded:
            loaded[identity(context)] = super().load_input(context)
        return loaded[identity(context)]


class CopiesInMemory(FaultyIOManager):
    """A store in memory copies what it gives, as if it were a store of files."""

    kills = "IO-05"
    unless = Persistent

    def load_input(self, context: InputContext) -> Any:
        return copy.deepcopy(super().load_input(context))


class ChangesTheValue(FaultyIOManager):
    """Storing adds something to the value itself."""

    kills = "IO-06"

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        said = super().handle_output(context, obj)
        if tables.is_table(obj) or (isinstance(obj, list | dict) and obj):
            Values.change(obj)
        return said


class SaysAWord(FaultyIOManager):
    """Storing returns text instead of metadata."""

    kills = "IO-07"

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        super().handle_output(context, obj)
        return "stored"


class SaysAnObject(FaultyIOManager):
    """Storing returns metadata that no materialization can have."""

    kills = "IO-07"

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        """Store a value."""
        super().handle_output(context, obj)
        return {"manager": self}


class IgnoresTheRun(FaultyIOManager):
    """Outputs of different runs are one."""

    kills = "IO-08"

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        return super().handle_output(attrs.evolve(context, run_id="any"), obj)

    def load_input(self, context: InputContext) -> Any:
        stored = context.upstream_output
        assert stored is not None
        return super().load_input(attrs.evolve(context, upstream_output=attrs.evolve(stored, run_id="any")))


class IgnoresMappingKeys(FaultyIOManager):
    """The values of a dynamic output are one."""

    kills = "IO-08"

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        return super().handle_output(attrs.evolve(context, mapping_key=None), obj)

    def load_input(self, context: InputContext) -> Any:
        stored = context.upstream_output
        assert stored is not None
        return super().load_input(
            attrs.evolve(context, upstream_output=attrs.evolve(stored, mapping_key=None))
        )


def _asking(context: InputContext, columns: Any) -> InputContext:
    return attrs.evolve(context, metadata=None if columns is None else {"columns": columns})


class LoadsAllColumns(FaultyIOManager):
    """The columns that a reader asks for are not looked at."""

    kills = "IO-09"
    needs = frozenset({"columns"})

    def load_input(self, context: InputContext) -> Any:
        return super().load_input(_asking(context, None))


class SortsColumns(FaultyIOManager):
    """Columns come in the order of the alphabet, not the reader's."""

    kills = "IO-09"
    needs = frozenset({"columns"})

    def load_input(self, context: InputContext) -> Any:
        columns = context.metadata.get("columns")
        return super().load_input(_asking(context, columns and sorted(columns)))


class LeavesOutUnknownColumns(FaultyIOManager):
    """A column that is not there is left out."""

    kills = "IO-09"
    needs = frozenset({"columns"})

    def load_input(self, context: InputContext) -> Any:
        columns = context.metadata.get("columns")
        if columns:
            there = tables.columns(super().load_input(_asking(context, None)))
            columns = [name for name in columns if name in there]
        return super().load_input(_asking(context, columns))


class HidesItsColumns(FaultyIOManager):
    """Column subsets are loaded, and not claimed."""

    kills = "IO-09"
    needs = conceals = frozenset({"columns"})
