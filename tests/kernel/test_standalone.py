"""Resources without a run."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from holdfast import (
    InitResourceContext,
    Instance,
    InvalidConfigError,
    InvalidDefinitionError,
    InvariantViolationError,
    MissingResourceError,
    ResourceDefinition,
    ResourceFunctionError,
    UnknownResourceError,
    build_init_resource_context,
    build_resources,
    mem_io_manager,
    resource,
)


def recording(log: list[str], name: str, *requires: str) -> ResourceDefinition:
    """Return a resource that logs its set-up and tear-down."""

    def make(context: InitResourceContext) -> Iterator[str]:
        log.append(f"{name} up")
        yield name
        log.append(f"{name} down")

    return ResourceDefinition(make, required_resource_keys=set(requires))


def test_resources_live_for_the_block() -> None:
    """In the order of their requirements, and torn down in reverse."""
    log: list[str] = []
    with build_resources({"a": recording(log, "a", "b"), "b": recording(log, "b")}) as resources:
        assert (resources.a, resources["b"]) == ("a", "b")
        assert log == ["b up", "a up"]
    assert log == ["b up", "a up", "a down", "b down"]


def test_plain_values_and_io_managers_are_resources() -> None:
    """Definitions are not needed."""
    manager = mem_io_manager()
    with build_resources({"n": 5, "io": manager, "made": mem_io_manager}) as resources:
        assert resources.n == 5
        assert resources.io is manager
        assert type(resources.made) is type(manager)


def test_resources_are_torn_down_when_the_block_raises() -> None:
    """What it raised goes through."""
    log: list[str] = []
    with pytest.raises(ZeroDivisionError), build_resources({"a": recording(log, "a")}):
        _ = 1 / 0
    assert log == ["a up", "a down"]


def test_what_was_set_up_is_torn_down_when_another_fails() -> None:
    """The error names the one that failed."""
    log: list[str] = []
    fails = ResourceDefinition(lambda: 1 / 0, required_resource_keys={"b"})
    with (
        pytest.raises(ResourceFunctionError, match=r"'a'.*ZeroDivisionError"),
        build_resources({"a": fails, "b": recording(log, "b")}),
    ):
        pass
    assert log == ["b up", "b down"]


def test_a_failing_tear_down_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The block did its work."""

    @resource
    def fragile() -> Iterator[int]:
        yield 1
        raise ValueError("stuck")

    with build_resources({"fragile": fragile}) as resources:
        assert resources.fragile == 1
    assert "'fragile'" in caplog.text


def test_config_is_given_as_in_run_config() -> None:
    """By key; a resource without a schema takes any."""
    taker = resource(lambda context: context.resource_config)
    checked = resource(config_schema=int)(lambda context: context.resource_config)
    config = {"a": {"config": [1]}, "b": {"config": 2}, "c": {}}
    with build_resources({"a": taker, "b": checked, "c": taker}, resource_config=config) as resources:
        assert dict(resources) == {"a": [1], "b": 2, "c": None}


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"bb": {"config": 1}}, r"resources\.bb: no resource has this key\. Did you mean 'b'"),
        ({"b": 4}, r"resources\.b: this is written \{'config': \.\.\.\}, not 4"),
        ({"b": {"confg": 1}}, r"resources\.b: this is written"),
        ({"b": {"config": "x"}}, r"resources\.b\.config: expected int, not 'x'"),
        ({}, r"resources\.b\.config: this is required \(int\)"),
    ],
)
def test_config_that_does_not_fit_is_listed(config: Any, problem: str) -> None:
    """Before anything is set up."""
    log: list[str] = []
    checked = resource(config_schema=int)(lambda context: 1)
    resources = {"a": recording(log, "a"), "b": checked}
    with pytest.raises(InvalidConfigError, match=problem), build_resources(resources, resource_config=config):
        pass
    assert log == []


def test_a_missing_requirement_is_named() -> None:
    """With the resource that has it."""
    with (
        pytest.raises(MissingResourceError, match="Resource 'a' needs the resource 'zz'"),
        build_resources({"a": recording([], "a", "zz")}),
    ):
        pass


def test_resources_are_a_mapping() -> None:
    """Anything else is an error that shows it."""
    with pytest.raises(InvalidDefinitionError, match="not 5"), build_resources(5):  # type: ignore[arg-type]
        pass


def test_asking_for_another_resource_names_the_known_ones() -> None:
    """As in a run."""
    with build_resources({"db": 5}) as resources, pytest.raises(UnknownResourceError, match="Known: db"):
        _ = resources.table


def test_resource_functions_get_the_instance_and_logger() -> None:
    """An ephemeral instance unless one is given; there is no run."""
    seen: list[InitResourceContext] = []
    look = resource(lambda context: seen.append(context))
    instance, logger = Instance.ephemeral(), logging.getLogger("mine")
    with build_resources({"a": look}, instance, log_manager=logger), build_resources({"a": look}):
        first, second = seen
    assert first.instance is instance
    assert (first.log, first.run_id, first.resource_def) == (logger, None, look)
    assert isinstance(second.instance, Instance)


def test_a_function_may_return_a_context_manager_of_contextlib() -> None:
    """It is entered, and left at the end; an object that merely has such methods is the resource itself."""
    log: list[str] = []

    @resource
    @contextmanager
    def managed(context: InitResourceContext) -> Iterator[str]:
        log.append("up")
        yield "value"
        log.append("down")

    class Connection:
        def __enter__(self) -> None:
            raise AssertionError

        def __exit__(self, *args: object) -> None: ...

    connection = Connection()
    with build_resources({"m": managed, "c": resource(lambda: connection)}) as resources:
        assert (resources.m, resources.c) == ("value", connection)
        assert log == ["up"]
    assert log == ["up", "down"]


# -- contexts ----------------------------------------------------------------------------------------


def test_a_context_is_made_in_one_line() -> None:
    """For testing a resource function by itself."""
    instance = Instance.ephemeral()
    context = build_init_resource_context({"n": 1}, {"url": "here"}, instance)
    assert (context.resource_config, context.resources.url) == ({"n": 1}, "here")
    assert context.instance is instance
    assert isinstance(build_init_resource_context().instance, Instance)
    assert (context.run_id, context.dagster_run, context.resource_def) == (None, None, None)


def test_a_context_sets_its_resources_up() -> None:
    """Definitions too, with what they require."""
    db = ResourceDefinition(lambda context: f"db at {context.resources.url}", required_resource_keys={"url"})
    context = build_init_resource_context(resources={"db": db, "url": "here"})
    assert context.resources.db == "db at here"
    with pytest.raises(UnknownResourceError, match="Known: db, url"):
        _ = context.resources.table


def test_resources_that_are_torn_down_need_a_block() -> None:
    """Outside of it they would be left open."""
    log: list[str] = []
    with build_init_resource_context(resources={"a": recording(log, "a")}) as context:
        assert context.resources.a == "a"
    assert log == ["a up", "a down"]
    with pytest.raises(InvariantViolationError, match="with build_init_resource_context"):
        _ = build_init_resource_context(resources={"a": recording(log, "a")}).resources.a
    assert log == ["a up", "a down"] * 2
