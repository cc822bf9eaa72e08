"""The run config: its sections, and everything in it that does not fit."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from holdfast.binding import needed_resources
from holdfast.builtins.executors import config_problems
from holdfast.config.processing import read_config
from holdfast.config.scalars import NOT_GIVEN
from holdfast.definitions.executor import ExecutorDefinition
from holdfast.definitions.logger import LoggerDefinition, read_logger_configs
from holdfast.errors import InvalidConfigError, did_you_mean
from holdfast.execution.resources import ResourcePool
from holdfast.execution.session import OpConfig
from holdfast.op_configs import OpConfigs
from holdfast.plan import Plan

__all__ = ["filled_in", "given_resource_configs", "read_executor_config", "read_run_config"]

_SECTIONS = ("execution", "inputs", "loggers", "ops", "resources")


def read_run_config(
    run_config: Mapping[str, Any] | None,
    ops: OpConfigs,
    pool: ResourcePool,
    resources: Collection[str],
    loggers: Mapping[str, LoggerDefinition],
    what: str,
) -> Mapping[tuple[str, ...], OpConfig]:
    """Return what a run config says to each computation, if everything in it fits.

    Args:
        run_config: the sections ``ops``, ``inputs``, ``resources``, ``execution`` and ``loggers``.
        ops: reads the section ``ops``.
        pool: checks the section ``resources``, with which it was made.
        resources: the keys of the resources that may be set up.
        loggers: the loggers that may be chosen, by name.
        what: the job, for the message.

    Raises:
        InvalidConfigError: listing every problem with its path.
        ConfigMappingFunctionError: a function that makes config of other config raised.
    """
    problems = list(_problems(run_config, resources))
    if run_config is None or isinstance(run_config, Mapping):
        given, inputs = ((run_config or {}).get(name, NOT_GIVEN) for name in ("ops", "inputs"))
        if isinstance(given, Mapping) or (given is NOT_GIVEN and (inputs is not NOT_GIVEN or ops.needed)):
            ops.read(given, inputs)
            problems += ops.problems
        if pool.takes_config:
            problems += pool.config_problems(needed_resources(ops.plan))
        problems += read_logger_configs(loggers, run_config)[1]
    if problems:
        raise InvalidConfigError(f"Run config of {what} does not fit", problems)
    return ops.found


def given_resource_configs(run_config: Any) -> dict[str, Any]:
    """Return the config of each resource that a run config, checked or not, gives one."""
    section = run_config.get("resources") if isinstance(run_config, Mapping) else None
    entries = section.items() if isinstance(section, Mapping) else ()
    return {
        key: entry["config"] for key, entry in entries if isinstance(entry, Mapping) and "config" in entry
    }


def read_executor_config(
    executor: ExecutorDefinition, run_config: Mapping[str, Any] | None, what: str
) -> Any:
    """Return the config that a run config gives an executor.

    Args:
        executor: the executor.
        run_config: the run config.
        what: the job, for the message.

    Raises:
        InvalidConfigError: listing every problem with its path.
    """
    section = run_config.get("execution") if isinstance(run_config, Mapping) else None
    if not isinstance(section, Mapping):
        section = {}  # what else is wrong with it is said with the other sections
    config, problems = read_config(
        executor.config_schema, section.get("config", NOT_GIVEN), "execution.config"
    )
    problems = problems or config_problems(executor, config)
    if problems:
        raise InvalidConfigError(f"Run config of {what} does not fit", problems)
    return config


def filled_in(
    run_config: Mapping[str, Any] | None,
    plan: Plan,
    ops: Mapping[tuple[str, ...], OpConfig],
    pool: ResourcePool,
    execution: Any,
    loggers: Mapping[str, LoggerDefinition],
) -> dict[str, Any]:
    """Return a checked run config with the defaults that schemas have, as plain values.

    Args:
        run_config: its sections as they were given.
        plan: the steps that run.
        ops: what it says to each computation.
        pool: what it says to each resource.
        execution: what it says to the executor.
        loggers: the loggers that may be chosen, by name.
    """
    section: dict[str, Any] = {}
    for step in plan:
        entry: dict[str, Any] = {"ops": section}
        for name in step.path:
            entry = entry.setdefault("ops", {}).setdefault(name, {})
        said = ops.get(step.path, OpConfig())
        entry.update(config=said.config, inputs=dict(said.inputs), outputs=dict(said.outputs))
    graphs = {step.path[:depth] for step in plan for depth in range(1, len(step.path))}
    for path in graphs & ops.keys():
        entry = {"ops": section}
        for name in path:
            entry = entry["ops"][name]
        entry["inputs"] = dict(ops[path].inputs)
    keys = pool.configured_keys(needed_resources(plan))
    inputs = {"inputs": dict(ops[()].inputs)} if () in ops else {}
    return {
        "ops": section,
        **inputs,
        "resources": {key: {"config": pool.config(key)} for key in keys},
        "execution": {"config": execution},
        "loggers": {
            name: {"config": config} for name, config in read_logger_configs(loggers, run_config)[0].items()
        },
    }


def _problems(run_config: Any, resources: Collection[str]) -> Iterator[str]:
    if run_config is None:
        return
    if not isinstance(run_config, Mapping):
        yield f"it is a mapping of sections, not {run_config!r}"
        return
    for section, content in run_config.items():
        if section not in _SECTIONS:
            yield f"{section}: there is no such section.{did_you_mean(str(section), _SECTIONS)}"
        elif not isinstance(content, Mapping):
            yield f"{section}: this is a mapping, not {content!r}"
        elif section == "execution":
            yield from (f"execution.{key}: only 'config' is known here" for key in content if key != "config")
        elif section == "resources":
            yield from _resource_problems(content, resources)


def _resource_problems(content: Mapping[Any, Any], known: Collection[str]) -> Iterator[str]:
    for name, entry in content.items():
        if name not in known:
            yield f"resources.{name}: no resource here has this name.{did_you_mean(str(name), known)}"
        elif not isinstance(entry, Mapping):
            yield f"resources.{name}: this is a mapping with the key 'config', not {entry!r}"
        else:
            for key in entry:
                if key != "config":
                    yield f"resources.{name}.{key}: only 'config' is known here"
