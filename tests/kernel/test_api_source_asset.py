"""Parameters of `SourceAsset` and of the functions that find assets in modules."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from holdfast import (
    AssetKey,
    IOManager,
    LogicalVersion,
    MetadataEntry,
    MetadataValue,
    SourceAsset,
    StaticPartitionsDefinition,
    asset,
    load_assets_from_current_module,
    load_assets_from_package_module,
    load_assets_from_package_name,
    materialize,
)


class Named(IOManager):
    """Loads the name of what is asked for."""

    def handle_output(self, context: Any, obj: Any) -> None: ...

    def load_input(self, context: Any) -> Any:
        return " ".join(context.get_asset_identifier())


class Fixed(IOManager):
    """Loads one value, whatever is asked for."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def handle_output(self, context: Any, obj: Any) -> None: ...

    def load_input(self, context: Any) -> Any:
        return self.value


def read_from(source: SourceAsset, **resources: Any) -> Any:
    """Return what an asset that reads the source asset is given."""
    reads = asset(name="reads", key_prefix="p")(lambda raw: raw)
    return materialize([source, reads], resources=resources).asset_value(["p", "reads"])


@pytest.mark.parametrize("key", ["raw", ["raw"], AssetKey("raw")])
def test_a_source_is_read_by_its_key(key: Any) -> None:
    """`key` is a string, parts or a key."""
    assert SourceAsset(key).key == AssetKey("raw")
    assert read_from(SourceAsset(key, io_manager_def=Fixed(4))) == 4


def test_the_key_of_the_io_manager_says_who_loads() -> None:
    """`io_manager_key` names a resource of the run."""
    assert read_from(SourceAsset("raw", io_manager_key="lake"), lake=Fixed(4)) == 4


def test_metadata_may_be_entries() -> None:
    """`_metadata_entries` is another form of `metadata`."""
    entries = [MetadataEntry("path", value="in.csv")]
    assert SourceAsset("raw", _metadata_entries=entries).metadata == {"path": MetadataValue.text("in.csv")}
    assert SourceAsset("raw", metadata={"path": "in.csv"}).metadata_entries == entries


def test_a_source_is_described_and_grouped() -> None:
    """`description` and `group_name` are as given, the group `default` by default."""
    source = SourceAsset("raw", description="What the partner sends.", group_name="partner")
    assert (source.description, source.group_name) == ("What the partner sends.", "partner")
    assert (SourceAsset("raw").description, SourceAsset("raw").group_name) == (None, "default")


def test_a_source_has_partitions() -> None:
    """`partitions_def` says which there are to be read."""
    letters = StaticPartitionsDefinition(["x", "y"])
    raw = SourceAsset("raw", partitions_def=letters, io_manager_def=Named())
    read = asset(name="read", partitions_def=letters)(lambda raw: raw)
    assert materialize([read, raw], partition_key="y").asset_value("read") == "raw y"


def test_an_observed_source_uses_its_resources() -> None:
    """`observe_fn` looks at the source with what `resource_defs` give."""

    def look(context: Any) -> LogicalVersion:
        return LogicalVersion(context.resources.stamp)

    source = SourceAsset("raw", observe_fn=look, resource_defs={"stamp": "v7"})
    (observation,) = materialize([source]).asset_observations_for_node("raw")
    assert "v7" in observation.tags.values()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A package `api_tables` with a source asset, and an asset in a module below."""
    folder = tmp_path / "api_tables"
    folder.mkdir()
    (folder / "__init__.py").write_text("from holdfast import SourceAsset\nraw = SourceAsset('raw')\n")
    (folder / "made.py").write_text("from holdfast import asset\n@asset\ndef rows(): return 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("api_tables")
    for name in [name for name in sys.modules if name.partition(".")[0] == "api_tables"]:
        del sys.modules[name]


def groups_by_key(definitions: list[Any]) -> dict[str, str]:
    return {str(node.key): node.group for definition in definitions for node in definition.asset_nodes()}


def test_a_loaded_package_is_put_into_a_group(package: ModuleType) -> None:
    """`group_name` is for assets and source assets of all its modules, given as a module or by name."""
    expected = {"raw": "tables", "rows": "tables"}
    assert groups_by_key(load_assets_from_package_module(package, group_name="tables")) == expected
    assert groups_by_key(load_assets_from_package_name("api_tables", group_name="tables")) == expected


def test_a_loaded_package_is_put_under_a_prefix(package: ModuleType) -> None:
    """`key_prefix` goes before the keys of assets."""
    expected = {"raw": "default", "db/eu/rows": "default"}
    prefix = ["db", "eu"]
    assert groups_by_key(load_assets_from_package_module(package, key_prefix=prefix)) == expected
    assert groups_by_key(load_assets_from_package_name("api_tables", key_prefix=prefix)) == expected


beside = asset(name="beside")(lambda: 1)


def test_the_current_module_is_put_into_a_group() -> None:
    """`group_name` is for the copies."""
    assert groups_by_key(load_assets_from_current_module(group_name="tables")) == {"beside": "tables"}


def test_the_current_module_is_put_under_a_prefix() -> None:
    """`key_prefix` is one part or several."""
    assert groups_by_key(load_assets_from_current_module(key_prefix="db")) == {"db/beside": "default"}
