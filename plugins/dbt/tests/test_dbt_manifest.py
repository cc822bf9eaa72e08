"""What becomes of a manifest; nothing here runs dbt."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import holdfast_dbt
from holdfast import (
    AssetKey,
    InvalidDefinitionError,
    SettingsError,
    SourceAsset,
    asset,
    define_asset_job,
    repository,
)
from holdfast.plugins.loading import Plugins
from holdfast.plugins.settings import Settings
from holdfast.plugins.uses import Use
from holdfast_dbt.loading import load_dbt_assets

VERSION = "https://schemas.getdbt.com/dbt/manifest/v12.json"


def node(unique_id: str, *reads: str, materialized: str = "table", **said: Any) -> dict[str, Any]:
    kind, package, *rest = unique_id.split(".")
    folders = said.pop("folders", [])
    return {
        "unique_id": unique_id,
        "resource_type": kind,
        "name": rest[-1],
        "fqn": [package, *folders, *rest],
        "original_file_path": f"models/{rest[-1]}.sql",
        "checksum": {"name": "sha256", "checksum": said.pop("code", "1")},
        "config": {"materialized": materialized},
        "depends_on": {"nodes": list(reads), "macros": said.pop("macros", [])},
        **said,
    }


def source(name: str, **said: Any) -> dict[str, Any]:
    own = {"source_name": "till", "schema": "raw", "identifier": f"{name}_v1"}
    return {**node(f"source.shop.till.{name}"), "name": name, **own, **said}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a manifest with some nodes and returns the directory of the project."""

    def write(*nodes: dict[str, Any], macros: Any = None, **metadata: Any) -> Path:
        by_kind: dict[bool, dict[str, Any]] = {True: {}, False: {}}
        for each in nodes:
            by_kind[each["resource_type"] == "source"][each["unique_id"]] = each
        said = {"dbt_schema_version": VERSION, "project_name": "shop", "adapter_type": "duckdb", **metadata}
        manifest = {
            "metadata": said,
            "nodes": by_kind[False],
            "sources": by_kind[True],
            "macros": macros or {},
        }
        (tmp_path / "target").mkdir(exist_ok=True)
        (tmp_path / "target" / "manifest.json").write_text(json.dumps(manifest), "utf-8")
        return tmp_path

    return write


@pytest.fixture
def load(write: Any) -> Callable[..., list[Any]]:
    """Loads the definitions of some nodes."""

    def load(*nodes: dict[str, Any], macros: Any = None, **options: Any) -> list[Any]:
        return load_dbt_assets(project_dir=write(*nodes, macros=macros), **options)

    return load


def keys_of(definitions: list[Any]) -> set[str]:
    return {str(key) for key in definitions[0].keys}


def test_the_hook_names_the_loader() -> None:
    """The plugin provides the loader `dbt`."""
    (record,) = holdfast_dbt.holdfast_loaders()
    assert (record.name, record.factory) == ("dbt", "holdfast_dbt.loading:load_dbt_assets")


def test_models_seeds_and_snapshots_are_assets_of_one_definition(load: Any) -> None:
    """Tests and other nodes are none."""
    (made,) = load(node("model.shop.a"), node("seed.shop.b"), node("snapshot.shop.c"), node("test.shop.d"))
    assert keys_of([made]) == {"a", "b", "c"}
    assert made.can_subset
    assert made.op.tags == {"kind": "dbt"}


def test_dependencies_pass_through_ephemeral_models(load: Any) -> None:
    """Two of them in a row too; they are no assets."""
    made, _ = load(
        source("sales"),
        node("model.shop.x", "source.shop.till.sales", materialized="ephemeral"),
        node("model.shop.y", "model.shop.x", "model.shop.a", materialized="ephemeral"),
        node("model.shop.a"),
        node("model.shop.b", "model.shop.y"),
    )
    assert made.asset_deps[AssetKey("b")] == {AssetKey(["till", "sales"]), AssetKey("a")}
    assert keys_of([made]) == {"a", "b"}


def test_sources_are_source_assets(load: Any) -> None:
    """With what the manifest says of them."""
    _, sales = load(node("model.shop.a"), source("sales", description="Each sale."))
    assert isinstance(sales, SourceAsset)
    assert (str(sales.key), sales.description) == ("till/sales", "Each sale.")


def test_keys_may_be_relations(load: Any) -> None:
    """Schema and name in the database; the schema that databases have anyway is left out."""
    made, sales = load(
        node("model.shop.a", schema="marts", alias="facts"),
        node("model.shop.b", schema="main", alias="b"),
        source("sales"),
        keys="relation",
        key_prefix="lake",
    )
    assert keys_of([made]) == {"lake/marts/facts", "lake/b"}
    assert str(sales.key) == "raw/sales_v1"


