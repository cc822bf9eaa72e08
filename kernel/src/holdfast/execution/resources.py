"""The resources of one run in one process: set up when first needed, torn down in reverse order."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from contextlib import AbstractContextManager, ContextDecorator
from functools import partial
from types import GeneratorType
from typing import Any

from holdfast.config.processing import process_config, read_config
from holdfast.config.scalars import NOT_GIVEN
from holdfast.config.types import ANY_CONFIG
from holdfast.contexts import InitResourceContext, Resources
from holdfast.definitions.resource import ResourceDefinition
from holdfast.errors import (
    Error,
    InvalidDefinitionError,
    MissingResourceError,
    ResourceFunctionError,
    UnmetExecutorRequirementsError,
)
from holdfast.interfaces import IOManager
from holdfast.keys import AssetKey

__all__ = ["ResourcePool"]


class ResourcePool:
    """The resources of one run in one process. Threads may share it.

    Args:
        definitions: every resource that the run may need, by key.
        configs: the config of each, as the run config gives it.
        run_id: the run.
        instance: the instance the run belongs to.
        in_worker: whether other processes run steps of the same run.
        log_manager: the logger that resources use.
    """

    def __init__(
        self,
        definitions: Mapping[str, ResourceDefinition],
        configs: Mapping[str, Any] | None = None,
        *,
        run_id: str | None = None,
        instance: Any = None,
        in_worker: bool = False,
        log_manager: logging.Logger | None = None,
    ) -> None:
        self._definitions = definitions
        self._given = configs or {}
        self._run_id = run_id
        self._instance = instance
        self._in_worker = in_worker
        self.log_manager = log_manager
        self._configs: dict[str, Any] = {}
        self._values: dict[str, Any] = {}
        self.managers: dict[str, tuple[IOManager, Any, Resources]] = {}
        """What `io_manager` returned so far, by key."""
        self._endings: list[tuple[str, Callable[[], object]]] = []
        self._lock = threading.RLock()

    @property
    def needs_closing(self) -> bool:
        """Whether something that was set up is to be torn down."""
        return bool(self._endings)

    @property
    def takes_config(self) -> bool:
        """Whether a resource has a schema for its config."""
        return any(each.config_schema is not ANY_CONFIG for each in self._definitions.values())

    def config_problems(self, needed: Collection[str]) -> list[str]:
        """Return every problem with the config of resources, without setting one up.

        Args:
            needed: see `configured_keys`.
        """
        problems = []
        for key in self.configured_keys(needed):
            schema, given = self._definitions[key].config_schema, self._given.get(key, NOT_GIVEN)
            self._configs[key], found = read_config(schema, given, f"resources.{key}.config")
            problems += found
        return problems

    def configured_keys(self, needed: Iterable[str]) -> list[str]:
        """Return the resources whose config matters, in order of their keys.

        Args:
            needed: the resources that will be set up, to which what they require is added. Of the others,
                only those matter that were given config.
        """
        keys = dict.fromkeys((*needed, *self._given))
        pending = list(keys)
        for key in pending:
            if key in self._definitions:
                new = self._definitions[key].required_resource_keys - keys.keys()
                keys.update(dict.fromkeys(new))
                pending += new
        return sorted(keys.keys() & self._definitions.keys())

    def get(self, key: str, needed_by: str) -> Any:
        """Return a resource, set up on first use.

        Args:
            key: the resource's key.
            needed_by: who asks, for the message.

        Raises:
            MissingResourceError: there is no such resource.
            InvalidConfigError: its config does not fit.
            ResourceFunctionError: its function raised; ``__cause__`` is what it raised.
        """
        if key not in self._values:
            with self._lock:
                if key not in self._values:
                    self._values[key] = self._set_up(key, needed_by, ())
        return self._values[key]

    def select(self, keys: Collection[str], needed_by: str) -> Resources:
        """Return some resources together; errors as `get`."""
        return Resources({key: self.get(key, needed_by) for key in sorted(keys)}, needed_by)

    def io_manager(self, key: str, what: AssetKey | str) -> tuple[IOManager, Any, Resources]:
        """Return a resource that is an IO manager, its config, and what it requires; errors as `get`.

        Args:
            key: the resource's key.
            what: the asset, step or input whose value is stored or loaded, for the message.

        Raises:
            InvalidDefinitionError: the resource is no IO manager.
            UnmetExecutorRequirementsError: it keeps values in one process and other processes need them.
        """
        found = self.managers.get(key)
        if found is None:
            manager = self._checked_manager(
                key, f"Asset '{what}'" if isinstance(what, AssetKey) else f"'{what}'"
            )
            required = self.select(self._definitions[key].required_resource_keys, f"Resource '{key}'")
            found = self.managers[key] = manager, self.config(key), required
        return found

    def _checked_manager(self, key: str, user: str) -> IOManager:
        manager = self.get(key, user)
        if not isinstance(manager, IOManager):
            raise InvalidDefinitionError(
                f"{user} is stored or loaded with the resource '{key}', which is {manager!r} "
                "and no IOManager. Give an IOManager, or name another io_manager_key."
            )
        if self._in_worker and manager.process_local:
            raise UnmetExecutorRequirementsError(
                f"{user} is stored or loaded with '{key}' ({type(manager).__name__}), which "
                "keeps values in one process, and this executor uses several. Use an IO manager that stores "
                "them, such as 'filesystem', or the in-process executor."
            )
        return manager

    def config(self, key: str) -> Any:
        """Return the config that a resource gets.

        Raises:
            InvalidConfigError: it does not fit.
        """
        if key not in self._configs:
            self._configs[key] = process_config(
                self._definitions[key].config_schema,
                self._given.get(key, NOT_GIVEN),
                f"resources.{key}.config",
                what=f"resource '{key}'",
            )
        return self._configs[key]

    def close(self) -> list[ResourceFunctionError]:
        """Tear down what was set up, in reverse order, all of it; return what went wrong."""
        problems = []
        with self._lock:
            while self._endings:
                key, end = self._endings.pop()
                try:
                    end()
                except Exception as error:
                    problem = ResourceFunctionError(key, f"{type(error).__name__}: {error}", "torn down")
                    problem.__cause__ = error
                    problems.append(problem)
            self._values.clear()
            self.managers.clear()
        return problems

    def _set_up(self, key: str, needed_by: str, pending: tuple[str, ...]) -> Any:
        definition = self._definitions.get(key)
        if definition is None:
            raise MissingResourceError(key, needed_by, self._definitions)
        if key in pending:
            path = " -> ".join((*pending, key))
            raise InvalidDefinitionError(f"Resources require each other in a cycle: {path}.")
        for required in sorted(definition.required_resource_keys):
            if required not in self._values:
                self._values[required] = self._set_up(required, f"Resource '{key}'", (*pending, key))
        context = InitResourceContext(
            self.config(key),
            Resources(
                {name: self._values[name] for name in definition.required_resource_keys}, f"Resource '{key}'"
            ),
            definition,
            self._instance,
            log_manager=self.log_manager,
            run_id=self._run_id,
        )
        try:
            return self._opened(key, definition.call(context))
        except Error:
            raise
        except StopIteration:
            raise ResourceFunctionError(key, "its generator function yields nothing") from None
        except Exception as error:
            raise ResourceFunctionError(key, f"{type(error).__name__}: {error}") from error

    def _opened(self, key: str, made: Any) -> Any:
        if isinstance(made, GeneratorType):
            value = next(made)
            self._endings.append((key, partial(_finish, made)))
            return value
        # What a function decorated with contextlib.contextmanager returns; a connection that happens to be a
        # context manager is the resource itself.
        if isinstance(made, AbstractContextManager) and isinstance(made, ContextDecorator):
            value = made.__enter__()
            self._endings.append((key, partial(made.__exit__, None, None, None)))
            return value
        return made


def _finish(generator: Generator[Any, None, None]) -> None:
    try:
        next(generator, None)
    finally:
        generator.close()
