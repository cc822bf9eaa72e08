"""The kernel's loaders: definitions from a module, or from all modules of a package."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from holdfast.definitions.loading import load_assets_from_modules, load_assets_from_package_name

if TYPE_CHECKING:  # a run in memory needs none of the records of plugins
    from holdfast.provisions import PluginContext

__all__ = ["load_module", "load_package"]


def load_module(
    context: PluginContext, *, name: str, group: str | None = None, prefix: str | Sequence[str] | None = None
) -> list[Any]:
    """Return the assets and source assets that a module defines.

    Args:
        context: unused; every loader is told where it works.
        name: the module.
        group: the group of the assets.
        prefix: goes before the keys of the assets.
    """
    return load_assets_from_modules([importlib.import_module(name)], group, prefix)


def load_package(
    context: PluginContext, *, name: str, group: str | None = None, prefix: str | Sequence[str] | None = None
) -> list[Any]:
    """Return the assets and source assets of a package and all modules in it; arguments as `load_module`."""
    return load_assets_from_package_name(name, group, prefix)
