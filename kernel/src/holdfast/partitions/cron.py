"""Cron expressions: checked, and turned into numbered moments."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import datetime, timezone, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING

import attrs

from holdfast.errors import InvalidDefinitionError
from holdfast.partitions.ticks import CalendarTicks, DayRule, DaysOfWeek, DaysOfYear, ListedTicks, Ticks
from holdfast.partitions.zones import instant_of, shifts, wall_time

if TYPE_CHECKING:  # importing it for annotations only would undo that it is loaded on first use
    from cronsim import CronSim

__all__ = ["check_cron", "cron_ticks"]

_SHORTHANDS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_DAY = 86_400
_EVERY_DAY = DaysOfWeek(tuple(range(7)))


def check_cron(cron: object, where: str) -> str:
    """Return a cron expression if it can be read: five fields, or a shorthand such as ``@daily``.

    Raises:
        InvalidDefinitionError: it cannot, or it never comes true.
    """
    if not isinstance(cron, str):
        raise InvalidDefinitionError(f"{where}: a cron expression is a string, not {cron!r}.")
    try:
        next(_parse(_fields(cron)))
    except ValueError as error:
        raise InvalidDefinitionError(f"{where}: {cron!r} is no cron expression: {error}.") from None
    except StopIteration:
        raise InvalidDefinitionError(f"{where}: the cron expression {cron!r} never comes true.") from None
    return cron


@lru_cache(maxsize=1024)
def cron_ticks(cron: str, zone: tzinfo, start: int) -> Ticks:
    """Return the moments of a checked cron expression.

    Args:
        cron: the expression.
        zone: whose clocks it is about.
        start: number 0 is the first moment that is not before this one, in seconds since 1970.
    """
    fields = _fields(cron)
    ticks = _calendar_ticks(fields, zone, wall_time(start, zone).year)
    if ticks is None:
        return ListedTicks(lambda seconds: _listed(fields, zone, seconds), start - 1)
    return attrs.evolve(ticks, origin=ticks.number_at(start - 1) + 1)


def _fields(cron: str) -> list[str]:
    """Return minute, hour, day of the month, month and day of the week."""
    return _SHORTHANDS.get(cron.strip().lower(), cron).split()


def _parse(fields: list[str]) -> CronSim:
    from cronsim import CronSim, CronSimError  # only once a schedule is used

    if len(fields) != 5:  # with six, the first would be seconds
        raise ValueError("it takes five fields: minute, hour, day of month, month, day of week")
    try:
        return CronSim(" ".join(fields), datetime(2000, 1, 1))
    except CronSimError as error:
        raise ValueError(str(error)) from None


def _calendar_ticks(fields: list[str], zone: tzinfo, year: int) -> CalendarTicks | None:
    """Return the moments as a rule, or ``None`` where there is none."""
    cron = _parse(fields)
    days = _day_rule(fields, cron)
    if days is None:
        return None
    times = tuple(hour * 3600 + minute * 60 for hour in sorted(cron.hours) for minute in sorted(cron.minutes))
    if zone is timezone.utc:
        return CalendarTicks(days, times, zone, offset=0)
    moves = shifts(zone, year)
    if not any(field.startswith("*") for field in fields[:2]):
        later = (*times[1:], times[0] + _DAY)
        apart = min(after - before for before, after in zip(times, later, strict=True))
        return CalendarTicks(days, times, zone, offset=None) if apart > moves.longest_jump else None
    if days == _EVERY_DAY and len(cron.hours) == 24 and moves.phase is not None:
        # Every hour of the zone is an hour of UTC, so that these go on evenly when clocks are changed.
        return CalendarTicks(days, times, zone, offset=-moves.phase)
    return None


def _day_rule(fields: list[str], cron: CronSim) -> DayRule | None:
    _, _, days, months, weekdays = fields
    if days == "*" and months == "*" and all(isinstance(day, int) for day in cron.weekdays):
        since_thursday = {(day - 4) % 7 for day in cron.weekdays if isinstance(day, int)}
        return DaysOfWeek(tuple(sorted(since_thursday)))
    leap_day = 2 in cron.months and 29 in cron.days
    if weekdays != "*" or leap_day or min(cron.days) < 1:  # what is below one is counted from a month's end
        return None
    pairs = sorted((month, day) for month in cron.months for day in cron.days)
    return DaysOfYear(
        tuple((month, day) for month, day in pairs if day <= calendar.monthrange(2001, month)[1])
    )


def _listed(fields: list[str], zone: tzinfo, seconds: int) -> Iterator[int]:
    """Yield the moments after one."""
    from holdfast.partitions.walking import Walk  # cronsim is loaded by now

    for moment in Walk(" ".join(fields), wall_time(seconds, zone)):
        found = instant_of(moment, zone)
        if found > seconds:
            yield found
