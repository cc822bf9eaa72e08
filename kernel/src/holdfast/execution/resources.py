"""The resources of one run in one process: set up when first needed, torn down in reverse order."""

from __future__ import annotations

import threading
from collections.abc import Collection, Generator, Mapping
from types import GeneratorType
from typing import Any

from holdfast.contexts import InitResourceContext, Resources
from holdfast.definitions.function import takes_argument
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
    """

    def __init__(
        self,
        definitions: Mapping[str, ResourceDefinition],
        configs: Mapping[str, Any] | None = None,
        *,
        run_id: str | None = None,
        instance: Any = None,
        in_worker: bool = False,
    ) -> None:
        self._definitions = definitions
        self._configs = configs or {}
        self._run_id = run_id
        self._instance = instance
        self._in_worker = in_worker
        self._values: dict[str, Any] = {}
        self._managers: dict[str, tuple[IOManager, Any]] = {}
        self._generators: list[tuple[str, Generator[Any, None, None]]] = []
        self._lock = threading.RLock()

    def get(self, key: str, needed_by: str) -> Any:
        """Return a resource, set up on first use.

        Args:
            key: the resource's key.
            needed_by: who asks, for the message.

        Raises:
            MissingResourceError: there is no such resource.
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

    def io_manager(self, key: str, asset_key: AssetKey) -> tuple[IOManager, Any]:
        """Return a resource that is an IO manager, and the config it was set up with; errors as `get`.

        Args:
            key: the resource's key.
            asset_key: the asset to store or load, for the message.

        Raises:
            InvalidDefinitionError: the resource is no IO manager.
            UnmetExecutorRequirementsError: it keeps values in one process and other processes need them.
        """
        found = self._managers.get(key)
        if found is None:
            found = self._managers[key] = self._checked_manager(key, asset_key), self._config(key)
        return found

    def _checked_manager(self, key: str, asset_key: AssetKey) -> IOManager:
        manager = self.get(key, f"Asset '{asset_key}'")
        if not isinstance(manager, IOManager):
            raise InvalidDefinitionError(
                f"Asset '{asset_key}' is stored or loaded with the resource '{key}', which is {manager!r} "
                "and no IOManager. Give an IOManager, or name another io_manager_key."
            )
        if self._in_worker and manager.process_local:
            raise UnmetExecutorRequirementsError(
                f"Asset '{asset_key}' is stored or loaded with '{key}' ({type(manager).__name__}), which "
                "keeps values in one process, and this executor uses several. Use an IO manager that stores "
                "them, such as 'filesystem', or the in-process executor."
            )
        return manager

    def _config(self, key: str) -> Any:
        definition = self._definitions.get(key)
        return self._configs.get(key, None if definition is None else definition.bound_config)

    def close(self) -> list[ResourceFunctionError]:
        """Tear down what was set up, in reverse order, all of it; return what went wrong."""
        problems = []
        with self._lock:
            while self._generators:
                key, generator = self._generators.pop()
                try:
                    next(generator, None)
                except Exception as error:
                    problem = ResourceFunctionError(key, f"tearing it down raised {error!r}")
                    problem.__cause__ = error
                    problems.append(problem)
                finally:
                    generator.close()
            self._values.clear()
            self._managers.clear()
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
        resources = Resources(
            {name: self._values[name] for name in definition.required_resource_keys}, f"Resource '{key}'"
        )
        context = InitResourceContext(
            self._config(key), resources, definition, instance=self._instance, run_id=self._run_id
        )
        try:
            function = definition.resource_fn
            value = function(context) if takes_argument(function) else function()
            if isinstance(value, GeneratorType):
                generator = value
                value = next(generator)
                self._generators.append((key, generator))
        except Error:
            raise
        except StopIteration:
            raise ResourceFunctionError(key, "its generator function yields nothing") from None
        except Exception as error:
            raise ResourceFunctionError(key, f"{type(error).__name__}: {error}") from error
        return value
