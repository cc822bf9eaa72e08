"""Logical versions of partitions: what each is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from holdfast import (
    AllPartitionMapping,
    AssetIn,
    AssetsDefinition,
    DailyPartitionsDefinition,
    Instance,
    LastPartitionMapping,
    PartitionKeyRange,
    StaticPartitionsDefinition,
    TimeWindowPartitionMapping,
    asset,
    backfill,
    define_asset_job,
    execute_job,
    materialize,
)

LETTERS = StaticPartitionsDefinition(["a", "b"])
VERSION, INPUT, EVENT = (
    "holdfast/logical_version",
    "holdfast/input_logical_version/up",
    "holdfast/input_event_pointer/up",
)


def tags(result: Any, name: str) -> dict[str | None, Mapping[str, str]]:
    """Return the tags of what was recorded of an asset, by partition."""
    events = (event for event in result.all_events if event.is_step_materialization)
    return {e.partition: e.materialization.tags for e in events if str(e.asset_key) == name}


def up(version: str | None = None) -> AssetsDefinition:
    return asset(name="up", partitions_def=LETTERS, op_version=version)(lambda context: context.partition_key)


def down(partitions_def: Any = LETTERS, mapping: Any = None) -> AssetsDefinition:
    inputs = {"up": AssetIn(partition_mapping=mapping)}
    return asset(name="down", partitions_def=partitions_def, ins=inputs, op_version="1")(lambda up: up)


def test_a_partition_is_made_of_the_partition_it_reads() -> None:
    """Its version and run are recorded with it."""
    result = backfill([up(), down()], instance=Instance.ephemeral())
    for key in ("a", "b"):
        assert tags(result, "down")[key][INPUT] == tags(result, "up")[key][VERSION]
        assert tags(result, "down")[key][EVENT] == result.run_id


def test_a_partition_that_was_made_earlier() -> None:
    """The event store knows its version."""
    instance = Instance.ephemeral()
    first = materialize([up()], partition_key="a", instance=instance)
    materialize([up()], partition_key="b", instance=instance)
    result = materialize([up(), down()], partition_key="a", selection=["down"], instance=instance)
    assert tags(result, "down")["a"][INPUT] == tags(first, "up")["a"][VERSION]
    assert tags(result, "down")["a"][EVENT] == first.run_id


@pytest.mark.parametrize("partitions_def", [LETTERS, None])
def test_what_reads_all_partitions_changes_with_each(partitions_def: Any) -> None:
    """Its version is made of all of theirs."""
    instance = Instance.ephemeral()
    mapping = AllPartitionMapping() if partitions_def else None
    assets = [up(), down(partitions_def, mapping)]
    key = "a" if partitions_def else None
    backfill([up()], instance=instance)
    versions = []
    for again in (None, None, "b"):
        if again is not None:
            materialize([up()], partition_key=again, instance=instance)
        result = materialize(assets, partition_key=key, selection=["down"], instance=instance)
        versions.append(tags(result, "down")[key][VERSION])
    assert versions[0] == versions[1] != versions[2]


def test_what_reads_one_partition_does_not_change_with_others() -> None:
    """The last one is all that counts."""
    instance = Instance.ephemeral()
    assets = [up(), down(LETTERS, LastPartitionMapping())]
    backfill([up()], instance=instance)
    one = materialize(assets, partition_key="a", selection=["down"], instance=instance)
    materialize([up()], partition_key="a", instance=instance)
    two = materialize(assets, partition_key="a", selection=["down"], instance=instance)
    assert tags(one, "down")["a"][VERSION] == tags(two, "down")["a"][VERSION]


def test_a_partition_is_made_of_the_one_before() -> None:
    """An asset that reads itself changes with what it read."""
    days = DailyPartitionsDefinition("2024-01-01")
    before = {"up": AssetIn(partition_mapping=TimeWindowPartitionMapping(-1, -1))}
    total = asset(name="up", partitions_def=days, ins=before)(lambda up: (up or 0) + 1)
    span = PartitionKeyRange("2024-01-01", "2024-01-03")
    found = tags(backfill([total], span, instance=Instance.ephemeral()), "up")
    assert found["2024-01-03"][INPUT] == found["2024-01-02"][VERSION]
    assert len({each[VERSION] for each in found.values()}) == 3


def test_workers_record_the_same() -> None:
    """Versions of partitions reach the process that makes of them."""
    job = define_asset_job("job").resolve([up("v"), down()])
    processes = {"execution": {"config": {"multiprocess": {"max_concurrent": 2}}}}
    instance = Instance.ephemeral()
    run = {"holdfast/partition": "b"}
    there = execute_job(job, instance, run_config=processes, tags=run)
    here = materialize([up("v"), down()], partition_key="b")
    assert tags(there, "down")["b"][VERSION] == tags(here, "down")["b"][VERSION]
    part = execute_job(job, instance, run_config=processes, tags=run, asset_selection=["down"])
    assert tags(part, "down")["b"] == tags(there, "down")["b"]
