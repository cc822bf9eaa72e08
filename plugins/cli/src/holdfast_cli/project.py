"""What a subcommand works on: the project of the working directory, its instance, its plugins."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.errors import Error, InvalidDefinitionError

if TYPE_CHECKING:  # a subcommand imports what it needs, and --help needs the plugins alone
    from holdfast.instance import Instance
    from holdfast.plugins.loading import Plugins
    from holdfast.project import Project

__all__ = ["load_instance", "load_plugins", "load_project"]


def load_plugins(arguments: Namespace) -> Plugins:
    """Return the plugins of the working directory's repository.

    Args:
        arguments: with ``no_plugins`` and ``strict_plugins``.

    Raises:
        SettingsError: the settings cannot be read.
        PluginError: a plugin is not usable, if ``strict_plugins``.
    """
    # Most command lines are read without looking for plugins.
    from holdfast.plugins.loading import Plugins
    from holdfast.plugins.settings import Settings

    plugins = Plugins.discover(Settings.load(Path()), arguments.no_plugins)
    if arguments.strict_plugins:
        plugins.require_healthy()
    return plugins


def load_instance(arguments: Namespace) -> Instance:
    """Return the instance of the working directory's repository; as `load_plugins`."""
    from holdfast.instance import Instance  # --help needs the plugins alone

    instance = Instance.get(disabled=arguments.no_plugins)
    if arguments.strict_plugins:
        instance.plugins.require_healthy()
    return instance


def load_project(arguments: Namespace) -> Project:
    """Return the project of the working directory; as `load_plugins`.

    Raises:
        InvalidDefinitionError: the definitions cannot be used, or their modules raise when they are imported.
    """
    # This is the whole kernel, which lists of runs and plugins do not need.
    from holdfast.project import Project
    from holdfast_cli.output import aside
    from holdfast_cli.user_report import user_report

    with aside():
        try:
            project = Project.load(disabled=arguments.no_plugins)
        except Error:
            raise
        except Exception as error:
            report = user_report(error)
            raise InvalidDefinitionError(f"The definitions cannot be imported.\n{report}") from error
    if arguments.strict_plugins:
        project.instance.plugins.require_healthy()
    return project
