"""Loading stored assets without a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from holdfast import (
    InitResourceContext,
    InMemoryIOManager,
    InputContext,
    Instance,
    InvalidDefinitionError,
    InvalidInvocationError,
    IOManager,
    MissingResourceError,
    OutputContext,
    RepositoryDefinition,
    ResourceDefinition,
    SourceAsset,
    StepOutputNotFoundError,
    UnknownSelectionError,
    asset,
    io_manager,
    materialize,
    resource,
    with_resources,
)


def repository_of(*definitions: Any) -> RepositoryDefinition:
    return RepositoryDefinition.of("repo", definitions)


def test_a_stored_value_is_loaded_through_its_io_manager() -> None:
    """The instance that stored it provides the default one."""
    instance = Instance.ephemeral()
    a = asset(name="a")(lambda: 7)
    materialize([a], instance=instance)
    assert repository_of(a).load_asset_value("a", instance=instance) == 7


def test_an_asset_may_bring_its_io_manager() -> None:
    """No instance is needed then."""
    manager = InMemoryIOManager()
    a = asset(name="a", io_manager_def=manager)(lambda: 7)
    materialize([a])
    assert repository_of(a).load_asset_value("a") == 7


def test_a_value_that_was_never_stored_is_an_error() -> None:
    """Naming the asset."""
    with pytest.raises(StepOutputNotFoundError, match="'a'"):
        repository_of(asset(name="a")(lambda: 7)).load_asset_value("a", instance=Instance.ephemeral())


def test_an_unknown_asset_names_the_nearest() -> None:
    """As everywhere."""
    with pytest.raises(UnknownSelectionError, match="Did you mean 'orders'"):
        repository_of(asset(name="orders")(lambda: 7)).load_asset_value("ordrs")


class Asked(IOManager):
    """Returns the context it is asked with."""

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        raise AssertionError("nothing is stored here")

    def load_input(self, context: InputContext) -> InputContext:
        return context


def test_the_io_manager_is_told_the_type_that_is_asked_for() -> None:
    """And how the value was, or would be, stored."""
    source = SourceAsset("raw", metadata={"path": "p"}, io_manager_def=Asked())
    context = repository_of(source).load_asset_value("raw", python_type=list)
    assert context.python_type is list
    assert context.upstream_output.metadata == {"path": "p"}
    assert repository_of(source).load_asset_value("raw").python_type is Any


def test_io_managers_live_as_long_as_the_loader() -> None:
    """Set up on first use, kept between loads, torn down at the end."""
    log: list[str] = []

    @resource
    def connection() -> Iterator[str]:
        log.append("up")
        yield "c"
        log.append("down")

    @io_manager(required_resource_keys={"connection"})
    def lake(context: Any) -> IOManager:
        return Asked()

    sources = [SourceAsset("a", io_manager_key="lake"), SourceAsset("b", io_manager_key="lake")]
    repository = repository_of(*with_resources(sources, {"lake": lake, "connection": connection}))
    with repository.get_asset_value_loader() as loader:
        assert log == []
        loader.load_asset_value("a")
        loader.load_asset_value("b")
        assert log == ["up"]
    assert log == ["up", "down"]


def test_a_missing_io_manager_is_named() -> None:
    """With the asset that needs it."""
    source = SourceAsset("a", io_manager_key="no_such_lake")
    with pytest.raises(MissingResourceError, match=r"Asset 'a'.*'no_such_lake'"):
        repository_of(source).load_asset_value("a", instance=Instance.ephemeral())


def test_an_asset_without_partitions_has_none_to_load() -> None:
    """Nothing is silently ignored."""
    with pytest.raises(InvalidInvocationError, match=r"'a'.*no partitions\. Leave out 'x'"):
        repository_of(SourceAsset("a")).load_asset_value("a", partition_key="x")


def test_resources_that_require_each_other_are_an_error() -> None:
    """As in a run."""
    lake = ResourceDefinition(Asked, required_resource_keys={"pool"})
    pool = ResourceDefinition(Asked, required_resource_keys={"lake"})
    source = SourceAsset("a", io_manager_key="lake", resource_defs={"lake": lake, "pool": pool})
    with pytest.raises(InvalidDefinitionError, match="lake -> pool -> lake"):
        repository_of(source).load_asset_value("a")


def test_a_resource_is_told_of_the_instance() -> None:
    """As in a run: some find through it where values are."""
    seen: list[Any] = []

    @io_manager
    def manager(context: InitResourceContext) -> InMemoryIOManager:
        seen.append(context.instance)
        return kept

    kept, instance = InMemoryIOManager(), Instance.ephemeral()
    a = asset(name="a", io_manager_def=manager)(lambda: 7)
    materialize([a], instance=instance)
    assert repository_of(a).load_asset_value("a", instance=instance) == 7
    assert seen == [instance, instance]
