"""Partitions that are windows of time, one after the other."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from typing import Any

import attrs

from holdfast.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    InvariantViolationError,
)
from holdfast.partitions.cron import check_cron, cron_ticks
from holdfast.partitions.definition import DynamicKeys, PartitionsDefinition, PartitionsSubset
from holdfast.partitions.indices import Indices
from holdfast.partitions.keys import is_unicode
from holdfast.partitions.ranges import Partition, PartitionKeyRange, TimeWindow
from holdfast.partitions.schedules import ScheduleType, read_schedule, write_schedule
from holdfast.partitions.ticks import ListedTicks, Ticks
from holdfast.partitions.window_keys import KeyFormat
from holdfast.partitions.zones import instant_of, load_zone, now, wall_time

__all__ = ["TimeWindowPartitionsDefinition"]

_PROBES = (0, 1, 2, 3, 7, 13, 25, 31, 61, 367, 745, 8785)  # windows whose keys have little in common


@attrs.frozen(init=False, eq=False, repr=False, slots=False)
class TimeWindowPartitionsDefinition(PartitionsDefinition):
    """Windows of time that begin when a schedule says so; each ends where the next begins.

    There is a partition for each window that has ended. Its key is the start of the window, as the clocks of
    the time zone show it; a time that they show twice, because they are set back, has its offset from UTC
    behind it the second time.

    Args:
        start: no window begins before; in the zone if it has none itself. As text, it is written like keys.
        fmt: how keys are written, as for ``strftime``.
        schedule_type: how often windows begin; or ``cron_schedule``.
        timezone: the name of the zone whose clocks count; UTC when ``None``.
        end_offset: how many more windows there are than have ended; fewer when negative.
        minute_offset: the minute of the hour at which windows begin.
        hour_offset: the hour of the day.
        day_offset: the day of the week, 0 for Sunday, or of the month.
        cron_schedule: a cron expression that says when windows begin; alone, without the offsets.

    Raises:
        InvalidDefinitionError: neither or both of schedule and cron expression are given, an argument is out
            of its range, there is no such zone, or ``fmt`` gives two windows the same key.
    """

    start: datetime
    fmt: str
    timezone: str
    end_offset: int
    cron_schedule: str
    _zone: tzinfo = attrs.field(init=False)
    _origin: int = attrs.field(init=False)
    _now: datetime | None = attrs.field(init=False, default=None)

    def __init__(
        self,
        start: datetime | str,
        fmt: str,
        schedule_type: ScheduleType | None = None,
        timezone: str | None = None,
        end_offset: int = 0,
        minute_offset: int | None = None,
        hour_offset: int | None = None,
        day_offset: int | None = None,
        cron_schedule: str | None = None,
    ) -> None:
        where = type(self).__name__
        if cron_schedule is not None:
            if (schedule_type, minute_offset, hour_offset, day_offset) != (None, None, None, None):
                raise InvalidDefinitionError(
                    f"{where}: cron_schedule says all of when windows begin; leave out schedule_type, "
                    "minute_offset, hour_offset and day_offset."
                )
        elif isinstance(schedule_type, ScheduleType):
            offsets = {"minute": minute_offset, "hour": hour_offset, "day": day_offset}
            cron_schedule = write_schedule(schedule_type, where, **offsets)
        else:
            raise InvalidDefinitionError(
                f"{where}: a ScheduleType or a cron_schedule says when windows begin, not {schedule_type!r}."
            )
        if not isinstance(end_offset, int):
            raise InvalidDefinitionError(f"{where}: end_offset is a whole number, not {end_offset!r}.")
        zone_name = "UTC" if timezone is None else str(timezone)
        zone = load_zone(zone_name)
        start = _start(start, fmt, zone, where)
        object.__setattr__(self, "_zone", zone)
        object.__setattr__(self, "_origin", instant_of(start, zone))
        self.__attrs_init__(start, fmt, zone_name, end_offset, check_cron(cron_schedule, where))
        self._check_keys_differ(where)

    def _check_keys_differ(self, where: str) -> None:
        ticks, keys = self.ticks, self._key_format
        for number in _PROBES[:9] if isinstance(ticks, ListedTicks) else _PROBES:
            try:
                key = keys.key(ticks.at(number))
            except (OverflowError, ValueError):
                return  # Python's calendar ends here
            if not key or "..." in key or self._find(key) != number:
                window = wall_time(ticks.at(number), self._zone)
                raise InvalidDefinitionError(
                    f"{where}: fmt={self.fmt!r} writes the window that begins {window} as {key!r}, "
                    f"which {self._problem(key)}"
                )

    def _problem(self, key: str) -> str:
        if "..." in key:
            return "holds '...', which stands for a range. Give a fmt without."
        try:
            self._key_format.moment(key)
        except ValueError:
            return "strptime cannot read back with it. Give a fmt that it can, with all that changes."
        return "cannot be told from another window's key. Give a fmt with all that changes."

    # -- the definition as the asset API knows it ------------------------------------------------------

    @property
    def schedule_type(self) -> ScheduleType | None:
        """How often windows begin; ``None`` for a cron expression that is none of the four schedules."""
        return read_schedule(self.cron_schedule)[0]

    @property
    def minute_offset(self) -> int:
        """The minute of the hour at which windows begin."""
        return self._offset("minute")

    @property
    def hour_offset(self) -> int:
        """The hour of the day at which windows begin."""
        return self._offset("hour")

    @property
    def day_offset(self) -> int:
        """The day of the week, 0 for Sunday, or of the month on which windows begin."""
        return self._offset("day")

    def get_cron_schedule(
        self,
        minute_of_hour: int | None = None,
        hour_of_day: int | None = None,
        day_of_week: int | None = None,
        day_of_month: int | None = None,
    ) -> str:
        """Return the cron expression for runs that follow the windows, as they begin or later.

        Args:
            minute_of_hour: instead of the definition's own minute.
            hour_of_day: instead of its hour; not for hourly windows.
            day_of_week: instead of its day, for weekly windows alone.
            day_of_month: instead of its day, for monthly windows alone.

        Raises:
            InvalidInvocationError: the windows have no such field.
        """
        given = {"minute_of_hour": minute_of_hour, "hour_of_day": hour_of_day}
        given |= {"day_of_week": day_of_week, "day_of_month": day_of_month}
        given = {name: value for name, value in given.items() if value is not None}
        if not given:
            return self.cron_schedule
        schedule, fields = read_schedule(self.cron_schedule)
        names = dict(zip(fields, ("minute_of_hour", "hour_of_day"), strict=False))
        if "day" in fields:
            names["day"] = "day_of_week" if schedule is ScheduleType.WEEKLY else "day_of_month"
        wrong = sorted(given.keys() - set(names.values()))
        if schedule is None or wrong:
            raise InvalidInvocationError(f"{self} cannot run at another {(wrong or sorted(given))[0]}.")
        values = {name: given.get(names[name], value) for name, value in fields.items()}
        return write_schedule(schedule, "get_cron_schedule", **{"hour": None, "day": None, **values})

    def get_partition_keys(self, current_time: datetime | None = None) -> list[str]:
        """Return the keys of the windows that have ended, in order.

        Args:
            current_time: as of when; now when ``None``. Without a time zone, it is in the definition's own.
        """
        return self.keys_of(self.existing(current_time))

    # -- windows -----------------------------------------------------------------------------------------

    @property
    def ticks(self) -> Ticks:
        """The moments at which windows begin, in seconds since 1970; the first partition's has number 0."""
        return cron_ticks(self.cron_schedule, self._zone, self._origin)

    def time_window(self, key: str) -> TimeWindow:
        """Return the window of a key, in the definition's time zone.

        Raises:
            UnknownPartitionError: no window begins then.
        """
        number = self.element(key)
        return TimeWindow(*(wall_time(self.ticks.at(end), self._zone) for end in (number, number + 1)))

    def overlapping(self, start: int, end: int) -> Indices:
        """Return the windows that have some time between two moments, without the second."""
        if end <= start:
            return Indices()
        ticks = self.ticks
        return Indices.between(max(0, ticks.number_at(start)), ticks.number_at(end - 1) + 1)

    # -- partitions ----------------------------------------------------------------------------------------

    def as_of(
        self, current_time: datetime | None = None, dynamic_keys: DynamicKeys | None = None
    ) -> TimeWindowPartitionsDefinition:
        """Return the definition with its partitions held still.

        Args:
            current_time: as of when; now when ``None``.
            dynamic_keys: not needed.
        """
        still = copy.copy(self)
        object.__setattr__(still, "_now", current_time or now())
        return still

    def count(self, current_time: datetime | None = None) -> int:
        """Return how many partitions there are."""
        time = self._now or now() if current_time is None else current_time
        if not isinstance(time, datetime):
            raise InvalidInvocationError(f"The current time is a datetime, not {time!r}.")
        ended = max(0, self.ticks.number_at(instant_of(time, self._zone)))
        return max(0, ended + self.end_offset)

    def existing(self, current_time: datetime | None = None) -> Indices:
        """Return the numbers of all partitions."""
        return Indices.between(0, self.count(current_time))

    def probes(self) -> Iterator[PartitionsSubset]:
        """Yield the first few windows, whether they have ended or not, so that time changes nothing."""
        return (PartitionsSubset(self, Indices.single(number)) for number in range(32))

    def check_key(self, key: str, current_time: datetime | None = None) -> str:
        """Return the key of a partition that there is.

        Raises:
            UnknownPartitionError: there is no such partition, or not yet.
        """
        number, count = self.element(key), self.count(current_time)
        if number >= count:
            last = f" The last one now is {self._key(count - 1)!r}." if count else " There are none yet."
            raise self.unknown(key, last)
        return key

    def partition(self, key: str) -> Partition:
        """Return the partition of a key, which stands for its window."""
        return Partition(self.time_window(key), key)

    def element(self, key: str) -> int:
        """Return the number of the window of a key."""
        number = self._number(key)
        if number < 0:
            raise self.unknown(key, f" The first is {self._key(0)!r}.")
        return number

    def members(self, elements: Iterable[int]) -> Indices:
        """Return the set of some numbers."""
        return Indices.of(elements)

    def last_members(self, current_time: datetime | None = None) -> Indices:
        """Return the last number."""
        count = self.count(current_time)
        return Indices.between(max(0, count - 1), count)

    def interval(self, first: str | None, last: str | None) -> Indices:
        """Return the numbers from one key to another; windows before the first partition are left out."""
        start = 0 if first is None else self._number(first)
        end = self.count() - 1 if last is None else self._number(last)
        self._check_order(start, end, first, last)
        return Indices.between(max(0, start), end + 1)

    def keys_of(self, members: Indices) -> list[str]:
        """Return the keys of numbered windows, in order."""
        ticks = self.ticks
        moments = [moment for start, stop in members.spans for moment in ticks.list(start, stop)]
        return self._key_format.keys(moments)

    def singles_of(self, members: Indices) -> Iterator[tuple[str, Indices]]:
        """Yield each key with its number, in order."""
        for start, stop in members.blocks():
            block = Indices.between(start, stop)
            yield from zip(self.keys_of(block), map(Indices.single, range(start, stop)), strict=True)

    def ranges_of(self, members: Indices) -> Iterator[PartitionKeyRange]:
        """Yield the ranges of keys, in order."""
        return (PartitionKeyRange(self._key(start), self._key(stop - 1)) for start, stop in members.spans)

    def members_to_json(self, members: Indices) -> list[list[str]]:
        """Return the first and the last key of each range."""
        return [list(ends) for ends in self.ranges_of(members)]

    def members_from_json(self, data: Any) -> Indices:
        """Return the numbers that `members_to_json` wrote."""
        return Indices.of_spans(span for ends in data for span in self.interval(*ends).spans)

    # -- keys ----------------------------------------------------------------------------------------------

    @property
    def _key_format(self) -> KeyFormat:
        return KeyFormat(self.fmt, self._zone)

    def _key(self, number: int) -> str:
        return self._key_format.key(self.ticks.at(number))

    def _find(self, key: str) -> int | None:
        """Return the number of the window with a key, which may be before the first; ``None`` without one."""
        ticks = self.ticks
        try:
            number = ticks.number_at(self._key_format.moment(key) - 1) + 1
            return number if self._key(number) == key else None
        except (ValueError, OverflowError, TypeError):
            return None

    def _number(self, key: str) -> int:
        number = self._find(key)
        if number is None:
            raise self.unknown(key, self._nearest(key))
        return number

    def _nearest(self, key: str) -> str:
        try:
            number = self.ticks.number_at(self._key_format.moment(key))
            return f" The window it falls into is {self._key(max(0, number))!r}."
        except (ValueError, OverflowError, TypeError):
            return f" Keys are written {self.fmt!r}, such as {self._key(0)!r}."

    # -- as a value ----------------------------------------------------------------------------------------

    def _offset(self, field: str) -> int:
        fields = read_schedule(self.cron_schedule)[1]
        if field not in fields:
            raise InvariantViolationError(f"{self} have no {field} offset ({self.cron_schedule}).")
        return fields[field]

    def _value(self) -> tuple[object, ...]:
        return self._origin, self.fmt, self.timezone, self.end_offset, self.cron_schedule

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TimeWindowPartitionsDefinition):
            return NotImplemented
        return self is other or self._value() == other._value()

    def __hash__(self) -> int:
        return hash(self._value())

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(start={self.start!r}, fmt={self.fmt!r}, timezone={self.timezone!r}, "
            f"end_offset={self.end_offset}, cron_schedule={self.cron_schedule!r})"
        )

    def __str__(self) -> str:
        schedule = self.schedule_type
        often = schedule.value.lower() if schedule else f"'{self.cron_schedule}'"
        zone = "" if self.timezone == "UTC" else f" ({self.timezone})"
        return f"the {often} partitions from {self.start:%Y-%m-%d}{zone}"


def _start(start: datetime | str, fmt: str, zone: tzinfo, where: str) -> datetime:
    """Return the start in the zone's clocks, without a zone."""
    if not isinstance(fmt, str) or not is_unicode(fmt):
        raise InvalidDefinitionError(f"{where}: fmt is a format for strftime, not {fmt!r}.")
    if isinstance(start, str):
        try:
            start = datetime.strptime(start, fmt)
        except ValueError as error:
            raise InvalidDefinitionError(f"{where}: the start {start!r} cannot be read: {error}.") from None
    if not isinstance(start, datetime):
        raise InvalidDefinitionError(f"{where}: the start is a datetime or a text, not {start!r}.")
    return start.astimezone(zone).replace(tzinfo=None) if start.tzinfo else start
