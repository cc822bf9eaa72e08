"""The kernel's own plugin, found and registered like everyone's: memory, this process, modules, pickle."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.hookspecs import hookimpl
from holdfast.provisions import (
    EventStorePlugin,
    ExecutorPlugin,
    FormatPlugin,
    IOManagerPlugin,
    LoaderPlugin,
    PartitionMappingPlugin,
)

__all__: list[str] = []


@hookimpl
def holdfast_loaders() -> Iterator[LoaderPlugin]:
    """Provide the loaders ``module`` and ``package``."""
    yield LoaderPlugin(
        name="module",
        factory="holdfast.builtins.loaders:load_module",
        summary="the assets, source assets and lists of them in a module",
        conformance="holdfast.conformance.loaders.own_trials:module",
    )
    yield LoaderPlugin(
        name="package",
        factory="holdfast.builtins.loaders:load_package",
        summary="the same for a package and every module in it",
        conformance="holdfast.conformance.loaders.own_trials:package",
    )


@hookimpl
def holdfast_partition_mappings() -> Iterator[PartitionMappingPlugin]:
    """Provide the mappings ``identity``, ``all``, ``last``, ``specific`` and ``time_window``."""
    mappings = {
        "identity": ("identity", "the partition with the same key"),
        "all": ("all_partitions", "every partition there is"),
        "last": ("last", "the last partition there is"),
        "specific": ("specific", "partitions that are named"),
        "time_window": ("time_window", "the windows that share time"),
    }
    for name, (factory, summary) in mappings.items():
        yield PartitionMappingPlugin(
            name=name, factory=f"holdfast.builtins.partition_mappings:{factory}", summary=summary
        )


@hookimpl
def holdfast_executors() -> Iterator[ExecutorPlugin]:
    """Provide the executor ``in_process``."""
    yield ExecutorPlugin(
        name="in_process",
        factory="holdfast.builtins.in_process:InProcessExecutor",
        summary="this process, one step at a time",
        in_process=True,
    )


@hookimpl
def holdfast_formats() -> Iterator[FormatPlugin]:
    """Provide the format ``pickle``."""
    yield FormatPlugin(
        name="pickle",
        factory="holdfast.builtins.pickle_format:PickleFormat",
        summary="any Python value, for stores that only you write to",
        types=("builtins.object",),
        extension=".pickle",
        safe=False,
    )


@hookimpl
def holdfast_io_managers() -> Iterator[IOManagerPlugin]:
    """Provide the IO manager ``memory``."""
    yield IOManagerPlugin(
        name="memory",
        factory="holdfast.builtins.memory:InMemoryIOManager",
        summary="values as they are, for as long as the run lasts",
        claims=("partitions",),
    )


@hookimpl
def holdfast_event_stores() -> Iterator[EventStorePlugin]:
    """Provide the event store ``memory``."""
    yield EventStorePlugin(
        name="memory",
        factory="holdfast.builtins.event_store:MemoryEventStore",
        summary="events for as long as the process lives",
    )
