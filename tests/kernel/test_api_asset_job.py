"""Parameters of `define_asset_job`: what each of them changes when the job is run."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast import (
    AssetKey,
    AssetSelection,
    ConfigMapping,
    InvalidConfigError,
    JobDefinition,
    RepositoryDefinition,
    StaticPartitionsDefinition,
    UnknownPartitionError,
    asset,
    define_asset_job,
    in_process_executor,
)

ASSETS = [
    asset(name="orders")(lambda context: context.op_config),
    asset(name="revenue")(lambda orders: orders),
]


def job(**options: Any) -> JobDefinition:
    """Return a job over orders and revenue."""
    return define_asset_job(**{"name": "nightly", **options}).resolve(ASSETS)


def test_the_name_is_what_a_repository_finds() -> None:
    """`name` is the job's."""
    repository = RepositoryDefinition.of("shop", [*ASSETS, define_asset_job("nightly")])
    assert repository.get_job("nightly").name == "nightly"


@pytest.mark.parametrize(
    "selection", ["*revenue", ["orders", "revenue"], AssetSelection.keys("revenue").upstream(), None]
)
def test_the_selection_is_made(selection: Any) -> None:
    """`selection` is text, a list of texts, or a selection; all assets by default."""
    assert job(selection=selection).execute_in_process().plan.assets == (
        AssetKey("orders"),
        AssetKey("revenue"),
    )
    assert job(selection="orders").execute_in_process().plan.assets == (AssetKey("orders"),)


def test_config_is_the_run_config() -> None:
    """`config` is what the job runs with when a run gives none."""
    config = {"ops": {"orders": {"config": 3}}}
    assert job(config=config).execute_in_process().output_for_node("revenue") == 3


def test_a_config_mapping_makes_the_run_config() -> None:
    """`config` may be a mapping with a schema of its own."""
    mapping = ConfigMapping(lambda n: {"ops": {"orders": {"config": n * 2}}}, config_schema=int)
    assert job(config=mapping).execute_in_process(run_config=4).output_for_node("revenue") == 8  # type: ignore[arg-type]
    with pytest.raises(InvalidConfigError, match="expected int"):
        job(config=mapping).execute_in_process(run_config="four")  # type: ignore[arg-type]


def test_the_description_is_the_jobs() -> None:
    """`description` says what it is for."""
    assert job(description="Each night.").description == "Each night."


def test_tags_label_its_runs() -> None:
    """`tags` that are no strings become JSON, and a run's own come on top."""
    tagged = job(tags={"team": "core", "priority": {"level": 1}})
    run = tagged.execute_in_process(tags={"team": "sales"}).run
    assert run.tags == {"team": "sales", "priority": '{"level": 1}'}


def test_the_executor_is_the_jobs() -> None:
    """`executor_def` says where its steps run."""
    assert job(executor_def=in_process_executor).executor_def is in_process_executor


def test_a_job_may_have_partitions_that_its_assets_do_not_have() -> None:
    """`partitions_def` says which runs there are."""
    days = StaticPartitionsDefinition(["mon"])
    assert job(partitions_def=days).partitions_def == days
    assert job(partitions_def=days).execute_in_process(partition_key="mon").success
    with pytest.raises(UnknownPartitionError, match="'tue'"):
        job(partitions_def=days).execute_in_process(partition_key="tue")
