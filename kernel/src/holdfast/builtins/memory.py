"""The kernel's IO manager: values stay in memory."""

from __future__ import annotations

from typing import Any, ClassVar

from holdfast.contexts import InputContext, OutputContext
from holdfast.definitions.resource import io_manager
from holdfast.errors import StepOutputNotFoundError
from holdfast.interfaces import IOManager

__all__ = ["InMemoryIOManager", "mem_io_manager"]


class InMemoryIOManager(IOManager):
    """Keeps values in this process as they are, not copied."""

    process_local: ClassVar[bool] = True

    def __init__(self) -> None:
        self.values: dict[tuple[str, ...], Any] = {}

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Keep ``obj``."""
        self.values[_identifier(context)] = obj

    def load_input(self, context: InputContext) -> Any:
        """Return what was kept."""
        upstream = context.upstream_output
        key = _identifier(context if upstream is None or context.has_asset_key else upstream)
        if key not in self.values:
            raise StepOutputNotFoundError(f"'{'/'.join(key)}'", "memory")
        return self.values[key]


def _identifier(context: InputContext | OutputContext) -> tuple[str, ...]:
    if context.has_asset_key:
        return tuple(context.get_asset_identifier())
    return tuple(context.get_identifier())


@io_manager
def mem_io_manager() -> InMemoryIOManager:
    """Keep values in memory for one run."""
    return InMemoryIOManager()
