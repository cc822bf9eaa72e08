"""``holdfast jobs``: list the jobs of the repository."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from holdfast.interfaces import Command
from holdfast_cli.exit_codes import ExitCode
from holdfast_cli.output import print_json, print_table
from holdfast_cli.project import load_project

__all__ = ["JobsCommand"]


class JobsCommand(Command):
    """List the jobs of the repository."""

    def configure(self, parser: ArgumentParser) -> None:
        """Add ``list``."""
        actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
        listing = actions.add_parser("list", help="list jobs", description="List the jobs of the repository.")
        listing.add_argument("--json", action="store_true", help="print JSON")

    def run(self, arguments: Namespace) -> int:
        """Print the jobs."""
        jobs = load_project(arguments).repository.get_all_jobs()
        if arguments.json:
            entries = [
                {
                    "name": job.name,
                    "assets": len(job.asset_keys),
                    "selection": job.selection,
                    "description": job.description,
                    "tags": dict(job.tags),
                }
                for job in jobs
            ]
            print_json(entries)
        else:
            rows = [(job.name, len(job.asset_keys), job.selection, job.description or "") for job in jobs]
            print_table(("job", "assets", "selection", "description"), rows)
        return ExitCode.OK
