"""Contexts without a run, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from holdfast import (
    AssetKey,
    AssetMaterialization,
    AssetObservation,
    ExpectationResult,
    InitResourceContext,
    Instance,
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidInvocationError,
    InvariantViolationError,
    MissingResourceError,
    PartitionKeyRange,
    ResourceDefinition,
    UnknownResourceError,
    asset,
    build_init_resource_context,
    build_input_context,
    build_op_context,
    build_output_context,
    mem_io_manager,
    op,
    resource,
)

BUILDERS = [build_init_resource_context, build_input_context, build_op_context, build_output_context]


@resource(config_schema={"n": int})
def number(context: InitResourceContext) -> int:
    return context.resource_config["n"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("build", BUILDERS)
def test_resources_may_be_plain_values_and_definitions(build):
    """Definitions are set up when they are used."""
    made = []

    @resource
    def listed(context: InitResourceContext) -> str:
        made.append(isinstance(context.instance, Instance))
        return "made"

    context = build(resources={"plain": 1, "made": listed})
    assert (context.resources.plain, made) == (1, [])
    assert (context.resources.made, made) == ("made", [True])


@pytest.mark.parametrize("build", BUILDERS)
def test_resources_that_end_need_the_with_block(build):
    """At whose end they are torn down."""
    ended = []

    @resource
    def opened(_context: Any) -> Iterator[int]:
        yield 1
        ended.append(True)

    with build(resources={"db": opened}) as context:
        assert (context.resources.db, ended) == (1, [])
    assert ended == [True]
    with pytest.raises(InvariantViolationError, match=f"with {build.__name__}"):
        _ = build(resources={"db": opened}).resources.db


@pytest.mark.parametrize("build", BUILDERS)
def test_resources_that_are_not_there(build):
    """One that was never given, and one that another requires."""
    needy = ResourceDefinition(lambda _context: 1, required_resource_keys={"base"})
    context = build(resources={"db": 1, "needy": needy})
    with pytest.raises(UnknownResourceError, match=f"'other'.*{build.__name__}"):
        _ = context.resources.other
    with pytest.raises(MissingResourceError, match="'base'"):
        _ = context.resources.needy


@pytest.mark.parametrize("build", BUILDERS)
def test_resources_are_a_mapping(build):
    """Of keys."""
    with pytest.raises(InvalidDefinitionError, match=f"{build.__name__}: resources are a mapping"):
        build(resources=[1])


# -- of computations ---------------------------------------------------------------------------------


def test_an_op_context_says_what_it_was_given():
    """And nothing of a run."""
    instance = Instance.ephemeral()
    context = build_op_context(op_config={"a": 1}, instance=instance, mapping_key="k")
    assert (context.op_config, context.instance, context.get_mapping_key()) == ({"a": 1}, instance, "k")
    assert (context.has_partition_key, context.has_tag("a"), context.get_tag("a")) == (False, False, None)
    assert (context.retry_number, context.run_id) == (0, "none")


@pytest.mark.parametrize("member", ["job_name", "job_def", "op_def"])
def test_an_op_context_belongs_to_no_run(member):
    """What only a run knows cannot be asked for."""
    with pytest.raises(InvariantViolationError, match="no run"):
        getattr(build_op_context(), member)


def test_config_of_resources_is_checked_at_once():
    """Every problem is listed with its path."""
    config = {"n": {"config": {"m": 1}}, "db": {"config": 1}}
    with pytest.raises(InvalidConfigError, match="build_op_context") as caught:
        build_op_context(resources={"n": number}, resources_config=config)
    paths = [problem.partition(":")[0] for problem in caught.value.problems]
    assert paths == ["resources.db", "resources.n.config.m", "resources.n.config.n"]


def test_config_of_resources_reaches_them():
    """As in a run config."""
    config = {"n": {"config": {"n": 3}}}
    assert build_op_context(resources={"n": number}, resources_config=config).resources.n == 3


def test_config_is_given_once():
    """``config`` is another name of ``op_config``."""
    assert build_op_context(config=1).op_config == build_op_context(op_config=1).op_config == 1
    with pytest.raises(InvalidInvocationError, match="only one of op_config and config"):
        build_op_context(config=1, op_config=1)


def test_the_partition_that_a_computation_is_called_for():
    """It is the context's; what has none says so."""
    context = build_op_context(partition_key="2024-01-01")
    assert (context.has_partition_key, context.partition_key) == (True, "2024-01-01")
    with pytest.raises(InvariantViolationError, match="runs for no partition"):
        _ = build_op_context().partition_key


def test_what_is_logged_can_be_asked_for():
    """By what is called with the context too."""

    @asset
    def rows(context: Any) -> None:
        context.log_event(ExpectationResult(True))

    context = build_op_context()
    context.log_event(AssetMaterialization("a"))
    rows(context)
    assert [type(event) for event in context.get_events()] == [AssetMaterialization, ExpectationResult]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"instance": 3}, "instance"),
        ({"mapping_key": 3}, "mapping_key"),
        ({"partition_key": 3}, "partition_key"),
        ({"resources_config": 3}, "resources_config"),
    ],
)
def test_arguments_of_an_op_context(arguments, name):
    """The message names the argument."""
    with pytest.raises(InvalidDefinitionError, match=f"build_op_context: {name}"):
        build_op_context(**arguments)


# -- of IO managers ----------------------------------------------------------------------------------


@op
def made(x: int) -> int:
    return x


