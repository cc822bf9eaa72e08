"""Resources without a run: for tests and scripts."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from types import TracebackType
from typing import Any, TypeVar

from holdfast.argument_types import check_type
from holdfast.contexts import Resources
from holdfast.definitions.resource import ResourceDefinition, to_resource_definitions
from holdfast.errors import (
    InvalidConfigError,
    InvariantViolationError,
    ResourceConflictError,
    UnknownResourceError,
    did_you_mean,
)
from holdfast.execution.resources import ResourcePool
from holdfast.instance import Instance

__all__ = ["SetUpByEntering", "StandaloneResources", "build_resources"]


@contextmanager
def build_resources(
    resources: Mapping[str, Any],
    instance: Instance | None = None,
    resource_config: Mapping[str, Any] | None = None,
    log_manager: logging.Logger | None = None,
) -> Iterator[Resources]:
    """Set resources up for a ``with`` block, and tear them down at its end.

    Args:
        resources: definitions, IO managers or plain values by key.
        instance: what resource functions get as ``context.instance``; by default an ephemeral one.
        resource_config: by key, ``{"config": ...}``, as in the run config's section ``resources``.
        log_manager: what they get as ``context.log``.

    Raises:
        InvalidConfigError: the config does not fit; every problem is listed with its path.
        MissingResourceError: a resource requires one that is not here.
        ResourceFunctionError: a resource function raised; what was set up before is torn down.
    """
    definitions = to_resource_definitions(resources, "build_resources")
    pool = _checked_pool(definitions, "build_resources", instance, resource_config, log_manager)
    try:
        yield pool.select(definitions, "build_resources")
    finally:
        _close(pool)


def _checked_pool(
    definitions: Mapping[str, ResourceDefinition],
    what: str,
    instance: Instance | None,
    resource_config: Mapping[str, Any] | None,
    log_manager: logging.Logger | None = None,
) -> ResourcePool:
    check_type(resource_config, Mapping | None, f"{what}: resource_config", "a mapping of keys to config")
    check_type(instance, Instance | None, f"{what}: instance", "an Instance")
    check_type(log_manager, logging.Logger | None, f"{what}: log_manager", "a logger")
    given, problems = _given_configs(resource_config or {}, definitions)
    pool = ResourcePool(
        definitions, given, instance=instance or Instance.ephemeral(), log_manager=log_manager
    )
    problems += pool.config_problems(definitions)
    if problems:
        raise InvalidConfigError(f"The config of {what} does not fit", problems)
    return pool


def _given_configs(
    resource_config: Mapping[str, Any], known: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    given, problems = {}, []
    for key, entry in resource_config.items():
        if key not in known:
            problems.append(f"resources.{key}: no resource has this key.{did_you_mean(str(key), known)}")
        elif not isinstance(entry, Mapping) or set(entry) - {"config"}:
            problems.append(f"resources.{key}: this is written {{'config': ...}}, not {entry!r}")
        elif "config" in entry:
            given[key] = entry["config"]
    return given, problems


def _close(pool: ResourcePool) -> None:
    for problem in pool.close():
        logging.getLogger("holdfast.run").error("%s", problem, exc_info=problem)


class StandaloneResources(Resources):
    """The resources of a context that was built for a test, each set up when it is asked for.

    Args:
        resources: definitions, IO managers or plain values by key.
        builder: the function that builds the context, for messages.
        instance: what resource functions get as ``context.instance``; by default an ephemeral one.
        resource_config: by key, ``{"config": ...}``.

    Raises:
        InvalidDefinitionError: the resources are no mapping.
        InvalidConfigError: the config does not fit; every problem is listed with its path.
    """

    __slots__ = ("_builder", "_closing", "_definitions", "_entered", "_pool")

    def __init__(
        self,
        resources: Mapping[str, Any] | None,
        builder: str,
        instance: Instance | None = None,
        resource_config: Mapping[str, Any] | None = None,
    ) -> None:
        definitions = to_resource_definitions(resources, builder)
        super().__init__(definitions, "This context")
        self._definitions = definitions
        self._builder = builder
        self._pool = _checked_pool(definitions, builder, instance, resource_config)
        self._closing = [self._pool]
        self._entered = False

    def __getitem__(self, key: str) -> Any:
        if key not in self._definitions:
            fix = f"Give it with {self._builder}(resources={{'{key}': ...}})."
            raise UnknownResourceError(key, "This context", self._definitions, fix)
        value = self._pool.get(key, "This context")
        if self._pool.needs_closing and not self._entered:
            self.close()
            raise InvariantViolationError(
                f"The resource '{key}', or one it requires, is torn down after use. "
                f"Write 'with {self._builder}(...) as context:'."
            )
        return value

    def joined(self, own: Mapping[str, ResourceDefinition], owner: str) -> StandaloneResources:
        """Return these resources and those that a definition brings, torn down with these.

        Args:
            own: the definition's resources.
            owner: the definition, for the message.

        Raises:
            ResourceConflictError: a resource is in both.
            InvalidConfigError: one of the definition's needs config.
        """
        for key in own:
            if key in self._definitions:
                raise ResourceConflictError(key, owner, self._builder)
        shared = {key: ResourceDefinition(partial(self.__getitem__, key)) for key in self}
        both = StandaloneResources({**shared, **own}, self._builder)
        both._entered = self._entered
        self._closing.append(both._pool)
        return both

    def enter(self) -> None:
        """Allow resources that are torn down: `close` will be called."""
        self._entered = True

    def close(self) -> None:
        """Tear down what was set up, what was set up last first."""
        for pool in reversed(self._closing):
            _close(pool)


_Self = TypeVar("_Self", bound="SetUpByEntering")


class SetUpByEntering:
    """A context whose ``with`` block ends with its resources being torn down; a base of attrs classes."""

    __slots__ = ()

    resources: Resources

    def __enter__(self: _Self) -> _Self:
        self._standalone.enter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._standalone.close()

    @property
    def _standalone(self) -> StandaloneResources:
        assert isinstance(self.resources, StandaloneResources)  # the builders have seen to that
        return self.resources
