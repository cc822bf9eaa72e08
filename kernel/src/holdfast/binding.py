"""Which resources a plan needs, and who provides each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from holdfast.definitions.resource import ResourceDefinition
from holdfast.errors import MissingResourceError, ResourceConflictError
from holdfast.graph import AssetGraph
from holdfast.plan import Plan, Step

__all__ = ["Provider", "bind_resources"]

Provider = Callable[[str], ResourceDefinition | None]
"""From a resource key to the definition that settings or plugins provide, if they do."""


def bind_resources(
    plan: Plan, given: Mapping[str, ResourceDefinition], provided: Provider
) -> dict[str, ResourceDefinition]:
    """Return every resource that the steps of a plan need, by key.

    Resources given for the run and resources that assets bring stand beside each other; settings and plugins
    provide what neither has.

    Args:
        plan: the steps.
        given: resources given for the run or by its job.
        provided: what settings and plugins provide.

    Raises:
        ResourceConflictError: two different objects stand under one key, by identity.
        MissingResourceError: a resource is needed that nobody provides, naming who needs it.
    """
    resources = dict(given)
    owners = dict.fromkeys(given, "the run or its job")
    for step in plan:
        for owner, own in _brought(plan.graph, step):
            for key, definition in own.items():
                if resources.setdefault(key, definition) is not definition:
                    raise ResourceConflictError(key, owners[key], owner)
                owners.setdefault(key, owner)
    needed = [need for step in plan for need in _needed(step)]
    seen: set[str] = set()
    while needed:
        key, needed_by = needed.pop()
        if key in seen:
            continue
        seen.add(key)
        found = resources.get(key) or provided(key)
        if found is None:
            raise MissingResourceError(key, needed_by, resources)
        resources[key] = found
        needed.extend((required, f"Resource '{key}'") for required in found.required_resource_keys)
    return resources


def _brought(graph: AssetGraph, step: Step) -> Iterator[tuple[str, Mapping[str, ResourceDefinition]]]:
    yield repr(step.definition), step.definition.resource_defs
    for inp in step.inputs:
        definition = graph[inp.source.asset_key].definition
        yield repr(definition), definition.resource_defs


def _needed(step: Step) -> Iterator[tuple[str, str]]:
    needed_by = f"Asset '{', '.join(map(str, step.assets))}'"
    for key in sorted(step.op.required_resource_keys):
        yield key, needed_by
    for output in step.outputs:
        yield output.manager_key, f"Asset '{output.asset_key}' (to be stored)"
    for inp in step.inputs:
        yield inp.manager_key, f"{needed_by} (to load its input '{inp.name}')"
