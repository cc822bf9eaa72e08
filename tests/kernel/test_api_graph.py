"""Parameters of graphs, computations, jobs and executors that no other module is about."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast import (
    ExecutorDefinition,
    GraphDefinition,
    Instance,
    InvalidConfigError,
    InvalidInvocationError,
    JobDefinition,
    MissingResourceError,
    OpDefinition,
    Output,
    ResourceDefinition,
    RetryPolicy,
    RunStatus,
    StaticPartitionsDefinition,
    UnknownPartitionError,
    UnsupportedParameterError,
    asset,
    define_asset_job,
    graph,
    multi_or_in_process_executor,
    op,
    validate_run_config,
)


@op
def configured_number(context: Any) -> int:
    return int(context.op_config or 1)


@op
def plus(number: int) -> int:
    return number + 1


@op(required_resource_keys={"rate"})
def rated(context: Any) -> int:
    return int(context.resources.rate)


def fail() -> None:
    raise ValueError("broken")


@graph(description="Counts.", tags={"team": "core"})
def counting() -> Any:
    return plus(configured_number())


@graph
def given(number: int) -> Any:
    return plus(number)


@graph
def rating() -> Any:
    return rated()


def test_a_graph_says_what_it_is() -> None:
    """`name`, `description` and `tags` are as given."""
    made = GraphDefinition("empty", description="Nothing.", tags={"team": "sales"})
    assert (made.name, made.description, made.tags) == ("empty", "Nothing.", {"team": "sales"})


def test_a_graph_runs_with_what_it_is_given() -> None:
    """`run_config`, `instance` and `run_id` of `execute_in_process` are the run's."""
    instance = Instance.ephemeral()
    config = {"ops": {"configured_number": {"config": 4}}}
    result = counting.execute_in_process(config, instance, run_id="first")
    assert result.output_value() == 5
    assert instance.event_store.run("first").status is RunStatus.SUCCESS


def test_a_graph_runs_with_resources_and_inputs() -> None:
    """`resources` and `input_values` of `execute_in_process` reach its computations."""
    assert rating.execute_in_process(resources={"rate": 3}).output_value() == 3
    assert given.execute_in_process(input_values={"number": 3}).output_value() == 4


def test_a_use_of_a_graph_or_computation_may_have_another_name_and_tags() -> None:
    """`alias` and `tag` change the node and not the definition."""

    @graph
    def outer() -> None:
        counting.alias("again")()
        configured_number.alias("own")()
        configured_number.tag({"queue": "slow"})()
        counting.tag({"queue": "fast"})()

    plan = outer.to_job().plan()
    assert {"again.plus", "own"} <= plan.steps.keys()
    assert plan.steps["configured_number"].tags["queue"] == "slow"
    assert plan.steps["counting.plus"].tags["queue"] == "fast"


def test_a_use_of_a_computation_may_be_tried_again() -> None:
    """`with_retry_policy` is for the node."""
    policy = RetryPolicy(max_retries=2)
    plan = graph(name="outer")(lambda: configured_number.with_retry_policy(policy)() and None).to_job().plan()
    assert plan.steps["configured_number"].retry_policy == policy


def test_a_job_of_a_graph_is_described() -> None:
    """`description`, `tags` and `metadata` of `to_job` are the job's, tags on top of the graph's."""
    job = counting.to_job(description="Nightly.", tags={"cost": 1}, metadata={"owner": "us"})
    assert (job.description, job.metadata) == ("Nightly.", {"owner": "us"})
    assert job.tags == {"team": "core", "cost": "1"}


def test_a_job_of_a_graph_has_values_for_inputs() -> None:
    """`input_values` of `to_job` are used in each run, unless the run gives others."""
    job = given.to_job(input_values={"number": 5})
    assert job.execute_in_process().output_value() == 6
    assert job.execute_in_process(input_values={"number": 6}).output_value() == 7


@pytest.mark.parametrize(
    "parameter",
    ["version_strategy", "asset_layer", "_asset_selection_data", "_metadata_entries"],
)
def test_what_a_job_of_a_graph_cannot_have_is_refused(parameter: str) -> None:
    """Nothing is ignored: the error says to leave it out."""
    with pytest.raises(UnsupportedParameterError, match=rf"'{parameter}'.*Leave it out"):
        counting.to_job(**{parameter: StaticPartitionsDefinition(["x"])})


