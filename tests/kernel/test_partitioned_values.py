"""What IO managers are told of partitions, several of them at once, and loading them without a run."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast import (
    AssetsDefinition,
    DailyPartitionsDefinition,
    InMemoryIOManager,
    Instance,
    InvalidInvocationError,
    InvariantViolationError,
    IOManager,
    IOManagerDefinition,
    Output,
    PartitionKeyRange,
    RepositoryDefinition,
    SourceAsset,
    StaticPartitionsDefinition,
    UnknownPartitionError,
    asset,
    backfill,
    materialize,
    with_resources,
)

LETTERS = StaticPartitionsDefinition(["a", "b", "c"])
DAYS = DailyPartitionsDefinition("2024-01-01")
RANGE = ("holdfast/asset_partition_range_start", "holdfast/asset_partition_range_end")


class Telling(IOManager):
    """Keeps what it was told when it stored and when it loaded."""

    def __init__(self) -> None:
        self.stored: list[Any] = []
        self.loaded: list[Any] = []

    def handle_output(self, context: Any, obj: Any) -> None:
        self.stored.append(context)

    def load_input(self, context: Any) -> Any:
        self.loaded.append(context)
        return 1


def keyed(name: str, partitions_def: Any = LETTERS) -> AssetsDefinition:
    return asset(name=name, partitions_def=partitions_def)(lambda context: context.partition_key)


def told(upstream_def: Any, downstream_def: Any, key: str) -> Telling:
    """Run two assets, and return the IO manager of both."""
    manager = Telling()
    up = asset(name="up", partitions_def=upstream_def)(lambda: 1)
    down = asset(name="down", partitions_def=downstream_def)(lambda up: 2)
    resources = {"io_manager": IOManagerDefinition.hardcoded_io_manager(manager)}
    materialize(with_resources([up, down], resources), partition_key=key)
    return manager


def made(result: Any) -> list[tuple[str, str | None]]:
    return [(str(e.asset_key), e.partition) for e in result.all_events if e.is_step_materialization]


def test_storing_is_told_of_the_partition() -> None:
    """Its key, its range, its time, and what tells it from every other value."""
    context = told(DAYS, DAYS, "2024-01-05").stored[0]
    assert context.partition_key == context.asset_partition_key == "2024-01-05"
    assert context.asset_partition_keys == ["2024-01-05"]
    assert tuple(context.asset_partition_key_range) == ("2024-01-05", "2024-01-05")
    assert context.asset_partitions_time_window.end.day == 6
    assert context.get_asset_identifier() == ["up", "2024-01-05"]
    assert context.asset_partitions_def == DAYS


def test_loading_is_told_of_the_partition() -> None:
    """And of the context that it was stored with."""
    context = told(LETTERS, LETTERS, "b").loaded[0]
    assert context.partition_key == context.asset_partition_key == "b"
    assert context.upstream_output.asset_partition_key == "b"
    assert not context.by_partition


def test_loading_is_told_that_there_may_be_several() -> None:
    """Then the value is a mapping by key."""
    context = told(LETTERS, None, "b").loaded[0]
    assert (context.by_partition, context.asset_partition_keys) == (True, ["a", "b", "c"])
    with pytest.raises(InvariantViolationError, match=r"3 partitions at once.*load_each"):
        assert context.asset_partition_key


def test_a_whole_value_has_no_partitions() -> None:
    """Though the step that stores or loads it is for one."""
    manager = told(None, LETTERS, "b")
    for context in (manager.stored[0], manager.loaded[0]):
        assert (context.has_partition_key, context.has_asset_partitions) == (True, False)
        assert context.get_asset_identifier() == ["up"]


# -- several partitions in one call ------------------------------------------------------------------


def test_a_range_is_made_in_one_call() -> None:
    """The tags of the run say from where to where; each partition is recorded."""
    calls: list[Any] = []

    @asset(partitions_def=LETTERS)
    def together(context: Any) -> Any:
        calls.append(context.asset_partition_keys_for_output())
        return {key: key.upper() for key in calls[-1]}

    result = materialize([together], tags=dict(zip(RANGE, "bc", strict=True)))
    assert (calls, made(result)) == ([["b", "c"]], [("together", "b"), ("together", "c")])


def test_a_range_is_read_as_a_mapping() -> None:
    """What is read of a range is a range."""
    instance = Instance.ephemeral()
    backfill([keyed("up")], instance=instance)
    down = asset(name="down", partitions_def=LETTERS)(lambda up: up)
    tags = dict(zip(RANGE, "ab", strict=True))
    result = materialize([keyed("up"), down], tags=tags, selection=["down"], instance=instance)
    assert result.asset_value("down") == {"a": "a", "b": "b"}


@pytest.mark.parametrize("label", RANGE)
def test_half_a_range(label: str) -> None:
    """Both ends are given, or neither."""
    with pytest.raises(InvalidInvocationError, match="Give both of the tags"):
        materialize([keyed("up")], tags={label: "a"})


def test_a_computation_may_take_all_partitions_of_a_run() -> None:
    """The tag of its op says so; others are called for each."""
    calls: list[Any] = []

    @asset(partitions_def=LETTERS, op_tags={"holdfast/partitions": "together"})
    def together(context: Any, each: Any) -> Any:
        calls.append(each)
        return Output(each, metadata={"rows": len(each)})

    result = backfill([keyed("each"), together], instance=Instance.ephemeral())
    assert calls == [{"a": "a", "b": "b", "c": "c"}]
    assert made(result)[-3:] == [("together", "a"), ("together", "b"), ("together", "c")]
    rows = [e.materialization.metadata for e in result.all_events if e.step_key == "together" and e.partition]
    assert [metadata["rows"].value for metadata in rows] == [3, 3, 3]


def test_what_is_made_together_fails_together() -> None:
    """No partition of it is recorded, and what depends on one is skipped."""

    @asset(partitions_def=LETTERS, op_tags={"holdfast/partitions": "together"})
    def together() -> Any:
        raise ValueError

    down = asset(name="down", partitions_def=LETTERS)(lambda together: 1)
    result = backfill([together, down], instance=Instance.ephemeral())
    skipped = [event.step_key for event in result.all_events if event.is_step_skipped]
    assert (made(result), skipped) == ([], ["down[a]", "down[b]", "down[c]"])


def test_a_value_for_several_partitions_has_one_for_each() -> None:
    """Where the IO manager stores each by itself."""

    @asset(partitions_def=LETTERS)
    def together() -> Any:
        return {"a": 1}

    with pytest.raises(InvariantViolationError, match=r"2 partitions.*the keys 'a'"):
        materialize([together], tags=dict(zip(RANGE, "ab", strict=True)))


def test_an_unknown_way_of_taking_partitions() -> None:
    """The tag has two values."""
    wrong = asset(name="wrong", partitions_def=LETTERS, op_tags={"holdfast/partitions": "all"})(lambda: 1)
    with pytest.raises(ValueError, match="'each' or 'together', not 'all'"):
        materialize([wrong], partition_key="a")


def test_each_partition_has_what_its_io_manager_says_of_it() -> None:
    """Metadata of one is not that of another."""

    class Sized(InMemoryIOManager):
        def handle_output(self, context: Any, obj: Any) -> Any:
            return context.store_each(obj, lambda one, value: {"value": value})

    @asset(partitions_def=LETTERS, io_manager_def=IOManagerDefinition.hardcoded_io_manager(Sized()))
    def together() -> Any:
        return {"a": 1, "b": 2}

    result = materialize([together], tags=dict(zip(RANGE, "ab", strict=True)))
    found = [
        e.materialization.metadata["value"].value for e in result.all_events if e.is_step_materialization
    ]
    assert found == [1, 2]


# -- without a run -----------------------------------------------------------------------------------


@pytest.fixture
def shop() -> tuple[RepositoryDefinition, Instance]:
    """A repository of one asset, all of whose partitions are made."""
    instance = Instance.ephemeral()
    backfill([keyed("up")], instance=instance)
    return RepositoryDefinition.of("shop", [keyed("up")]), instance


def test_a_partition_is_loaded_by_its_key(shop: Any) -> None:
    """As its IO manager has it."""
    repository, instance = shop
    assert repository.load_asset_value("up", partition_key="b", instance=instance) == "b"


@pytest.mark.parametrize("partitions", [PartitionKeyRange("b", "c"), ["c", "b"], LETTERS.subset(["b", "c"])])
def test_several_partitions_are_loaded_as_a_mapping(shop: Any, partitions: Any) -> None:
    """By key, in the order of the definition."""
    repository, instance = shop
    values = repository.load_asset_value("up", partitions=partitions, instance=instance)
    assert list(values.items()) == [("b", "b"), ("c", "c")]


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({}, InvalidInvocationError, "Name one with partition_key"),
        ({"partition_key": "z"}, UnknownPartitionError, "'z'.*Known: a, b, c"),
        ({"partition_key": "a", "partitions": ["a"]}, InvalidInvocationError, "only one of"),
        ({"partitions": 3}, InvalidInvocationError, "a key, a list of keys"),
    ],
)
def test_what_cannot_be_loaded(shop: Any, asked: Any, error: type[Exception], message: str) -> None:
    """The error says what to give."""
    repository, instance = shop
    with pytest.raises(error, match=message):
        repository.load_asset_value("up", instance=instance, **asked)


def test_partitions_of_a_source_are_loaded() -> None:
    """As those of an asset are."""
    source = SourceAsset("raw", partitions_def=LETTERS, io_manager_def=Telling())
    assert RepositoryDefinition.of("shop", [source]).load_asset_value("raw", partition_key="a") == 1
