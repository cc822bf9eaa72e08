"""What `execute_job` gives back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from holdfast import (
    AssetOut,
    DynamicOut,
    DynamicOutput,
    Instance,
    InvariantViolationError,
    JobDefinition,
    asset,
    define_asset_job,
    execute_job,
    fs_io_manager,
    graph,
    in_process_executor,
    job,
    multi_asset,
    op,
    resource,
)


@op(out=DynamicOut())
def parts() -> list[DynamicOutput[int]]:
    return [DynamicOutput(1, "one"), DynamicOutput(2, "two")]


@op
def double(part: int) -> int:
    return part * 2


@op
def total(numbers: list[int]) -> int:
    return sum(numbers)


@graph
def summed() -> Any:
    return total(parts().map(double).collect())


SUMMED = summed.to_job(executor_def=in_process_executor)


def test_values_are_loaded_while_it_is_open() -> None:
    """Those of nodes and that of the job itself; those made for several keys by key."""
    with execute_job(SUMMED, Instance.ephemeral()) as result:
        assert result.output_for_node("parts") == {"one": 1, "two": 2}
        assert result.output_for_node("double") == {"one": 2, "two": 4}
        assert result.output_for_node("total") == result.output_value() == 6


def test_values_cannot_be_asked_for_before() -> None:
    """The message says how."""
    result = execute_job(SUMMED, Instance.ephemeral())
    assert result.success
    with pytest.raises(InvariantViolationError, match=r"with execute_job\(\.\.\.\) as result"):
        result.output_for_node("total")


def test_values_of_assets() -> None:
    """By key; those that the run did not make are not there."""

    @multi_asset(outs={"a": AssetOut(), "b": AssetOut(is_required=False)})
    def pair() -> tuple[int, None]:
        return 1, None

    made = define_asset_job("pairs", executor_def=in_process_executor).resolve([pair])
    with execute_job(made, Instance.ephemeral()) as result:
        assert result.asset_value("a") == 1
        with pytest.raises(InvariantViolationError, match="made no output"):
            result.asset_value("b")


def test_loading_ends_what_it_set_up() -> None:
    """When the result is closed."""
    ended = []

    @resource
    def store(_context: Any) -> Iterator[int]:
        yield 1
        ended.append(True)

    @asset(required_resource_keys={"store"}, io_manager_key="files")
    def made(context: Any) -> int:
        return context.resources.store  # type: ignore[no-any-return]

    @resource(required_resource_keys={"store"})
    def files(context: Any) -> Any:
        return fs_io_manager(context)

    resources = {"store": store, "files": files}
    ready: JobDefinition = define_asset_job("ready", executor_def=in_process_executor).resolve(
        [made], resource_defs=resources
    )
    with execute_job(ready, Instance.ephemeral()) as result:
        assert (result.asset_value("made"), len(ended)) == (1, 1)
    assert len(ended) == 2


def test_a_job_of_no_partitions() -> None:
    """It says so."""

    @job
    def plain() -> None:
        total(parts().collect())

    assert (plain.partitions_def, plain.partitioned_config) == (None, None)
    with pytest.raises(InvariantViolationError, match=r"no partitions.*'2024-01-01'"):
        plain.run_request_for_partition("2024-01-01")
