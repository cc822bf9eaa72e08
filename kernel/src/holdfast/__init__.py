"""Software-defined assets on a small kernel.

Every public name is imported from its module when it is first asked for, so that importing Holdfast costs
next to nothing and a program pays for what it uses.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from holdfast.asset_graph import AssetGraph
    from holdfast.builtins.memory import InMemoryIOManager, mem_io_manager
    from holdfast.contexts import (
        InitResourceContext,
        InputContext,
        OutputContext,
        Resources,
        build_init_resource_context,
        build_input_context,
        build_output_context,
    )
    from holdfast.definitions.asset import asset, multi_asset
    from holdfast.definitions.asset_in_out import AssetIn, AssetOut
    from holdfast.definitions.assets_definition import AssetsDefinition
    from holdfast.definitions.loading import (
        load_assets_from_current_module,
        load_assets_from_modules,
        load_assets_from_package_module,
        load_assets_from_package_name,
    )
    from holdfast.definitions.in_out import In, Nothing, Out
    from holdfast.definitions.op import OpDefinition
    from holdfast.definitions.output import Output
    from holdfast.definitions.resource import IOManagerDefinition, ResourceDefinition, io_manager, resource
    from holdfast.definitions.source_asset import SourceAsset
    from holdfast.definitions.with_resources import with_resources
    from holdfast.errors import (
        ConfigMappingFunctionError,
        CycleError,
        DuplicateKeyError,
        Error,
        ExecutionInterruptedError,
        ExecutionStepExecutionError,
        InvalidConfigDefinitionError,
        InvalidConfigError,
        InvalidDefinitionError,
        InvalidInvocationError,
        InvalidNameError,
        InvalidSubsetError,
        InvariantViolationError,
        MissingResourceError,
        NoFormatError,
        PluginConflictError,
        PluginError,
        ResourceConflictError,
        ResourceFunctionError,
        RunNotFoundError,
        SelectionSyntaxError,
        SettingsError,
        StepOutputNotFoundError,
        StorageError,
        SubprocessError,
        TypeCheckDidNotPass,
        TypeCheckError,
        UnknownJobError,
        UnknownPartitionError,
        UnknownProvisionError,
        UnknownResourceError,
        UnknownSelectionError,
        UnknownUpstreamError,
        UnmetExecutorRequirementsError,
        UnsupportedParameterError,
        UntrustedFormatError,
        UserCodeExecutionError,
    )
    from holdfast.events import AssetMaterialization, AssetObservation, Event, EventType, Run, RunStatus
    from holdfast.execution.op_context import OpExecutionContext, build_op_context
    from holdfast.formats import Formats
    from holdfast.hookspecs import hookimpl
    from holdfast.instance import Instance
    from holdfast.interfaces import Command, EventStore, Format, IOManager, LoadRequest
    from holdfast.jobs import JobDefinition, UnresolvedAssetJobDefinition, define_asset_job
    from holdfast.keys import AssetKey
    from holdfast.metadata import MetadataValue
    from holdfast.plan import Plan, Step
    from holdfast.policies import Backoff, Jitter, RetryPolicy, RetryRequested
    from holdfast.project import Project
    from holdfast.provisions import (
        CommandPlugin,
        EventStorePlugin,
        ExecutorPlugin,
        FormatPlugin,
        IOManagerPlugin,
        LoaderPlugin,
        ObserverPlugin,
        PartitionMappingPlugin,
        PluginContext,
    )
    from holdfast.repository_definition import RepositoryDefinition, repository
    from holdfast.results import ExecuteInProcessResult, RunResult
    from holdfast.run_api import execute_job, materialize, materialize_to_memory
    from holdfast.selection import AssetSelection
    from holdfast.selection_syntax import parse_selection
    from holdfast.value_loader import AssetValueLoader

__all__ = [
    "AssetGraph",
    "AssetIn",
    "AssetKey",
    "AssetMaterialization",
    "AssetObservation",
    "AssetOut",
    "AssetSelection",
    "AssetValueLoader",
    "AssetsDefinition",
    "Backoff",
    "Command",
    "CommandPlugin",
    "ConfigMappingFunctionError",
    "CycleError",
    "DuplicateKeyError",
    "Error",
    "Event",
    "EventStore",
    "EventStorePlugin",
    "EventType",
    "ExecuteInProcessResult",
    "ExecutionInterruptedError",
    "ExecutionStepExecutionError",
    "ExecutorPlugin",
    "Format",
    "FormatPlugin",
    "Formats",
    "IOManager",
    "IOManagerDefinition",
    "IOManagerPlugin",
    "In",
    "InMemoryIOManager",
    "InitResourceContext",
    "InputContext",
    "Instance",
    "InvalidConfigDefinitionError",
    "InvalidConfigError",
    "InvalidDefinitionError",
    "InvalidInvocationError",
    "InvalidNameError",
    "InvalidSubsetError",
    "InvariantViolationError",
    "Jitter",
    "JobDefinition",
    "LoadRequest",
    "LoaderPlugin",
    "MetadataValue",
    "MissingResourceError",
    "NoFormatError",
    "Nothing",
    "ObserverPlugin",
    "OpDefinition",
    "OpExecutionContext",
    "Out",
    "Output",
    "OutputContext",
    "PartitionMappingPlugin",
    "Plan",
    "PluginConflictError",
    "PluginContext",
    "PluginError",
    "Project",
    "RepositoryDefinition",
    "ResourceConflictError",
    "ResourceDefinition",
    "ResourceFunctionError",
    "Resources",
    "RetryPolicy",
    "RetryRequested",
    "Run",
    "RunNotFoundError",
    "RunResult",
    "RunStatus",
    "SelectionSyntaxError",
    "SettingsError",
    "SourceAsset",
    "Step",
    "StepOutputNotFoundError",
    "StorageError",
    "SubprocessError",
    "TypeCheckDidNotPass",
    "TypeCheckError",
    "UnknownJobError",
    "UnknownPartitionError",
    "UnknownProvisionError",
    "UnknownResourceError",
    "UnknownSelectionError",
    "UnknownUpstreamError",
    "UnmetExecutorRequirementsError",
    "UnresolvedAssetJobDefinition",
    "UnsupportedParameterError",
    "UntrustedFormatError",
    "UserCodeExecutionError",
    "asset",
    "build_init_resource_context",
    "build_input_context",
    "build_op_context",
    "build_output_context",
    "define_asset_job",
    "execute_job",
    "hookimpl",
    "io_manager",
    "load_assets_from_current_module",
    "load_assets_from_modules",
    "load_assets_from_package_module",
    "load_assets_from_package_name",
    "materialize",
    "materialize_to_memory",
    "mem_io_manager",
    "multi_asset",
    "parse_selection",
    "repository",
    "resource",
    "with_resources",
]

__version__ = "0.1.0"

_MODULES = {
    "AssetGraph": "asset_graph",
    "AssetIn": "definitions.asset_in_out",
    "AssetKey": "keys",
    "AssetMaterialization": "events",
    "AssetObservation": "events",
    "AssetOut": "definitions.asset_in_out",
    "AssetSelection": "selection",
    "AssetValueLoader": "value_loader",
    "AssetsDefinition": "definitions.assets_definition",
    "Backoff": "policies",
    "Command": "interfaces",
    "CommandPlugin": "provisions",
    "ConfigMappingFunctionError": "errors",
    "CycleError": "errors",
    "DuplicateKeyError": "errors",
    "Error": "errors",
    "Event": "events",
    "EventStore": "interfaces",
    "EventStorePlugin": "provisions",
    "EventType": "events",
    "ExecuteInProcessResult": "results",
    "ExecutionInterruptedError": "errors",
    "ExecutionStepExecutionError": "errors",
    "ExecutorPlugin": "provisions",
    "Format": "interfaces",
    "FormatPlugin": "provisions",
    "Formats": "formats",
    "IOManager": "interfaces",
    "IOManagerDefinition": "definitions.resource",
    "IOManagerPlugin": "provisions",
    "In": "definitions.in_out",
    "InMemoryIOManager": "builtins.memory",
    "InitResourceContext": "contexts",
    "InputContext": "contexts",
    "Instance": "instance",
    "InvalidConfigDefinitionError": "errors",
    "InvalidConfigError": "errors",
    "InvalidDefinitionError": "errors",
    "InvalidInvocationError": "errors",
    "InvalidNameError": "errors",
    "InvalidSubsetError": "errors",
    "InvariantViolationError": "errors",
    "Jitter": "policies",
    "JobDefinition": "jobs",
    "LoadRequest": "interfaces",
    "LoaderPlugin": "provisions",
    "MetadataValue": "metadata",
    "MissingResourceError": "errors",
    "NoFormatError": "errors",
    "Nothing": "definitions.in_out",
    "ObserverPlugin": "provisions",
    "OpDefinition": "definitions.op",
    "OpExecutionContext": "execution.op_context",
    "Out": "definitions.in_out",
    "Output": "definitions.output",
    "OutputContext": "contexts",
    "PartitionMappingPlugin": "provisions",
    "Plan": "plan",
    "PluginConflictError": "errors",
    "PluginContext": "provisions",
    "PluginError": "errors",
    "Project": "project",
    "RepositoryDefinition": "repository_definition",
    "ResourceConflictError": "errors",
    "ResourceDefinition": "definitions.resource",
    "ResourceFunctionError": "errors",
    "Resources": "contexts",
    "RetryPolicy": "policies",
    "RetryRequested": "policies",
    "Run": "events",
    "RunNotFoundError": "errors",
    "RunResult": "results",
    "RunStatus": "events",
    "SelectionSyntaxError": "errors",
    "SettingsError": "errors",
    "SourceAsset": "definitions.source_asset",
    "Step": "plan",
    "StepOutputNotFoundError": "errors",
    "StorageError": "errors",
    "SubprocessError": "errors",
    "TypeCheckDidNotPass": "errors",
    "TypeCheckError": "errors",
    "UnknownJobError": "errors",
    "UnknownPartitionError": "errors",
    "UnknownProvisionError": "errors",
    "UnknownResourceError": "errors",
    "UnknownSelectionError": "errors",
    "UnknownUpstreamError": "errors",
    "UnmetExecutorRequirementsError": "errors",
    "UnresolvedAssetJobDefinition": "jobs",
    "UnsupportedParameterError": "errors",
    "UntrustedFormatError": "errors",
    "UserCodeExecutionError": "errors",
    "asset": "definitions.asset",
    "build_init_resource_context": "contexts",
    "build_input_context": "contexts",
    "build_op_context": "execution.op_context",
    "build_output_context": "contexts",
    "define_asset_job": "jobs",
    "execute_job": "run_api",
    "hookimpl": "hookspecs",
    "io_manager": "definitions.resource",
    "load_assets_from_current_module": "definitions.loading",
    "load_assets_from_modules": "definitions.loading",
    "load_assets_from_package_module": "definitions.loading",
    "load_assets_from_package_name": "definitions.loading",
    "materialize": "run_api",
    "materialize_to_memory": "run_api",
    "mem_io_manager": "builtins.memory",
    "multi_asset": "definitions.asset",
    "parse_selection": "selection_syntax",
    "repository": "repository_definition",
    "resource": "definitions.resource",
    "with_resources": "definitions.with_resources",
}


def __getattr__(name: str) -> Any:
    module = _MODULES.get(name)
    if module is None:
        from holdfast.errors import did_you_mean  # only once a name is wrong

        raise AttributeError(f"holdfast has no public name {name!r}.{did_you_mean(name, _MODULES)}")
    value = getattr(importlib.import_module(f"holdfast.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
