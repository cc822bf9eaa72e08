"""What resource functions are told: frozen values with no way back into the run."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from holdfast.errors import UnknownResourceError

if TYPE_CHECKING:  # contexts only carry it
    from holdfast.events import Run

__all__ = ["InitResourceContext", "Resources", "to_resources"]


class Resources(Mapping[str, Any]):
    """The resources of a step or resource function: ``resources.warehouse`` or ``resources["warehouse"]``.

    Args:
        values: the set-up resources by key.
        needed_by: who may use them, for the message when one is missing, such as ``"Asset 'orders'"``.
    """

    __slots__ = ("_needed_by", "_values")

    def __init__(self, values: Mapping[str, Any] | None = None, needed_by: str = "This step") -> None:
        self._values = dict(values or {})
        self._needed_by = needed_by

    def __getattr__(self, key: str) -> Any:
        if key.startswith("__"):
            raise AttributeError(key)
        return self[key]

    def __getitem__(self, key: str) -> Any:
        try:
            return self._values[key]
        except KeyError:
            raise UnknownResourceError(key, self._needed_by, self._values) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __reduce__(self) -> tuple[Any, ...]:
        return Resources, (self._values, self._needed_by)


_NO_RESOURCES = Resources()


def to_resources(value: Mapping[str, Any] | None) -> Resources:
    """Return resources by key, ``None`` for none, as `Resources`."""
    if value is None:
        return _NO_RESOURCES
    return value if isinstance(value, Resources) else Resources(value)


def _own_run_id(context: InitResourceContext) -> str | None:
    return None if context.dagster_run is None else context.dagster_run.run_id


@attrs.frozen
class InitResourceContext:
    """What a resource function is told.

    Args:
        resource_config: the config given for this resource.
        resources: the other resources it asked for.
        resource_def: the definition being set up.
        instance: the instance the run belongs to.
        dagster_run: the record of the run, where there is one.
        log_manager: the logger to use.
        run_id: the run, if the resource is set up for one.
    """

    resource_config: Any
    resources: Resources = attrs.field(converter=to_resources)
    resource_def: Any = None
    instance: Any = None
    dagster_run: Run | None = None
    log_manager: logging.Logger | None = None
    run_id: str | None = attrs.field(default=attrs.Factory(_own_run_id, takes_self=True), kw_only=True)

    @property
    def log(self) -> logging.Logger:
        """The logger of the run."""
        return self.log_manager or logging.getLogger("holdfast.run")
