"""Find the assets and source assets that modules define."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

from holdfast.argument_types import check_type
from holdfast.definitions.assets_definition import AssetsDefinition
from holdfast.definitions.source_asset import SourceAsset
from holdfast.errors import DuplicateKeyError, InvalidDefinitionError
from holdfast.keys import AssetKey, CoercibleToKeyPrefix, check_group_name

__all__ = [
    "load_assets_from_current_module",
    "load_assets_from_modules",
    "load_assets_from_package_module",
    "load_assets_from_package_name",
]


def load_assets_from_modules(
    modules: Iterable[ModuleType],
    group_name: str | None = None,
    key_prefix: CoercibleToKeyPrefix | None = None,
) -> list[Any]:
    """Return the assets and source assets that modules define, each once.

    Definitions are found as attributes of a module and in lists that are attributes of a module.

    Args:
        modules: where to look.
        group_name: the group of the copies that are returned.
        key_prefix: goes before the keys of the assets; arguments that read one of them follow. The keys of
            source assets stay.

    Raises:
        DuplicateKeyError: two different definitions have one key.
        InvalidDefinitionError: a group is given and an asset has one already.
    """
    if group_name is not None:
        check_group_name(group_name)
    found = list(_unique(modules))
    if group_name is None and key_prefix is None:
        return found
    renamed = {}
    if key_prefix is not None:
        made = [
            key for d in found if isinstance(d, AssetsDefinition) for key in d.keys_by_output_name.values()
        ]
        renamed = {key: key.with_prefix(key_prefix) for key in made}
    return [
        definition.with_prefix_or_group(key_prefix=key_prefix, group_name=group_name, input_keys=renamed)
        if isinstance(definition, AssetsDefinition)
        else definition.with_prefix_or_group(group_name=group_name)
        for definition in found
    ]


def load_assets_from_current_module(
    group_name: str | None = None, key_prefix: CoercibleToKeyPrefix | None = None
) -> list[Any]:
    """Return the assets and source assets that the calling module defines; as `load_assets_from_modules`."""
    module = sys.modules[sys._getframe(1).f_globals["__name__"]]
    return load_assets_from_modules([module], group_name, key_prefix)


def load_assets_from_package_module(
    package_module: ModuleType,
    group_name: str | None = None,
    key_prefix: CoercibleToKeyPrefix | None = None,
) -> list[Any]:
    """Return the assets and source assets of a package and all modules in it; as `load_assets_from_modules`.

    Raises:
        InvalidDefinitionError: ``package_module`` is no package.
    """
    return load_assets_from_modules(_modules_of(package_module), group_name, key_prefix)


def load_assets_from_package_name(
    package_name: str,
    group_name: str | None = None,
    key_prefix: CoercibleToKeyPrefix | None = None,
) -> list[Any]:
    """Return the assets and source assets of a package, given its name; as `load_assets_from_modules`."""
    check_type(package_name, str, "load_assets_from_package_name: package_name", "the name of a package")
    return load_assets_from_package_module(importlib.import_module(package_name), group_name, key_prefix)


def _modules_of(package: ModuleType) -> Iterator[ModuleType]:
    check_type(package, ModuleType, "load_assets_from_package_module: package_module", "a package")
    if not hasattr(package, "__path__"):
        raise InvalidDefinitionError(
            f"{package.__name__} is a module and no package; give it to load_assets_from_modules."
        )
    yield package
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(module.name)


def _unique(modules: Iterable[ModuleType]) -> Iterator[AssetsDefinition | SourceAsset]:
    seen: set[int] = set()
    owners: dict[AssetKey, str] = {}
    check_type(modules, Iterable, "load_assets_from_modules: modules", "a list of modules")
    for module in modules:
        check_type(module, ModuleType, "load_assets_from_modules: a module", "a module")
        for definition in _definitions_in(module):
            if id(definition) in seen:
                continue
            seen.add(id(definition))
            keys = definition.keys if isinstance(definition, AssetsDefinition) else {definition.key}
            place = f"{definition.place} (found in module {module.__name__})"
            for key in keys:
                if key in owners:
                    raise DuplicateKeyError(str(key), [owners[key], place])
                owners[key] = place
            yield definition


def _definitions_in(module: ModuleType) -> Iterator[AssetsDefinition | SourceAsset]:
    for value in list(vars(module).values()):
        if isinstance(value, AssetsDefinition | SourceAsset):
            yield value
        elif isinstance(value, list):
            yield from (item for item in value if isinstance(item, AssetsDefinition | SourceAsset))
