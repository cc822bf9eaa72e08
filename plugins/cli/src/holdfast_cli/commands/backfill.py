"""``holdfast backfill``: make many partitions of assets in one run."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from holdfast.errors import NothingToDoError
from holdfast.interfaces import Command
from holdfast_cli.choosing import add_only, add_partitions, chosen_only
from holdfast_cli.project import load_project
from holdfast_cli.running import add_run_options, run_config, run_tags, said_nothing, watch
from holdfast_cli.selecting import add_selection, selected

__all__ = ["BackfillCommand"]


class BackfillCommand(Command):
    """Make many partitions of assets in one run."""

    def configure(self, parser: ArgumentParser) -> None:
        """Add the selection, the partitions and the options of a run."""
        add_selection(parser)
        add_partitions(parser, "the partitions; all there are by default")
        add_only(parser)
        add_run_options(parser)

    def run(self, arguments: Namespace) -> int:
        """Make the partitions of the selected assets."""
        project = load_project(arguments)
        selection, config, tags = selected(arguments), run_config(arguments, project), run_tags(arguments)
        only = chosen_only(arguments)
        try:
            return watch(
                arguments,
                lambda listener: project.backfill(
                    selection,
                    arguments.partitions,
                    only=only,
                    run_config=config,
                    tags=tags,
                    listener=listener,
                ),
            )
        except NothingToDoError as nothing:
            if only is None:
                raise
            return said_nothing(arguments, nothing)
