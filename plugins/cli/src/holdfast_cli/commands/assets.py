"""``holdfast assets``: list assets, or show one."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from inspect import cleandoc
from typing import Any

from holdfast.asset_node import AssetNode
from holdfast.definitions.source_asset import SourceAsset
from holdfast.events import Event
from holdfast.interfaces import Command
from holdfast.metadata import normalize_metadata
from holdfast.partition_edges import edge_mapping
from holdfast.planning import stored_output
from holdfast.project import Project
from holdfast.run_partitions import moment_of
from holdfast_cli.exit_codes import ExitCode
from holdfast_cli.output import (
    local_time,
    materialization_json,
    metadata_json,
    plain,
    print_json,
    print_table,
    utc_time,
)
from holdfast_cli.partition_states import COUNTS, PartitionStates
from holdfast_cli.project import load_project
from holdfast_cli.selecting import add_key, add_selection, find_key, selected

__all__ = ["AssetsCommand"]


class AssetsCommand(Command):
    """List assets, or show one."""

    def configure(self, parser: ArgumentParser) -> None:
        """Add ``list`` and ``show``."""
        actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
        listing = actions.add_parser("list", help="list assets", description="List assets and source assets.")
        add_selection(listing)
        listing.add_argument("--json", action="store_true", help="print JSON")
        listing.set_defaults(act=_list)
        show = actions.add_parser("show", help="show an asset", description="Show what is known of an asset.")
        add_key(show)
        show.add_argument("--json", action="store_true", help="print JSON")
        show.set_defaults(act=_show)

    def run(self, arguments: Namespace) -> int:
        """Print what was asked for."""
        arguments.act(load_project(arguments), arguments)
        return ExitCode.OK


def _list(project: Project, arguments: Namespace) -> None:
    graph = project.repository.graph
    selection = selected(arguments)
    keys = graph.keys if selection is None else selection.resolve(graph)
    nodes = [graph[key] for key in graph.sorted(keys)]
    latest = project.instance.event_store.latest_materializations([node.key for node in nodes])
    if arguments.json:
        print_json([_entry(node, latest.get(node.key)) for node in nodes])
        return
    rows = [(node.key, node.group, node.kind or "", _last(node, latest.get(node.key))) for node in nodes]
    print_table(("asset", "group", "kind", "last materialized"), rows)


def _last(node: AssetNode, event: Event | None) -> str:
    if event is not None:
        return local_time(event.timestamp)
    return "(source)" if node.is_source else "never"


def _show(project: Project, arguments: Namespace) -> None:
    graph = project.repository.graph
    node = graph[find_key(graph, arguments.key)]
    event = project.instance.event_store.latest_materializations([node.key]).get(node.key)
    output = stored_output(graph, node.key)
    seen = project.instance.event_store.latest_observations([node.key]).get(node.key)
    version = seen if node.is_source else event
    entry = _entry(node, event) | {
        "version": None
        if version is None or version.logical_version is None
        else version.logical_version.value,
        "observed": None if seen is None else utc_time(seen.timestamp),
        "minutes_late": _minutes_late(project, node),
        "description": _description(node),
        "place": node.place,
        "upstream": [str(key) for key in graph.parents(node.key)],
        "downstream": [str(key) for key in graph.children(node.key)],
        "partitions": None if not node.partitioned else _partitions(project, node),
        "partition_mappings": _mappings(project, node),
        "io_manager": output.manager_key,
        "metadata": metadata_json(normalize_metadata(output.metadata)),
        "tags": {name: value for name, value in node.tags.items() if name != "kind"},
    }
    if arguments.json:
        print_json(entry)
    else:
        _print_entry(entry, event, seen)


def _partitions(project: Project, node: AssetNode) -> dict[str, Any]:
    moment = moment_of(project.instance)
    if node.is_source:
        return {"definition": str(node.partitions_def)}
    states = PartitionStates(node, moment).to_json()
    return {"definition": states["partitions"], **{count: states[count] for count in COUNTS}}


def _mappings(project: Project, node: AssetNode) -> dict[str, str]:
    """Return how the asset's partitions depend on those of each asset it reads that has some."""
    graph, mappings = project.repository.graph, project.instance.partition_mappings
    upstream = node.upstream if not node.is_source else ()
    found = {str(key): edge_mapping(node, graph[key], mappings) for key in upstream}
    return {key: repr(mapping) for key, mapping in found.items() if mapping is not None}


def _minutes_late(project: Project, node: AssetNode) -> float | None:
    if node.is_source or node.key not in node.definition.freshness_policies_by_key:
        return None
    from holdfast.lateness import freshness_status  # 20 ms to import, and few assets have a policy

    status = freshness_status(project.repository.graph, project.instance, [node.key])
    return status[node.key].minutes_late


def _entry(node: AssetNode, event: Event | None) -> dict[str, Any]:
    return {
        "key": str(node.key),
        "group": node.group,
        "kind": node.kind,
        "source": node.is_source,
        "materialization": None if event is None else materialization_json(event),
    }


def _description(node: AssetNode) -> str | None:
    definition = node.definition
    if isinstance(definition, SourceAsset):
        return definition.description
    made = definition.node_def
    output_name = next(name for name, key in definition.keys_by_output_name.items() if key == node.key)
    text = made.outs[output_name].description or made.description
    return None if text is None else cleandoc(text)


def _print_entry(entry: dict[str, Any], event: Event | None, seen: Event | None) -> None:
    print(plain(entry["key"]) + (" (source asset)" if entry["source"] else ""))
    for line in (entry["description"] or "").splitlines():
        print(f"  {plain(line)}".rstrip())
    facts = {
        "group": entry["group"],
        "kind": entry["kind"],
        "defined at": entry["place"],
        "reads": ", ".join(entry["upstream"]),
        "read by": ", ".join(entry["downstream"]),
        "partitions": _partition_line(entry["partitions"]),
        "IO manager": entry["io_manager"],
        "version": entry["version"],
        "late by": None if entry["minutes_late"] is None else f"{entry['minutes_late']:.0f} min",
    }
    for name, value in facts.items():
        if value:
            print(f"{name + ':':<12}{plain(value)}")
    _print_labels("partitions of what it reads:", entry["partition_mappings"])
    _print_labels("tags:", entry["tags"])
    _print_labels("metadata:", entry["metadata"])
    if event is not None:
        which = "" if event.partition is None else f", partition {plain(event.partition)},"
        print(f"last materialized{which} {local_time(event.timestamp)} by run {event.run_id}")
        _print_labels("", entry["materialization"]["metadata"])
    elif not entry["source"]:
        print("never materialized")
    if seen is not None:
        print(f"last observed {local_time(seen.timestamp)} by run {seen.run_id}")


def _partition_line(partitions: dict[str, Any] | None) -> str | None:
    if partitions is None:
        return None
    counts = (f"{partitions[count]:,} {count}" for count in COUNTS if partitions.get(count))
    return ": ".join(filter(None, [partitions["definition"], ", ".join(counts)]))


def _print_labels(title: str, labels: dict[str, Any]) -> None:
    if title and labels:
        print(title)
    for label, value in labels.items():
        print(f"  {plain(label)}: {plain(value)}")
