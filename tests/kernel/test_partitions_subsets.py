"""Subsets of partitions as values."""

from __future__ import annotations

import json
import pickle
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast import (
    DailyPartitionsDefinition,
    DynamicPartitionsDefinition,
    HourlyPartitionsDefinition,
    InvalidInvocationError,
    MultiPartitionsDefinition,
    PartitionKeyRange,
    PartitionsDefinition,
    StaticPartitionsDefinition,
    UnknownPartitionError,
)

unhurried = settings(deadline=None)  # a busy machine takes longer, and time is no part of what is tested
letters = StaticPartitionsDefinition(list("dcba"))
days = DailyPartitionsDefinition("2021-01-30").as_of(datetime(2021, 2, 5))
names = DynamicPartitionsDefinition(lambda time: ["y", "z", "x"]).as_of()
grid = MultiPartitionsDefinition({"letter": letters, "day": days, "name": names})


class Colours(PartitionsDefinition):
    """A kind of partitions that somebody else wrote."""

    def get_partition_keys(self, current_time: datetime | None = None) -> list[str]:
        return ["red", "green", "blue"]

    def __str__(self) -> str:
        return "three colours"  # which names a test, the same in every process


colours = Colours()
DEFINITIONS = [letters, days, names, grid, colours]


def subsets(definition):
    keys = definition.get_partition_keys()
    return st.sets(st.sampled_from(keys), max_size=20).map(definition.subset)


pairs = st.sampled_from(DEFINITIONS).flatmap(
    lambda definition: st.tuples(subsets(definition), subsets(definition))
)


@unhurried
@given(pairs)
def test_subsets_combine_as_sets_of_keys_do(pair):
    """Union, intersection, difference and comparison mean what they mean for sets."""
    one, two = pair
    assert set(one | two) == set(one) | set(two)
    assert set(one & two) == set(one) & set(two)
    assert set(one - two) == set(one) - set(two)
    assert (one <= two) == (set(one) <= set(two))


@unhurried
@given(pairs)
def test_equal_subsets_are_equal_values(pair):
    """However a subset came about, the same keys make the same value, with the same hash."""
    one, two = pair
    again = one.definition.subset(list(one | two))
    assert again == one | two == (one - two) | two == two | (one - two)
    assert hash(again) == hash(one | two)
    assert (one == two) == (set(one) == set(two))


@unhurried
@given(pairs)
def test_a_subset_counts_and_knows_its_keys(pair):
    """Length and membership agree with the list of keys."""
    one, two = pair
    assert len(one) == len(list(one))
    assert bool(one) == bool(list(one))
    assert all((key in one) == (key in list(one)) for key in two)


@unhurried
@given(pairs)
def test_a_subset_is_stored_as_json(pair):
    """What is written reads back as the same value."""
    one, _ = pair
    assert one.definition.from_json(json.loads(json.dumps(one.to_json()))) == one


@unhurried
@given(pairs)
def test_the_ranges_make_up_the_subset(pair):
    """Each key is in one of the ranges, and no other key is."""
    one, _ = pair
    definition = one.definition
    parts = [definition.between(key_range) for key_range in one.ranges]
    assert sum(map(len, parts)) == len(one)
    assert all(part <= one for part in parts)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=str)
def test_keys_come_in_the_order_of_the_definition(definition):
    """Whatever the order in which they were given."""
    keys = definition.get_partition_keys()
    assert list(definition.subset(reversed(keys))) == keys


@pytest.mark.parametrize("definition", DEFINITIONS, ids=str)
def test_equal_subsets_are_written_alike(definition):
    """In whatever order their keys were given, and whether it is known which there are."""
    keys = definition.get_partition_keys()
    assert definition.subset(keys[1:]).to_json() == definition.subset(reversed(keys[1:])).to_json()


@pytest.mark.parametrize("definition", DEFINITIONS, ids=str)
def test_all_the_last_and_none(definition):
    """These three are there for every kind of partitions."""
    keys = definition.get_partition_keys()
    assert set(definition.all()) == set(keys)
    assert list(definition.last()) == keys[-1:]
    assert not definition.none()


def test_windows_are_kept_as_ranges():
    """Time windows one after the other are one range."""
    subset = days.subset(["2021-01-31", "2021-02-03", "2021-02-01"])
    assert list(subset.ranges) == [
        PartitionKeyRange("2021-01-31", "2021-02-01"),
        PartitionKeyRange("2021-02-03", "2021-02-03"),
    ]
    assert subset.to_json() == [["2021-01-31", "2021-02-01"], ["2021-02-03", "2021-02-03"]]


def test_a_subset_prints_what_it_holds():
    """In one line, however many there are."""
    many = days.subset(["2021-01-30", "2021-02-01", "2021-02-03", "2021-02-05", "2021-02-06"])
    assert repr(many - days.subset(["2021-02-06"])) == (
        "<4 of the daily partitions from 2021-01-30: 2021-01-30, 2021-02-01, 2021-02-03, ...>"
    )
    assert "2021-02-05 to 2021-02-06" in repr(many - days.all())


def test_a_subset_may_hold_what_is_to_come():
    """A plan for tomorrow is no mistake; a key that can never be one is."""
    assert len(days.subset(["2099-01-01"])) == 1
    with pytest.raises(UnknownPartitionError, match="2099"):
        days.subset(["2099"])


def test_a_key_of_another_kind_is_in_no_subset():
    """Asking is no error."""
    assert "2021" not in days.all()
    assert 3 not in days.all()
    assert ("a",) not in letters.all()


def test_subsets_of_different_partitions_do_not_combine():
    """The error names both."""
    with pytest.raises(InvalidInvocationError, match=r"daily partitions .* 'd', 'c', 'b'"):
        days.all() | letters.all()


def test_a_stored_key_that_is_gone():
    """A definition that has lost a key says so when the subset is read."""
    with pytest.raises(UnknownPartitionError, match="'d'"):
        StaticPartitionsDefinition(["a", "b"]).from_json(letters.all().to_json())


def test_windows_before_a_later_start_are_left_out():
    """When the start is moved, what was stored is cut to it."""
    later = DailyPartitionsDefinition("2021-02-03")
    assert list(later.from_json(days.all().to_json())) == ["2021-02-03", "2021-02-04"]


def test_subsets_travel_between_processes():
    """A subset is pickled with its definition."""
    plain = MultiPartitionsDefinition({"letter": letters, "day": days})
    subset = plain.subset(plain.get_partition_keys()[3:9])
    assert pickle.loads(pickle.dumps(subset)) == subset


def test_a_billion_partitions_are_counted_and_combined_without_listing():
    """So many keys could not be listed within this test."""
    hours = HourlyPartitionsDefinition("2005-01-01-00:00").as_of(datetime(2025, 1, 1))
    products = StaticPartitionsDefinition([f"product {number}" for number in range(6_000)])
    stock = MultiPartitionsDefinition({"hour": hours, "product": products})
    years = PartitionKeyRange("2010-01-01-00:00|product 0", "2014-12-31-23:00|product 5999")
    some = stock.between(years)
    assert len(stock.all()) == stock.count() == 175_320 * 6_000
    assert len(some) == 1_826 * 24 * 6_000
    assert len(stock.all() - some) == len(stock.all()) - len(some)
    assert len(some & stock.subset(["2010-01-01-00:00|product 7"])) == 1
    assert len(some.to_json()) == 1
