"""Source assets that can be looked at, and the runs that do it."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast import (
    AssetKey,
    AssetObservation,
    Event,
    ExecuteInProcessResult,
    Instance,
    InvalidDefinitionError,
    InvalidSubsetError,
    InvariantViolationError,
    IOManager,
    IOManagerDefinition,
    LogicalVersion,
    MetadataEntry,
    MetadataValue,
    MissingResourceError,
    ObserveResult,
    ResourceConflictError,
    RetryRequested,
    SourceAsset,
    UnknownProvisionError,
    asset,
    define_asset_job,
    execute_job,
    io_manager,
    materialize,
    materialize_to_memory,
    observable_source_asset,
    repository,
    resource,
    with_resources,
)

VERSION = LogicalVersion("v1")


@observable_source_asset
def raw() -> LogicalVersion:
    """Look at the raw data."""
    return VERSION


@asset(non_argument_deps={"raw"})
def child() -> int:
    """Read the raw data."""
    return 1


class Recording(IOManager):
    def __init__(self) -> None:
        self.stored: list[Any] = []

    def handle_output(self, context: Any, obj: Any) -> None:
        self.stored.append(obj)

    def load_input(self, context: Any) -> Any:
        return 1


def observations(result: ExecuteInProcessResult) -> list[AssetObservation]:
    return [event.data for event in result.all_events if event.is_asset_observation]


def shop(*definitions: Any) -> Any:
    @repository
    def shop_repository() -> list[Any]:
        return list(definitions)

    return shop_repository


# -- definitions -------------------------------------------------------------------------------------------


def test_the_function_names_the_source_asset() -> None:
    """Used bare, name and description are the function's."""
    assert isinstance(raw, SourceAsset)
    assert (raw.key, raw.description, raw.is_observable) == (AssetKey("raw"), "Look at the raw data.", True)


def test_every_parameter_of_the_decorator_reaches_the_source_asset() -> None:
    """Name, prefix, metadata, description, group and the key of the IO manager are those that were given."""
    made = observable_source_asset(
        name="orders",
        key_prefix=["shop", "raw"],
        metadata={"rows": 3},
        description="Orders.",
        group_name="sales",
        io_manager_key="lake",
        resource_defs={"db": 1},
        required_resource_keys={"db"},
    )(lambda: VERSION)
    assert made.key == AssetKey(["shop", "raw", "orders"])
    assert made.metadata == {"rows": MetadataValue.int(3)}
    assert (made.description, made.group_name, made.io_manager_key) == ("Orders.", "sales", "lake")
    assert set(made.resource_defs) == made.op.required_resource_keys == {"db"}
    assert made.place.startswith(__file__)


def test_an_io_manager_of_its_own() -> None:
    """`io_manager_def` is the resource that is named after the key."""
    made = observable_source_asset(io_manager_def=Recording())(lambda context: VERSION)
    assert list(made.resource_defs) == [made.io_manager_key]


def test_metadata_entries_are_an_older_form_of_metadata() -> None:
    """Both forms say the same; together they are refused."""
    entries = [MetadataEntry("rows", value=3)]
    assert SourceAsset("raw", _metadata_entries=entries).metadata == {"rows": MetadataValue.int(3)}
    made = observable_source_asset(_metadata_entries=entries)(raw.observe_fn)
    assert made.metadata_entries == SourceAsset("raw", {"rows": 3}).metadata_entries == entries
    with pytest.raises(InvalidDefinitionError, match="given twice"):
        SourceAsset("raw", metadata={"rows": 3}, _metadata_entries=entries)


def test_what_defines_no_partitions_is_refused() -> None:
    """`partitions_def` is a definition of partitions."""
    with pytest.raises(InvalidDefinitionError, match="partitions_def is a PartitionsDefinition, not 1"):
        observable_source_asset(partitions_def=1)(raw.observe_fn)


@pytest.mark.parametrize("wrong", [5, "", [raw]])
def test_what_cannot_observe_is_refused(wrong: Any) -> None:
    """An observe function is a function or a name."""
    with pytest.raises(InvalidDefinitionError, match=r"SourceAsset\('q'\): observe_fn is a function"):
        SourceAsset("q", observe_fn=wrong)


def test_required_resources_are_a_set_of_keys() -> None:
    """One string is none."""
    with pytest.raises(InvalidDefinitionError, match="set of strings, not"):
        SourceAsset("q", observe_fn=lambda: VERSION, required_resource_keys="db")


def test_only_functions_are_decorated() -> None:
    """The decorator says what it wants."""
    with pytest.raises(InvalidDefinitionError, match="decorates a function, not 5"):
        observable_source_asset(5)


def test_the_computation_is_named_after_the_key() -> None:
    """Its parts are joined as those of an asset."""
    assert SourceAsset(["a", "b"], observe_fn=lambda: VERSION).op.name == "a__b"