def test_a_model_with_versions_has_them_in_its_keys(load: Any) -> None:
    """As dbt calls its tables; its folders are its group."""
    old = node("model.shop.a.v1", folders=["marts"], version=1) | {"name": "a"}
    new = node("model.shop.a.v2", folders=["marts"], version=2) | {"name": "a"}
    (made,) = load(old, new)
    assert keys_of([made]) == {"a_v1", "a_v2"}
    assert set(made.group_names_by_key.values()) == {"marts"}


@pytest.mark.parametrize("place", ["meta", "config"])
def test_a_node_may_name_its_key(load: Any, place: str) -> None:
    """In `meta`, at either of the places where dbt keeps it; no prefix goes before it."""
    meta = {"holdfast": {"asset_key": ["lake", "a"]}}
    said = {"meta": meta} if place == "meta" else {"config": {"meta": meta}}
    assert keys_of(load(node("model.shop.a", **said), key_prefix="shop")) == {"lake/a"}


@pytest.mark.parametrize(
    ("meta", "problem"),
    [
        ({"asset_kye": "a"}, "no 'asset_kye'. Did you mean 'asset_key'"),
        ({"asset_key": 7}, "is a string or a list of strings, not 7"),
        ("a", "meta.holdfast is a mapping, not 'a'"),
    ],
)
def test_wrong_meta_is_an_error(load: Any, meta: Any, problem: str) -> None:
    """It names the node, its file and what is wrong."""
    with pytest.raises(InvalidDefinitionError, match=r"model\.shop\.a \(models/a\.sql\)") as caught:
        load(node("model.shop.a", meta={"holdfast": meta}))
    assert problem in str(caught.value)


def test_two_nodes_with_one_key_are_an_error(load: Any) -> None:
    """It names both, and what to do."""
    with pytest.raises(InvalidDefinitionError, match=r"'a'.*model\.shop\.a.*model\.inn\.a.*asset_key"):
        load(node("model.shop.a"), node("model.inn.a"))


def test_groups_are_those_of_dbt_or_the_folders(load: Any) -> None:
    """What has neither is in the default group."""
    (made,) = load(
        node("model.shop.a", folders=["marts", "money-2"]),
        node("model.shop.b", folders=["marts"], group="office"),
        node("model.shop.c"),
    )
    groups = {str(key): group for key, group in made.group_names_by_key.items()}
    assert groups == {"a": "marts_money_2", "b": "office", "c": "default"}


def test_all_assets_may_be_in_one_group(load: Any) -> None:
    """As the option says, sources too."""
    made, sales = load(node("model.shop.a", folders=["marts"]), source("sales"), group_name="shop")
    assert {*made.group_names_by_key.values(), sales.group_name} == {"shop"}


def test_assets_are_described(load: Any) -> None:
    """By what the manifest says of them."""
    (made,) = load(node("model.shop.a", description="One.", relation_name='"d"."main"."a"', tags=["daily"]))
    metadata = made.metadata_by_key[AssetKey("a")]
    assert made.op.outs["model_shop_a"].description == "One."
    assert metadata["tags"].value == ["daily"]
    assert {label: metadata[label] for label in ("dbt_id", "relation", "materialized", "file")} == {
        "dbt_id": "model.shop.a",
        "relation": '"d"."main"."a"',
        "materialized": "table",
        "file": "models/a.sql",
    }


def test_a_source_may_be_an_asset_of_the_repository(load: Any) -> None:
    """Then there is no source asset of its key, and the model waits for the asset."""
    found = load(
        node("model.shop.a", "source.shop.till.sales"),
        source("sales", meta={"holdfast": {"asset_key": "sales", "made_here": True}}),
    )
    assert len(found) == 1

    @asset
    def sales() -> None:
        pass

    @repository
    def shop() -> list[Any]:
        return [found, sales]

    assert shop.graph.parents("a") == (AssetKey("sales"),)


def test_assets_are_defined_in_the_project(load: Any, tmp_path: Path) -> None:
    """Messages lead there, and not to the loader; so does a selection of them."""
    (made,) = load(node("model.shop.a"), node("model.shop.b"))
    assert made.subset_for({AssetKey("a")}).place == str(tmp_path / "dbt_project.yml")


def test_an_asset_between_two_models_parts_them(load: Any) -> None:
    """What is above it is made by one use of dbt, what is below it by another."""
    found = load(
        node("model.shop.a"),
        node("model.shop.c", "source.shop.till.b", "model.shop.a"),
        source("b", meta={"holdfast": {"asset_key": "b", "made_here": True}}),
    )

    @asset(non_argument_deps={"a"})
    def b() -> None:
        pass

    plan = define_asset_job("all_of_it").resolve([*found, b]).plan()
    assert [sorted(map(str, step.selected)) for step in plan] == [["a"], ["b"], ["c"]]


