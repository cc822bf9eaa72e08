"""Time zones: instants as seconds since 1970 in UTC, and what clocks on the wall show then."""

from __future__ import annotations

import zoneinfo
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache
from itertools import pairwise

import attrs

from holdfast.errors import InvalidDefinitionError, did_you_mean

__all__ = ["EPOCH", "Shifts", "instant_of", "load_zone", "now", "shifts", "wall_time"]

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_NAIVE_EPOCH = datetime(1970, 1, 1)
_SECOND = timedelta(seconds=1)


@cache
def load_zone(name: str) -> tzinfo:
    """Return the time zone of that name.

    Raises:
        InvalidDefinitionError: there is none.
    """
    if name == "UTC":
        return timezone.utc
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        near = did_you_mean(name, zoneinfo.available_timezones(), limit=0)
        raise InvalidDefinitionError(
            f"{name!r} is not a time zone.{near if 'mean' in near else ''} "
            "Name one of the IANA database, such as 'Europe/Berlin'."
        ) from None


def now() -> datetime:
    """Return the present, in UTC."""
    return datetime.now(timezone.utc)


def wall_time(seconds: int, zone: tzinfo) -> datetime:
    """Return what the clocks of a zone show at an instant; aware."""
    return (EPOCH + timedelta(seconds=seconds)).astimezone(zone)


def instant_of(time: datetime, zone: tzinfo) -> int:
    """Return the second in which a time falls; one without a zone is what the clocks of ``zone`` show.

    Of two times that look alike because the clocks are set back, the first is meant unless ``fold`` is set.
    A time that the clocks skip stands for the moment when they do.
    """
    if time.tzinfo is not None:
        return (time - EPOCH) // _SECOND
    offset = zone.utcoffset(time)
    assert offset is not None
    local = (time - _NAIVE_EPOCH) // _SECOND
    seconds = local - offset // _SECOND
    if zone is timezone.utc or time.fold or wall_time(seconds, zone).replace(tzinfo=None) == time:
        return seconds
    # In the gap, clocks went from before this time to after it: find the first minute of the new offset.
    late = seconds
    early = local - zone.utcoffset(time.replace(fold=1)) // _SECOND  # type: ignore[operator]
    before = wall_time(early, zone).utcoffset()
    while late - early > 1:
        middle = (early + late) // 2
        if wall_time(middle, zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late


@attrs.frozen
class Shifts:
    """How the clocks of a zone are changed over the years.

    Attributes:
        phase: how many seconds past the hours of UTC its hours begin; ``None`` when that changes.
        longest_jump: the most by which clocks are put forward, in seconds.
    """

    phase: int | None
    longest_jump: int


@cache
def shifts(zone: tzinfo, year: int) -> Shifts:
    """Return how the clocks of a zone are changed from the beginning of a year on.

    Four days a year are looked at until 2040, and at least ten years. After the last change that the data
    of a zone lists, it repeats itself every year.
    """
    years = range(year, max(2040, year + 10))
    offsets = []
    for each in years:
        for month in (1, 4, 7, 10):
            offset = zone.utcoffset(datetime(min(each, 9999), month, 1))
            assert offset is not None
            offsets.append(offset // _SECOND)
    jumps = [after - before for before, after in pairwise(offsets)]
    phases = {-offset % 3600 for offset in offsets}
    return Shifts(phases.pop() if len(phases) == 1 else None, max(0, *jumps))
