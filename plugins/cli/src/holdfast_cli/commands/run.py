"""``holdfast run``: run a job of the repository."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping

from holdfast.interfaces import Command
from holdfast_cli.choosing import add_partition
from holdfast_cli.project import load_project
from holdfast_cli.running import add_run_options, run_config, run_tags, watch

__all__ = ["RunCommand"]


class RunCommand(Command):
    """Run a job of the repository."""

    def configure(self, parser: ArgumentParser) -> None:
        """Add the job's name, ``--partition`` and the options of a run."""
        parser.add_argument("job", metavar="JOB", help="the job; 'holdfast jobs list' lists them")
        add_partition(parser, "the partition to run it for")
        add_run_options(parser)

    def run(self, arguments: Namespace) -> int:
        """Run the job."""
        project = load_project(arguments)
        job = project.repository.get_job(arguments.job)
        default = job.config if isinstance(job.config, Mapping) else None
        config, tags = run_config(arguments, project, default), run_tags(arguments)
        return watch(
            arguments,
            lambda listener: project.run_job(
                job.name,
                partition_key=arguments.partition,
                run_config=config,
                tags=tags,
                listener=listener,
            ),
        )
