"""One function for each kind of plugin: what is tried goes in, a report comes out."""

from __future__ import annotations

from collections.abc import Collection

from holdfast.conformance.executors.suite import EXECUTORS
from holdfast.conformance.formats.suite import FORMATS
from holdfast.conformance.io.suite import IO_MANAGERS
from holdfast.conformance.loaders.suite import LOADERS
from holdfast.conformance.mappings.suite import PARTITION_MAPPINGS
from holdfast.conformance.observers.suite import OBSERVERS
from holdfast.conformance.reports import Report
from holdfast.conformance.running import run_suite
from holdfast.conformance.stores.suite import EVENT_STORES
from holdfast.conformance.trials import (
    EventStoreTrial,
    FormatTrial,
    IOManagerTrial,
    LoaderTrial,
    MappingTrial,
    ObserverTrial,
    Trial,
)

__all__ = [
    "check_event_store",
    "check_executor",
    "check_format",
    "check_io_manager",
    "check_loader",
    "check_observer",
    "check_partition_mapping",
]


def check_io_manager(subject: str | IOManagerTrial, only: Collection[str] = ()) -> Report:
    """Return what the suite finds of an IO manager.

    Args:
        subject: the name that an installed plugin provides, or a trial.
        only: the numbers of the clauses to run; all by default. A report of some is no proof.

    Raises:
        InvalidDefinitionError: the trial cannot be used, or a clause is named that there is not.
        PluginError: the plugin cannot be used.
    """
    return run_suite(IO_MANAGERS, subject, only)


def check_format(subject: str | FormatTrial, only: Collection[str] = ()) -> Report:
    """Return what the suite finds of a format; see `check_io_manager`."""
    return run_suite(FORMATS, subject, only)


def check_executor(subject: str | Trial, only: Collection[str] = ()) -> Report:
    """Return what the suite finds of an executor; see `check_io_manager`."""
    return run_suite(EXECUTORS, subject, only)


def check_partition_mapping(subject: str | MappingTrial, only: Collection[str] = ()) -> Report:
    """Return what the suite finds of a partition mapping; see `check_io_manager`."""
    return run_suite(PARTITION_MAPPINGS, subject, only)


def check_observer(subject: str | ObserverTrial, only: Collection[str] = ()) -> Report:
    """Return what the suite finds of an observer; see `check_io_manager`."""
    return run_suite(OBSERVERS, subject, only)


def check_loader(subject: str | LoaderTrial, only: Collection[str] = ()) -> Report:
    """Return what the suite finds of a loader; see `check_io_manager`."""
    return run_suite(LOADERS, subject, only)


def check_event_store(subject: str | EventStoreTrial, only: Collection[str] = ()) -> Report:
    """Return what the suite finds of an event store; see `check_io_manager`."""
    return run_suite(EVENT_STORES, subject, only)
