"""What saboteurs of IO managers have in common."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import attrs

from holdfast.conformance.suites import Saboteur
from holdfast.interfaces import IOManager
from holdfast.io_contexts import InputContext, OutputContext
from holdfast.keys import AssetKey

__all__ = ["FaultyIOManager", "Persistent", "identity", "with_key", "without_partitions"]

Persistent = frozenset({"persistent"})
"""What a manager needs that can lose something."""


class FaultyIOManager(Saboteur, IOManager):
    """An IO manager that hands everything on to another one."""

    @property
    def process_local(self) -> bool:  # type: ignore[override]
        """Whether what is stored can be loaded in this process alone."""
        return bool(self.inner.process_local)

    def handle_output(self, context: OutputContext, obj: Any) -> Mapping[str, Any] | None:
        """Store a value."""
        return self.inner.handle_output(context, obj)  # type: ignore[no-any-return]

    def load_input(self, context: InputContext) -> Any:
        """Load a value."""
        return self.inner.load_input(context)


def identity(context: OutputContext | InputContext) -> Hashable:
    """Return what tells a value from every other, of several partitions too."""
    keys = tuple(context.asset_partition_keys) if context.has_asset_partitions else ()
    return (context.asset_key, keys) if context.has_asset_key else str(context.get_identifier())


def with_key(context: Any, path: list[str]) -> Any:
    """Return a context that is about another asset."""
    name = "asset_info" if isinstance(context, OutputContext) else "asset_key"
    return attrs.evolve(context, **{name: AssetKey(path)})


def without_partitions(context: Any) -> Any:
    """Return a context that is about the whole asset."""
    changes: dict[str, Any] = {"asset_partitions": None, "partition_key": None}
    if isinstance(context, InputContext):
        changes["by_partition"] = False
    return attrs.evolve(context, **changes)
