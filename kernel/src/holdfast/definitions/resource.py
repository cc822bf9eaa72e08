"""Resources and IO managers: what computations use, set up once per process and torn down at the end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import attrs

from holdfast.definitions.function import place_of
from holdfast.definitions.refused import refuse
from holdfast.errors import InvalidDefinitionError
from holdfast.interfaces import IOManager

__all__ = [
    "IOManagerDefinition",
    "ResourceDefinition",
    "io_manager",
    "resource",
    "to_resource_definitions",
]


def _keys(keys: Collection[str] | None) -> frozenset[str]:
    if isinstance(keys, str):
        raise InvalidDefinitionError(f"required_resource_keys is a set of strings, not the string {keys!r}.")
    return frozenset(keys or ())


@attrs.frozen(eq=False)
class ResourceDefinition:
    """How a resource is made.

    Args:
        resource_fn: a function or generator function of an `InitResourceContext` (or of nothing). A generator
            yields the resource once; what follows the ``yield`` runs when the run ends.
        config_schema: refused by this version.
        description: what it is.
        required_resource_keys: other resources it uses.
        version: the version of its code.
        bound_config: the config it is set up with when the run config gives none.
    """

    resource_fn: Callable[..., Any]
    config_schema: None = attrs.field(default=None, repr=False)
    description: str | None = None
    required_resource_keys: frozenset[str] = attrs.field(default=None, converter=_keys)
    version: str | None = None
    bound_config: Any = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        name = type(self).__name__
        refuse(f"{name} ({place_of(self.resource_fn)})", config_schema=self.config_schema)
        if not callable(self.resource_fn):
            raise InvalidDefinitionError(f"{name}: resource_fn is a function, not {self.resource_fn!r}.")

    @classmethod
    def hardcoded_resource(cls, value: Any, description: str | None = None) -> ResourceDefinition:
        """Return the definition of a resource that is ``value`` itself."""
        return ResourceDefinition(_Constant(value), description=description)

    @classmethod
    def none_resource(cls, description: str | None = None) -> ResourceDefinition:
        """Return the definition of a resource that is ``None``."""
        return cls.hardcoded_resource(None, description)


@attrs.frozen(eq=False)
class IOManagerDefinition(ResourceDefinition):
    """How an IO manager is made: a resource that is an `IOManager`."""

    @classmethod
    def hardcoded_io_manager(cls, value: IOManager, description: str | None = None) -> IOManagerDefinition:
        """Return the definition of an IO manager that is ``value`` itself."""
        return IOManagerDefinition(_Constant(value), description=description)


@attrs.frozen
class _Constant:
    value: Any

    def __call__(self) -> Any:
        return self.value


def resource(
    config_schema: Any = None,
    description: str | None = None,
    required_resource_keys: Collection[str] | None = None,
    version: str | None = None,
) -> Any:
    """Make the decorated function a `ResourceDefinition`; used bare or with arguments.

    Args:
        config_schema: refused by this version; the function reads ``context.resource_config`` as it is given.
        description: what it is; the function's docstring by default.
        required_resource_keys: other resources it uses, as ``context.resources``.
        version: the version of its code.
    """
    return _decorate(ResourceDefinition, config_schema, description, required_resource_keys, version)


def io_manager(
    config_schema: Any = None,
    description: str | None = None,
    output_config_schema: Any = None,
    input_config_schema: Any = None,
    required_resource_keys: Collection[str] | None = None,
    version: str | None = None,
) -> Any:
    """Make the decorated function, which returns an `IOManager`, an `IOManagerDefinition`.

    Args:
        config_schema: refused by this version; the function reads ``context.resource_config`` as it is given.
        description: what it is; the function's docstring by default.
        output_config_schema: refused by this version.
        input_config_schema: refused by this version.
        required_resource_keys: other resources it uses, as ``context.resources``.
        version: the version of its code.
    """
    refuse("io_manager", output_config_schema=output_config_schema, input_config_schema=input_config_schema)
    return _decorate(IOManagerDefinition, config_schema, description, required_resource_keys, version)


def _decorate(
    cls: type[ResourceDefinition],
    config_schema: Any,
    description: str | None,
    keys: Collection[str] | None,
    version: str | None,
) -> Any:
    if callable(config_schema):  # used bare: the first argument is the function
        return cls(config_schema, description=config_schema.__doc__)

    def wrap(function: Callable[..., Any]) -> ResourceDefinition:
        return cls(function, config_schema, description or function.__doc__, keys, version)

    return wrap


def to_resource_definitions(resources: Mapping[str, Any] | None, what: str) -> dict[str, ResourceDefinition]:
    """Return resources with every plain value wrapped in a definition.

    Args:
        resources: definitions, IO managers or plain values by key.
        what: who gives them, for the message.

    Raises:
        InvalidDefinitionError: not a mapping with string keys.
    """
    if resources is None:
        return {}
    if not isinstance(resources, Mapping) or not all(isinstance(key, str) for key in resources):
        raise InvalidDefinitionError(f"{what}: resources are a mapping of string keys, not {resources!r}.")
    return {key: _to_definition(value) for key, value in resources.items()}


def _to_definition(value: Any) -> ResourceDefinition:
    if isinstance(value, ResourceDefinition):
        return value
    if isinstance(value, IOManager):
        return IOManagerDefinition.hardcoded_io_manager(value)
    return ResourceDefinition.hardcoded_resource(value)
