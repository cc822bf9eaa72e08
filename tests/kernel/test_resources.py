"""Resources: made once when first needed, torn down in reverse order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from holdfast import (
    AssetsDefinition,
    InitResourceContext,
    IntSource,
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidInvocationError,
    MissingResourceError,
    ResourceConflictError,
    ResourceDefinition,
    ResourceFunctionError,
    SourceAsset,
    UnknownResourceError,
    asset,
    build_op_context,
    define_asset_job,
    materialize_to_memory,
    mem_io_manager,
    resource,
    with_resources,
)


def user_of(*keys: str, name: str = "a") -> AssetsDefinition:
    """Return an asset whose value is its resources as a dictionary."""
    definition: AssetsDefinition = asset(name=name, required_resource_keys=set(keys))(
        lambda context: dict(context.resources)
    )
    return definition


def recording(log: list[str], name: str, *requires: str) -> ResourceDefinition:
    """Return a resource that logs its set-up and tear-down."""

    def make(context: InitResourceContext) -> Iterator[str]:
        log.append(f"{name} up")
        yield name
        log.append(f"{name} down")

    return ResourceDefinition(make, required_resource_keys=set(requires))


def test_a_computation_gets_the_resources_it_asks_for() -> None:
    """And no others."""
    result = materialize_to_memory([user_of("db")], resources={"db": 1, "other": 2})
    assert result.asset_value("a") == {"db": 1}


def test_a_resource_is_made_once_for_all_assets() -> None:
    """The second asset gets the same object."""
    result = materialize_to_memory(
        [user_of("db", name="a"), user_of("db", name="b")], resources={"db": resource(lambda: object())}
    )
    assert result.asset_value("a")["db"] is result.asset_value("b")["db"]


def test_a_resource_nobody_uses_is_not_made() -> None:
    """Set-up happens when a resource is first needed."""
    log: list[str] = []
    materialize_to_memory([asset(name="a")(lambda: 1)], resources={"db": recording(log, "db")})
    assert log == []


def test_resources_are_torn_down_in_reverse_order() -> None:
    """What was set up first goes last."""
    log: list[str] = []
    resources = {"db": recording(log, "db"), "app": recording(log, "app", "db")}
    materialize_to_memory([user_of("app")], resources=resources)
    assert log == ["db up", "app up", "app down", "db down"]


def test_resources_are_torn_down_when_the_run_failed() -> None:
    """Whatever happened in between."""
    log: list[str] = []

    @asset(required_resource_keys={"db"})
    def broken(context: Any) -> None:
        raise ValueError("boom")

    with pytest.raises(ValueError, match="boom"):
        materialize_to_memory([broken], resources={"db": recording(log, "db")})
    assert log == ["db up", "db down"]


def test_a_failing_tear_down_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, naming the resource."""
    log: list[str] = []

    @resource
    def fragile() -> Iterator[int]:
        yield 1
        raise ValueError("stuck")

    resources = {"first": recording(log, "first"), "fragile": fragile}
    assert materialize_to_memory([user_of("first", "fragile")], resources=resources).success
    assert log == ["first up", "first down"]
    assert "The resource 'fragile' could not be torn down: ValueError: stuck" in caplog.text


def test_a_resource_that_cannot_be_made_fails_its_users() -> None:
    """Other assets run; the error names the resource and keeps the cause."""

    @resource
    def broken() -> None:
        raise ValueError("no route")

    result = materialize_to_memory(
        [user_of("db"), asset(name="b")(lambda: 1)], resources={"db": broken}, raise_on_error=False
    )
    assert result.asset_value("b") == 1
    with pytest.raises(ResourceFunctionError, match=r"'db'.*ValueError: no route") as caught:
        materialize_to_memory([user_of("db")], resources={"db": broken})
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_generator_resource_must_yield() -> None:
    """One that yields nothing is an error."""

    @resource
    def silent() -> Iterator[int]:
        yield from ()

    with pytest.raises(ResourceFunctionError, match="yields nothing"):
        materialize_to_memory([user_of("db")], resources={"db": silent})


def test_a_resource_sees_the_resources_it_requires() -> None:
    """And only these."""

    @resource(required_resource_keys={"url"})
    def db(context: InitResourceContext) -> str:
        return f"db at {context.resources.url}"

    result = materialize_to_memory([user_of("db")], resources={"db": db, "url": "here"})
    assert result.asset_value("a") == {"db": "db at here"}


