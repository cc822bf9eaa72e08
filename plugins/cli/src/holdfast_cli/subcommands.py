"""The subcommands there are: the command's own, and those of other plugins."""

from __future__ import annotations

import importlib
from argparse import Namespace
from collections.abc import Callable
from functools import partial

import attrs

from holdfast.interfaces import Command
from holdfast.provisions import CommandPlugin
from holdfast_cli import holdfast_commands

__all__ = ["Subcommand", "all_subcommands", "own_subcommands"]


@attrs.frozen
class Subcommand:
    """A subcommand, whose module is imported when it is loaded.

    Attributes:
        name: its name.
        summary: one line for lists.
        load: returns the `Command`.
    """

    name: str
    summary: str
    load: Callable[[], Command]


def own_subcommands() -> dict[str, Subcommand]:
    """Return the subcommands that are always there, whatever is broken or switched off."""
    return {
        provision.name: Subcommand(provision.name, provision.summary, partial(_load, provision))
        for provision in holdfast_commands()
    }


def all_subcommands(options: Namespace) -> dict[str, Subcommand]:
    """Return the command's own subcommands, then those of other plugins; no plugin replaces one of the first.

    Args:
        options: the command's own options.

    Raises:
        SettingsError: the settings cannot be read.
        PluginError: a plugin is not usable, if ``strict_plugins``.
    """
    from holdfast_cli.project import load_plugins  # most command lines need no discovery to be read

    found = own_subcommands()
    plugins = load_plugins(options)
    for provision in plugins.provisions(CommandPlugin):
        load = partial(plugins.create, CommandPlugin, provision.name)
        found.setdefault(provision.name, Subcommand(provision.name, provision.summary, load))
    return found


def _load(provision: CommandPlugin) -> Command:
    module, _, name = provision.factory.partition(":")
    command: Command = getattr(importlib.import_module(module), name)()
    return command
