"""Contexts built by hand, and calling definitions directly."""

from differential.answers import error, plain, refused


def asset_called_directly(api):
    """An asset called is its function."""

    @api.asset
    def double(x):
        return x * 2

    return [double(3), double(x=4), refused(double), refused(double, 1, 2), refused(double, y=1)]


def asset_with_a_context_called_directly(api):
    """The context comes first and is built by hand."""

    @api.asset(config_schema={"n": int}, required_resource_keys={"base"})
    def a(context, x):
        return context.op_config["n"] + context.resources.base + x

    context = api.build_op_context(config={"n": 1}, resources={"base": 10})
    return [a(context, 100), a(context, x=100), refused(a, 100)]


def context_where_none_is_taken(api):
    """A context for what takes none."""

    @api.asset
    def a():
        return 1

    return refused(a, api.build_op_context())


def context_where_one_is_needed(api):
    """No context for what takes one; None will do where nothing is asked of it."""

    @api.asset
    def a(context):
        return 1

    return [refused(a), a(None)]


def config_is_checked_when_called(api):
    """Config of a context must fit the schema of what is called; defaults are filled in."""

    @api.op(config_schema={"n": api.Field(int, default_value=3)})
    def a(context):
        return context.op_config["n"]

    return [
        a(api.build_op_context()),
        a(api.build_op_context(config={"n": 4})),
        error(a, api.build_op_context(config={"n": "x"})),
    ]


def resource_is_missing_when_called(api):
    """A required resource must be in the context."""

    @api.asset(required_resource_keys={"db"})
    def a(context):
        return context.resources.db

    return [error(a, api.build_op_context()), error(a, None)]


def resource_brought_and_given(api):
    """A resource brought by the asset and given in the context."""

    @api.asset(resource_defs={"db": api.ResourceDefinition.hardcoded_resource(1)})
    def a(context):
        return context.resources.db

    return [a(api.build_op_context()), error(a, api.build_op_context(resources={"db": 2}))]


def resource_definitions_in_a_context(api):
    """Resources of a context may be definitions, with config of their own."""

    @api.resource(config_schema={"n": int})
    def number(context):
        return context.resource_config["n"]

    @api.op(required_resource_keys={"r"})
    def a(context):
        return context.resources.r

    context = api.build_op_context(resources={"r": number}, resources_config={"r": {"config": {"n": 6}}})
    return a(context)


def generator_resources_in_a_context(api):
    """A context with resources that end is a context manager."""
    seen = []

    @api.resource
    def ends(_):
        yield "value"
        seen.append("ended")

    @api.op(required_resource_keys={"r"})
    def a(context):
        return context.resources.r

    with api.build_op_context(resources={"r": ends}) as context:
        inside = [a(context), *seen]
    return [inside, seen]


def generator_resources_need_a_with(api):
    """Outside a with statement, resources that end cannot be used."""

    @api.resource
    def ends(_):
        yield "value"

    return error(lambda: api.build_op_context(resources={"r": ends}).resources.r)


def output_of_a_direct_call(api):
    """What is returned comes back as it is: values, Outputs, generators."""

    @api.op
    def gives():
        return api.Output(1, metadata={"n": 1})

    @api.op
    def yields():
        yield api.Output(2)

    given = gives()
    return [given.value, [each.value for each in yields()]]


def logged_events_of_a_context(api):
    """Events that a direct call logs can be asked of its context."""

    @api.op
    def a(context):
        context.log_event(api.AssetMaterialization("x"))
        return 1

    context = api.build_op_context()
    a(context)
    return [plain(event.asset_key) for event in context.get_events()]


def multi_asset_called_directly(api):
    """A multi-asset called is its function."""

    @api.multi_asset(outs={"a": api.AssetOut(), "b": api.AssetOut()})
    def pair(x):
        return x, x + 1

    return plain(pair(1))


def op_context_values(api):
    """What a built context says."""
    context = api.build_op_context(config={"a": 1}, resources={"r": 2})
    return [
        context.op_config,
        context.resources.r,
        refused(lambda: context.resources.nothing),
        context.has_partition_key,
    ]


def mapping_key_of_a_context(api):
    """A built context may have a mapping key."""
    return [api.build_op_context(mapping_key="k").get_mapping_key()]


def config_given_twice(api):
    """`config` and `op_config` are one."""
    return [refused(lambda: api.build_op_context(config={"a": 1}, op_config={"b": 1}))]


def input_context(api):
    """What a built input context says."""
    upstream = api.build_output_context(name="result", step_key="up", asset_key=api.AssetKey("u"))
    context = api.build_input_context(
        name="x",
        config={"c": 1},
        metadata={"m": 1},
        upstream_output=upstream,
        resource_config={"r": 1},
        resources={"db": 5},
        asset_key=api.AssetKey(["p", "a"]),
    )
    return [
        context.name,
        context.config,
        plain(context.metadata),
        context.upstream_output.step_key,
        context.resource_config,
        context.resources.db,
        plain(context.asset_key),
        context.has_asset_key,
        context.has_partition_key,
    ]


