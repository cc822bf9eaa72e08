"""Every suite there is."""

from __future__ import annotations

from typing import Any

from holdfast.conformance.executors.suite import EXECUTORS
from holdfast.conformance.formats.suite import FORMATS
from holdfast.conformance.io.suite import IO_MANAGERS
from holdfast.conformance.loaders.suite import LOADERS
from holdfast.conformance.mappings.suite import PARTITION_MAPPINGS
from holdfast.conformance.observers.suite import OBSERVERS
from holdfast.conformance.stores.suite import EVENT_STORES
from holdfast.conformance.suites import Suite
from holdfast.provisions import Provision

__all__ = ["SUITES", "suite_for"]

SUITES: tuple[Suite[Any], ...] = (
    IO_MANAGERS,
    FORMATS,
    EXECUTORS,
    PARTITION_MAPPINGS,
    OBSERVERS,
    LOADERS,
    EVENT_STORES,
)
"""The suites, in the order of their pages."""


def suite_for(record: type[Provision]) -> Suite[Any] | None:
    """Return the suite for what a class of records provides, ``None`` where there is none."""
    return next((suite for suite in SUITES if suite.record is record), None)
