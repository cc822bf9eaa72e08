"""The moments at which windows begin, numbered, so that windows are counted and found by arithmetic."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Protocol

import attrs

from holdfast.partitions.zones import EPOCH, instant_of, wall_time

__all__ = ["CalendarTicks", "DayRule", "DaysOfWeek", "DaysOfYear", "ListedTicks", "Ticks"]

_DAY = 86_400
_EPOCH_ORDINAL = EPOCH.toordinal()


class Ticks(Protocol):
    """Moments in order, in seconds since 1970. They have numbers, from below zero up."""

    def at(self, number: int) -> int:
        """Return the moment of that number."""
        ...

    def number_at(self, seconds: int) -> int:
        """Return the number of the last moment that is not after ``seconds``."""
        ...

    def list(self, start: int, stop: int) -> Sequence[int]:
        """Return the moments numbered from ``start`` up to and without ``stop``."""
        ...


class DayRule(Protocol):
    """Which days count. Days are counted from 1970 on."""

    def day(self, number: int) -> int:
        """Return the day of that number."""
        ...

    def number_at(self, day: int) -> int:
        """Return the number of the last such day that is not after ``day``."""
        ...


@attrs.frozen
class DaysOfWeek:
    """The same days every week.

    Attributes:
        weekdays: sorted, 0 for Thursday, with which 1970 began.
    """

    weekdays: tuple[int, ...]

    def day(self, number: int) -> int:
        """Return the day of that number."""
        week, place = divmod(number, len(self.weekdays))
        return 7 * week + self.weekdays[place]

    def number_at(self, day: int) -> int:
        """Return the number of the last such day that is not after ``day``."""
        week, weekday = divmod(day, 7)
        return len(self.weekdays) * week + bisect_right(self.weekdays, weekday) - 1


@attrs.frozen
class DaysOfYear:
    """The same days every year.

    Attributes:
        days: pairs of month and day of the month, sorted; every year has them all.
    """

    days: tuple[tuple[int, int], ...]

    def day(self, number: int) -> int:
        """Return the day of that number."""
        year, place = divmod(number, len(self.days))
        return date(year, *self.days[place]).toordinal() - _EPOCH_ORDINAL

    def number_at(self, day: int) -> int:
        """Return the number of the last such day that is not after ``day``."""
        found = date.fromordinal(day + _EPOCH_ORDINAL)
        return len(self.days) * found.year + bisect_right(self.days, (found.month, found.day)) - 1


@attrs.frozen
class CalendarTicks:
    """The same times of day on the days of a rule, as the clocks of a zone show them.

    A time that the clocks skip is moved to the moment when they do; of two that look alike, the first counts.
    No two of the times may be moved onto each other.

    Attributes:
        days: which days.
        times: seconds after midnight, sorted.
        zone: whose clocks.
        offset: seconds by which these clocks are always ahead of UTC; ``None`` when that changes.
        origin: how many of the moments since the rule's own beginning come before number 0.
    """

    days: DayRule
    times: tuple[int, ...]
    zone: tzinfo
    offset: int | None
    origin: int = 0

    def at(self, number: int) -> int:
        """Return the moment of that number."""
        number, place = divmod(number + self.origin, len(self.times))
        local = self.days.day(number) * _DAY + self.times[place]
        return local - self.offset if self.offset is not None else self._instant(local)

    def number_at(self, seconds: int) -> int:
        """Return the number of the last moment that is not after ``seconds``."""
        repeated = False
        if self.offset is not None:
            local = seconds + self.offset
        else:
            wall = wall_time(seconds, self.zone)
            local, repeated = _seconds_of(wall), bool(wall.fold)
        day, time = divmod(local, _DAY)
        number = self.days.number_at(day)
        place = len(self.times) - 1
        if self.days.day(number) == day:
            place = bisect_right(self.times, time) - 1
        found = number * len(self.times) + place - self.origin
        # In a repeated hour, times that the clocks show once more have been.
        while repeated and self.at(found + 1) <= seconds:
            found += 1
        return found

    def list(self, start: int, stop: int) -> Sequence[int]:
        """Return the moments numbered from ``start`` up to and without ``stop``."""
        if self.offset is None:
            return [self.at(number) for number in range(start, stop)]
        first, skipped = divmod(start + self.origin, len(self.times))
        last = -(-(stop + self.origin) // len(self.times))
        times = [time - self.offset for time in self.times]
        day = self.days.day
        moments = [
            midnight + time for n in range(first, last) for midnight in (day(n) * _DAY,) for time in times
        ]
        return moments[skipped : skipped + max(0, stop - start)]

    def _instant(self, local: int) -> int:
        return instant_of(datetime(1970, 1, 1) + timedelta(seconds=local), self.zone)


def _seconds_of(wall: datetime) -> int:
    day = wall.toordinal() - _EPOCH_ORDINAL
    return day * _DAY + wall.hour * 3600 + wall.minute * 60 + wall.second


class ListedTicks:
    """Moments that have to be listed one after the other; as many are kept as have been asked for.

    Args:
        following: gives the moments after one, in order, until there are no more.
        origin: number 0 is the first moment after it.

    Raises:
        OverflowError: there is none.
    """

    def __init__(self, following: Callable[[int], Iterator[int]], origin: int) -> None:
        self._following = following
        self._listed_from = origin
        self._moments: list[int] = []
        self._zero = 0  # where in the list number 0 is
        self._later = following(origin)
        self._lock = threading.RLock()  # definitions are shared, and steps run on any thread
        self._list_next()

    def at(self, number: int) -> int:
        """Return the moment of that number.

        Raises:
            OverflowError: the moments end before it.
        """
        return self.list(number, number + 1)[0]

    def number_at(self, seconds: int) -> int:
        """Return the number of the last moment that is not after ``seconds``."""
        with self._lock:
            while self._moments[0] > seconds:
                self._list_earlier()
            while self._moments[-1] <= seconds:
                self._list_next()
            return bisect_right(self._moments, seconds) - 1 - self._zero

    def list(self, start: int, stop: int) -> Sequence[int]:
        """Return the moments numbered from ``start`` up to and without ``stop``."""
        with self._lock:
            while start + self._zero < 0:
                self._list_earlier()
            while stop + self._zero > len(self._moments):
                self._list_next()
            return self._moments[start + self._zero : stop + self._zero]

    def _list_next(self) -> None:
        moment = next(self._later, None)
        if moment is None:
            raise OverflowError("there are no more moments")
        if not self._moments or moment > self._moments[-1]:  # skipped times may move onto one moment
            self._moments.append(moment)

    def _list_earlier(self) -> None:
        start = self._listed_from - 366 * _DAY
        earlier: list[int] = []
        for moment in self._following(start):
            if moment >= self._moments[0]:
                break
            if not earlier or moment > earlier[-1]:
                earlier.append(moment)
        self._listed_from = start
        self._zero += len(earlier)
        self._moments[:0] = earlier
