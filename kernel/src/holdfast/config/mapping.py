"""Config mappings: a small config in front of a large one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from holdfast.argument_types import check_type
from holdfast.config.processing import call_config_function, read_config
from holdfast.config.scalars import NOT_GIVEN
from holdfast.config.types import Field, to_field
from holdfast.errors import InvalidDefinitionError

__all__ = ["ConfigMapping", "config_mapping"]


@attrs.frozen(eq=False, init=False)
class ConfigMapping:
    """How config that people give becomes the config of a job or graph.

    Args:
        config_fn: from the one to the other.
        config_schema: what may be given; anything by default.
        receive_processed_config_values: whether the function gets what values stand for: members of
            enumerations, and the content of variables. If ``False``, it gets them as they were given, with
            defaults filled in.

    Raises:
        InvalidDefinitionError: ``config_fn`` is no function.
        InvalidConfigDefinitionError: ``config_schema`` is no schema.
    """

    config_fn: Callable[[Any], Any]
    config_schema: Field
    receive_processed_config_values: bool | None

    def __init__(
        self,
        config_fn: Callable[[Any], Any],
        config_schema: Any = None,
        receive_processed_config_values: bool | None = None,
    ) -> None:
        if not callable(config_fn):
            raise InvalidDefinitionError(f"ConfigMapping: config_fn is a function, not {config_fn!r}.")
        name = getattr(config_fn, "__name__", repr(config_fn))
        field = to_field(config_schema, f"config mapping '{name}'")
        check_type(
            receive_processed_config_values,
            bool | None,
            "ConfigMapping: receive_processed_config_values",
            "True or False",
        )
        self.__attrs_init__(config_fn, field, receive_processed_config_values)

    def read(self, value: Any = NOT_GIVEN, path: str = "config") -> tuple[Any, list[str]]:
        """Return the config that given config becomes, and every problem with what was given.

        Args:
            value: what was given; leave it out when nothing was.
            path: where it was given, for the problems.

        Raises:
            ConfigMappingFunctionError: the function raised.
        """
        resolve = self.receive_processed_config_values is not False
        given, problems = read_config(self.config_schema, value, path, resolve=resolve)
        if problems:
            return None, problems
        made = call_config_function(self.config_fn, given, path)
        if made is None:
            name = getattr(self.config_fn, "__name__", repr(self.config_fn))
            problem = f"{path}: the function '{name}', which makes config of it, returns None"
            return None, [problem.lstrip(": ")]
        return made, []


def config_mapping(
    config_fn: Callable[[Any], Any] | None = None,
    *,
    config_schema: Any = None,
    receive_processed_config_values: bool | None = None,
) -> Any:
    """Make the decorated function a `ConfigMapping`; used bare or with the arguments of the class."""
    if config_fn is not None:
        return ConfigMapping(config_fn, config_schema, receive_processed_config_values)
    return lambda function: ConfigMapping(function, config_schema, receive_processed_config_values)
