"""Parameters of `multi_asset`: what each of them changes when the assets are made."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast import (
    AssetKey,
    AssetOut,
    AssetSelection,
    InvalidConfigError,
    InvalidSubsetError,
    Output,
    RetryPolicy,
    StaticPartitionsDefinition,
    asset,
    materialize_to_memory,
    multi_asset,
)

A, B = AssetKey("a"), AssetKey("b")


def pair(function: Any = lambda: (1, 2), **options: Any) -> Any:
    """Return the definition of two assets, a and b."""
    return multi_asset(outs={"a": AssetOut(), "b": AssetOut()}, **{"name": "pair", **options})(function)


def test_the_outs_are_the_assets() -> None:
    """`outs` says which values a tuple holds, in order."""
    result = materialize_to_memory([pair()])
    assert (result.asset_value("a"), result.asset_value("b")) == (1, 2)


def test_the_name_is_the_steps() -> None:
    """`name` is what config and events go by."""
    assert list(materialize_to_memory([pair(name="both")]).plan.steps) == ["both"]


def test_the_description_is_the_computations() -> None:
    """`description` stands over the docstring."""

    def documented() -> tuple[int, int]:
        """Say one thing."""
        return 1, 2

    assert pair(documented).op.description == "Say one thing."
    assert pair(documented, description="Say another.").op.description == "Say another."


def test_config_has_to_fit_the_schema() -> None:
    """`config_schema` is checked before anything runs."""
    both = pair(lambda context: (context.op_config, 2), config_schema=int)
    assert materialize_to_memory([both], {"ops": {"pair": {"config": 7}}}).asset_value("a") == 7
    with pytest.raises(InvalidConfigError, match=r"ops\.pair\.config"):
        materialize_to_memory([both], {"ops": {"pair": {"config": "x"}}})


def test_required_resources_reach_the_function() -> None:
    """`required_resource_keys` are asked of the run."""
    both = pair(lambda context: (context.resources.rate, 2), required_resource_keys={"rate"})
    assert materialize_to_memory([both], resources={"rate": 5}).asset_value("a") == 5


def test_own_resources_reach_the_function() -> None:
    """`resource_defs` travel with the definition."""
    both = pair(lambda context: (context.resources.rate, 2), resource_defs={"rate": 5})
    assert materialize_to_memory([both]).asset_value("a") == 5


def test_the_kind_is_what_selections_find() -> None:
    """`compute_kind` is a tag of the computation."""
    assert pair(compute_kind="sql").op.tags == {"kind": "sql"}
    assert AssetSelection.kinds("sql").resolve([pair(compute_kind="sql")]) == {A, B}


def test_tags_are_the_computations() -> None:
    """`op_tags` that are no strings become JSON."""
    assert pair(op_tags={"team": "core", "cpus": 2}).op.tags == {"team": "core", "cpus": "2"}


def test_internal_dependencies_are_edges() -> None:
    """`internal_asset_deps` are what selections walk along."""
    both = pair(lambda x: (1, 2), internal_asset_deps={"a": {AssetKey("x")}, "b": {A}})
    x = asset(name="x")(lambda: 0)
    assert AssetSelection.keys("x").downstream(depth=1).resolve([both, x]) == {AssetKey("x"), A}


def test_a_part_can_be_selected_if_it_may() -> None:
    """`can_subset` lets a run make one of them; without it that is an error."""

    def chosen(context: Any) -> Any:
        for name in sorted(context.selected_output_names):
            yield Output(name, name)

    result = materialize_to_memory([pair(chosen, can_subset=True)], selection="b")
    assert result.plan.assets == (B,)
    with pytest.raises(InvalidSubsetError, match="can_subset=True"):
        materialize_to_memory([pair(chosen)], selection="b")


def test_the_retry_policy_is_the_computations() -> None:
    """`retry_policy` tries a failed attempt again."""
    attempts: list[int] = []

    def flaky() -> tuple[int, int]:
        attempts.append(1)
        if len(attempts) == 1:
            raise ValueError("not yet")
        return 1, 2

    assert materialize_to_memory([pair(flaky, retry_policy=RetryPolicy(max_retries=1))]).success
    assert len(attempts) == 2


def test_the_assets_have_partitions() -> None:
    """`partitions_def` is that of each of them."""
    made = pair(partitions_def=StaticPartitionsDefinition(["x", "y"]))
    result = materialize_to_memory([made], partition_key="y")
    found = [(str(e.asset_key), e.partition) for e in result.all_events if e.is_step_materialization]
    assert found == [("a", "y"), ("b", "y")]
