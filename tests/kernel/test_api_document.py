"""What the document of the asset API shows by example, each as a program of our own."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from holdfast import (
    AssetIn,
    AssetKey,
    AssetOut,
    AssetsDefinition,
    AssetSelection,
    AssetValueLoader,
    ConfigMapping,
    FreshnessPolicy,
    GraphOut,
    InMemoryIOManager,
    InputContext,
    Instance,
    InvalidDefinitionError,
    IOManager,
    Nothing,
    Output,
    RepositoryDefinition,
    ResourceDefinition,
    RetryPolicy,
    SourceAsset,
    asset,
    define_asset_job,
    graph,
    load_assets_from_current_module,
    load_assets_from_modules,
    load_assets_from_package_module,
    load_assets_from_package_name,
    materialize,
    materialize_to_memory,
    multi_asset,
    op,
    repository,
    with_resources,
)

Names = Callable[[AssetSelection], set[str]]


# -- asset -------------------------------------------------------------------------------------------


def test_an_asset_is_made_of_the_asset_its_argument_names() -> None:
    """The function adds one to what the upstream asset holds."""

    @asset
    def visitors() -> int:
        return 41

    @asset
    def expected(visitors: int) -> int:
        return visitors + 1

    assert materialize_to_memory([visitors, expected]).asset_value("expected") == 42


def test_a_function_that_returns_none_may_halt_what_is_downstream() -> None:
    """`output_required=False`: nothing is stored, and what would read it is skipped."""
    empty = asset(name="empty", output_required=False)(lambda: None)
    result = materialize_to_memory([empty, asset(name="reads")(lambda empty: empty)])
    skipped = [event.step_key for event in result.all_events if event.event_type_value == "STEP_SKIPPED"]
    assert result.success
    assert skipped == ["reads"]


def test_an_asset_says_how_it_is_computed() -> None:
    """Policies, versions, kinds and tags are there to be read."""
    policy = FreshnessPolicy(maximum_lag_minutes=60)
    retries = RetryPolicy(max_retries=3)
    prices = asset(
        name="prices",
        compute_kind="spark",
        op_tags={"cores": 4},
        op_version="v2",
        retry_policy=retries,
        freshness_policy=policy,
    )(lambda: 1)
    assert prices.op.tags == {"kind": "spark", "cores": "4"}
    assert (prices.op.version, prices.op.retry_policy) == ("v2", retries)
    assert prices.freshness_policies_by_key[AssetKey("prices")] == policy


# -- AssetIn, SourceAsset ----------------------------------------------------------------------------


class Columns(IOManager):
    """Loads only the columns that the metadata of the input asks for."""

    def handle_output(self, context: Any, obj: Any) -> None:
        raise AssertionError("nothing is stored here")

    def load_input(self, context: InputContext) -> Any:
        table = {"id": [1, 2], "price": [3, 4], "note": ["a", "b"]}
        return {name: table[name] for name in context.metadata["columns"]}


def test_an_input_may_ask_for_a_subset_of_columns() -> None:
    """The metadata of an `AssetIn` reaches the IO manager of a `SourceAsset`."""
    table = SourceAsset(["warehouse", "sales"], io_manager_def=Columns())
    wanted = AssetIn(key=["warehouse", "sales"], metadata={"columns": ["price"]})
    turnover = asset(name="turnover", ins={"sales": wanted})(lambda sales: sum(sales["price"]))
    result = materialize([table, turnover])
    assert result.asset_value("turnover") == 7
    assert [str(step_key) for step_key in result.plan.steps] == ["turnover"]


def test_an_input_may_only_wait() -> None:
    """An `AssetIn` typed `Nothing` orders the run without an argument."""
    order: list[str] = []
    loaded = asset(name="loaded")(lambda: order.append("loaded"))
    report = asset(name="report", ins={"loaded": AssetIn(dagster_type=Nothing)})(
        lambda: order.append("report")
    )
    materialize_to_memory([report, loaded])
    assert order == ["loaded", "report"]


# -- define_asset_job --------------------------------------------------------------------------------


def test_a_job_may_target_all_assets_of_a_repository() -> None:
    """Without a selection it makes everything there is."""

    @asset
    def emails() -> list[str]:
        return ["a@example.org"]

    @asset
    def domains(emails: list[str]) -> set[str]:
        return {email.partition("@")[2] for email in emails}

    @repository
    def contacts() -> list[Any]:
        return [emails, domains, define_asset_job("everything")]

    result = contacts.get_job("everything").execute_in_process()
    assert result.output_for_node("domains") == {"example.org"}


def test_a_job_may_target_the_assets_of_a_group() -> None:
    """Assets of other groups stay as they are."""
    assets = [
        asset(name="campaigns", group_name="marketing")(lambda: 1),
        asset(name="invoices", group_name="finance")(lambda: 2),
    ]

    @repository
    def company() -> list[Any]:
        return [assets, define_asset_job("ads", selection=AssetSelection.groups("marketing"))]

    assert company.get_job("ads").execute_in_process().plan.assets == (AssetKey("campaigns"),)


def test_resources_are_given_to_the_assets_and_not_to_the_job() -> None:
    """The same asset runs with one resource in production and another in a test."""

    @asset(required_resource_keys={"chat"})
    def announcement(context: Any) -> str:
        return f"sent by {context.resources.chat}"

    def of(client: str) -> RepositoryDefinition:
        resources = {"chat": ResourceDefinition.hardcoded_resource(client)}
        bound = with_resources([announcement], resource_defs=resources)
        return RepositoryDefinition.of("repo", [*bound, define_asset_job("all_of_it")])

    for client in ("production", "test"):
        result = of(client).get_job("all_of_it").execute_in_process()
        assert result.output_for_node("announcement") == f"sent by {client}"


def test_a_config_mapping_makes_a_small_config_of_a_large_one() -> None:
    """The job asks for one word, and the run config follows."""
    greeting = asset(name="greeting")(lambda context: context.op_config["word"])

    def expand(config: Any) -> Any:
        return {"ops": {"greeting": {"config": {"word": config["word"]}}}}

    job = define_asset_job("greet", config=ConfigMapping(expand, config_schema={"word": str}))
    made = job.resolve([greeting]).execute_in_process(run_config={"word": "hello"})
    assert made.output_for_node("greeting") == "hello"


# -- AssetSelection ----------------------------------------------------------------------------------


@pytest.fixture
def names() -> Names:
    """Find a selection among leads -> calls -> deals, in marketing but for deals, and promotion."""
    assets = [
        asset(name="leads", group_name="marketing")(lambda: 1),
        asset(name="calls", group_name="marketing")(lambda leads: 1),
        asset(name="spend", group_name="marketing")(lambda: 1),
        asset(name="deals", group_name="sales")(lambda calls: 1),
        asset(name="promotion")(lambda spend: 1),
    ]
    return lambda selection: {str(key) for key in selection.resolve(assets)}


def test_select_a_group(names: Names) -> None:
    """All assets in it."""
    assert names(AssetSelection.groups("marketing")) == {"leads", "calls", "spend"}


def test_select_a_group_and_one_asset_more(names: Names) -> None:
    """``|`` is the union."""
    selection = AssetSelection.groups("marketing") | AssetSelection.keys("promotion")
    assert names(selection) == {"leads", "calls", "spend", "promotion"}


def test_select_what_is_downstream_within_a_group(names: Names) -> None:
    """``&`` is the intersection."""
    selection = AssetSelection.groups("marketing") & AssetSelection.keys("leads").downstream()
    assert names(selection) == {"leads", "calls"}


def test_select_all_but_a_group(names: Names) -> None:
    """``-`` is the difference."""
    assert names(AssetSelection.all() - AssetSelection.groups("marketing")) == {"deals", "promotion"}


def test_a_depth_counts_generations(names: Names) -> None:
    """One for children or parents, two for grandchildren or grandparents too."""
    assert names(AssetSelection.keys("leads").downstream(depth=1)) == {"leads", "calls"}
    assert names(AssetSelection.keys("leads").downstream(depth=2)) == {"leads", "calls", "deals"}
    assert names(AssetSelection.keys("deals").upstream(depth=1)) == {"calls", "deals"}


def test_what_was_selected_may_be_left_out(names: Names) -> None:
    """`include_self=False` leaves only what was reached."""
    assert names(AssetSelection.keys("leads").downstream(include_self=False)) == {"calls", "deals"}
    assert names(AssetSelection.keys("deals").upstream(include_self=False)) == {"leads", "calls"}


def test_the_ends_of_a_selection(names: Names) -> None:
    """Sources have nothing upstream within the selection, sinks nothing downstream."""
    marketing = AssetSelection.groups("marketing")
    assert names(marketing.sources()) == {"leads", "spend"}
    assert names(marketing.sinks()) == {"calls", "spend"}


def test_select_by_definition() -> None:
    """`assets` takes the definitions themselves, of several assets too."""
    pair = multi_asset(outs={"a": AssetOut(), "b": AssetOut()}, name="pair")(lambda: (1, 2))
    rest = asset(name="rest")(lambda a: a)
    assert AssetSelection.assets(pair).resolve([pair, rest]) == {AssetKey("a"), AssetKey("b")}


# -- load_assets_from_... ----------------------------------------------------------------------------


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A package `doc_warehouse`: a source asset in it, an asset in a module, another one deeper."""
    files = {
        "__init__.py": "from holdfast import SourceAsset\nfeed = SourceAsset('feed')\n",
        "staging.py": "from holdfast import asset\n@asset\ndef cleaned(): return [1, 2]\n",
        "marts/__init__.py": "",
        "marts/daily.py": "from holdfast import asset\n@asset\ndef counted(cleaned): return len(cleaned)\n",
    }
    for name, text in files.items():
        (tmp_path / "doc_warehouse" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "doc_warehouse" / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("doc_warehouse")
    for name in [name for name in sys.modules if name.partition(".")[0] == "doc_warehouse"]:
        del sys.modules[name]


def test_load_from_a_package(warehouse: ModuleType) -> None:
    """By module or by name, all modules below it included."""
    by_module = load_assets_from_package_module(warehouse)
    by_name = load_assets_from_package_name("doc_warehouse")
    assert {str(d.key) for d in by_module} == {str(d.key) for d in by_name} == {"feed", "cleaned", "counted"}


def test_load_from_modules_with_a_group_and_a_prefix(warehouse: ModuleType) -> None:
    """The copies that are returned still find each other."""
    modules = [importlib.import_module(f"doc_warehouse.{name}") for name in ("staging", "marts.daily")]
    loaded = load_assets_from_modules(modules, group_name="nightly", key_prefix=["lake", "v1"])
    assert {group for d in loaded for group in d.group_names_by_key.values()} == {"nightly"}
    assert materialize_to_memory(loaded).asset_value(["lake", "v1", "counted"]) == 2


temperature = asset(name="temperature")(lambda: 21)
station = SourceAsset("station")


def test_load_from_the_module_that_calls() -> None:
    """Assets and source assets beside the call."""
    assert {temperature, station} <= set(load_assets_from_current_module())


# -- AssetsDefinition --------------------------------------------------------------------------------


@op
def squared(number: int) -> int:
    return number * number


@graph(out={"square": GraphOut(), "fourth": GraphOut()})
def powers(number: int) -> dict[str, Any]:
    square = squared(number)
    return {"square": square, "fourth": squared(square)}


number = asset(name="number")(lambda: 3)


def test_the_outputs_of_a_graph_are_assets() -> None:
    """`from_graph` takes keys from the graph's inputs and outputs."""
    made = AssetsDefinition.from_graph(powers, key_prefix="math", group_name="numbers")
    result = materialize_to_memory([number, made])
    assert result.asset_value(["math", "fourth"]) == 81
    assert made.asset_deps[AssetKey(["math", "square"])] == {AssetKey("number")}


def test_what_an_output_depends_on_must_be_read_or_made() -> None:
    """`internal_asset_deps` correct the default, and a key that is neither is an error."""
    fourth_of_square = {"square": {AssetKey("number")}, "fourth": {AssetKey("square")}}
    made = AssetsDefinition.from_graph(powers, internal_asset_deps=fourth_of_square)
    assert made.asset_deps[AssetKey("fourth")] == {AssetKey("square")}
    with pytest.raises(InvalidDefinitionError, match="Did you mean 'square'"):
        AssetsDefinition.from_graph(powers, internal_asset_deps={"fourth": {AssetKey("squares")}})


def test_the_output_of_an_op_is_an_asset() -> None:
    """`from_op` maps names to keys and adds metadata."""
    made = AssetsDefinition.from_op(
        squared,
        keys_by_input_name={"number": AssetKey("number")},
        keys_by_output_name={"result": AssetKey("area")},
        metadata_by_output_name={"result": {"unit": "m2"}},
    )
    assert materialize_to_memory([number, made]).asset_value("area") == 9
    assert made.metadata_by_key[AssetKey("area")] == {"unit": "m2"}


# -- multi_asset -------------------------------------------------------------------------------------


@multi_asset(
    outs={"train": AssetOut(key_prefix="ml"), "test": AssetOut(key=["ml", "held_out"], is_required=False)},
    can_subset=True,
)
def split(context: Any, rows: list[int]) -> Iterator[Output[list[int]]]:
    for name in sorted(context.selected_output_names):
        yield Output(rows[:2] if name == "train" else rows[2:], name)


rows = asset(name="rows")(lambda: [1, 2, 3])


def test_several_assets_are_made_together() -> None:
    """Each out is an asset, with a key of its own."""
    result = materialize_to_memory([rows, split])
    assert result.asset_value(["ml", "train"]) == [1, 2]
    assert result.asset_value(["ml", "held_out"]) == [3]


def test_some_of_several_assets_may_be_made() -> None:
    """The function is told which."""
    result = materialize_to_memory([rows, split], selection=["rows", "ml/held_out"])
    assert result.plan.assets == (AssetKey("rows"), AssetKey(["ml", "held_out"]))


# -- AssetValueLoader --------------------------------------------------------------------------------


def test_values_are_loaded_without_a_run() -> None:
    """A loader keeps what it set up between calls; the repository makes it."""
    instance = Instance.ephemeral()
    materialize([rows, number], instance=instance)
    with RepositoryDefinition.of("repo", [rows, number]).get_asset_value_loader(instance) as loader:
        assert isinstance(loader, AssetValueLoader)
        assert loader.load_asset_value("rows") == [1, 2, 3]
        assert loader.load_asset_value(AssetKey("number"), python_type=int) == 3


def test_a_value_is_loaded_by_the_io_manager_of_its_asset() -> None:
    """Whoever stored it, and whatever the instance would use."""
    own = asset(name="own", io_manager_def=InMemoryIOManager())(lambda: "kept")
    materialize([own])
    assert RepositoryDefinition.of("repo", [own]).load_asset_value("own") == "kept"
