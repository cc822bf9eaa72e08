"""What becomes of each installed plugin: the one place where plugins are imported."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from types import ModuleType
from typing import Any

import attrs

from holdfast.errors import PluginConflictError, PluginError, did_you_mean
from holdfast.failures import ErrorInfo
from holdfast.hookspecs import ENTRY_POINT_GROUP
from holdfast.plugins.dependencies import install_command, is_installed
from holdfast.plugins.discovery import Installed, installed_plugins
from holdfast.plugins.reading import BUILTINS
from holdfast.plugins.registration import Registration, register
from holdfast.plugins.settings import Settings
from holdfast.plugins.specifiers import satisfies
from holdfast.plugins.states import Missing, PluginState, Status
from holdfast.plugins.switches import Switch, switches
from holdfast.plugins.uses import PluginUse
from holdfast.provisions import FormatPlugin

__all__ = ["Examined", "examine_plugins"]


@attrs.frozen
class Examined:
    """A plugin's state and, if it has them, what hears of events and what gives mappings of partitions."""

    state: PluginState
    listener: Callable[..., Any] | None = None
    mapper: Callable[..., Any] | None = None


def examine_plugins(settings: Settings, disabled: Iterable[str]) -> tuple[Examined, ...]:
    """Return every plugin that is installed or listed, in the order of the settings, then of names.

    A plugin that is switched off or does not fit is not imported. Whatever a plugin does wrong becomes its
    state and touches no other.

    Args:
        settings: the repository's settings.
        disabled: plugins that the command line switches off; ``all`` for all but the kernel's own.

    Raises:
        SettingsError: the command line or the environment switches off what is not there.
    """
    installed = installed_plugins()
    decided = switches(settings, disabled, {plugin.name for plugin in installed})
    uses = settings.plugins or {}
    ours = {(p.distribution, p.name) for p in installed if p.group == ENTRY_POINT_GROUP}
    winners: dict[str, Installed] = {}
    reserved: frozenset[str] = frozenset()
    examined = []
    # The kernel's own plugin comes first, so that no other can take one of its names.
    for plugin in sorted(installed, key=lambda plugin: plugin.name != BUILTINS):
        if plugin.group == ENTRY_POINT_GROUP:
            winner = winners.setdefault(plugin.name, plugin)
            if winner is not plugin and decided[plugin.name].on:
                examined.append(Examined(_shadowed(plugin, winner)))
                continue
        elif (plugin.distribution, plugin.name) in ours:
            continue  # it offers this contract beside another
        each = _examine(plugin, decided[plugin.name], uses.get(plugin.name), reserved)
        if plugin.name == BUILTINS:
            reserved |= frozenset(map(str, each.state.provisions))
        examined.append(each)
    examined += [
        Examined(_not_installed(name, use, decided))
        for name, use in uses.items()
        if use.active and name not in decided
    ]
    return tuple(sorted(_with_conflicts(examined), key=lambda each: _position(each.state.name, uses)))


def _position(name: str, uses: Mapping[str, PluginUse]) -> tuple[int, bool, str]:
    return list(uses).index(name) if name in uses else len(uses), name == BUILTINS, name


def _state(plugin: Installed, status: Status, reason: str, **more: Any) -> PluginState:
    return PluginState(
        name=plugin.name,
        module=plugin.module,
        distribution=plugin.distribution,
        version=plugin.version,
        status=status,
        reason=reason,
        **more,
    )


def _shadowed(plugin: Installed, winner: Installed) -> PluginState:
    return _state(
        plugin,
        Status.SHADOWED,
        f"{winner.distribution} {winner.version} offers a plugin '{plugin.name}' too and is used; "
        "uninstall one of the two",
    )


def _not_installed(name: str, use: PluginUse, installed: Iterable[str]) -> PluginState:
    return PluginState(
        name=name,
        status=Status.MISSING_DEPENDENCY,
        reason=f"listed in {use.place}, but no installed distribution offers it."
        + did_you_mean(name, installed),
        decided_by=str(use.place),
    )