def test_a_plain_source_asset_has_no_computation() -> None:
    """Only what can be observed has an op."""
    plain = SourceAsset("plain")
    assert not plain.is_observable
    with pytest.raises(InvariantViolationError, match=r"SourceAsset\('plain'\).*observe_fn"):
        _ = plain.op


def test_a_copy_is_observable_under_its_own_key() -> None:
    """Prefix and group of a copy reach its observations."""
    copy = raw.with_prefix_or_group(key_prefix="p", group_name="g")
    (seen,) = observations(materialize([copy]))
    assert (seen.asset_key, copy.group_name) == (AssetKey(["p", "raw"]), "g")


# -- what runs do -------------------------------------------------------------------------------------------


def test_an_observation_records_the_version() -> None:
    """The version is a tag of the observation, and the event says it."""
    result = materialize([raw])
    (event,) = [event for event in result.all_events if event.is_asset_observation]
    assert event.data.tags == {"holdfast/logical_version": "v1"}
    assert (event.asset_key, event.step_key, event.logical_version) == (raw.key, "raw", VERSION)


def test_the_events_of_an_observation_are_in_order() -> None:
    """Nothing is planned to be made, and nothing is stored."""
    manager = Recording()
    result = materialize([raw], resources={"io_manager": manager})
    types = [event.event_type_value for event in result.all_events]
    assert types == ["RUN_START", "STEP_START", "ASSET_OBSERVATION", "STEP_SUCCESS", "RUN_SUCCESS"]
    assert manager.stored == []


def test_the_function_may_take_the_context() -> None:
    """Whatever its one argument is called, it is the context of the step."""
    seen = []

    @observable_source_asset(key_prefix="p")
    def orders(this: Any) -> LogicalVersion:
        seen.append((this.op_def.name, this.run_tags["team"]))
        this.log_event(AssetObservation("other"))
        return VERSION

    result = materialize([orders], tags={"team": "sales"})
    assert seen == [("p__orders", "sales")]
    assert [str(each.asset_key) for each in observations(result)] == ["other", "p/orders"]


def test_metadata_may_be_seen_too() -> None:
    """`ObserveResult` is a version with metadata."""
    source = SourceAsset("q", observe_fn=lambda: ObserveResult(VERSION, {"rows": 3}))
    (seen,) = observations(materialize([source]))
    assert (seen.metadata, seen.tags["holdfast/logical_version"]) == ({"rows": MetadataValue.int(3)}, "v1")


def test_an_observe_result_has_a_version() -> None:
    """Text is no version."""
    with pytest.raises(InvariantViolationError, match="LogicalVersion, not 'v1'"):
        ObserveResult("v1")  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ["v1", None, iter([VERSION])])
def test_something_else_than_a_version_fails_the_step(wrong: Any) -> None:
    """The message says what to return."""
    source = SourceAsset("q", observe_fn=lambda: wrong)
    with pytest.raises(InvariantViolationError, match=r"SourceAsset\('q'\) returned .*LogicalVersion"):
        materialize([source])


def test_a_function_that_raises_fails_the_run() -> None:
    """What it raised is raised, or the run has failed."""

    def gone() -> LogicalVersion:
        raise ValueError("gone")

    source = SourceAsset("q", observe_fn=gone)
    with pytest.raises(ValueError, match="gone"):
        materialize([source])
    assert not materialize([source], raise_on_error=False).success


def test_a_function_may_ask_for_another_attempt() -> None:
    """`RetryRequested` works as in an asset."""
    attempts = []

    @observable_source_asset
    def flaky(context: Any) -> LogicalVersion:
        attempts.append(context.retry_number)
        if len(attempts) < 2:
            raise RetryRequested
        return VERSION

    assert materialize([flaky]).success
    assert attempts == [0, 1]


def test_two_computations_of_one_name_have_two_steps() -> None:
    """Keys that join to the same name do not get in each other's way."""
    sources = [SourceAsset(key, observe_fn=lambda: VERSION) for key in (["a", "b"], "a__b")]
    result = materialize(sources)
    assert {event.step_key for event in result.all_events if event.is_asset_observation} == {"a__b", "a__b_2"}


# -- resources ----------------------------------------------------------------------------------------------


@observable_source_asset(required_resource_keys={"db"})
def table(context: Any) -> LogicalVersion:
    """Ask the database for the version."""
    return LogicalVersion(context.resources.db)


def test_the_function_uses_the_resources_it_requires() -> None:
    """They come from the run, or from the source asset itself."""
    (seen,) = observations(materialize([table], resources={"db": "from the run"}))
    assert seen.tags["holdfast/logical_version"] == "from the run"
    own = SourceAsset("own", resource_defs={"db": "its own"}, observe_fn=table.observe_fn)
    (seen,) = observations(materialize([own]))
    assert seen.tags["holdfast/logical_version"] == "its own"


