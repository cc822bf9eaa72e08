"""`multi_asset` and `AssetOut`."""

from differential.answers import error, events, metadata, order, outcome, plain, recorder, refused


def _pair(api, **kwargs):
    """Return a multi-asset of two outputs that yields those that are selected."""

    outs = {name: api.AssetOut(is_required=False) for name in ("x", "y")}

    @api.multi_asset(outs=outs, can_subset=True, **kwargs)
    def pair(context):
        for name in ("x", "y"):
            if name in context.selected_output_names:
                yield api.Output(name.upper(), name)

    return pair


def tuple_in_the_order_of_outs(api):
    """A tuple gives the outputs in the order of `outs`."""

    @api.multi_asset(outs={"b": api.AssetOut(), "a": api.AssetOut()})
    def pair():
        return 1, 2

    result = api.materialize([pair])
    return [result.output_for_node("pair", "b"), result.output_for_node("pair", "a"), outcome(result)]


def yields_by_name(api):
    """Outputs are yielded by name in any order."""

    @api.multi_asset(outs={"b": api.AssetOut(), "a": api.AssetOut()})
    def pair():
        yield api.Output(2, "a")
        yield api.Output(1, "b")

    result = api.materialize([pair])
    return [result.output_for_node("pair", "b"), result.output_for_node("pair", "a"), events(result, "pair")]


def keys_of_outs(api):
    """A key is the out's name, with a prefix, or the key that is given."""
    outs = {
        "plain": api.AssetOut(),
        "prefixed": api.AssetOut(key_prefix=["p", "q"]),
        "keyed": api.AssetOut(key=["r", "other"]),
        "named": api.AssetOut(key="single"),
    }

    @api.multi_asset(outs=outs)
    def many():
        return 1, 2, 3, 4

    return [plain(many.keys_by_output_name), plain(many.keys)]


def key_and_prefix_are_exclusive(api):
    """An out has a key or a prefix, not both."""
    return error(lambda: api.AssetOut(key="a", key_prefix="p"))


def name_of_the_computation(api):
    """`name` names the computation and no key."""

    @api.multi_asset(name="loader", outs={"a": api.AssetOut()})
    def function():
        return 1

    return [function.op.name, plain(function.keys)]


def too_few_values(api):
    """A tuple must have a value for each out."""

    @api.multi_asset(outs={"a": api.AssetOut(), "b": api.AssetOut()})
    def pair():
        return (1,)

    return error(api.materialize, [pair])


def no_tuple(api):
    """Several outs need a tuple."""

    @api.multi_asset(outs={"a": api.AssetOut(), "b": api.AssetOut()})
    def pair():
        return 1

    return error(api.materialize, [pair])


def required_out_not_yielded(api):
    """Not yielding a required out fails the step."""

    @api.multi_asset(outs={"a": api.AssetOut(), "b": api.AssetOut()})
    def pair():
        yield api.Output(1, "a")

    result = api.materialize([pair], raise_on_error=False)
    return [outcome(result), error(api.materialize, [pair])]


def optional_out_not_yielded(api):
    """An optional out that is not yielded is not made; only what reads it is skipped."""

    @api.multi_asset(outs={"a": api.AssetOut(), "b": api.AssetOut(is_required=False)})
    def pair():
        yield api.Output(1, "a")

    @api.asset
    def of_a(a):
        return a

    @api.asset
    def of_b(b):
        return b

    return outcome(api.materialize([pair, of_a, of_b]))


def deps_of_outs(api):
    """By default every out depends on every input."""

    @api.multi_asset(outs={"a": api.AssetOut(), "b": api.AssetOut()}, ins={"x": api.AssetIn("up")})
    def pair(x, y):
        return 1, 2

    return [plain(pair.asset_deps), plain(pair.dependency_keys)]


def internal_asset_deps(api):
    """`internal_asset_deps` say which keys each out depends on."""
    deps = {"a": {api.AssetKey("x")}, "b": {api.AssetKey("a")}}

    @api.multi_asset(outs={"a": api.AssetOut(), "b": api.AssetOut()}, internal_asset_deps=deps)
    def pair(x):
        return 1, 2

    selection = api.AssetSelection.keys("b").upstream()
    return [plain(pair.asset_deps), plain(selection.resolve([pair, api.SourceAsset("x")]))]


def internal_deps_that_are_wrong(api):
    """A key that is neither input nor output, and an out that is none."""

    def pair():
        return 1, 2

    def make(deps):
        outs = {"a": api.AssetOut(), "b": api.AssetOut()}
        return api.multi_asset(outs=outs, internal_asset_deps=deps)(pair)

    both = {"a": set(), "b": set()}
    return [error(make, {**both, "b": {api.AssetKey("z")}}), error(make, {**both, "c": {api.AssetKey("a")}})]


