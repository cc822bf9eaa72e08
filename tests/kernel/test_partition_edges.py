"""Which partitions an asset reads: as its mapping says, in plans, runs and backfills alike."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast import (
    AllPartitionMapping,
    AssetGraph,
    AssetIn,
    AssetsDefinition,
    CycleError,
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    IdentityPartitionMapping,
    Instance,
    InvalidDefinitionError,
    InvariantViolationError,
    LastPartitionMapping,
    MultiPartitionsDefinition,
    PartitionKeyRange,
    PartitionMapping,
    SpecificPartitionsPartitionMapping,
    StaticPartitionMapping,
    StaticPartitionsDefinition,
    SubsetPartitionMapping,
    TimeWindowPartitionMapping,
    UnknownPartitionError,
    asset,
    backfill,
    define_asset_job,
    materialize,
)

LETTERS = StaticPartitionsDefinition(["a", "b", "c"])
DAYS = DailyPartitionsDefinition("2024-01-01")
HOURS = HourlyPartitionsDefinition("2024-01-01-00:00")
GRID = MultiPartitionsDefinition({"letter": LETTERS, "number": StaticPartitionsDefinition(["1", "2"])})


class UpTo(PartitionMapping):
    """Every letter up to the downstream one; over ranges of keys."""

    def get_upstream_partitions_for_partition_range(self, below: Any, below_def: Any, above_def: Any) -> Any:
        return PartitionKeyRange("a", below.end)

    def get_downstream_partitions_for_partition_range(
        self, above: Any, below_def: Any, above_def: Any
    ) -> Any:
        return PartitionKeyRange(above.start, "c")


class Next(SubsetPartitionMapping):
    """The next letter; over subsets."""

    def upstream_subset(self, downstream: Any, upstream_def: Any) -> Any:
        return upstream_def.subset({"a": "b", "b": "c"}[key] for key in downstream if key != "c")

    def downstream_subset(self, upstream: Any, downstream_def: Any) -> Any:
        return downstream_def.subset({"b": "a", "c": "b"}[key] for key in upstream if key != "a")


def keyed(name: str, partitions_def: Any) -> AssetsDefinition:
    return asset(name=name, partitions_def=partitions_def)(lambda context: context.partition_key)


def reading(partitions_def: Any, mapping: Any = None) -> AssetsDefinition:
    """Return an asset whose value is what it reads of the asset `up`."""
    inputs = {"up": AssetIn(partition_mapping=mapping)}
    return asset(name="down", partitions_def=partitions_def, ins=inputs)(lambda up: up)


def read(upstream_def: Any, downstream_def: Any, key: str | None, mapping: Any = None) -> Any:
    """Return what the asset reads once every upstream partition is made."""
    instance = Instance.ephemeral()
    up, down = keyed("up", upstream_def), reading(downstream_def, mapping)
    stop = {DAYS: "2024-01-03", HOURS: "2024-01-03-23:00"}.get(upstream_def)
    span = None if stop is None else PartitionKeyRange(upstream_def.get_partition_keys()[0], stop)
    backfill([up], span, instance=instance)
    run = materialize([up, down], partition_key=key, selection=["down"], instance=instance)
    return run.asset_value("down")


@pytest.mark.parametrize(
    ("upstream_def", "downstream_def", "key", "mapping", "value"),
    [
        (LETTERS, LETTERS, "b", None, "b"),
        (LETTERS, None, None, None, {"a": "a", "b": "b", "c": "c"}),
        (StaticPartitionsDefinition(["only"]), None, None, None, {"only": "only"}),
        (LETTERS, LETTERS, "b", AllPartitionMapping(), {"a": "a", "b": "b", "c": "c"}),
        (LETTERS, LETTERS, "b", LastPartitionMapping(), "c"),
        (LETTERS, None, None, LastPartitionMapping(), "c"),
        (LETTERS, LETTERS, "b", SpecificPartitionsPartitionMapping(["a"]), "a"),
        (LETTERS, LETTERS, "b", SpecificPartitionsPartitionMapping(["a", "b"]), {"a": "a", "b": "b"}),
        (LETTERS, LETTERS, "b", StaticPartitionMapping({"a": "b"}), "a"),
        (LETTERS, LETTERS, "c", StaticPartitionMapping({"a": ["b", "c"], "b": "c"}), {"a": "a", "b": "b"}),
        (LETTERS, LETTERS, "b", StaticPartitionMapping({"a": ["b", "c"], "b": "c"}), {"a": "a"}),
        (DAYS, HOURS, "2024-01-02-05:00", None, "2024-01-02"),
        (DAYS, DAYS, "2024-01-02", TimeWindowPartitionMapping(-1, -1), "2024-01-01"),
        (LETTERS, LETTERS, "b", UpTo(), {"a": "a", "b": "b"}),
        (LETTERS, LETTERS, "a", UpTo(), {"a": "a"}),
        (LETTERS, LETTERS, "b", Next(), "c"),
        (GRID, LETTERS, "b", None, {"b|1": "b|1", "b|2": "b|2"}),
        (LETTERS, GRID, "b|1", None, "b"),
    ],
)
def test_an_input_is_what_the_mapping_says(
    upstream_def: Any, downstream_def: Any, key: Any, mapping: Any, value: Any
) -> None:
    """One value, or a mapping by partition key where the mapping may find several."""
    assert read(upstream_def, downstream_def, key, mapping) == value


def test_a_day_reads_its_hours() -> None:
    """As a mapping by key, in order."""
    values = read(HOURS, DAYS, "2024-01-02")
    assert list(values) == [f"2024-01-02-{hour:02}:00" for hour in range(24)]


def test_a_window_before_the_first_has_nothing() -> None:
    """The day before the first day is no partition: there is no value."""
    assert read(DAYS, DAYS, "2024-01-01", TimeWindowPartitionMapping(-1, -1)) is None


@pytest.mark.parametrize("mapping", [UpTo(), Next(), StaticPartitionMapping({"a": ["b", "c"], "b": "c"})])
def test_a_backfill_runs_in_the_order_of_the_mapping(mapping: PartitionMapping) -> None:
    """Each partition after every partition it reads."""
    result = backfill([keyed("up", LETTERS), reading(LETTERS, mapping)], instance=Instance.ephemeral())
    ended = [event.step_key for event in result.all_events if event.is_step_success]
    for key in LETTERS.get_partition_keys():
        for needed in mapping.upstream_subset(LETTERS.subset([key]), LETTERS):
            assert ended.index(f"up[{needed}]") < ended.index(f"down[{key}]")
    assert len(ended) == 6


def test_a_plan_at_a_partition_waits_only_for_what_it_reads() -> None:
    """The day before is not made in this run, so that a failure today skips nothing."""
    failing = asset(name="up", partitions_def=DAYS)(lambda: 1 / 0)
    instance = Instance.ephemeral()
    materialize([keyed("up", DAYS)], partition_key="2024-01-01", instance=instance)
    down = reading(DAYS, TimeWindowPartitionMapping(-1, -1))
    result = materialize([failing, down], partition_key="2024-01-02", instance=instance, raise_on_error=False)
    assert not result.success
    assert result.asset_value("down") == "2024-01-01"


def test_a_mapping_that_finds_several_after_all_has_to_say_so() -> None:
    """A mapping is tried out with some partitions; where that misleads, the error says what to override."""
    many = StaticPartitionsDefinition([f"{number:03}" for number in range(200)])

    class LateTwins(Next):
        def upstream_subset(self, downstream: Any, upstream_def: Any) -> Any:
            return upstream_def.subset(["000", "001"] if "150" in downstream else ["000"])

    job = define_asset_job("late").resolve([keyed("up", many), reading(many, LateTwins())])
    with pytest.raises(InvariantViolationError, match=r"'down'.*reads 2 partitions of 'up'.*finds_several"):
        job.execute_in_process(partition_key="150", asset_selection=["down"])


# -- mistakes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("upstream_def", "downstream_def", "mapping"),
    [
        (LETTERS, DAYS, TimeWindowPartitionMapping()),
        (DAYS, None, TimeWindowPartitionMapping()),
        (LETTERS, None, IdentityPartitionMapping()),
        (LETTERS, LETTERS, SpecificPartitionsPartitionMapping(["z"])),
        (LETTERS, LETTERS, StaticPartitionMapping({"z": "a"})),
        (None, LETTERS, LastPartitionMapping()),
    ],
)
def test_partitions_that_do_not_fit(upstream_def: Any, downstream_def: Any, mapping: Any) -> None:
    """An error when the graph is built, which names both assets and where they are."""
    up = asset(name="up", partitions_def=upstream_def)(lambda: 1)
    with pytest.raises(InvalidDefinitionError, match=r"Asset 'down' \(.*\.py:\d+\) reads 'up'"):
        AssetGraph.of([up, reading(downstream_def, mapping)])


def test_a_key_that_is_not_upstream() -> None:
    """By key, but upstream cannot have it: the error names both assets, before anything runs."""
    down = reading(StaticPartitionsDefinition(["b", "z"]))
    with pytest.raises(UnknownPartitionError, match=r"'z' is not.*'down'.*from 'up'"):
        materialize([keyed("up", LETTERS), down], partition_key="z", selection=["down"])


def test_a_key_that_is_not_upstream_in_a_backfill() -> None:
    """The same, though other partitions could run."""
    down = reading(StaticPartitionsDefinition(["b", "z"]))
    with pytest.raises(UnknownPartitionError, match=r"'z' is not.*'down'.*from 'up'"):
        backfill([keyed("up", LETTERS), down], instance=Instance.ephemeral())


@pytest.mark.parametrize(
    "mapping",
    [
        None,
        AllPartitionMapping(),
        LastPartitionMapping(),
        SpecificPartitionsPartitionMapping(["a"]),
        TimeWindowPartitionMapping(start_offset=-1),
    ],
)
def test_a_partition_that_depends_on_itself(mapping: Any) -> None:
    """A cycle within a partition is one, as it is among assets."""
    partitions_def = DAYS if isinstance(mapping, TimeWindowPartitionMapping) else LETTERS
    inputs = {"loop": AssetIn(partition_mapping=mapping)}
    with pytest.raises(CycleError, match="loop"):
        AssetGraph.of([asset(name="loop", partitions_def=partitions_def, ins=inputs)(lambda loop: 1)])


def test_partitions_that_depend_on_each_other() -> None:
    """What no look at single partitions shows is an error once it runs."""
    inputs = {"loop": AssetIn(partition_mapping=StaticPartitionMapping({"a": "b", "b": "a"}))}
    loop = asset(name="loop", partitions_def=LETTERS, ins=inputs)(lambda loop: 1)
    with pytest.raises(InvalidDefinitionError, match=r"wait for each other.*loop\[a\], loop\[b\]"):
        backfill([loop], instance=Instance.ephemeral())


def test_a_named_mapping_needs_a_plugin() -> None:
    """A name that no plugin provides is an error with the nearest one."""
    up, down = keyed("up", LETTERS), reading(LETTERS, "lst")
    with pytest.raises(Exception, match="Did you mean 'last'"):
        materialize([up, down], partition_key="a")


def test_a_named_mapping_is_honoured() -> None:
    """The kernel's own have names too."""
    assert read(LETTERS, LETTERS, "a", "last") == "c"


def test_a_named_mapping_that_does_not_fit() -> None:
    """Its pair is checked once it is found, naming both assets."""
    with pytest.raises(InvalidDefinitionError, match=r"'down'.*reads 'up'.*do not fit"):
        materialize([keyed("up", LETTERS), reading(LETTERS, "time_window")], partition_key="a")
