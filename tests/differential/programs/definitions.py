"""The classes of definitions, made by their constructors."""

from differential.answers import error, events, metadata, outcome, plain, refused


def _one(api):
    @api.op
    def one():
        return 1

    return one


def kinds_of_definitions(api):
    """Every decorator gives a definition of its class."""

    @api.asset
    def an_asset():
        return 1

    @api.graph
    def a_graph():
        _one(api)()

    @api.job
    def a_job():
        _one(api)()

    @api.repository
    def a_repository():
        return []

    @api.resource
    def a_resource(_):
        return 1

    @api.success_hook
    def a_hook(_):
        pass

    kinds = {
        "AssetsDefinition": an_asset,
        "OpDefinition": an_asset.op,
        "GraphDefinition": a_graph,
        "JobDefinition": a_job,
        "RepositoryDefinition": a_repository,
        "ResourceDefinition": a_resource,
        "HookDefinition": a_hook,
        "ExecutorDefinition": api.in_process_executor,
        "IOManagerDefinition": api.fs_io_manager,
    }
    return {name: isinstance(found, getattr(api, name)) for name, found in kinds.items()}


def op_of_a_generator(api):
    """An op's function takes the context and the inputs, and yields outputs."""

    def compute(context, inputs):
        yield api.Output(inputs["x"] * 2, "double")
        yield api.Output(context.op_def.name, "name")

    op = api.OpDefinition(
        compute, "made", ins={"x": api.In(int)}, outs={"double": api.Out(int), "name": api.Out(str)}
    )

    @api.graph(out={"double": api.GraphOut(), "name": api.GraphOut()})
    def g(x):
        double, name = op(x)
        return {"double": double, "name": name}

    result = g.execute_in_process(input_values={"x": 3})
    return [list(op.ins), list(op.outs), result.output_value("double"), result.output_value("name")]


def op_with_everything(api):
    """What an op is given is what it says."""

    def compute(context, inputs):
        yield api.Output(1)

    policy = api.RetryPolicy(max_retries=3)
    op = api.OpDefinition(
        compute,
        "made",
        description="D.",
        config_schema={"n": int},
        required_resource_keys={"r"},
        tags={"a": 1},
        version="v",
        retry_policy=policy,
    )
    return [
        op.name,
        op.description,
        plain(op.required_resource_keys),
        dict(op.tags),
        op.version,
        op.retry_policy == policy,
    ]


def graph_of_nodes(api):
    """A graph of ops that do not depend on each other."""

    @api.op
    def two():
        return 2

    graph = api.GraphDefinition("g", node_defs=[_one(api), two], description="D.", tags={"a": "b"})
    result = graph.execute_in_process()
    return [sorted(events(result)), graph.name, graph.description, dict(graph.tags), result.success]


def graph_name_that_is_wrong(api):
    """Names of graphs are letters, digits and underscores."""
    return [error(api.GraphDefinition, name) for name in ("a b", "a-b", "ok")]


def job_of_a_graph(api):
    """A job is a graph with resources, tags and an executor."""

    @api.op(required_resource_keys={"r"})
    def use(context):
        return [context.resources.r, context.get_tag("t"), context.job_name]

    graph = api.GraphDefinition("g", node_defs=[use])
    job = api.JobDefinition(
        graph_def=graph,
        name="named",
        description="D.",
        tags={"t": "x"},
        resource_defs={"r": api.ResourceDefinition.hardcoded_resource(1)},
        executor_def=api.in_process_executor,
    )
    return [
        job.name,
        job.description,
        job.executor_def.name,
        job.execute_in_process().output_for_node("use"),
        error(lambda: api.JobDefinition(graph_def=graph)),
        error(lambda: api.JobDefinition(graph_def=3)),
    ]


def resource_of_a_function(api):
    """A resource definition is made of a function."""
    made = api.ResourceDefinition(
        lambda context: context.resource_config["n"], config_schema={"n": int}, description="D.", version="v"
    )

    @api.asset(required_resource_keys={"r"})
    def a(context):
        return context.resources.r

    config = {"resources": {"r": {"config": {"n": 4}}}}
    result = api.materialize([a], resources={"r": made}, run_config=config)
    return [result.output_for_node("a"), made.description, made.version]


