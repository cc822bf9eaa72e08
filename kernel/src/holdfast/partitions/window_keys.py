"""Partition keys of time windows: the start of each as text, and back."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, timezone, tzinfo

import attrs

from holdfast.partitions.zones import EPOCH, instant_of, wall_time

__all__ = ["KeyFormat"]

_DAY = 86_400
_EPOCH_ORDINAL = EPOCH.toordinal()
_DATE_FIRST = re.compile(r"((?:[^%]|%[YmdyjbBaA%])*?)((?:[^%]|%[HMSIpX])*)\Z")


@attrs.frozen
class KeyFormat:
    """How the starts of windows are written.

    A time that the clocks of the zone show twice, because they are set back, is written with its offset from
    UTC the second time, so that no two windows share a key.

    Attributes:
        fmt: as for ``strftime``.
        zone: whose clocks are written.
    """

    fmt: str
    zone: tzinfo

    def key(self, moment: int) -> str:
        """Return the key of the window that begins at a moment."""
        wall = wall_time(moment, self.zone)
        key = wall.strftime(self.fmt)
        return f"{key}{wall:%z}" if wall.fold and not self._has_offset else key

    def keys(self, moments: Sequence[int]) -> list[str]:
        """Return the keys of windows that begin at these moments, in order."""
        split = None if self._has_offset else _DATE_FIRST.match(self.fmt)
        if split is None:
            return [self.key(moment) for moment in moments]
        keys: list[str] = []
        place, utc = 0, self.zone is timezone.utc
        dates, times = _Parts(split[1], _date), _Parts(split[2], _time)
        while place < len(moments):
            begin = wall_time(moments[place], self.zone)
            stop = (
                len(moments) if utc else bisect_left(moments, moments[place] + _DAY)
            )  # clocks change once a day
            end = wall_time(moments[stop - 1], self.zone)
            if begin.fold or end.fold or begin.utcoffset() != end.utcoffset():
                keys += [self.key(moment) for moment in moments[place:stop]]
            else:
                offset = begin.utcoffset()
                assert offset is not None
                ahead = offset // timedelta(seconds=1)
                for moment in moments[place:stop]:
                    day, time = divmod(moment + ahead, _DAY)
                    keys.append(dates[day] + times[time])
            place = stop
        return keys

    def moment(self, key: str) -> int:
        """Return the moment that a key writes.

        Raises:
            ValueError: it is not written that way.
        """
        try:
            time = datetime.strptime(key, self.fmt)
        except ValueError:
            if self._has_offset:
                raise
            time = datetime.strptime(key, self.fmt + "%z")
        return instant_of(time, self.zone)

    @property
    def _has_offset(self) -> bool:
        return "%z" in self.fmt


class _Parts(dict[int, str]):
    """One part of the keys, written once for each day or time of day."""

    def __init__(self, fmt: str, value: Callable[[int], date]) -> None:
        self._fmt, self._value = fmt, value

    def __missing__(self, number: int) -> str:
        text = self[number] = self._value(number).strftime(self._fmt)
        return text


def _date(day: int) -> date:
    return date.fromordinal(day + _EPOCH_ORDINAL)


def _time(seconds: int) -> datetime:
    return datetime(1970, 1, 1) + timedelta(seconds=seconds)
