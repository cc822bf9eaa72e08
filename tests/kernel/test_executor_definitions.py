"""Executor definitions: what makes the executor that a job is run by."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from holdfast import (
    ExecutorDefinition,
    InitExecutorContext,
    Instance,
    InvalidConfigError,
    InvalidDefinitionError,
    JobDefinition,
    RetryPolicy,
    asset,
    configured,
    define_asset_job,
    execute_job,
    executor,
    in_process_executor,
    mem_io_manager,
    multi_or_in_process_executor,
    op,
    repository,
)


def job_over(*definitions: Any, executor_def: Any = None) -> JobDefinition:
    resources = {"io_manager": mem_io_manager}
    job = define_asset_job("job", executor_def=executor_def)
    return job.resolve(list(definitions), resource_defs=resources)


@executor(config_schema={"threads": int})
def threads(context: InitExecutorContext) -> ThreadPoolExecutor:
    """Runs steps in threads of this process."""
    return ThreadPoolExecutor(context.executor_config["threads"])


def test_a_function_makes_the_executor_of_a_job() -> None:
    """It is told the config that the run config gives the executor."""
    seen: list[str] = []
    where = asset(name="where")(lambda: seen.append(threading.current_thread().name))
    run_config = {"execution": {"config": {"threads": 1}}}
    result = execute_job(job_over(where, executor_def=threads), Instance.ephemeral(), run_config=run_config)
    assert result.success
    assert seen[0].startswith("ThreadPoolExecutor")


def test_the_function_is_told_about_the_job() -> None:
    """Its job, its definition, its config and the instance."""
    told: list[InitExecutorContext] = []

    @executor
    def curious(context: InitExecutorContext) -> ThreadPoolExecutor:
        told.append(context)
        return ThreadPoolExecutor(1)

    instance = Instance.ephemeral()
    job = job_over(asset(name="a")(lambda: 1), executor_def=curious)
    execute_job(job, instance)
    assert told == [InitExecutorContext(job, curious, None, instance)]


def test_an_executor_has_the_name_and_words_of_its_function() -> None:
    """Unless it is given others."""
    assert (threads.name, threads.description) == ("threads", "Runs steps in threads of this process.")
    assert executor(name="other")(lambda _: None).name == "other"


def test_a_configured_executor_needs_no_config() -> None:
    """The copy has the function's name."""

    @configured(threads)
    def two_threads(_config: Any) -> Any:
        return {"threads": 2}

    job = job_over(asset(name="a")(lambda: 1), executor_def=two_threads)
    assert two_threads.name == "two_threads"
    assert execute_job(job, Instance.ephemeral()).success


def test_wrong_config_is_refused_before_anything_runs() -> None:
    """With its path."""
    job = job_over(asset(name="a")(lambda: 1), executor_def=threads)
    with pytest.raises(InvalidConfigError, match=r"execution\.config\.threads"):
        execute_job(job, Instance.ephemeral(), run_config={"execution": {"config": {"threads": "x"}}})


@pytest.mark.parametrize("made", [None, 3, (True, 3)])
def test_what_is_made_is_an_executor(made: Any) -> None:
    """Anything else is an error that names the definition and the job."""
    wrong = ExecutorDefinition("wrong", executor_creation_fn=lambda _context: made)
    with pytest.raises(InvalidDefinitionError, match=r"'wrong' of job 'job' makes"):
        execute_job(job_over(asset(name="a")(lambda: 1), executor_def=wrong), Instance.ephemeral())


def test_a_definition_without_a_function_makes_nothing() -> None:
    """The error says what is missing."""
    job = job_over(asset(name="a")(lambda: 1), executor_def=ExecutorDefinition("bare"))
    with pytest.raises(InvalidDefinitionError, match="'bare' has no executor_creation_fn"):
        execute_job(job, Instance.ephemeral())


def test_only_functions_make_executors() -> None:
    """Decorating anything else is refused."""
    with pytest.raises(InvalidDefinitionError, match="decorate a function, not 3"):
        executor(name="three")(3)


def test_a_job_without_an_executor_takes_the_settings_or_the_run_configs() -> None:
    """Which is what the default definition stands for."""
    assert job_over(asset(name="a")(lambda: 1)).executor_def is multi_or_in_process_executor


def test_the_default_executor_of_a_repository_is_that_of_jobs_without_one() -> None:
    """Jobs that name one keep it."""

    @repository(default_executor_def=in_process_executor)
    def all_of_it() -> list[Any]:
        mine = define_asset_job("mine", executor_def=threads)
        return [asset(name="a")(lambda: 1), mine, define_asset_job("plain")]

    assert all_of_it.get_job("plain").executor_def is in_process_executor
    assert all_of_it.get_job("mine").executor_def is threads


@op(retry_policy=RetryPolicy(max_retries=2))
def flaky(context: Any) -> int:
    """Fails in its first attempt."""
    if context.retry_number == 0:
        raise ValueError("first")
    return 1


@pytest.mark.parametrize(("retries", "success"), [("enabled", True), ("disabled", False)])
def test_an_executor_may_leave_out_retries(retries: str, success: bool) -> None:
    """By its config."""
    flaky_asset = asset(name="flaky", retry_policy=RetryPolicy(max_retries=2))(flaky.compute_fn)
    job = job_over(flaky_asset, executor_def=in_process_executor)
    run_config = {"execution": {"config": {"retries": {retries: {}}}}}
    assert execute_job(job, Instance.ephemeral(), run_config=run_config).success is success
