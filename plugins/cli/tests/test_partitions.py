"""Partitions on the command line: backfills, what is left of them, and what became of each partition."""

from __future__ import annotations

import json
import re

import pytest

FLOWS = """
from pathlib import Path

from holdfast import (
    AssetIn, LastPartitionMapping, StaticPartitionsDefinition, asset,
    define_asset_job, repository,
)

days = StaticPartitionsDefinition(
    [f"2021-01-{day:02}" for day in range(1, 32)]
)
odd = StaticPartitionsDefinition(["a,b", "a..b", "c", "\\\\"])


@asset(partitions_def=days)
def daily(context):
    if context.partition_key == "2021-01-07" and not Path("mended").exists():
        raise ValueError("no such day")
    return int(context.partition_key[-2:])


@asset(partitions_def=days)
def doubled(daily):
    return 2 * daily


@asset
def total(doubled):
    return sum(doubled.values())


@asset(partitions_def=odd)
def strange(context):
    return context.partition_key


@asset(ins={"daily": AssetIn(partition_mapping=LastPartitionMapping())})
def latest(daily):
    return daily


@repository
def flows():
    return [daily, doubled, total, strange, latest, define_asset_job("doubling", "daily or doubled")]
"""

SETTINGS = """
[tool.holdfast]
repository = "flows"
executor = "in_process"
event_store = { use = "sqlite", path = "events.db" }
"""


@pytest.fixture
def flows(project):
    """A project with partitioned assets, of which a partition fails until a file is there."""
    return project(FLOWS, SETTINGS)


def without_times(lines):
    took = re.compile(r"\d+ ms|\d+\.\d s")
    return [took.sub("N", re.sub(r"^\d\d:\d\d:\d\d ", "", line)) for line in lines]


# -- backfill ----------------------------------------------------------------------------------------


def test_a_backfill_says_how_far_each_asset_is(flows):
    """A line for each tenth of its partitions and one at its end, not one for each partition."""
    done = flows("backfill", "daily", "doubled", "--partitions", "2021-01-10..2021-01-31")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = without_times(done.stdout.splitlines())
    assert lines[0].endswith(": daily 22 partitions, doubled 22 partitions")
    assert [line for line in lines if line.startswith("daily")] == [
        "daily: 10 of 22 made",
        "daily: 20 of 22 made",
        "daily: 22 of 22 made",
    ]
    assert re.fullmatch("Run .{8} succeeded in N: 44 partitions of 2 assets made.", lines[-1])


def test_a_partial_failure_is_summed_up_by_asset(flows):
    """The partitions and the report of what failed, and how many were skipped for it; 1 is the exit code."""
    done = flows("backfill", "daily", "doubled", "total")
    lines = without_times(done.stdout.splitlines())
    assert done.returncode == 1
    assert "daily failed for 2021-01-07: ValueError: no such day" in lines
    at = lines.index("Asset 'daily' failed for 1 partition: 2021-01-07")
    assert lines[at + 1] == "2021-01-07:"
    assert lines[at + 4] == "ValueError: no such day"
    assert lines[-3] == "Skipped because daily failed: total, doubled (1 partition)"
    assert lines[-2].endswith("failed after N: 60 partitions of 2 assets made, 1 failed, 2 skipped.")
    assert re.fullmatch("'holdfast resume .{8}' makes what is left.", lines[-1])


def test_a_backfill_answers_in_json(flows):
    """Counts by asset, the partitions that failed, and why."""
    done = flows("backfill", "daily", "doubled", "--json")
    steps = {step["key"]: step for step in json.loads(done.stdout)["steps"]}
    assert steps["daily"]["partitions"] == {"total": 31, "made": 30, "failed": 1, "skipped": 0}
    assert steps["daily"]["failed"] == ["2021-01-07"]
    assert steps["daily"]["errors"]["2021-01-07"]["type"] == "ValueError"
    assert steps["doubled"]["skipped_because"] == {"daily failed": 1}


def test_a_backfill_of_what_is_missing_or_failed(flows):
    """``--missing`` and ``--failed`` leave the rest; nothing to do is success."""
    assert flows("backfill", "daily", "--partitions", "2021-01-05..2021-01-09").returncode == 1
    (flows.directory / "mended").touch()
    failed = flows("backfill", "daily", "--failed")
    assert failed.stdout.endswith(": 1 asset made.\n")
    missing = flows("backfill", "daily", "--missing")
    assert "daily 26 partitions\n" in missing.stdout
    for option in ("--missing", "--failed"):
        again = flows("backfill", "daily", option)
        assert again.returncode == 0
        assert "there are no" in again.stdout


def test_an_unknown_partition_is_wrong_use(flows):
    """The message names the nearest key, and nothing runs."""
    done = flows("backfill", "daily", "--partitions", "2021-01-32")
    assert done.returncode == 2
    assert "Did you mean '2021-01-3" in done.stderr
    assert flows.json("runs", "list") == []


