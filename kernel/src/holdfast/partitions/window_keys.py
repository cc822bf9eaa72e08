"""Partition keys of time windows: the start of each as text, and back."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo

import attrs

from holdfast.partitions.zones import EPOCH, instant_of, wall_time

__all__ = ["KeyFormat"]

_DAY = 86_400
_MOST = 24 * 60  # windows in a day
_SECOND = timedelta(seconds=1)
_MIDNIGHT = datetime(1970, 1, 1)
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
        last: list[int] = []
        written: list[str] = []
        times = _Times(split[2])
        place, begin = 0, wall_time(moments[0], self.zone) if moments else EPOCH
        while place < len(moments):  # day by day; most of them have the same times
            first, ahead = moments[place], begin.utcoffset()
            assert ahead is not None
            day, passed = divmod(first + ahead // _SECOND, _DAY)
            stop = bisect_left(moments, first - passed + _DAY, place, min(len(moments), place + _MOST))
            after = wall_time(moments[min(stop, len(moments) - 1)], self.zone)
            if after.utcoffset() == ahead and not begin.fold and not after.fold:
                of_day = [moment - first + passed for moment in moments[place:stop]]
                if of_day != last:
                    last, written = of_day, [times[seconds] for seconds in of_day]
                date_ = date.fromordinal(day + _EPOCH_ORDINAL)
                # The usual format has a shorter way: four times as fast, for each of thousands of days.
                begins = date_.isoformat() if split[1] == "%Y-%m-%d" else date_.strftime(split[1])
                keys += [begins + time for time in written]
            else:
                keys += [self.key(moment) for moment in moments[place:stop]]
            place, begin = stop, after
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


class _Times(dict[int, str]):
    """Times of day, each written once."""

    def __init__(self, fmt: str) -> None:
        self._fmt = fmt

    def __missing__(self, seconds: int) -> str:
        text = self[seconds] = (_MIDNIGHT + timedelta(seconds=seconds)).strftime(self._fmt)
        return text
