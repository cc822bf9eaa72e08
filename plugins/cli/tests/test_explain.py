"""``holdfast plugins explain KEY``: what serves each output and input of an asset, and by whose word."""

from __future__ import annotations

import pytest

ASSETS = """
from functools import partial

from holdfast import AssetIn, DailyPartitionsDefinition, SourceAsset, asset, mem_io_manager, repository

days = DailyPartitionsDefinition("2024-01-01")
shelves = SourceAsset("shelves", {"path": "shelves.csv"}, io_manager_key="lake", observe_fn="shelf_file")
counted = SourceAsset("counted", io_manager_def=mem_io_manager, observe_fn=lambda: None)

weighed = SourceAsset("weighed", observe_fn=partial(lambda scale: None, "scale"))

@asset(partitions_def=days)
def orders(shelves):
    return []

@asset(key_prefix="out", io_manager_key="lake", partitions_def=days)
def revenue(orders):
    return 0

@asset(ins={"orders": AssetIn(input_manager_key="lake")}, io_manager_def=mem_io_manager)
def report(orders):
    return ""

@asset(io_manager_key="attic")
def lost():
    return 1

@repository
def flows():
    return [shelves, counted, weighed, orders, revenue, report, lost]
"""
SETTINGS = """
[tool.holdfast]
repository = "flows"
executor = "in_process"

[tool.holdfast.io_managers]
lake = { use = "filesystem", base = "lake" }

[tool.holdfast.observers]
shelf_file = "file"
"""


@pytest.fixture
def explained(project):
    """Explains a name of the project above."""
    flows = project(ASSETS, SETTINGS)
    return lambda name, **environment: "\n".join(flows.lines("plugins", "explain", name, **environment))


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (
            "orders",
            "output 'result' is stored by the IO manager 'filesystem' of plugin 'filesystem' (holdfast-",
        ),
        ("orders", "chosen by: the defaults, the first that is there of filesystem, memory"),
        ("orders", "input 'shelves', asset 'shelves', is loaded by the IO manager 'filesystem'"),
        ("orders", "runs on the executor 'in_process' of plugin 'builtins'"),
        ("orders", "is recorded in the event store 'sqlite' of plugin 'sqlite'"),
        ("out/revenue", "pyproject.toml: [tool.holdfast.io_managers.lake]\n    option: base = 'lake'"),
        ("out/revenue", "resource key: 'lake'"),
        ("out/revenue", "because: it stores that value"),
        ("out/revenue", "partitions by: IdentityPartitionMapping(), the default of these two definitions"),
        ("report", "output 'result' is stored by the resource 'report__io_manager', which the assets bring"),
        ("report", "because: the input_manager_key names it"),
        ("lost", "stored by the resource 'attic', which no asset, setting or plugin provides"),
        ("shelves", "is made elsewhere, and loaded by the IO manager 'filesystem'"),
        ("shelves", "is observed by the observer 'file' of plugin 'filesystem'"),
        ("shelves", "pyproject.toml: [tool.holdfast.observers.shelf_file]"),
        ("counted", "is observed by its own function '<lambda>'"),
        ("weighed", "is observed by its own function 'functools.partial("),
    ],
)
def test_what_serves_an_asset_is_told(explained, key, told):
    assert told in explained(key)


def test_a_higher_setting_is_named(explained):
    """The environment stands above the repository, and is named as what decided."""
    assert "chosen by: HOLDFAST_EXECUTOR" in explained("orders", HOLDFAST_EXECUTOR="multiprocess")


def test_a_manager_that_cannot_be_used_says_why(project):
    """What serves an asset is told also where its plugin is switched off."""
    flows = project(ASSETS, SETTINGS)
    done = flows("--no-plugins=filesystem", "plugins", "explain", "out/revenue")
    assert "the IO manager 'filesystem' which cannot be used" in done.stdout
    assert "switched off by --no-plugins" in done.stdout


def test_an_asset_and_a_plugin_of_one_name_are_both_explained(project):
    module = "from holdfast import asset, repository\n@asset\ndef sqlite(): ...\n"
    module += "@repository\ndef flows(): return [sqlite]\n"
    done = project(module, '[tool.holdfast]\nrepository = "flows"\n')("plugins", "explain", "sqlite")
    assert "asset 'sqlite'" in done.stdout
    assert "event store 'sqlite': " in done.stdout


def test_a_misspelt_asset_leads_to_the_nearest(project):
    done = project(ASSETS, SETTINGS)("plugins", "explain", "ordrs")
    assert done.returncode == 2
    assert "Did you mean 'orders'?" in done.stderr
