"""Run config that follows from a partition."""

from __future__ import annotations

import inspect
from datetime import datetime, timedelta, timezone

import pytest

import holdfast
from holdfast import (
    InvalidDefinitionError,
    InvalidInvocationError,
    InvariantViolationError,
    Partition,
    PartitionedConfig,
    StaticPartitionsDefinition,
    UnknownPartitionError,
    daily_partitioned_config,
    dynamic_partitioned_config,
    static_partitioned_config,
)

letters = StaticPartitionsDefinition(["a", "b"])
PERIODS = ["Hourly", "Daily", "Weekly", "Monthly"]


def test_config_of_a_partition():
    """The functions are handed the partition."""
    config = PartitionedConfig(
        letters,
        lambda partition: {"key": partition.name},
        tags_for_partition_fn=lambda partition: {"is": "b"},
    )
    assert config.get_partition_keys() == ["a", "b"]
    assert config.get_run_config_for_partition_key("b") == {"key": "b"}
    assert config.get_tags_for_partition_key("b") == {"is": "b"}
    assert PartitionedConfig(letters, dict).get_tags_for_partition_key("b") == {}


def test_config_of_a_key():
    """The decorated function and the one for tags are handed the key."""

    @static_partitioned_config(["a", "b"], tags_for_partition_fn=lambda key: {"letter": key})
    def config(key):
        return {"key": key}

    assert config.partitions_def == letters
    assert config.get_run_config_for_partition_key("a") == {"key": "a"}
    assert config.tags_for_partition_fn(Partition("a")) == {"letter": "a"}
    assert config("anything") == {"key": "anything"}


def test_config_of_a_dynamic_key():
    """The keys come from a function of the time."""

    @dynamic_partitioned_config(lambda time: [str(time)], lambda key: {"time": key})
    def config(key):
        return {"key": key}

    assert config.get_partition_keys(datetime(2021, 1, 1)) == ["2021-01-01 00:00:00"]
    assert config.get_run_config_for_partition_key("None") == {"key": "None"}
    assert config.get_tags_for_partition_key("None") == {"time": "None"}


def test_config_of_a_window():
    """The decorated function and the one for tags are handed the start and the end."""

    @daily_partitioned_config("2021-01-01", tags_for_partition_fn=lambda start, end: {"day": str(start.day)})
    def config(start, end):
        return {"start": start, "days": (end - start).days}

    start = datetime(2021, 1, 2, tzinfo=timezone.utc)
    assert config.get_run_config_for_partition_key("2021-01-02") == {"start": start, "days": 1}
    assert config.get_tags_for_partition_key("2021-01-02") == {"day": "2"}
    assert config(start, start + timedelta(days=3))["days"] == 3


@pytest.mark.parametrize("period", PERIODS)
def test_every_period_takes_what_its_definition_takes(period):
    """Each argument of the definition counts for the config."""
    definition = getattr(holdfast, f"{period}PartitionsDefinition")
    decorate = getattr(holdfast, f"{period.lower()}_partitioned_config")
    values = {
        "start_date": datetime(2021, 1, 1),
        "minute_offset": 5,
        "hour_offset": 6,
        "day_offset": 3,
        "timezone": "Asia/Tokyo",
        "fmt": "%Y/%m/%d %H:%M",
        "end_offset": 2,
    }
    arguments = {name: values[name] for name in inspect.signature(definition).parameters}
    assert decorate(**arguments)(lambda start, end: {}).partitions_def == definition(**arguments)
    for name in list(arguments)[1:]:
        fewer = {key: value for key, value in arguments.items() if key != name}
        assert definition(**fewer) != definition(**arguments)


@pytest.mark.parametrize("key", ["2021-01-99", "2099-01-01", "a"])
def test_config_of_a_partition_that_is_not_there(key):
    """A partition still to come has no config either."""
    config = daily_partitioned_config("2021-01-01")(lambda start, end: {})
    with pytest.raises(UnknownPartitionError, match=key):
        config.get_run_config_for_partition_key(key)
    with pytest.raises(UnknownPartitionError, match=key):
        config.get_tags_for_partition_key(key)


def test_config_that_is_no_dictionary():
    """The error names the partition and shows what was returned."""
    with pytest.raises(InvariantViolationError, match="'a' is to be a dictionary, not None"):
        PartitionedConfig(letters, lambda partition: None).get_run_config_for_partition_key("a")


def test_only_a_decorated_function_is_called():
    """Without one, there is nothing to call."""
    with pytest.raises(InvalidInvocationError, match="not made by a decorator"):
        PartitionedConfig(letters, dict)("a")


@pytest.mark.parametrize(
    "arguments", [(["a"], dict), (letters, 3), (letters, None), (letters, dict, 3), (letters, dict, dict, 3)]
)
def test_arguments_of_the_wrong_kind(arguments):
    """Definitions and functions are checked when the config is made."""
    with pytest.raises(InvalidDefinitionError, match="PartitionedConfig"):
        PartitionedConfig(*arguments)
