"""Runs for a partition: what is made, in which order, and what contexts say."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast import (
    AssetIn,
    AssetKey,
    AssetOut,
    AssetsDefinition,
    DailyPartitionsDefinition,
    DynamicPartitionsDefinition,
    HourlyPartitionsDefinition,
    Instance,
    InvalidInvocationError,
    InvariantViolationError,
    MultiPartitionKey,
    MultiPartitionsDefinition,
    Output,
    RetryPolicy,
    StaticPartitionsDefinition,
    TimeWindowPartitionMapping,
    UnknownPartitionError,
    asset,
    build_op_context,
    graph,
    materialize,
    materialize_to_memory,
    multi_asset,
    op,
)

LETTERS = StaticPartitionsDefinition(["a", "b", "c"])
DAYS = DailyPartitionsDefinition("2024-01-01")


def keyed(name: str, partitions_def: Any = LETTERS, **options: Any) -> AssetsDefinition:
    """Return an asset whose value is the key it is made for."""
    return asset(name=name, partitions_def=partitions_def, **options)(lambda context: context.partition_key)


def recorded(result: Any) -> list[tuple[str, str | None]]:
    """Return the asset and partition of each materialization."""
    return [(str(e.asset_key), e.partition) for e in result.all_events if e.is_step_materialization]


@pytest.mark.parametrize("run", [materialize, materialize_to_memory])
def test_a_run_is_for_one_partition(run: Any) -> None:
    """`partition_key` says which; the materialization is recorded for it."""
    result = run([keyed("made")], partition_key="b")
    assert (result.asset_value("made"), recorded(result)) == ("b", [("made", "b")])


def test_a_run_for_a_partition_has_its_tag() -> None:
    """So that what was run can be told later."""
    instance = Instance.ephemeral()
    result = materialize_to_memory([keyed("made")], partition_key="b", instance=instance)
    assert instance.event_store.run(result.run_id).tags == {"holdfast/partition": "b"}


def test_the_tag_asks_for_a_partition() -> None:
    """As a request of a sensor or a schedule does."""
    made = materialize_to_memory([keyed("made")], tags={"holdfast/partition": "c"})
    assert made.asset_value("made") == "c"


def test_assets_with_partitions_need_one() -> None:
    """A run for none is refused before anything runs, naming the asset and what to give."""
    with pytest.raises(InvariantViolationError, match=r"Asset 'made'.*Give it a partition_key"):
        materialize_to_memory([keyed("made")])


def test_assets_without_partitions_have_none() -> None:
    """A partition of nothing is a mistake."""
    with pytest.raises(InvalidInvocationError, match=r"None of the selected assets has partitions"):
        materialize_to_memory([asset(name="plain")(lambda: 1)], partition_key="a")


def test_a_partition_that_is_not_there_yet() -> None:
    """The error says which is the last."""
    with pytest.raises(UnknownPartitionError, match="The last one now is"):
        materialize_to_memory([keyed("made", DAYS)], partition_key="2999-01-01")


def test_assets_without_partitions_run_along() -> None:
    """They know the partition of the run, and are recorded without one."""
    result = materialize_to_memory([keyed("split"), keyed("whole", None)], partition_key="a")
    assert (result.asset_value("whole"), sorted(recorded(result))) == ("a", [("split", "a"), ("whole", None)])


def test_every_asset_of_a_multi_asset_is_made_for_the_partition() -> None:
    """Or those of them that are selected."""

    @multi_asset(
        outs={name: AssetOut(is_required=False) for name in "xy"}, partitions_def=LETTERS, can_subset=True
    )
    def pair(context: Any) -> Any:
        for name in sorted(context.selected_output_names):
            yield Output(context.asset_partition_key_for_output(name), name)

    assert recorded(materialize_to_memory([pair], partition_key="a")) == [("x", "a"), ("y", "a")]
    assert recorded(materialize_to_memory([pair], partition_key="b", selection=["y"])) == [("y", "b")]


def test_every_computation_of_a_graph_runs_for_the_partition() -> None:
    """And its asset is recorded for it."""

    @op
    def first(context: Any) -> str:
        return str(context.partition_key)

    @op
    def second(context: Any, first: str) -> str:
        return first + str(context.partition_key)

    made = AssetsDefinition.from_graph(graph(name="both")(lambda: second(first())), partitions_def=LETTERS)
    result = materialize_to_memory([made], partition_key="b")
    assert (result.asset_value("both"), recorded(result)) == ("bb", [("both", "b")])


def test_a_retry_is_for_the_same_partition() -> None:
    """The context of the second attempt says so."""
    seen: list[str] = []

    @asset(partitions_def=LETTERS, retry_policy=RetryPolicy(max_retries=1))
    def flaky(context: Any) -> None:
        seen.append(context.partition_key)
        if len(seen) == 1:
            raise ValueError

    assert materialize_to_memory([flaky], partition_key="c").success
    assert seen == ["c", "c"]


def test_a_multi_partition_has_its_parts() -> None:
    """The key may be given as its text."""
    grid = MultiPartitionsDefinition({"day": DAYS, "letter": LETTERS})
    made = asset(name="made", partitions_def=grid)(lambda context: context.partition_key.keys_by_dimension)
    key = MultiPartitionKey({"letter": "b", "day": "2024-01-02"})
    for given in (key, str(key)):
        result = materialize_to_memory([made], partition_key=given)
        assert result.asset_value("made") == {"day": "2024-01-02", "letter": "b"}


def test_dynamic_partitions_are_those_of_the_instance() -> None:
    """They are added there, and what was not added is unknown."""
    instance = Instance.ephemeral()
    made = keyed("made", DynamicPartitionsDefinition.named("customers"))
    instance.add_dynamic_partitions("customers", ["ann"])
    assert materialize_to_memory([made], partition_key="ann", instance=instance).success
    with pytest.raises(UnknownPartitionError, match=r"'bob'.*'customers'"):
        materialize_to_memory([made], partition_key="bob", instance=instance)


def test_an_asset_may_add_partitions() -> None:
    """They are there for the next run."""
    instance = Instance.ephemeral()

    @asset
    def found(context: Any) -> None:
        context.instance.add_dynamic_partitions("customers", ["ann"])

    made = keyed("made", DynamicPartitionsDefinition.named("customers"))
    materialize_to_memory([found], instance=instance)
    assert materialize_to_memory([made], partition_key="ann", instance=instance).success


def test_assets_with_other_partitions_are_made_for_those_that_belong_together() -> None:
    """The key is the day's; the hours are those that the day needs."""
    hours = keyed("hours", HourlyPartitionsDefinition("2024-01-01-00:00"))
    day = asset(name="day", partitions_def=DAYS)(lambda hours: len(hours))
    result = materialize([hours, day], partition_key="2024-01-02")
    assert recorded(result)[0] == ("hours", "2024-01-02-00:00")
    assert (len(recorded(result)), recorded(result)[-1]) == (25, ("day", "2024-01-02"))


