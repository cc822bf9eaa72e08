"""Run config that follows from a partition."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import attrs

from holdfast.errors import InvalidDefinitionError, InvalidInvocationError, InvariantViolationError
from holdfast.partitions.definition import PartitionsDefinition
from holdfast.partitions.dynamic import DynamicPartitionsDefinition, PartitionFn
from holdfast.partitions.periods import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    WeeklyPartitionsDefinition,
)
from holdfast.partitions.ranges import Partition
from holdfast.partitions.static import StaticPartitionsDefinition

__all__ = [
    "PartitionedConfig",
    "daily_partitioned_config",
    "dynamic_partitioned_config",
    "hourly_partitioned_config",
    "monthly_partitioned_config",
    "static_partitioned_config",
    "weekly_partitioned_config",
]

RunConfigFn: TypeAlias = Callable[[Partition], Mapping[str, Any]]
TagsFn: TypeAlias = Callable[[Partition], Mapping[str, str]]
Decorator: TypeAlias = Callable[[Callable[..., Mapping[str, Any]]], "PartitionedConfig"]


def _definition(_config: object, _field: attrs.Attribute[Any], value: Any) -> None:
    if not isinstance(value, PartitionsDefinition):
        raise InvalidDefinitionError(
            f"PartitionedConfig: partitions_def is a PartitionsDefinition, not {value!r}."
        )


def _function(_config: object, field: attrs.Attribute[Any], value: Any) -> None:
    if value is not field.default and not callable(value):
        raise InvalidDefinitionError(f"PartitionedConfig: {field.name} is a function, not {value!r}.")


@attrs.frozen
class PartitionedConfig:
    """Run config for a job that runs for one partition at a time.

    Args:
        partitions_def: the job's partitions.
        run_config_for_partition_fn: called with a `Partition`, returns the run config.
        decorated_fn: the function that a decorator made this of; calling this calls it.
        tags_for_partition_fn: called with a `Partition`, returns tags for the run.

    Raises:
        InvalidDefinitionError: one of them is something else.
    """

    partitions_def: PartitionsDefinition = attrs.field(validator=_definition)
    run_config_for_partition_fn: RunConfigFn = attrs.field(validator=_function)
    decorated_fn: Callable[..., Mapping[str, Any]] | None = attrs.field(default=None, validator=_function)
    tags_for_partition_fn: TagsFn | None = attrs.field(default=None, validator=_function)

    def get_partition_keys(self, current_time: datetime | None = None) -> Sequence[str]:
        """Return the keys of all partitions, in order.

        Args:
            current_time: as of when; now when ``None``.
        """
        return self.partitions_def.get_partition_keys(current_time)

    def get_run_config_for_partition_key(self, partition_key: str) -> Mapping[str, Any]:
        """Return the run config of one partition.

        Raises:
            UnknownPartitionError: there is no such partition, or not yet.
            InvariantViolationError: the function returned no dictionary.
        """
        partition = self.partitions_def.partition(self.partitions_def.check_key(partition_key))
        config = self.run_config_for_partition_fn(partition)
        if not isinstance(config, Mapping):
            raise InvariantViolationError(
                f"The run config of partition '{partition_key}' is to be a dictionary, not {config!r}."
            )
        return config

    def get_tags_for_partition_key(self, partition_key: str) -> Mapping[str, str]:
        """Return the tags of the run of one partition.

        Raises:
            UnknownPartitionError: there is no such partition, or not yet.
        """
        partition = self.partitions_def.partition(self.partitions_def.check_key(partition_key))
        return self.tags_for_partition_fn(partition) if self.tags_for_partition_fn else {}

    def __call__(self, *args: Any, **kwargs: Any) -> Mapping[str, Any]:
        """Call the decorated function.

        Raises:
            InvalidInvocationError: no decorator made this.
        """
        if self.decorated_fn is None:
            raise InvalidInvocationError(
                "This PartitionedConfig was not made by a decorator, so there is no function to call; ask "
                "get_run_config_for_partition_key."
            )
        return self.decorated_fn(*args, **kwargs)


def static_partitioned_config(
    partition_keys: Sequence[str], tags_for_partition_fn: Callable[[str], Mapping[str, str]] | None = None
) -> Decorator:
    """Make run config for fixed partitions of a function of the partition key.

    Args:
        partition_keys: the keys.
        tags_for_partition_fn: called with the key, returns tags for the run.
    """
    return _by_key(StaticPartitionsDefinition(partition_keys), tags_for_partition_fn)


def dynamic_partitioned_config(
    partition_fn: PartitionFn, tags_for_partition_fn: Callable[[str], Mapping[str, str]] | None = None
) -> Decorator:
    """Make run config for the partitions that a function gives of a function of the partition key.

    Args:
        partition_fn: called with the current time or ``None``, returns the keys.
        tags_for_partition_fn: called with the key, returns tags for the run.
    """
    return _by_key(DynamicPartitionsDefinition(partition_fn), tags_for_partition_fn)


WindowTagsFn: TypeAlias = Callable[[datetime, datetime], Mapping[str, str]]


def hourly_partitioned_config(
    start_date: datetime | str,
    minute_offset: int = 0,
    timezone: str | None = None,
    fmt: str | None = None,
    end_offset: int = 0,
    tags_for_partition_fn: WindowTagsFn | None = None,
) -> Decorator:
    """Make run config for hours of a function of the start and the end of each.

    The arguments are those of `HourlyPartitionsDefinition`, and ``tags_for_partition_fn``, which is
    called with the start and the end and returns tags for the run.
    """
    definition = HourlyPartitionsDefinition(start_date, minute_offset, timezone, fmt, end_offset)
    return _by_window(definition, tags_for_partition_fn)


def daily_partitioned_config(
    start_date: datetime | str,
    minute_offset: int = 0,
    hour_offset: int = 0,
    timezone: str | None = None,
    fmt: str | None = None,
    end_offset: int = 0,
    tags_for_partition_fn: WindowTagsFn | None = None,
) -> Decorator:
    """Make run config for days of a function of the start and the end of each.

    The arguments are those of `DailyPartitionsDefinition`, and ``tags_for_partition_fn``, which is
    called with the start and the end and returns tags for the run.
    """
    definition = DailyPartitionsDefinition(start_date, minute_offset, hour_offset, timezone, fmt, end_offset)
    return _by_window(definition, tags_for_partition_fn)


def weekly_partitioned_config(
    start_date: datetime | str,
    minute_offset: int = 0,
    hour_offset: int = 0,
    day_offset: int = 0,
    timezone: str | None = None,
    fmt: str | None = None,
    end_offset: int = 0,
    tags_for_partition_fn: WindowTagsFn | None = None,
) -> Decorator:
    """Make run config for weeks of a function of the start and the end of each.

    The arguments are those of `WeeklyPartitionsDefinition`, and ``tags_for_partition_fn``, which is
    called with the start and the end and returns tags for the run.
    """
    definition = WeeklyPartitionsDefinition(
        start_date, minute_offset, hour_offset, day_offset, timezone, fmt, end_offset
    )
    return _by_window(definition, tags_for_partition_fn)


def monthly_partitioned_config(
    start_date: datetime | str,
    minute_offset: int = 0,
    hour_offset: int = 0,
    day_offset: int = 1,
    timezone: str | None = None,
    fmt: str | None = None,
    end_offset: int = 0,
    tags_for_partition_fn: WindowTagsFn | None = None,
) -> Decorator:
    """Make run config for months of a function of the start and the end of each.

    The arguments are those of `MonthlyPartitionsDefinition`, and ``tags_for_partition_fn``, which is
    called with the start and the end and returns tags for the run.
    """
    definition = MonthlyPartitionsDefinition(
        start_date, minute_offset, hour_offset, day_offset, timezone, fmt, end_offset
    )
    return _by_window(definition, tags_for_partition_fn)


def _by_key(
    definition: PartitionsDefinition, tags_fn: Callable[[str], Mapping[str, str]] | None
) -> Decorator:
    def decorate(function: Callable[..., Mapping[str, Any]]) -> PartitionedConfig:
        tags = None if tags_fn is None else lambda partition: tags_fn(partition.name)
        return PartitionedConfig(definition, lambda partition: function(partition.name), function, tags)

    return decorate


def _by_window(definition: PartitionsDefinition, tags_fn: WindowTagsFn | None) -> Decorator:
    def decorate(function: Callable[..., Mapping[str, Any]]) -> PartitionedConfig:
        tags = None if tags_fn is None else lambda partition: tags_fn(*partition.value)
        return PartitionedConfig(definition, lambda partition: function(*partition.value), function, tags)

    return decorate