def test_resources_that_require_each_other_are_an_error() -> None:
    """The cycle is spelt out."""
    resources = {
        "a": ResourceDefinition(lambda: 1, required_resource_keys={"b"}),
        "b": ResourceDefinition(lambda: 1, required_resource_keys={"a"}),
    }
    with pytest.raises(InvalidDefinitionError, match="a -> b -> a"):
        materialize_to_memory([user_of("a")], resources=resources)


def test_a_resource_gets_its_config_from_the_run() -> None:
    """Under `resources`, by key."""
    db = resource(lambda context: context.resource_config)
    result = materialize_to_memory(
        [user_of("db")], {"resources": {"db": {"config": 5}}}, resources={"db": db}
    )
    assert result.asset_value("a") == {"db": 5}


def test_config_that_does_not_fit_stops_the_run_at_its_start() -> None:
    """All of it, before anything is made."""
    log: list[str] = []
    checked = resource(config_schema={"n": int})(lambda context: log.append("made"))
    resources = {"a": checked, "b": checked, "up": recording(log, "up")}
    with pytest.raises(InvalidConfigError) as caught:
        materialize_to_memory(
            [user_of("up", "a", "b")], {"resources": {"a": {"config": {"n": "x"}}}}, resources=resources
        )
    assert caught.value.problems == (
        "resources.a.config.n: expected int, not 'x'",
        "resources.b.config: this is required ({n: int})",
    )
    assert log == []


def test_a_resource_that_nothing_needs_may_go_without_config() -> None:
    """What it is given must fit all the same."""
    checked = resource(config_schema=int)(lambda context: 1)
    plain = asset(name="a")(lambda: 1)
    assert materialize_to_memory([plain], resources={"db": checked}).success
    with pytest.raises(InvalidConfigError, match=r"resources\.db\.config: expected int, not 'x'"):
        materialize_to_memory([plain], {"resources": {"db": {"config": "x"}}}, resources={"db": checked})


def test_what_needed_resources_require_needs_config() -> None:
    """It will be set up with them."""
    checked = resource(config_schema=int)(lambda context: 1)
    resources = {"db": ResourceDefinition(lambda: 1, required_resource_keys={"n"}), "n": checked}
    with pytest.raises(InvalidConfigError, match=r"resources\.n\.config: this is required"):
        materialize_to_memory([user_of("db")], resources=resources)


def test_a_missing_resource_names_who_needs_it_and_the_nearest_key() -> None:
    """Before anything runs."""
    with pytest.raises(MissingResourceError, match=r"Asset 'a' needs the resource 'dbb'.*Did you mean 'db'"):
        materialize_to_memory([user_of("dbb")], resources={"db": 1})


def test_a_missing_requirement_of_a_resource_names_the_resource() -> None:
    """The chain is followed."""
    db = ResourceDefinition(lambda: 1, required_resource_keys={"url"})
    with pytest.raises(MissingResourceError, match="Resource 'db' needs the resource 'url'"):
        materialize_to_memory([user_of("db")], resources={"db": db})


def test_reaching_for_a_resource_that_was_not_asked_for_says_so() -> None:
    """With the key to add, whether as an attribute or as an item."""
    context = build_op_context(resources={"db": 1})
    assert context.resources.db == context.resources["db"] == 1
    with pytest.raises(UnknownResourceError, match=r"Known: db.*build_op_context"):
        _ = context.resources.bd
    assert not hasattr(context.resources, "cache")


def test_an_asset_may_bring_its_resources() -> None:
    """Plain values are resources too."""
    brings = asset(name="a", required_resource_keys={"db"}, resource_defs={"db": 7})
    assert materialize_to_memory([brings(lambda context: context.resources.db)]).asset_value("a") == 7


def test_two_assets_may_bring_the_same_object() -> None:
    """The same definition under one key is no conflict."""
    db = resource(lambda: 7)
    assets = [
        asset(name=name, required_resource_keys={"db"}, resource_defs={"db": db})(lambda context: 1)
        for name in "ab"
    ]
    assert materialize_to_memory(assets).success


def test_two_objects_under_one_key_are_in_conflict() -> None:
    """By identity; the error names both owners."""
    assets = [
        asset(name=name, required_resource_keys={"db"}, resource_defs={"db": 7})(lambda context: 1)
        for name in "ab"
    ]
    with pytest.raises(ResourceConflictError, match=r"'db'.*'a'.*'b'"):
        materialize_to_memory(assets)


def test_with_resources_gives_each_definition_what_it_needs() -> None:
    """Through what the resources themselves require."""
    db = ResourceDefinition(lambda context: context.resources.url, required_resource_keys={"url"})
    (bound,) = with_resources([user_of("db")], {"db": db, "url": "here", "other": 1})
    assert set(bound.resource_defs) == {"db", "url"}
    assert materialize_to_memory([bound]).asset_value("a") == {"db": "here"}