def test_a_source_may_be_observed(load: Any) -> None:
    """Its `meta` names the observer, and what that is to know."""
    meta = {"observe_fn": "sql", "metadata": {"query": "SELECT 1"}}
    (_, sales) = load(node("model.shop.a"), source("sales", meta={"holdfast": meta}))
    assert sales.observe_fn == "sql"
    assert sales.raw_metadata["query"] == "SELECT 1"


MACRO = {"unique_id": "macro.shop.m", "resource_type": "macro", "depends_on": {"macros": []}}
BUILT_IN = {**MACRO, "unique_id": "macro.dbt.n"}


@pytest.mark.parametrize(
    ("changed", "macros"),
    [
        ({"code": "2"}, {}),
        ({"materialized": "view"}, {}),
        ({}, {"macro.shop.m": {**MACRO, "macro_sql": "2"}}),
    ],
)
def test_changed_code_has_another_version(load: Any, changed: Any, macros: Any) -> None:
    """Code are the file, how it is made, and the project's macros in it."""
    uses = {"macros": ["macro.shop.m"]}
    before = {"macro.shop.m": {**MACRO, "macro_sql": "1"}}
    (old,) = load(node("model.shop.a", **uses), macros=before)
    (new,) = load(node("model.shop.a", **uses, **changed), macros=before | macros)
    assert old.op.version != new.op.version


def test_an_ephemeral_model_is_part_of_the_code(load: Any) -> None:
    """Of those that read it."""
    reads = node("model.shop.a", "model.shop.x")
    (old,) = load(reads, node("model.shop.x", materialized="ephemeral"))
    (new,) = load(reads, node("model.shop.x", materialized="ephemeral", code="2"))
    assert old.op.version != new.op.version


def test_a_new_version_of_dbt_is_no_change(load: Any) -> None:
    """Its own macros are not the project's."""
    uses = node("model.shop.a", macros=["macro.dbt.n"])
    (old,) = load(uses, macros={"macro.dbt.n": {**BUILT_IN, "macro_sql": "1"}})
    (new,) = load(uses, macros={"macro.dbt.n": {**BUILT_IN, "macro_sql": "2"}})
    assert old.op.version == new.op.version


def test_a_project_that_makes_nothing_has_no_assets(load: Any) -> None:
    """Its sources are there."""
    (sales,) = load(source("sales"))
    assert str(sales.key) == "till/sales"


def test_a_missing_manifest_is_an_error(tmp_path: Path) -> None:
    """It says where it was looked for, and what writes one."""
    with pytest.raises(InvalidDefinitionError, match=r"no manifest .*target/manifest\.json.*'dbt parse'"):
        load_dbt_assets(project_dir=tmp_path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "is no manifest of a dbt project"),
        ("[]", "dbt_schema_version is None"),
        ('{"metadata": {"dbt_schema_version": "v99"}}', "dbt_schema_version is 'v99'"),
        (json.dumps({"metadata": {"dbt_schema_version": VERSION}}), "has no 'nodes'"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_an_error(write: Any, text: str, problem: str) -> None:
    """It names the file and says what to run."""
    folder = write()
    (folder / "target" / "manifest.json").write_text(text)
    with pytest.raises(InvalidDefinitionError, match=r"manifest\.json.*'dbt parse'") as caught:
        load_dbt_assets(project_dir=folder)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("project_dir", 7),
        ("manifest", ""),
        ("target", 7),
        ("tests", "no"),
        ("keys", "relations"),
        ("key_prefix", 7),
        ("executable", ""),
    ],
)
def test_wrong_options_are_refused(write: Any, option: str, value: Any) -> None:
    """The message names the option."""
    with pytest.raises(SettingsError, match=rf"\[{option}\]"):
        load_dbt_assets(**{"project_dir": write(), option: value})


def test_an_unknown_option_is_refused(tmp_path: Path) -> None:
    """With the nearest one that there is."""
    plugins = Plugins.discover(Settings(directory=tmp_path))
    with pytest.raises(SettingsError, match=r"no option 'project'\. Did you mean 'project_dir'"):
        plugins.load_definitions(Use("dbt", {"project": "."}))


def test_paths_start_in_the_repository(write: Any) -> None:
    """Those of settings are relative to it, and that of the manifest to the project."""
    folder = write(node("model.shop.a"))
    plugins = Plugins.discover(Settings(directory=folder.parent))
    found = plugins.load_definitions(Use("dbt", {"project_dir": folder.name}))
    assert keys_of(found) == {"a"}
