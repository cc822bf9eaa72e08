"""Which plugins are switched off, and by what: decided before any plugin is imported."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping

import attrs

from holdfast.errors import SettingsError, did_you_mean
from holdfast.plugins.reading import BUILTINS
from holdfast.plugins.settings import Settings

__all__ = ["Switch", "switches"]

_EVERYTHING = ("1", "all")
_VARIABLE, _OPTION = "HOLDFAST_NO_PLUGINS", "--no-plugins"


@attrs.frozen
class Switch:
    """Whether a plugin is on, the setting that decided it if one did, and the sentence that says so."""

    on: bool
    reason: str
    decided_by: str = ""


def switches(settings: Settings, disabled: Iterable[str], installed: Iterable[str]) -> Mapping[str, Switch]:
    """Return the switch of every installed plugin.

    The kernel's own plugin is always on, also when all are switched off: runs need its memory.

    Args:
        settings: the repository's settings, with the allow-list.
        disabled: plugin names from the command line; ``all`` means every plugin.
        installed: the names of the installed plugins.

    Raises:
        SettingsError: the command line or the environment names a plugin that is not installed, or the
            kernel's own.
    """
    names = set(installed)
    environment = [name.strip() for name in os.environ.get(_VARIABLE, "").split(",")]
    sources = {
        _OPTION: _disabled(_OPTION, list(disabled), names),
        _VARIABLE: _disabled(_VARIABLE, [name for name in environment if name not in ("", "0")], names),
    }
    return {name: _switch(name, settings, sources) for name in names}


def _disabled(source: str, disabled: list[str], installed: Collection[str]) -> Collection[str]:
    if any(name in _EVERYTHING for name in disabled):
        return installed
    for name in disabled:
        if name == BUILTINS:
            raise SettingsError(source, "", "The kernel's own plugin cannot be switched off.")
        if name not in installed:
            raise SettingsError(
                source, "", f"No plugin '{name}' is installed.{did_you_mean(name, installed)}"
            )
    return disabled


def _switch(name: str, settings: Settings, sources: Mapping[str, Collection[str]]) -> Switch:
    if name == BUILTINS:
        return Switch(True, "the kernel's own plugin is always active")
    for source, disabled in sources.items():
        if name in disabled:
            return Switch(False, f"switched off by {source}", source)
    if settings.plugins is None:
        return Switch(True, "installed, and the settings have no plugins table")
    use = settings.plugins.get(name)
    if use is None:
        return Switch(False, f"not listed in {settings.plugins_place}", str(settings.plugins_place))
    reason = f"{'listed in' if use.active else 'switched off by'} {use.place}"
    if use.variable is not None:
        said = os.environ.get(use.variable)
        reason += f", where the environment variable {use.variable} decides: "
        reason += "it is not set" if said is None else f"it says {said!r}"
    return Switch(use.active, reason, str(use.place))
