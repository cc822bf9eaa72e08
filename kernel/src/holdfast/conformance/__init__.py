"""Suites by which the author of a plugin proves it: every contract, as numbered clauses.

Needs the extra ``holdfast[conformance]``. Nothing of it is imported by anything else in Holdfast.

- as tests: ``class TestMine(IOManagerConformance)``, with one fixture, ``subject``;
- as a function: ``check_io_manager("mine")`` returns a `Report`;
- as a command: ``holdfast plugins check mine``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # each is imported when it is asked for: only test classes need pytest
    from holdfast.conformance.catalogue import SUITES
    from holdfast.conformance.checks import (
        check_event_store,
        check_executor,
        check_format,
        check_io_manager,
        check_loader,
        check_observer,
        check_partition_mapping,
    )
    from holdfast.conformance.reports import Report
    from holdfast.conformance.testing import (
        EventStoreConformance,
        ExecutorConformance,
        FormatConformance,
        IOManagerConformance,
        LoaderConformance,
        ObserverConformance,
        PartitionMappingConformance,
    )
    from holdfast.conformance.trials import (
        EventStoreTrial,
        FormatTrial,
        IOManagerTrial,
        LoaderTrial,
        MappingTrial,
        ObservedSource,
        ObserverTrial,
        Trial,
    )

__all__ = [
    "SUITES",
    "EventStoreConformance",
    "EventStoreTrial",
    "ExecutorConformance",
    "FormatConformance",
    "FormatTrial",
    "IOManagerConformance",
    "IOManagerTrial",
    "LoaderConformance",
    "LoaderTrial",
    "MappingTrial",
    "ObservedSource",
    "ObserverConformance",
    "ObserverTrial",
    "PartitionMappingConformance",
    "Report",
    "Trial",
    "check_event_store",
    "check_executor",
    "check_format",
    "check_io_manager",
    "check_loader",
    "check_observer",
    "check_partition_mapping",
]


def _module(name: str) -> str:
    if name.endswith("Conformance"):
        return "testing"
    if name.startswith("check_"):
        return "checks"
    return {"SUITES": "catalogue", "Report": "reports"}.get(name, "trials")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        from holdfast.errors import did_you_mean  # only once a name is wrong

        raise AttributeError(f"holdfast.conformance has no name {name!r}.{did_you_mean(name, __all__)}")
    try:
        value = getattr(importlib.import_module(f"holdfast.conformance.{_module(name)}"), name)
    except ModuleNotFoundError as error:
        if error.name not in ("hypothesis", "pytest"):
            raise
        raise ModuleNotFoundError(
            f'{name} needs {error.name}, which is not installed: pip install "holdfast[conformance]"',
            name=error.name,
        ) from error
    globals()[name] = value
    return value
