"""The kernel's IO manager: values stay in memory."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, ClassVar

from holdfast.definitions.resource import io_manager
from holdfast.errors import InvariantViolationError, StepOutputNotFoundError
from holdfast.interfaces import IOManager
from holdfast.io_contexts import InputContext, OutputContext

if TYPE_CHECKING:  # a run in memory needs none of the records of plugins
    from holdfast.provisions import PluginContext

__all__ = ["InMemoryIOManager", "mem_io_manager"]


class InMemoryIOManager(IOManager):
    """Keeps values in this process as they are, not copied.

    Args:
        context: taken so that the class is its own plugin factory; nothing in memory depends on it.
    """

    process_local: ClassVar[bool] = True

    def __init__(self, context: PluginContext | None = None) -> None:
        self._values: dict[Hashable, Any] = {}

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Keep ``obj``."""
        if context.has_asset_partitions:
            context.store_each(obj, self._store)
        else:
            self._values[context.identity] = obj

    def load_input(self, context: InputContext) -> Any:
        """Return what was kept.

        Raises:
            StepOutputNotFoundError: nothing was.
        """
        if context.has_asset_partitions:
            return context.load_each(self._load)
        try:
            return self._values[context.identity]
        except (KeyError, InvariantViolationError):
            return self._load(context)

    def _store(self, context: OutputContext, obj: Any) -> None:
        self._values[context.identity] = obj

    def _load(self, context: InputContext) -> Any:
        stored = context if context.has_asset_key else context.upstream_output or context
        try:
            return self._values[stored.identity]
        except KeyError:
            raise StepOutputNotFoundError(
                _described(stored),
                "memory",
                "Values in memory end with the run: materialize it in the same run, or use an IO manager "
                "that keeps values.",
            ) from None


def _described(context: InputContext | OutputContext) -> str:
    if not context.has_asset_key:
        return f"Output '{'.'.join(context.get_identifier())}'"
    partition = (
        f"Partition '{context.asset_partition_key}' of asset" if context.has_asset_partitions else "Asset"
    )
    return f"{partition} '{context.asset_key}'"


@io_manager
def mem_io_manager() -> InMemoryIOManager:
    """Keep values in memory for one run."""
    return InMemoryIOManager()
