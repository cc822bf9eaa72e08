"""`define_asset_job`, `job`, `to_job`, and how they run."""

from differential.answers import config_problems, error, events, order, outcome, plain, refused


def _chain(api):
    """Return assets a -> b -> c, and a lone d in a group."""

    @api.asset
    def a():
        return 1

    @api.asset
    def b(a):
        return a + 1

    @api.asset
    def c(b):
        return b + 1

    @api.asset(group_name="lone")
    def d():
        return 0

    return [a, b, c, d]


def _repository(api, *definitions):
    @api.repository
    def repo():
        return list(definitions)

    return repo


def _job(api, definitions, **kwargs):
    return _repository(api, definitions, api.define_asset_job("j", **kwargs)).get_job("j")


def job_of_everything(api):
    """A job without a selection makes all assets."""
    return outcome(_job(api, _chain(api)).execute_in_process())


def string_selections(api):
    """Selections as text; what is not selected is loaded."""

    class Manager(api.IOManager):
        def handle_output(self, context, obj):
            pass

        def load_input(self, context):
            return 1

    chain = api.with_resources(
        _chain(api), {"io_manager": api.IOManagerDefinition.hardcoded_io_manager(Manager())}
    )
    made = {}
    for text in ("a", "a*", "*c", "*b", "a+", "+c", "a++", "++c", "*b*", "d"):
        made[text] = [
            key for key in "abcd" if key in events(_job(api, chain, selection=text).execute_in_process())
        ]
    return made


def list_selections(api):
    """A list is a union."""
    return outcome(_job(api, _chain(api), selection=["a", "*c", "d"]).execute_in_process())["made"]


def algebra_selections(api):
    """A selection of the algebra."""
    selection = api.AssetSelection.groups("lone") | api.AssetSelection.keys("b").upstream()
    result = _job(api, _chain(api), selection=selection).execute_in_process()
    return [outcome(result), result.output_for_node("b")]


def selection_of_the_middle_loads(api):
    """What is not selected and needed is loaded, not made."""
    stored = {"a": 10}

    class Manager(api.IOManager):
        def handle_output(self, context, obj):
            stored[plain(context.asset_key)] = obj

        def load_input(self, context):
            return stored[plain(context.asset_key)]

    defs = {"io_manager": api.IOManagerDefinition.hardcoded_io_manager(Manager())}
    chain = api.with_resources(_chain(api), defs)
    result = _job(api, chain, selection="b").execute_in_process()
    return [outcome(result), stored, events(result, "b")]


def unknown_key_in_a_selection(api):
    """A key that nothing supplies is an error when the job is resolved."""
    chain = _chain(api)
    unresolved = api.define_asset_job("j", selection="nowhere")
    return [unresolved.name, error(lambda: _repository(api, chain, unresolved).get_job("j"))]


def selection_of_wrong_types(api):
    """A selection is text, a list of text, or of the algebra."""
    return [
        error(lambda: api.define_asset_job("j", selection=3)),
        error(lambda: api.define_asset_job("j", selection=[3])),
    ]


def selection_that_cannot_be_read(api):
    """Text that is no selection."""
    chain = _chain(api)
    return [error(lambda text=text: _job(api, chain, selection=text)) for text in ("a b", "", "a**b")]


def prefixed_key_in_a_string(api):
    """Keys with prefixes are written with slashes."""

    @api.asset(key_prefix=["p", "q"])
    def a():
        return 1

    @api.asset(ins={"a": api.AssetIn(["p", "q", "a"])})
    def b(a):
        return a

    return outcome(_job(api, [a, b], selection="p/q/a*").execute_in_process())


def config_of_a_job(api):
    """A dictionary is the job's run config."""

    @api.asset(config_schema={"n": int})
    def number(context):
        return context.op_config["n"]

    job = _job(api, [number], config={"ops": {"number": {"config": {"n": 3}}}})
    return job.execute_in_process().output_for_node("number")


