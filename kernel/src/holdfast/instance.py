"""The instance: what runs share beyond their assets, that is settings, active plugins and stores."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from holdfast.builtins.event_store import MemoryEventStore
from holdfast.definitions.observing import observer_name
from holdfast.definitions.resource import IOManagerDefinition, ResourceDefinition
from holdfast.errors import InvariantViolationError
from holdfast.events import Event
from holdfast.interfaces import EventStore
from holdfast.keys import AssetKey, CoercibleToAssetKey
from holdfast.partition_edges import Mappings
from holdfast.partitions.definition import PartitionsDefinition
from holdfast.partitions.mapping import PartitionMapping

if TYPE_CHECKING:  # these import pluggy and importlib_metadata, which a run in memory does not need
    from holdfast.plugins.loading import Plugins
    from holdfast.plugins.settings import Settings
    from holdfast.plugins.uses import Use

__all__ = ["Instance", "given_instance"]


def given_instance(instance: Instance | None, what: str) -> Instance:
    """Return an instance that was given for a run, or an ephemeral one where none was.

    Args:
        instance: what was given.
        what: the job or function, for the message.

    Raises:
        InvariantViolationError: it is something else.
    """
    if not isinstance(instance, Instance | None):
        raise InvariantViolationError(f"'{what}': instance is an Instance, not {instance!r}.")
    return Instance.ephemeral() if instance is None else instance


class _PluginMappings(Mappings):
    """The mappings that plugins provide, and the kernel's own."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    def default(
        self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
    ) -> PartitionMapping | None:
        """Return the mapping of a pair of definitions; an ephemeral instance asks no plugins."""
        found = None
        if not self._instance.is_ephemeral:
            found = self._instance.plugins.default_partition_mapping(upstream_def, downstream_def)
        return found or super().default(upstream_def, downstream_def)

    def named(self, name: str) -> PartitionMapping:
        """Return the mapping that a plugin provides under a name."""
        return self._instance.plugins.partition_mapping(name)


