"""The run config: its sections, and what in it names nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from holdfast.errors import InvalidConfigError, did_you_mean
from holdfast.execution.session import OpConfig

__all__ = ["check_run_config", "executor_choice", "op_configs", "resource_configs"]

_SECTIONS = ("execution", "loggers", "ops", "resources")


def check_run_config(
    run_config: Mapping[str, Any] | None,
    ops: Collection[tuple[str, ...]],
    resources: Collection[str],
    what: str,
) -> Mapping[str, Any]:
    """Return the run config, an empty one for ``None``, if everything in it names something.

    Args:
        run_config: sections ``ops``, ``resources`` and ``execution``; config itself is passed on as it is.
        ops: the names of the nodes that lead to each computation that runs.
        resources: the keys of the resources that may be set up.
        what: the job, for the message.

    Raises:
        InvalidConfigError: listing every problem with its path.
    """
    if run_config is None:
        return {}
    problems = list(_problems(run_config, ops, resources))
    if problems:
        raise InvalidConfigError(f"Run config of {what} does not fit", problems)
    return run_config


def resource_configs(run_config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the config of each resource that the run config gives one."""
    return {
        key: entry["config"] for key, entry in run_config.get("resources", {}).items() if "config" in entry
    }


def op_configs(
    run_config: Mapping[str, Any], ops: Collection[tuple[str, ...]]
) -> dict[tuple[str, ...], OpConfig]:
    """Return what the run config says to each computation, by the names of the nodes that lead to it."""
    found = {}
    for path in ops if run_config.get("ops") else ():
        entry: Any = run_config
        for name in path:
            entry = entry.get("ops", {}).get(name, {})
        if entry:
            found[path] = OpConfig(entry.get("config"), entry.get("inputs", {}), entry.get("outputs", {}))
    return found


def executor_choice(run_config: Mapping[str, Any]) -> str | Mapping[str, Any] | None:
    """Return the executor that the run config names, alone or with options; ``None`` when it names none."""
    chosen: str | Mapping[str, Any] | None = run_config.get("execution", {}).get("config")
    if not isinstance(chosen, Mapping):
        return chosen
    name, options = next(iter(chosen.items()))
    return {"use": name, **(options or {})}


def _problems(run_config: Any, ops: Collection[tuple[str, ...]], resources: Collection[str]) -> Iterator[str]:
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
        elif section == "ops":
            yield from _op_problems(section, content, ops)
        elif section == "resources":
            yield from _entry_problems(section, content, resources, "resource", ("config",))


def _op_problems(path: str, content: Mapping[Any, Any], ops: Collection[tuple[str, ...]]) -> Iterator[str]:
    graphs = {op[0] for op in ops if len(op) > 1}
    computations = {op[0]: None for op in ops if len(op) == 1}
    keys = ("config", "inputs", "outputs")
    inner = {name: entry for name, entry in content.items() if name in graphs}
    rest = {name: entry for name, entry in content.items() if name not in graphs}
    yield from _entry_problems(path, rest, {*computations, *graphs}, "computation", keys)
    yield from _entry_problems(path, inner, graphs, "graph", ("ops", *keys))
    for name, entry in inner.items():
        if isinstance(entry, Mapping) and isinstance(entry.get("ops", {}), Mapping):
            below = [op[1:] for op in ops if op[0] == name]
            yield from _op_problems(f"{path}.{name}.ops", entry.get("ops", {}), below)


def _entry_problems(
    section: str, content: Mapping[Any, Any], known: Collection[str], what: str, keys: tuple[str, ...]
) -> Iterator[str]:
    for name, entry in content.items():
        if name not in known:
            yield f"{section}.{name}: no {what} here has this name.{did_you_mean(str(name), known)}"
        elif not isinstance(entry, Mapping):
            yield f"{section}.{name}: this is a mapping with the key '{keys[0]}', not {entry!r}"
        else:
            for key in entry:
                if key not in keys:
                    yield f"{section}.{name}.{key}: only {' and '.join(map(repr, keys))} are known here"


def _execution_problems(content: Mapping[Any, Any]) -> Iterator[str]:
    for key in content:
        if key != "config":
            yield f"execution.{key}: only 'config' is known here"
    chosen = content.get("config")
    if not (chosen is None or isinstance(chosen, str) or (isinstance(chosen, Mapping) and len(chosen) == 1)):
        yield "execution.config: this names one executor, such as 'in_process' or {'multiprocess': {...}}"