@pytest.mark.parametrize(("text", "key"), [(r"a\,b", "a,b"), (r"a\..b", "a..b"), ("c", "c"), (r"\\", "\\")])
def test_any_key_can_be_written(flows, text, key):
    """A backslash takes a comma, a dot or a backslash of a key as it is."""
    assert flows("backfill", "strange", "--partitions", text).returncode == 0
    assert flows.lines("load", "strange", "--partition", key) == [key]


@pytest.mark.parametrize("text", ["a..b..c", "..b", "a..", "a..b,c"])
def test_what_is_no_range_is_wrong_use(flows, text):
    """A range has two ends, and stands alone."""
    done = flows("backfill", "strange", "--partitions", text)
    assert done.returncode == 2
    assert "is neither a range of partitions" in done.stderr


# -- resume ------------------------------------------------------------------------------------------


def test_resume_makes_what_is_left(flows):
    """What failed and was skipped, in another run of the backfill; what was made is left alone."""
    flows("backfill", "daily", "doubled", "total", "--tag", "why=test")
    (flows.directory / "mended").touch()
    first = flows.json("runs", "list")[0]["run_id"]
    done = flows("resume", first[:8])
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(": 3 assets made.\n")
    assert flows.lines("load", "total") == [str(31 * 32)]
    run = flows.json("runs", "list")[0]
    assert (run["tags"]["holdfast/backfill"], run["tags"]["why"]) == (first, "test")


