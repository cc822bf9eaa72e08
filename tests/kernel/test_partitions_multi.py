"""Partitions with several dimensions."""

from __future__ import annotations

import copy
import pickle
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast import (
    DailyPartitionsDefinition,
    DynamicPartitionsDefinition,
    InvalidDefinitionError,
    InvalidInvocationError,
    MultiPartitionKey,
    MultiPartitionsDefinition,
    PartitionKeyRange,
    StaticPartitionsDefinition,
    UnknownPartitionError,
)

regions = StaticPartitionsDefinition(["north", "south"])
days = DailyPartitionsDefinition("2021-01-01").as_of(datetime(2021, 1, 4))
grid = MultiPartitionsDefinition({"region": regions, "day": days})
texts = st.text(st.one_of(st.sampled_from("|%257C,[]\\\"'"), st.characters(codec="utf-8")), min_size=1)


def test_keys_join_the_dimensions_in_the_order_of_their_names():
    """The last varies fastest, however the dimensions were given."""
    keys = grid.get_partition_keys()
    assert keys[:3] == ["2021-01-01|north", "2021-01-01|south", "2021-01-02|north"]
    assert len(keys) == grid.count() == 6
    assert keys[0].keys_by_dimension == {"day": "2021-01-01", "region": "north"}


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_there_may_be_any_number_of_dimensions(count):
    """Each doubles the partitions here."""
    wide = MultiPartitionsDefinition({f"d{number}": regions for number in range(count)})
    assert len(wide.get_partition_keys()) == wide.count() == 2**count
    assert wide.subset(wide.get_partition_keys()) == wide.all()


def test_definitions_are_values():
    """Equal dimensions make equal definitions, in whatever order they are given."""
    same = MultiPartitionsDefinition({"day": DailyPartitionsDefinition("2021-01-01"), "region": regions})
    assert grid == same
    assert hash(grid) == hash(same)
    assert grid != MultiPartitionsDefinition({"day": days, "area": regions})
    assert pickle.loads(pickle.dumps(grid)).get_partition_keys() == grid.get_partition_keys()


@settings(deadline=None)
@given(st.lists(texts, min_size=1, max_size=4, unique=True))
def test_any_key_prints_and_parses_back(keys):
    """A part may hold the separator, a code for it, or anything else."""
    parts = StaticPartitionsDefinition([key for key in keys if "..." not in key] or ["x"])
    both = MultiPartitionsDefinition({"a": parts, "b": parts})
    made = both.get_partition_keys()
    assert len(set(made)) == len(made)
    for key in made:
        assert list(both.subset([str(key)])) == [key]
        assert next(iter(both.subset([str(key)]))).keys_by_dimension == key.keys_by_dimension


@pytest.mark.parametrize(
    ("part", "written"),
    [("a|b", "a%7Cb"), ("100%", "100%"), ("%7C", "%257C"), ("%25", "%2525"), ("a,[b]", "a,[b]")],
)
def test_how_a_part_is_written(part, written):
    """Only what could be taken for the separator is encoded; the codes are part of what is stored."""
    assert MultiPartitionKey({"a": part, "b": "x"}) == f"{written}|x"


def test_a_key_is_text_that_knows_its_dimensions():
    """It equals and hashes as its text, and is the same after copying and pickling."""
    key = MultiPartitionKey({"region": "north", "day": "2021-01-01"})
    assert key == "2021-01-01|north"
    assert hash(key) == hash("2021-01-01|north")
    for again in (copy.deepcopy(key), pickle.loads(pickle.dumps(key))):
        assert again.keys_by_dimension == {"day": "2021-01-01", "region": "north"}


@pytest.mark.parametrize("parts", [{}, None, "a|b", {"a": 1}, {1: "a"}])
def test_a_key_has_a_text_for_each_dimension(parts):
    """Anything else is refused."""
    with pytest.raises(InvalidDefinitionError, match="MultiPartitionKey"):
        MultiPartitionKey(parts)


@pytest.mark.parametrize(
    ("dimensions", "problem"),
    [
        ({}, "give a definition for each dimension"),
        ([regions], "give a definition for each dimension"),
        ({"a": ["x"]}, "the dimension 'a' is a PartitionsDefinition"),
        ({"": regions}, "name is a string"),
        ({"a": regions, "b": grid}, "'b' has dimensions itself"),
    ],
)
def test_dimensions_that_cannot_be(dimensions, problem):
    """The message names the dimension."""
    with pytest.raises(InvalidDefinitionError, match=problem):
        MultiPartitionsDefinition(dimensions)


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("2021-01-01", "joined with '|', are: day, region"),
        ("2021-01-01|nort", "In the dimension 'region', .* Did you mean 'north'"),
        ("2021-01|north", "In the dimension 'day'"),
        (MultiPartitionKey({"day": "2021-01-01", "area": "north"}), "It has the dimensions area, day"),
        (7, "day, region"),
        ("2021-01-09|north", "The last one now is '2021-01-03'"),
    ],
)
def test_a_wrong_key_leads_to_the_right_one(key, hint):
    """The error names the dimension that is wrong and what is near."""
    with pytest.raises(UnknownPartitionError, match=hint.replace("|", r"\|")):
        grid.check_key(key)


def test_a_key_given_as_text_comes_back_with_its_dimensions():
    """Text is parsed against the definition."""
    assert grid.check_key("2021-01-02|south").keys_by_dimension == {"day": "2021-01-02", "region": "south"}


def test_a_range_follows_the_order_of_the_keys():
    """From one key to another is what stands between them in the list."""
    keys = grid.get_partition_keys()
    for start in range(len(keys)):
        for end in range(start, len(keys)):
            between = grid.between(PartitionKeyRange(keys[start], keys[end]))
            assert list(between) == keys[start : end + 1]


def test_a_range_backwards_is_refused():
    """In whichever dimension it goes back."""
    for start, end in (("2021-01-02|north", "2021-01-01|south"), ("2021-01-01|south", "2021-01-01|north")):
        with pytest.raises(InvalidInvocationError, match="ends before it starts"):
            grid.between(PartitionKeyRange(start, end))


def test_ranges_vary_in_the_last_dimension_alone():
    """So a range means the same wherever the dimensions before it end."""
    assert list(grid.all().ranges)[:2] == [
        PartitionKeyRange("2021-01-01|north", "2021-01-01|south"),
        PartitionKeyRange("2021-01-02|north", "2021-01-02|south"),
    ]


def test_holding_still_holds_every_dimension_still():
    """Days, and keys that are added, stay what they were."""

    class Added:
        def dynamic_partition_keys(self, name: str) -> list[str]:
            return ["ann"]

    open_grid = MultiPartitionsDefinition(
        {
            "day": DailyPartitionsDefinition("2021-01-01"),
            "who": DynamicPartitionsDefinition.named("customers"),
        }
    )
    still = open_grid.as_of(datetime(2021, 1, 3), Added())
    assert still.get_partition_keys() == ["2021-01-01|ann", "2021-01-02|ann"]
    assert list(still.last()) == ["2021-01-02|ann"]


def test_a_subset_is_stored_as_a_tree():
    """Keys of one dimension, and what follows each of them; the same every time."""
    subset = grid.subset(["2021-01-01|south", "2021-01-02|south", "2021-01-03|north"])
    assert subset.to_json() == [
        [[["2021-01-01", "2021-01-02"]], ["south"]],
        [[["2021-01-03", "2021-01-03"]], ["north"]],
    ]
    assert grid.none().to_json() == []