def test_with_resources_leaves_the_original_alone() -> None:
    """It returns copies."""
    original = user_of("db")
    with_resources([original], {"db": 1})
    assert original.resource_defs == {}


def test_with_resources_reaches_source_assets() -> None:
    """Their IO managers are resources."""
    (bound,) = with_resources([SourceAsset("raw", io_manager_key="lake")], {"lake": mem_io_manager})
    assert bound.resource_defs["lake"] is mem_io_manager


def test_with_resources_refuses_another_object_under_a_key() -> None:
    """A definition that has the resource keeps it."""
    brings = asset(name="a", required_resource_keys={"db"}, resource_defs={"db": 7})(lambda context: 1)
    with pytest.raises(ResourceConflictError, match="with_resources"):
        with_resources([brings], {"db": 8})


def test_with_resources_may_give_config() -> None:
    """Such a resource takes no other config from the run."""
    db = resource(config_schema=int)(lambda context: context.resource_config)
    (bound,) = with_resources([user_of("db")], {"db": db}, {"db": {"config": 5}})
    assert materialize_to_memory([bound]).asset_value("a") == {"db": 5}
    run_config = {"resources": {"db": {"config": 6}}}
    assert materialize_to_memory([bound], run_config).asset_value("a") == {"db": 5}


@pytest.mark.parametrize("entry", [{"confg": 1}, {}, {"config": 1, "more": 2}, 5])
def test_given_config_has_one_key(entry: Any) -> None:
    """Written {'config': ...}."""
    with pytest.raises(InvalidInvocationError, match="written"):
        with_resources([user_of("db")], {"db": 1}, {"db": entry})


def test_given_config_must_fit() -> None:
    """Which is said at once, except for variables, which are read when the resource is made."""
    db = resource(config_schema={"n": IntSource})(lambda context: 1)
    with pytest.raises(InvalidConfigError, match=r"'db'[\s\S]*config\.n: expected int, not 'x'"):
        with_resources([user_of("db")], {"db": db}, {"db": {"config": {"n": "x"}}})
    assert with_resources([user_of("db")], {"db": db}, {"db": {"config": {"n": {"env": "NOT_SET"}}}})


def test_with_resources_gives_all_that_computations_need() -> None:
    """Through what resources require; IO managers may come from elsewhere."""
    with pytest.raises(MissingResourceError, match="'dbb'"):
        with_resources([user_of("dbb")], {"db": 1})
    db = ResourceDefinition(lambda: 1, required_resource_keys={"url"})
    with pytest.raises(MissingResourceError, match="Resource 'db' needs the resource 'url'"):
        with_resources([user_of("db")], {"db": db})
    assert with_resources([asset(name="a", io_manager_key="lake")(lambda: 1)], {})


def test_bound_config_must_name_a_resource() -> None:
    """A misspelt key names the nearest one."""
    with pytest.raises(InvalidDefinitionError, match="Did you mean 'db'"):
        with_resources([user_of("db")], {"db": 1}, {"dbb": {"config": 1}})


def test_with_resources_takes_assets() -> None:
    """Anything else is an error that shows it."""
    with pytest.raises(InvalidDefinitionError, match="not 7"):
        with_resources([7], {})


def test_a_job_may_have_resources() -> None:
    """Given when it is resolved."""
    job = define_asset_job("job").resolve([user_of("db")], resource_defs={"db": 3})
    assert job.execute_in_process().output_for_node("a") == {"db": 3}


def test_decorators_work_bare_and_with_arguments() -> None:
    """The docstring is the description unless one is given."""

    @resource
    def bare() -> int:
        """Text."""
        return 1

    assert bare.description == "Text."
    assert resource(description="Other.")(lambda: 1).description == "Other."


def test_required_resource_keys_are_a_set() -> None:
    """A string would be read letter by letter."""
    with pytest.raises(InvalidDefinitionError, match="a set of strings, not 'db'"):
        resource(required_resource_keys="db")(lambda: 1)
    with pytest.raises(InvalidDefinitionError, match="a set of strings, not 'db'"):
        asset(name="a", required_resource_keys="db")(lambda: 1)


def test_a_context_for_a_computation_takes_one_config() -> None:
    """`config` and `op_config` are the same."""
    with pytest.raises(InvalidInvocationError, match="only one"):
        build_op_context(config=1, op_config=2)