def test_what_depends_on_a_part_is_made_only_with_the_rest() -> None:
    """One hour makes no day, unless the others are there."""
    instance = Instance.ephemeral()
    hours = keyed("hours", HourlyPartitionsDefinition("2024-01-01-00:00"))
    day = asset(name="day", partitions_def=DAYS)(lambda hours: len(hours))
    materialize([hours], partition_key="2024-01-01-00:00", instance=instance)
    result = materialize([hours, day], partition_key="2024-01-01-01:00", instance=instance)
    assert recorded(result) == [("hours", "2024-01-01-01:00")]


def test_an_asset_that_reads_itself_reads_the_partition_before() -> None:
    """The first one has none to read, and gets ``None``."""
    instance = Instance.ephemeral()
    before = AssetIn(partition_mapping=TimeWindowPartitionMapping(start_offset=-1, end_offset=-1))
    total = asset(name="total", partitions_def=DAYS, ins={"total": before})(lambda total: (total or 0) + 1)
    made = [
        materialize([total], partition_key=f"2024-01-0{day}", instance=instance).asset_value("total")
        for day in (1, 2, 3)
    ]
    assert made == [1, 2, 3]


def test_a_function_is_called_for_a_partition_in_a_test() -> None:
    """The context is told which, and knows the asset's partitions then."""

    @asset(partitions_def=DAYS)
    def made(context: Any) -> Any:
        window = context.asset_partitions_time_window_for_output()
        return context.partition_key, context.asset_partition_key_for_output(), window.start.day

    assert made(build_op_context(partition_key="2024-01-05")) == ("2024-01-05", "2024-01-05", 5)
    with pytest.raises(UnknownPartitionError, match="'monday'"):
        made(build_op_context(partition_key="monday"))


