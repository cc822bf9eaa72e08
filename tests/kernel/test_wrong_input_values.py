"""Types, metadata and what functions report: what is wrong is named, with the way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import holdfast
from holdfast import (
    AssetSelection,
    Error,
    InvalidConfigDefinitionError,
    InvalidDefinitionError,
    InvalidMetadata,
    InvalidNameError,
    InvariantViolationError,
    Jitter,
    MetadataEntry,
    PythonObjectDagsterType,
)

CASES: list[tuple[str, Callable[[], Any], type[Error], str]] = [
    (
        "DagsterType",
        lambda: holdfast.DagsterType(lambda value: True, name="Even"),
        InvalidDefinitionError,
        "'Even'.*two arguments",
    ),
    (
        "PythonObjectDagsterType",
        lambda: PythonObjectDagsterType(3),
        InvalidDefinitionError,
        "python_type is a class or a tuple of classes, not 3",
    ),
    (
        "check_dagster_type",
        lambda: holdfast.check_dagster_type(3, 1),
        InvalidDefinitionError,
        "no runtime type follows from 3.*Give a class",
    ),
    (
        "dagster_type_loader",
        lambda: holdfast.dagster_type_loader(3),
        InvalidConfigDefinitionError,
        "dagster_type_loader: config_schema: 3 is no config type",
    ),
    (
        "usable_as_dagster_type",
        lambda: holdfast.usable_as_dagster_type(name=3)(type("Point", (), {})),
        InvalidDefinitionError,
        "name is a string that is not empty, not 3",
    ),
    (
        "make_python_type_usable_as_dagster_type",
        lambda: holdfast.make_python_type_usable_as_dagster_type(int, 3),
        InvalidDefinitionError,
        "dagster_type is a DagsterType, not 3",
    ),
    (
        "TypeCheck",
        lambda: holdfast.TypeCheck("yes"),
        InvariantViolationError,
        "success is True or False, not 'yes'",
    ),
    (
        "MetadataEntry",
        lambda: MetadataEntry("a", value=1, entry_data=holdfast.MetadataValue.int(1)),
        InvalidMetadata,
        "MetadataEntry 'a': give a value, and it or entry_data alone",
    ),
    ("MetadataValue", lambda: holdfast.MetadataValue.url(3), InvalidMetadata, "url.*a string"),
    ("TableSchema", lambda: holdfast.TableSchema(["a"]), InvalidMetadata, "columns is a list of TableColumn"),
    ("TableColumn", lambda: holdfast.TableColumn(3), InvalidMetadata, "name is a string, not 3"),
    (
        "TableConstraints",
        lambda: holdfast.TableConstraints("a"),
        InvalidMetadata,
        "other is a list of strings, not 'a'",
    ),
    (
        "TableColumnConstraints",
        lambda: holdfast.TableColumnConstraints(nullable=3),
        InvalidMetadata,
        "nullable is True or False, not 3",
    ),
    ("TableRecord", lambda: holdfast.TableRecord(a=[1]), InvalidMetadata, "'a' is a string, a number"),
    (
        "Output",
        lambda: holdfast.Output(1, metadata={"a": 1}, metadata_entries=[MetadataEntry("a", value=1)]),
        InvalidMetadata,
        "Output metadata is given twice.*Give metadata alone",
    ),
    (
        "DynamicOutput",
        lambda: holdfast.DynamicOutput(1, mapping_key="a b"),
        InvalidNameError,
        "'a b' is not a valid mapping key",
    ),
    (
        "AssetMaterialization",
        lambda: holdfast.AssetMaterialization([]),
        InvalidDefinitionError,
        r"An asset key is a string.*not \[\]",
    ),
    (
        "AssetObservation",
        lambda: holdfast.AssetObservation(
            "a", metadata={"a": 1}, metadata_entries=[MetadataEntry("a", value=1)]
        ),
        InvalidMetadata,
        "AssetObservation is given twice.*Give metadata alone",
    ),
    (
        "ExpectationResult",
        lambda: holdfast.ExpectationResult("yes"),
        InvariantViolationError,
        "success is True or False, not 'yes'",
    ),
    (
        "LogicalVersion",
        lambda: holdfast.LogicalVersion(3),
        InvariantViolationError,
        "value is a string, not 3",
    ),
    (
        "ObserveResult",
        lambda: holdfast.ObserveResult(3),
        InvariantViolationError,
        "logical_version is a LogicalVersion, not 3",
    ),
    (
        "Failure",
        lambda: holdfast.Failure(metadata={"a": 1}, metadata_entries=[MetadataEntry("a", value=1)]),
        InvalidMetadata,
        "Failure.*twice",
    ),
    (
        "RetryPolicy",
        lambda: holdfast.RetryPolicy(jitter=Jitter.FULL),
        InvalidDefinitionError,
        "jitter changes a delay; give delay",
    ),
    ("RetryRequested", lambda: holdfast.RetryRequested("x"), InvariantViolationError, "max_retries.*'x'"),
    (
        "FreshnessPolicy",
        lambda: holdfast.FreshnessPolicy(maximum_lag_minutes=5, cron_schedule="every day"),
        InvalidDefinitionError,
        "'every day'",
    ),
    (
        "RunRequest",
        lambda: holdfast.RunRequest(tags={"t": object()}),
        InvalidDefinitionError,
        "RunRequest: the value of a tag is a string",
    ),
    (
        "build_asset_reconciliation_sensor",
        lambda: holdfast.build_asset_reconciliation_sensor(AssetSelection.all(), name="a b"),
        InvalidNameError,
        "'a b' is not a valid sensor name",
    ),
    (
        "build_sensor_context",
        lambda: holdfast.build_sensor_context(instance=3),
        InvalidDefinitionError,
        "instance is an Instance, not 3",
    ),
    (
        "file_relative_path",
        lambda: holdfast.file_relative_path(3, "x"),
        InvalidDefinitionError,
        "dunderfile is a path, not 3",
    ),
]


@pytest.mark.parametrize(("name", "call", "error", "message"), CASES)
def test_a_mistake_is_named_with_the_way_out(
    name: str, call: Callable[[], Any], error: type[Error], message: str
) -> None:
    """The message leads from the mistake to what was meant."""
    with pytest.raises(error, match=message):
        call()
