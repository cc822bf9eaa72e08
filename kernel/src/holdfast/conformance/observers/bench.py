"""An observer at work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from holdfast.conformance.clauses import require
from holdfast.conformance.suites import Bench
from holdfast.conformance.trials import ObserverTrial
from holdfast.interfaces import ObserveContext, Observer
from holdfast.keys import AssetKey
from holdfast.versions import LogicalVersion, ObserveResult

__all__ = ["KEY", "ObserverBench", "version_of"]

KEY = AssetKey(["raw", "orders"])


def version_of(found: object) -> str:
    """Return the version in what an observer returned.

    Raises:
        Violation: there is none.
    """
    version = found.logical_version if isinstance(found, ObserveResult) else found
    require(isinstance(version, LogicalVersion), f"Observing returned {found!r}, which is no version.")
    assert isinstance(version, LogicalVersion)
    require(version.value, "The version is empty.")
    return version.value


class ObserverBench(Bench):
    """An observer, and source assets that can be changed."""

    trial: ObserverTrial

    def __init__(
        self, trial: ObserverTrial, make: Callable[[Path], Any], claims: frozenset[str], directory: Path
    ) -> None:
        super().__init__(trial, make, claims, directory)
        self.observer: Observer = self.open()

    def observe(self, metadata: Mapping[str, Any]) -> Any:
        """Return what the observer says of a source asset."""
        return self.observer.observe(ObserveContext(KEY, metadata))

    def version(self, metadata: Mapping[str, Any]) -> str:
        """Return the version of a source asset."""
        return version_of(self.observe(metadata))
