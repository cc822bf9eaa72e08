"""Jobs with partitions: what they are for, what a run of one is given, and requests for runs."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast import (
    AssetKey,
    AssetsDefinition,
    DailyPartitionsDefinition,
    Instance,
    InvalidDefinitionError,
    InvalidInvocationError,
    InvariantViolationError,
    JobDefinition,
    PartitionedConfig,
    RepositoryDefinition,
    RunRequest,
    StaticPartitionsDefinition,
    UnknownJobError,
    UnknownPartitionError,
    asset,
    backfill,
    daily_partitioned_config,
    define_asset_job,
    execute_job,
    job,
    materialize,
    op,
    static_partitioned_config,
)

LETTERS = StaticPartitionsDefinition(["a", "b", "c"])
NUMBERS = StaticPartitionsDefinition(["1", "2"])


def keyed(name: str, partitions_def: Any = LETTERS) -> AssetsDefinition:
    return asset(name=name, partitions_def=partitions_def)(
        lambda context: context.partition_key if context.has_partition_key else "whole"
    )


def made(result: Any) -> list[tuple[str, str | None]]:
    return [(str(e.asset_key), e.partition) for e in result.all_events if e.is_step_materialization]


@static_partitioned_config(["1", "2"], tags_for_partition_fn=lambda key: {"which": key})
def config_by_key(key: str) -> dict[str, Any]:
    return {"ops": {"number": {"config": {"n": int(key)}}}}


@op(config_schema={"n": int})
def number(context: Any) -> tuple[int, str, str]:
    return context.op_config["n"], context.partition_key, context.get_tag("which")


@job(config=config_by_key)
def numbers() -> None:
    number()


# -- jobs of computations ----------------------------------------------------------------------------


def test_config_and_tags_follow_from_the_partition() -> None:
    """A run for a partition is given both."""
    assert numbers.execute_in_process(partition_key="2").output_for_node("number") == (2, "2", "2")


def test_the_tags_of_a_partition_are_recorded() -> None:
    """With the partition itself, and those that are given."""
    instance = Instance.ephemeral()
    numbers.execute_in_process(partition_key="2", tags={"why": "test"}, instance=instance, run_id="r")
    tags = {"holdfast/partition": "2", "which": "2", "why": "test"}
    assert instance.event_store.run("r").tags == tags


def test_config_of_a_run_comes_first() -> None:
    """In the place of the partition's."""
    config = {"ops": {"number": {"config": {"n": 7}}}}
    assert numbers.execute_in_process(config, partition_key="2").output_for_node("number") == (7, "2", "2")


def test_config_may_follow_from_a_window() -> None:
    """Its function is called with the start and the end."""

    @daily_partitioned_config(start_date="2024-01-01")
    def by_day(start: Any, end: Any) -> dict[str, Any]:
        return {"ops": {"days": {"config": {"n": (end - start).days * 100 + start.day}}}}

    @op(config_schema={"n": int})
    def days(context: Any) -> int:
        return int(context.op_config["n"])

    made = job(config=by_day, name="by_day")(lambda: days() and None)
    assert made.execute_in_process(partition_key="2024-01-07").output_for_node("days") == 107


def test_a_job_has_the_partitions_of_its_config() -> None:
    """And no others beside."""
    assert numbers.partitions_def == NUMBERS
    with pytest.raises(InvalidDefinitionError, match="Leave partitions_def out"):
        job(config=config_by_key, partitions_def=LETTERS, name="wrong")(lambda: number() and None)


def test_a_job_is_run_for_its_partitions_alone() -> None:
    """Another key is unknown."""
    with pytest.raises(UnknownPartitionError, match=r"'3'.*Known: 1, 2"):
        numbers.execute_in_process(partition_key="3")


def test_a_job_is_executed_for_the_partition_of_its_tags() -> None:
    """As a request has them; with the job's own executor."""
    job_of_assets = define_asset_job("letters", executor_def={"use": "in_process"}).resolve([keyed("x")])
    result = execute_job(job_of_assets, Instance.ephemeral(), tags={"holdfast/partition": "b"})
    assert made(result) == [("x", "b")]


# -- jobs of assets ----------------------------------------------------------------------------------


def test_a_job_has_the_partitions_of_its_assets() -> None:
    """Those without any run along."""
    mixed = define_asset_job("mixed").resolve([keyed("x"), keyed("plain", None)])
    assert mixed.partitions_def == LETTERS
    result = mixed.execute_in_process(partition_key="b")
    assert (result.asset_value("x"), result.asset_value("plain")) == ("b", "b")


def test_some_assets_of_a_job_are_made_for_a_partition() -> None:
    """The others are not."""
    both = define_asset_job("both").resolve([keyed("x"), keyed("y")])
    result = both.execute_in_process(partition_key="b", asset_selection=["y"])
    assert made(result) == [("y", "b")]


def test_a_job_over_assets_with_other_partitions() -> None:
    """Is an error that names two of them, and says what to do."""
    with pytest.raises(InvalidDefinitionError, match=r"'x' has .*'y' has .*backfill"):
        define_asset_job("both").resolve([keyed("x"), keyed("y", NUMBERS)])


