"""Partitions with fixed and with dynamic keys."""

from __future__ import annotations

import pickle

import pytest

from holdfast import (
    DynamicPartitionsDefinition,
    Instance,
    InvalidDefinitionError,
    InvalidInvocationError,
    InvariantViolationError,
    Partition,
    PartitionKeyRange,
    StaticPartitionsDefinition,
    UnknownPartitionError,
)


class Added:
    """Stands in for an event store."""

    def dynamic_partition_keys(self, name: str) -> list[str]:
        return {"customers": ["zoe", "ann", "bob"]}[name]


letters = StaticPartitionsDefinition(["b", "a", "c", "d"])
customers = DynamicPartitionsDefinition.named("customers")


def test_static_keys_are_as_given():
    """Keys keep their order, and time makes no difference."""
    assert letters.get_partition_keys() == ["b", "a", "c", "d"]
    assert letters.count() == 4


def test_static_definitions_are_values():
    """Two with the same keys in the same order are one."""
    assert letters == StaticPartitionsDefinition(("b", "a", "c", "d"))
    assert hash(letters) == hash(StaticPartitionsDefinition(["b", "a", "c", "d"]))
    assert letters != StaticPartitionsDefinition(["a", "b", "c", "d"])
    assert pickle.loads(pickle.dumps(letters)) == letters


@pytest.mark.parametrize("key", ["../x", "/etc/x", "a/b", "a|b", "x" * 300, "é 漢字", " ", "*", "a..b"])
def test_any_other_text_is_a_key(key):
    """A key may look like a path or a pattern, and may be long."""
    assert StaticPartitionsDefinition([key]).get_partition_keys() == [key]


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        (["a", "a"], "there twice"),
        ([""], "is empty"),
        (["a...b"], "stands for a range"),
        (["\ud800"], "no valid unicode"),
        (["a", 1], "1 is no string"),
        (["a", None], "None is no string"),
        ("abc", "give a list of keys"),
        (None, "give a list of keys"),
    ],
)
def test_keys_that_cannot_be_told_apart_or_stored_are_refused(keys, problem):
    """The message says which key, and what is wrong with it."""
    with pytest.raises(InvalidDefinitionError, match=problem):
        StaticPartitionsDefinition(keys)


def test_no_keys_at_all_are_fine():
    """There may be no partition yet."""
    assert StaticPartitionsDefinition([]).get_partition_keys() == []
    assert not StaticPartitionsDefinition([]).last()


def test_an_unknown_key_leads_to_the_nearest():
    """The error names the key, whose it is not, and the nearest one."""
    with pytest.raises(UnknownPartitionError, match=r"'northh' is not the key .* Did you mean 'north'\?"):
        StaticPartitionsDefinition(["north", "south"]).check_key("northh")


def test_a_key_that_is_there_is_returned():
    """Checking a key gives it back, and whether there can be one is a question of its own."""
    assert letters.check_key("a") == "a"
    assert letters.can_have("a")
    assert not letters.can_have("x")


def test_a_range_is_in_the_order_of_the_keys():
    """Both ends are included."""
    assert list(letters.between(PartitionKeyRange("b", "c"))) == ["b", "a", "c"]


def test_a_range_backwards_is_refused():
    """A range that ends before it starts is more likely a slip than a wish."""
    with pytest.raises(InvalidInvocationError, match="ends before it starts"):
        letters.between(PartitionKeyRange("c", "b"))


def test_a_partition_stands_for_its_key():
    """Outside of time, the value of a partition is its key."""
    assert letters.partition("a") == Partition("a")
    assert (Partition(3).name, Partition(3, "x").name) == ("3", "x")
    assert Partition(3) != Partition(3, "x")
    assert hash(Partition(3)) == hash(Partition(3))


def test_the_name_of_a_partition_is_a_string():
    """Anything else is refused."""
    with pytest.raises(InvalidDefinitionError, match="name is a string"):
        Partition(3, 4)


# -- dynamic -----------------------------------------------------------------------------------------


