"""The computation that looks at a source asset."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from holdfast.definitions.function import takes_argument
from holdfast.definitions.op import OpDefinition
from holdfast.errors import InvalidDefinitionError, InvariantViolationError
from holdfast.interfaces import ObserveContext, Observer
from holdfast.keys import AssetKey
from holdfast.reports import AssetObservation
from holdfast.versions import LOGICAL_VERSION, LogicalVersion, ObserveResult

__all__ = ["ObserveFunction", "check_observe_fn", "observer_key", "observer_name", "observing_op"]

ObserveFunction = Callable[..., LogicalVersion | ObserveResult]
"""Looks at a source asset; is given the context of the step if it takes an argument."""

_OBSERVER = "__observer"


def observer_key(name: str) -> str:
    """Return the resource key that stands for an observer of a plugin's."""
    return name + _OBSERVER


def observer_name(key: str) -> str | None:
    """Return the observer that a resource key stands for, if it stands for one."""
    return key.removesuffix(_OBSERVER) if key.endswith(_OBSERVER) else None


def check_observe_fn(observe_fn: Any, what: str) -> None:
    """Raise for what cannot observe.

    Raises:
        InvalidDefinitionError: it is neither a function nor a name.
    """
    if not (callable(observe_fn) or (isinstance(observe_fn, str) and observe_fn)):
        raise InvalidDefinitionError(
            f"{what}: observe_fn is a function that returns a LogicalVersion, or the name of a plugin's "
            f"observer, not {observe_fn!r}."
        )


def observing_op(
    key: AssetKey,
    observe_fn: ObserveFunction | str,
    metadata: Mapping[str, Any],
    required_resource_keys: Collection[str],
    description: str | None,
) -> OpDefinition:
    """Return the computation that looks at a source asset.

    Args:
        key: the source asset.
        observe_fn: the function, or the name of an observer that a plugin provides.
        metadata: the metadata of the source asset, for observers.
        required_resource_keys: the resources that the function uses.
        description: what the source asset is.
    """
    needed = frozenset(required_resource_keys)
    if isinstance(observe_fn, str):
        observer = observer_key(observe_fn)
        needed |= {observer}

        def look(context: Any) -> Any:
            found: Observer = context.resources[observer]
            return found.observe(ObserveContext(key, metadata))
    elif takes_argument(observe_fn):
        look = observe_fn
    else:
        look = _without_context(observe_fn)

    def observe(context: Any, _inputs: Any = None) -> Iterator[AssetObservation]:
        yield _observation(key, look(context))

    return OpDefinition(
        observe,
        key.to_python_identifier(),
        description=description,
        required_resource_keys=needed,
    )


def _without_context(function: ObserveFunction) -> ObserveFunction:
    return lambda _context: function()


def _observation(key: AssetKey, seen: Any) -> AssetObservation:
    if isinstance(seen, LogicalVersion):
        seen = ObserveResult(seen)
    if not isinstance(seen, ObserveResult):
        raise InvariantViolationError(
            f"The observe function of SourceAsset('{key}') returned {seen!r}. Return a LogicalVersion, or an "
            "ObserveResult."
        )
    tags = {LOGICAL_VERSION: seen.logical_version.value}
    return AssetObservation(key, tags=tags, metadata=seen.metadata)