def test_the_plan_says_which_partitions() -> None:
    """For people and as JSON."""
    plan = materialize_to_memory([keyed("made")], partition_key="b").plan
    assert "1 partition: b" in str(plan)
    assert plan.to_json()["steps"][0]["partitions"] == ["b"]


@pytest.mark.parametrize(
    ("look", "value"),
    [
        (lambda context: context.has_partition_key, True),
        (lambda context: context.asset_partition_keys_for_output(), ["2024-01-05"]),
        (lambda context: tuple(context.asset_partition_key_range), ("2024-01-05",) * 2),
        (lambda context: tuple(context.asset_partition_key_range_for_output()), ("2024-01-05",) * 2),
        (lambda context: context.partition_time_window.end.day, 6),
        (lambda context: context.asset_partitions_time_window_for_output("result").start.day, 5),
        (lambda context: context.asset_partitions_def_for_output(), DAYS),
        (lambda context: context.asset_partition_key_for_input("up"), "2024-01-05"),
        (lambda context: context.asset_partition_keys_for_input("up"), ["2024-01-05"]),
        (lambda context: tuple(context.asset_partition_key_range_for_input("up")), ("2024-01-05",) * 2),
        (lambda context: context.asset_partitions_def_for_input("up"), DAYS),
    ],
)
def test_what_a_context_says(look: Any, value: Any) -> None:
    """Of the step, its output and its input."""
    down = asset(name="down", partitions_def=DAYS)(lambda context, up: look(context))
    result = materialize_to_memory([keyed("up", DAYS), down], partition_key="2024-01-05")
    assert result.asset_value("down") == value


@pytest.mark.parametrize(
    ("look", "message"),
    [
        (lambda context: context.asset_partition_key_for_output("reslt"), "'reslt'.*'result'"),
        (lambda context: context.asset_partition_key_for_input("plian"), "'plian'.*'plain'"),
        (lambda context: context.asset_partition_key_for_input("plain"), "'plain' has no partitions"),
    ],
)
def test_what_a_context_does_not_know(look: Any, message: str) -> None:
    """An error says so, with the nearest name."""
    plain = asset(name="plain")(lambda: 1)
    down = asset(name="down", partitions_def=DAYS)(lambda context, plain: look(context))
    with pytest.raises(InvariantViolationError, match=message):
        materialize_to_memory([plain, down], partition_key="2024-01-05")


def test_a_key_must_be_a_text() -> None:
    """Whatever else is given is refused."""
    with pytest.raises(InvalidInvocationError, match="partition_key is a string, not 5"):
        materialize_to_memory([keyed("made")], partition_key=5)  # type: ignore[arg-type]


def test_a_failed_partition_is_not_recorded_as_made() -> None:
    """The event store says that it failed, and in which run."""
    instance = Instance.ephemeral()

    @asset(partitions_def=LETTERS)
    def made() -> None:
        raise ValueError

    result = materialize_to_memory([made], partition_key="a", instance=instance, raise_on_error=False)
    record = instance.event_store.partitions(AssetKey("made"))["a"]
    assert (record.made_by, record.failed_in) == (None, result.run_id)
