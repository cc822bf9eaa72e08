"""The IO manager of what dbt makes: it stores nothing, as dbt has done that, and loads through another."""

from __future__ import annotations

import attrs

from holdfast.contexts import InitResourceContext
from holdfast.errors import StorageError
from holdfast.interfaces import IOManager
from holdfast.io_contexts import InputContext, OutputContext

__all__ = ["DbtTables", "tables_through"]


@attrs.frozen
class DbtTables(IOManager):
    """Stores nothing, as dbt has done that; loads through another IO manager that finds the tables.

    Args:
        reader: that IO manager, if there is one.
    """

    reader: IOManager | None = None

    def handle_output(self, context: OutputContext, obj: object) -> None:
        """Do nothing."""

    def load_input(self, context: InputContext) -> object:
        """Return what the other IO manager finds.

        Raises:
            StorageError: there is no other.
        """
        if self.reader is None:
            raise StorageError(
                f"Asset '{context.asset_key}' is a table that dbt made, and nothing says how to load it. "
                "Name an IO manager that finds it as the loader's option io_manager_key, or with "
                "AssetIn(input_manager_key=...); or wait for it with non_argument_deps and read it yourself."
            )
        return self.reader.load_input(context)


@attrs.frozen
class tables_through:  # noqa: N801 - a function that can be pickled
    """Makes `DbtTables` that load through the resource of a key.

    Args:
        key: the resource's key, ``None`` for none.
    """

    key: str | None

    def __call__(self, context: InitResourceContext) -> DbtTables:
        """Return them."""
        return DbtTables(None if self.key is None else getattr(context.resources, self.key))
