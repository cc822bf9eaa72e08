"""The decorator `multi_asset`: several assets made together."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast import (
    AssetIn,
    AssetKey,
    AssetOut,
    AssetsDefinition,
    InvalidDefinitionError,
    InvalidNameError,
    InvalidSubsetError,
    multi_asset,
)


def halves(**options: Any) -> AssetsDefinition:
    """Return the definition of two assets, left and right."""
    outs = options.pop("outs", {"left": AssetOut(), "right": AssetOut()})

    @multi_asset(outs=outs, **options)
    def split(whole: list[int]) -> tuple[list[int], list[int]]:
        return whole[:1], whole[1:]

    return split


def test_each_output_is_an_asset() -> None:
    """The key of an asset is its output's name."""
    assert halves().keys == {AssetKey("left"), AssetKey("right")}


def test_the_function_names_the_computation() -> None:
    """Unless a name is given."""
    assert halves().op.name == "split"
    assert halves(name="cut").op.name == "cut"


@pytest.mark.parametrize(
    ("out", "key"),
    [
        (AssetOut(key_prefix="a"), AssetKey(["a", "left"])),
        (AssetOut(key_prefix=["a", "b"]), AssetKey(["a", "b", "left"])),
        (AssetOut(key=["x", "y"]), AssetKey(["x", "y"])),
    ],
)
def test_an_output_may_name_its_key(out: AssetOut, key: AssetKey) -> None:
    """An `AssetOut` gives the key, or a prefix for the output's name."""
    assert halves(outs={"left": out}).keys == {key}


def test_an_asset_out_has_one_way_to_name_its_key() -> None:
    """A key and a prefix contradict each other."""
    with pytest.raises(InvalidDefinitionError, match="only one of key and key_prefix"):
        AssetOut(key="a", key_prefix="b")


def test_every_output_depends_on_every_input() -> None:
    """Unless internal dependencies say otherwise."""
    assert set(halves().asset_deps.values()) == {frozenset({AssetKey("whole")})}


def test_internal_dependencies_stand_in_for_the_inputs() -> None:
    """Outputs they do not name keep depending on every input."""
    split = halves(internal_asset_deps={"right": {AssetKey("left")}})
    assert split.asset_deps == {
        AssetKey("left"): {AssetKey("whole")},
        AssetKey("right"): {AssetKey("left")},
    }


def test_an_internal_dependency_must_be_an_input_or_output() -> None:
    """Another key is an error that names the nearest valid one."""
    with pytest.raises(InvalidDefinitionError, match=r"'wole'.*Did you mean 'whole'"):
        halves(internal_asset_deps={"right": {AssetKey("wole")}})


def test_internal_dependencies_must_name_outputs() -> None:
    """A misspelt output is an error that names the nearest one."""
    with pytest.raises(InvalidDefinitionError, match=r"'rigt'.*Did you mean 'right'"):
        halves(internal_asset_deps={"rigt": {AssetKey("left")}})


def test_the_group_is_for_all_assets() -> None:
    """`group_name` puts each of them there."""
    assert set(halves(group_name="parts").group_names_by_key.values()) == {"parts"}


def test_an_output_may_have_a_group_of_its_own() -> None:
    """`AssetOut.group_name` is for one asset."""
    split = halves(outs={"left": AssetOut(group_name="l"), "right": AssetOut()})
    assert split.group_names_by_key == {AssetKey("left"): "l", AssetKey("right"): "default"}


def test_two_groups_for_one_asset_are_refused() -> None:
    """The group of all and an output's own contradict each other."""
    with pytest.raises(InvalidDefinitionError, match="group 'parts'"):
        halves(outs={"left": AssetOut(group_name="l")}, group_name="parts")


def test_outputs_keep_their_io_manager_and_metadata() -> None:
    """`AssetOut` describes the output for IO managers."""
    split = halves(outs={"left": AssetOut(io_manager_key="lake", metadata={"rows": 1}, is_required=False)})
    out = split.op.outs["left"]
    assert (out.io_manager_key, out.metadata, out.is_required) == ("lake", {"rows": 1}, False)


@pytest.mark.parametrize("outs", [{}, None, {"left": 1}, ["left"]])
def test_outs_are_a_mapping_of_asset_outs(outs: Any) -> None:
    """Anything else is an error."""
    with pytest.raises(InvalidDefinitionError, match="outs"):
        halves(outs=outs)


def test_output_names_follow_the_naming_rule() -> None:
    """A name with a space is refused, also when the key is given."""
    with pytest.raises(InvalidNameError, match="output name"):
        halves(outs={"l r": AssetOut(key="left")})


def test_all_or_nothing_assets_have_no_subsets() -> None:
    """The error names the missing siblings and the fix."""
    with pytest.raises(InvalidSubsetError, match=r"'left' alone.*'right'.*can_subset=True"):
        halves().subset_for({AssetKey("left")})


def test_a_subset_makes_only_what_is_selected() -> None:
    """With `can_subset`, the copy makes fewer assets."""
    assert halves(can_subset=True).subset_for({AssetKey("left")}).keys == {AssetKey("left")}


def test_several_assets_have_no_single_key() -> None:
    """`key` is for definitions of one asset."""
    with pytest.raises(InvalidDefinitionError, match="keys instead of its key"):
        _ = halves().key


def test_inputs_are_described_as_those_of_an_asset() -> None:
    """`ins` and `non_argument_deps` work alike."""
    split = halves(ins={"whole": AssetIn(key="all")}, non_argument_deps={"first"})
    assert split.dependency_keys == {AssetKey("all"), AssetKey("first")}


def test_what_defines_no_partitions_is_refused() -> None:
    """`partitions_def` is a definition of partitions."""
    with pytest.raises(InvalidDefinitionError, match="partitions_def is a PartitionsDefinition, not 'daily'"):
        halves(partitions_def="daily")
