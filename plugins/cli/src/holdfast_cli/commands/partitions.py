"""``holdfast partitions``: which partitions there are, what is made of them, and dynamic ones."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from holdfast.errors import InvalidSubsetError
from holdfast.interfaces import Command
from holdfast.project import Project
from holdfast.run_partitions import moment_of
from holdfast_cli.choosing import add_only, chosen_only
from holdfast_cli.exit_codes import ExitCode
from holdfast_cli.output import plain, print_json, print_table
from holdfast_cli.partition_states import COUNTS, PartitionStates
from holdfast_cli.project import load_project
from holdfast_cli.selecting import add_key, add_selection, find_key, selected

__all__ = ["PartitionsCommand"]


class PartitionsCommand(Command):
    """Say which partitions there are and what is made of them."""

    def configure(self, parser: ArgumentParser) -> None:
        """Add ``list`` and ``status``."""
        actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
        listing = actions.add_parser(
            "list", help="list partition keys", description="List the partition keys of an asset, in order."
        )
        add_key(listing)
        add_only(listing)
        listing.add_argument("--json", action="store_true", help="print JSON, with what became of each")
        listing.set_defaults(act=_list)
        status = actions.add_parser(
            "status",
            help="count what is made, failed and missing",
            description="Count the partitions of each asset: materialized, failed since, and never made.",
        )
        add_selection(status)
        status.add_argument("--json", action="store_true", help="print JSON")
        status.set_defaults(act=_status)

    def run(self, arguments: Namespace) -> int:
        """Do what was asked for."""
        arguments.act(load_project(arguments), arguments)
        return ExitCode.OK


def _list(project: Project, arguments: Namespace) -> None:
    graph = project.repository.graph
    node = graph[find_key(graph, arguments.key)]
    if not node.partitioned:
        raise InvalidSubsetError(f"'{node.key}' has no partitions.")
    parts = PartitionStates(node, moment_of(project.instance))
    only = chosen_only(arguments)
    keys = parts.all if only is None else getattr(parts, only)
    if arguments.json:
        print_json([{"key": key, "status": parts.status(key)} for key in keys])
        return
    for key in keys:
        print(plain(key))


def _status(project: Project, arguments: Namespace) -> None:
    graph = project.repository.graph
    selection = selected(arguments)
    keys = graph.asset_keys if selection is None else selection.resolve(graph)
    moment = moment_of(project.instance)
    nodes = [graph[key] for key in graph.sorted(keys)]
    entries = [
        PartitionStates(node, moment).to_json() for node in nodes if node.partitioned and not node.is_source
    ]
    if arguments.json:
        print_json(entries)
    elif not entries:
        print("None of these assets has partitions.")
    else:
        rows = [[entry["key"], *(f"{entry[count]:,}" for count in COUNTS)] for entry in entries]
        print_table(("asset", *COUNTS), rows)
