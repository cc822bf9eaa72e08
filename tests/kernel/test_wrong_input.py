"""Every public callable is among those that are called wrongly by the modules `test_wrong_input_*`."""

from __future__ import annotations

import ast
import enum
import inspect
from pathlib import Path

import holdfast
from holdfast import Error

MODULES = sorted(Path(__file__).parent.glob("test_wrong_input_*.py"))

LEFT_OUT = {
    "AllPartitionMapping": "takes no arguments",
    "Any": "a config type that takes anything",
    "Bool": "a config type; what it takes is config",
    "Command": "a contract, for plugins to fulfil",
    "CommandPlugin": "a plugin's record; see test_plugins_registration",
    "ConfigSchema": "what all config types are, for annotations",
    "DagsterTypeLoader": "made by dagster_type_loader",
    "DependencyDefinition": "part of a graph, which is checked whole; see test_graphs",
    "DynamicCollectDependencyDefinition": "part of a graph, which is checked whole; see test_graphs",
    "Event": "made by runs",
    "EventStore": "a contract, for plugins to fulfil",
    "EventStorePlugin": "a plugin's record; see test_plugins_registration",
    "ExecuteInProcessResult": "made by runs",
    "ExecuteJobResult": "made by execute_job",
    "ExecutorPlugin": "a plugin's record; see test_plugins_registration",
    "Float": "a config type; what it takes is config",
    "Format": "a contract, for plugins to fulfil",
    "FormatPlugin": "a plugin's record; see test_plugins_registration",
    "Formats": "made of the active plugins",
    "FreshnessStatus": "made by freshness_status",
    "HookContext": "made by runs, and by build_hook_context",
    "IOManager": "a contract, for users and plugins to fulfil",
    "IOManagerPlugin": "a plugin's record; see test_plugins_registration",
    "IdentityPartitionMapping": "takes no arguments",
    "InMemoryIOManager": "is given a context by the kernel alone",
    "InitExecutorContext": "made by runs",
    "InitLoggerContext": "made by runs",
    "InitResourceContext": "made by runs, and by build_init_resource_context",
    "InputContext": "made by runs, and by build_input_context",
    "Instance": "made by its methods ephemeral and get, of settings; see test_settings",
    "Int": "a config type; what it takes is config",
    "LastPartitionMapping": "takes no arguments",
    "LoadRequest": "made by IO managers for formats",
    "LoaderPlugin": "a plugin's record; see test_plugins_registration",
    "MultiDependencyDefinition": "part of a graph, which is checked whole; see test_graphs",
    "NodeInvocation": "part of a graph, which is checked whole; see test_graphs",
    "Nothing": "a type of no values",
    "ObserverPlugin": "a plugin's record; see test_plugins_registration",
    "OpExecutionContext": "made by runs, and by build_op_context",
    "OutputContext": "made by runs, and by build_output_context",
    "PartitionKeyRange": "a pair of keys, checked by what is given it",
    "PartitionMapping": "a contract, for users and plugins to fulfil",
    "PartitionMappingPlugin": "a plugin's record; see test_plugins_registration",
    "PartitionsDefinition": "a contract, for users to fulfil",
    "Plan": "made by jobs",
    "PluginContext": "made by the kernel for plugins",
    "Project": "made by its method load, of settings; see test_settings",
    "Resources": "made by contexts",
    "Run": "made by event stores",
    "RunResult": "made by execute_job",
    "SensorDefinition": "made by build_asset_reconciliation_sensor",
    "SensorEvaluationContext": "made by build_sensor_context",
    "SkipReason": "a message",
    "Step": "made by jobs",
    "String": "a config type; what it takes is config",
    "SubsetPartitionMapping": "a contract, for users to fulfil",
    "TimeWindow": "a pair of times, checked by what is given it",
    "TypeCheckContext": "made by runs",
    "hookimpl": "a marker of functions",
    "mem_io_manager": "a definition without config",
}
"""Public callables that no caller can get wrong, or that are no business of callers."""


def wrongly_called() -> set[str]:
    """Return the names that the cases of all modules begin with."""
    found = set()
    for module in MODULES:
        for node in ast.parse(module.read_text("utf-8")).body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.List):
                found |= {
                    ast.literal_eval(case.elts[0]) for case in node.value.elts if isinstance(case, ast.Tuple)
                }
    return found


def is_for_callers(name: str) -> bool:
    """Return whether a public name can be called, and is neither an error nor an enumeration."""
    value = getattr(holdfast, name)
    return callable(value) and not (inspect.isclass(value) and issubclass(value, Error | enum.Enum))


def test_every_public_callable_is_called_wrongly() -> None:
    """Unless there is a reason that it cannot be."""
    callables = {name for name in holdfast.__all__ if is_for_callers(name)}
    assert sorted(callables - wrongly_called() - LEFT_OUT.keys()) == []
    assert sorted(LEFT_OUT.keys() & wrongly_called() | LEFT_OUT.keys() - callables) == []
