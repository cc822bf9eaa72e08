"""Type loaders: a value made of run config, for an input that nothing is connected to."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Set
from typing import Any

import attrs

from holdfast.argument_types import check_type
from holdfast.config.types import to_field
from holdfast.errors import InvalidDefinitionError

__all__ = ["DagsterTypeLoader", "dagster_type_loader"]


@attrs.frozen(eq=False)
class DagsterTypeLoader:
    """Makes a value of run config.

    Attributes:
        config_schema: what the config must be.
        load: called with the context and the config; returns the value.
        required_resource_keys: the resources it uses.
        loader_version: the version of its code.
    """

    config_schema: Any
    load: Callable[[Any, Any], Any]
    required_resource_keys: frozenset[str] = frozenset()
    loader_version: str | None = None


def dagster_type_loader(
    config_schema: Any, required_resource_keys: Set[str] | None = None, loader_version: str | None = None
) -> Callable[[Callable[[Any, Any], Any]], DagsterTypeLoader]:
    """Make the decorated function the loader of a type: it is called with the context and the config.

    Args:
        config_schema: what the config must be.
        required_resource_keys: the resources it uses.
        loader_version: the version of its code.

    Raises:
        InvalidConfigDefinitionError: ``config_schema`` is no schema.
        InvalidDefinitionError: the function does not take two arguments, or an argument is of the wrong type.
    """
    if not isinstance(required_resource_keys, Set | None):
        raise InvalidDefinitionError(
            f"dagster_type_loader: required_resource_keys is a set, not {required_resource_keys!r}."
        )

    to_field(config_schema, "dagster_type_loader")
    check_type(loader_version, str | None, "dagster_type_loader: loader_version", "a string")

    def decorate(function: Callable[[Any, Any], Any]) -> DagsterTypeLoader:
        try:
            inspect.signature(function).bind(None, None)
        except TypeError:
            raise InvalidDefinitionError(
                f"@dagster_type_loader: {function!r} takes two arguments, the context and the config."
            ) from None
        return DagsterTypeLoader(
            config_schema, function, frozenset(required_resource_keys or ()), loader_version
        )

    return decorate