def test_a_computation_made_directly_requires_resources() -> None:
    """`required_resource_keys` are looked for when the job is made."""
    direct = OpDefinition(lambda context, inputs: Output(1), "direct", required_resource_keys={"rate"})
    with pytest.raises(MissingResourceError, match=r"'direct' needs the resource 'rate'"):
        GraphDefinition("direct_graph", node_defs=[direct]).to_job()


def test_a_job_is_what_it_was_made_with() -> None:
    """`name`, `description`, `tags` and `metadata` of `JobDefinition`."""
    job = JobDefinition(graph_def=counting, name="j", description="Text.", tags={"a": "1"}, metadata={"b": 2})
    assert (job.name, job.description, job.tags, job.metadata) == ("j", "Text.", {"a": "1"}, {"b": 2})


def test_what_a_job_cannot_have_is_refused() -> None:
    """Nothing is ignored: the error says to leave it out."""
    with pytest.raises(UnsupportedParameterError, match=r"job 'j': 'version_strategy'.*Leave it out"):
        JobDefinition(graph_def=counting, name="j", version_strategy=object())


LETTERS = StaticPartitionsDefinition(["x", "y"])


@op
def partition(context: Any) -> str:
    return str(context.partition_key)


@graph
def telling() -> Any:
    return partition()


@pytest.mark.parametrize(
    "made", [telling.to_job(partitions_def=LETTERS), JobDefinition(graph_def=telling, partitions_def=LETTERS)]
)
def test_a_job_of_a_graph_has_partitions(made: JobDefinition) -> None:
    """`partitions_def` says which a run may be for."""
    assert made.partitions_def == LETTERS
    assert made.execute_in_process(partition_key="y").output_value() == "y"
    with pytest.raises(UnknownPartitionError, match="'z'"):
        made.execute_in_process(partition_key="z")


def test_a_job_has_values_for_inputs() -> None:
    """`input_values` of `JobDefinition` are used in each run."""
    job = JobDefinition(graph_def=given, input_values={"number": 1})
    assert job.execute_in_process().output_value() == 2


def test_a_run_of_a_job_is_what_was_asked_for() -> None:
    """`run_config`, `instance`, `run_id` and `tags` of `execute_in_process` are the run's."""
    instance = Instance.ephemeral()
    config = {"ops": {"configured_number": {"config": 8}}}
    result = counting.to_job().execute_in_process(config, instance, run_id="r", tags={"why": "test"})
    assert result.output_value() == 9
    assert instance.event_store.run("r").tags == {"team": "core", "why": "test"}


def test_a_run_of_a_job_may_fail_quietly() -> None:
    """`raise_on_error=False` leaves the failure to the result."""
    job = define_asset_job("job").resolve([asset(name="a")(fail)])
    assert not job.execute_in_process(raise_on_error=False).success
    with pytest.raises(ValueError, match="broken"):
        job.execute_in_process()


def test_a_run_for_a_partition_needs_partitions() -> None:
    """`partition_key` is not ignored: the error says to leave it out."""
    with pytest.raises(InvalidInvocationError, match=r"'x'\. Leave it out"):
        counting.to_job().execute_in_process(partition_key="x")


def test_a_job_has_resources() -> None:
    """`resource_defs` of `JobDefinition` serve its computations."""
    job = JobDefinition(graph_def=rating, resource_defs={"rate": ResourceDefinition.hardcoded_resource(7)})
    assert job.execute_in_process().output_value() == 7


def test_an_executor_keeps_its_requirements() -> None:
    """`requirements` are there for code that reads them."""
    assert ExecutorDefinition("far", requirements=["a queue"]).requirements == ["a queue"]


def test_a_configured_executor_takes_other_config_and_words() -> None:
    """`config_schema` and `description` of `configured` are the copy's."""
    copy = multi_or_in_process_executor.configured(
        lambda config: {"in_process": config}, name="one", config_schema={}, description="One process."
    )
    assert copy.description == "One process."
    job = counting.to_job(executor_def=copy)
    with pytest.raises(InvalidConfigError, match=r"execution\.config\.multiprocess: there is no such entry"):
        validate_run_config(job, {"execution": {"config": {"multiprocess": {}}}})
