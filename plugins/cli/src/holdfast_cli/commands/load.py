"""``holdfast load``: print the stored value of an asset."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from holdfast.errors import Error, StorageError
from holdfast.events import Event
from holdfast.interfaces import Command, EventStore
from holdfast.keys import AssetKey
from holdfast_cli.choosing import add_partition, add_partitions
from holdfast_cli.exit_codes import ExitCode
from holdfast_cli.output import aside, materialization_json, print_json
from holdfast_cli.preview import preview
from holdfast_cli.project import load_project
from holdfast_cli.selecting import add_key, find_key
from holdfast_cli.user_report import user_report

__all__ = ["LoadCommand"]


class LoadCommand(Command):
    """Print the stored value of an asset."""

    def configure(self, parser: ArgumentParser) -> None:
        """Add the key, the partitions and ``--json``."""
        add_key(parser)
        add_partition(parser, "the partition to load")
        add_partitions(parser, "several partitions to load, as a mapping by key")
        parser.add_argument(
            "--json", action="store_true", help="print type, preview and latest materialization as JSON"
        )

    def run(self, arguments: Namespace) -> int:
        """Load the value and print the beginning of it."""
        project = load_project(arguments)
        key = find_key(project.repository.graph, arguments.key)
        try:
            with aside():
                value = project.repository.load_asset_value(
                    key,
                    instance=project.instance,
                    partition_key=arguments.partition,
                    partitions=arguments.partitions,
                )
                shown = preview(value)
        except Error:
            raise
        except Exception as error:
            raise StorageError(f"'{key}' cannot be loaded.\n{user_report(error)}") from error
        if not arguments.json:
            print(shown)
            return ExitCode.OK
        event = _latest(project.instance.event_store, key, arguments.partition)
        answer = {
            "key": str(key),
            "type": f"{type(value).__module__}.{type(value).__qualname__}",
            "preview": shown,
            "materialization": None if event is None else materialization_json(event),
        }
        print_json(answer)
        return ExitCode.OK


def _latest(store: EventStore, key: AssetKey, partition: str | None) -> Event | None:
    if partition is None:
        return store.latest_materializations([key]).get(key)
    return next(iter(store.materializations(key, partition=partition, limit=1)), None)
