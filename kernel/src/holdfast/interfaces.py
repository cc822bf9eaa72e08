"""Every contract a plugin can fulfil, on one page.

Contexts, events and keys are values; these classes are what plugins implement and the kernel calls. One
contract is the standard library's: an executor plugin gives a `concurrent.futures.Executor` (what the kernel
expects of it is said at `holdfast.provisions.ExecutorPlugin`).
"""

from __future__ import annotations

import abc
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any, ClassVar

import attrs

from holdfast.errors import StorageError

if TYPE_CHECKING:  # only signatures name them, and they would double what it costs to discover plugins
    from holdfast.events import Event, PartitionRecord, Run
    from holdfast.io_contexts import InputContext, OutputContext
    from holdfast.keys import AssetKey
    from holdfast.versions import LogicalVersion, ObserveResult

__all__ = ["Command", "EventStore", "Format", "IOManager", "LoadRequest", "ObserveContext", "Observer"]


class IOManager(abc.ABC):
    """Stores what assets return and loads it where they are read.

    Storing is atomic: a reader sees the old value or the new one, never half, and a failed store leaves the
    old one.
    """

    process_local: ClassVar[bool] = False
    """Whether what is stored can be loaded in this process alone, as for values kept in memory."""

    @abc.abstractmethod
    def handle_output(self, context: OutputContext, obj: Any) -> Mapping[str, Any] | None:
        """Store ``obj``, the value of the asset and partition that ``context`` names.

        Returns:
            Metadata for the materialization, or ``None``; `OutputContext.add_output_metadata` does the same.

        Raises:
            StorageError: the value cannot be stored; what was stored before is unchanged.
        """

    @abc.abstractmethod
    def load_input(self, context: InputContext) -> Any:
        """Return the stored value of the asset and partition that ``context`` names.

        Raises:
            StepOutputNotFoundError: nothing is stored.
        """


@attrs.frozen
class LoadRequest:
    """What a reader asks of a stored value.

    Attributes:
        python_type: the Python type the reader declares, ``typing.Any`` when it declares none.
        metadata: the metadata of the reader's input, such as ``{"columns": ["carrier", "delay"]}``.
    """

    python_type: Any = Any
    metadata: Mapping[str, Any] = attrs.field(factory=dict)


class Format(abc.ABC):
    """Turns values of the types it claims into bytes and back."""

    @abc.abstractmethod
    def dump(self, obj: Any, file: IO[bytes]) -> Mapping[str, Any] | None:
        """Write ``obj`` to ``file``, a binary file open for writing.

        Returns:
            Metadata for the materialization, such as a row count, or ``None``.
        """

    @abc.abstractmethod
    def load(self, file: IO[bytes], request: LoadRequest) -> Any:
        """Return the value in ``file``, a binary seekable file, as ``request`` asks for it."""

    def refusal(self, obj: Any) -> str | None:
        """Return the sentence that says why ``obj``, of a type it claims, would not come back as it was.

        ``None`` if it would. Asked before `dump`, of formats whose record says that they are ``partial``.
        """
        return None


@attrs.frozen
class ObserveContext:
    """What an observer is told.

    Attributes:
        asset_key: the source asset.
        metadata: the metadata of its definition, such as ``{"path": "raw/orders.csv"}``.
    """

    asset_key: AssetKey
    metadata: Mapping[str, Any] = attrs.field(factory=dict)


class Observer(abc.ABC):
    """Looks at source assets where they are kept."""

    @abc.abstractmethod
    def observe(self, context: ObserveContext) -> LogicalVersion | ObserveResult:
        """Return the version of a source asset: equal versions mean equal contents.

        Raises:
            Exception: it cannot be looked at; the step fails with it.
        """