OUTPUT = {
    "step_key": "step",
    "name": "out",
    "metadata": {"m": 1},
    "run_id": "run",
    "mapping_key": "k",
    "config": {"c": 1},
    "version": "v1",
    "resource_config": {"r": 1},
    "op_def": made,
    "partition_key": "p",
}
INPUT = {
    "name": "x",
    "config": {"c": 1},
    "metadata": {"m": 1},
    "upstream_output": build_output_context(step_key="up", name="result"),
    "resource_config": {"r": 1},
    "op_def": made,
    "partition_key": "p",
}


@pytest.mark.parametrize("member", OUTPUT)
def test_an_output_context_says_what_it_was_given(member):
    """Each argument is a property."""
    assert getattr(build_output_context(**OUTPUT), member) == OUTPUT[member]


@pytest.mark.parametrize("member", INPUT)
def test_an_input_context_says_what_it_was_given(member):
    """Each argument is a property."""
    assert getattr(build_input_context(**INPUT), member) == INPUT[member]


@pytest.mark.parametrize("build", [build_input_context, build_output_context])
def test_a_key_is_whatever_becomes_one(build):
    """A string, strings, or a key."""
    keys = [build(asset_key=key).asset_key for key in ("a", ["a"], AssetKey("a"))]
    assert keys == [AssetKey("a")] * 3
    assert build(asset_key="a").has_asset_key
    assert not build().has_asset_key


@pytest.mark.parametrize("build", [build_input_context, build_output_context])
def test_a_type_may_be_that_of_python(build):
    """It becomes a runtime type; an input knows the Python type, too."""
    assert build(dagster_type=int).dagster_type.display_name == "Int"
    assert build_input_context(dagster_type=int).python_type is int
    assert build_input_context(dagster_type=int, python_type=float).python_type is float
    assert build_input_context().python_type is Any


@pytest.mark.parametrize("build", [build_input_context, build_output_context])
@pytest.mark.parametrize(
    "member", ["asset_key", "name", "dagster_type", "op_def", "partition_key", "asset_partitions_time_window"]
)
def test_what_was_not_given_cannot_be_asked_for(build, member):
    """The message names it."""
    with pytest.raises(InvariantViolationError, match=f"no {member.split('_')[0]}"):
        getattr(build(), member)


@pytest.mark.parametrize("build", [build_input_context, build_output_context])
def test_what_may_be_missing(build):
    """It is nothing then."""
    context = build()
    assert (context.config, context.metadata, context.resource_config) == (None, {}, None)
    assert (context.has_partition_key, context.has_asset_partitions) == (False, False)


def test_a_bare_output_context_has_no_step():
    """Nor a name to be identified by."""
    with pytest.raises(InvariantViolationError, match="no step_key"):
        build_output_context().get_identifier()


def test_a_bare_input_context_has_no_name():
    """It says so."""
    assert (build_input_context().has_input_name, build_input_context(name="x").has_input_name) == (
        False,
        True,
    )


@pytest.mark.parametrize("build", [build_input_context, build_output_context])
def test_the_partition_of_an_asset(build):
    """One, as a key, as keys, as a range and in the identifier."""
    context = build(asset_key=["a", "b"], partition_key="p")
    assert (context.has_partition_key, context.has_asset_partitions) == (True, True)
    assert (context.asset_partition_key, context.asset_partition_keys) == ("p", ["p"])
    assert context.asset_partition_key_range == PartitionKeyRange("p", "p")
    assert context.get_asset_identifier() == ["a", "b", "p"]
    assert context.asset_partitions_def.get_partition_keys() == ["p"]


def test_identifiers_of_outputs():
    """Run, step and name, and a mapping key if there is one; an input's are those of its output."""
    output = build_output_context(step_key="s", name="n", run_id="r")
    assert output.get_identifier() == ["r", "s", "n"]
    assert build_input_context(upstream_output=output).get_identifier() == ["r", "s", "n"]
    assert build_output_context(**OUTPUT).get_identifier() == ["run", "step", "out", "k"]
    with pytest.raises(InvariantViolationError, match="no upstream_output"):
        build_input_context().get_identifier()


def test_what_an_io_manager_adds_can_be_asked_for():
    """Metadata and events."""
    context = build_output_context()
    context.add_output_metadata({"rows": 1})
    context.log_event(AssetObservation("a"))
    assert context.added_metadata["rows"].value == 1
    assert [event.asset_key for event in context.get_logged_events()] == [AssetKey("a")]


def test_an_io_manager_logs_materializations_and_observations():
    """And nothing else."""
    with pytest.raises(InvariantViolationError, match="ExpectationResult"):
        build_output_context().log_event(ExpectationResult(True))


def test_an_io_manager_needs_nothing_but_contexts():
    """What it stores for one it loads for the other."""
    manager = mem_io_manager()
    manager.handle_output(build_output_context(asset_key="a"), 5)
    assert manager.load_input(build_input_context(asset_key="a")) == 5


@pytest.mark.parametrize(
    "name", ["step_key", "name", "metadata", "run_id", "mapping_key", "dagster_type", "version", "op_def"]
)
def test_arguments_of_an_output_context(name):
    """The message names the argument."""
    with pytest.raises(InvalidDefinitionError, match=name):
        build_output_context(**{name: 3.5})


@pytest.mark.parametrize("name", ["name", "metadata", "upstream_output", "dagster_type", "op_def"])
def test_arguments_of_an_input_context(name):
    """The message names the argument."""
    with pytest.raises(InvalidDefinitionError, match=name):
        build_input_context(**{name: 3.5})
