"""``holdfast resume``: make what is left of a backfill."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from holdfast.errors import NothingToDoError
from holdfast.events import BACKFILL_TAG
from holdfast.interfaces import Command
from holdfast_cli.project import load_project
from holdfast_cli.run_lookup import find_run
from holdfast_cli.running import add_run_options, run_config, run_tags, said_nothing, watch

__all__ = ["ResumeCommand"]


class ResumeCommand(Command):
    """Make what is left of a backfill."""

    def configure(self, parser: ArgumentParser) -> None:
        """Add the run and the options of a run."""
        parser.add_argument(
            "run_id",
            metavar="RUN",
            nargs="?",
            help="one of its runs: the id, or its beginning; the latest backfill by default",
        )
        add_run_options(parser)
        parser.epilog = _EPILOG

    def run(self, arguments: Namespace) -> int:
        """Make it, in another run of the same backfill."""
        project = load_project(arguments)
        run = find_run(
            project.instance.event_store,
            arguments.run_id,
            lambda run: BACKFILL_TAG in run.tags,
            "No backfill is recorded yet; 'holdfast backfill' makes one.",
        )
        config = run_config(arguments, project, run.about.run_config or None)
        try:
            return watch(
                arguments,
                lambda listener: project.resume(
                    run.run_id, run_config=config, tags=run_tags(arguments), listener=listener
                ),
            )
        except NothingToDoError as nothing:
            return said_nothing(arguments, nothing)


_EPILOG = """\
Left is what was not made since the backfill began: what it did not get to
because it was interrupted or killed, what failed, and what was skipped for
it. The new run has the tags and the run config of the first."""