class Instance:
    """What runs share beyond their assets: settings, active plugins, storage and the event store.

    Made by `ephemeral`, for runs that leave nothing behind, or by `get`, for a repository's own.

    Args:
        settings: the settings; ``None`` for the defaults, without reading any file.
        disabled: plugins that are switched off before any is imported; ``"all"`` for all but the kernel's.
    """

    def __init__(self, settings: Settings | None = None, disabled: Sequence[str] = ()) -> None:
        self._given = settings
        self._disabled = tuple(disabled)

    @classmethod
    def ephemeral(cls) -> Instance:
        """Return an instance with default settings, events in memory, and storage that ends with it."""
        return cls()

    @classmethod
    def get(cls, directory: str | Path | None = None, *, disabled: Sequence[str] = ()) -> Instance:
        """Return the instance of the repository that a directory belongs to.

        Args:
            directory: the directory, or one inside it; the working directory by default.
            disabled: plugins that are switched off before any is imported.

        Raises:
            SettingsError: the settings cannot be read.
        """
        from holdfast.plugins.settings import Settings  # costly, as said above

        return cls(Settings.load(Path(directory or ".")), disabled)

    @property
    def is_ephemeral(self) -> bool:
        """Whether nothing it keeps outlives it."""
        return self._given is None

    @cached_property
    def settings(self) -> Settings:
        """The settings."""
        from holdfast.plugins.settings import Settings  # costly, as said above

        return self._given or Settings(directory=Path.cwd(), storage=Path(self._temporary.name))

    @cached_property
    def plugins(self) -> Plugins:
        """The installed plugins and what the active ones provide."""
        from holdfast.plugins.loading import Plugins  # costly, as said above

        return Plugins.discover(self.settings, self._disabled)

    @cached_property
    def event_store(self) -> EventStore:
        """Where events are kept."""
        if self.is_ephemeral:
            return MemoryEventStore()
        return self.plugins.event_store()

    @cached_property
    def event_listener(self) -> Callable[[Event], None] | None:
        """What tells listening plugins of an event; ``None`` when none listens, as in ephemeral instances."""
        if self.is_ephemeral or not self.plugins.has_listeners:
            return None
        return self.plugins.emit

    def resource_definition(self, key: str) -> ResourceDefinition | None:
        """Return the IO manager or observer that settings or an active plugin provide under a key, if any.

        Raises:
            UnknownProvisionError: it is the key of an observer, and no active plugin provides it.
        """
        name = observer_name(key)
        if name is not None:
            return ResourceDefinition(self.plugins.observer(name))
        found = self.plugins.io_manager(key)
        return None if found is None else IOManagerDefinition(found)

    def get_latest_logical_version_record(
        self, key: CoercibleToAssetKey, is_source: bool | None = None
    ) -> Event | None:
        """Return the event that recorded the latest version of an asset; see `Event.logical_version`.

        Args:
            key: the asset.
            is_source: whether it is a source asset: its last observation is meant, not its last
                materialization. By default the materialization if there is one.
        """
        asset_key, store = AssetKey.from_coercible(key), self.event_store
        if not is_source:
            made = store.latest_materializations([asset_key])
            if made or is_source is False:
                return made.get(asset_key)
        return store.latest_observations([asset_key]).get(asset_key)

    @cached_property
    def partition_mappings(self) -> Mappings:
        """The mappings between partitions that are named, or that hold where nobody says."""
        return _PluginMappings(self)

    def add_dynamic_partitions(self, partitions_def_name: str, partition_keys: Sequence[str]) -> None:
        """Add keys to dynamic partitions; those that are there already stay where they are.

        Args:
            partitions_def_name: the name of the partitions, as `DynamicPartitionsDefinition.named` takes it.
            partition_keys: the keys, all of which are added or none.

        Raises:
            InvalidDefinitionError: one of the keys is none.
            StorageError: the event store cannot keep them.
        """
        self.event_store.add_dynamic_partitions(partitions_def_name, partition_keys)

    def delete_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> None:
        """Remove a key from dynamic partitions, if it is there; what was recorded of the partition stays.

        Args:
            partitions_def_name: the name of the partitions.
            partition_key: the key.

        Raises:
            InvalidDefinitionError: it is no key.
            StorageError: the event store cannot remove it.
        """
        self.event_store.remove_dynamic_partitions(partitions_def_name, [partition_key])

    def get_dynamic_partitions(self, partitions_def_name: str) -> Sequence[str]:
        """Return the keys of dynamic partitions, in the order in which they were added.

        Args:
            partitions_def_name: the name of the partitions.

        Raises:
            StorageError: the event store keeps none.
        """
        return self.event_store.dynamic_partition_keys(partitions_def_name)

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Return whether dynamic partitions have a key.

        Args:
            partitions_def_name: the name of the partitions.
            partition_key: the key.

        Raises:
            StorageError: the event store keeps none.
        """
        return partition_key in self.get_dynamic_partitions(partitions_def_name)

    def executor(self, choice: str | Mapping[str, Any] | None = None) -> tuple[bool, Executor]:
        """Return an executor, and whether it runs steps in this process.

        Args:
            choice: a name, a mapping with ``use`` and options, or ``None`` for the settings' executor.

        Raises:
            UnknownProvisionError: no active plugin provides it.
        """
        return self.plugins.executor(choice)

    def load_definitions(self, use: Use) -> Any:
        """Return the definitions that a loader finds.

        Args:
            use: the loader and its options, as the settings have them.

        Raises:
            UnknownProvisionError: no active plugin provides the loader.
        """
        return self.plugins.load_definitions(use)

    def __reduce__(self) -> tuple[Any, ...]:
        # What crosses to a worker are the settings; it has its own plugins and stores, and keeps no events.
        return Instance, (self.settings, self._disabled)

    @cached_property
    def _temporary(self) -> tempfile.TemporaryDirectory[str]:
        return tempfile.TemporaryDirectory(prefix="holdfast-", ignore_cleanup_errors=True)
