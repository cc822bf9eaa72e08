"""From the config that was given for a definition to the config that it gets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from holdfast.config.fitting import fit
from holdfast.config.scalars import NOT_GIVEN
from holdfast.config.types import Field
from holdfast.errors import ConfigMappingFunctionError, InvalidConfigError

__all__ = ["ConfiguredField", "call_config_function", "process_config", "read_config"]


@attrs.frozen(eq=False, init=False)
class ConfiguredField(Field):  # type: ignore[override]
    """A field whose value is not passed on, but becomes the value of another field.

    Args:
        outer: what may be given.
        inner: what it becomes.
        function: from the one to the other.
    """

    inner: Field
    function: Callable[[Any], Any]

    def __init__(self, outer: Field, inner: Field, function: Callable[[Any], Any]) -> None:
        self.__attrs_init__(
            outer.config_type, outer.default, outer.is_required, outer.description, inner, function
        )


def process_config(field: Field, value: Any = NOT_GIVEN, path: str = "config", *, what: str) -> Any:
    """Return the config that a definition gets, with defaults filled in and variables read.

    Args:
        field: what it takes.
        value: what was given; leave it out when nothing was.
        path: where it was given, for the problems.
        what: whose config it is, for the message, such as ``"resource 'db'"``.

    Raises:
        InvalidConfigError: it does not fit; every problem is listed with its path.
        ConfigMappingFunctionError: a function that a configured definition has for its config raised.
    """
    processed, problems = read_config(field, value, path)
    if problems:
        raise InvalidConfigError(f"The config of {what} does not fit", problems)
    return processed


def read_config(
    field: Field, value: Any = NOT_GIVEN, path: str = "config", *, resolve: bool = True
) -> tuple[Any, list[str]]:
    """Return what `process_config` returns, and every problem instead of an error.

    Args:
        field: what is taken.
        value: what was given; leave it out when nothing was.
        path: where it was given, for the problems.
        resolve: whether values become what they stand for, such as the content of a variable. If not, they
            are only checked, and defaults filled in.
    """
    if value is NOT_GIVEN:
        value = field.default
    if value is not NOT_GIVEN:
        value, problems = fit(field.config_type, value, path, resolve=resolve)
        if problems:
            return None, problems
    elif field.is_required:
        return None, [f"{path or 'it'}: this is required ({field.config_type})"]
    else:
        value = None
    if isinstance(field, ConfiguredField) and resolve:
        return read_config(
            field.inner, call_config_function(field.function, value, path), f"{path} (configured)"
        )
    return value, []


def call_config_function(function: Callable[[Any], Any], config: Any, path: str) -> Any:
    """Return what a function makes of config.

    Raises:
        ConfigMappingFunctionError: it raised.
    """
    try:
        return function(config)
    except Exception as error:
        name = getattr(function, "__name__", repr(function))
        raise ConfigMappingFunctionError(
            f"{path or 'Run config'}: the function '{name}', which makes config of other config, raised "
            f"{type(error).__name__}: {error}"
        ) from error
