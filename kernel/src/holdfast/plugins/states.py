"""What became of each plugin that is installed or listed in the settings, and why."""

from __future__ import annotations

import enum
from typing import Any

import attrs

from holdfast.provisions import Provision

__all__ = ["Missing", "PluginState", "Status"]


class Status(str, enum.Enum):
    """Whether a plugin can be used."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    """A setting switched it off; it was not imported."""
    INCOMPATIBLE = "incompatible"
    """It speaks another contract, or its version does not fit the settings; it was not imported."""
    MISSING_DEPENDENCY = "missing-dependency"
    """A module that it needs is not installed."""
    BROKEN = "broken"
    """It failed to import, or breaks the rules of the hooks."""
    SHADOWED = "shadowed"
    """Another distribution offers a plugin of this name and is used instead."""

    def __str__(self) -> str:
        return self.value


@attrs.frozen
class Missing:
    """A module that is not installed.

    Attributes:
        module: its dotted name.
        needed_by: the provision that needs it, such as ``format 'parquet'``; empty for the plugin itself.
        install: the command that installs it; empty when none is known.
    """

    module: str
    needed_by: str
    install: str

    def __str__(self) -> str:
        text = f"{self.needed_by or 'it'} needs the module '{self.module}', which is not installed"
        return f"{text}; try: {self.install}" if self.install else text


@attrs.frozen(kw_only=True)
class PluginState:
    """One plugin and what became of it.

    Attributes:
        name: the plugin's name, the name of its entry point.
        module: the module with its hook implementations.
        distribution: the installed distribution it came with; empty when none offers it.
        version: that distribution's version.
        status: whether it can be used.
        reason: why, in a sentence.
        decided_by: the setting that decided, if one did.
        provisions: what its hooks yielded, in order.
        missing: the modules that it, or some of its provisions, would need.
        conflicts: a message for each of its provisions whose name another active plugin provides too.
        traceback: the traceback of what it raised, if it did.
    """

    name: str
    module: str = ""
    distribution: str = ""
    version: str = ""
    status: Status
    reason: str
    decided_by: str = ""
    provisions: tuple[Provision, ...] = ()
    missing: tuple[Missing, ...] = ()
    conflicts: tuple[str, ...] = ()
    traceback: str = ""

    @property
    def origin(self) -> str:
        """The distribution with its version, such as ``holdfast-s3 1.2``."""
        return f"{self.distribution} {self.version}".strip() or "not installed"

    @property
    def healthy(self) -> bool:
        """Whether nothing needs mending: it is active without conflicts, or switched off."""
        return self.status in (Status.ACTIVE, Status.INACTIVE) and not self.conflicts

    def to_json(self) -> dict[str, Any]:
        """Return the state as a dictionary that JSON can hold."""
        data = attrs.asdict(self, recurse=False)
        data["status"] = self.status.value
        data["provisions"] = [
            {"kind": p.kind, "name": p.name, "factory": p.factory, "summary": p.summary}
            for p in self.provisions
        ]
        data["missing"] = [attrs.asdict(missing) for missing in self.missing]
        data["conflicts"] = list(self.conflicts)
        return data
