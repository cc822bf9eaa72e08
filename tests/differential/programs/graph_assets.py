"""`AssetsDefinition.from_graph` and `from_op`."""

from differential.answers import error, events, metadata, order, outcome, plain, recorder, refused


def _pair_graph(api):
    """Return a graph of two outputs, the second made of the first."""

    @api.op
    def first():
        return 1

    @api.op
    def second(x):
        return x + 1

    @api.graph(out={"a": api.GraphOut(), "b": api.GraphOut()})
    def pair():
        x = first()
        return {"a": x, "b": second(x)}

    return pair


def _keys(api):
    return {"a": api.AssetKey("a"), "b": api.AssetKey("b")}


def _total_graph(api):
    """Return a graph of two inputs and one output."""

    @api.op
    def add(x, y):
        return x + y

    @api.graph
    def total(x, y):
        return add(x, y)

    return total


def one_output_is_named_by_the_graph(api):
    """A graph of one output is an asset of the graph's name."""

    @api.op
    def one():
        return 1

    @api.graph
    def made():
        return one()

    asset = api.AssetsDefinition.from_graph(made)
    result = api.materialize([asset])
    return [plain(asset.key), outcome(result), result.output_for_node("made"), sorted(events(result))]


def outputs_are_keys(api):
    """The outputs of a graph are keys by name."""
    assets = api.AssetsDefinition.from_graph(_pair_graph(api))
    result = api.materialize([assets])
    return [plain(assets.keys_by_output_name), outcome(result), order(result, ("pair.first", "pair.second"))]


def inputs_are_keys(api):
    """The inputs of a graph are upstream keys by name."""

    @api.asset
    def x():
        return 1

    @api.asset
    def y():
        return 2

    total = api.AssetsDefinition.from_graph(_total_graph(api))
    result = api.materialize([x, y, total])
    return [
        plain(total.keys_by_input_name),
        result.output_for_node("total"),
        order(result, ("x", "total.add"), ("y", "total.add")),
    ]


def keys_by_input_name(api):
    """`keys_by_input_name` says which keys the inputs are."""

    @api.asset(key_prefix="p")
    def a():
        return 3

    keys = {"x": api.AssetKey(["p", "a"]), "y": api.AssetKey(["p", "a"])}
    total = api.AssetsDefinition.from_graph(_total_graph(api), keys_by_input_name=keys)
    return [plain(total.keys_by_input_name), plain(total.dependency_keys)]


def keys_by_output_name(api):
    """`keys_by_output_name` says which keys the outputs are."""
    keys = {"a": api.AssetKey(["p", "x"]), "b": api.AssetKey("y")}
    assets = api.AssetsDefinition.from_graph(_pair_graph(api), keys_by_output_name=keys)
    return [plain(assets.keys_by_output_name), outcome(api.materialize([assets]))]


def names_that_are_not_there(api):
    """Names in the maps must be inputs and outputs of the graph."""
    total, pair = _total_graph(api), _pair_graph(api)
    key = api.AssetKey("k")
    return [
        error(lambda: api.AssetsDefinition.from_graph(total, keys_by_input_name={"z": key})),
        error(lambda: api.AssetsDefinition.from_graph(pair, keys_by_output_name={"z": key})),
    ]


def prefix_of_outputs(api):
    """`key_prefix` is put before each output's key."""
    assets = api.AssetsDefinition.from_graph(_pair_graph(api), key_prefix=["p", "q"])
    keyed = api.AssetsDefinition.from_graph(
        _pair_graph(api),
        key_prefix="p",
        keys_by_output_name={"a": api.AssetKey("x"), "b": api.AssetKey(["r", "y"])},
    )
    return [plain(assets.keys), plain(keyed.keys)]


def internal_deps(api):
    """`internal_asset_deps` say which keys each output depends on."""
    keys, deps = _keys(api), {"a": set(), "b": {api.AssetKey("a")}}
    assets = api.AssetsDefinition.from_graph(
        _pair_graph(api), keys_by_output_name=keys, internal_asset_deps=deps
    )
    return plain(assets.asset_deps)


def internal_deps_that_are_wrong(api):
    """Names must be outputs, keys must be inputs or outputs."""
    pair = _pair_graph(api)

    def make(deps):
        return api.AssetsDefinition.from_graph(pair, keys_by_output_name=_keys(api), internal_asset_deps=deps)

    return [error(make, {"z": set()}), error(make, {"a": set(), "b": {api.AssetKey("nowhere")}})]


