"""Resources and IO managers: what computations use, set up once per process and torn down at the end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import contextmanager
from types import FunctionType, GeneratorType
from typing import Any, get_origin

import attrs

from holdfast.argument_types import is_text
from holdfast.config.configured import Configurable
from holdfast.config.processing import process_config
from holdfast.config.scalars import ANY, NOT_GIVEN
from holdfast.config.types import Field, to_field
from holdfast.contexts import InitResourceContext, Resources
from holdfast.definitions.function import place_of, takes_argument
from holdfast.definitions.resource_keys import check_resource_keys
from holdfast.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    InvariantViolationError,
    MissingResourceError,
)
from holdfast.interfaces import IOManager
from holdfast.io_contexts import InputContext, OutputContext
from holdfast.keys import check_group_name

__all__ = [
    "IOManagerDefinition",
    "InputManagerDefinition",
    "ResourceDefinition",
    "input_manager",
    "io_manager",
    "make_values_resource",
    "resource",
    "to_resource_definitions",
]


def _keys(keys: Collection[str] | None) -> frozenset[str]:
    return check_resource_keys(keys, "a resource")


def _schema(schema: Any) -> Field:
    return to_field(schema, "a resource")


def _value_schema(schema: Any) -> Field | None:
    return None if schema is None else to_field(schema, "values of an IO manager")


def _check_function(function: Any, what: str) -> None:
    if not callable(function):
        raise InvalidDefinitionError(f"{what}: resource_fn is a function, not {function!r}.")
    if type(function) is FunctionType:
        required = function.__code__.co_argcount - len(function.__defaults__ or ())
        if required > 1:
            raise InvalidDefinitionError(
                f"{what} ({place_of(function)}): the function is given one argument, the context, "
                f"and takes {required}."
            )


@attrs.frozen(eq=False)
class ResourceDefinition(Configurable):
    """How a resource is made. In a test, it can be called with a context, or without one if it needs none.

    Args:
        resource_fn: a function or generator function of an `InitResourceContext` (or of nothing). A generator
            yields the resource once; what follows the ``yield`` runs when the run ends.
        config_schema: the config it takes, which the function gets as ``context.resource_config``; any by
            default.
        description: what it is.
        required_resource_keys: other resources it uses.
        version: the version of its code.

    Raises:
        InvalidDefinitionError: ``resource_fn`` is no function of one argument or none.
        InvalidConfigDefinitionError: ``config_schema`` is no schema.
    """

    resource_fn: Callable[..., Any]
    config_schema: Field = attrs.field(default=None, converter=_schema, repr=False)
    description: str | None = attrs.field(default=None, validator=is_text)
    required_resource_keys: frozenset[str] = attrs.field(default=None, converter=_keys)
    version: str | None = attrs.field(default=None, validator=is_text)

    def __attrs_post_init__(self) -> None:
        _check_function(self.resource_fn, type(self).__name__)

    @staticmethod
    def hardcoded_resource(value: Any, description: str | None = None) -> ResourceDefinition:
        """Return the definition of a resource that is ``value`` itself."""
        return ResourceDefinition(_Constant(value), description=description)

    @staticmethod
    def none_resource(description: str | None = None) -> ResourceDefinition:
        """Return the definition of a resource that is ``None``."""
        return ResourceDefinition.hardcoded_resource(None, description)

    @staticmethod
    def mock_resource(description: str | None = None) -> ResourceDefinition:
        """Return the definition of a resource that is a new `unittest.mock.MagicMock`."""
        return ResourceDefinition(_mock, description=description)

    @staticmethod
    def string_resource(description: str | None = None) -> ResourceDefinition:
        """Return the definition of a resource that is the string its config gives."""
        return ResourceDefinition(_config, str, description)

    def call(self, context: InitResourceContext) -> Any:
        """Return what the function returns for a context, which it gets if it takes one."""
        return self.resource_fn(context) if takes_argument(self.resource_fn) else self.resource_fn()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function in a test.

        Args:
            *args: the context, of `build_init_resource_context`; ``None`` if neither config nor resources are
                needed.
            **kwargs: the same, by the name of the function's argument.

        Returns:
            What the function returns; for a generator function, a context manager of what it yields.

        Raises:
            InvalidInvocationError: it takes no context, or one is missing.
            InvalidConfigError: the config of the context does not fit.
            MissingResourceError: the context lacks a resource.
        """
        result = self.call(self._own_context(*args, **kwargs))
        return contextmanager(lambda: result)() if isinstance(result, GeneratorType) else result

    def _own_context(self, *args: Any, **kwargs: Any) -> InitResourceContext:
        import inspect  # 10 ms to import, and only tests call resources

        what = f"This {type(self).__name__}"
        try:
            given = inspect.signature(self.resource_fn).bind(*args, **kwargs).arguments
        except TypeError as error:
            raise InvalidInvocationError(
                f"{what} is called as its function is, with a context of build_init_resource_context() if it "
                f"takes one: {error}."
            ) from None
        context = next(iter(given.values()), None)
        if context is None:
            context = InitResourceContext(None, None)
        if not isinstance(context, InitResourceContext) or len(given) > 1:
            raise InvalidInvocationError(
                f"{what} is called with a context of build_init_resource_context() alone, not with "
                f"{', '.join(map(repr, given.values()))}."
            )
        for key in sorted(self.required_resource_keys):
            if key not in context.resources:
                raise MissingResourceError(
                    key,
                    what,
                    context.resources,
                    "In a test, build_init_resource_context(resources=...) has it.",
                )
        config = NOT_GIVEN if context.resource_config is None else context.resource_config
        return InitResourceContext(
            process_config(self.config_schema, config, what="this resource"),
            Resources({key: context.resources[key] for key in self.required_resource_keys}, what),
            self,
            context.instance,
            log_manager=context.log_manager,
        )


