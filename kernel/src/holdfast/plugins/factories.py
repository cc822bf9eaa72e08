"""From a provision to the thing itself: its factory imported, its options checked, its product looked at."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import Any

from holdfast.errors import Error, PluginError, SettingsError, did_you_mean
from holdfast.interfaces import Command, EventStore, Format, IOManager, Observer
from holdfast.plugins.dependencies import install_command
from holdfast.plugins.options import read_options
from holdfast.plugins.states import Missing, PluginState
from holdfast.plugins.uses import Use
from holdfast.provisions import (
    CommandPlugin,
    EventStorePlugin,
    ExecutorPlugin,
    FormatPlugin,
    IOManagerPlugin,
    ObserverPlugin,
    PluginContext,
    Provision,
)

__all__ = ["make"]

_PRODUCTS: Mapping[type[Provision], type] = {
    CommandPlugin: Command,
    EventStorePlugin: EventStore,
    ExecutorPlugin: Executor,
    FormatPlugin: Format,
    IOManagerPlugin: IOManager,
    ObserverPlugin: Observer,
}


def make(provision: Provision, plugin: PluginState, use: Use, context: PluginContext) -> Any:
    """Return what a provision's factory makes.

    Args:
        provision: what to make.
        plugin: the plugin that provides it.
        use: the options, and where they were given.
        context: what the factory is told first; factories of commands are called without it.

    Raises:
        PluginError: the factory cannot be imported, or makes something of another type.
        SettingsError: an option is unknown, missing, of another type or refused by the factory.
    """
    factory = _imported(provision, plugin)
    arguments = () if isinstance(provision, CommandPlugin) else (context,)
    options = read_options(factory, len(arguments), provision, use)
    try:
        made = factory(*arguments, **options)
    except (TypeError, ValueError) as error:
        if isinstance(error, Error) or not use.options:
            raise
        raise SettingsError(use.place.source, use.place.path, f"The {provision} says: {error}") from error
    product = _PRODUCTS.get(type(provision), object)
    if not isinstance(made, product):
        reason = f"the factory {provision.factory} made {made!r}, not an instance of {product.__name__}"
        raise PluginError(plugin.name, "broken", reason)
    return made


def _imported(provision: Provision, plugin: PluginState) -> Callable[..., Any]:
    name, _, path = provision.factory.partition(":")
    try:
        found: Any = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or f"{name}.".startswith(f"{error.name}."):
            raise _broken(provision, plugin, f"there is no module {error.name}") from error
        missing = Missing(error.name, str(provision), install_command(error.name, plugin.distribution))
        raise PluginError(plugin.name, "missing-dependency", str(missing)) from error
    except Exception as error:
        raise _broken(provision, plugin, f"{type(error).__name__}: {error}") from error
    for attribute in path.split("."):
        if not hasattr(found, attribute):
            near = did_you_mean(attribute, vars(found) if hasattr(found, "__dict__") else ())
            raise _broken(provision, plugin, f"{name} has no '{attribute}'.{near}")
        found = getattr(found, attribute)
    if not callable(found):
        raise _broken(provision, plugin, f"it is {found!r}, which cannot be called")
    return found  # type: ignore[no-any-return]


def _broken(provision: Provision, plugin: PluginState, problem: str) -> PluginError:
    reason = f"the factory of the {provision}, {provision.factory}, cannot be imported: {problem}"
    return PluginError(plugin.name, "broken", reason)