def subset_in_a_job(api):
    """A selection of part runs that part alone."""
    pair = _pair(api)

    @api.asset
    def child(x):
        return x + "!"

    @api.repository
    def repo():
        return [pair, child, api.define_asset_job("part", selection="x*")]

    result = repo.get_job("part").execute_in_process()
    return [outcome(result), result.output_for_node("child"), error(result.output_for_node, "pair", "y")]


def selected_names_and_keys(api):
    """The context says which outputs and keys are selected."""
    seen = {}

    outs = {"x": api.AssetOut(key_prefix="p", is_required=False), "y": api.AssetOut(is_required=False)}

    @api.multi_asset(outs=outs, can_subset=True)
    def pair(context):
        seen["outputs"] = plain(context.selected_output_names)
        seen["keys"] = plain(context.selected_asset_keys)
        for name in context.selected_output_names:
            yield api.Output(1, name)

    @api.repository
    def repo():
        return [pair, api.define_asset_job("part", selection="p/x")]

    repo.get_job("part").execute_in_process()
    part = dict(seen)
    api.materialize([pair])
    return [part, seen]


def subset_of_what_cannot_subset(api):
    """Part of a multi-asset that cannot subset cannot be selected."""

    @api.multi_asset(outs={"a": api.AssetOut(), "b": api.AssetOut()})
    def pair():
        return 1, 2

    def make():
        @api.repository
        def repo():
            return [pair, api.define_asset_job("part", selection="a")]

        return repo.get_job("part")

    return error(make)


def yield_of_what_is_not_selected(api):
    """An output that is not selected, yielded all the same."""

    @api.multi_asset(outs={"x": api.AssetOut(), "y": api.AssetOut()}, can_subset=True)
    def pair():
        yield api.Output(1, "x")
        yield api.Output(2, "y")

    @api.repository
    def repo():
        return [pair, api.define_asset_job("part", selection="x")]

    result = repo.get_job("part").execute_in_process(raise_on_error=False)
    return [outcome(result), result.output_for_node("pair", "x")]


def subset_of_required_outs(api):
    """Of required outs, too, only those that are selected are expected."""

    @api.multi_asset(outs={"x": api.AssetOut(), "y": api.AssetOut()}, can_subset=True)
    def pair(context):
        for name in context.selected_output_names:
            yield api.Output(1, name)

    @api.repository
    def repo():
        return [pair, api.define_asset_job("part", selection="x")]

    return outcome(repo.get_job("part").execute_in_process(raise_on_error=False))


def asset_between_two_outs(api):
    """An asset between two outs of one computation: what runs, and how often."""
    calls = []
    outs = {"x": api.AssetOut(is_required=False), "z": api.AssetOut(is_required=False)}

    @api.multi_asset(
        outs=outs,
        non_argument_deps={"y"},
        internal_asset_deps={"x": set(), "z": {api.AssetKey("y")}},
        can_subset=True,
    )
    def pair(context):
        calls.append(plain(context.selected_output_names))
        for name in sorted(context.selected_output_names):
            yield api.Output(1, name)

    @api.asset
    def y(x):
        return x

    def job():
        @api.repository
        def repo():
            return [pair, y, api.define_asset_job("all_of_it")]

        return repo.get_job("all_of_it")

    return [outcome(job().execute_in_process()), calls]


def subset_for_keys(api):
    """`subset_for` gives a definition of some of its keys."""
    pair = _pair(api)
    part = pair.subset_for({api.AssetKey("x")})
    return [plain(part.keys), plain(pair.keys), outcome(api.materialize([part]))]


def subset_for_what_cannot(api):
    """`subset_for` part of what cannot subset."""

    @api.multi_asset(outs={"a": api.AssetOut(), "b": api.AssetOut()})
    def pair():
        return 1, 2

    return refused(pair.subset_for, {api.AssetKey("a")})


def group_for_all_outs(api):
    """One group for every out."""

    @api.multi_asset(outs={"a": api.AssetOut(), "b": api.AssetOut()}, group_name="g")
    def pair():
        return 1, 2

    return plain(pair.group_names_by_key)


def group_for_each_out(api):
    """A group for each out, the default for the rest."""

    @api.multi_asset(outs={"a": api.AssetOut(group_name="g"), "b": api.AssetOut()})
    def pair():
        return 1, 2

    return plain(pair.group_names_by_key)


def group_twice(api):
    """A group on the multi-asset and on an out."""

    def pair():
        return 1, 2

    def make():
        outs = {"a": api.AssetOut(group_name="g"), "b": api.AssetOut()}
        return api.multi_asset(outs=outs, group_name="h")(pair)

    return error(make)


