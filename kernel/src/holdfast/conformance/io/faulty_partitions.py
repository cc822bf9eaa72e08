"""Saboteurs of IO managers: partitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from holdfast.conformance.io.faulty import FaultyIOManager, identity, with_key, without_partitions
from holdfast.errors import StepOutputNotFoundError
from holdfast.io_contexts import InputContext, OutputContext
from holdfast.metadata import normalize_metadata
from holdfast.partitions.static import StaticPartitionsDefinition

__all__: list[str] = []

_PARTITIONS = frozenset({"partitions"})


def _one(context: Any, key: str) -> Any:
    about: dict[str, Any] = {"asset_partitions": StaticPartitionsDefinition([key]).all()}
    if isinstance(context, InputContext):
        about["by_partition"] = False
    return attrs.evolve(context, **about)


def _is_many(context: OutputContext) -> bool:
    return context.has_asset_partitions and len(context.asset_partitions) != 1


class IgnoresPartitions(FaultyIOManager):
    """A partition is stored as the whole asset."""

    kills = "IO-27"
    needs = _PARTITIONS

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        return super().handle_output(without_partitions(context), obj)

    def load_input(self, context: InputContext) -> Any:
        return super().load_input(without_partitions(context))


class HidesItsPartitions(FaultyIOManager):
    """Partitions are taken, and not claimed."""

    kills = "IO-27"
    needs = conceals = _PARTITIONS


class StoresThemAsOne(FaultyIOManager):
    """Several partitions are stored as one value, and cannot be loaded one by one."""

    kills = "IO-28"
    needs = _PARTITIONS

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        if _is_many(context):
            self._mapping = obj
            return None
        return super().handle_output(context, obj)

    def load_input(self, context: InputContext) -> Any:
        return self._mapping if context.by_partition else super().load_input(context)


class TurnsThemAround(FaultyIOManager):
    """The mapping of several partitions has the last one first."""

    kills = "IO-28"
    needs = _PARTITIONS

    def load_input(self, context: InputContext) -> Any:
        value = super().load_input(context)
        return dict(reversed(value.items())) if context.by_partition else value


class UnwrapsOne(FaultyIOManager):
    """A mapping of one partition is loaded as its value."""

    kills = "IO-29"
    needs = _PARTITIONS

    def load_input(self, context: InputContext) -> Any:
        value = super().load_input(context)
        return next(iter(value.values())) if context.by_partition and len(value) == 1 else value


class NoneForNoPartition(FaultyIOManager):
    """A mapping of no partition is loaded as None."""

    kills = "IO-29"
    needs = _PARTITIONS

    def load_input(self, context: InputContext) -> Any:
        value = super().load_input(context)
        return value if not context.by_partition or value else None


class LeavesOutMissing(FaultyIOManager):
    """Partitions that are missing are left out."""

    kills = "IO-30"
    needs = _PARTITIONS

    def load_input(self, context: InputContext) -> Any:
        if not context.by_partition:
            return super().load_input(context)
        found = {}
        for key in context.asset_partitions:
            try:
                found[key] = super().load_input(_one(context, key))
            except StepOutputNotFoundError:
                continue
        return found


class NamesTheAssetAlone(FaultyIOManager):
    """The error for a missing partition does not say which."""

    kills = "IO-30"
    needs = _PARTITIONS

    def load_input(self, context: InputContext) -> Any:
        try:
            return super().load_input(context)
        except StepOutputNotFoundError:
            raise StepOutputNotFoundError(f"Asset '{context.asset_key}'", "here") from None


class StoresBelowTheAsset(FaultyIOManager):
    """Partition b of the asset a is stored as the asset a/b."""

    kills = "IO-31"
    needs = _PARTITIONS

    def _below(self, context: Any) -> Any:
        if not context.has_asset_partitions:
            return context
        below = [*context.asset_key.path, context.asset_partition_key]
        return without_partitions(with_key(context, below))

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        return super().handle_output(self._below(context), obj)

    def load_input(self, context: InputContext) -> Any:
        return super().load_input(self._below(context))


class FlattensPartitionKeys(FaultyIOManager):
    """What could be taken for a path in a partition key becomes a dash."""

    kills = "IO-31"
    needs = _PARTITIONS

    def _flat(self, context: Any) -> Any:
        if not context.has_asset_partitions:
            return context
        key = context.asset_partition_key
        return _one(context, "".join(c if c.isalnum() else "-" for c in key) or "-")

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        return super().handle_output(self._flat(context), obj)

    def load_input(self, context: InputContext) -> Any:
        return super().load_input(self._flat(context))


class TakesAnyMapping(FaultyIOManager):
    """Of a mapping, what belongs to the partitions is stored; what is missing is not missed."""

    kills = "IO-32"
    needs = _PARTITIONS

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        if not _is_many(context) or not isinstance(obj, Mapping):
            return super().handle_output(context, obj)
        for key in context.asset_partitions:
            if key in obj:
                super().handle_output(_one(context, key), obj[key])
        return None


class StoresOneForAll(FaultyIOManager):
    """A value that is no mapping is stored as each of the partitions."""

    kills = "IO-32"
    needs = _PARTITIONS

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        if _is_many(context) and not isinstance(obj, Mapping):
            obj = dict.fromkeys(context.asset_partitions, obj)
        return super().handle_output(context, obj)


class FallsBackToTheWhole(FaultyIOManager):
    """For a partition that is missing, the value of the whole asset is loaded."""

    kills = "IO-33"
    needs = _PARTITIONS

    def load_input(self, context: InputContext) -> Any:
        try:
            return super().load_input(context)
        except StepOutputNotFoundError:
            return super().load_input(without_partitions(context))


class SaysTheLastForAll(FaultyIOManager):
    """Of several partitions, the metadata of the last one is returned for all."""

    kills = "IO-34"
    needs = _PARTITIONS

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        if not _is_many(context) or not isinstance(obj, Mapping):
            return {**normalize_metadata(super().handle_output(context, obj)), "size": 1}
        for key in context.asset_partitions:
            super().handle_output(_one(context, key), obj[key])
        return {"size": 1}


class LosesTheSecond(FaultyIOManager):
    """The second value that is stored of an asset is lost, and no other."""

    kills = "IO-35"

    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        counts = self.__dict__.setdefault("_counts", {})
        counts[identity(context)] = counts.get(identity(context), 0) + 1
        return None if counts[identity(context)] == 2 else super().handle_output(context, obj)