def group_of_a_graph(api):
    """`group_name` is the group of every output."""
    assets = api.AssetsDefinition.from_graph(_pair_graph(api), group_name="g")
    return plain(assets.group_names_by_key)


def resources_of_a_graph(api):
    """`resource_defs` reach the ops of the graph."""

    @api.op(required_resource_keys={"base"})
    def one(context):
        return context.resources.base

    @api.graph
    def made():
        return one()

    defs = {"base": api.ResourceDefinition.hardcoded_resource(4)}
    asset = api.AssetsDefinition.from_graph(made, resource_defs=defs)
    bare = api.AssetsDefinition.from_graph(made)
    return [
        api.materialize([asset]).output_for_node("made"),
        error(api.materialize, [bare]),
        plain(bare.required_resource_keys),
    ]


def metadata_by_output_name(api):
    """`metadata_by_output_name` is what the IO manager sees."""
    seen = {}

    class Manager(api.IOManager):
        def handle_output(self, context, obj):
            seen[plain(context.asset_key)] = metadata(context.metadata or {})

        def load_input(self, context):
            return 1

    @api.op
    def one():
        return 1

    @api.graph
    def made():
        return one()

    asset = api.AssetsDefinition.from_graph(made, metadata_by_output_name={"result": {"n": 1}})
    api.materialize([asset], resources={"io_manager": Manager()})
    return sorted(seen)


def values_inside_a_graph(api):
    """Values inside a graph go through the IO manager without an asset key; outputs have theirs."""
    handled = []

    class Manager(api.IOManager):
        def __init__(self):
            self.values = {}

        def handle_output(self, context, obj):
            handled.append([context.step_key, plain(context.asset_key) if context.has_asset_key else None])
            self.values[context.step_key] = obj

        def load_input(self, context):
            return self.values[context.upstream_output.step_key]

    @api.op
    def start():
        return 1

    @api.op
    def end(x):
        return x + 1

    @api.graph
    def made():
        return end(start())

    api.materialize([api.AssetsDefinition.from_graph(made)], resources={"io_manager": Manager()})
    return handled


def subset_of_a_graph(api):
    """Of a graph that can subset, only what the selected outputs need is run."""
    deps = {"a": set(), "b": set()}

    @api.op
    def make_a():
        return 1

    @api.op
    def make_b():
        return 2

    @api.graph(out={"a": api.GraphOut(), "b": api.GraphOut()})
    def pair():
        return {"a": make_a(), "b": make_b()}

    assets = api.AssetsDefinition.from_graph(
        pair, can_subset=True, keys_by_output_name=_keys(api), internal_asset_deps=deps
    )

    @api.repository
    def repo():
        return [assets, api.define_asset_job("part", selection="a")]

    result = repo.get_job("part").execute_in_process()
    return [outcome(result), sorted(events(result))]


def subset_needs_inner_ops(api):
    """An inner op that a selected output needs is run, though its own output is not selected."""
    deps = {"a": set(), "b": set()}
    assets = api.AssetsDefinition.from_graph(
        _pair_graph(api), can_subset=True, keys_by_output_name=_keys(api), internal_asset_deps=deps
    )

    @api.repository
    def repo():
        return [assets, api.define_asset_job("part", selection="b")]

    result = repo.get_job("part").execute_in_process()
    return sorted(events(result))


def subset_of_a_graph_that_cannot(api):
    """Part of a graph that cannot subset cannot be selected."""
    assets = api.AssetsDefinition.from_graph(_pair_graph(api))

    def make():
        @api.repository
        def repo():
            return [assets, api.define_asset_job("part", selection="a")]

        return repo.get_job("part")

    return error(make)


def failure_inside_a_graph(api):
    """A failing op fails the run; what depends on it does not run."""

    @api.op
    def bad():
        raise ValueError("no")

    @api.op
    def end(x):
        return x

    @api.graph
    def made():
        return end(bad())

    asset = api.AssetsDefinition.from_graph(made)
    result = api.materialize([asset], raise_on_error=False)
    return [result.success, outcome(result)["failed"], outcome(result)["made"]]


def graph_between_assets(api):
    """Assets before and after a graph-backed asset."""

    @api.asset
    def x():
        return 1

    @api.asset
    def y(x):
        return x + 1

    @api.asset
    def after(total):
        return total * 10

    total = api.AssetsDefinition.from_graph(_total_graph(api))
    result = api.materialize([after, total, y, x])
    return [
        result.output_for_node("after"),
        order(result, ("x", "total.add"), ("y", "total.add"), ("total.add", "after")),
    ]