def config_of_a_job_and_of_a_run(api):
    """The run's config is instead of the job's."""

    @api.asset(config_schema={"n": int})
    def number(context):
        return context.op_config["n"]

    job = _job(api, [number], config={"ops": {"number": {"config": {"n": 3}}}})
    return job.execute_in_process(run_config={"ops": {"number": {"config": {"n": 4}}}}).output_for_node(
        "number"
    )


def config_of_a_job_that_does_not_fit(api):
    """A job's config that does not fit its assets."""

    @api.asset(config_schema={"n": int})
    def number(context):
        return 1

    def run(config):
        return _job(api, [number], config=config).execute_in_process()

    return [error(run, {"ops": {"number": {"config": {"n": "x"}}}}), error(run, {"ops": {"other": {}}})]


def config_mapping_of_an_asset_job(api):
    """A ConfigMapping turns a smaller config into the run config."""

    @api.asset(config_schema={"n": int})
    def number(context):
        return context.op_config["n"]

    @api.config_mapping(config_schema={"base": int})
    def mapping(value):
        return {"ops": {"number": {"config": {"n": value["base"] + 1}}}}

    job = _job(api, [number], config=mapping)
    result = job.execute_in_process(run_config={"base": 1})
    bad = [{}, {"base": "x"}, {"ops": {}}]
    return [
        result.output_for_node("number"),
        [error(job.execute_in_process, run_config=config) for config in bad],
    ]


def config_mapping_class(api):
    """`ConfigMapping` is the class of such mappings."""

    @api.op(config_schema={"n": int})
    def number(context):
        return context.op_config["n"]

    mapping = api.ConfigMapping(
        config_fn=lambda value: {"ops": {"number": {"config": {"n": value["base"]}}}},
        config_schema={"base": api.Field(int, default_value=9)},
    )

    @api.job(config=mapping)
    def use():
        number()

    return [
        use.execute_in_process().output_for_node("number"),
        use.execute_in_process(run_config={"base": 2}).output_for_node("number"),
    ]


def config_mapping_that_raises(api):
    """A mapping that raises, and one that gives what does not fit."""

    @api.op(config_schema={"n": int})
    def number(context):
        return 1

    def make(function):
        @api.job(config=api.ConfigMapping(config_fn=function, config_schema={"base": int}))
        def use():
            number()

        return use

    def broken(value):
        raise ValueError

    run = {"base": 1}
    return [
        error(make(broken).execute_in_process, run_config=run),
        error(make(lambda _: {"ops": {"number": {"config": {"n": "x"}}}}).execute_in_process, run_config=run),
        error(make(lambda _: 3).execute_in_process, run_config=run),
    ]


def config_mapping_of_a_graph_that_raises(api):
    """A mapping of a graph that raises is an error of its own."""

    @api.op(config_schema={"n": int})
    def number(context):
        return 1

    def broken(value):
        raise ValueError

    @api.graph(config=api.ConfigMapping(config_fn=broken, config_schema={"base": int}))
    def g():
        number()

    @api.job
    def use():
        g()

    return error(use.execute_in_process, run_config={"ops": {"g": {"config": {"base": 1}}}})


def tags_of_a_job(api):
    """A job's tags are the run's; those of the call win; all are text."""

    @api.asset
    def look(context):
        return [context.get_tag("a"), context.get_tag("b"), context.has_tag("c")]

    job = _job(api, [look], tags={"a": "1", "b": "2"})
    return job.execute_in_process(tags={"b": "3"}).output_for_node("look")


def tags_as_json(api):
    """Tags that are no text are stored as JSON."""

    @api.asset
    def look(context):
        return [context.get_tag("n"), context.get_tag("l")]

    return _job(api, [look], tags={"n": 1, "l": ["x"]}).execute_in_process().output_for_node("look")