def test_resume_leaves_out_assets_that_are_done(flows):
    """They are read, and not made again."""
    flows("backfill", "daily", "--partitions", "2021-01-01")
    flows("backfill", "daily", "doubled", "total")
    (flows.directory / "mended").touch()
    flows("backfill", "daily", "--failed")
    done = flows("resume", flows.json("runs", "list")[1]["run_id"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "daily" not in done.stdout
    assert done.stdout.endswith(": 2 assets made.\n")
    assert flows.lines("load", "total") == [str(31 * 32)]


def test_nothing_left_is_success(flows):
    """With a message."""
    flows("backfill", "daily", "--partitions", "2021-01-01,2021-01-02")
    done = flows("resume")
    assert done.returncode == 0
    assert "Nothing is left of the backfill" in done.stdout


def test_what_is_no_backfill_cannot_be_resumed(flows):
    """A run of one partition is none; without any there is nothing to resume."""
    assert "No backfill is recorded yet" in flows("resume").stderr
    flows("materialize", "latest", "--executor", "in_process")
    done = flows("resume", flows.json("runs", "list")[0]["run_id"])
    assert done.returncode == 2
    assert "is no backfill" in done.stderr


# -- one partition -----------------------------------------------------------------------------------


def test_one_partition_is_planned_made_and_loaded(flows):
    """``--partition`` names it."""
    assert "1 partition: 2021-01-31" in flows("plan", "daily", "--partition", "2021-01-31").stdout
    assert flows("materialize", "daily", "latest", "--partition", "2021-01-31").returncode == 0
    assert flows.lines("load", "daily", "--partition", "2021-01-31") == ["31"]
    assert flows.lines("load", "latest") == ["31"]
    assert (
        flows.json("load", "daily", "--partition", "2021-01-31")["materialization"]["partition"]
        == "2021-01-31"
    )


def test_a_job_runs_for_a_partition(flows):
    """All its assets are made for it, and the list of runs says so."""
    assert flows("run", "doubling", "--partition", "2021-01-31").returncode == 0
    assert flows.lines("load", "doubled", "--partition", "2021-01-31") == ["62"]
    assert re.search(r"\bpartitions\n.* 2021-01-31\n", flows("runs", "list").stdout)


def test_several_partitions_are_loaded_as_a_mapping(flows):
    """A range or a list of keys gives values by key."""
    flows("backfill", "daily", "--partitions", "2021-01-01..2021-01-03")
    loaded = flows.lines("load", "daily", "--partitions", "2021-01-02..2021-01-03")
    assert loaded == ["{'2021-01-02': 2, '2021-01-03': 3}"]


def test_a_plan_of_a_backfill_says_which_partitions(flows):
    """By step, also of what is missing."""
    flows("backfill", "daily", "--partitions", "2021-01-01..2021-01-03")
    lines = flows.lines("plan", "daily", "--missing")
    assert "     28 partitions: 2021-01-04 to 2021-01-31" in lines
    wrong = flows("plan", "daily", "--missing", "--partition", "2021-01-01")
    assert wrong.returncode == 2
    assert "Give one of them" in wrong.stderr


# -- what became of them -----------------------------------------------------------------------------


def test_the_status_counts_by_asset(flows):
    """A row for each asset that has partitions, in the terminal and as JSON."""
    flows("backfill", "daily", "doubled", "--partitions", "2021-01-05..2021-01-09")
    assert [line.split() for line in flows.lines("partitions", "status", "--select", "not strange")] == [
        ["asset", "materialized", "failed", "missing", "total"],
        ["daily", "4", "1", "26", "31"],
        ["doubled", "4", "0", "27", "31"],
    ]
    (entry,) = flows.json("partitions", "status", "doubled")
    assert {name: entry[name] for name in ("materialized", "failed", "missing", "total")} == {
        "materialized": 4,
        "failed": 0,
        "missing": 27,
        "total": 31,
    }


def test_partitions_are_listed(flows):
    """All keys, or those that failed or are missing; as JSON with what became of each."""
    flows("backfill", "daily", "--partitions", "2021-01-05..2021-01-09")
    assert len(flows.lines("partitions", "list", "daily")) == 31
    assert flows.lines("partitions", "list", "daily", "--failed") == ["2021-01-07"]
    assert "2021-01-05" not in flows.lines("partitions", "list", "daily", "--missing")
    states = {entry["key"]: entry["status"] for entry in flows.json("partitions", "list", "daily")}
    assert [states[f"2021-01-{day:02}"] for day in (4, 5, 7)] == ["missing", "materialized", "failed"]


def test_an_asset_is_shown_with_its_partitions(flows):
    """How it is partitioned, how it depends on what it reads, and how much of it is made."""
    flows("backfill", "daily", "--partitions", "2021-01-01..2021-01-03")
    lines = flows.lines("assets", "show", "daily")
    assert "3 materialized, 28 missing, 31 total" in next(line for line in lines if "partitions:" in line)
    assert any(line.startswith("last materialized, partition 2021-01-03,") for line in lines)
    assert flows.json("assets", "show", "latest")["partition_mappings"] == {"daily": "LastPartitionMapping()"}


def test_a_run_of_many_partitions_is_shown_by_asset(flows):
    """A row for each asset, with counts."""
    flows("backfill", "daily", "doubled")
    lines = flows.lines("runs", "show")
    rows = [line.split() for line in lines if line.startswith(("daily", "doubled"))]
    assert [" ".join(row[-5:]) for row in rows] == ["of 31 made, 1 failed", "of 31 made, 1 skipped"]


# -- dynamic partitions ------------------------------------------------------------------------------

CUSTOMERS = """
from holdfast import DynamicPartitionsDefinition, MultiPartitionsDefinition, StaticPartitionsDefinition, asset

customers = DynamicPartitionsDefinition.named("customers")
years = StaticPartitionsDefinition(["2020", "2021"])
by_year = MultiPartitionsDefinition({"who": DynamicPartitionsDefinition.named("clients"), "year": years})


@asset(partitions_def=customers)
def bought(context):
    return context.partition_key


@asset(partitions_def=by_year)
def yearly(context):
    return context.partition_key
"""


@pytest.fixture
def customers(project):
    """A project with dynamic partitions."""
    return project(CUSTOMERS, SETTINGS)


def test_keys_are_added_listed_and_removed(customers):
    """They are the partitions of the assets that have them, in the order in which they came."""
    added = customers("partitions", "add", "customers", "bob", "ann", "c,d..e")
    assert added.stdout == "3 partitions added to 'customers', which has 3.\n", added.stderr
    assert customers.lines("partitions", "list", "customers") == ["bob", "ann", "c,d..e"]
    assert customers.lines("partitions", "list", "bought", "--missing") == ["bob", "ann", "c,d..e"]
    assert customers("backfill", "bought").returncode == 0
    removed = customers("partitions", "remove", "customers", "bob")
    assert removed.stdout == "1 partition removed from 'customers', which has 2.\n"
    assert customers.json("partitions", "list", "customers") == ["ann", "c,d..e"]
    assert customers.json("partitions", "status", "bought")[0]["total"] == 2


def test_a_key_is_added_once(customers):
    """One that is there stays where it is."""
    customers("partitions", "add", "customers", "ann")
    again = customers("partitions", "add", "customers", "ann", "bob")
    assert again.stdout == "1 partition added to 'customers', which has 2.\n"


def test_a_dimension_may_be_dynamic(customers):
    """Its name is known, too."""
    assert customers("partitions", "add", "clients", "eve").returncode == 0
    assert customers.lines("partitions", "list", "yearly") == ["eve|2020", "eve|2021"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add", "custmers", "ann"), "Did you mean 'customers'"),
        (("remove", "customers", "ann"), "'ann' is not the key of one of the dynamic partitions 'customers'"),
        (("add", "customers", ""), "is empty"),
        (("list", "customers", "--missing"), "Name an asset"),
        (("list", "nobody"), "nobody"),
    ],
)
def test_what_is_not_there_is_wrong_use(customers, arguments, message):
    """A name that no asset has, a key that is not there or is none."""
    done = customers("partitions", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
