"""Repositories and the jobs in them."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast import (
    AssetKey,
    AssetSelection,
    DuplicateKeyError,
    InvalidDefinitionError,
    InvalidNameError,
    RepositoryDefinition,
    SelectionSyntaxError,
    SourceAsset,
    UnknownJobError,
    UnknownSelectionError,
    UnsupportedParameterError,
    asset,
    define_asset_job,
    graph,
    repository,
)


def shop(*definitions: Any, **options: Any) -> RepositoryDefinition:
    """Return a repository of some definitions."""

    def repo() -> list[Any]:
        """Every table."""
        return list(definitions)

    made: RepositoryDefinition = repository(**options)(repo)
    return made


ORDERS = asset(name="orders", group_name="raw")(lambda: 1)
REVENUE = asset(name="revenue")(lambda orders: orders)


def test_a_repository_is_named_and_described_by_its_function() -> None:
    """Unless name and description are given."""
    assert (shop().name, shop().description) == ("repo", "Every table.")
    named = shop(name="shop", description="Else.")
    assert (named.name, named.description) == ("shop", "Else.")


def test_used_bare_it_is_a_repository_too() -> None:
    """Without parentheses."""

    @repository
    def repo() -> list[Any]:
        return [ORDERS]

    assert AssetKey("orders") in repo.graph


def test_definitions_may_be_nested() -> None:
    """Lists in lists are flattened."""
    assert set(shop([[ORDERS], [SourceAsset("raw"), [REVENUE]]]).graph) == {
        AssetKey("orders"),
        AssetKey("raw"),
        AssetKey("revenue"),
    }


def test_jobs_are_resolved_against_the_assets() -> None:
    """A job makes what its selection says."""
    job = shop(ORDERS, REVENUE, define_asset_job("raw", AssetSelection.groups("raw"))).get_job("raw")
    assert job.asset_keys == {AssetKey("orders")}


@pytest.mark.parametrize("selection", ["revenue", ["revenue"], AssetSelection.keys("revenue"), REVENUE])
def test_a_job_takes_any_selection(selection: Any) -> None:
    """Text, a list, a selection, or a definition."""
    job = shop(ORDERS, REVENUE, define_asset_job("job", selection)).get_job("job")
    assert job.asset_keys == {AssetKey("revenue")}


def test_a_job_without_a_selection_makes_everything() -> None:
    """But for source assets."""
    repo = shop(ORDERS, REVENUE, SourceAsset("raw"), define_asset_job("job"))
    assert repo.get_job("job").asset_keys == {AssetKey("orders"), AssetKey("revenue")}


def test_there_is_a_job_over_all_assets() -> None:
    """Beside the repository's own."""
    repo = shop(ORDERS, REVENUE, define_asset_job("job", "orders"))
    assert repo.job_names == ["job", "__ASSET_JOB"]
    assert len(repo.get_job("__ASSET_JOB").asset_keys) == 2
    assert [job.name for job in repo.get_all_jobs()] == repo.job_names


def test_a_repository_without_assets_has_no_such_job() -> None:
    """There is nothing to make."""
    assert not shop(SourceAsset("raw")).has_job("__ASSET_JOB")


def test_an_unknown_job_names_the_nearest() -> None:
    """As everywhere."""
    with pytest.raises(UnknownJobError, match="Did you mean 'weekly'"):
        shop(ORDERS, define_asset_job("weekly")).get_job("weeky")


def test_a_job_over_an_unknown_key_is_an_error_of_the_repository() -> None:
    """Resolved when the repository is made; it names the job."""
    with pytest.raises(UnknownSelectionError, match=r"^job 'job': .* Did you mean 'orders'"):
        shop(ORDERS, define_asset_job("job", "ordrs"))


def test_a_selection_that_cannot_be_read_is_an_error_of_the_job() -> None:
    """When the job is defined."""
    with pytest.raises(SelectionSyntaxError):
        define_asset_job("job", "orders and")


def test_two_jobs_of_one_name_are_an_error() -> None:
    """Naming it."""
    with pytest.raises(InvalidDefinitionError, match="two jobs called 'job'"):
        shop(ORDERS, define_asset_job("job"), define_asset_job("job"))


def test_two_definitions_of_one_key_are_an_error() -> None:
    """Naming the key and where both stand."""
    again = asset(name="orders")(lambda: 2)
    with pytest.raises(DuplicateKeyError, match=r"'orders' is defined 2 times.*test_repository\.py"):
        shop(ORDERS, again)


@pytest.mark.parametrize("returned", [None, ORDERS, {"orders": ORDERS}])
def test_the_function_returns_a_list(returned: Any) -> None:
    """Anything else is an error that shows it and says where."""
    with pytest.raises(InvalidDefinitionError, match=r"test_repository\.py.*list of definitions"):
        repository(name="repo")(lambda: returned)


def test_what_is_no_definition_is_refused() -> None:
    """The error shows it."""
    with pytest.raises(InvalidDefinitionError, match="not 7"):
        shop(7)


@pytest.mark.parametrize("name", ["a b", "class"])
def test_job_names_follow_the_naming_rule(name: str) -> None:
    """Like every other name."""
    with pytest.raises(InvalidNameError, match="job name"):
        define_asset_job(name)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"config": 5}, "config is a mapping"),
        ({"executor_def": 5}, "executor_def is an ExecutorDefinition, the name"),
        ({"tags": {"a": object()}}, "tag 'a'"),
    ],
)
def test_wrong_arguments_of_a_job_are_refused(arguments: dict[str, Any], message: str) -> None:
    """Each by name."""
    with pytest.raises(InvalidDefinitionError, match=message):
        define_asset_job("job", **arguments)


def test_wrong_partitions_and_version_strategies_are_refused() -> None:
    """Nothing is silently ignored; the error says what to do instead."""
    with pytest.raises(InvalidDefinitionError, match="partitions_def is a PartitionsDefinition"):
        define_asset_job("job", partitions_def=object())  # type: ignore[arg-type]
    only = graph(name="only")(lambda: None)
    with pytest.raises(UnsupportedParameterError, match=r"'version_strategy' .* op\(version=\.\.\.\)"):
        only.to_job(version_strategy=object())
