"""The plugins that are installed, read from the entry points of distributions without importing any."""

from __future__ import annotations

import re
from typing import Any

import attrs
import importlib_metadata

from holdfast.hookspecs import ENTRY_POINT_GROUP

__all__ = ["Installed", "installed_plugins"]

_ANY_GROUP = re.compile(r"holdfast\.v\d+\Z")
_HEADER = re.compile(r"^(Name|Version):[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)


@attrs.frozen(kw_only=True)
class Installed:
    """An entry point of a plugin.

    Attributes:
        name: the plugin's name.
        module: the entry point's value, the module with the hook implementations.
        group: the entry point's group, ``holdfast.v1`` for the contract spoken here.
        distribution: the distribution it belongs to.
        version: that distribution's version.
        problem: why the entry point cannot be read, if it cannot.
    """

    name: str
    module: str
    group: str
    distribution: str
    version: str
    problem: str = ""


def installed_plugins() -> tuple[Installed, ...]:
    """Return every installed plugin of this contract and of others, in the order in which names are won.

    Where two distributions offer a plugin of one name, the one called ``holdfast`` or ``holdfast-NAME``
    comes first, so that nobody takes the name of a known plugin; else the alphabet decides.
    """
    found: dict[tuple[str, str, str], Installed] = {}
    for distribution in importlib_metadata.distributions():
        text = distribution.read_text("entry_points.txt")
        if text is None or "holdfast.v" not in text:
            continue  # the name and version of a distribution cost a file each: read only those of plugins
        for plugin in _plugins(distribution):
            # The first distribution of a name on the path is the one that Python imports.
            found.setdefault((plugin.distribution, plugin.group, plugin.name), plugin)
    return tuple(sorted(found.values(), key=_precedence))


def _plugins(distribution: Any) -> list[Installed]:  # its class depends on importlib_metadata's version
    try:
        owner, version = _headers(distribution)
        if not (owner and version):
            raise ValueError("METADATA gives no name and version")
        return [
            Installed(name=e.name, module=e.value, group=e.group, distribution=owner, version=version)
            for e in distribution.entry_points
            if _ANY_GROUP.match(e.group)
        ]
    except Exception as error:  # whatever is wrong with one distribution's files is that distribution's alone
        name = str(getattr(distribution, "_path", distribution)).rpartition("/")[2]
        problem = f"the metadata of this distribution cannot be read: {type(error).__name__}: {error}"
        return [
            Installed(
                name=name, module="", group=ENTRY_POINT_GROUP, distribution=name, version="", problem=problem
            )
        ]


def _headers(distribution: Any) -> tuple[str, str]:
    # importlib_metadata parses the whole file as an e-mail, and importing that parser alone takes 20 ms.
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    headers = dict(_HEADER.findall(text.partition("\n\n")[0]))
    return headers.get("Name", ""), headers.get("Version", "")


def _precedence(plugin: Installed) -> tuple[str, bool, bool, str, str]:
    owner = re.sub(r"[-_.]+", "-", plugin.distribution).lower()
    return plugin.name, owner != "holdfast", owner != f"holdfast-{plugin.name}", owner, plugin.group
