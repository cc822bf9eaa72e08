"""The plugins of a repository: what the active ones provide, by name."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from holdfast.errors import PluginConflictError, PluginError, UnknownProvisionError
from holdfast.formats import ActiveFormat, Formats
from holdfast.interfaces import EventStore, IOManager, Observer
from holdfast.partitions.definition import PartitionsDefinition
from holdfast.partitions.mapping import PartitionMapping
from holdfast.plugins.examination import Examined, examine_plugins
from holdfast.plugins.factories import make
from holdfast.plugins.reading import SettingsReader
from holdfast.plugins.settings import Settings
from holdfast.plugins.states import PluginState, Status
from holdfast.plugins.uses import CALL, Place, Use
from holdfast.provisions import (
    EventStorePlugin,
    ExecutorPlugin,
    FormatPlugin,
    IOManagerPlugin,
    LoaderPlugin,
    ObserverPlugin,
    PartitionMappingPlugin,
    PluginContext,
    Provision,
)

if TYPE_CHECKING:  # only a signature names it, and it would double what it costs to discover plugins
    from holdfast.events import Event

__all__ = ["PREFERRED", "Plugins"]

PREFERRED: Mapping[type[Provision], tuple[str, ...]] = {
    ExecutorPlugin: ("multiprocess", "in_process"),
    EventStorePlugin: ("sqlite", "memory"),
    IOManagerPlugin: ("filesystem", "memory"),
}
"""What is used where the settings are silent: of each kind the first that is there."""

_DEFAULT_IO_MANAGER = "io_manager"
_P = TypeVar("_P", bound=Provision)


class Plugins:
    """The installed plugins, and what the active ones provide.

    Made by `discover`.

    Attributes:
        settings: the settings that chose among the plugins.
        states: every plugin that is installed or listed, in the order of the settings, then of names.
        formats: the active formats.
        context: what factories are told.
        has_listeners: whether an active plugin listens to events; when not, `emit` need not be called.
    """

    def __init__(self, settings: Settings, examined: Iterable[Examined]) -> None:
        examined = tuple(examined)
        self.settings = settings
        self.states = tuple(each.state for each in examined)
        self._active = tuple(state for state in self.states if state.status is Status.ACTIVE)
        self._listeners = [(e.state.name, e.listener) for e in examined if e.listener is not None]
        self._mappers = [(e.state.name, e.mapper) for e in examined if e.mapper is not None]
        self.has_listeners = bool(self._listeners)
        self.formats = Formats(self._active_formats(), ordered=settings.plugins is not None)
        self.context = PluginContext(settings.directory, settings.storage, self.formats)

    @classmethod
    def discover(cls, settings: Settings, disabled: Iterable[str] = ()) -> Plugins:
        """Return the plugins that are installed, each examined as the settings say.

        Args:
            settings: the repository's settings.
            disabled: plugins to switch off before any is imported; ``all`` for all but the kernel's own. The
                environment variable ``HOLDFAST_NO_PLUGINS`` adds to them.

        Raises:
            SettingsError: a plugin is to be switched off that is not installed. Nothing that a plugin does
                raises here; see its state.
        """
        return cls(settings, examine_plugins(settings, disabled))

    def provisions(self, record_type: type[_P]) -> tuple[_P, ...]:
        """Return what the active plugins provide of one kind, without what misses a module."""
        return tuple(
            provision
            for state in self._active
            for provision in state.provisions
            if isinstance(provision, record_type) and not _missing(state, provision)
        )

    def get(self, record_type: type[_P], name: str) -> _P:
        """Return a provision by its name; errors as `owner`."""
        return self._find(record_type, name)[1]

    def owner(self, record_type: type[Provision], name: str) -> PluginState:
        """Return the plugin that provides a name.

        Raises:
            UnknownProvisionError: no active plugin does; the message has the state of one that would.
            PluginConflictError: two active plugins do.
            PluginError: a module that the provision needs is not installed.
        """
        return self._find(record_type, name)[0]

    def create(
        self, record_type: type[Provision], use: Use | str, *, context: PluginContext | None = None
    ) -> Any:
        """Return what the factory of a provision makes.

        Args:
            record_type: the kind.
            use: its name, with options if it is a `Use`.
            context: what the factory is told; this repository's by default.

        Raises:
            PluginError: there is no such provision (see `owner`), or its factory cannot be imported.
            SettingsError: an option does not fit the factory.
        """
        use = Use(use) if isinstance(use, str) else use
        state, provision = self._find(record_type, use.use, use.place)
        return make(provision, state, use, context or self.context)

    def default(self, record_type: type[Provision]) -> Use:
        """Return what the settings choose for a kind in `PREFERRED`, else the first preferred that is there.

        A preferred plugin that is installed and cannot be used still counts as there: falling back in silence
        from files to memory would lose what people expect to be kept. Switching it off falls back.
        """
        chosen = {
            ExecutorPlugin: self.settings.executor,
            EventStorePlugin: self.settings.event_store,
            IOManagerPlugin: self.settings.io_managers.get(_DEFAULT_IO_MANAGER),
        }[record_type]
        if chosen is not None:
            return chosen
        there = {p.name for state in self._active for p in state.provisions if isinstance(p, record_type)}
        unusable = {state.name for state in self.states if not state.healthy}
        preferred = PREFERRED[record_type]
        name = next((name for name in preferred if name in there | unusable), preferred[-1])
        return Use(name, place=Place("the defaults"))

    def event_store(self) -> EventStore:
        """Return the event store of the settings, else the preferred one; errors as `create`."""
        store: EventStore = self.create(EventStorePlugin, self.default(EventStorePlugin))
        return store

    def executor(self, choice: str | Mapping[str, Any] | None = None) -> tuple[bool, Executor]:
        """Return an executor, and whether it runs steps in this process; errors as `create`.

        Args:
            choice: a name, a mapping with ``use`` and options, or ``None`` for the settings' executor.
        """
        reader = SettingsReader()
        use = reader.use(choice, Place("the job", "executor"))
        reader.finish()
        use = use or self.default(ExecutorPlugin)
        return self.get(ExecutorPlugin, use.use).in_process, self.create(ExecutorPlugin, use)

    def io_manager(self, key: str) -> Callable[[], IOManager] | None:
        """Return what makes the IO manager under a resource key, ``None`` when no plugin knows the key.

        The settings' ``io_managers`` come first; else the key names a provision, used without options.

        Raises:
            PluginError: the settings, or the key, name an IO manager that cannot be used.
        """
        use = self.io_manager_use(key)
        if use is None:
            return None
        self._find(IOManagerPlugin, use.use, use.place)
        return partial(self.create, IOManagerPlugin, use)

    def io_manager_use(self, key: str) -> Use | None:
        """Return which IO manager a resource key means, and by whose word; ``None`` as `io_manager`."""
        if key == _DEFAULT_IO_MANAGER:
            return self.default(IOManagerPlugin)
        chosen = self.settings.io_managers.get(key)
        if chosen is None and self._would_provide(IOManagerPlugin, key):
            return Use(key, place=Place(f"the resource key '{key}'"))
        return chosen

    def observer(self, name: str) -> Callable[[], Observer]:
        """Return what makes an observer.

        The settings' ``observers`` come first; else the name is that of a provision, used without options.

        Raises:
            PluginError: there is no such observer, or it cannot be used.
        """
        use = self.observer_use(name)
        self._find(ObserverPlugin, use.use, use.place)
        return partial(self.create, ObserverPlugin, use)

    def observer_use(self, name: str) -> Use:
        """Return which observer a name means, and by whose word."""
        return self.settings.observers.get(name) or Use(name, place=Place("a source asset's observe_fn"))

    def partition_mapping(self, name: str) -> PartitionMapping:
        """Return a mapping between partitions; errors as `create`.

        Raises:
            PluginError: its factory makes something else.
        """
        made = self.create(PartitionMappingPlugin, Use(name, place=Place("a partition_mapping")))
        if not isinstance(made, PartitionMapping):
            owner = self.owner(PartitionMappingPlugin, name)
            raise PluginError(owner.name, "broken", f"its partition mapping '{name}' is {made!r}")
        return made

    def default_partition_mapping(
        self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
    ) -> PartitionMapping | None:
        """Return the first mapping that an active plugin gives for two definitions, ``None`` if none does.

        Raises:
            PluginError: a plugin gives something else.
        """
        for name, mapper in self._mappers:
            mapping = mapper(upstream_def=upstream_def, downstream_def=downstream_def)
            if isinstance(mapping, PartitionMapping):
                return mapping
            if mapping is not None:
                raise PluginError(name, "broken", f"its default partition mapping is {mapping!r}")
        return None

    def load_definitions(self, use: Use) -> Any:
        """Return the definitions that a loader finds; errors as `create`."""
        return self.create(LoaderPlugin, use)

    def emit(self, event: Event) -> None:
        """Tell every listening plugin of an event; what one raises is logged and reaches nobody else."""
        for name, listener in self._listeners:
            try:
                listener(event=event)
            except Exception:
                logging.getLogger("holdfast.plugins").exception(
                    "Plugin '%s' raised when it was told of %s.", name, event.event_type_value
                )

    def require_healthy(self) -> None:
        """Raise for the first plugin that is neither active without conflicts nor switched off.

        Raises:
            PluginError: the plugin with its state and reason.
        """
        for state in self.states:
            if not state.healthy:
                raise PluginError(state.name, state.status.value, "; ".join(state.conflicts) or state.reason)

    def _find(self, record_type: type[_P], name: str, place: Place = CALL) -> tuple[PluginState, _P]:
        found = [
            (state, provision)
            for state in self._active
            for provision in state.provisions
            if isinstance(provision, record_type) and provision.name == name
        ]
        if not found:
            known = [provision.name for provision in self.provisions(record_type)]
            hints = [f"It is named by {place}."] if place != CALL else []
            hints += [str(_unusable(state)) for state in self._would_provide(record_type, name)]
            raise UnknownProvisionError(record_type.kind, name, known, " ".join(hints))
        if len(found) > 1:
            owners = {state.name: state.origin for state, _ in found}
            raise PluginConflictError(record_type.kind, name, owners)
        state, provision = found[0]
        missing = _missing(state, provision)
        if missing:
            raise PluginError(state.name, Status.MISSING_DEPENDENCY.value, "; ".join(missing))
        return state, provision

    def _would_provide(self, record_type: type[Provision], name: str) -> list[PluginState]:
        return [
            state
            for state in self.states
            if (state.name == name and state.status is not Status.ACTIVE)
            or any(isinstance(p, record_type) and p.name == name for p in state.provisions)
        ]

    def _active_formats(self) -> list[ActiveFormat]:
        uses = self.settings.plugins or {}
        formats = []
        for state in self._active:
            for provision in state.provisions:
                if isinstance(provision, FormatPlugin) and not _missing(state, provision):
                    of_plugin = uses.get(state.name)
                    use = Use(provision.name)
                    if of_plugin is not None:
                        use = Use(provision.name, of_plugin.options, of_plugin.place)
                    formats.append(
                        ActiveFormat(
                            provision.name,
                            provision.types,
                            provision.extension,
                            partial(self.create, FormatPlugin, use),
                            provision.safe,
                            state.name,
                            provision.partial,
                        )
                    )
        return formats


def _unusable(state: PluginState) -> PluginError:
    return PluginError(state.name, state.status.value, state.reason)


def _missing(state: PluginState, provision: Provision) -> list[str]:
    return [str(missing) for missing in state.missing if missing.needed_by == str(provision)]