def test_a_missing_resource_is_an_error_before_the_run() -> None:
    """It names who needs it."""
    with pytest.raises(MissingResourceError, match="Step 'table' needs the resource 'db'"):
        materialize([table])


def test_with_resources_gives_what_the_function_needs() -> None:
    """A copy has the resource; another under its key is a conflict."""
    (copy,) = with_resources([table], {"db": resource(lambda: "given"), "unused": resource(lambda: 1)})
    assert set(copy.resource_defs) == {"db"}
    assert observations(materialize([copy]))[0].tags["holdfast/logical_version"] == "given"
    with pytest.raises(ResourceConflictError, match="db"):
        with_resources([copy], {"db": resource(lambda: "another")})


def test_an_observation_sets_no_io_manager_up() -> None:
    """A copy that was given its IO manager and a resource uses the resource alone."""
    set_up = []

    @io_manager
    def lake() -> IOManager:
        set_up.append("lake")
        return Recording()

    (copy,) = with_resources([table], {"db": resource(lambda: "v"), "io_manager": lake})
    assert isinstance(copy.resource_defs["io_manager"], IOManagerDefinition)
    materialize([copy])
    assert set_up == []


def test_an_observer_nobody_provides_is_an_error() -> None:
    """A name is looked up among the observers of active plugins."""
    with pytest.raises(UnknownProvisionError, match="observer 'nobody'"):
        materialize([SourceAsset("q", observe_fn="nobody")])


# -- which source assets a run looks at ---------------------------------------------------------------------


def test_beside_assets_nothing_is_observed() -> None:
    """`materialize` makes the assets."""
    result = materialize_to_memory([raw, child])
    assert observations(result) == []
    assert [str(made.asset_key) for made in result.asset_materializations_for_node("child")] == ["child"]


def test_a_repository_of_source_assets_has_a_job_that_observes_them() -> None:
    """The job over all assets looks at all that can be observed."""
    repo = shop(raw, table, SourceAsset("plain"))
    job = repo.get_job("__ASSET_JOB")
    result = job.execute_in_process(asset_selection=["raw"])
    assert repo.job_names == ["__ASSET_JOB"]
    assert list(job.plan().steps) == ["raw", "table"]
    assert [seen.asset_key for seen in observations(result)] == [raw.key]


def test_source_assets_alone_may_be_selected_in_a_run_of_assets() -> None:
    """Then they are looked at; beside assets they are only read."""
    job = shop(raw, child, define_asset_job("make", "child")).get_job("make")
    assert len(observations(job.execute_in_process(asset_selection=["raw"]))) == 1
    assert observations(job.execute_in_process(asset_selection=["raw", "child"])) == []


def test_what_cannot_be_observed_cannot_be_selected() -> None:
    """The error names the source asset and what it lacks."""
    job = shop(SourceAsset("plain"), raw).get_job("__ASSET_JOB")
    with pytest.raises(InvalidSubsetError, match=r"SourceAsset\('plain'\) cannot be observed"):
        job.execute_in_process(asset_selection=["plain"])


def test_a_job_selects_no_source_assets() -> None:
    """A defined job makes assets: source assets alone are refused, and all assets of none is nothing."""
    with pytest.raises(InvalidSubsetError, match="Only source assets"):
        shop(raw, define_asset_job("look", selection="raw"))
    job = shop(raw, define_asset_job("everything")).get_job("everything")
    assert observations(job.execute_in_process()) == []


def test_a_plan_says_why_a_source_asset_is_looked_at() -> None:
    """It is a plan like any other."""
    plan = shop(raw).get_job("__ASSET_JOB").plan()
    assert (plan.assets, list(plan.steps)) == ((), ["raw"])
    assert "raw" in plan.reason(plan.steps["raw"])


def test_workers_observe_too() -> None:
    """What crosses to a worker process and back are the step and its observation."""
    job = shop(raw).get_job("__ASSET_JOB")
    instance = Instance.ephemeral()
    result = execute_job(job, instance, run_config={"execution": {"config": {"multiprocess": {}}}})
    (event,) = [event for event in result.all_events if event.is_asset_observation]
    assert event.logical_version == VERSION
    assert instance.event_store.latest_observations() == {raw.key: event}


def test_the_latest_version_of_an_asset() -> None:
    """The instance finds the event that recorded it: of a source asset, its last observation."""
    instance = Instance.ephemeral()
    assert instance.get_latest_logical_version_record("raw") is None
    materialize([raw], instance=instance)
    found = instance.get_latest_logical_version_record("raw")
    assert isinstance(found, Event)
    assert found.logical_version == VERSION
    assert instance.get_latest_logical_version_record("raw", is_source=False) is None
