"""Partitions that are windows of time."""

from __future__ import annotations

import pickle
from datetime import datetime, timedelta, timezone

import pytest

from holdfast import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    InvalidDefinitionError,
    InvalidInvocationError,
    InvariantViolationError,
    MonthlyPartitionsDefinition,
    PartitionKeyRange,
    ScheduleType,
    TimeWindow,
    TimeWindowPartitionsDefinition,
    UnknownPartitionError,
    WeeklyPartitionsDefinition,
)

NOW = datetime(2021, 1, 5, 12, tzinfo=timezone.utc)
NEW_YORK = "America/New_York"
MINUTE = "%Y-%m-%d-%H:%M"


def test_there_is_a_partition_for_each_window_that_has_ended():
    """The window that a time is in is none yet; one that ends just then is."""
    days = DailyPartitionsDefinition("2021-01-03")
    assert days.get_partition_keys(NOW) == ["2021-01-03", "2021-01-04"]
    assert days.get_partition_keys(datetime(2021, 1, 5)) == ["2021-01-03", "2021-01-04"]
    assert days.get_partition_keys(datetime(2021, 1, 4, 23, 59, 59)) == ["2021-01-03"]
    assert days.get_partition_keys(datetime(2020, 1, 1)) == []


@pytest.mark.parametrize(
    ("definition", "keys"),
    [
        (HourlyPartitionsDefinition("2021-01-05-09:00"), ["2021-01-05-09:00", "2021-01-05-10:00"]),
        (WeeklyPartitionsDefinition("2020-12-20"), ["2020-12-20", "2020-12-27"]),
        (MonthlyPartitionsDefinition("2020-10-31"), ["2020-11-01", "2020-12-01"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_keys_of_each_kind(definition, keys):
    """Hours, weeks from Sunday and months are written in the usual way."""
    assert definition.get_partition_keys(NOW)[:2] == keys


def test_offsets_move_the_windows():
    """Windows begin at the minute, hour and day that are given."""
    hours = HourlyPartitionsDefinition("2021-01-05-00:00", minute_offset=20)
    days = DailyPartitionsDefinition("2021-01-03-00:00", minute_offset=5, hour_offset=6, fmt=MINUTE)
    weeks = WeeklyPartitionsDefinition("2020-12-20", hour_offset=1, day_offset=3)
    months = MonthlyPartitionsDefinition("2020-12-01", minute_offset=9, day_offset=4)
    assert hours.get_partition_keys(NOW)[0] == "2021-01-05-00:20"
    assert days.get_partition_keys(NOW) == ["2021-01-03-06:05", "2021-01-04-06:05"]
    assert [d.cron_schedule for d in (hours, weeks, months)] == ["20 * * * *", "0 1 * * 3", "9 0 4 * *"]


def test_a_weekly_window_at_a_minute_and_a_monthly_one_at_an_hour():
    """Each of the offsets counts for each kind that has it."""
    assert WeeklyPartitionsDefinition("2020-12-20", minute_offset=7).minute_offset == 7
    assert MonthlyPartitionsDefinition("2020-12-01", hour_offset=7).hour_offset == 7


def test_the_end_offset_adds_windows_that_have_not_ended():
    """Negative, it holds back some that have."""
    keys = [
        DailyPartitionsDefinition("2021-01-03", end_offset=n).get_partition_keys(NOW) for n in (-9, -1, 0, 1)
    ]
    assert [len(found) for found in keys] == [0, 1, 2, 3]
    for kind in (HourlyPartitionsDefinition, WeeklyPartitionsDefinition, MonthlyPartitionsDefinition):
        assert kind(datetime(2022, 1, 1), end_offset=2).count(NOW) == 2


def test_a_time_is_a_datetime():
    """A text, or a date, is none."""
    for time in ("2021-01-05", NOW.date(), 0):
        with pytest.raises(InvalidInvocationError, match="current time is a datetime"):
            DailyPartitionsDefinition("2021-01-03").get_partition_keys(time)


def test_the_clocks_of_the_zone_count():
    """A day is one there; a time without a zone is in it, one with a zone is what it is."""
    days = DailyPartitionsDefinition("2021-01-03", timezone=NEW_YORK)
    assert days.count(datetime(2021, 1, 5, 4, tzinfo=timezone.utc)) == 1
    assert days.count(datetime(2021, 1, 5, 4)) == 2
    assert days.time_window("2021-01-03").start.isoformat() == "2021-01-03T00:00:00-05:00"


def test_a_start_with_a_zone_is_that_moment():
    """It is not read as the clocks of the definition's zone show it."""
    start = datetime(2021, 1, 1, 2, tzinfo=timezone.utc)
    assert DailyPartitionsDefinition(start, timezone=NEW_YORK).get_partition_keys(NOW)[0] == "2021-01-01"


def test_every_kind_has_a_zone_and_a_format():
    """A key is written as the format says, in the zone."""
    for kind in (HourlyPartitionsDefinition, WeeklyPartitionsDefinition, MonthlyPartitionsDefinition):
        made = kind(datetime(2020, 1, 1), timezone="Asia/Tokyo", fmt="%d.%m.%Y %H:%M")
        key = made.get_partition_keys(NOW)[-1]
        assert datetime.strptime(key, "%d.%m.%Y %H:%M") == made.time_window(key).start.replace(tzinfo=None)
        assert made.time_window(key).start.utcoffset() == timedelta(hours=9)


def test_any_cron_expression_makes_windows():
    """Each window ends where the next begins, be it over a weekend."""
    working_days = TimeWindowPartitionsDefinition("2021-01-01", "%Y-%m-%d", cron_schedule="0 9 * * 1-5")
    assert working_days.get_partition_keys(NOW) == ["2021-01-01", "2021-01-04"]
    start, end = working_days.time_window("2021-01-01")
    assert (start.isoformat(), end - start) == ("2021-01-01T09:00:00+00:00", timedelta(days=3))


def test_the_last_day_of_each_month():
    """What no arithmetic covers is listed, before the start too."""
    last_days = TimeWindowPartitionsDefinition("2020-01-15", "%Y-%m-%d", cron_schedule="0 0 L * *")
    keys = last_days.get_partition_keys(NOW)
    assert (keys[:3], len(keys)) == (["2020-01-31", "2020-02-29", "2020-03-31"], 11)
    assert last_days.time_window("2020-02-29").end.day == 31
    assert last_days.ticks.at(-2) == datetime(2019, 11, 30, tzinfo=timezone.utc).timestamp()


def test_a_day_that_some_months_do_not_have():
    """Windows begin on the thirty-first, and so last two months at times."""
    keys = MonthlyPartitionsDefinition("2021-01-01", day_offset=31).get_partition_keys(datetime(2021, 9, 1))
    assert keys == ["2021-01-31", "2021-03-31", "2021-05-31", "2021-07-31"]


# -- clocks that are changed ---------------------------------------------------------------------------


def test_an_hour_that_the_clocks_skip_is_no_window():
    """There are twenty-three of that day."""
    hours = HourlyPartitionsDefinition("2021-03-14-00:00", timezone=NEW_YORK)
    keys = hours.get_partition_keys(datetime(2021, 3, 15))
    assert len(keys) == 23
    assert keys[1:3] == ["2021-03-14-01:00", "2021-03-14-03:00"]


def test_an_hour_that_the_clocks_show_twice_is_two_windows():
    """The second has its offset behind it, and both are found by their keys."""
    hours = HourlyPartitionsDefinition("2021-11-07-00:00", timezone=NEW_YORK)
    keys = hours.get_partition_keys(datetime(2021, 11, 8))
    assert len(set(keys)) == 25
    assert keys[1:4] == ["2021-11-07-01:00", "2021-11-07-01:00-0500", "2021-11-07-02:00"]
    starts = [hours.time_window(key).start.astimezone(timezone.utc).hour for key in keys[1:4]]
    assert starts == [5, 6, 7]


def test_a_format_with_the_offset_needs_nothing_behind_it():
    """The keys differ as they are."""
    hours = HourlyPartitionsDefinition("2021-11-07-00:00-0400", timezone=NEW_YORK, fmt="%Y-%m-%d-%H:%M%z")
    keys = hours.get_partition_keys(datetime(2021, 11, 8))
    assert keys[1:3] == ["2021-11-07-01:00-0400", "2021-11-07-01:00-0500"]
    assert [hours.element(key) for key in keys] == list(range(25))


def test_a_day_that_begins_when_the_clocks_skip_that_hour():
    """It begins when they do, and its key says so."""
    days = DailyPartitionsDefinition("2021-03-13-00:00", 30, 2, NEW_YORK, MINUTE)
    keys = ["2021-03-13-02:30", "2021-03-14-03:00", "2021-03-15-02:30"]
    assert days.get_partition_keys(datetime(2021, 3, 16, 3)) == keys
    assert days.time_window(keys[1]).start.isoformat() == "2021-03-14T03:00:00-04:00"


def test_a_day_that_was_skipped_is_no_window():
    """Samoa had no 30 December 2011."""
    days = DailyPartitionsDefinition("2011-12-29", timezone="Pacific/Apia")
    assert days.get_partition_keys(datetime(2012, 1, 1)) == ["2011-12-29", "2011-12-31"]


def test_hours_of_a_zone_whose_clocks_move_by_half_an_hour():
    """On Lord Howe, each change takes an hour and a half from one full hour to the next."""
    hours = HourlyPartitionsDefinition("2021-04-03-00:00", timezone="Australia/Lord_Howe")
    start, end = (time.timestamp() for time in hours.time_window("2021-04-04-01:00"))
    assert end - start == 90 * 60
    assert hours.count(datetime(2021, 4, 5)) == 48


# -- the definition as a value -------------------------------------------------------------------------


def test_definitions_with_the_same_windows_and_keys_are_equal():
    """It does not matter by which class, or whether the start is text."""
    days = DailyPartitionsDefinition("2021-01-01")
    same = TimeWindowPartitionsDefinition(datetime(2021, 1, 1), "%Y-%m-%d", cron_schedule="0 0 * * *")
    assert days == same
    assert hash(days) == hash(same)
    assert days != DailyPartitionsDefinition("2021-01-01", end_offset=1)
    assert days != DailyPartitionsDefinition("2021-01-01", timezone=NEW_YORK)
    assert days != "days"
    assert pickle.loads(pickle.dumps(days)).get_partition_keys(NOW) == days.get_partition_keys(NOW)


def test_a_definition_can_be_held_still():
    """As of some moment, it says the same whenever it is asked, and is still the same definition."""
    days = DailyPartitionsDefinition("2021-01-01")
    still = days.as_of(datetime(2021, 1, 3))
    assert list(still.all()) == still.get_partition_keys() == ["2021-01-01", "2021-01-02"]
    assert list(still.last()) == ["2021-01-02"]
    assert still == days
    assert still.count(NOW) == 4


def test_without_a_time_it_is_now():
    """A definition that started yesterday has at most one day."""
    yesterday = datetime.now(timezone.utc) - timedelta(days=1)
    assert HourlyPartitionsDefinition(yesterday).count() in (23, 24)
    assert HourlyPartitionsDefinition(yesterday).as_of().count() in (23, 24)


# -- the schedule --------------------------------------------------------------------------------------


def test_a_definition_says_its_schedule():
    """Type and offsets are read from the cron expression, given or made."""
    weeks = TimeWindowPartitionsDefinition("2021-01-01", "%Y-%m-%d", ScheduleType.WEEKLY, day_offset=2)
    given = TimeWindowPartitionsDefinition("2021-01-01", "%Y-%m-%d", cron_schedule="0 0 * * 2")
    assert weeks == given
    assert given.schedule_type is ScheduleType.WEEKLY
    assert (given.minute_offset, given.hour_offset, given.day_offset) == (0, 0, 2)


def test_a_definition_without_such_an_offset():
    """Asking for the day of hours, or for the minute of several, is an error that shows the schedule."""
    with pytest.raises(InvariantViolationError, match=r"day offset \(0 \* \* \* \*\)"):
        _ = HourlyPartitionsDefinition("2021-01-01-00:00").day_offset
    quarters = TimeWindowPartitionsDefinition("2021-01-01-00:00", MINUTE, cron_schedule="*/15 * * * *")
    assert quarters.schedule_type is None
    with pytest.raises(InvariantViolationError):
        _ = quarters.minute_offset


def test_runs_may_follow_the_windows_later():
    """The cron expression for runs has other fields where they are given."""
    weeks = WeeklyPartitionsDefinition("2021-01-01", minute_offset=5)
    months = MonthlyPartitionsDefinition("2021-01-01", hour_offset=6)
    assert weeks.get_cron_schedule() == "5 0 * * 0"
    assert weeks.get_cron_schedule(minute_of_hour=0, hour_of_day=3, day_of_week=1) == "0 3 * * 1"
    assert months.get_cron_schedule(day_of_month=2) == "0 6 2 * *"


@pytest.mark.parametrize("field", ["hour_of_day", "day_of_week", "day_of_month"])
def test_runs_of_hours_have_no_other_hour_or_day(field):
    """A field that the windows do not have is an error that names it."""
    with pytest.raises(InvalidInvocationError, match=field):
        HourlyPartitionsDefinition("2021-01-01-00:00").get_cron_schedule(**{field: 1})


# -- mistakes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"start": "2021-01"}, "the start '2021-01' cannot be read"),
        ({"start": 2021}, "the start is a datetime or a text"),
        ({"start": datetime(2021, 1, 1), "fmt": None}, "fmt is a format"),
        ({"fmt": "%Y-%m-%d", "cron_schedule": "0 * * * *"}, "writes the window that begins 2021-01-01 01:00"),
        ({"fmt": "%Y", "start": "2021"}, "cannot be told from another window's"),
        ({"start": datetime(2021, 1, 1), "fmt": "day"}, "cannot be told from another window's"),
        ({"start": datetime(2021, 1, 1), "fmt": "%s"}, "strptime cannot read back"),
        ({"start": datetime(2021, 1, 1), "fmt": "\ud800%Y-%m-%d"}, "fmt is a format"),
        ({"start": datetime(2021, 1, 1), "fmt": "%Y...%m...%d"}, "holds '...', which stands for a range"),
        ({"timezone": "America/New_Yrok"}, "Did you mean 'America/New_York'"),
        ({"timezone": "../etc"}, "is not a time zone"),
        ({"timezone": 3}, "is not a time zone"),
        ({"timezone": ["UTC"]}, "is not a time zone"),
        ({"timezone": "America"}, "is not a time zone"),
        ({"end_offset": "1"}, "end_offset is a whole number"),
        ({"cron_schedule": "0 0 * *"}, "five fields"),
        ({"cron_schedule": "0 0 * * * *"}, "five fields"),
        ({"cron_schedule": "61 0 * * *"}, "Bad minute"),
        ({"cron_schedule": "0 0 30 2 *"}, "'0 0 30 2 \\*' is no cron expression"),
        ({"cron_schedule": 3}, "is a string"),
        ({"cron_schedule": None}, "a ScheduleType or a cron_schedule"),
        ({"cron_schedule": None, "schedule_type": "DAILY"}, "a ScheduleType or a cron_schedule"),
        ({"schedule_type": ScheduleType.DAILY}, "leave out schedule_type"),
        ({"minute_offset": 3}, "leave out schedule_type"),
        ({"hour_offset": 3}, "leave out schedule_type"),
        ({"day_offset": 3}, "leave out schedule_type"),
    ],
)
def test_definitions_that_cannot_be(arguments, problem):
    """The message says which argument, and what is wrong with it."""
    usual = {"start": "2021-01-01", "fmt": "%Y-%m-%d", "cron_schedule": "0 0 * * *"}
    with pytest.raises(InvalidDefinitionError, match=problem):
        TimeWindowPartitionsDefinition(**{**usual, **arguments})


@pytest.mark.parametrize(
    ("kind", "arguments", "problem"),
    [
        (DailyPartitionsDefinition, {"hour_offset": 24}, "the hour of daily windows .* 0 to 23, not 24"),
        (DailyPartitionsDefinition, {"minute_offset": -1}, "the minute of daily windows"),
        (WeeklyPartitionsDefinition, {"day_offset": 8}, "the day of weekly windows"),
        (MonthlyPartitionsDefinition, {"day_offset": 0}, "the day of monthly windows .* 1 to 31, not 0"),
        (MonthlyPartitionsDefinition, {"day_offset": "1"}, "the day of monthly windows"),
    ],
)
def test_offsets_out_of_range(kind, arguments, problem):
    """The message says which offset may be what."""
    with pytest.raises(InvalidDefinitionError, match=problem):
        kind("2021-01-01", **arguments)


def test_a_schedule_without_such_an_offset():
    """Daily windows have no day."""
    with pytest.raises(InvalidDefinitionError, match="daily windows have no day"):
        TimeWindowPartitionsDefinition("2021-01-01", "%Y-%m-%d", ScheduleType.DAILY, day_offset=3)


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("2021-01-03-06:30", "The window it falls into is '2021-01-03-06:00'"),
        ("2020-12-31-23:00", "The first is '2021-01-01-00:00'"),
        ("2021-1-3-6:00", "The window it falls into is '2021-01-03-06:00'"),
        ("yesterday", "Keys are written '%Y-%m-%d-%H:%M', such as '2021-01-01-00:00'"),
        ("2021-01-05-12:00", "The last one now is '2021-01-05-11:00'"),
        (3, "Keys are written"),
    ],
)
def test_a_wrong_key_leads_to_the_nearest(key, hint):
    """The error names a key that is right."""
    with pytest.raises(UnknownPartitionError, match=hint):
        HourlyPartitionsDefinition("2021-01-01-00:00").check_key(key, NOW)