def io_manager_for_each_out(api):
    """Every out has its IO manager."""
    left, in_left = recorder(api)
    right, in_right = recorder(api)
    outs = {"a": api.AssetOut(io_manager_key="left"), "b": api.AssetOut(io_manager_key="right")}

    @api.multi_asset(outs=outs)
    def pair():
        return 1, 2

    @api.asset(io_manager_key="left")
    def both(a, b):
        return a + b

    api.materialize([pair, both], resources={"left": left, "right": right})
    return [in_left, in_right, plain(pair.required_resource_keys)]


def metadata_for_each_out(api):
    """Every out has its metadata, which its IO manager sees."""
    seen = {}

    class Manager(api.IOManager):
        def handle_output(self, context, obj):
            seen[context.name] = metadata(context.metadata)

        def load_input(self, context):
            return None

    outs = {"a": api.AssetOut(metadata={"n": 1}), "b": api.AssetOut()}

    @api.multi_asset(outs=outs)
    def pair():
        return 1, 2

    api.materialize([pair], resources={"io_manager": Manager()})
    return seen


def metadata_of_each_output(api):
    """Every output brings its own metadata to its materialization."""

    @api.multi_asset(outs={"a": api.AssetOut(), "b": api.AssetOut()})
    def pair():
        yield api.Output(1, "a", metadata={"n": 1})
        yield api.Output(2, "b", metadata={"m": "two"})

    found = api.materialize_to_memory([pair]).asset_materializations_for_node("pair")
    return {plain(each.asset_key): metadata(each.metadata) for each in found}


def type_for_each_out(api):
    """Every out is checked against its type."""
    outs = {"a": api.AssetOut(dagster_type=int), "b": api.AssetOut(dagster_type=str)}

    @api.multi_asset(outs=outs)
    def right():
        return 1, "b"

    @api.multi_asset(outs=outs)
    def wrong():
        return 1, 2

    return [outcome(api.materialize([right])), error(api.materialize, [wrong])]


def types_from_a_tuple_annotation(api):
    """The annotation of a tuple gives the types of the outs."""

    @api.multi_asset(outs={"a": api.AssetOut(), "b": api.AssetOut()})
    def wrong() -> tuple[int, str]:
        return 1, 2

    return error(api.materialize, [wrong])


def non_argument_deps_of_a_multi_asset(api):
    """Dependencies beside the arguments order the computation."""

    @api.asset
    def before():
        return 1

    @api.multi_asset(outs={"a": api.AssetOut()}, non_argument_deps={"before"})
    def made():
        return 1

    return [plain(made.dependency_keys), order(api.materialize([made, before]), ("before", "made"))]


def kinds_and_tags(api):
    """`compute_kind` and `op_tags` are the computation's tags; the docstring or description tells of it."""

    @api.multi_asset(outs={"a": api.AssetOut()}, compute_kind="sql", op_tags={"n": 1}, description="Both.")
    def made():
        return 1

    return [dict(made.op.tags), made.op.description]


def config_and_resources(api):
    """Config and resources reach the computation."""

    @api.multi_asset(
        outs={"a": api.AssetOut()},
        config_schema={"n": int},
        required_resource_keys={"base"},
        resource_defs={"base": api.ResourceDefinition.hardcoded_resource(10)},
    )
    def made(context):
        return context.op_config["n"] + context.resources.base

    config = {"ops": {"made": {"config": {"n": 1}}}}
    return [
        api.materialize([made], run_config=config).output_for_node("made", "a"),
        error(api.materialize, [made]),
    ]


def retry_policy_of_a_multi_asset(api):
    """The policy retries the computation as a whole."""
    attempts = []

    @api.multi_asset(outs={"a": api.AssetOut()}, retry_policy=api.RetryPolicy(max_retries=2))
    def made():
        attempts.append(1)
        if len(attempts) < 3:
            raise ValueError
        return 1

    return [outcome(api.materialize([made])), len(attempts)]


def no_key_of_several(api):
    """`key` is for definitions of one key."""
    return error(lambda: _pair(api).key)


def wrong_outs(api):
    """`outs` maps names to AssetOut."""

    def made():
        return 1

    return [
        error(lambda: api.multi_asset(outs={"a": 1})(made)),
        refused(lambda: api.multi_asset(outs=["a"])(made)),
    ]


def outs_with_one_key(api):
    """Two outs of one key."""

    def make():
        outs = {"a": api.AssetOut(key="same"), "b": api.AssetOut(key="same")}
        return api.multi_asset(outs=outs)(lambda: (1, 2))

    return refused(make)


def out_names_that_are_wrong(api):
    """Names of outs are letters, digits and underscores."""

    def make(name):
        return api.multi_asset(name="m", outs={name: api.AssetOut()})(lambda: 1)

    return {name: error(make, name) for name in ("a b", "context", "class", "ok")}


def step_per_multi_asset(api):
    """A multi-asset is one step."""
    pair = _pair(api)

    @api.asset
    def child(x, y):
        return x + y

    result = api.materialize([pair, child])
    return [events(result, "pair"), order(result, ("pair", "child")), result.output_for_node("child")]
