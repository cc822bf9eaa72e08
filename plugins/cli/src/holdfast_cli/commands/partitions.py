"""``holdfast partitions``: which partitions there are, what is made of them, and dynamic ones."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from holdfast.errors import (
    InvalidInvocationError,
    InvalidSubsetError,
    UnknownPartitionError,
    did_you_mean,
)
from holdfast.interfaces import Command
from holdfast.partitions.dynamic import DynamicPartitionsDefinition
from holdfast.project import Project
from holdfast.run_partitions import moment_of
from holdfast_cli.choosing import add_only, chosen_only
from holdfast_cli.exit_codes import ExitCode
from holdfast_cli.output import plain, print_json, print_table
from holdfast_cli.partition_states import COUNTS, PartitionStates
from holdfast_cli.project import load_project
from holdfast_cli.selecting import add_selection, find_key, selected

__all__ = ["PartitionsCommand"]


class PartitionsCommand(Command):
    """Say which partitions there are and what is made of them."""

    def configure(self, parser: ArgumentParser) -> None:
        """Add ``list``, ``status``, ``add`` and ``remove``."""
        actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
        listing = actions.add_parser(
            "list",
            help="list partition keys",
            description="List the partition keys of an asset, or those of dynamic partitions, in order.",
        )
        listing.add_argument(
            "key", metavar="KEY", help="the asset's key, or the name of dynamic partitions that no asset has"
        )
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
        for name, act, what in (("add", _add, "add keys to"), ("remove", _remove, "remove keys from")):
            change = actions.add_parser(
                name,
                help=f"{what} dynamic partitions",
                description=f"{what[:1].upper()}{what[1:]} dynamic partitions, all or none of them.",
            )
            change.add_argument("name", metavar="NAME", help="the name of the dynamic partitions")
            change.add_argument("keys", metavar="KEY", nargs="+", help="a partition key, taken as it is")
            change.set_defaults(act=act)

    def run(self, arguments: Namespace) -> int:
        """Do what was asked for."""
        arguments.act(load_project(arguments), arguments)
        return ExitCode.OK


def _list(project: Project, arguments: Namespace) -> None:
    graph = project.repository.graph
    if arguments.key in _dynamic_names(project) and arguments.key not in map(str, graph):
        _list_added(project, arguments)
        return
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


def _list_added(project: Project, arguments: Namespace) -> None:
    if chosen_only(arguments):
        raise InvalidInvocationError(
            f"'{arguments.key}' are dynamic partitions, of which every asset that has them misses others. "
            "Name an asset."
        )
    keys = project.instance.get_dynamic_partitions(arguments.key)
    if arguments.json:
        print_json(list(keys))
        return
    for key in keys:
        print(plain(key))


def _add(project: Project, arguments: Namespace) -> None:
    name = _named(project, arguments.name)
    before = set(project.instance.get_dynamic_partitions(name))
    project.instance.add_dynamic_partitions(name, arguments.keys)
    new = set(arguments.keys) - before
    print(f"{_count(len(new))} added to '{plain(name)}', which has {len(before | new):,}.")


def _remove(project: Project, arguments: Namespace) -> None:
    name = _named(project, arguments.name)
    known = project.instance.get_dynamic_partitions(name)
    for key in arguments.keys:
        if key not in known:
            what = f"the dynamic partitions '{name}'"
            raise UnknownPartitionError(key, what, did_you_mean(key, known))
    project.instance.event_store.remove_dynamic_partitions(name, arguments.keys)
    gone = set(arguments.keys)
    print(f"{_count(len(gone))} removed from '{plain(name)}', which has {len(known) - len(gone):,}.")


def _count(number: int) -> str:
    return f"{number:,} partition{'' if number == 1 else 's'}"


def _named(project: Project, name: str) -> str:
    names = _dynamic_names(project)
    if name not in names:
        raise InvalidSubsetError(f"No asset has dynamic partitions '{name}'.{did_you_mean(name, names)}")
    return name


def _dynamic_names(project: Project) -> set[str]:
    """Return the names of the dynamic partitions of the repository, those that are dimensions included."""
    names = set()
    for definition in {node.partitions_def for node in project.repository.graph.nodes}:
        dimensions = getattr(definition, "partitions_defs", {"": definition})
        for dimension in dimensions.values():
            if isinstance(dimension, DynamicPartitionsDefinition) and dimension.name is not None:
                names.add(dimension.name)
    return names


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
