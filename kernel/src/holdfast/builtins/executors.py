"""The executors of the asset API, and those that plugins provide, as executor definitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holdfast.builtins.in_process import InProcessExecutor
from holdfast.config.choices import Selector
from holdfast.config.types import Field
from holdfast.definitions.executor import ExecutorDefinition, InitExecutorContext
from holdfast.errors import InvalidDefinitionError

__all__ = [
    "config_problems",
    "in_process_executor",
    "multi_or_in_process_executor",
    "multiprocess_executor",
    "retries_enabled",
    "to_executor_definition",
]

Choice = str | Mapping[str, Any]
"""The name of an executor that a plugin provides, or a mapping with ``use`` and options."""

_NO_OPTIONS = Field({}, is_required=False)
_RETRIES = Field(Selector({"enabled": _NO_OPTIONS, "disabled": _NO_OPTIONS}), is_required=False)


def _in_process(_context: InitExecutorContext) -> tuple[bool, InProcessExecutor]:
    return True, InProcessExecutor()


in_process_executor = ExecutorDefinition(
    "in_process",
    {"retries": _RETRIES},
    None,
    _in_process,
    "Runs steps in this process, one after the other.",
)


def _multiprocess(context: InitExecutorContext) -> Any:
    return context.instance.executor({"use": "multiprocess", **_options(context.executor_config)})


multiprocess_executor = ExecutorDefinition(
    "multiprocess",
    {
        "max_concurrent": Field(int, default_value=0, description="Workers at most; 0 for all CPUs."),
        "retries": _RETRIES,
        "start_method": Field(
            Selector(
                {
                    "fork": _NO_OPTIONS,
                    "spawn": _NO_OPTIONS,
                    "forkserver": _NO_OPTIONS,
                }
            ),
            is_required=False,
        ),
    },
    None,
    _multiprocess,
    "Runs steps in worker processes; the plugin 'multiprocess' provides them.",
)


def to_executor_definition(choice: Choice | ExecutorDefinition | None, what: str) -> ExecutorDefinition:
    """Return an executor definition, that of the plugin whose executor is named if it is no definition yet.

    Args:
        choice: a definition, a name, or a mapping with ``use`` and options; ``None`` for what settings name.
        what: whose executor it is, for the message.

    Raises:
        InvalidDefinitionError: it is none of these.
    """
    if choice is None:
        return multi_or_in_process_executor
    if isinstance(choice, ExecutorDefinition):
        return choice
    if isinstance(choice, Mapping) and "use" in choice:
        return _named(str(choice["use"]), choice)
    if isinstance(choice, str):
        return _named(choice, choice)
    raise InvalidDefinitionError(
        f"{what}: executor_def is an ExecutorDefinition, the name of an executor or {{'use': name, ...}}, "
        f"not {choice!r}."
    )


def retries_enabled(config: Any) -> bool:
    """Return whether the config of an executor lets failed steps be tried again, as it does by default."""
    if isinstance(config, Mapping) and len(config) == 1 and "retries" not in config:
        (config,) = config.values()
    return not (isinstance(config, Mapping) and "disabled" in config.get("retries", {}))


class _PluginExecutor(ExecutorDefinition):
    """The executor of a plugin; its config may name another one, with its options."""

    __slots__ = ()


def config_problems(definition: ExecutorDefinition, config: Any) -> list[str]:
    """Return what is wrong with the config of an executor that its schema does not say."""
    one = config is None or isinstance(config, str) or (isinstance(config, Mapping) and len(config) == 1)
    if one or not isinstance(definition, _PluginExecutor):
        return []
    return ["execution.config: this names one executor, such as 'in_process' or {'multiprocess': {...}}"]


def _named(name: str, choice: Choice | None) -> ExecutorDefinition:
    def create(context: InitExecutorContext) -> Any:
        given = context.executor_config
        if not given or isinstance(given, str):
            return context.instance.executor(given or choice)
        ((use, options),) = given.items()
        return context.instance.executor({"use": use, **_options(options or {})})

    return _PluginExecutor(name, None, None, create)


def _options(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the asset API says about an executor, as options of the plugin's executor."""
    options = {key: value for key, value in config.items() if key not in ("max_concurrent", "retries")}
    if config.get("max_concurrent"):
        options["max_workers"] = config["max_concurrent"]
    if isinstance(options.get("start_method"), Mapping):
        (options["start_method"],) = options["start_method"]
    return options


multi_or_in_process_executor = _named("multi_or_in_process_executor", None)
