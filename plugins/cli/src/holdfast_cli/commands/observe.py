"""``holdfast observe``: look at source assets."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from holdfast.interfaces import Command
from holdfast_cli.project import load_project
from holdfast_cli.running import add_run_options, run_config, run_tags, watch
from holdfast_cli.selecting import add_selection, selected

__all__ = ["ObserveCommand"]


class ObserveCommand(Command):
    """Look at source assets."""

    def configure(self, parser: ArgumentParser) -> None:
        """Add the selection and the options of a run."""
        add_selection(parser, "the source assets; by default all that can be observed")
        add_run_options(parser)

    def run(self, arguments: Namespace) -> int:
        """Look at the selected source assets."""
        project = load_project(arguments)
        selection, config, tags = selected(arguments), run_config(arguments, project), run_tags(arguments)
        return watch(
            arguments,
            lambda listener: project.observe(selection, run_config=config, tags=tags, listener=listener),
        )
