"""Partitions on worker processes, with their values in files and their records in a database."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from holdfast import (
    AssetIn,
    AssetKey,
    AssetsDefinition,
    DailyPartitionsDefinition,
    DynamicPartitionsDefinition,
    Instance,
    JobDefinition,
    PartitionKeyRange,
    RepositoryDefinition,
    StaticPartitionsDefinition,
    TimeWindowPartitionMapping,
    asset,
    backfill,
    define_asset_job,
    execute_job,
)

SETTINGS = """
[executor]
use = "multiprocess"
max_workers = 2

[event_store]
use = "sqlite"

[io_managers]
io_manager = { use = "filesystem", base = "data" }
"""
DAYS = DailyPartitionsDefinition("2024-01-01")
LETTERS = StaticPartitionsDefinition(["a", "b", "../c"])


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    (tmp_path / "holdfast.toml").write_text(SETTINGS, "utf-8")
    return Instance.get(tmp_path)


def keyed(name: str, partitions_def: Any) -> AssetsDefinition:
    return asset(name=name, partitions_def=partitions_def)(
        lambda context: (context.partition_key, os.getpid())
    )


def job_over(*assets: AssetsDefinition) -> JobDefinition:
    return define_asset_job("job").resolve(list(assets))


def test_a_job_runs_for_a_partition(instance: Instance) -> None:
    """In another process."""
    up = keyed("up", LETTERS)
    with execute_job(job_over(up), instance, tags={"holdfast/partition": "b"}) as result:
        key, process = result.values["up", "result"]
    assert key == "b"
    assert process != os.getpid()


def test_partitions_are_made_by_several_processes(instance: Instance) -> None:
    """Each is stored, recorded, and read by what depends on it."""
    up = keyed("up", LETTERS)
    down = asset(name="down", partitions_def=LETTERS)(lambda up: up[0])
    whole = asset(name="whole")(lambda down: down)
    result = backfill(job_over(up, down), instance=instance)
    assert result.success
    assert instance.event_store.partitions(AssetKey("down")).keys() == {"a", "b", "../c"}
    with execute_job(job_over(up, down, whole), instance, asset_selection=["whole"]) as read:
        assert read.values["whole", "result"] == {"a": "a", "b": "b", "../c": "../c"}


def test_an_asset_that_reads_itself_is_made_in_order(instance: Instance) -> None:
    """One day after the other, whichever process is free."""
    before = AssetIn(partition_mapping=TimeWindowPartitionMapping(start_offset=-1, end_offset=-1))
    total = asset(name="total", partitions_def=DAYS, ins={"total": before})(lambda total: (total or 0) + 1)
    backfill(job_over(total), PartitionKeyRange("2024-01-01", "2024-01-05"), instance=instance)
    shop = RepositoryDefinition.of("shop", [total])
    assert shop.load_asset_value("total", partition_key="2024-01-05", instance=instance) == 5


def test_a_worker_adds_partitions(instance: Instance) -> None:
    """They are in the database for whoever asks next."""

    @asset
    def found(context: Any) -> None:
        context.instance.add_dynamic_partitions("people", ["ann", "bob"])

    people = keyed("people", DynamicPartitionsDefinition.named("people"))
    execute_job(job_over(found), instance, raise_on_error=True)
    assert backfill(job_over(people), instance=instance).success
    assert instance.event_store.partitions(AssetKey("people")).keys() == {"ann", "bob"}


def test_a_failure_in_a_worker_skips_what_depends_on_it(instance: Instance) -> None:
    """At its partition; the store knows which failed."""

    @asset(partitions_def=LETTERS)
    def up(context: Any) -> None:
        if context.partition_key == "b":
            raise ValueError

    down = asset(name="down", partitions_def=LETTERS)(lambda up: 1)
    result = backfill(job_over(up, down), instance=instance)
    assert [event.step_key for event in result.all_events if event.is_step_skipped] == ["down[b]"]
    records = instance.event_store.partitions(AssetKey("up"))
    assert [key for key, record in records.items() if record.failed_in] == ["b"]