def config_inside_a_graph_asset(api):
    """Config of an op inside is under the graph."""

    @api.op(config_schema={"n": int})
    def number(context):
        return context.op_config["n"]

    @api.graph
    def made():
        return number()

    asset = api.AssetsDefinition.from_graph(made)
    run = {"ops": {"made": {"ops": {"number": {"config": {"n": 5}}}}}}
    return [api.materialize([asset], run_config=run).output_for_node("made"), error(api.materialize, [asset])]


def op_as_an_asset(api):
    """An op is an asset of its name, its inputs are keys."""

    @api.op
    def double(x):
        return x * 2

    @api.asset
    def x():
        return 3

    asset = api.AssetsDefinition.from_op(double)
    result = api.materialize([x, asset])
    return [plain(asset.key), plain(asset.dependency_keys), result.output_for_node("double"), outcome(result)]


def op_of_several_outputs(api):
    """The outputs of an op are keys by name."""

    @api.op(out={"a": api.Out(), "b": api.Out()})
    def pair():
        return 1, 2

    assets = api.AssetsDefinition.from_op(pair, key_prefix="p", group_name="g")
    return [
        plain(assets.keys_by_output_name),
        plain(assets.group_names_by_key),
        outcome(api.materialize([assets])),
    ]


def op_with_keys(api):
    """The keys of an op's inputs and outputs may be given."""

    @api.op(ins={"x": api.In()}, out={"a": api.Out()})
    def f(x):
        return x

    asset = api.AssetsDefinition.from_op(
        f,
        keys_by_input_name={"x": api.AssetKey("up")},
        keys_by_output_name={"a": api.AssetKey(["p", "made"])},
    )
    return [plain(asset.keys_by_input_name), plain(asset.keys_by_output_name), plain(asset.asset_deps)]


def op_with_an_unknown_name(api):
    """Names in the maps must be the op's."""

    @api.op
    def f(x):
        return x

    key = api.AssetKey("k")
    return [
        error(lambda: api.AssetsDefinition.from_op(f, keys_by_input_name={"z": key})),
        error(lambda: api.AssetsDefinition.from_op(f, keys_by_output_name={"z": key})),
    ]


def what_is_no_graph(api):
    """`from_graph` takes a graph, `from_op` an op."""

    @api.op
    def f():
        return 1

    return [error(api.AssetsDefinition.from_graph, 3), error(api.AssetsDefinition.from_op, "f")]


def optional_output_of_a_graph(api):
    """An optional output that is not yielded skips what depends on it."""

    @api.op(out=api.Out(is_required=False))
    def maybe():
        if False:
            yield

    @api.graph
    def made():
        return maybe()

    @api.asset
    def child(made):
        return made

    return outcome(api.materialize([api.AssetsDefinition.from_graph(made), child]))


def metadata_of_inner_outputs(api):
    """Metadata of the op's Output that is the graph's is on the materialization."""

    @api.op
    def one():
        return api.Output(1, metadata={"rows": 2})

    @api.graph
    def made():
        return one()

    result = api.materialize_to_memory([api.AssetsDefinition.from_graph(made)])
    (materialization,) = result.asset_materializations_for_node("made.one")
    return [plain(materialization.asset_key), metadata(materialization.metadata)]


def io_manager_of_inner_outputs(api):
    """The IO manager of a graph's output is the one its op's `Out` names."""
    manager, stored = recorder(api)

    @api.op(out=api.Out(io_manager_key="lake"))
    def one():
        return 5

    @api.graph
    def made():
        return one()

    api.materialize([api.AssetsDefinition.from_graph(made)], resources={"lake": manager})
    return stored


def constructor(api):
    """The constructor takes keys and a node."""

    @api.op
    def double(x):
        return x * 2

    asset = api.AssetsDefinition(
        keys_by_input_name={"x": api.AssetKey("up")},
        keys_by_output_name={"result": api.AssetKey(["p", "made"])},
        node_def=double,
        group_names_by_key={api.AssetKey(["p", "made"]): "g"},
    )
    return [
        plain(asset.key),
        plain(asset.dependency_keys),
        plain(asset.group_names_by_key),
        asset.node_def.name,
    ]


def constructor_with_an_unknown_output(api):
    """The keys must be those of the node's outputs."""

    @api.op
    def one():
        return 1

    keys = {"z": api.AssetKey("k")}
    return refused(
        lambda: api.AssetsDefinition(keys_by_input_name={}, keys_by_output_name=keys, node_def=one)
    )