def test_before_the_first_window_has_ended_there_is_no_key():
    """The error says so."""
    with pytest.raises(UnknownPartitionError, match="There are none yet"):
        DailyPartitionsDefinition("2021-01-05").check_key("2021-01-05", NOW)


def test_a_range_is_cut_to_the_definition():
    """Windows before the first are left out, those to come are not."""
    days = DailyPartitionsDefinition("2021-01-01")
    assert list(days.between(PartitionKeyRange("2020-12-30", "2021-01-02"))) == ["2021-01-01", "2021-01-02"]
    assert len(days.between(PartitionKeyRange("2099-01-01", "2099-01-03"))) == 3
    with pytest.raises(InvalidInvocationError, match="ends before it starts"):
        days.between(PartitionKeyRange("2021-01-02", "2021-01-01"))


def test_a_partition_stands_for_its_window():
    """Its value is the time from its start to the next."""
    partition = DailyPartitionsDefinition("2021-01-01").partition("2021-01-02")
    start = datetime(2021, 1, 2, tzinfo=timezone.utc)
    assert partition.name == "2021-01-02"
    assert partition.value == TimeWindow(start, start + timedelta(days=1))


def test_half_a_billion_windows_are_counted_without_listing():
    """So many could not be listed within this test."""
    minutes = TimeWindowPartitionsDefinition("1000-01-01-00:00", MINUTE, cron_schedule="* * * * *")
    elapsed = datetime(2021, 1, 1) - datetime(1000, 1, 1)
    assert minutes.count(datetime(2021, 1, 1)) == elapsed // timedelta(minutes=1) > 5e8


@pytest.mark.parametrize(
    ("cron", "times"),
    [
        ("0 */6 * * *", ["18:00-0300", "00:00-0300", "00:00-0400", "06:00-0400"]),
        ("*/30 * * * SUN", ["00:00-0300", "00:00-0400", "00:30-0400", "01:00-0400"]),
        ("*/30 * 7 11 *", ["00:00-0300", "00:00-0400", "00:30-0400", "01:00-0400"]),
    ],
)
def test_clocks_that_are_put_back_over_midnight_do_not_stop_windows(cron, times):
    """There 00:01 was followed by 23:01 of the day before, so that midnight came twice."""
    definition = TimeWindowPartitionsDefinition(
        datetime(2010, 11, 6, 18), "%Y-%m-%d-%H:%M%z", timezone="America/Goose_Bay", cron_schedule=cron
    )
    keys = definition.get_partition_keys(datetime(2010, 11, 8, tzinfo=timezone.utc))
    assert [key[11:] for key in keys[:4]] == times