@attrs.frozen(eq=False)
class IOManagerDefinition(ResourceDefinition):
    """How an IO manager is made: a resource that is an `IOManager`.

    Args:
        resource_fn: see `ResourceDefinition`, as for the arguments that are not here.
        input_config_schema: the config of each input it loads, which it gets as ``context.config``; by
            default none is taken.
        output_config_schema: the config of each output it stores, which it gets as ``context.config``; by
            default none is taken.
    """

    input_config_schema: Field | None = attrs.field(default=None, converter=_value_schema, repr=False)
    output_config_schema: Field | None = attrs.field(default=None, converter=_value_schema, repr=False)

    @staticmethod
    def hardcoded_io_manager(value: IOManager, description: str | None = None) -> IOManagerDefinition:
        """Return the definition of an IO manager that is ``value`` itself.

        Raises:
            InvalidDefinitionError: it is no `IOManager`.
        """
        if not isinstance(value, IOManager):
            raise InvalidDefinitionError(f"hardcoded_io_manager takes an IOManager, not {value!r}.")
        return IOManagerDefinition(_Constant(value), description=description)


@attrs.frozen(eq=False)
class InputManagerDefinition(ResourceDefinition):
    """How inputs are loaded that name it as their ``input_manager_key``.

    Args:
        resource_fn: from an `InitResourceContext` to an `IOManager` that only loads. For the other arguments
            see `ResourceDefinition`.
        input_config_schema: the config of each input it loads, which it gets as ``context.config``; by
            default none is taken.
    """

    input_config_schema: Field | None = attrs.field(default=None, converter=_value_schema, repr=False)


@attrs.frozen
class _Constant:
    value: Any

    def __call__(self) -> Any:
        return self.value


def _mock() -> Any:
    from unittest.mock import MagicMock  # 20 ms to import, and only tests need it

    return MagicMock()


def _config(context: InitResourceContext) -> Any:
    return context.resource_config


@attrs.frozen
class _Loader(IOManager):
    function: Callable[..., Any]

    def load_input(self, context: InputContext) -> Any:
        return self.function(context) if takes_argument(self.function) else self.function()

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        raise InvariantViolationError(
            f"An input manager only loads, and output '{context.name}' of step '{context.step_key}' is to be "
            "stored with one. Name an IO manager as its io_manager_key."
        )


# -- decorators --------------------------------------------------------------------------------------


