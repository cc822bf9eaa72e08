"""The four plain schedules, and how their cron expressions are written and read."""

from __future__ import annotations

import enum
import re

from holdfast.errors import InvalidDefinitionError

__all__ = ["ScheduleType", "read_schedule", "write_schedule"]


class ScheduleType(enum.Enum):
    """How often time windows begin."""

    HOURLY = "HOURLY"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


_FIELDS = {
    ScheduleType.HOURLY: "{minute} * * * *",
    ScheduleType.DAILY: "{minute} {hour} * * *",
    ScheduleType.WEEKLY: "{minute} {hour} * * {day}",
    ScheduleType.MONTHLY: "{minute} {hour} {day} * *",
}
_PATTERNS = {
    ScheduleType.HOURLY: r"(?P<minute>\d+) \* \* \* \*",
    ScheduleType.DAILY: r"(?P<minute>\d+) (?P<hour>\d+) \* \* \*",
    ScheduleType.WEEKLY: r"(?P<minute>\d+) (?P<hour>\d+) \* \* (?P<day>\d+)([,-]\d+)*",
    ScheduleType.MONTHLY: r"(?P<minute>\d+) (?P<hour>\d+) (?P<day>\d+) \* \*",
}


_PLAIN = r"(?P<minute>\d+|\*) (?P<hour>\d+|\*)( (\d+|\*)){3}"


def write_schedule(
    schedule: ScheduleType, where: str, *, minute: int | None, hour: int | None, day: int | None
) -> str:
    """Return the cron expression of a schedule.

    Args:
        schedule: how often.
        where: what it is for, for messages.
        minute: of the hour; 0 when ``None``.
        hour: of the day; 0 when ``None``.
        day: of the week, 0 for Sunday, or of the month; the first when ``None``.

    Raises:
        InvalidDefinitionError: a number is out of its range, or the schedule has no such field.
    """
    first, last = (1, 31) if schedule is ScheduleType.MONTHLY else (0, 7)
    given = {"minute": (minute, 0, 59), "hour": (hour, 0, 23), "day": (day, first, last)}
    fields = {}
    for name, (value, low, high) in given.items():
        if value is not None and f"{{{name}}}" not in _FIELDS[schedule]:
            raise InvalidDefinitionError(f"{where}: {schedule.value.lower()} windows have no {name} to set.")
        if value is not None and (not isinstance(value, int) or not low <= value <= high):
            what = f"{where}: the {name} of {schedule.value.lower()} windows"
            raise InvalidDefinitionError(f"{what} is a whole number from {low} to {high}, not {value!r}.")
        fields[name] = low if value is None else value
    return _FIELDS[schedule].format(**fields)


def read_schedule(cron: str) -> tuple[ScheduleType | None, dict[str, int]]:
    """Return which schedule a cron expression writes, if any, and the minute, hour and day in it.

    The day of a weekly schedule with several is the first that is written. Of an expression that is none,
    minute and hour are read where all its fields are plain numbers or stars.
    """
    for schedule, pattern in _PATTERNS.items():
        found = re.fullmatch(pattern, cron.strip())
        if found:
            return schedule, {name: int(value) for name, value in found.groupdict().items()}
    plain = re.fullmatch(_PLAIN, cron.strip())
    fields = plain.groupdict() if plain else {}
    return None, {name: int(value) for name, value in fields.items() if value != "*"}
