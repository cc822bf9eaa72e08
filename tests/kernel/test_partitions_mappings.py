"""Which partitions of one asset depend on which of another's."""

from __future__ import annotations

from datetime import datetime

import pytest

from holdfast import (
    AllPartitionMapping,
    DailyPartitionsDefinition,
    DimensionMapping,
    DynamicPartitionsDefinition,
    HourlyPartitionsDefinition,
    IdentityPartitionMapping,
    InvalidDefinitionError,
    InvariantViolationError,
    LastPartitionMapping,
    MonthlyPartitionsDefinition,
    MultiPartitionMapping,
    MultiPartitionsDefinition,
    MultiToSingleDimensionPartitionMapping,
    PartitionKeyRange,
    PartitionMapping,
    SpecificPartitionsPartitionMapping,
    StaticPartitionMapping,
    StaticPartitionsDefinition,
    TimeWindowPartitionMapping,
    UnknownPartitionError,
    WeeklyPartitionsDefinition,
    default_mapping,
)

NOW = datetime(2021, 4, 1)
hours = HourlyPartitionsDefinition("2021-03-01-00:00").as_of(NOW)
days = DailyPartitionsDefinition("2021-03-01").as_of(NOW)
weeks = WeeklyPartitionsDefinition("2021-03-01").as_of(NOW)
letters = StaticPartitionsDefinition(["a", "b", "c"])
by_letter = MultiPartitionsDefinition({"day": days, "letter": letters})
more = StaticPartitionsDefinition(["b", "c", "d"])


def upstream(mapping, downstream_def, upstream_def, *keys):
    return list(mapping.upstream_subset(downstream_def.subset(keys), upstream_def))


def downstream(mapping, upstream_def, downstream_def, *keys):
    return list(mapping.downstream_subset(upstream_def.subset(keys), downstream_def))


# -- time windows --------------------------------------------------------------------------------------


def test_a_day_depends_on_its_hours():
    """And each of them is depended on by that day alone."""
    mapping = TimeWindowPartitionMapping()
    found = upstream(mapping, days, hours, "2021-03-05")
    assert (len(found), found[0], found[-1]) == (24, "2021-03-05-00:00", "2021-03-05-23:00")
    assert downstream(mapping, hours, days, "2021-03-05-23:00") == ["2021-03-05"]


def test_an_hour_depends_on_the_day_it_is_in():
    """The longer window may be upstream as well."""
    mapping = TimeWindowPartitionMapping()
    assert upstream(mapping, hours, days, "2021-03-05-23:00") == ["2021-03-05"]
    assert len(downstream(mapping, days, hours, "2021-03-05")) == 24


def test_windows_that_cross_depend_on_each_other():
    """A month depends on the weeks that it shares a day with."""
    months = MonthlyPartitionsDefinition("2021-01-01")
    weekly = WeeklyPartitionsDefinition("2021-01-01")
    found = upstream(TimeWindowPartitionMapping(), months, weekly, "2021-03-01")
    assert found == ["2021-02-28", "2021-03-07", "2021-03-14", "2021-03-21", "2021-03-28"]
    assert downstream(TimeWindowPartitionMapping(), weekly, months, "2021-03-28") == [
        "2021-03-01",
        "2021-04-01",
    ]


@pytest.mark.parametrize(
    ("zone", "date", "count"),
    [
        ("America/New_York", "2021-03-14", 23),
        ("America/New_York", "2021-11-07", 25),
        ("Asia/Tokyo", "2021-03-14", 24),
    ],
)
def test_days_of_a_zone_depend_on_hours_in_utc(zone, date, count):
    """A day has as many hours as pass in it there."""
    local = DailyPartitionsDefinition("2021-03-10", timezone=zone)
    found = TimeWindowPartitionMapping().upstream_subset(local.subset([date]), hours)
    start, end = local.time_window(date)
    assert len(found) == count
    assert [hours.time_window(key).start for key in list(found)[:1]] == [start]
    assert [hours.time_window(key).end for key in list(found)[-1:]] == [end]


