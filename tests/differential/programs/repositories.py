"""`repository`: assets, jobs and what it says of them."""

from differential.answers import error, events, order, outcome, refused


def _asset(api, name="a", **kwargs):
    return api.asset(name=name, **kwargs)(lambda: 1)


def name_and_description(api):
    """A repository is named by its function; its description is what is given."""

    @api.repository
    def shop():
        return []

    @api.repository(name="other", description="D.")
    def function():
        return []

    return [shop.name, shop.description, _named(function)]


def _named(repo):
    """Return name and description."""
    return [repo.name, repo.description]


def jobs_of_a_repository(api):
    """Jobs by name, and an implicit one over all assets."""

    @api.op
    def one():
        return 1

    @api.job
    def ops():
        one()

    @api.repository
    def repo():
        return [_asset(api), api.define_asset_job("j"), ops]

    return [
        sorted(repo.job_names),
        sorted(job.name for job in repo.get_all_jobs()),
        repo.has_job("j"),
        repo.has_job("k"),
    ]


def unknown_job(api):
    """A name that no job has."""

    @api.repository
    def repo():
        return [_asset(api)]

    return error(repo.get_job, "nowhere")


def implicit_job(api):
    """The implicit job makes every asset."""

    @api.asset
    def b(a):
        return a

    @api.repository
    def repo():
        return [_asset(api), b]

    result = repo.get_job("__ASSET_JOB").execute_in_process()
    return [outcome(result), order(result, ("a", "b"))]


def nested_lists(api):
    """Lists inside the list are taken apart."""

    @api.repository
    def repo():
        return [[_asset(api), _asset(api, "b")], _asset(api, "c")]

    return outcome(repo.get_job("__ASSET_JOB").execute_in_process())


def repository_without_assets(api):
    """No asset, no implicit job."""

    @api.op
    def one():
        return 1

    @api.job
    def ops():
        one()

    @api.repository
    def repo():
        return [ops]

    return [repo.job_names, repo.get_job("ops").execute_in_process().output_for_node("one")]


def graph_in_a_repository(api):
    """A graph is a job of its name."""

    @api.op
    def one():
        return 1

    @api.graph
    def g():
        return one()

    @api.repository
    def repo():
        return [g]

    return [repo.job_names, sorted(events(repo.get_job("g").execute_in_process()))]


def two_jobs_of_one_name(api):
    """Jobs have names of their own."""

    def make():
        @api.repository
        def repo():
            return [_asset(api), api.define_asset_job("j"), api.define_asset_job("j", selection="a")]

        return repo

    return error(make)


def two_assets_of_one_key(api):
    """Two definitions of one key."""

    def make():
        @api.repository
        def repo():
            return [_asset(api), _asset(api)]

        return repo

    return error(make)


def unknown_upstream(api):
    """An asset whose upstream nothing defines."""

    @api.asset
    def b(nowhere):
        return nowhere

    def make():
        @api.repository
        def repo():
            return [b]

        return repo.get_job("__ASSET_JOB")

    return refused(make)


def what_is_no_definition(api):
    """A repository holds definitions, and returns a list."""

    def make(content):
        @api.repository
        def repo():
            return content

        return repo

    return [error(make, [3]), error(make, ["a"]), error(make, 3), error(make, None)]


def names_that_are_wrong(api):
    """Names of repositories are letters, digits and underscores."""
    return [error(lambda name=name: api.repository(name=name)(lambda: [])) for name in ("a b", "a-b", "ok")]


def missing_resource(api):
    """A resource that nobody provides is an error when the job is made."""

    def make():
        @api.repository
        def repo():
            return [_asset(api, required_resource_keys={"db"}), api.define_asset_job("j")]

        return repo.get_job("j")

    return error(make)


def function_that_raises(api):
    """An error in the function is the caller's."""

    def make():
        @api.repository
        def repo():
            raise KeyError("x")

        return repo.get_all_jobs()

    return error(make)


def groups_in_a_repository(api):
    """Jobs select by groups."""

    @api.repository
    def repo():
        return [
            _asset(api, "a", group_name="g"),
            _asset(api, "b", group_name="h"),
            _asset(api, "c"),
            api.define_asset_job("j", selection=api.AssetSelection.groups("g", "default")),
        ]

    return outcome(repo.get_job("j").execute_in_process())


def unknown_group(api):
    """A job over a group that no asset has."""

    def make():
        @api.repository
        def repo():
            return [_asset(api), api.define_asset_job("j", selection=api.AssetSelection.groups("nowhere"))]

        return repo.get_job("j")

    return refused(make)


def schedules_and_sensors(api):
    """A repository without schedules and sensors has none."""

    @api.repository
    def repo():
        return [_asset(api)]

    return [
        list(repo.schedule_defs),
        list(repo.sensor_defs),
        repo.has_sensor_def("s"),
        repo.has_schedule_def("s"),
    ]


def with_resources_in_a_repository(api):
    """Resources are given to assets with `with_resources`."""

    @api.asset(required_resource_keys={"db"})
    def a(context):
        return context.resources.db

    @api.repository
    def repo():
        return [
            *api.with_resources([a], {"db": api.ResourceDefinition.hardcoded_resource(5)}),
            api.define_asset_job("j"),
        ]

    return repo.get_job("j").execute_in_process().output_for_node("a")