def test_a_function_gives_the_keys_of_a_time():
    """It is handed the time asked about, or none for now, and may return partitions."""
    seen = []

    def keys(time):
        seen.append(time)
        return [Partition(1, "one"), Partition("two")]

    assert DynamicPartitionsDefinition(keys).get_partition_keys() == ["one", "two"]
    assert seen == [None]


@pytest.mark.parametrize(
    ("given", "problem"),
    [(["a", "a"], "there twice"), (None, "returns a list of keys, not None"), ("abc", "not 'abc'")],
)
def test_what_a_function_gives_is_checked(given, problem):
    """Two equal keys are as wrong there as in a list, and so is what is no list."""
    with pytest.raises(InvalidDefinitionError, match=problem):
        DynamicPartitionsDefinition(lambda time: given).get_partition_keys()


@pytest.mark.parametrize("arguments", [(None,), (len, "x"), (3,), (None, ""), (None, 4)])
def test_a_dynamic_definition_has_a_function_or_a_name(arguments):
    """Not both, not none, and nothing else."""
    with pytest.raises(InvalidDefinitionError):
        DynamicPartitionsDefinition(*arguments)


def test_named_keys_come_from_who_knows_them():
    """The definition asks the store it is handed, and keeps the order of the store."""
    assert customers.as_of(dynamic_keys=Added()).get_partition_keys() == ["zoe", "ann", "bob"]
    assert (
        customers.as_of(dynamic_keys=Added()) == customers == DynamicPartitionsDefinition(None, "customers")
    )


def test_named_keys_without_who_knows_them():
    """The error says where the keys are, and how to get at them."""
    with pytest.raises(InvariantViolationError, match="event store"):
        customers.get_partition_keys()


def test_keys_are_held_still():
    """A definition as of some moment answers the same from then on."""
    count = iter(range(10))
    still = DynamicPartitionsDefinition(lambda time: [f"key {next(count)}"]).as_of()
    assert still.get_partition_keys() == still.get_partition_keys() == ["key 0"]


def test_subsets_of_dynamic_keys_are_in_their_order():
    """Ranges, and what is in a subset, follow the store; keys that it does not have come last."""
    still = customers.as_of(dynamic_keys=Added())
    assert list(still.between(PartitionKeyRange("zoe", "ann"))) == ["zoe", "ann"]
    assert list(still.subset(["bob", "gone", "ann", "away", "zoe"])) == ["zoe", "ann", "bob", "away", "gone"]
    assert list(customers.subset(["zoe", "ann"])) == ["ann", "zoe"]
    assert list(still.last()) == ["bob"]
    with pytest.raises(UnknownPartitionError, match=r"'ana'.*Did you mean 'ann'"):
        still.between(PartitionKeyRange("ana", "bob"))


def test_an_instance_keeps_keys():
    """They are added, asked for and deleted by the name of the partitions."""
    instance = Instance.ephemeral()
    instance.add_dynamic_partitions("customers", ["zoe", "ann", "bob"])
    instance.delete_dynamic_partition("customers", "ann")
    instance.delete_dynamic_partition("customers", "eve")
    assert instance.get_dynamic_partitions("customers") == ["zoe", "bob"]
    assert instance.has_dynamic_partition("customers", "bob")
    assert not instance.has_dynamic_partition("customers", "ann")
    assert customers.as_of(dynamic_keys=instance.event_store).get_partition_keys() == ["zoe", "bob"]


@pytest.mark.parametrize(
    ("name", "keys", "problem"),
    [("customers", "ann", "give a list of keys"), ("customers", [""], "is empty"), (3, ["a"], "not 3")],
)
def test_an_instance_refuses_what_is_no_key(name, keys, problem):
    """A string in place of a list would be many short keys."""
    with pytest.raises(InvalidDefinitionError, match=problem):
        Instance.ephemeral().add_dynamic_partitions(name, keys)


def test_an_unknown_dynamic_key():
    """Whether there is such a key can be told once the keys are known."""
    still = customers.as_of(dynamic_keys=Added())
    assert still.check_key("ann") == "ann"
    with pytest.raises(UnknownPartitionError, match="Did you mean 'ann'"):
        still.check_key("anna")