def tags_that_json_cannot_keep(api):
    """Tags must survive the round trip through JSON."""
    chain = _chain(api)
    return [error(_job, api, chain, tags=tags) for tags in ({"a": object()}, {"a": (1,)}, 3)]


def job_names_that_are_wrong(api):
    """Names of jobs are letters, digits and underscores."""
    chain = _chain(api)

    def make(name):
        return _repository(api, chain, api.define_asset_job(name)).get_job(name)

    return {name: refused(make, name) for name in ("a b", "a-b", "ok")}


def job_as_a_decorator(api):
    """`job` names the job by its function, has tags, description, resources and config."""

    @api.op(required_resource_keys={"r"}, config_schema=int)
    def use(context):
        return [context.resources.r, context.op_config, context.get_tag("t"), context.job_name]

    @api.job(
        name="named",
        description="D.",
        tags={"t": "x"},
        resource_defs={"r": api.ResourceDefinition.hardcoded_resource(1)},
        config={"ops": {"use": {"config": 7}}},
    )
    def function():
        use()

    return [function.name, function.description, function.execute_in_process().output_for_node("use")]


def graph_to_job(api):
    """`to_job` makes jobs of a graph with resources of their own."""

    @api.op(required_resource_keys={"r"})
    def use(context):
        return context.resources.r

    @api.graph
    def g():
        use()

    def make(value):
        return g.to_job(
            name=f"with_{value}", resource_defs={"r": api.ResourceDefinition.hardcoded_resource(value)}
        )

    one, two = make(1), make(2)
    return [
        one.name,
        one.execute_in_process().output_for_node("use"),
        two.execute_in_process().output_for_node("use"),
        g.to_job(resource_defs={"r": api.ResourceDefinition.hardcoded_resource(3)}).name,
        error(g.to_job),
    ]


def op_retry_policy_of_a_job(api):
    """`op_retry_policy` is the policy of ops that have none."""
    attempts = {"a": 0, "b": 0}

    @api.op
    def a():
        attempts["a"] += 1
        raise ValueError

    @api.op(retry_policy=api.RetryPolicy(max_retries=1))
    def b():
        attempts["b"] += 1
        raise ValueError

    @api.job(op_retry_policy=api.RetryPolicy(max_retries=2))
    def both():
        a()
        b()

    both.execute_in_process(raise_on_error=False)
    return attempts


def input_values_of_a_job(api):
    """Values for a job's inputs, from the definition or the call."""

    @api.op
    def double(x):
        return x * 2

    @api.job(input_values={"x": 2})
    def use(x):
        double(x)

    return [
        use.execute_in_process().output_for_node("double"),
        use.execute_in_process(input_values={"x": 5}).output_for_node("double"),
        refused(use.execute_in_process, input_values={"y": 5}),
    ]


def op_selection(api):
    """Only some ops of a job are run; their inputs come from elsewhere."""

    @api.op
    def a():
        return 1

    @api.op
    def b(x):
        return x + 1

    @api.op
    def c(x):
        return x + 1

    @api.job
    def chain():
        c(b(a()))

    return [
        sorted(events(chain.execute_in_process(op_selection=["a", "b"]))),
        sorted(events(chain.execute_in_process(op_selection=["*b"]))),
        sorted(events(chain.execute_in_process(op_selection=["a+"]))),
        error(chain.execute_in_process, op_selection=["nowhere"]),
    ]


def asset_selection_of_a_run(api):
    """A run may make only some of a job's assets."""
    job = _job(api, _chain(api))
    result = job.execute_in_process(asset_selection=[api.AssetKey("a"), api.AssetKey("b")])
    return [outcome(result), error(job.execute_in_process, asset_selection=[api.AssetKey("nowhere")])]


def raise_on_error_of_a_job(api):
    """A failing job raises what the op raised, unless told not to."""

    @api.op
    def bad():
        raise KeyError("x")

    @api.job
    def one():
        bad()

    return [error(one.execute_in_process), outcome(one.execute_in_process(raise_on_error=False))]