def test_a_day_depends_on_the_day_before_too():
    """A negative start offset reaches back, by downstream windows."""
    mapping = TimeWindowPartitionMapping(start_offset=-1)
    assert upstream(mapping, days, days, "2021-03-05") == ["2021-03-04", "2021-03-05"]
    assert downstream(mapping, days, days, "2021-03-04") == ["2021-03-04", "2021-03-05"]
    assert len(upstream(mapping, days, hours, "2021-03-05")) == 48


def test_a_day_depends_on_the_day_before_alone():
    """With both offsets, what counts is moved; the first day then depends on none."""
    mapping = TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)
    assert upstream(mapping, days, days, "2021-03-05") == ["2021-03-04"]
    assert upstream(mapping, days, days, "2021-03-01") == []
    assert downstream(mapping, days, days, "2021-03-04") == ["2021-03-05"]


def test_a_day_depends_on_the_day_after_too():
    """A positive end offset reaches ahead."""
    mapping = TimeWindowPartitionMapping(end_offset=1)
    assert upstream(mapping, days, days, "2021-03-05") == ["2021-03-05", "2021-03-06"]
    assert downstream(mapping, days, days, "2021-03-05") == ["2021-03-04", "2021-03-05"]


def test_what_is_before_the_first_upstream_window_is_left_out():
    """A day before the first full week depends on no week."""
    assert upstream(TimeWindowPartitionMapping(), days, weeks, "2021-03-05", "2021-03-08") == ["2021-03-07"]


def test_windows_upstream_of_a_later_start():
    """Offsets reach before the first downstream window where upstream has one there."""
    later = DailyPartitionsDefinition("2021-03-10")
    mapping = TimeWindowPartitionMapping(start_offset=-1)
    assert upstream(mapping, later, days, "2021-03-10") == ["2021-03-09", "2021-03-10"]


@pytest.mark.parametrize("offsets", [(1, 0), (0, -1), ("1", 0), (None, 0)])
def test_offsets_that_leave_no_time(offsets):
    """Or that are no numbers."""
    with pytest.raises(InvalidDefinitionError, match="TimeWindowPartitionMapping"):
        TimeWindowPartitionMapping(*offsets)


@pytest.mark.parametrize(
    ("above", "below"), [(letters, days), (days, letters), (days, None), (days, by_letter)]
)
def test_time_windows_map_to_nothing_else(above, below):
    """The error says which side is what."""
    with pytest.raises(InvalidDefinitionError, match=r"but what is (up|down)stream has"):
        TimeWindowPartitionMapping().check_pair(above, below)
    TimeWindowPartitionMapping().check_pair(hours, days)


# -- keys ----------------------------------------------------------------------------------------------


def test_identity_is_by_key():
    """Partitions of other definitions, of any kind, count as the same when their keys are."""
    mapping = IdentityPartitionMapping()
    some_days = StaticPartitionsDefinition(["2021-03-05", "2021-03-06", "x"])
    assert upstream(mapping, letters, letters, "a", "c") == ["a", "c"]
    assert upstream(mapping, more, letters, "b", "c") == ["b", "c"]
    assert upstream(mapping, some_days, days, "2021-03-06") == ["2021-03-06"]
    assert downstream(mapping, letters, more, "a", "b") == ["b"]


def test_identity_with_a_key_that_upstream_cannot_have():
    """The error names it."""
    with pytest.raises(UnknownPartitionError, match="'d'"):
        upstream(IdentityPartitionMapping(), more, letters, "d")


def test_identity_of_keys_that_are_added():
    """Dynamic partitions of two names depend on each other by key."""
    one, other = DynamicPartitionsDefinition.named("one"), DynamicPartitionsDefinition.named("other")
    assert upstream(IdentityPartitionMapping(), one, other, "x", "y") == ["x", "y"]
    assert downstream(IdentityPartitionMapping(), one, other, "x") == ["x"]


def test_all_partitions():
    """Every partition depends on all there are, and so does an asset without any."""
    mapping = AllPartitionMapping()
    assert upstream(mapping, letters, weeks, "a") == weeks.get_partition_keys()
    assert mapping.upstream_subset(None, weeks) == weeks.all()
    assert upstream(mapping, letters, weeks) == []
    assert downstream(mapping, weeks, letters, "2021-03-07") == ["a", "b", "c"]
    assert downstream(mapping, weeks, letters) == []


