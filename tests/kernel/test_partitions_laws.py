"""What holds for all windows and mappings, across clock changes, month ends and leap days."""

from __future__ import annotations

import zoneinfo
from datetime import datetime, timedelta, timezone
from itertools import islice, pairwise

from cronsim import CronSim
from dateutil.rrule import DAILY, HOURLY, MONTHLY, WEEKLY, YEARLY, rrule
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from holdfast import (
    DimensionMapping,
    MultiPartitionMapping,
    MultiPartitionsDefinition,
    StaticPartitionMapping,
    StaticPartitionsDefinition,
    TimeWindowPartitionMapping,
    TimeWindowPartitionsDefinition,
    default_mapping,
)

unhurried = settings(deadline=None)  # the first to ask for windows that are listed waits for the list
FMT = "%Y-%m-%d-%H:%M"
CRONS = [
    "0 * * * *",
    "20 * * * *",
    "*/30 * * * *",
    "0 0 * * *",
    "30 2 * * *",
    "15 1 * * *",
    "0 23 * * 0",
    "0 0 1 * *",
    "30 2 31 * *",
    "0 0 29 2 *",
    "0 9,17 * * 1-5",
    "0,30 1,2,3 * * *",
    "0 */6 * * *",
    "0 12 L * *",
    "0 0 1 1,7 *",
]
# Upstream begins years earlier, and what no arithmetic covers is listed up to the windows that are asked for.
SPARSE = ["0 0 * * *", "30 2 * * *", "15 1 * * *", "0 23 * * 0", "0 0 1 * *", "30 2 31 * *", "0 12 L * *"]
SPARSE += ["0 9,17 * * 1-5", "0 0 1 1,7 *"]
ODD = ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Africa/Casablanca", "America/Havana"]
ODD += ["Pacific/Apia", "Asia/Kathmandu", "America/Caracas", "Antarctica/Troll", "Asia/Tehran", "UTC"]
zones = st.one_of(st.sampled_from(ODD), st.sampled_from(sorted(zoneinfo.available_timezones())))
days = st.one_of(
    st.sampled_from(["2020-02-27", "2021-03-12", "2021-11-05", "2011-12-28", "2021-12-30", "2021-04-01"]),
    st.dates(datetime(1975, 1, 1).date(), datetime(2035, 1, 1).date()).map(str),
)


@st.composite
def windows(draw, start=None, crons=CRONS):
    day = start or draw(days)
    cron, zone = draw(st.sampled_from(crons)), draw(zones)
    return TimeWindowPartitionsDefinition(f"{day}-00:00", FMT, timezone=zone, cron_schedule=cron)


@st.composite
def pairs(draw):
    """Two definitions, the upstream one of which starts well before, and a mapping."""
    day = draw(days)
    before = str((datetime.fromisoformat(day) - timedelta(days=5000)).date())
    start, length = draw(st.integers(-3, 3)), draw(st.integers(0, 3))
    mapping = TimeWindowPartitionMapping(start, start + length)
    return draw(windows(before, SPARSE)), draw(windows(day)), mapping


def subsets(definition):
    keys = definition.keys_of(definition.members(range(40)))
    return st.sets(st.sampled_from(keys), min_size=1, max_size=12).map(definition.subset)


# -- windows -------------------------------------------------------------------------------------------


@unhurried
@given(windows())
def test_windows_follow_each_other_and_are_found(definition):
    """They are in order, before the start too, and each moment is in the right one."""
    ticks = definition.ticks
    moments = [ticks.at(number) for number in range(-5, 60)]
    assert all(before < after for before, after in pairwise(moments))
    assert ticks.list(0, 60) == moments[5:]
    for number, moment in enumerate(moments[:-1], -5):
        assert ticks.number_at(moment) == ticks.number_at(moments[number + 6] - 1) == number


@unhurried
@given(windows())
def test_windows_begin_when_the_cron_expression_says(definition):
    """The arithmetic agrees with going through the expression step by step."""
    zone = zoneinfo.ZoneInfo(definition.timezone)
    begin = definition.start.replace(tzinfo=zone)
    just_before = (begin.astimezone(timezone.utc) - timedelta(seconds=1)).astimezone(zone)
    walked = [
        int(moment.timestamp()) for moment in islice(CronSim(definition.cron_schedule, just_before), 300)
    ]
    moments = sorted({moment for moment in walked if moment >= begin.timestamp()})
    assert definition.ticks.list(0, len(moments)) == moments


@unhurried
@given(windows(), st.integers(0, 3_000))
def test_every_key_is_one_windows(definition, first):
    """Keys differ, and each leads back to the window it was written for."""
    assume(not definition.cron_schedule.endswith(("29 2 *", "1,7 *")))  # these would leave the calendar
    numbers = range(first, first + 30)
    keys = definition.keys_of(definition.members(numbers))
    assert [definition.element(key) for key in keys] == list(numbers)
    assert [definition.time_window(key).start.timestamp() for key in keys] == list(
        definition.ticks.list(first, first + 30)
    )


