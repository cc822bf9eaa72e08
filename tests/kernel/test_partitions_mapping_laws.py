"""What holds for every subset and every mapping, over random definitions of every kind."""

from __future__ import annotations

import json
import pickle
from datetime import datetime, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast import (
    AllPartitionMapping,
    DimensionMapping,
    DynamicPartitionsDefinition,
    IdentityPartitionMapping,
    LastPartitionMapping,
    MultiPartitionMapping,
    MultiPartitionsDefinition,
    MultiToSingleDimensionPartitionMapping,
    PartitionKeyRange,
    SpecificPartitionsPartitionMapping,
    StaticPartitionMapping,
    StaticPartitionsDefinition,
    TimeWindowPartitionMapping,
    TimeWindowPartitionsDefinition,
    default_mapping,
)

unhurried = settings(deadline=None)  # the first to ask for windows that are listed waits for the list
CRONS = ["0 * * * *", "30 */8 * * *", "0 0 * * *", "30 2 * * *", "0 0 * * 1-5", "0 3 * * 0", "0 0 1 * *"]
CRONS += ["0 0 31 * *", "0 0 L * *"]
ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]
# Before clocks change, in both directions, before leap days, the ends of months and of the year.
DAYS = ["2021-03-12", "2021-03-27", "2021-11-06", "2021-10-02", "2021-04-02", "2020-02-27", "2024-02-28"]
DAYS += ["2021-02-27", "2021-12-30", "2011-12-28"]
texts = st.text(
    st.one_of(st.sampled_from("abc|%7C2/."), st.characters(codec="utf-8")), min_size=1, max_size=5
)
keys = st.lists(texts.filter(lambda key: "..." not in key), min_size=1, max_size=5, unique=True)


@st.composite
def windows(draw, most=9):
    """Windows of which there are some, held still when the last of them has ended."""
    made = TimeWindowPartitionsDefinition(
        f"{draw(st.sampled_from(DAYS))}-00:00",
        "%Y-%m-%d-%H:%M",
        timezone=draw(st.sampled_from(ZONES)),
        cron_schedule=draw(st.sampled_from(CRONS)),
    )
    end = made.ticks.at(draw(st.integers(1, most)))
    return made.as_of(datetime.fromtimestamp(end, timezone.utc))


statics = keys.map(StaticPartitionsDefinition)
dynamics = keys.map(lambda given: DynamicPartitionsDefinition(lambda time: given).as_of())
singles = st.one_of(statics, dynamics, windows())
multis = st.dictionaries(
    st.sampled_from("xyz"), st.one_of(statics, dynamics, windows(4)), min_size=1, max_size=3
).map(MultiPartitionsDefinition)
definitions = st.one_of(singles, multis)


def subsets(definition):
    return st.sets(st.sampled_from(definition.get_partition_keys()), max_size=12).map(definition.subset)


@st.composite
def some_subsets(draw, count):
    definition = draw(definitions)
    return [draw(subsets(definition)) for _ in range(count)]


# -- subsets -------------------------------------------------------------------------------------------


@unhurried
@given(some_subsets(3))
def test_subsets_are_sets_of_keys(found):
    """They combine, compare, count and contain as sets of Python do."""
    one, two, three = found
    a, b, c = map(set, found)
    assert set((one | two) & three) == (a | b) & c
    assert set((one - two) | three) == (a - b) | c
    assert set(one - (two & three)) == a - (b & c)
    assert [one <= two, one == two, bool(one), len(one | two)] == [a <= b, a == b, bool(a), len(a | b)]
    assert all((key in one) == (key in a) for key in b | c)


@unhurried
@given(some_subsets(3))
def test_the_algebra_of_sets_holds(found):
    """However a subset was made, it is the same value: equal, with the same hash and the same JSON."""
    one, two, three = found
    everything = one.definition.all()
    pairs = [
        ((one | two) | three, one | (two | three)),
        (one & (two | three), (one & two) | (one & three)),
        (everything - (one | two), (everything - one) & (everything - two)),
        (one - two, one & (everything - two)),
        ((one - two) | (one & two), one),
        (one | one.definition.none(), one & everything),
    ]
    for left, right in pairs:
        assert left == right
        assert hash(left) == hash(right)
        assert left.to_json() == right.to_json()
    assert len(one | two) + len(one & two) == len(one) + len(two)


@unhurried
@given(some_subsets(1))
def test_a_subset_is_written_and_read(found):
    """As JSON, and as the ranges it is made of."""
    (one,) = found
    definition = one.definition
    assert definition.from_json(json.loads(json.dumps(one.to_json()))) == one
    read = definition.none()
    for key_range in one.ranges:
        assert not read & definition.between(key_range)
        read |= definition.between(key_range)
    assert read == one


