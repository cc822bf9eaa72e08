"""Attach resources to definitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from holdfast.definitions.assets_definition import AssetsDefinition
from holdfast.definitions.resource import to_resource_definitions
from holdfast.definitions.source_asset import SourceAsset
from holdfast.errors import InvalidDefinitionError, did_you_mean

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
        resource_config_by_key: ``{"config": ...}`` by resource key, used where the run config gives none.

    Raises:
        ResourceConflictError: a definition has a different resource under one of the keys.
        InvalidDefinitionError: something is neither asset nor source asset, or config is given for a resource
            that is not.
    """
    resources = to_resource_definitions(resource_defs, "with_resources")
    for key, entry in (resource_config_by_key or {}).items():
        if key not in resources:
            raise InvalidDefinitionError(
                f"with_resources: config is given for '{key}', but no resource.{did_you_mean(key, resources)}"
            )
        if not isinstance(entry, Mapping) or set(entry) != {"config"}:
            raise InvalidDefinitionError(
                f"with_resources: the config of '{key}' is written {{'config': ...}}, not {entry!r}."
            )
        resources[key] = attrs.evolve(resources[key], bound_config=entry["config"])
    attached = []
    for definition in definitions:
        if not isinstance(definition, AssetsDefinition | SourceAsset):
            raise InvalidDefinitionError(
                f"with_resources takes assets and source assets, not {definition!r}."
            )
        attached.append(definition.with_resources(resources))
    return attached