def bare_input_context(api):
    """What was not given cannot be asked for."""
    context = api.build_input_context()
    return [
        context.has_input_name,
        context.has_asset_key,
        context.has_partition_key,
        error(lambda: context.name),
        error(lambda: context.asset_key),
        error(lambda: context.partition_key),
        context.upstream_output,
        context.config,
        plain(context.metadata),
    ]


def output_context(api):
    """What a built output context says."""
    context = api.build_output_context(
        step_key="s",
        name="n",
        metadata={"m": 1},
        run_id="r",
        config={"c": 1},
        resource_config={"x": 1},
        resources={"db": 5},
        asset_key=api.AssetKey("a"),
        version="v",
    )
    return [
        context.step_key,
        context.name,
        plain(context.metadata),
        context.run_id,
        context.config,
        context.resource_config,
        context.resources.db,
        plain(context.asset_key),
        context.version,
        context.has_partition_key,
    ]


def bare_output_context(api):
    """What was not given cannot be asked for."""
    context = api.build_output_context()
    return [
        context.has_asset_key,
        error(lambda: context.step_key),
        error(lambda: context.name),
        error(lambda: context.asset_key),
        error(lambda: context.partition_key),
        context.version,
        context.mapping_key,
    ]


def identifiers_of_outputs(api):
    """Identifiers of an output: run, step and name; of an asset: the key."""
    output = api.build_output_context(step_key="s", name="n", run_id="r")
    asset = api.build_output_context(asset_key=api.AssetKey(["p", "a"]))
    return [
        list(output.get_identifier()),
        list(asset.get_asset_identifier()),
        error(output.get_asset_identifier),
    ]


def io_manager_called_by_hand(api):
    """An IO manager works with built contexts."""
    manager = api.InMemoryIOManager()
    output = api.build_output_context(step_key="s", name="n", run_id="r", asset_key=api.AssetKey("a"))
    manager.handle_output(output, 5)
    return manager.load_input(api.build_input_context(upstream_output=output, asset_key=api.AssetKey("a")))


def init_resource_context(api):
    """A resource function is called with a built context."""

    @api.resource(config_schema={"n": int}, required_resource_keys={"base"})
    def r(context):
        return context.resource_config["n"] + context.resources.base

    context = api.build_init_resource_context(config={"n": 1}, resources={"base": 10})
    return [
        r(context),
        refused(r),
        error(r, api.build_init_resource_context(config={"n": "x"}, resources={"base": 1})),
    ]


def bare_init_resource_context(api):
    """A resource that needs nothing is called with a bare context or None."""

    @api.resource
    def r(context):
        return 1

    @api.resource
    def without():
        return 2

    return [r(api.build_init_resource_context()), r(None), without()]


def contexts_of_wrong_types(api):
    """Arguments of a wrong type."""
    return [
        error(lambda: api.build_op_context(resources=3)),
        error(lambda: api.build_input_context(resources=3)),
        error(lambda: api.build_output_context(step_key=3)),
        error(lambda: api.build_init_resource_context(resources=3)),
        error(lambda: api.build_output_context(partition_key=3)),
    ]


def context_of_a_run(api):
    """The context inside a run knows its asset, its inputs and its outputs."""

    @api.asset(key_prefix="p")
    def a():
        return 1

    @api.asset(key_prefix="q", ins={"x": api.AssetIn(["p", "a"])})
    def b(context, x):
        return [
            plain(context.asset_key_for_output()),
            plain(context.asset_key_for_input("x")),
            context.op_def.name,
            plain(context.selected_asset_keys),
            plain(context.selected_output_names),
            context.has_partition_key,
            error(lambda: context.partition_key),
            error(lambda: context.asset_key_for_input("y")),
            error(lambda: context.asset_key_for_output("y")),
            isinstance(context.run_id, str),
        ]

    return api.materialize([a, b]).output_for_node("q__b")


def undeclared_resource(api):
    """A resource that was not asked for is not there."""

    @api.asset
    def a(context):
        return context.resources.db

    return error(api.materialize, [a], resources={"db": 1})


def log_of_a_context(api):
    """A context logs."""

    @api.asset
    def a(context):
        context.log.info("told")
        context.log.warning("told %s", "twice")
        return 1

    return api.materialize([a]).success


def job_and_instance_of_a_context(api):
    """The context knows its job and its instance."""
    instance = api.Instance.ephemeral()

    @api.op
    def look(context):
        return [context.job_def.name, context.job_name, context.instance is instance]

    @api.job
    def use():
        look()

    return use.execute_in_process(instance=instance).output_for_node("look")
