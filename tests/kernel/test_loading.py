"""Finding assets in modules and packages."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from holdfast import (
    AssetKey,
    AssetsDefinition,
    DuplicateKeyError,
    InvalidDefinitionError,
    asset,
    load_assets_from_current_module,
    load_assets_from_modules,
    load_assets_from_package_module,
    load_assets_from_package_name,
    materialize_to_memory,
)

ASSETS = """
from holdfast import SourceAsset, asset

raw = SourceAsset("raw")

@asset
def orders():
    return [1, 2]

@asset
def revenue(orders):
    return sum(orders)

again = revenue
more = [asset(name="in_a_list")(lambda: 1)]
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A package `shop_tables` with a module `deep.other`."""
    (tmp_path / "shop_tables" / "deep").mkdir(parents=True)
    (tmp_path / "shop_tables" / "__init__.py").write_text(ASSETS)
    (tmp_path / "shop_tables" / "deep" / "__init__.py").write_text("")
    other = (
        "from holdfast import asset\nfrom shop_tables import orders\n@asset\ndef below(orders): return 1\n"
    )
    (tmp_path / "shop_tables" / "deep" / "other.py").write_text(other)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("shop_tables")
    for name in [name for name in sys.modules if name.partition(".")[0] == "shop_tables"]:
        del sys.modules[name]


def keys_of(definitions: list[object]) -> list[str]:
    return sorted(str(AssetKey.from_coercible(definition)) for definition in definitions)


def test_assets_source_assets_and_lists_are_found_once(package: ModuleType) -> None:
    """However often a name refers to them."""
    assert keys_of(load_assets_from_modules([package])) == ["in_a_list", "orders", "raw", "revenue"]


def test_a_package_is_walked(package: ModuleType) -> None:
    """By module or by name; what modules import from each other counts once."""
    expected = ["below", "in_a_list", "orders", "raw", "revenue"]
    assert keys_of(load_assets_from_package_module(package)) == expected
    assert keys_of(load_assets_from_package_name("shop_tables")) == expected


def test_a_module_is_no_package(package: ModuleType) -> None:
    """The error names the function to use."""
    module = importlib.import_module("shop_tables.deep.other")
    with pytest.raises(InvalidDefinitionError, match="load_assets_from_modules"):
        load_assets_from_package_module(module)


@asset
def here() -> int:
    return 1


def test_the_current_module_is_the_callers() -> None:
    """It finds what stands beside the call."""
    assert keys_of(load_assets_from_current_module()) == ["here"]


def test_a_group_is_for_the_copies(package: ModuleType) -> None:
    """The loaded definitions are in it, the module's are not."""
    loaded = load_assets_from_modules([package], group_name="shop")
    groups = {node.group for definition in loaded for node in definition.asset_nodes()}
    assert groups == {"shop"}
    assert set(package.orders.group_names_by_key.values()) == {"default"}


def test_a_group_over_a_group_is_an_error() -> None:
    """One of the two has to go."""
    module = ModuleType("tables")
    module.orders = asset(name="orders", group_name="raw")(lambda: 1)  # type: ignore[attr-defined]
    with pytest.raises(InvalidDefinitionError, match="in the group 'raw' already"):
        load_assets_from_modules([module], group_name="shop")


def test_a_prefix_goes_before_keys_and_the_arguments_that_read_them(package: ModuleType) -> None:
    """So that loaded assets still find each other; source assets keep their keys."""
    loaded = load_assets_from_modules([package], key_prefix=["a", "b"])
    assert keys_of(loaded) == ["a/b/in_a_list", "a/b/orders", "a/b/revenue", "raw"]
    assert materialize_to_memory(loaded).asset_value(["a", "b", "revenue"]) == 3


def test_the_computation_is_renamed_with_its_asset(package: ModuleType) -> None:
    """Its name follows the key."""
    loaded = load_assets_from_modules([package], key_prefix="a")
    names = {definition.op.name for definition in loaded if isinstance(definition, AssetsDefinition)}
    assert names == {"a__in_a_list", "a__orders", "a__revenue"}


def test_one_key_in_two_modules_is_an_error_that_names_both() -> None:
    """Two different objects cannot have it."""
    first, second = ModuleType("first"), ModuleType("second")
    first.orders = asset(name="orders")(lambda: 1)  # type: ignore[attr-defined]
    second.orders = asset(name="orders")(lambda: 2)  # type: ignore[attr-defined]
    with pytest.raises(DuplicateKeyError, match=r"module first.*module second"):
        load_assets_from_modules([first, second])
