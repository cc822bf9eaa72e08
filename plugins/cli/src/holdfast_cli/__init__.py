"""The ``holdfast`` command: look at assets, plan, materialize, and manage plugins."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.hookspecs import hookimpl
from holdfast.provisions import CommandPlugin

__all__: list[str] = []

_COMMANDS = {
    "init": "start a project: settings and a module with three assets",
    "assets": "list assets, or show one",
    "graph": "draw the assets as a text tree, Mermaid or DOT",
    "plan": "say what would be made, in which order, and why",
    "materialize": "make assets",
    "backfill": "make many partitions of assets in one run",
    "resume": "make what is left of a backfill",
    "partitions": "list partitions and what is made of them; add and remove dynamic ones",
    "observe": "look at source assets and record their versions",
    "jobs": "list the jobs of the repository",
    "run": "run a job of the repository",
    "load": "print the stored value of an asset",
    "runs": "list past runs, or show one",
    "plugins": "list the installed plugins, check them, explain a name, or start one",
    "completion": "print the completion script of a shell",
}


@hookimpl
def holdfast_commands() -> Iterator[CommandPlugin]:
    """Provide the subcommands that come with the command itself."""
    for name, summary in _COMMANDS.items():
        factory = f"holdfast_cli.commands.{name}:{name.capitalize()}Command"
        yield CommandPlugin(name=name, factory=factory, summary=summary)