def resource(
    config_schema: Any = None,
    description: str | None = None,
    required_resource_keys: Collection[str] | None = None,
    version: str | None = None,
) -> Any:
    """Make the decorated function a `ResourceDefinition`; used bare or with arguments.

    Args:
        config_schema: the config it takes, as ``context.resource_config``; any by default.
        description: what it is; the function's docstring by default.
        required_resource_keys: other resources it uses, as ``context.resources``.
        version: the version of its code.

    Raises:
        InvalidDefinitionError: the function takes more than the context.
        InvalidConfigDefinitionError: ``config_schema`` is no schema.
    """

    def make(function: Callable[..., Any], field: Field, text: str | None) -> ResourceDefinition:
        return ResourceDefinition(function, field, text, _keys(required_resource_keys), version)

    return _decorate(make, config_schema, description)


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
        config_schema: the config it takes, as ``context.resource_config``; any by default.
        description: what it is; the function's docstring by default.
        output_config_schema: the config of each output it stores, which it gets as ``context.config``.
        input_config_schema: the config of each input it loads, which it gets as ``context.config``.
        required_resource_keys: other resources it uses, as ``context.resources``.
        version: the version of its code.

    Raises:
        InvalidDefinitionError: the function takes more than the context.
        InvalidConfigDefinitionError: one of the schemas is none.
    """

    def make(function: Callable[..., Any], field: Field, text: str | None) -> IOManagerDefinition:
        keys = _keys(required_resource_keys)
        return IOManagerDefinition(
            function, field, text, keys, version, input_config_schema, output_config_schema
        )

    return _decorate(make, config_schema, description)


def input_manager(
    config_schema: Any = None,
    description: str | None = None,
    input_config_schema: Any = None,
    required_resource_keys: Collection[str] | None = None,
    version: str | None = None,
) -> Any:
    """Make the decorated function the definition of what loads inputs that name it as ``input_manager_key``.

    The function gets an `InputContext`, or nothing if it takes no argument, and returns the value.

    Args:
        config_schema: the config it takes, as ``context.resource_config``; any by default.
        description: what it is; the function's docstring by default.
        input_config_schema: the config of each input it loads, which it gets as ``context.config``.
        required_resource_keys: other resources it uses, as ``context.resources``.
        version: the version of its code.

    Raises:
        InvalidDefinitionError: the function takes more than the context.
        InvalidConfigDefinitionError: one of the schemas is none.
    """

    def make(function: Callable[..., Any], field: Field, text: str | None) -> InputManagerDefinition:
        _check_function(function, "input_manager")
        keys = _keys(required_resource_keys)
        return InputManagerDefinition(
            _Constant(_Loader(function)), field, text, keys, version, input_config_schema
        )

    return _decorate(make, config_schema, description)


def _decorate(
    make: Callable[[Callable[..., Any], Field, str | None], ResourceDefinition],
    config_schema: Any,
    description: str | None,
) -> Any:
    def define(function: Callable[..., Any], schema: Any) -> ResourceDefinition:
        name = getattr(function, "__name__", type(function).__name__)
        field = to_field(schema, f"resource '{name}' ({place_of(function)})")
        return make(function, field, description or function.__doc__)

    # Types are callable too, but are schemas, if wrong ones.
    is_type = isinstance(config_schema, type) or get_origin(config_schema) or config_schema is Any
    if callable(config_schema) and not is_type:
        return define(config_schema, None)
    return lambda function: define(function, config_schema)


def make_values_resource(**kwargs: Any) -> ResourceDefinition:
    """Return the definition of a resource that is its own config: a dictionary with these entries.

    Args:
        **kwargs: the config types of the entries by name; without any, the config may be anything.

    Raises:
        InvalidConfigDefinitionError: one of them is no config type.
    """
    return ResourceDefinition(_config, Field(kwargs or ANY), "values given in config")


# -- plain values ------------------------------------------------------------------------------------


def to_resource_definitions(resources: Mapping[str, Any] | None, what: str) -> dict[str, ResourceDefinition]:
    """Return resources with every plain value wrapped in a definition.

    Args:
        resources: definitions, IO managers or plain values by key.
        what: who gives them, for the message.

    Raises:
        InvalidDefinitionError: they are no mapping, or a key breaks the naming rule.
    """
    if resources is None:
        return {}
    if not isinstance(resources, Mapping):
        raise InvalidDefinitionError(f"{what}: resources are a mapping of string keys, not {resources!r}.")
    for key in resources:
        check_group_name(key, f"resource key of {what}")
    return {key: _to_definition(value) for key, value in resources.items()}


def _to_definition(value: Any) -> ResourceDefinition:
    if isinstance(value, ResourceDefinition):
        return value
    if isinstance(value, IOManager):
        return IOManagerDefinition.hardcoded_io_manager(value)
    return ResourceDefinition.hardcoded_resource(value)