def test_the_last_partition():
    """Every partition depends on the last there is; nothing depends on the others."""
    mapping = LastPartitionMapping()
    assert upstream(mapping, letters, days, "a", "b") == ["2021-03-31"]
    assert list(mapping.upstream_subset(None, by_letter)) == ["2021-03-31|c"]
    assert downstream(mapping, days, letters, "2021-03-31") == ["a", "b", "c"]
    assert downstream(mapping, days, letters, "2021-03-30") == []


def test_specific_partitions():
    """Every partition depends on the given ones."""
    mapping = SpecificPartitionsPartitionMapping(["b"])
    assert upstream(mapping, days, letters, "2021-03-05") == ["b"]
    assert list(mapping.upstream_subset(None, letters)) == ["b"]
    assert downstream(mapping, letters, weeks, "b", "c") == weeks.get_partition_keys()
    assert downstream(mapping, letters, weeks, "c") == []


def test_specific_partitions_must_be_there():
    """A key that upstream cannot have is found when the definitions meet."""
    SpecificPartitionsPartitionMapping(["b"]).check_pair(letters, None)
    with pytest.raises(InvalidDefinitionError, match="'x'"):
        SpecificPartitionsPartitionMapping(["x"]).check_pair(letters, None)
    with pytest.raises(InvalidDefinitionError, match="list of keys"):
        SpecificPartitionsPartitionMapping("b")


def test_a_table_of_partitions():
    """Many to many, as written down."""
    mapping = StaticPartitionMapping({"a": ["b", "c"], "b": "c", "c": []})
    assert upstream(mapping, more, letters, "c") == ["a", "b"]
    assert upstream(mapping, more, letters, "d") == []
    assert downstream(mapping, letters, more, "a") == ["b", "c"]
    assert downstream(mapping, letters, more, "c") == []
    assert mapping == StaticPartitionMapping({"a": ("b", "c"), "b": ["c"], "c": []})


@pytest.mark.parametrize(("table", "key"), [({"x": "b"}, "'x'"), ({"a": "a"}, "'a'")])
def test_a_table_must_fit_both_sides(table, key):
    """A key that one of the sides cannot have is found when the definitions meet."""
    with pytest.raises(InvalidDefinitionError, match=key):
        StaticPartitionMapping(table).check_pair(letters, more)


@pytest.mark.parametrize("mapping", [IdentityPartitionMapping(), StaticPartitionMapping({"a": "b"})])
def test_an_asset_without_partitions_has_no_keys_to_go_by(mapping):
    """The error names what to use instead."""
    with pytest.raises(InvalidDefinitionError, match="AllPartitionMapping"):
        mapping.check_pair(letters, None)
    with pytest.raises(InvalidDefinitionError, match="AllPartitionMapping"):
        mapping.upstream_subset(None, letters)


def test_a_table_is_a_dictionary():
    """Anything else is refused."""
    with pytest.raises(InvalidDefinitionError, match="keys by upstream key"):
        StaticPartitionMapping(["a"])


# -- dimensions ----------------------------------------------------------------------------------------


def test_a_partition_depends_on_all_with_its_key_in_one_dimension():
    """Upstream may have the dimensions, or downstream."""
    mapping = MultiToSingleDimensionPartitionMapping("letter")
    above = MultiPartitionsDefinition({"letter": letters, "day": days.as_of(datetime(2021, 3, 3))})
    assert upstream(mapping, letters, above, "b") == ["2021-03-01|b", "2021-03-02|b"]
    assert downstream(mapping, above, letters, "2021-03-01|b", "2021-03-02|c") == ["b", "c"]
    assert upstream(mapping, above, letters, "2021-03-01|b") == ["b"]
    assert downstream(mapping, letters, above, "b") == ["2021-03-01|b", "2021-03-02|b"]


def test_the_dimension_is_found_by_its_definition():
    """Where exactly one is like the other side."""
    assert upstream(MultiToSingleDimensionPartitionMapping(), by_letter, days, "2021-03-05|a") == [
        "2021-03-05"
    ]
    twice = MultiPartitionsDefinition({"one": letters, "two": letters})
    with pytest.raises(InvalidDefinitionError, match="2 of the partitions by one, two"):
        MultiToSingleDimensionPartitionMapping().check_pair(twice, letters)


