"""Executor definitions: what makes the executor that a job is run by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from holdfast.argument_types import check_type, is_text
from holdfast.config.configured import NamedConfigurable
from holdfast.config.types import Field, to_field
from holdfast.errors import InvalidDefinitionError
from holdfast.keys import check_name

__all__ = ["ExecutorDefinition", "InitExecutorContext", "executor"]


@attrs.frozen
class InitExecutorContext:
    """What the function that makes an executor is told.

    Attributes:
        job: the job that is run.
        executor_def: the definition it belongs to.
        executor_config: the config that the run config gives it.
        instance: the instance that the run belongs to.
    """

    job: Any
    executor_def: ExecutorDefinition
    executor_config: Any
    instance: Any


def _schema(schema: Any) -> Field:
    return to_field(schema, "ExecutorDefinition")


def _name(name: str) -> str:
    return check_name(name, "executor name")


@attrs.frozen(eq=False)
class ExecutorDefinition(NamedConfigurable):
    """How the executor of a job is made.

    Args:
        name: its name, which a run config may give its config under.
        config_schema: the config it takes; any by default.
        requirements: kept for code that reads it. An executor whose steps run in other processes says so by
            not being an in-process one; what these need is then checked.
        executor_creation_fn: called with an `InitExecutorContext`; returns a `concurrent.futures.Executor`,
            or a pair: whether it runs steps in this process, and the executor. Of the former, those that run
            threads are known to, as are those with an attribute ``in_process`` that is true.
        description: what it is.

    Raises:
        InvalidNameError: the name breaks the naming rule.
        InvalidDefinitionError: an argument is of the wrong type.
        InvalidConfigDefinitionError: ``config_schema`` is no schema.
    """

    name: str = attrs.field(converter=_name)
    config_schema: Field = attrs.field(default=None, converter=_schema, repr=False)
    requirements: Any = attrs.field(default=None, repr=False)
    executor_creation_fn: Callable[[InitExecutorContext], Any] | None = attrs.field(default=None, repr=False)
    description: str | None = attrs.field(default=None, validator=is_text)

    def __attrs_post_init__(self) -> None:
        check_type(
            self.executor_creation_fn,
            Callable | None,
            f"ExecutorDefinition '{self.name}': executor_creation_fn",
            "a function",
        )


def executor(name: Any = None, config_schema: Any = None, requirements: Sequence[Any] | Any = None) -> Any:
    """Make the decorated function an `ExecutorDefinition`; used bare or with arguments.

    Args:
        name: the executor's name, the function's by default; the function, when used bare.
        config_schema: the config it takes; any by default.
        requirements: as of `ExecutorDefinition`.

    Raises:
        InvalidNameError: the name breaks the naming rule.
        InvalidDefinitionError: what is decorated is no function.
    """
    if callable(name):
        return executor()(name)
    if name is not None:
        check_name(name, "executor name")

    def define(function: Callable[[InitExecutorContext], Any]) -> ExecutorDefinition:
        if not callable(function):
            raise InvalidDefinitionError(f"executor: decorate a function, not {function!r}.")
        own_name = check_name(name or getattr(function, "__name__", type(function).__name__), "executor name")
        field = to_field(config_schema, f"executor '{own_name}'")
        return ExecutorDefinition(own_name, field, requirements, function, function.__doc__)

    return define