@unhurried
@given(st.data())
def test_a_range_is_a_piece_of_the_list(data):
    """From one key to another is what stands between them in the list of all."""
    definition = data.draw(definitions)
    listed = definition.get_partition_keys()
    assert listed == list(definition.all())
    start = data.draw(st.integers(0, len(listed) - 1))
    end = data.draw(st.integers(start, len(listed) - 1))
    between = definition.between(PartitionKeyRange(listed[start], listed[end]))
    assert list(between) == listed[start : end + 1]


# -- mappings ------------------------------------------------------------------------------------------


@st.composite
def linked(draw):
    """An upstream and a downstream definition without dimensions, and a mapping between them."""
    kind = draw(st.sampled_from(["window", "same", "default", "all", "last", "specific", "static"]))
    above = draw(windows() if kind == "window" else singles)
    below = draw(windows() if kind == "window" else singles)
    if kind == "window":
        start = draw(st.integers(-2, 2))
        return above, below, TimeWindowPartitionMapping(start, draw(st.integers(start, 2)))
    if kind == "same":
        some = st.sets(st.sampled_from(above.get_partition_keys()), min_size=1)
        return above, StaticPartitionsDefinition(list(draw(some))), IdentityPartitionMapping()
    if kind == "default":
        below = draw(st.sampled_from([above, *([below] if is_window(above) and is_window(below) else [])]))
        return above, below, default_mapping(above, below)
    if kind in ("all", "last"):
        return above, below, AllPartitionMapping() if kind == "all" else LastPartitionMapping()
    some = st.lists(st.sampled_from(above.get_partition_keys()), max_size=3)
    if kind == "specific":
        return above, below, SpecificPartitionsPartitionMapping(draw(some))
    table = st.lists(st.sampled_from(below.get_partition_keys()), max_size=3)
    return above, below, StaticPartitionMapping({key: draw(table) for key in draw(some)})


def is_window(definition):
    return isinstance(definition, TimeWindowPartitionsDefinition)


@st.composite
def mapped(draw):
    """An upstream and a downstream definition with a mapping between them, by dimension too."""
    kind = draw(st.sampled_from(["single", "above", "below", "both"]))
    above, below, mapping = draw(linked())
    if kind == "single":
        return above, below, mapping
    side = st.one_of(statics, dynamics)
    if kind == "above":
        multi = MultiPartitionsDefinition({"m": above, "n": draw(side)})
        return multi, below, MultiToSingleDimensionPartitionMapping("m", mapping)
    if kind == "below":
        multi = MultiPartitionsDefinition({"m": below, "n": draw(side)})
        return above, multi, MultiToSingleDimensionPartitionMapping("m", mapping)
    others = draw(linked())
    links = {"m": DimensionMapping("k", mapping)}
    if draw(st.booleans()):
        links["n"] = DimensionMapping("l", others[2])
    sides = ({"m": above, "n": others[0]}, {"k": below, "l": others[1]})
    return *map(MultiPartitionsDefinition, sides), MultiPartitionMapping(links)


@unhurried
@given(st.data())
def test_a_mapping_adds_up(data):
    """Nothing depends on nothing; of more, more; of a union, the union; in both directions."""
    above, below, mapping = data.draw(mapped())
    assert not mapping.upstream_subset(below.none(), above)
    assert not mapping.downstream_subset(above.none(), below)
    for to, ask, source in (
        (above, mapping.upstream_subset, below),
        (below, mapping.downstream_subset, above),
    ):
        one, two = data.draw(subsets(source)), data.draw(subsets(source))
        found, other = ask(one, to), ask(two, to)
        assert ask(one | two, to) == found | other
        assert ask(one & two, to) <= found & other


@unhurried
@given(st.data())
def test_both_directions_are_one_relation(data):
    """A partition depends on another exactly when that is depended on by it."""
    above, below, mapping = data.draw(mapped())
    mapping.check_pair(above, below)
    needs = {key: set(mapping.upstream_subset(below.subset([key]), above)) for key in below.all()}
    for other in above.all():
        dependent = set(mapping.downstream_subset(above.subset([other]), below))
        assert {key for key in needs if other in needs[key]} == dependent & needs.keys()


@unhurried
@given(st.data())
def test_downstream_of_upstream_contains_the_start(data):
    """At least what depends on anything at all."""
    above, below, mapping = data.draw(mapped())
    start = data.draw(subsets(below))
    needed = mapping.upstream_subset(start, above)
    lonely = [key for key in start if not mapping.upstream_subset(below.subset([key]), above)]
    assert start - below.subset(lonely) <= mapping.downstream_subset(needed, below)


@unhurried
@given(mapped())
def test_a_mapping_is_a_value(found):
    """It equals and hashes as one made alike, and travels between processes."""
    mapping = found[2]
    again = pickle.loads(pickle.dumps(mapping))
    assert again == mapping
    assert hash(again) == hash(mapping)
