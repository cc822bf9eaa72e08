"""Backfills: many partitions in one run, what is left out, what of one is still to be done."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast import (
    AssetGraph,
    AssetIn,
    AssetKey,
    AssetsDefinition,
    DailyPartitionsDefinition,
    DynamicPartitionsDefinition,
    Instance,
    InvalidDefinitionError,
    InvalidInvocationError,
    PartitionKeyRange,
    RetryPolicy,
    RunNotFoundError,
    StaticPartitionsDefinition,
    TimeWindowPartitionMapping,
    UnknownPartitionError,
    UnknownSelectionError,
    WeeklyPartitionsDefinition,
    asset,
    backfill,
    define_asset_job,
    execute_job,
    graph,
    job,
    op,
    static_partitioned_config,
)
from holdfast.backfills import remaining_of

LETTERS = StaticPartitionsDefinition(["a", "b", "c"])
DAYS = DailyPartitionsDefinition("2024-01-01")
FIRST = PartitionKeyRange("2024-01-01", "2024-01-05")
WEEK = PartitionKeyRange("2024-01-07", "2024-01-13")
WEEKS = WeeklyPartitionsDefinition("2024-01-07")


def keyed(name: str, partitions_def: Any = LETTERS, **options: Any) -> AssetsDefinition:
    return asset(name=name, partitions_def=partitions_def, **options)(lambda context: context.partition_key)


def made(result: Any) -> list[str]:
    """Return what was made, as ``asset partition``."""
    return [f"{e.asset_key} {e.partition}" for e in result.all_events if e.is_step_materialization]


def skipped(result: Any) -> list[str]:
    return [event.step_key for event in result.all_events if event.is_step_skipped]


class Broken:
    """Assets x and y, y reading x, which fail for the partitions that are named until these are taken out."""

    def __init__(self, *names: str) -> None:
        self.names = set(names)

    @property
    def assets(self) -> list[AssetsDefinition]:
        def compute(name: str, context: Any) -> str:
            if f"{name} {context.partition_key}" in self.names:
                raise ValueError(name)
            return str(context.partition_key)

        x = asset(name="x", partitions_def=LETTERS)(lambda context: compute("x", context))
        y = asset(name="y", partitions_def=LETTERS)(lambda context, x: compute("y", context))
        return [x, y]


def test_every_partition_is_made() -> None:
    """All there are, unless some are named; each after what it reads."""
    result = backfill(Broken().assets, instance=Instance.ephemeral())
    assert sorted(made(result)) == ["x a", "x b", "x c", "y a", "y b", "y c"]
    assert made(result).index("x c") < made(result).index("y c")


@pytest.mark.parametrize(
    ("partitions", "keys"),
    [
        ("b", ["b"]),
        (["c", "a"], ["a", "c"]),
        (PartitionKeyRange("b", "c"), ["b", "c"]),
        (LETTERS.subset(["a"]), ["a"]),
        ({"x": "c"}, ["c"]),
    ],
)
def test_partitions_may_be_named(partitions: Any, keys: list[str]) -> None:
    """One, several, a range, a subset, or those of an asset."""
    result = backfill([keyed("x")], partitions, instance=Instance.ephemeral())
    assert made(result) == [f"x {key}" for key in keys]


def test_assets_with_other_partitions() -> None:
    """The week follows from its days."""
    weeks = asset(name="week", partitions_def=WEEKS)(lambda days: len(days))
    result = backfill([keyed("days", DAYS), weeks], {"days": WEEK}, instance=Instance.ephemeral())
    assert (len(made(result)), made(result)[-1]) == (8, "week 2024-01-07")


def test_an_asset_without_partitions_waits_for_all() -> None:
    """It is made once, of all partitions."""
    whole = asset(name="whole")(lambda x: sorted(x))
    result = backfill([keyed("x"), whole], instance=Instance.ephemeral())
    assert made(result)[-1] == "whole None"


def test_partitions_wait_for_an_asset_without_any() -> None:
    """All of them."""
    whole = asset(name="whole")(lambda: 1)
    split = asset(name="split", partitions_def=LETTERS)(lambda whole: 1)
    assert made(backfill([whole, split], instance=Instance.ephemeral()))[0] == "whole None"


def test_an_asset_that_reads_itself_is_made_in_order() -> None:
    """Each day after the one before."""
    before = AssetIn(partition_mapping=TimeWindowPartitionMapping(start_offset=-1, end_offset=-1))
    total = asset(name="total", partitions_def=DAYS, ins={"total": before})(lambda total: (total or 0) + 1)
    instance = Instance.ephemeral()
    result = backfill([total], FIRST, instance=instance)
    assert made(result) == [f"total 2024-01-0{day}" for day in range(1, 6)]


def test_a_graph_that_reads_itself_is_made_in_order() -> None:
    """Whichever of its computations reads."""

    @op
    def read(total: Any) -> int:
        return int(total or 0)

    @op
    def added(read: int) -> int:
        return read + 1

    before = TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)
    total = AssetsDefinition.from_graph(
        graph(name="total")(lambda total: added(read(total))),
        partitions_def=DAYS,
        partition_mappings={"total": before},
    )
    result = backfill([total], FIRST, instance=Instance.ephemeral())
    assert made(result) == [f"total 2024-01-0{day}" for day in range(1, 6)]


def test_a_failure_skips_only_what_depends_on_it() -> None:
    """The other partitions are made."""
    result = backfill(Broken("x b").assets, instance=Instance.ephemeral())
    assert sorted(made(result)) == ["x a", "x c", "y a", "y c"]
    assert (result.success, skipped(result)) == (False, ["y[b]"])


def test_a_failure_skips_an_asset_that_needs_all() -> None:
    """And what depends on that."""
    whole = asset(name="whole")(lambda x: 1)
    last = asset(name="last", partitions_def=LETTERS)(lambda whole: 1)
    result = backfill([*Broken("x b").assets, whole, last], instance=Instance.ephemeral())
    assert set(skipped(result)) == {"y[b]", "whole", "last[a]", "last[b]", "last[c]"}


def test_a_failure_may_be_raised() -> None:
    """Once everything else has run."""
    with pytest.raises(ValueError, match="x"):
        backfill(Broken("x b").assets, instance=Instance.ephemeral(), raise_on_error=True)


def test_a_partition_may_be_tried_again() -> None:
    """By itself."""
    attempts: list[str] = []

    @asset(partitions_def=LETTERS, retry_policy=RetryPolicy(max_retries=1))
    def flaky(context: Any) -> None:
        attempts.append(context.partition_key)
        if attempts.count("b") == 1 and context.partition_key == "b":
            raise ValueError

    result = backfill([flaky], instance=Instance.ephemeral())
    assert (result.success, sorted(attempts)) == (True, ["a", "b", "b", "c"])


def test_an_output_that_is_left_out_skips_its_readers() -> None:
    """At that partition."""
    some = asset(name="some", partitions_def=LETTERS, output_required=False)(
        lambda context: None if context.partition_key == "b" else 1
    )
    read = asset(name="read", partitions_def=LETTERS)(lambda some: 1)
    result = backfill([some, read], instance=Instance.ephemeral())
    assert (result.success, skipped(result)) == (True, ["read[b]"])


def test_only_what_is_missing() -> None:
    """What was never made."""
    instance = Instance.ephemeral()
    backfill([keyed("x")], "b", instance=instance)
    assert made(backfill([keyed("x")], instance=instance, only="missing")) == ["x a", "x c"]
    with pytest.raises(InvalidInvocationError, match="no missing partitions to make"):
        backfill([keyed("x")], instance=instance, only="missing")


def test_only_what_failed() -> None:
    """What was to be made last and was not."""
    instance, broken = Instance.ephemeral(), Broken("x b")
    backfill(broken.assets, instance=instance, selection="x")
    broken.names.clear()
    assert made(backfill(broken.assets, instance=instance, selection="x", only="failed")) == ["x b"]
    with pytest.raises(InvalidInvocationError, match="no failed partitions"):
        backfill(broken.assets, instance=instance, selection="x", only="failed")


def test_dynamic_partitions() -> None:
    """Those that there are when it starts."""
    instance = Instance.ephemeral()
    instance.add_dynamic_partitions("people", ["bob", "ann"])
    people = keyed("people", DynamicPartitionsDefinition.named("people"))
    assert made(backfill([people], instance=instance)) == ["people bob", "people ann"]


def test_a_job_is_backfilled_by_its_executor() -> None:
    """With its tags, and that of the backfill."""
    instance = Instance.ephemeral()
    letters = define_asset_job("letters", tags={"team": "a"}, executor_def={"use": "in_process"})
    result = backfill(letters.resolve([keyed("x")]), "b", instance=instance, run_id="r", tags={"why": "test"})
    assert made(result) == ["x b"]
    assert instance.event_store.run("r").tags == {"team": "a", "why": "test", "holdfast/backfill": "r"}


def test_values_of_a_backfill_are_loaded() -> None:
    """By the step of a partition."""
    with backfill([keyed("x")], instance=Instance.ephemeral()) as result:
        assert result.values["x[b]", "result"] == "b"


# -- what is left ------------------------------------------------------------------------------------


def test_what_is_left_can_be_made() -> None:
    """What failed and what was skipped for it, and nothing else."""
    instance, broken = Instance.ephemeral(), Broken("x b", "y c")
    backfill(broken.assets, instance=instance, run_id="first")
    broken.names.clear()
    left = remaining_of("first", AssetGraph.of(broken.assets), instance)
    assert left.partitions is not None
    assert {str(key): data for key, data in left.partitions.subsets.items()} == {"x": ["b"], "y": ["b", "c"]}
    rest = define_asset_job("rest", executor_def={"use": "in_process"}).resolve(broken.assets)
    result = execute_job(rest, instance, partitions=left.partitions, tags={"holdfast/backfill": "first"})
    assert sorted(made(result)) == ["x b", "y b", "y c"]
    with pytest.raises(InvalidInvocationError, match="Nothing is left of the backfill 'first'"):
        remaining_of(result.run_id, AssetGraph.of(broken.assets), instance)


def test_what_is_left_without_partitions() -> None:
    """An asset that waits for what is left is left too."""
    instance, broken = Instance.ephemeral(), Broken("x b")
    whole = asset(name="whole")(lambda x: 1)
    backfill([*broken.assets, whole], instance=instance, run_id="first")
    left = remaining_of("first", AssetGraph.of([*broken.assets, whole]), instance)
    assert set(map(str, left.keys)) == {"x", "y", "whole"}


def test_what_was_made_before_a_backfill_is_left() -> None:
    """A backfill makes it again."""
    instance, broken = Instance.ephemeral(), Broken()
    backfill(broken.assets, instance=instance)
    broken.names.add("x a")
    backfill(broken.assets, instance=instance, run_id="second")
    left = remaining_of("second", AssetGraph.of(broken.assets), instance)
    assert left.partitions is not None
    assert left.partitions.subsets[AssetKey("y")] == ["a"]


# -- mistakes ----------------------------------------------------------------------------------------


@static_partitioned_config(["a", "b", "c"])
def config_by_key(key: str) -> dict[str, Any]:
    return {}


keyed_job = define_asset_job("j", config=config_by_key).resolve([keyed("x")])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda on: backfill([keyed("x")], "z", instance=on), UnknownPartitionError, "'z'.*Known: a, b, c"),
        (lambda on: backfill([keyed("x")], {"w": "a"}, instance=on), UnknownSelectionError, "'w'"),
        (lambda on: backfill([keyed("x", None)], instance=on), InvalidInvocationError, "no.*partitions"),
        (lambda on: backfill([keyed("x")], only="mising", instance=on), InvalidInvocationError, "'mising'"),
        (lambda on: backfill(keyed("x"), instance=on), InvalidDefinitionError, "a list of assets or a job"),
        (
            lambda on: backfill(define_asset_job("j").resolve([keyed("x")]), instance=on, selection="x"),
            InvalidDefinitionError,
            "its own resources and selection",
        ),
        (
            lambda on: backfill(keyed_job, instance=on),
            InvalidInvocationError,
            "other config for each partition",
        ),
        (
            lambda on: backfill(job(name="ops")(lambda: op(name="one")(lambda: 1)() and None), instance=on),
            InvalidInvocationError,
            "makes no assets",
        ),
        (lambda on: remaining_of("none", AssetGraph.of([keyed("x")]), on), RunNotFoundError, "'none'"),
    ],
)
def test_what_cannot_be_backfilled(call: Any, error: type[Exception], message: str) -> None:
    """The error names it, and says what to do."""
    with pytest.raises(error, match=message):
        call(Instance.ephemeral())


def test_a_run_that_is_no_backfill_leaves_nothing() -> None:
    """It is named."""
    instance = Instance.ephemeral()
    plain = define_asset_job("plain", executor_def={"use": "in_process"}).resolve([keyed("x", None)])
    run_id = execute_job(plain, instance).run_id
    with pytest.raises(InvalidInvocationError, match="is no backfill"):
        remaining_of(run_id, AssetGraph.of([keyed("x", None)]), instance)
