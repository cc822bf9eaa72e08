"""Resources without a run: for tests and scripts."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import attrs

from holdfast.contexts import InitResourceContext, Resources
from holdfast.definitions.resource import to_resource_definitions
from holdfast.errors import InvalidConfigError, InvariantViolationError, did_you_mean
from holdfast.execution.resources import ResourcePool
from holdfast.instance import Instance

__all__ = ["build_init_resource_context", "build_resources"]


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
    given, problems = _given_configs(resource_config or {}, definitions)
    pool = ResourcePool(
        definitions, given, instance=instance or Instance.ephemeral(), log_manager=log_manager
    )
    problems += pool.config_problems(definitions)
    if problems:
        raise InvalidConfigError("The config of build_resources does not fit", problems)
    try:
        yield pool.select(definitions, "build_resources")
    finally:
        _close(pool)


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


class _PoolResources(Resources):
    """Resources that are set up when they are asked for."""

    __slots__ = ("opened", "pool")

    def __init__(self, pool: ResourcePool, definitions: Mapping[str, Any]) -> None:
        super().__init__(definitions, "This context")
        self.pool = pool
        self.opened = False

    def __getitem__(self, key: str) -> Any:
        super().__getitem__(key)  # there must be such a resource
        value = self.pool.get(key, "This context")
        if self.pool.needs_closing and not self.opened:
            _close(self.pool)
            raise InvariantViolationError(
                f"The resource '{key}', or one it requires, is torn down after use. "
                "Write 'with build_init_resource_context(...) as context:'."
            )
        return value


@attrs.frozen
class _StandaloneContext(InitResourceContext):
    _set_up: _PoolResources = attrs.field(kw_only=True, repr=False)

    def __enter__(self) -> InitResourceContext:
        self._set_up.opened = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _close(self._set_up.pool)


def build_init_resource_context(
    config: Any = None, resources: Mapping[str, Any] | None = None, instance: Instance | None = None
) -> InitResourceContext:
    """Return a context for calling a resource function in a test, also for a ``with`` block.

    Args:
        config: what it gets as ``context.resource_config``.
        resources: what it gets as ``context.resources``: definitions, which are set up when they are used, IO
            managers or plain values by key. Those that are torn down need the ``with`` block.
        instance: what it gets as ``context.instance``; by default an ephemeral one.
    """
    instance = instance or Instance.ephemeral()
    definitions = to_resource_definitions(resources, "build_init_resource_context")
    lazily = _PoolResources(ResourcePool(definitions, instance=instance), definitions)
    return _StandaloneContext(config, lazily, instance=instance, set_up=lazily)