def executor_of_a_job(api):
    """A job's executor is the one it names; the default can be switched."""
    chain = _chain(api)
    named = _job(api, chain, executor_def=api.in_process_executor)
    return [named.executor_def.name, _job(api, chain).executor_def.name]


def description_of_a_job(api):
    """A job has the description it was given."""
    return _job(api, _chain(api), description="Nightly.").description


def unresolved_job_resolves(api):
    """An unresolved job resolves against definitions."""
    job = api.define_asset_job("j", selection="b").resolve(_chain(api), [])
    return [job.name, type(job).__name__]


def run_request_of_a_job(api):
    """A run request has key, tags, config and selection."""
    request = api.RunRequest(
        run_key="k",
        run_config={"ops": {}},
        tags={"a": "b"},
        job_name="j",
        asset_selection=[api.AssetKey("a")],
    )
    bare = api.RunRequest()
    return [
        request.run_key,
        request.run_config,
        request.job_name,
        plain(request.asset_selection),
        bare.run_key,
        bare.run_config,
    ]


def resources_of_an_asset_job(api):
    """A job has what its assets require and bring."""

    @api.asset(resource_defs={"db": api.ResourceDefinition.hardcoded_resource(1)})
    def a(context):
        return context.resources.db

    job = _job(api, [a])
    return ["db" in job.resource_defs, job.execute_in_process().output_for_node("a")]


def conflicting_resources(api):
    """Two assets with different resources under one key cannot be in one job."""

    def make(name):
        return api.asset(name=name, resource_defs={"db": api.ResourceDefinition.hardcoded_resource(name)})(
            lambda _: 1
        )

    return [error(_job, api, [make("a"), make("b")]), error(api.materialize, [make("a"), make("b")])]


def job_of_nothing(api):
    """A job whose selection is empty runs nothing."""
    chain = _chain(api)
    nothing = api.AssetSelection.keys("a") - api.AssetSelection.keys("a")
    return refused(lambda: _job(api, chain, selection=nothing).execute_in_process())


def validate_run_config(api):
    """`validate_run_config` gives the config with defaults, or says every problem."""

    @api.op(config_schema={"n": int, "m": api.Field(int, default_value=5)})
    def number(context):
        return 1

    @api.job
    def use():
        number()

    valid = api.validate_run_config(use, {"ops": {"number": {"config": {"n": 1}}}})
    return [
        valid.get("ops", valid.get("solids"))["number"]["config"],
        error(api.validate_run_config, use, {}),
        config_problems(
            api.validate_run_config, use, {"ops": {"number": {"config": {"n": "x", "q": 1}}}, "zzz": 1}
        ),
    ]


def order_in_a_job(api):
    """Assets of a job run each after those it reads."""
    result = _job(api, _chain(api)).execute_in_process()
    return [order(result, ("a", "b"), ("b", "c"), ("c", "a")), result.output_for_node("c")]


def multiprocess_job_from_the_definition_alone(api):
    """`execute_in_process` runs here, whatever executor the job has."""
    import os

    @api.asset
    def where():
        return os.getpid()

    job = _job(api, [where], executor_def=api.multiprocess_executor)
    return job.execute_in_process().output_for_node("where") == os.getpid()


def job_inside_a_job(api):
    """A job is no node of a graph."""

    @api.op
    def one():
        return 1

    @api.job
    def inner():
        one()

    def outer():
        inner()

    return refused(api.job, outer)


def job_of_wrong_types(api):
    """Arguments of a wrong type."""

    def body():
        pass

    cases = {
        "resource_defs": {"resource_defs": 3},
        "hooks": {"hooks": 3},
        "executor_def": {"executor_def": 3},
        "config": {"config": 3},
        "tags": {"tags": 3},
    }
    return {name: error(lambda k=kwargs: api.job(**k)(body)) for name, kwargs in cases.items()}