@unhurried
@given(windows(), st.integers(0, 3 * 10**7), st.integers(-3, 3))
def test_there_are_as_many_partitions_as_windows_have_ended(definition, seconds, extra):
    """Counting agrees with listing, and with the time at which each window ends."""
    now = datetime.fromtimestamp(definition.ticks.at(0) + seconds, timezone.utc)
    keys = definition.get_partition_keys(now)
    assert len(keys) == definition.count(now)
    assert all(definition.time_window(key).end <= now for key in keys[-2:])
    assert definition.ticks.at(len(keys) + 1) > now.timestamp()
    arguments = {"timezone": definition.timezone, "cron_schedule": definition.cron_schedule}
    shifted = TimeWindowPartitionsDefinition(definition.start, FMT, end_offset=extra, **arguments)
    assert shifted.count(now) == max(0, len(keys) + extra)


minutes, hours = st.integers(0, 59), st.integers(0, 23)
# Where and when clocks are changed two days later, and the hour that they skip or show twice.
NIGHTS = [
    ("America/New_York", "2021-03-12", 2),
    ("America/New_York", "2021-11-05", 1),
    ("Europe/Berlin", "2021-03-26", 2),
    ("Europe/Berlin", "2021-10-29", 2),
    ("America/Havana", "2021-03-12", 0),
    ("America/Havana", "2021-11-05", 0),
    ("Australia/Lord_Howe", "2021-10-01", 2),
    ("Australia/Lord_Howe", "2021-04-02", 1),
    ("Antarctica/Troll", "2021-03-26", 2),
    ("America/Caracas", "2007-12-07", 2),
    ("Pacific/Apia", "2011-12-28", 12),
]
nights = st.one_of(st.sampled_from(NIGHTS), st.tuples(zones, days, hours))
# Cron expressions, and the same as a rule of another library, which counts the days of the week from Monday.
RULES = [
    ("{m} * * * *", {"freq": HOURLY}),
    ("{m} {h} * * *", {"freq": DAILY}),
    ("{m} {h} * * 0", {"freq": WEEKLY, "byweekday": 6}),
    ("{m} {h} * * 1-5", {"freq": WEEKLY, "byweekday": range(5)}),
    ("{m} {h} 1 * *", {"freq": MONTHLY, "bymonthday": 1}),
    ("{m} {h} 30 * *", {"freq": MONTHLY, "bymonthday": 30}),
    ("{m} {h} 31 * *", {"freq": MONTHLY, "bymonthday": 31}),
    ("{m} {h} L * *", {"freq": MONTHLY, "bymonthday": -1}),
    ("{m} {h} 29 2 *", {"freq": YEARLY, "bymonth": 2, "bymonthday": 29}),
    ("{m} {h} 1 */3 *", {"freq": YEARLY, "bymonth": (1, 4, 7, 10), "bymonthday": 1}),
    ("{m} {h} 28-31 2,12 *", {"freq": YEARLY, "bymonth": (2, 12), "bymonthday": range(28, 32)}),
]


def by_rule(rule, start, minute, hour):
    """Return a rule of the other library from a start on."""
    exact = {"byminute": minute, "bysecond": 0} | ({} if rule["freq"] == HOURLY else {"byhour": hour})
    return rrule(dtstart=start, **rule, **exact)


@unhurried
@given(st.sampled_from(RULES), days, minutes, hours)
def test_keys_are_those_of_another_library(both, day, minute, hour):
    """Month ends and leap days included, over hundreds of windows."""
    cron, rule = both
    start = datetime.fromisoformat(day)
    schedule = cron.format(m=minute, h=hour)
    definition = TimeWindowPartitionsDefinition(start, FMT, cron_schedule=schedule)
    number = 30 if "29 2" in cron else 400
    expected = [time.strftime(FMT) for time in islice(by_rule(rule, start, minute, hour), number)]
    assert definition.keys_of(definition.members(range(number))) == expected


@settings(deadline=None, max_examples=50)  # each looks at the clock every minute for three days
@given(st.sampled_from(RULES[:4]), nights, minutes)
def test_windows_begin_when_the_clock_on_the_wall_says(both, night, minute):
    """A window begins when the clocks first show its time, or first show a later one.

    Hours are told by the minute alone, so they begin again when an hour is shown again; what is shown again
    after half an hour is left out here.
    """
    (cron, rule), (zone, day, hour) = both, night
    schedule = cron.format(m=minute, h=hour)
    clock = zoneinfo.ZoneInfo(zone)
    begin = datetime.fromisoformat(f"{day}T00:00+00:00")
    definition = TimeWindowPartitionsDefinition(begin, FMT, timezone=zone, cron_schedule=schedule)
    latest = (begin - timedelta(minutes=1)).astimezone(clock).replace(tzinfo=None)
    due = iter(by_rule(rule, latest + timedelta(minutes=1), minute, hour))
    following, begun, offsets = next(due), [], set()
    for passed in range(3 * 24 * 60):
        moment = begin + timedelta(minutes=passed)
        on_the_wall = moment.astimezone(clock)
        shown = on_the_wall.replace(tzinfo=None)
        offsets.add(on_the_wall.utcoffset() % timedelta(hours=1))
        if rule["freq"] == HOURLY:
            begins = shown.minute == minute
        else:
            begins = shown >= following
            while following <= shown:
                following = next(due)
        if begins:
            begun.append(int(moment.timestamp()))
    assume(rule["freq"] != HOURLY or len(offsets) == 1)
    assert list(definition.ticks.list(0, len(begun))) == begun


