"""Which resources a plan needs, and who provides each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from holdfast.definitions.assets_definition import AssetsDefinition
from holdfast.definitions.resource import ResourceDefinition
from holdfast.definitions.source_asset import SourceAsset
from holdfast.errors import MissingResourceError, ResourceConflictError
from holdfast.plan import Plan, Step

__all__ = [
    "Provider",
    "bind_resources",
    "check_required",
    "known_resources",
    "merge_resources",
    "needed_resources",
    "provide",
]

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
    resources = known_resources(plan, given)
    provide(needed_resources(plan), resources, provided)
    return resources


def needed_resources(plan: Plan) -> dict[str, str]:
    """Return who first needs each resource, by key."""
    needed: dict[str, str] = {}
    for step in plan:
        new = _keys(step).difference(needed)
        if new:
            needed.update(dict.fromkeys(sorted(new), step.title))
        for hook in step.hooks:
            for key in hook.required_resource_keys:
                needed.setdefault(key, f"Hook '{hook.name}' of {step.title}")
    return needed


def known_resources(plan: Plan, given: Mapping[str, ResourceDefinition]) -> dict[str, ResourceDefinition]:
    """Return the resources that a run or its job and the assets of a plan bring, by key.

    Raises:
        ResourceConflictError: two different objects stand under one key, by identity.
    """
    definitions: list[AssetsDefinition | SourceAsset] = []
    steps = plan.steps
    for step in steps.values():
        if step.definition is not None:
            definitions.append(step.definition)
        for inp in step.inputs:
            for source in inp.stored:
                if source.step_key not in steps and source.asset_key is not None:
                    definitions.append(plan.graph[source.asset_key].definition)
    return merge_resources(given, "the run or its job", definitions)


def merge_resources(
    given: Mapping[str, ResourceDefinition],
    owner: str,
    definitions: Iterable[AssetsDefinition | SourceAsset],
) -> dict[str, ResourceDefinition]:
    """Return given resources and those that definitions bring, by key.

    Args:
        given: resources.
        owner: who gives them, for the message.
        definitions: assets and source assets.

    Raises:
        ResourceConflictError: two different objects stand under one key, by identity.
    """
    resources = dict(given)
    owners = dict.fromkeys(given, owner)
    for definition in definitions:
        for key, own in definition.resource_defs.items():
            if resources.setdefault(key, own) is not own:
                raise ResourceConflictError(key, owners[key], repr(definition))
            owners.setdefault(key, repr(definition))
    return resources


def provide(needed: Mapping[str, str], resources: dict[str, ResourceDefinition], provided: Provider) -> None:
    """Add to ``resources`` what is needed, and what that requires in turn.

    Args:
        needed: who needs each resource, by key.
        resources: the resources that are there.
        provided: what settings and plugins provide.

    Raises:
        MissingResourceError: a resource is needed that nobody provides, naming who needs it.
    """
    seen = set(needed)
    pending = list(needed.items())
    for key, needed_by in pending:
        found = resources.get(key) or provided(key)
        if found is None:
            raise MissingResourceError(key, needed_by, resources)
        resources[key] = found
        pending += [(required, f"Resource '{key}'") for required in found.required_resource_keys - seen]
        seen |= found.required_resource_keys


def _keys(step: Step) -> set[str]:
    keys = set(step.op.required_resource_keys)
    for output in step.outputs + step.spare:
        keys.add(output.manager_key)
    for inp in step.inputs:
        if inp.manager_key is not None:
            keys.add(inp.manager_key)
        for source in inp.stored:
            keys.add(source.manager_key)
    return keys


def check_required(keys: Collection[str], given: Mapping[str, ResourceDefinition], needed_by: str) -> None:
    """Raise if a resource is required that is not given, also by those that are.

    Args:
        keys: what is required.
        given: the resources that are there.
        needed_by: who requires it, for the message.

    Raises:
        MissingResourceError: naming it, and who needs it.
    """
    provide(dict.fromkeys(keys, needed_by), dict(given), lambda _key: None)
