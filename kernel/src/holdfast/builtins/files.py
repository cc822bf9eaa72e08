"""The asset API's IO manager of files, which the plugin 'filesystem' provides."""

from __future__ import annotations

from holdfast.config.sources import StringSource
from holdfast.config.types import Field
from holdfast.contexts import InitResourceContext
from holdfast.definitions.resource import IOManagerDefinition
from holdfast.errors import InvariantViolationError, UnknownProvisionError
from holdfast.interfaces import IOManager

__all__ = ["fs_io_manager"]

_BASE_DIR = Field(
    StringSource,
    is_required=False,
    description="A directory, relative to the repository's, or an fsspec URL; the instance's by default.",
)


def _manager(init_context: InitResourceContext) -> IOManager:
    from holdfast.plugins.uses import Use  # this and plugins need what a run in memory does not
    from holdfast.provisions import IOManagerPlugin

    if init_context.instance is None:
        raise InvariantViolationError(
            "fs_io_manager finds its plugin through an instance. Give build_init_resource_context()."
        )
    base = (init_context.resource_config or {}).get("base_dir")
    use = Use("filesystem", {} if base is None else {"base": base})
    try:
        manager: IOManager = init_context.instance.plugins.create(IOManagerPlugin, use)
    except UnknownProvisionError as error:
        hint = error.hint or "Install it: pip install holdfast-filesystem."
        raise UnknownProvisionError(error.kind, error.name, (), hint) from None
    return manager


fs_io_manager = IOManagerDefinition(
    _manager,
    {"base_dir": _BASE_DIR},
    "Stores each value in a file below base_dir, at the parts of its key; see the plugin 'filesystem'.",
)
"""The IO manager of files."""