def mock_resource(api):
    """A mock takes what is asked of it."""

    @api.asset(required_resource_keys={"r"})
    def a(context):
        context.resources.r.anything("x")
        return context.resources.r.anything.call_count

    mock = api.ResourceDefinition.mock_resource()
    return api.materialize([a], resources={"r": mock}).output_for_node("a")


def io_manager_of_a_function(api):
    """An IO manager definition is made of a function."""
    made = api.IOManagerDefinition(lambda _: api.InMemoryIOManager(), description="D.", version="v")

    @api.asset
    def a():
        return 1

    @api.asset
    def b(a):
        return a + 1

    result = api.materialize([a, b], resources={"io_manager": made})
    return [result.output_for_node("b"), made.description, made.version]


def hook_of_a_function(api):
    """A hook definition is made of a function of context and events."""
    hook = api.HookDefinition(name="h", hook_fn=lambda context, events: None, required_resource_keys={"r"})
    return [
        hook.name,
        plain(hook.required_resource_keys),
        error(lambda: api.HookDefinition(name="h", hook_fn=3)),
    ]


def executor_of_a_function(api):
    """An executor definition is made of a function, with a config schema."""
    made = api.ExecutorDefinition("mine", config_schema={"n": int}, executor_creation_fn=lambda _: None)
    fixed = made.configured({"n": 1}, name="fixed")
    return [made.name, fixed.name, made.description, callable(made.executor_creation_fn)]


def assets_definition_with_everything(api):
    """The constructor takes deps, groups and what can be subset, by key."""

    @api.op(out={"x": api.Out(is_required=False), "y": api.Out(is_required=False)})
    def pair(context):
        for name in sorted(context.selected_output_names):
            yield api.Output(name, name)

    x, y = api.AssetKey(["p", "x"]), api.AssetKey("y")
    assets = api.AssetsDefinition(
        keys_by_input_name={},
        keys_by_output_name={"x": x, "y": y},
        node_def=pair,
        asset_deps={x: set(), y: {x}},
        can_subset=True,
        group_names_by_key={x: "g"},
        selected_asset_keys={x},
    )
    return [
        plain(assets.keys),
        plain(assets.asset_deps),
        assets.can_subset,
        outcome(api.materialize([assets])),
    ]


def metadata_by_key(api):
    """Definition metadata by key is what the IO manager sees."""
    key = api.AssetKey("made")
    assets = api.AssetsDefinition(
        keys_by_input_name={},
        keys_by_output_name={"result": key},
        node_def=_one(api),
        metadata_by_key={key: {"n": 1}},
    )
    return {plain(key): metadata(given) for key, given in assets.metadata_by_key.items()}


def type_check_by_hand(api):
    """A type checks a value when it is asked to."""
    kind = api.PythonObjectDagsterType(int)
    custom = api.DagsterType(
        name="T", type_check_fn=lambda _, value: api.TypeCheck(value > 1, description="Small.")
    )
    checks = [
        kind.type_check(None, 1),
        kind.type_check(None, "x"),
        custom.type_check(None, 2),
        custom.type_check(None, 1),
    ]
    return [[check.success for check in checks], checks[3].description]


def config_mapping_with_processed_values(api):
    """A mapping gets the values as they were processed, or as they were given."""
    colour = api.Enum("MappedColour", [api.EnumValue("RED", python_value=1)])

    def make(**kwargs):
        @api.op(config_schema=api.Any)
        def echo(context):
            return context.op_config

        @api.config_mapping(config_schema={"c": colour}, **kwargs)
        def mapping(value):
            return {"ops": {"echo": {"config": value["c"]}}}

        @api.job(config=mapping)
        def use():
            echo()

        return use.execute_in_process(run_config={"c": "RED"}).output_for_node("echo")

    return [make(), make(receive_processed_config_values=False)]


def names_of_outputs(api):
    """Outputs know their names; mapping keys are asked of dynamic ones."""
    output, dynamic = api.Output(1, "x"), api.DynamicOutput(2, "k", "y")
    return [output.output_name, output.value, dynamic.output_name, dynamic.mapping_key, dynamic.value]


def outputs_of_a_graph(api):
    """A graph knows its inputs and outputs by their mappings."""

    @api.op
    def double(x):
        return x * 2

    @api.graph(out={"y": api.GraphOut()})
    def g(x):
        return {"y": double(x)}

    return [len(g.input_mappings), len(g.output_mappings), g.config_mapping, refused(lambda: g.no_such_thing)]
