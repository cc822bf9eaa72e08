"""Definitions of partitions, and mappings between them: what is wrong is named, with the way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import holdfast
from holdfast import (
    DailyPartitionsDefinition,
    Error,
    InvalidDefinitionError,
    MultiPartitionsDefinition,
    StaticPartitionsDefinition,
    UnknownPartitionError,
)

letters = StaticPartitionsDefinition(["a", "b"])
days = DailyPartitionsDefinition("2021-01-01")

CASES: list[tuple[str, Callable[[], Any], type[Error], str]] = [
    (
        "StaticPartitionsDefinition",
        lambda: StaticPartitionsDefinition(["a", "a"]),
        InvalidDefinitionError,
        "'a'.*twice",
    ),
    (
        "DailyPartitionsDefinition",
        lambda: DailyPartitionsDefinition("yesterday"),
        InvalidDefinitionError,
        "the start 'yesterday' cannot be read",
    ),
    (
        "HourlyPartitionsDefinition",
        lambda: holdfast.HourlyPartitionsDefinition("yesterday"),
        InvalidDefinitionError,
        "the start 'yesterday' cannot be read",
    ),
    (
        "WeeklyPartitionsDefinition",
        lambda: holdfast.WeeklyPartitionsDefinition("yesterday"),
        InvalidDefinitionError,
        "the start 'yesterday' cannot be read",
    ),
    (
        "MonthlyPartitionsDefinition",
        lambda: holdfast.MonthlyPartitionsDefinition("2021-01-01", day_offset=0),
        InvalidDefinitionError,
        "day of monthly windows.*1 to 31, not 0",
    ),
    (
        "TimeWindowPartitionsDefinition",
        lambda: holdfast.TimeWindowPartitionsDefinition("2021-01-01", fmt="%Y-%m-%d"),
        InvalidDefinitionError,
        "a ScheduleType or a cron_schedule says when windows begin",
    ),
    (
        "DynamicPartitionsDefinition",
        lambda: holdfast.DynamicPartitionsDefinition(None),
        InvalidDefinitionError,
        "partition_fn|name",
    ),
    (
        "MultiPartitionsDefinition",
        lambda: MultiPartitionsDefinition({"a": letters, "b": 3}),
        InvalidDefinitionError,
        "the dimension 'b' is a PartitionsDefinition, not 3",
    ),
    (
        "MultiPartitionKey",
        lambda: MultiPartitionsDefinition({"a": letters, "d": days}).subset(["x|2021-01-01"]),
        UnknownPartitionError,
        "In the dimension 'a', 'x' is not the key.*Known: a, b",
    ),
    (
        "StaticPartitionMapping",
        lambda: holdfast.StaticPartitionMapping(3),
        InvalidDefinitionError,
        "give keys by upstream key, not 3",
    ),
    (
        "SpecificPartitionsPartitionMapping",
        lambda: holdfast.SpecificPartitionsPartitionMapping("a"),
        InvalidDefinitionError,
        "give a list of keys, not 'a'",
    ),
    (
        "TimeWindowPartitionMapping",
        lambda: holdfast.TimeWindowPartitionMapping(start_offset="x"),
        InvalidDefinitionError,
        "offsets are whole numbers of windows.*'x'",
    ),
    (
        "MultiPartitionMapping",
        lambda: holdfast.MultiPartitionMapping({"a": 3}),
        InvalidDefinitionError,
        "3 is no DimensionMapping",
    ),
    (
        "DimensionMapping",
        lambda: holdfast.DimensionMapping("a", 3),
        InvalidDefinitionError,
        "partition_mapping is a PartitionMapping, not 3",
    ),
    (
        "MultiToSingleDimensionPartitionMapping",
        lambda: holdfast.MultiToSingleDimensionPartitionMapping(3),
        InvalidDefinitionError,
        "dimension is the name of a dimension, not 3",
    ),
    (
        "PartitionsSubset",
        lambda: letters.subset(["c"]),
        UnknownPartitionError,
        "'c' is not the key of one of the partitions.*Known: a, b",
    ),
    ("Partition", lambda: holdfast.Partition(1, 2), InvalidDefinitionError, "the name is a string, not 2"),
    (
        "PartitionedConfig",
        lambda: holdfast.PartitionedConfig(3, lambda partition: {}),
        InvalidDefinitionError,
        "partitions_def is a PartitionsDefinition, not 3",
    ),
    (
        "static_partitioned_config",
        lambda: holdfast.static_partitioned_config(["a", "a"]),
        InvalidDefinitionError,
        "'a'.*twice",
    ),
    (
        "daily_partitioned_config",
        lambda: holdfast.daily_partitioned_config("yesterday"),
        InvalidDefinitionError,
        "the start 'yesterday' cannot be read",
    ),
    (
        "hourly_partitioned_config",
        lambda: holdfast.hourly_partitioned_config("yesterday"),
        InvalidDefinitionError,
        "the start 'yesterday' cannot be read",
    ),
    (
        "weekly_partitioned_config",
        lambda: holdfast.weekly_partitioned_config("yesterday"),
        InvalidDefinitionError,
        "the start 'yesterday' cannot be read",
    ),
    (
        "monthly_partitioned_config",
        lambda: holdfast.monthly_partitioned_config("yesterday"),
        InvalidDefinitionError,
        "the start 'yesterday' cannot be read",
    ),
    (
        "dynamic_partitioned_config",
        lambda: holdfast.dynamic_partitioned_config(3),
        InvalidDefinitionError,
        "partition_fn is a function, not 3",
    ),
    (
        "default_mapping",
        lambda: holdfast.default_mapping(letters, 3),
        InvalidDefinitionError,
        "downstream_def is a PartitionsDefinition, not 3",
    ),
]


@pytest.mark.parametrize(("name", "call", "error", "message"), CASES)
def test_a_mistake_is_named_with_the_way_out(
    name: str, call: Callable[[], Any], error: type[Error], message: str
) -> None:
    """The message leads from the mistake to what was meant."""
    with pytest.raises(error, match=message):
        call()
