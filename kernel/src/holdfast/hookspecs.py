"""Every hook, in the order of an asset's life, on one page.

A plugin is a module named by an entry point in the group ``holdfast.v1``. It marks functions of these
names with `hookimpl`. Providers yield records that name implementations; listeners are told what happened.
Hook functions run in milliseconds and import nothing heavy: a record names its factory by string.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

from holdfast.provisions import (
    CommandPlugin,
    EventStorePlugin,
    ExecutorPlugin,
    FormatPlugin,
    IOManagerPlugin,
    LoaderPlugin,
    ObserverPlugin,
    PartitionMappingPlugin,
)

if TYPE_CHECKING:  # only signatures name them, and they would double what it costs to discover plugins
    from holdfast.events import Event
    from holdfast.partitions.definition import PartitionsDefinition
    from holdfast.partitions.mapping import PartitionMapping

__all__ = ["ENTRY_POINT_GROUP", "hookimpl"]

ENTRY_POINT_GROUP = "holdfast.v1"
"""The entry-point group of plugins; the contract's major version is in the name."""

hookspec = pluggy.HookspecMarker("holdfast")
hookimpl = pluggy.HookimplMarker("holdfast")
"""Marks a function of a plugin module as an implementation of the hook it is named after."""


@hookspec
def holdfast_loaders() -> Iterable[LoaderPlugin]:  # type: ignore[empty-body]
    """Provide ways to find definitions: modules, packages, a manifest, ..."""


@hookspec
def holdfast_partition_mappings() -> Iterable[PartitionMappingPlugin]:  # type: ignore[empty-body]
    """Provide ways in which partitions of one asset depend on another's."""


@hookspec(firstresult=True)
def holdfast_default_partition_mapping(
    upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
) -> PartitionMapping | None:
    """Give the mapping between the partitions of two assets where nobody says; ``None`` leaves it to others.

    The first answer counts, in the order of the settings; the kernel's own comes last.
    """


@hookspec
def holdfast_observers() -> Iterable[ObserverPlugin]:  # type: ignore[empty-body]
    """Provide observe functions for source assets, by name."""


@hookspec
def holdfast_executors() -> Iterable[ExecutorPlugin]:  # type: ignore[empty-body]
    """Provide places where steps run."""


@hookspec
def holdfast_formats() -> Iterable[FormatPlugin]:  # type: ignore[empty-body]
    """Provide ways in which a Python type becomes bytes and back."""


@hookspec
def holdfast_io_managers() -> Iterable[IOManagerPlugin]:  # type: ignore[empty-body]
    """Provide places where values are stored and loaded."""


@hookspec
def holdfast_event_stores() -> Iterable[EventStorePlugin]:  # type: ignore[empty-body]
    """Provide places where the records of runs are kept."""


@hookspec
def holdfast_event(event: Event) -> None:
    """Hear of an event of a run, once the event store has kept it; what is raised here is only logged."""


@hookspec
def holdfast_commands() -> Iterable[CommandPlugin]:  # type: ignore[empty-body]
    """Provide subcommands of the ``holdfast`` command."""