def _examine(plugin: Installed, switch: Switch, use: PluginUse | None, reserved: Collection[str]) -> Examined:
    if not switch.on:
        return Examined(_state(plugin, Status.INACTIVE, switch.reason, decided_by=switch.decided_by))
    if plugin.problem:
        return Examined(_state(plugin, Status.BROKEN, plugin.problem))
    if plugin.group != ENTRY_POINT_GROUP:
        reason = (
            f"it is written for the contract '{plugin.group}', and this kernel speaks '{ENTRY_POINT_GROUP}'; "
            f"install a version of {plugin.distribution} for it, or another version of holdfast"
        )
        return Examined(_state(plugin, Status.INCOMPATIBLE, reason))
    if use is not None and use.requires is not None and not satisfies(plugin.version, use.requires):
        reason = f"its version {plugin.version} does not fit '{use.requires}', as {use.place} requires"
        return Examined(_state(plugin, Status.INCOMPATIBLE, reason, decided_by=str(use.place)))
    try:
        registration = register(plugin.name, _import(plugin))
    except PluginError as error:
        return Examined(_state(plugin, Status.BROKEN, error.reason))
    except ModuleNotFoundError as error:
        return Examined(_module_not_found(plugin, error))
    except KeyboardInterrupt:
        raise  # it is the user's, and not the plugin's
    except BaseException as error:
        return Examined(_raised(plugin, error))
    return _registered(plugin, switch, use, registration, reserved)


def _import(plugin: Installed) -> ModuleType:
    if ":" in plugin.module:
        reason = f"its entry point names the object '{plugin.module}'; name the module alone"
        raise PluginError(plugin.name, "broken", reason)
    __import__(plugin.module)  # unlike import_module, this keeps the import system's frames out of tracebacks
    return sys.modules[plugin.module]


def _module_not_found(plugin: Installed, error: ModuleNotFoundError) -> PluginState:
    module = error.name or ""
    top = module.partition(".")[0]
    if top in ("", "holdfast", plugin.module.partition(".")[0]):
        return _raised(plugin, error)
    missing = Missing(module, "", install_command(module, plugin.distribution))
    return _state(plugin, Status.MISSING_DEPENDENCY, str(missing), missing=(missing,))


def _raised(plugin: Installed, error: BaseException) -> PluginState:
    info = ErrorInfo.from_exception(error)
    reason = f"{plugin.module} raised {info.type_name}: {info.message}"
    return _state(plugin, Status.BROKEN, reason, traceback=info.report())


def _registered(
    plugin: Installed,
    switch: Switch,
    use: PluginUse | None,
    registration: Registration,
    reserved: Collection[str],
) -> Examined:
    provisions = registration.provisions
    for provision in provisions:
        if str(provision) in reserved:
            reason = f"it provides the {provision}, and that name is the kernel's own; choose another"
            return Examined(_state(plugin, Status.BROKEN, reason, provisions=provisions))
    if use is not None and use.options and not any(isinstance(p, FormatPlugin) for p in provisions):
        option = use.place.at(next(iter(use.options)))
        reason = f"{option}: this plugin has no formats, and only formats take options in this table"
        return Examined(_state(plugin, Status.BROKEN, reason, decided_by=str(use.place)))
    missing = tuple(
        Missing(module, str(provision), install_command(module, plugin.distribution))
        for provision in provisions
        for module in provision.requires
        if not is_installed(module)
    )
    usable = (
        registration.listener
        or registration.mapper
        or {m.needed_by for m in missing} != {str(p) for p in provisions}
    )
    status, reason = Status.ACTIVE, switch.reason
    if missing and not usable:
        status, reason = Status.MISSING_DEPENDENCY, "; ".join(map(str, missing))
    state = _state(
        plugin, status, reason, decided_by=switch.decided_by, provisions=provisions, missing=missing
    )
    if status is not Status.ACTIVE:
        return Examined(state)
    return Examined(state, registration.listener, registration.mapper)


def _with_conflicts(examined: Iterable[Examined]) -> list[Examined]:
    examined = list(examined)
    owners: dict[tuple[str, str], dict[str, str]] = {}
    for each in examined:
        if each.state.status is Status.ACTIVE:
            for provision in each.state.provisions:
                owners.setdefault((provision.kind, provision.name), {})[each.state.name] = each.state.origin
    shared = [
        (plugins, str(PluginConflictError(kind, name, plugins)))
        for (kind, name), plugins in owners.items()
        if len(plugins) > 1
    ]
    return [
        attrs.evolve(
            each,
            state=attrs.evolve(
                each.state,
                conflicts=tuple(
                    message
                    for plugins, message in shared
                    if each.state.status is Status.ACTIVE and each.state.name in plugins
                ),
            ),
        )
        for each in examined
    ]
