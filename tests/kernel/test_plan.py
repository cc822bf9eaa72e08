"""The plan: which steps run, in which order, and why."""

from __future__ import annotations

import json
from typing import Any

import pytest

from holdfast import (
    AssetIn,
    AssetKey,
    AssetOut,
    CycleError,
    InvalidSubsetError,
    Plan,
    SourceAsset,
    asset,
    define_asset_job,
    multi_asset,
)


def plan_of(*assets: Any, selection: Any = None) -> Plan:
    """Return the plan that makes a selection of assets."""
    return define_asset_job("job", selection).resolve(assets).plan()


def chain() -> list[Any]:
    """Return assets a, b and c, each reading the one before."""
    return [
        asset(name="c")(lambda b: b),
        asset(name="b")(lambda a: a),
        asset(name="a")(lambda: 1),
    ]


def test_steps_come_after_those_they_wait_for() -> None:
    """The order of definition does not matter."""
    assert list(plan_of(*chain()).steps) == ["a", "b", "c"]


def test_only_selected_assets_are_made() -> None:
    """What else a step reads is loaded, not made."""
    plan = plan_of(*chain(), selection="b")
    assert list(plan.steps) == ["b"]
    assert plan.steps["b"].waits_for == ()
    assert [inp.source.asset_key for inp in plan.steps["b"].inputs] == [AssetKey("a")]


def test_a_step_waits_for_its_non_argument_dependencies() -> None:
    """They order the steps and load nothing."""
    plan = plan_of(asset(name="b", non_argument_deps={"a"})(lambda: 1), asset(name="a")(lambda: 1))
    assert plan.steps["b"].upstream == ("a",)
    assert plan.steps["b"].inputs == ()


def test_each_step_says_how_the_selection_reaches_it() -> None:
    """The reason is there in words."""
    plan = plan_of(*chain(), selection="a+")
    assert "a" in plan.reason(plan.steps["a"])
    assert plan.reason(plan.steps["a"]) != plan.reason(plan.steps["b"])
    assert "downstream of a" in plan.reason(plan.steps["b"])


def test_a_plan_prints_its_steps_in_order() -> None:
    """Each with its number, reason and what it loads."""
    lines = str(plan_of(*chain())).splitlines()
    assert lines[0] == "Plan of 3 steps for *"
    assert [line.split(":")[0].strip() for line in lines[1:] if "." in line] == ["1. a", "2. b", "3. c"]
    assert "     loads a" in lines


def test_a_plan_goes_through_json() -> None:
    """Every step with its assets, what it waits for, what it loads and why it is there."""
    described = json.loads(json.dumps(plan_of(*chain(), selection="b+").to_json()))
    assert [step["key"] for step in described["steps"]] == ["b", "c"]
    assert described["steps"][0]["loads"] == ["a"]
    assert described["steps"][1]["upstream"] == ["b"]
    assert set(described["steps"][0]) == {"key", "assets", "upstream", "loads", "reason"}


def test_assets_made_together_are_one_step() -> None:
    """A step has all selected assets of its computation."""
    split = multi_asset(outs={"m": AssetOut(), "n": AssetOut()}, name="split")(lambda: (1, 2))
    assert plan_of(split).steps["split"].assets == (AssetKey("m"), AssetKey("n"))


def test_a_part_of_an_all_or_nothing_computation_is_refused() -> None:
    """The error names the missing siblings."""
    split = multi_asset(outs={"m": AssetOut(), "n": AssetOut()}, name="split")(lambda: (1, 2))
    with pytest.raises(InvalidSubsetError, match="Select 'n' too"):
        plan_of(split, selection="m")


def test_a_part_of_a_computation_that_can_subset_is_one_output() -> None:
    """The step makes what is selected and no more."""
    split = multi_asset(outs={"m": AssetOut(), "n": AssetOut()}, name="split", can_subset=True)(
        lambda: (1, 2)
    )
    assert plan_of(split, selection="m").steps["split"].assets == (AssetKey("m"),)


def test_computations_that_wait_for_each_other_are_cut() -> None:
    """m feeds x, x feeds n, and m and n are made by one function: it is called twice."""
    split = multi_asset(
        outs={"m": AssetOut(), "n": AssetOut()},
        name="split",
        can_subset=True,
        non_argument_deps={"x"},
        internal_asset_deps={"m": set(), "n": {AssetKey("x")}},
    )(lambda: None)
    plan = plan_of(split, asset(name="x")(lambda m: m))
    assert [(step.key, step.assets) for step in plan] == [
        ("split", (AssetKey("m"),)),
        ("x", (AssetKey("x"),)),
        ("split_2", (AssetKey("n"),)),
    ]


def test_computations_that_wait_for_each_other_and_cannot_be_cut_are_an_error() -> None:
    """The error names both and where they are defined."""
    split = multi_asset(
        outs={"m": AssetOut(), "n": AssetOut()},
        name="split",
        non_argument_deps={"x"},
        internal_asset_deps={"m": set(), "n": {AssetKey("x")}},
    )(lambda: None)
    with pytest.raises(CycleError, match=r"split -> x -> split|x -> split -> x") as caught:
        plan_of(split, asset(name="x")(lambda m: m))
    assert any("test_plan.py" in place for place in caught.value.places)


def test_two_computations_of_one_name_are_two_steps() -> None:
    """Keys a/b and a__b have the same computation name; the second step gets a number."""
    first = asset(name="b", key_prefix="a")(lambda: 1)
    second = asset(name="a__b")(lambda: 2)
    assert sorted(plan_of(first, second).steps) == ["a__b", "a__b_2"]


def test_a_source_asset_is_loaded_by_its_own_io_manager() -> None:
    """The input's manager is the one the source names."""
    source = SourceAsset("raw", io_manager_key="lake", metadata={"path": "x"})
    (inp,) = plan_of(source, asset(name="a")(lambda raw: raw)).steps["a"].inputs
    assert (inp.manager_key, inp.source.metadata) == ("lake", {"path": "x"})


def test_an_input_may_name_who_loads_it() -> None:
    """`input_manager_key` stands in for the manager that stored the value."""
    reader = asset(name="b", ins={"a": AssetIn(input_manager_key="fast", metadata={"columns": ["x"]})})
    plan = plan_of(asset(name="a", io_manager_key="lake")(lambda: 1), reader(lambda a: a))
    (inp,) = plan.steps["b"].inputs
    assert (inp.manager_key, inp.source.manager_key, inp.metadata) == ("fast", "lake", {"columns": ["x"]})


def test_a_chain_of_ten_thousand_is_planned() -> None:
    """No recursion limit is in the way."""
    assets = [asset(name="a0")(lambda: 0)]
    for n in range(1, 10_000):
        assets.append(asset(name=f"a{n}", ins={"up": AssetIn(f"a{n - 1}")})(lambda up: up))
    assert list(plan_of(*reversed(assets)).steps)[-1] == "a9999"