def test_a_dimension_may_have_windows_of_another_length():
    """A week depends on its days for every letter."""
    mapping = MultiToSingleDimensionPartitionMapping("day")
    found = upstream(mapping, weeks, by_letter, "2021-03-07")
    assert (len(found), found[0], found[-1]) == (21, "2021-03-07|a", "2021-03-13|c")


def test_the_mapping_of_a_dimension_can_be_given():
    """Here, to the day before."""
    yesterday = TimeWindowPartitionMapping(-1, -1)
    mapping = MultiToSingleDimensionPartitionMapping("day", yesterday)
    assert downstream(mapping, by_letter, days, "2021-03-05|a") == ["2021-03-06"]
    with pytest.raises(InvalidDefinitionError, match="between time windows"):
        MultiToSingleDimensionPartitionMapping("letter", yesterday).check_pair(by_letter, letters)


@pytest.mark.parametrize(
    ("mapping", "above", "below", "problem"),
    [
        (MultiToSingleDimensionPartitionMapping("leter"), by_letter, letters, "Did you mean 'letter'"),
        (MultiToSingleDimensionPartitionMapping(), letters, letters, "between partitions with dimensions"),
        (
            MultiToSingleDimensionPartitionMapping(),
            by_letter,
            by_letter,
            "between partitions with dimensions",
        ),
        (MultiToSingleDimensionPartitionMapping(), by_letter, None, "has no partitions"),
        (
            MultiPartitionMapping({"day": DimensionMapping("date")}),
            by_letter,
            by_letter,
            "no dimension 'date'",
        ),
        (
            MultiPartitionMapping({"date": DimensionMapping("day")}),
            by_letter,
            by_letter,
            "no dimension 'date'",
        ),
        (MultiPartitionMapping({"day": DimensionMapping("day")}), by_letter, days, "have not"),
    ],
)
def test_dimensions_that_do_not_fit(mapping, above, below, problem):
    """The error says what is wrong with which side."""
    with pytest.raises(InvalidDefinitionError, match=problem):
        mapping.check_pair(above, below)


def test_dimension_by_dimension():
    """A month and a letter depend on the days of that month with that letter."""
    months = MonthlyPartitionsDefinition("2021-01-01")
    below = MultiPartitionsDefinition({"month": months, "sign": letters})
    mapping = MultiPartitionMapping({"day": DimensionMapping("month"), "letter": DimensionMapping("sign")})
    mapping.check_pair(by_letter, below)
    found = upstream(mapping, below, by_letter, "2021-03-01|b")
    assert (len(found), found[0], found[-1]) == (31, "2021-03-01|b", "2021-03-31|b")
    assert downstream(mapping, by_letter, below, "2021-03-05|a", "2021-03-09|a") == ["2021-03-01|a"]


def test_dimensions_that_are_not_mapped():
    """Along these, every partition depends on every one."""
    below = MultiPartitionsDefinition({"day": days, "other": StaticPartitionsDefinition(["x", "y"])})
    mapping = MultiPartitionMapping({"day": DimensionMapping("day")})
    assert upstream(mapping, below, by_letter, "2021-03-05|x") == [f"2021-03-05|{key}" for key in "abc"]
    assert downstream(mapping, by_letter, below, "2021-03-05|a") == ["2021-03-05|x", "2021-03-05|y"]


def test_a_dimension_with_a_mapping_of_its_own():
    """Each letter depends on the one before it."""
    table = StaticPartitionMapping({"a": "b", "b": "c"})
    mapping = MultiPartitionMapping(
        {"day": DimensionMapping("day"), "letter": DimensionMapping("letter", table)}
    )
    assert upstream(mapping, by_letter, by_letter, "2021-03-05|c") == ["2021-03-05|b"]
    assert upstream(mapping, by_letter, by_letter, "2021-03-05|a") == []


@pytest.mark.parametrize(
    "dimensions",
    [{}, None, {"day": "day"}, {"day": DimensionMapping("day"), "letter": DimensionMapping("day")}],
)
def test_mappings_of_dimensions_that_cannot_be(dimensions):
    """None at all, no `DimensionMapping`, or one downstream dimension twice."""
    with pytest.raises(InvalidDefinitionError, match="MultiPartitionMapping"):
        MultiPartitionMapping(dimensions)


