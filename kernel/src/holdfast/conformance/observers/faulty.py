"""Saboteurs of observers."""

from __future__ import annotations

import itertools
import os
from typing import Any

from holdfast.conformance.observers.bench import version_of
from holdfast.conformance.suites import Saboteur
from holdfast.errors import InvalidDefinitionError
from holdfast.interfaces import ObserveContext, Observer
from holdfast.metadata import MetadataValue
from holdfast.versions import LogicalVersion, ObserveResult

__all__: list[str] = []

_numbers = itertools.count()


class FaultyObserver(Saboteur, Observer):
    """An observer that hands everything on to another one."""

    def observe(self, context: ObserveContext) -> Any:
        """Return a version."""
        return self.inner.observe(context)


class GivesText(FaultyObserver):
    """Observing returns the text of a version."""

    kills = "OB-01"

    def observe(self, context: ObserveContext) -> Any:
        """Return a version."""
        return version_of(super().observe(context))


class CountsLooks(FaultyObserver):
    """The version is how often it was looked at."""

    kills = "OB-02"

    def observe(self, context: ObserveContext) -> Any:
        """Return a version."""
        super().observe(context)
        return LogicalVersion(str(next(_numbers)))


class IsItself(FaultyObserver):
    """Each observer has versions of its own."""

    kills = "OB-02"

    def observe(self, context: ObserveContext) -> Any:
        """Return a version."""
        return LogicalVersion(f"{version_of(super().observe(context))}-{id(self)}")


class LooksOnce(FaultyObserver):
    """What was seen first is said ever after."""

    kills = "OB-03"

    def observe(self, context: ObserveContext) -> Any:
        """Return a version."""
        seen = self.__dict__.setdefault("_seen", {})
        name = str(context.metadata)
        if name not in seen:
            seen[name] = super().observe(context)
        return seen[name]


class VersionForMissing(FaultyObserver):
    """What is not there has a version of its own."""

    kills = "OB-04"

    def observe(self, context: ObserveContext) -> Any:
        """Return a version."""
        try:
            return super().observe(context)
        except InvalidDefinitionError:
            raise
        except Exception:
            return LogicalVersion("missing")


class RaisesKeyError(FaultyObserver):
    """Without metadata, observing is a KeyError."""

    kills = "OB-05"

    def observe(self, context: ObserveContext) -> Any:
        """Return a version."""
        if not context.metadata:
            raise KeyError("path")
        return super().observe(context)


class SharesItsMemory(FaultyObserver):
    """The version has a part that any change of any source asset changes."""

    kills = "OB-06"

    def observe(self, context: ObserveContext) -> Any:
        """Return a version."""
        all_seen = self.__dict__.setdefault("_all", set())
        version = version_of(super().observe(context))
        all_seen.add(version)
        return LogicalVersion(f"{version}-{len(all_seen)}")


class KnowsItsProcess(FaultyObserver):
    """The version has the number of the process in it."""

    kills = "OB-07"

    def observe(self, context: ObserveContext) -> Any:
        """Return a version."""
        return LogicalVersion(f"{version_of(super().observe(context))}-{os.getpid()}")


class KeepsABook(FaultyObserver):
    """Observing leaves a file that says so."""

    kills = "OB-08"

    def observe(self, context: ObserveContext) -> Any:
        """Return a version."""
        (self.directory / "observed").write_text(str(next(_numbers)))
        return super().observe(context)


class SaysAnObject(FaultyObserver):
    """The metadata of what was seen cannot be recorded."""

    kills = "OB-09"

    def observe(self, context: ObserveContext) -> Any:
        """Return a version."""
        version = version_of(super().observe(context))
        return ObserveResult(LogicalVersion(version), {"observer": self})


class ReadsPlainMetadata(FaultyObserver):
    """Metadata that is given as a MetadataValue is not found."""

    kills = "OB-09"

    def observe(self, context: ObserveContext) -> Any:
        """Return a version."""
        plain = {k: v for k, v in context.metadata.items() if not isinstance(v, MetadataValue)}
        return super().observe(ObserveContext(context.asset_key, plain))
