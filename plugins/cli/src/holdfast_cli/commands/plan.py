"""``holdfast plan``: say what would be made, in which order, and why."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from holdfast.interfaces import Command
from holdfast_cli.choosing import add_only, add_partition, add_partitions, chosen_only
from holdfast_cli.exit_codes import ExitCode
from holdfast_cli.output import print_json
from holdfast_cli.project import load_project
from holdfast_cli.selecting import add_selection, selected

__all__ = ["PlanCommand"]


class PlanCommand(Command):
    """Say what would be made, in which order, and why."""

    def configure(self, parser: ArgumentParser) -> None:
        """Add the selection, the partitions and ``--json``."""
        add_selection(parser)
        add_partition(parser, "plan what 'materialize --partition' would make")
        add_partitions(parser, "plan what a backfill of these partitions would make")
        add_only(parser)
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, arguments: Namespace) -> int:
        """Print the plan."""
        plan = load_project(arguments).plan(
            selected(arguments),
            partition_key=arguments.partition,
            partitions=arguments.partitions,
            only=chosen_only(arguments),
        )
        if arguments.json:
            print_json(plan.to_json())
        else:
            print(plan)
        return ExitCode.OK
