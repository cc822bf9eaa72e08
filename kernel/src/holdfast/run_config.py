"""The run config: its sections, and everything in it that does not fit."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from holdfast.config.scalars import NOT_GIVEN
from holdfast.errors import InvalidConfigError, did_you_mean
from holdfast.execution.resources import ResourcePool
from holdfast.execution.session import OpConfig
from holdfast.op_configs import OpConfigs

__all__ = ["executor_choice", "given_resource_configs", "read_run_config"]

_SECTIONS = ("execution", "loggers", "ops", "resources")


def read_run_config(
    run_config: Mapping[str, Any] | None,
    ops: OpConfigs,
    pool: ResourcePool,
    resources: Collection[str],
    what: str,
) -> Mapping[tuple[str, ...], OpConfig]:
    """Return what a run config says to each computation, if everything in it fits.

    Args:
        run_config: the sections ``ops``, ``resources``, ``execution`` and ``loggers``.
        ops: reads the section ``ops``.
        pool: checks the section ``resources``, with which it was made.
        resources: the keys of the resources that may be set up.
        what: the job, for the message.

    Raises:
        InvalidConfigError: listing every problem with its path.
        ConfigMappingFunctionError: a function that makes config of other config raised.
    """
    problems = list(_problems(run_config, resources))
    if not problems or isinstance(run_config, Mapping):
        given = (run_config or {}).get("ops", NOT_GIVEN)
        if given is not NOT_GIVEN or ops.needed:
            ops.read(given)
            problems += ops.problems
        problems += pool.config_problems(resources)
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


def executor_choice(run_config: Mapping[str, Any]) -> str | Mapping[str, Any] | None:
    """Return the executor that the run config names, alone or with options; ``None`` when it names none."""
    chosen: str | Mapping[str, Any] | None = run_config.get("execution", {}).get("config")
    if not isinstance(chosen, Mapping):
        return chosen
    name, options = next(iter(chosen.items()))
    return {"use": name, **(options or {})}


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
        elif section == "loggers" and content:
            yield "loggers: loggers are not configured here; configure Python's logger 'holdfast'"
        elif section == "execution":
            yield from _execution_problems(content)
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


def _execution_problems(content: Mapping[Any, Any]) -> Iterator[str]:
    for key in content:
        if key != "config":
            yield f"execution.{key}: only 'config' is known here"
    chosen = content.get("config")
    if not (chosen is None or isinstance(chosen, str) or (isinstance(chosen, Mapping) and len(chosen) == 1)):
        yield "execution.config: this names one executor, such as 'in_process' or {'multiprocess': {...}}"
