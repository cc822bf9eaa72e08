"""``holdfast observe``: what it looks at, what it says, and what is kept of it."""

from __future__ import annotations

import json

SOURCES = """
from holdfast import FreshnessPolicy, LogicalVersion, SourceAsset, asset, observable_source_asset


@observable_source_asset
def orders(context):
    return LogicalVersion("v7")


@observable_source_asset
def broken():
    raise ValueError("no such table")


stock = SourceAsset("stock", metadata={"path": "stock.csv"}, observe_fn="file")
plain = SourceAsset("plain")


@asset(non_argument_deps={"orders"}, freshness_policy=FreshnessPolicy(maximum_lag_minutes=60))
def revenue():
    return 1
"""


def test_source_assets_are_observed_by_name(project):
    """The lines say the version, the summary how many there were."""
    shop = project(SOURCES)
    (shop.directory / "stock.csv").write_text("a,b")
    done = shop("observe", "orders", "stock")
    assert done.returncode == 0, done.stderr
    assert "orders observed in" in done.stdout
    assert ": version v7" in done.stdout
    assert "2 source assets observed." in done.stdout.splitlines()[-1]
    assert "made" not in done.stdout


def test_by_default_everything_observable_is_observed(project):
    """One that fails makes the exit code 1; the others are observed all the same."""
    shop = project(SOURCES)
    (shop.directory / "stock.csv").write_text("a,b")
    done = shop("observe", "--json")
    assert done.returncode == 1
    steps = {step["key"]: step for step in json.loads(done.stdout)["steps"]}
    assert {key: step["status"] for key, step in steps.items()} == {
        "orders": "made",
        "broken": "failed",
        "stock": "made",
    }
    assert steps["orders"]["observed"] == {"orders": "v7"}
    assert steps["stock"]["observed"]["stock"].endswith("-3")


def test_what_cannot_be_observed_is_an_error(project):
    """The message names what can be."""
    done = project(SOURCES)("observe", "plain")
    assert done.returncode == 2
    assert "'broken', 'orders', 'stock'" in done.stderr


def test_an_observation_is_kept(project):
    """`assets show` has the last one."""
    shop = project(SOURCES)
    assert shop.json("assets", "show", "orders")["version"] is None
    shop.lines("observe", "orders", "--tag", "why=test")
    shown = shop.json("assets", "show", "orders")
    assert (shown["version"], bool(shown["observed"])) == ("v7", True)
    assert shop.json("runs", "list")[0]["job"] == "observe"
    lines = shop.lines("assets", "show", "orders")
    assert "version:    v7" in lines
    assert lines[-1].startswith("last observed ")


def test_lateness_is_shown(project):
    """An asset with a policy shows how late it is, once it was made."""
    shop = project(SOURCES)
    assert shop.json("assets", "show", "revenue")["minutes_late"] is None
    shop.lines("materialize", "revenue")
    assert shop.json("assets", "show", "revenue")["minutes_late"] == 0
    assert "late by:    0 min" in shop.lines("assets", "show", "revenue")
