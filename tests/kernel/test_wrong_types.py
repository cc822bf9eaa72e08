"""Every public callable refuses arguments of the wrong type with an error of Holdfast's own, by name."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable
from typing import Any

import pytest

import holdfast
from holdfast import (
    AssetKey,
    AssetOut,
    EnumValue,
    Error,
    Instance,
    LogicalVersion,
    PythonObjectDagsterType,
    asset,
    define_asset_job,
    graph,
    in_process_executor,
    job,
    op,
    resource,
)


@asset
def made() -> int:
    return 1


@op
def one() -> int:
    return 1


@graph
def ones() -> Any:
    return one()


@job
def runs_one() -> None:
    one()


class Point:
    pass


def takes_context(context: Any) -> Any:
    return context


INSTANCE = Instance.ephemeral()
EXECUTED = define_asset_job("executed", executor_def=in_process_executor).resolve([made])

# By public name, arguments that are right; each is replaced by wrong ones in turn.
RIGHT: dict[str, dict[str, Any]] = {
    "AssetIn": {},
    "AssetKey": {"path": "a"},
    "AssetMaterialization": {"asset_key": "a"},
    "AssetObservation": {"asset_key": "a"},
    "AssetOut": {},
    "AssetsDefinition": {
        "keys_by_input_name": {},
        "keys_by_output_name": {"result": AssetKey("a")},
        "node_def": one,
    },
    "Array": {"inner_type": int},
    "ConfigMapping": {"config_fn": lambda _config: {}},
    "DagsterType": {"type_check_fn": lambda _context, _value: True, "name": "x"},
    "DynamicOut": {},
    "DynamicOutput": {"value": 1, "mapping_key": "a"},
    "Enum": {"name": "E", "enum_values": [EnumValue("a")]},
    "EnumValue": {"config_value": "a"},
    "ExecutorDefinition": {"name": "e"},
    "ExpectationResult": {"success": True},
    "Failure": {},
    "Field": {"config": int},
    "FreshnessPolicy": {"maximum_lag_minutes": 3},
    "GraphDefinition": {"name": "g"},
    "GraphIn": {},
    "GraphOut": {},
    "HookDefinition": {"name": "h", "hook_fn": lambda _context, _events: None},
    "IOManagerDefinition": {"resource_fn": takes_context},
    "In": {},
    "JobDefinition": {"graph_def": ones},
    "LogicalVersion": {"value": "1"},
    "Map": {"key_type": str, "inner_type": int},
    "MetadataEntry": {"label": "a", "value": 1},
    "Noneable": {"inner_type": int},
    "OpDefinition": {"compute_fn": lambda _context, _inputs: [], "name": "o"},
    "Out": {},
    "Output": {"value": 1},
    "Permissive": {},
    "PythonObjectDagsterType": {"python_type": int},
    "ResourceDefinition": {"resource_fn": takes_context},
    "RetryPolicy": {},
    "RetryRequested": {},
    "RunRequest": {},
    "ScalarUnion": {"scalar_type": int, "non_scalar_schema": {}},
    "Selector": {"fields": {"a": int}},
    "Shape": {"fields": {}},
    "SourceAsset": {"key": "a"},
    "TableColumn": {"name": "a"},
    "TableColumnConstraints": {},
    "TableConstraints": {"other": []},
    "TableSchema": {"columns": []},
    "TypeCheck": {"success": True},
    "asset": {"compute_fn": lambda: 1, "name": "a"},
    "build_init_resource_context": {},
    "build_input_context": {},
    "build_op_context": {},
    "build_output_context": {},
    "build_resources": {"resources": {}},
    "check_dagster_type": {"dagster_type": int, "value": 1},
    "configured": {"configurable": resource(takes_context)},
    "dagster_type_loader": {"config_schema": int},
    "define_asset_job": {"name": "j"},
    "execute_job": {"job": EXECUTED, "instance": INSTANCE},
    "executor": {"name": "e"},
    "failure_hook": {"name": "h"},
    "file_relative_path": {"dunderfile": __file__, "relative_path": "x"},
    "graph": {"compose_fn": lambda: one(), "name": "g"},
    "io_manager": {},
    "job": {"compose_fn": lambda: None, "name": "j"},
    "load_assets_from_modules": {"modules": []},
    "load_assets_from_package_name": {"package_name": "json"},
    "make_python_type_usable_as_dagster_type": {
        "python_type": Point,
        "dagster_type": PythonObjectDagsterType(Point),
    },
    "materialize": {"assets": [made]},
    "materialize_to_memory": {"assets": [made]},
    "multi_asset": {"outs": {"a": AssetOut()}},
    "observable_source_asset": {"observe_fn": lambda: LogicalVersion("1"), "name": "o"},
    "op": {"compute_fn": lambda: 1, "name": "o"},
    "reconstructable": {"target": runs_one},
    "repository": {"definitions_fn": lambda: [made], "name": "r"},
    "resource": {},
    "success_hook": {"hook_fn": takes_context, "name": "h"},
    "validate_run_config": {"job_def": runs_one},
    "with_resources": {"definitions": [made], "resource_defs": {}},
}
DECORATORS = {"executor", "failure_hook", "io_manager", "multi_asset", "resource"}
"""What is called here without a function, and so again with one."""

ANYTHING = {
    ("DagsterType", "materializer"),  # kept for code that reads it
    ("DagsterType", "is_builtin"),
    ("DagsterType", "typing_type"),
    ("DynamicOut", "asset_partitions"),
    ("DynamicOut", "asset_partitions_def"),
    ("DynamicOutput", "value"),
    ("EnumValue", "python_value"),
    ("ExecutorDefinition", "requirements"),
    ("In", "asset_partitions"),
    ("In", "default_value"),
    ("MetadataEntry", "value"),
    ("OpDefinition", "arguments"),
    ("Out", "asset_partitions"),
    ("Out", "asset_partitions_def"),
    ("Output", "value"),
    ("SourceAsset", "place"),
    ("build_init_resource_context", "config"),
    ("build_input_context", "config"),
    ("build_input_context", "python_type"),
    ("build_input_context", "resource_config"),
    ("build_op_context", "config"),
    ("build_op_context", "op_config"),
    ("build_output_context", "config"),
    ("build_output_context", "resource_config"),
    ("check_dagster_type", "value"),
    ("execute_job", "raise_on_error"),
    ("execute_job", "rebuild"),
    ("executor", "requirements"),
    ("load_assets_from_modules", "key_prefix"),
    ("load_assets_from_package_name", "key_prefix"),
    ("materialize", "raise_on_error"),
    ("materialize_to_memory", "raise_on_error"),
}
"""Parameters that take any object, or that are looked at only once something is there to use them."""

WRONG = [3, 3.5, "x y", [object()], {1: 2}, True, object()]
VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
ARGUMENTS = [
    (name, parameter.name)
    for name in RIGHT
    for parameter in inspect.signature(getattr(holdfast, name)).parameters.values()
    if parameter.kind not in VARIADIC
]


def call(name: str, arguments: dict[str, Any]) -> None:
    """Call something public, and what it returns if that is a decorator or a context manager."""
    called: Callable[..., Any] = getattr(holdfast, name)
    result = called(**arguments)
    if name in DECORATORS:
        result(takes_context)
    if name == "build_resources":
        with result:
            pass


@pytest.mark.parametrize("name", RIGHT)
def test_right_arguments_are_accepted(name: str) -> None:
    """What the other tests change is right to begin with."""
    call(name, RIGHT[name])


@pytest.mark.parametrize(("name", "parameter"), ARGUMENTS)
def test_no_error_is_pythons_own(name: str, parameter: str) -> None:
    """Whatever is given, what is raised is an error of Holdfast's, or that a package is not there."""
    for wrong in WRONG:
        with contextlib.suppress(Error, ModuleNotFoundError):
            call(name, {**RIGHT[name], parameter: wrong})


@pytest.mark.parametrize(("name", "parameter"), [each for each in ARGUMENTS if each not in ANYTHING])
def test_an_object_of_no_use_is_refused(name: str, parameter: str) -> None:
    """When it is given, and not once it is used."""
    with pytest.raises(Error):
        call(name, {**RIGHT[name], parameter: object()})