# -- the default ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("above", "below", "mapping"),
    [
        (None, days, None),
        (None, None, None),
        (days, None, AllPartitionMapping()),
        (days, DailyPartitionsDefinition("2021-03-01"), IdentityPartitionMapping()),
        (hours, days, TimeWindowPartitionMapping()),
        (days, DailyPartitionsDefinition("2021-03-02"), TimeWindowPartitionMapping()),
        (letters, more, IdentityPartitionMapping()),
        (letters, days, IdentityPartitionMapping()),
        (by_letter, by_letter, IdentityPartitionMapping()),
        (by_letter, letters, MultiToSingleDimensionPartitionMapping("letter")),
        (days, by_letter, MultiToSingleDimensionPartitionMapping("day")),
        (by_letter, weeks, IdentityPartitionMapping()),
    ],
)
def test_the_default_follows_from_the_definitions(above, below, mapping):
    """Nobody has to say what is plain."""
    assert default_mapping(above, below) == mapping


# -- mappings by range ---------------------------------------------------------------------------------


class TheDayBefore(PartitionMapping):
    """A mapping that a user wrote, over ranges of keys."""

    def get_upstream_partitions_for_partition_range(
        self, downstream_partition_key_range, downstream_partitions_def, upstream_partitions_def
    ):
        if downstream_partition_key_range is None:
            return PartitionKeyRange("2021-03-01", "2021-03-02")
        return self._moved(downstream_partition_key_range, -1)

    def get_downstream_partitions_for_partition_range(
        self, upstream_partition_key_range, downstream_partitions_def, upstream_partitions_def
    ):
        return self._moved(upstream_partition_key_range, 1)

    @staticmethod
    def _moved(key_range, by):
        return PartitionKeyRange(*(f"2021-03-{int(key[-2:]) + by:02}" for key in key_range))


def test_a_mapping_over_ranges_serves_for_subsets():
    """Each range of the subset is mapped."""
    mapping = TheDayBefore()
    assert upstream(mapping, days, days, "2021-03-05", "2021-03-06", "2021-03-09") == [
        "2021-03-04",
        "2021-03-05",
        "2021-03-08",
    ]
    assert downstream(mapping, days, days, "2021-03-05", "2021-03-09") == ["2021-03-06", "2021-03-10"]
    assert list(mapping.upstream_subset(None, days)) == ["2021-03-01", "2021-03-02"]
    assert upstream(mapping, days, days) == []


def test_a_mapping_over_ranges_accepts_any_pair():
    """What it can do only shows when it is asked."""
    assert TheDayBefore().check_pair(days, letters) is None


def test_a_mapping_over_subsets_serves_for_ranges():
    """The range goes from the first partition to the last."""
    mapping = TimeWindowPartitionMapping(start_offset=-1)
    one_day = PartitionKeyRange("2021-03-05", "2021-03-05")
    assert mapping.get_upstream_partitions_for_partition_range(one_day, days, days) == (
        "2021-03-04",
        "2021-03-05",
    )
    assert mapping.get_downstream_partitions_for_partition_range(one_day, days, days) == (
        "2021-03-05",
        "2021-03-06",
    )
    everything = AllPartitionMapping().get_upstream_partitions_for_partition_range(None, None, letters)
    assert everything == PartitionKeyRange("a", "c")


def test_a_range_that_depends_on_nothing():
    """There is no empty range of keys, so it is an error."""
    mapping = TimeWindowPartitionMapping(-1, -1)
    first_day = PartitionKeyRange("2021-03-01", "2021-03-01")
    with pytest.raises(InvariantViolationError, match="No partition"):
        mapping.get_upstream_partitions_for_partition_range(first_day, days, days)


def test_a_range_downstream_of_which_nothing_is_partitioned():
    """The error says so."""
    with pytest.raises(InvalidDefinitionError, match="what is downstream has no partitions"):
        AllPartitionMapping().get_downstream_partitions_for_partition_range(
            PartitionKeyRange("a", "b"), None, letters
        )