class EventStore(abc.ABC):
    """Keeps the events of runs and answers questions about them; keeps the keys of dynamic partitions.

    Safe for several threads and, where it is more than memory, for several processes. A store that does not
    implement the three methods about dynamic partitions serves for everything else.
    """

    @abc.abstractmethod
    def append(self, events: Sequence[Event]) -> None:
        """Keep ``events``, all or none, in order; they survive a kill of the process once this returns.

        Raises:
            RunExistsError: a run starts that has started before.
            StorageError: the events cannot be kept; none of them is.
        """

    @abc.abstractmethod
    def events(self, run_id: str) -> Sequence[Event]:
        """Return the events of a run in the order they were appended.

        Raises:
            RunNotFoundError: no event of this run is kept.
        """

    @abc.abstractmethod
    def runs(self, limit: int | None = None) -> Sequence[Run]:
        """Return the runs, the one whose start was appended last first, at most ``limit``."""

    @abc.abstractmethod
    def run(self, run_id: str) -> Run:
        """Return one run.

        Raises:
            RunNotFoundError: no start of this run is kept.
        """

    @abc.abstractmethod
    def materializations(
        self, asset_key: AssetKey, *, partition: str | None = None, limit: int | None = None
    ) -> Sequence[Event]:
        """Return the materialization events of an asset, the one appended last first.

        Args:
            asset_key: the asset.
            partition: only this partition's; ``None`` for all.
            limit: at most so many.
        """

    @abc.abstractmethod
    def latest_materializations(
        self, asset_keys: Iterable[AssetKey] | None = None
    ) -> Mapping[AssetKey, Event]:
        """Return the materialization event appended last of each asset that has one.

        Args:
            asset_keys: only these assets; ``None`` for all.
        """

    @abc.abstractmethod
    def latest_observations(self, asset_keys: Iterable[AssetKey] | None = None) -> Mapping[AssetKey, Event]:
        """Return the observation event appended last of each asset that has one.

        Args:
            asset_keys: only these assets; ``None`` for all.
        """

    def partitions(self, asset_key: AssetKey) -> Mapping[str, PartitionRecord]:
        """Return what is recorded of each partition of an asset of which something is, by partition key.

        A partition is recorded once it was made, or was to be made and its step failed for good. A store that
        does not implement this looks through all materializations, and knows of no failures.

        Args:
            asset_key: the asset.
        """
        from holdfast.events import PartitionRecord  # events double what it costs to discover plugins

        records: dict[str, PartitionRecord] = {}
        for event in self.materializations(asset_key):
            if event.partition is not None and event.partition not in records:
                version = None if event.logical_version is None else event.logical_version.value
                records[event.partition] = PartitionRecord(event.run_id, event.timestamp, version)
        return records

    def dynamic_partition_keys(self, name: str) -> Sequence[str]:
        """Return the keys added under a name and not removed, in the order in which they were added.

        Args:
            name: the name of the partitions, as `DynamicPartitionsDefinition.named` takes it.

        Raises:
            StorageError: the store keeps no such keys.
        """
        raise self._keeps_no_keys(name)

    def add_dynamic_partitions(self, name: str, keys: Iterable[str]) -> None:
        """Add keys under a name, all or none; they survive a kill of the process once this returns.

        They come behind those that are there, in the order given; a key that is there stays in its place.

        Args:
            name: the name of the partitions.
            keys: any iterable but a string.

        Raises:
            InvalidDefinitionError: a key is none, as `holdfast.partitions.keys.check_added` says.
            StorageError: the keys cannot be kept; none of them is.
        """
        raise self._keeps_no_keys(name)

    def remove_dynamic_partitions(self, name: str, keys: Iterable[str]) -> None:
        """Remove keys from under a name, all or none; what was recorded of their partitions stays.

        Args:
            name: the name of the partitions.
            keys: any iterable but a string; keys that are not there are no mistake.

        Raises:
            InvalidDefinitionError: a key is none, as `holdfast.partitions.keys.check_added` says.
            StorageError: the keys cannot be removed; none of them is.
        """
        raise self._keeps_no_keys(name)

    def _keeps_no_keys(self, name: str) -> StorageError:
        return StorageError(
            f"The event store {type(self).__name__} keeps no keys of dynamic partitions such as '{name}'. "
            "Use one that does, such as 'sqlite', or give DynamicPartitionsDefinition a function."
        )

    def close(self) -> None:  # noqa: B027 - a store without connections has nothing to close
        """Let go of files and connections; the store is not used afterwards."""


class Command(abc.ABC):
    """A subcommand of the ``holdfast`` command."""

    @abc.abstractmethod
    def configure(self, parser: Any) -> None:
        """Add arguments to the `argparse.ArgumentParser` of this subcommand."""

    @abc.abstractmethod
    def run(self, arguments: Any) -> int:
        """Do the work for the parsed `argparse.Namespace` and return the exit code.

        Raises:
            Error: what went wrong; the command line prints the message and exits with 2.
        """
