"""The four usual kinds of time windows."""

from __future__ import annotations

from datetime import datetime

from holdfast.partitions.schedules import ScheduleType
from holdfast.partitions.time_windows import TimeWindowPartitionsDefinition

__all__ = [
    "DailyPartitionsDefinition",
    "HourlyPartitionsDefinition",
    "MonthlyPartitionsDefinition",
    "WeeklyPartitionsDefinition",
]

_DATE = "%Y-%m-%d"
_HOUR = "%Y-%m-%d-%H:%M"


class HourlyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """A window for each hour.

    Args:
        start_date: no window begins before.
        minute_offset: the minute at which each begins.
        timezone: the name of the zone whose clocks count; UTC when ``None``.
        fmt: how keys are written; such as ``2021-01-31-23:00`` when ``None``.
        end_offset: how many more windows there are than have ended; fewer when negative.
    """

    def __init__(
        self,
        start_date: datetime | str,
        minute_offset: int = 0,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
    ) -> None:
        super().__init__(
            start_date,
            _HOUR if fmt is None else fmt,
            ScheduleType.HOURLY,
            timezone,
            end_offset,
            minute_offset,
        )


class DailyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """A window for each day.

    Args:
        start_date: no window begins before.
        minute_offset: the minute at which each begins.
        hour_offset: the hour at which each begins.
        timezone: the name of the zone whose clocks count; UTC when ``None``.
        fmt: how keys are written; such as ``2021-01-31`` when ``None``.
        end_offset: how many more windows there are than have ended; fewer when negative.
    """

    def __init__(
        self,
        start_date: datetime | str,
        minute_offset: int = 0,
        hour_offset: int = 0,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
    ) -> None:
        super().__init__(
            start_date,
            _DATE if fmt is None else fmt,
            ScheduleType.DAILY,
            timezone,
            end_offset,
            minute_offset,
            hour_offset,
        )


class WeeklyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """A window for each week.

    Args:
        start_date: no window begins before.
        minute_offset: the minute at which each begins.
        hour_offset: the hour at which each begins.
        day_offset: the day on which each begins, 0 for Sunday.
        timezone: the name of the zone whose clocks count; UTC when ``None``.
        fmt: how keys are written; such as ``2021-01-31`` when ``None``.
        end_offset: how many more windows there are than have ended; fewer when negative.
    """

    def __init__(
        self,
        start_date: datetime | str,
        minute_offset: int = 0,
        hour_offset: int = 0,
        day_offset: int = 0,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
    ) -> None:
        super().__init__(
            start_date,
            _DATE if fmt is None else fmt,
            ScheduleType.WEEKLY,
            timezone,
            end_offset,
            minute_offset,
            hour_offset,
            day_offset,
        )


class MonthlyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """A window for each month.

    Args:
        start_date: no window begins before.
        minute_offset: the minute at which each begins.
        hour_offset: the hour at which each begins.
        day_offset: the day of the month on which each begins; months without it begin no window.
        timezone: the name of the zone whose clocks count; UTC when ``None``.
        fmt: how keys are written; such as ``2021-01-31`` when ``None``.
        end_offset: how many more windows there are than have ended; fewer when negative.
    """

    def __init__(
        self,
        start_date: datetime | str,
        minute_offset: int = 0,
        hour_offset: int = 0,
        day_offset: int = 1,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
    ) -> None:
        super().__init__(
            start_date,
            _DATE if fmt is None else fmt,
            ScheduleType.MONTHLY,
            timezone,
            end_offset,
            minute_offset,
            hour_offset,
            day_offset,
        )