def test_a_run_over_assets_with_other_partitions() -> None:
    """Is one where each follows from the others: a week is made of its days."""
    days = keyed("days", DailyPartitionsDefinition("2024-01-01"))
    weekly = StaticPartitionsDefinition(["2024-01-02"])
    same = asset(name="same", partitions_def=weekly)(lambda days: days)
    assert made(materialize([days, same], partition_key="2024-01-02"))[1] == ("same", "2024-01-02")
    result = backfill([days, same], ["2024-01-01", "2024-01-02"], instance=Instance.ephemeral())
    assert set(made(result)) == {("days", "2024-01-01"), ("days", "2024-01-02"), ("same", "2024-01-02")}


def test_assets_that_have_nothing_to_do_with_each_other() -> None:
    """A key of one says nothing of the other."""
    with pytest.raises(InvalidInvocationError, match=r"'y' has other partitions.*Say which"):
        materialize([keyed("x"), keyed("y", NUMBERS)], partition_key="a")


def test_a_job_that_says_other_partitions_than_its_assets() -> None:
    """The asset is named."""
    with pytest.raises(InvalidDefinitionError, match="its asset 'x' has"):
        define_asset_job("wrong", partitions_def=NUMBERS).resolve([keyed("x")])


def test_the_tags_of_a_job_may_be_for_a_partition() -> None:
    """A run of it needs no key then."""
    tagged = define_asset_job("tagged", tags={"holdfast/partition": "c"}).resolve([keyed("x")])
    assert tagged.execute_in_process().asset_value("x") == "c"


# -- requests ----------------------------------------------------------------------------------------


def test_a_request_asks_for_a_partition() -> None:
    """With the config and the tags of the partition, and those that are given."""
    request = numbers.run_request_for_partition("2", "key", {"why": "test"})
    assert request == RunRequest(
        "key", config_by_key("2"), {"which": "2", "why": "test", "holdfast/partition": "2"}, "numbers"
    )
    config = {"ops": {"number": {"config": {"n": 9}}}}
    assert numbers.run_request_for_partition("1", run_config=config).run_config == config


def test_a_request_may_be_for_some_assets() -> None:
    """`asset_selection` says which."""
    letters = define_asset_job("letters").resolve([keyed("x"), keyed("y")])
    request = letters.run_request_for_partition("b", asset_selection=[AssetKey("y")])
    assert (request.asset_selection, request.job_name) == ([AssetKey("y")], "letters")


def test_a_request_is_run_by_its_tags() -> None:
    """What it asks for is the run of the partition."""
    request = numbers.run_request_for_partition("2")
    result = numbers.execute_in_process(request.run_config, tags=request.tags)
    assert result.output_for_node("number") == (2, "2", "2")


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (define_asset_job("plain").resolve([keyed("plain", None)]), InvariantViolationError),
        (define_asset_job("letters").resolve([keyed("x")]), UnknownPartitionError),
    ],
)
def test_a_request_for_no_partition_of_the_job(asked: JobDefinition, error: type[Exception]) -> None:
    """There is no such run."""
    with pytest.raises(error, match="'z'"):
        asked.run_request_for_partition("z")


def test_a_job_of_assets_says_what_runs_of_its_partitions_are() -> None:
    """All are run with the job's own config."""
    config: dict[str, Any] = {"ops": {}}
    letters = define_asset_job("letters", config=config).resolve([keyed("x")])
    partitioned = letters.partitioned_config
    assert isinstance(partitioned, PartitionedConfig)
    assert partitioned.get_run_config_for_partition_key("a") == config
    assert define_asset_job("plain").resolve([keyed("plain", None)]).partitioned_config is None


# -- implicit jobs -----------------------------------------------------------------------------------


def test_a_repository_has_a_job_for_each_definition() -> None:
    """Assets without partitions are in each of them."""
    shop = RepositoryDefinition.of("shop", [keyed("x"), keyed("y", NUMBERS), keyed("plain", None)])
    assert shop.job_names == ["__ASSET_JOB_0", "__ASSET_JOB_1"]
    keys = {name: set(map(str, shop.get_job(name).asset_keys)) for name in shop.job_names}
    assert keys == {"__ASSET_JOB_0": {"x", "plain"}, "__ASSET_JOB_1": {"y", "plain"}}
    assert shop.get_job("__ASSET_JOB_1").partitions_def == NUMBERS
    assert [each.name for each in shop.get_all_jobs()] == shop.job_names


def test_the_job_over_all_assets_is_there_by_its_name() -> None:
    """Whatever their partitions."""
    shop = RepositoryDefinition.of("shop", [keyed("x"), keyed("y", NUMBERS)])
    assert shop.has_job("__ASSET_JOB")
    assert len(shop.get_job("__ASSET_JOB").asset_keys) == 2
    assert shop.get_job("__ASSET_JOB") is shop.get_job("__ASSET_JOB")
    with pytest.raises(UnknownJobError, match="__ASSET_JOB_0"):
        shop.get_job("__ASSET_JOB_2")


def test_without_partitions_there_is_one_implicit_job() -> None:
    """Over all assets."""
    assert RepositoryDefinition.of("shop", [keyed("plain", None)]).job_names == ["__ASSET_JOB"]
