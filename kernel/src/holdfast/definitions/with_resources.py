"""Attach resources to definitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from holdfast.argument_types import check_type
from holdfast.config.processing import read_config
from holdfast.definitions.assets_definition import AssetsDefinition
from holdfast.definitions.resource import to_resource_definitions
from holdfast.definitions.source_asset import SourceAsset
from holdfast.errors import (
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidInvocationError,
    MissingResourceError,
    did_you_mean,
)

__all__ = ["with_resources"]


def with_resources(
    definitions: Iterable[Any],
    resource_defs: Mapping[str, Any],
    resource_config_by_key: Mapping[str, Any] | None = None,
) -> list[Any]:
    """Return copies of definitions with the resources they need.

    Args:
        definitions: assets and source assets.
        resource_defs: resources by key, definitions or plain values.
        resource_config_by_key: ``{"config": ...}`` by resource key; these resources take no other config.

    Raises:
        MissingResourceError: a computation, or a resource it uses, requires a resource that it lacks now.
        ResourceConflictError: a definition has a different resource under one of the keys.
        InvalidDefinitionError: something is neither asset nor source asset, or config is given for a resource
            that is not.
        InvalidInvocationError: config is not written that way.
        InvalidConfigError: config does not fit; every problem is listed with its path.
    """
    resources = to_resource_definitions(resource_defs, "with_resources")
    check_type(
        resource_config_by_key, Mapping | None, "with_resources: resource_config_by_key", "a mapping of keys"
    )
    check_type(definitions, Iterable, "with_resources: definitions", "a list of assets and source assets")
    for key, entry in (resource_config_by_key or {}).items():
        if key not in resources:
            raise InvalidDefinitionError(
                f"with_resources: config is given for '{key}', but no resource.{did_you_mean(key, resources)}"
            )
        if not isinstance(entry, Mapping) or set(entry) != {"config"}:
            raise InvalidInvocationError(
                f"with_resources: the config of '{key}' is written {{'config': ...}}, not {entry!r}."
            )
        _, problems = read_config(resources[key].config_schema, entry["config"], "config", resolve=False)
        if problems:
            raise InvalidConfigError(f"with_resources: the config of '{key}' does not fit", problems)
        resources[key] = resources[key].configured(entry["config"])
    attached = []
    for definition in definitions:
        if not isinstance(definition, AssetsDefinition | SourceAsset):
            raise InvalidDefinitionError(
                f"with_resources takes assets and source assets, not {definition!r}."
            )
        copy = definition.with_resources(resources)
        if isinstance(copy, AssetsDefinition):
            _check_complete(copy, resources)
        attached.append(copy)
    return attached


def _check_complete(definition: AssetsDefinition, given: Mapping[str, Any]) -> None:
    # IO managers are left to the settings and plugins, which may provide them.
    known = definition.resource_defs
    needed = dict.fromkeys(definition.node_def.required_resource_keys, repr(definition))
    pending = list(needed)
    for key in pending:
        if key not in known:
            raise MissingResourceError(key, needed[key], {**known, **given})
        new = known[key].required_resource_keys - needed.keys()
        needed.update(dict.fromkeys(new, f"Resource '{key}'"))
        pending += new
