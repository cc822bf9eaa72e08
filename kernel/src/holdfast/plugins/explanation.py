"""Where a name comes from: who provides it, from which distribution, with which settings, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from holdfast.errors import PluginError, UnknownProvisionError
from holdfast.plugins.loading import PREFERRED, Plugins
from holdfast.plugins.states import PluginState
from holdfast.plugins.uses import Use, described
from holdfast.provisions import EventStorePlugin, ExecutorPlugin, IOManagerPlugin, ObserverPlugin, Provision

__all__ = ["chosen", "explain"]


def explain(plugins: Plugins, name: str, also: Iterable[str] = ()) -> str:
    """Return what is known of a name, as text with a paragraph for each thing of that name.

    Args:
        plugins: the plugins of a repository.
        name: a plugin, something that one provides, a key of the settings' ``io_managers`` or
            ``observers``, or ``executor``, ``event_store`` or ``io_manager`` for what is used as such.
        also: other names that could have been meant.

    Raises:
        UnknownProvisionError: nothing has this name.
    """
    uses = _uses(plugins)
    paragraphs = []
    if name in uses:
        what, *why = chosen(plugins, *uses[name])
        paragraphs.append([f"{name} uses {what}", *why])
    paragraphs += [
        _provision(provision, state, [key for key, (kind, use) in uses.items() if _is(provision, kind, use)])
        for state in plugins.states
        for provision in state.provisions
        if provision.name == name
    ]
    paragraphs += [_plugin(state) for state in plugins.states if state.name == name]
    if not paragraphs:
        provisions = [provision.name for state in plugins.states for provision in state.provisions]
        known = [*also, *uses, *provisions, *(state.name for state in plugins.states)]
        raise UnknownProvisionError("plugin or provision", name, known)
    return "\n\n".join("\n".join(paragraph) for paragraph in paragraphs)


def _uses(plugins: Plugins) -> dict[str, tuple[type[Provision], Use]]:
    keys = {"executor": ExecutorPlugin, "event_store": EventStorePlugin, "io_manager": IOManagerPlugin}
    uses: dict[str, tuple[type[Provision], Use]] = {
        key: (kind, plugins.default(kind)) for key, kind in keys.items()
    }
    uses |= {key: (ObserverPlugin, use) for key, use in plugins.settings.observers.items()}
    return uses | {key: (IOManagerPlugin, use) for key, use in plugins.settings.io_managers.items()}


def _is(provision: Provision, kind: type[Provision], use: Use) -> bool:
    return isinstance(provision, kind) and provision.name == use.use


def chosen(plugins: Plugins, kind: type[Provision], use: Use) -> list[str]:
    """Return a line on what is used and who provides it, one on who chose it, and one for each option.

    Args:
        plugins: the plugins of a repository.
        kind: the kind of what is used.
        use: its name and options.
    """
    try:
        owner = plugins.owner(kind, use.use)
        who = f"of plugin '{owner.name}' ({owner.origin})"
    except PluginError as error:
        who = f"which cannot be used: {error}"
    by = str(use.place)
    if kind in PREFERRED and use.place.source == "the defaults":
        by += f", the first that is there of {', '.join(PREFERRED[kind])}"
    options = [f"  option: {option} = {described(value)}" for option, value in use.options.items()]
    return [f"the {kind.kind} '{use.use}' {who}", f"  chosen by: {by}", *options]


def _provision(provision: Provision, state: PluginState, used_as: list[str]) -> list[str]:
    lines = [
        f"{provision}: {provision.summary}",
        f"  provided by: plugin '{state.name}' of {state.origin}, which is {state.status}: {state.reason}",
        f"  factory: {provision.factory}",
    ]
    lines += [f"  used as: {key}" for key in used_as]
    lines += [f"  missing: {missing}" for missing in state.missing if missing.needed_by == str(provision)]
    return lines


def _plugin(state: PluginState) -> list[str]:
    def rest() -> Iterator[str]:
        yield f"plugin '{state.name}' of {state.origin}: {state.status}"
        yield f"  because: {state.reason}"
        if state.module:
            yield f"  module: {state.module}"
        for provision in state.provisions:
            yield f"  provides: {provision}: {provision.summary}"
        for conflict in state.conflicts:
            yield f"  conflict: {conflict}"

    return list(rest())