# -- mappings between windows --------------------------------------------------------------------------


@unhurried
@given(st.data())
def test_windows_depend_on_themselves_by_default(data):
    """Between equal definitions, overlap is identity, both ways."""
    definition = data.draw(windows())
    subset = data.draw(subsets(definition))
    for mapping in (TimeWindowPartitionMapping(), default_mapping(definition, definition)):
        assert mapping.upstream_subset(subset, definition) == subset
        assert mapping.downstream_subset(subset, definition) == subset


@unhurried
@given(st.data())
def test_what_is_upstream_of_more_is_more(data):
    """Mapping is monotone, and maps a union to the union."""
    upstream, downstream, mapping = data.draw(pairs())
    one, two = data.draw(subsets(downstream)), data.draw(subsets(downstream))
    up = [mapping.upstream_subset(subset, upstream) for subset in (one, two, one | two)]
    assert up[0] <= up[2]
    assert up[0] | up[1] == up[2]
    down = [mapping.downstream_subset(subset, downstream) for subset in up]
    assert down[0] <= down[2]
    assert down[0] | down[1] == down[2]


@unhurried
@given(st.data())
def test_downstream_of_upstream_contains_the_start(data):
    """What a window depends on is depended on by that window, at least."""
    upstream, downstream, mapping = data.draw(pairs())
    start = data.draw(subsets(downstream))
    assert start <= mapping.downstream_subset(mapping.upstream_subset(start, upstream), downstream)


@unhurried
@given(st.data())
def test_both_directions_say_the_same(data):
    """A window depends on another exactly when that one is depended on by it."""
    upstream, downstream, mapping = data.draw(pairs())
    key = next(iter(data.draw(subsets(downstream))))
    needed = mapping.upstream_subset(downstream.subset([key]), upstream)
    first, stop = needed.members.spans[0]
    near = upstream.members(range(max(0, first - 2), min(first + 3, stop + 2))).spans
    for number in (number for start, end in near for number in range(start, end)):
        one = upstream.subset(upstream.keys_of(upstream.members([number])))
        assert (one <= needed) == (key in mapping.downstream_subset(one, downstream))


@unhurried
@given(st.data())
def test_a_window_depends_on_those_it_shares_time_with(data):
    """On these, on all of these, and on no other."""
    upstream, downstream, _ = data.draw(pairs())
    key = next(iter(data.draw(subsets(downstream))))
    needed = TimeWindowPartitionMapping().upstream_subset(downstream.subset([key]), upstream)
    ((first, stop),) = needed.members.spans
    start, end = (moment.timestamp() for moment in downstream.time_window(key))
    at = upstream.ticks.at
    assert at(first) <= start < at(first + 1)
    assert at(stop - 1) < end <= at(stop)


# -- other mappings ------------------------------------------------------------------------------------


letters = StaticPartitionsDefinition(list("abcdef"))
tables = st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3))
two_days = TimeWindowPartitionsDefinition("2021-03-13", "%Y-%m-%d", cron_schedule="0 0 * * *", end_offset=0)
GRID = MultiPartitionsDefinition({"day": two_days.as_of(datetime(2021, 3, 17)), "letter": letters})
grids = st.sets(st.sampled_from(GRID.get_partition_keys()), min_size=1).map(GRID.subset)


@unhurried
@given(tables, grids, grids)
def test_laws_of_mappings_by_dimension(table, one, two):
    """Monotone, and the same in both directions, whatever the mappings of the dimensions are."""
    mapping = MultiPartitionMapping(
        {
            "day": DimensionMapping("day", TimeWindowPartitionMapping(-1, 0)),
            "letter": DimensionMapping("letter", StaticPartitionMapping(table)),
        }
    )
    up = [mapping.upstream_subset(subset, GRID) for subset in (one, two, one | two)]
    assert up[0] | up[1] == up[2]
    for key in islice(one, 3):
        needed = mapping.upstream_subset(GRID.subset([key]), GRID)
        for other in GRID.get_partition_keys():
            depends = key in mapping.downstream_subset(GRID.subset([other]), GRID)
            assert (other in needed) == depends
