"""``holdfast materialize``: make assets."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from holdfast.interfaces import Command
from holdfast_cli.choosing import add_partition
from holdfast_cli.project import load_project
from holdfast_cli.running import add_run_options, run_config, run_tags, watch
from holdfast_cli.selecting import add_selection, selected

__all__ = ["MaterializeCommand"]


class MaterializeCommand(Command):
    """Make assets."""

    def configure(self, parser: ArgumentParser) -> None:
        """Add the selection, ``--partition`` and the options of a run."""
        add_selection(parser)
        add_partition(parser)
        add_run_options(parser)

    def run(self, arguments: Namespace) -> int:
        """Make the selected assets."""
        project = load_project(arguments)
        selection, config, tags = selected(arguments), run_config(arguments, project), run_tags(arguments)
        return watch(
            arguments,
            lambda listener: project.materialize(
                selection,
                partition_key=arguments.partition,
                run_config=config,
                tags=tags,
                listener=listener,
            ),
        )
