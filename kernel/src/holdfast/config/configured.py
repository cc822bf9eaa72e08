"""Configured copies: definitions whose config is given in part, or in another form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import attrs

from holdfast.config.processing import ConfiguredField
from holdfast.config.types import Field, to_field
from holdfast.errors import InvalidDefinitionError

__all__ = ["Configurable", "NamedConfigurable", "configured", "configured_field"]

_Self = TypeVar("_Self", bound="Configurable")


class Configurable:
    """A definition that takes config, and so can be configured; a base of attrs classes."""

    __slots__ = ()

    config_schema: Field
    description: str | None

    def configured(
        self: _Self, config_or_config_fn: Any, config_schema: Any = None, description: str | None = None
    ) -> _Self:
        """Return a copy that takes other config, or none.

        Args:
            config_or_config_fn: the config of this definition, or a function to it from that of the copy.
            config_schema: what the copy takes; anything or nothing by default.
            description: what the copy is; by default what this definition says.

        Raises:
            InvalidConfigDefinitionError: ``config_schema`` is no schema.
        """
        return self.with_config(config_or_config_fn, config_schema, description=description)

    def with_config(self: _Self, config_or_config_fn: Any, config_schema: Any, **changes: Any) -> _Self:
        """Return a configured copy with what else ``changes`` says, other than ``None``."""
        what = f"configured {type(self).__name__}"
        field = configured_field(self.config_schema, config_or_config_fn, config_schema, what)
        given = {name: value for name, value in changes.items() if value is not None}
        copy: _Self = attrs.evolve(self, config_schema=field, **given)  # type: ignore[misc]
        return copy


class NamedConfigurable(Configurable):
    """A definition with a name that can be configured; a base of attrs classes."""

    __slots__ = ()

    name: str

    def configured(  # type: ignore[override]
        self: _Self,
        config_or_config_fn: Any,
        name: str | None = None,
        config_schema: Any = None,
        description: str | None = None,
    ) -> _Self:
        """Return a copy as `Configurable.configured` does, with a name of its own if one is given."""
        return self.with_config(config_or_config_fn, config_schema, name=name, description=description)


def configured_field(inner: Field, config_or_config_fn: Any, config_schema: Any, what: str) -> Field:
    """Return what a configured copy takes.

    Args:
        inner: what the definition takes.
        config_or_config_fn: its config, or a function to it from that of the copy.
        config_schema: what the copy takes; anything or nothing by default.
        what: the copy, for the message.

    Raises:
        InvalidConfigDefinitionError: ``config_schema`` is no schema.
    """
    function = config_or_config_fn if callable(config_or_config_fn) else _Always(config_or_config_fn)
    return ConfiguredField(to_field(config_schema, what), inner, function)


@attrs.frozen
class _Always:
    config: Any

    def __call__(self, _given: Any) -> Any:
        return self.config


def configured(configurable: Configurable, config_schema: Any = None, **kwargs: Any) -> Callable[[Any], Any]:
    """Make the decorated function a configured copy of a definition; it returns the definition's config.

    What this returns may also be called with the config itself.

    Args:
        configurable: the definition: a resource, IO manager, op, graph or executor.
        config_schema: what the copy takes and the function is given; anything or nothing by default.
        **kwargs: what else ``configurable.configured`` takes. The copy of a definition with a name is called
            like the function by default.

    Raises:
        InvalidDefinitionError: ``configurable`` takes no config.
        InvalidConfigDefinitionError: ``config_schema`` is no schema.
    """
    if not isinstance(configurable, Configurable):
        raise InvalidDefinitionError(
            f"configured takes a resource, IO manager, op, graph or executor, not {configurable!r}."
        )
    field = to_field(config_schema, "configured")

    def configure(config_or_config_fn: Any) -> Any:
        if isinstance(configurable, NamedConfigurable) and "name" not in kwargs:
            if not callable(config_or_config_fn):
                raise InvalidDefinitionError(f"configured({configurable!r}): give the copy a name.")
            kwargs["name"] = config_or_config_fn.__name__
        return configurable.configured(config_or_config_fn, config_schema=field, **kwargs)

    return configure
