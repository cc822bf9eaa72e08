"""What ``holdfast plugins`` looks at: the plugins, the project that chose them, and what else is broken."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from holdfast.errors import Error, SettingsError
from holdfast.plugins.loading import Plugins
from holdfast.plugins.settings import Settings
from holdfast_cli.project import load_project

if TYPE_CHECKING:  # plugins are looked at also where no project can be loaded
    from holdfast.project import Project

__all__ = ["Looked", "look"]


@attrs.frozen
class Looked:
    """What was found.

    Attributes:
        plugins: the plugins, as the repository chooses them if it can be loaded.
        project: the project, if there is one that can be loaded.
        problems: what is broken besides plugins.
    """

    plugins: Plugins
    project: Project | None = None
    problems: tuple[str, ...] = ()

    def tell_problems(self) -> None:
        """Print what is broken besides plugins."""
        for problem in self.problems:
            print(f"holdfast: {problem}", file=sys.stderr)


def look(arguments: Namespace) -> Looked:
    """Look at the working directory, whatever is broken there.

    Args:
        arguments: with ``no_plugins`` and ``strict_plugins``.
    """
    disabled = arguments.no_plugins
    try:
        settings = Settings.load(Path())
    except SettingsError as error:
        problem = f"the settings cannot be read, so the defaults are shown: {error}"
        defaults = Settings(directory=Path.cwd())
        return Looked(Plugins.discover(defaults, disabled), problems=(problem,))
    if settings.repository is not None or settings.definitions:
        try:
            project = load_project(arguments)
            return Looked(project.instance.plugins, project)
        except Error as error:
            problem = f"the repository cannot be loaded: {error}"
            return Looked(Plugins.discover(settings, disabled), problems=(problem,))
    return Looked(Plugins.discover(settings, disabled))
