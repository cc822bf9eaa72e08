"""Observing source assets."""

from differential.answers import error, metadata, outcome, plain, refused


def _observe(api, *definitions, **kwargs):
    """Run the implicit job of a repository over everything observable."""

    @api.repository
    def repo():
        return list(definitions)

    return repo.get_job("__ASSET_JOB").execute_in_process(**kwargs)


def _seen(result):
    found = [e for e in result.all_events if e.event_type_value == "ASSET_OBSERVATION"]
    return [[e.step_key, plain(e.asset_key)] for e in found]


def observation_job(api):
    """A job over an observable source asset runs its function and records an observation."""
    ran = []

    @api.observable_source_asset
    def raw(context):
        ran.append(1)
        return api.LogicalVersion("v1")

    result = _observe(api, raw)
    return [outcome(result), _seen(result), ran]


def observation_carries_the_version(api):
    """The version is among the tags of the observation."""

    @api.observable_source_asset
    def raw(context):
        return api.LogicalVersion("v7")

    result = _observe(api, raw)
    (seen,) = result.asset_observations_for_node("raw")
    return sorted(value for value in seen.tags.values() if value == "v7")


def is_observable(api):
    """What has an observe function is observable."""

    @api.observable_source_asset
    def raw():
        return api.LogicalVersion("v1")

    given = api.SourceAsset("b", observe_fn=lambda: api.LogicalVersion("v2"))
    return [raw.is_observable, given.is_observable, api.SourceAsset("c").is_observable]


def name_and_prefix(api):
    """Name and prefix make the key."""

    @api.observable_source_asset(
        name="named", key_prefix=["p", "q"], group_name="g", description="D.", metadata={"n": 1}
    )
    def raw():
        return api.LogicalVersion("v1")

    return [raw.key.path, raw.group_name, raw.description, metadata(raw.metadata)]


def observe_fn_with_a_context(api):
    """The function may take a context."""
    seen = []

    @api.observable_source_asset(key_prefix="p")
    def raw(context):
        seen.append(context.op_def.name)
        return api.LogicalVersion("v")

    return [outcome(_observe(api, raw)), seen]


def observe_fn_that_returns_something_else(api):
    """The function must return a LogicalVersion."""

    @api.observable_source_asset
    def raw(context):
        return "v1"

    return outcome(_observe(api, raw, raise_on_error=False))


def observe_fn_that_raises(api):
    """A failing observation fails the run."""

    @api.observable_source_asset
    def raw(context):
        raise ValueError("gone")

    return [outcome(_observe(api, raw, raise_on_error=False)), error(_observe, api, raw)]


def observables_beside_assets(api):
    """Assets are made and observables beside them are not observed."""

    @api.observable_source_asset
    def raw(context):
        return api.LogicalVersion("v1")

    @api.asset(non_argument_deps={"raw"})
    def child():
        return 1

    result = _observe(api, raw, child)
    return [outcome(result), _seen(result)]


def observable_selected_alone(api):
    """A job's selection of a source asset alone is refused, observable or not."""

    @api.observable_source_asset
    def raw(context):
        return api.LogicalVersion("v1")

    def make():
        @api.repository
        def repo():
            return [raw, api.define_asset_job("look", selection="raw")]

        return repo.get_job("look")

    return error(make)


def job_over_observables_only(api):
    """A job over all assets, where there are only observables, observes nothing."""

    @api.observable_source_asset
    def raw(context):
        return api.LogicalVersion("v1")

    @api.repository
    def repo():
        return [raw, api.define_asset_job("look")]

    return _seen(repo.get_job("look").execute_in_process())


def observation_logged_by_an_asset(api):
    """An observation that an asset logs."""

    @api.asset
    def a(context):
        context.log_event(api.AssetObservation("other", metadata={"n": 1}, description="seen"))
        return 1

    (seen,) = api.materialize_to_memory([a]).asset_observations_for_node("a")
    return [plain(seen.asset_key), seen.description]


def logical_version_value(api):
    """A logical version is its value."""
    return [
        api.LogicalVersion("a").value,
        api.LogicalVersion("a") == api.LogicalVersion("a"),
        api.LogicalVersion("a") == api.LogicalVersion("b"),
        refused(api.LogicalVersion, 3),
    ]


def materialization_of_a_file(api):
    """`AssetMaterialization.file` names the path."""
    made = api.AssetMaterialization.file("/data/x.csv", description="A file.")
    keyed = api.AssetMaterialization.file("/data/x.csv", asset_key=["p", "x"])
    return [made.asset_key.path, metadata(made.metadata), made.description, plain(keyed.asset_key)]


def materialization_arguments(api):
    """A materialization has key, description, partition and metadata."""
    made = api.AssetMaterialization(["p", "a"], description="D.", partition="x", metadata={"n": 2})
    return [plain(made.asset_key), made.description, made.partition, metadata(made.metadata)]


def materialization_of_wrong_types(api):
    """A key is needed, metadata is a mapping."""
    return [
        error(lambda: api.AssetMaterialization(3)),
        error(lambda: api.AssetMaterialization("a", metadata=[1])),
        error(lambda: api.AssetObservation("a", metadata="x")),
    ]
