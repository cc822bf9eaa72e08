"""`asset` and each of its parameters."""

from differential.answers import error, events, metadata, order, outcome, plain, recorder


def function_name_is_the_key(api):
    """Without a name, the key is the function's."""

    @api.asset
    def numbers():
        return [1, 2]

    return [plain(numbers.key), plain(api.materialize([numbers]).output_for_node("numbers"))]


def name_replaces_the_function_name(api):
    """`name` is the last part of the key, and the computation is named by it."""

    @api.asset(name="renamed")
    def original():
        return 1

    return [plain(original.key), original.op.name]


def prefix_as_text(api):
    """A text prefix is one part; the computation joins the parts with two underscores."""

    @api.asset(key_prefix="lake")
    def fish():
        return 1

    return [fish.key.path, fish.op.name, outcome(api.materialize([fish]))]


def prefix_as_list(api):
    """A prefix of several parts comes before the name."""

    @api.asset(key_prefix=["lake", "deep"], name="cold")
    def fish():
        return 1

    return [fish.key.path, fish.op.name]


def arguments_are_upstream_keys(api):
    """Every argument but a context names an upstream asset."""

    @api.asset
    def a():
        return 2

    @api.asset
    def b():
        return 3

    @api.asset
    def product(context, a, b):
        return a * b

    result = api.materialize([a, b, product])
    return {
        "deps": plain(product.dependency_keys),
        "inputs": plain(product.keys_by_input_name),
        "value": result.output_for_node("product"),
        "order": order(result, ("a", "product"), ("b", "product"), ("product", "a")),
    }


def names_of_the_context(api):
    """`context`, `_context`, `context_` and `_` are no inputs."""

    @api.asset
    def first(context):
        return context.op_def.name

    @api.asset
    def second(_context):
        return _context.op_def.name

    @api.asset
    def third(context_):
        return context_.op_def.name

    @api.asset
    def fourth(_):
        return _.op_def.name

    assets = [first, second, third, fourth]
    result = api.materialize_to_memory(assets)
    return [result.output_for_node(each.op.name) for each in assets] + [plain(first.dependency_keys)]


def a_context_later_is_an_input(api):
    """Only the first argument can be the context; later it would be an input of a reserved name."""

    def late(x, context):
        return x

    return error(api.asset, late)


def non_argument_deps_order_and_load_nothing(api):
    """A dependency that is no argument comes first and is not loaded."""
    ran = []

    @api.asset
    def before():
        ran.append("before")
        return 1

    @api.asset(non_argument_deps={"before"})
    def after():
        ran.append("after")

    result = api.materialize([after, before])
    return [ran, plain(after.dependency_keys), events(result, "after")]


def non_argument_deps_as_keys(api):
    """`non_argument_deps` takes keys with prefixes."""

    @api.asset(key_prefix=["p"])
    def before():
        return 1

    @api.asset(non_argument_deps={api.AssetKey(["p", "before"])})
    def after():
        return 2

    result = api.materialize([before, after])
    return [plain(after.dependency_keys), order(result, ("p__before", "after"))]


def non_argument_deps_of_a_wrong_type(api):
    """A number is no key."""

    def after():
        return 1

    return error(lambda: api.asset(non_argument_deps={1})(after))


def unknown_non_argument_dep(api):
    """A dependency beside the arguments that nothing defines."""

    @api.asset(non_argument_deps={"nowhere"})
    def after():
        return 1

    return error(api.materialize, [after])


def argument_and_non_argument_dep(api):
    """One upstream as an argument and as a dependency beside."""

    def after(before):
        return 1

    return error(lambda: api.asset(non_argument_deps={"before"})(after))


def description_from_the_docstring(api):
    """The docstring is the description unless one is given."""

    @api.asset
    def told():
        """What it is."""

    @api.asset(description="Another.")
    def retold():
        """What it is."""

    return [told.op.description, retold.op.description]


def metadata_of_the_definition(api):
    """Definition metadata is what the IO manager sees, values as given."""
    seen = {}

    class Manager(api.IOManager):
        def handle_output(self, context, obj):
            seen.update(context.metadata)

        def load_input(self, context):
            return None

    @api.asset(metadata={"rows": 3, "owner": "ann"})
    def table():
        return 1

    api.materialize([table], resources={"io_manager": Manager()})
    return metadata(seen)


def definition_metadata_is_not_on_the_materialization(api):
    """Definition metadata is on the definition; the materialization has what the run said."""

    @api.asset(metadata={"static": 1})
    def table():
        return api.Output(1, metadata={"dynamic": 2})

    result = api.materialize_to_memory([table])
    return metadata(result.asset_materializations_for_node("table")[0].metadata)


def config_schema_is_checked(api):
    """Config that fits is given to the function; config that does not is an error."""

    @api.asset(config_schema={"n": int})
    def number(context):
        return context.op_config["n"]

    def run(config):
        return api.materialize_to_memory([number], run_config={"ops": {"number": {"config": config}}})

    return [run({"n": 4}).output_for_node("number"), error(run, {"n": "x"}), error(run, {}), error(run, None)]


def config_without_schema(api):
    """Without a schema any config is accepted."""

    @api.asset
    def anything(context):
        return context.op_config

    given = {"ops": {"anything": {"config": {"a": [1, {"b": None}]}}}}
    return api.materialize_to_memory([anything], run_config=given).output_for_node("anything")


def no_config_is_none(api):
    """Without a schema and without config, the config is nothing."""

    @api.asset
    def anything(context):
        return {"config": context.op_config}

    return api.materialize_to_memory([anything]).output_for_node("anything")


def required_resource_is_missing(api):
    """A required resource that nobody provides is an error before anything runs."""
    ran = []

    @api.asset(required_resource_keys={"db"})
    def table():
        ran.append(1)

    return [error(api.materialize, [table]), ran]


def required_resource_is_given(api):
    """A resource may be any value when it is given to the run."""

    @api.asset(required_resource_keys={"db"})
    def table(context):
        return context.resources.db

    return api.materialize([table], resources={"db": "connection"}).output_for_node("table")


def resource_defs_bring_the_resource(api):
    """`resource_defs` serve the asset that has them, and are in what it requires."""

    @api.asset(resource_defs={"db": api.ResourceDefinition.hardcoded_resource(7)})
    def table(context):
        return context.resources.db

    return [api.materialize([table]).output_for_node("table"), plain(table.required_resource_keys)]


def resource_defs_of_a_wrong_type(api):
    """A resource of a definition is a definition."""

    def table():
        return 1

    return error(lambda: api.asset(resource_defs={"db": 7})(table))


def io_manager_def_stores(api):
    """An asset's own IO manager stores its value and loads it for others; theirs stays theirs."""
    own, kept = recorder(api)

    @api.asset(io_manager_def=own)
    def a():
        return 5

    @api.asset
    def b(a):
        return a + 1

    result = api.materialize([a, b])
    return [kept, result.output_for_node("b"), plain(a.required_resource_keys)]


def io_manager_key_names_a_resource(api):
    """`io_manager_key` names the resource that stores the value."""
    manager, kept = recorder(api)

    @api.asset(io_manager_key="lake")
    def a():
        return 5

    @api.asset
    def b(a):
        return a + 1

    api.materialize([a, b], resources={"lake": manager})
    return [kept, plain(a.required_resource_keys)]


def both_io_managers(api):
    """Only one of `io_manager_key` and `io_manager_def` can be given."""
    manager, _ = recorder(api)

    def a():
        return 5

    return error(lambda: api.asset(io_manager_key="lake", io_manager_def=manager)(a))


def io_manager_key_is_missing(api):
    """An IO manager that nobody provides is an error."""

    @api.asset(io_manager_key="nowhere")
    def a():
        return 5

    return error(api.materialize, [a])


def compute_kind_is_a_tag(api):
    """`compute_kind` is the tag `kind` of the computation."""

    @api.asset(compute_kind="sql", op_tags={"cost": "high"})
    def table():
        return 1

    return dict(table.op.tags)


def op_tags_as_json(api):
    """Tags that are no strings become JSON."""

    @api.asset(op_tags={"text": "a", "number": 1, "list": [1, "b"], "nested": {"c": None}})
    def table():
        return 1

    return dict(table.op.tags)


def op_tags_that_json_cannot_keep(api):
    """A tag must survive the round trip through JSON."""

    def table():
        return 1

    bad = [{"t": (1, 2)}, {"t": object()}, {"t": {1: 2}}, {1: "x"}]
    return [error(lambda tags=tags: api.asset(op_tags=tags)(table)) for tags in bad]


def group_name_and_default(api):
    """An asset without a group is in `default`."""

    @api.asset(group_name="sales")
    def a():
        return 1

    @api.asset
    def b():
        return 1

    return [plain(a.group_names_by_key), plain(b.group_names_by_key)]


def group_names_that_are_wrong(api):
    """Group names are letters, digits and underscores."""

    def a():
        return 1

    return {
        name: error(lambda name=name: api.asset(group_name=name)(a)) for name in ("a b", "x/y", "a-b", "a_1")
    }


def output_not_required_yields_nothing(api):
    """An optional asset that yields nothing is not made, and what depends on it is skipped."""

    @api.asset(output_required=False)
    def maybe():
        if False:
            yield api.Output(1)

    @api.asset
    def child(maybe):
        return maybe

    @api.asset
    def grandchild(child):
        return child

    return outcome(api.materialize([maybe, child, grandchild], raise_on_error=False))


def output_not_required_yields(api):
    """An optional asset that yields a value is made."""

    @api.asset(output_required=False)
    def maybe():
        yield api.Output(1)

    @api.asset
    def child(maybe):
        return maybe + 1

    result = api.materialize([maybe, child])
    return [outcome(result), result.output_for_node("child")]


def output_not_required_returns_none(api):
    """An optional asset that returns None is not made."""

    @api.asset(output_required=False)
    def maybe():
        return None

    @api.asset
    def child(maybe):
        return [maybe]

    return outcome(api.materialize([maybe, child]))


def optional_and_another_upstream(api):
    """One skipped input is enough to skip; other branches run."""

    @api.asset(output_required=False)
    def maybe():
        if False:
            yield

    @api.asset
    def sure():
        return 1

    @api.asset
    def both(maybe, sure):
        return 1

    @api.asset
    def only(sure):
        return 1

    return outcome(api.materialize([maybe, sure, both, only]))


def required_output_not_yielded(api):
    """A generator must yield a required output."""

    @api.asset
    def forgets():
        if False:
            yield api.Output(1)

    result = api.materialize([forgets], raise_on_error=False)
    return [outcome(result), error(api.materialize, [forgets])]


def generator_yields_an_output(api):
    """A generator yields its Output, with metadata."""

    @api.asset
    def made():
        yield api.AssetObservation("other", metadata={"seen": 1})
        yield api.Output(3, metadata={"rows": 2})

    result = api.materialize_to_memory([made])
    return [
        result.output_for_node("made"),
        metadata(result.asset_materializations_for_node("made")[0].metadata),
        [plain(seen.asset_key) for seen in result.asset_observations_for_node("made")],
    ]


def output_yielded_twice(api):
    """One output cannot be yielded twice."""

    @api.asset
    def twice():
        yield api.Output(1)
        yield api.Output(2)

    return error(api.materialize, [twice])


def output_of_an_unknown_name(api):
    """An Output must name an output of the asset."""

    @api.asset
    def odd():
        yield api.Output(1, "elsewhere")

    return error(api.materialize, [odd])


def generator_yields_a_bare_value(api):
    """A generator yields outputs and events, not values."""

    @api.asset
    def bare():
        yield 1

    return error(api.materialize, [bare])


def none_is_a_value(api):
    """An asset that is required may be None."""

    @api.asset
    def nothing():
        return None

    @api.asset
    def child(nothing):
        return nothing is None

    result = api.materialize([nothing, child])
    return [outcome(result), result.output_for_node("child")]


def names_that_are_wrong(api):
    """Asset names are letters, digits and underscores, and no reserved words."""

    def make(name):
        return api.asset(name=name)(lambda: 1)

    names = [
        "a b",
        "a.b",
        "a/b",
        "a-b",
        "",
        "context",
        "config",
        "dict",
        "int",
        "type",
        "class",
        "for",
        "1st",
        "_x",
    ]
    return {name: error(make, name) for name in names}


def prefixes_that_are_wrong(api):
    """Parts of a prefix are names too."""

    def make(prefix):
        return api.asset(key_prefix=prefix)(lambda: 1)

    def ok():
        return 1

    cases = {
        "space": "a b",
        "slash": ["a/b"],
        "dot": ["ok", "a.b"],
        "reserved": "context",
        "keyword": "class",
    }
    return {name: error(lambda p=p: api.asset(key_prefix=p)(ok)) for name, p in cases.items()}


def wrong_types(api):
    """Arguments of a wrong type."""

    def table():
        return 1

    cases = {
        "name": {"name": 3},
        "metadata": {"metadata": [1]},
        "retry_policy": {"retry_policy": 3},
        "resource keys": {"required_resource_keys": "db", "resource_defs": 3},
        "freshness_policy": {"freshness_policy": 30},
    }
    return {name: error(lambda k=kwargs: api.asset(**k)(table)) for name, kwargs in cases.items()}


def variable_arguments(api):
    """Positional arguments of any number cannot be inputs."""

    def many(*args):
        return 1

    return error(api.asset, many)


def logged_materialization(api):
    """A materialization that the function logs is recorded beside the asset's own."""

    @api.asset
    def made(context):
        context.log_event(api.AssetMaterialization("extra", metadata={"n": 1}))
        return 1

    result = api.materialize_to_memory([made])
    found = result.asset_materializations_for_node("made")
    return [[plain(each.asset_key), metadata(each.metadata)] for each in found]


def self_dependency_without_partitions(api):
    """An asset cannot read itself."""

    @api.asset
    def loop(loop):
        return loop

    return error(api.materialize, [loop])


def cycle_of_two(api):
    """Two assets that read each other."""

    @api.asset
    def a(b):
        return b

    @api.asset
    def b(a):
        return a

    return error(api.materialize, [a, b])


def duplicate_keys(api):
    """Two assets of one key in one run."""

    @api.asset(name="x")
    def first():
        return 1

    @api.asset(name="x")
    def second():
        return 1

    return error(api.materialize, [first, second])


def unknown_upstream(api):
    """An argument that names nothing."""

    @api.asset
    def child(nowhere):
        return nowhere

    return error(api.materialize, [child])


def diamond(api):
    """Every asset runs once, each after those it reads."""

    @api.asset
    def top():
        return 1

    @api.asset
    def left(top):
        return top + 1

    @api.asset
    def right(top):
        return top + 2

    @api.asset
    def bottom(left, right):
        return left * right

    result = api.materialize([bottom, right, left, top])
    pairs = [("top", "left"), ("top", "right"), ("left", "bottom"), ("right", "bottom"), ("bottom", "top")]
    return [order(result, *pairs), result.output_for_node("bottom"), outcome(result)]


def events_of_two_assets(api):
    """The events of a step, in order."""

    @api.asset
    def a():
        return 1

    @api.asset
    def b(a):
        return a

    return events(api.materialize([a, b]))


def failure_skips_what_depends_on_it(api):
    """What depends on a failed asset is skipped or never started; the rest runs."""

    @api.asset
    def bad():
        raise ValueError("no")

    @api.asset
    def child(bad):
        return 1

    @api.asset
    def other():
        return 1

    result = api.materialize([bad, child, other], raise_on_error=False)
    return [outcome(result), events(result, "bad"), error(api.materialize, [bad])]


def same_group_finds_the_prefixed_key(api):
    """A bare argument finds the one asset of that name in the same group."""

    @api.asset(key_prefix="p", group_name="g")
    def a():
        return 4

    @api.asset(group_name="g")
    def b(a):
        return a + 1

    result = api.materialize([a, b])
    return [result.output_for_node("b"), order(result, ("p__a", "b"))]


def other_group_does_not_find_the_prefixed_key(api):
    """A bare argument finds nothing in another group."""

    @api.asset(key_prefix="p", group_name="g")
    def a():
        return 4

    @api.asset(group_name="h")
    def b(a):
        return a + 1

    return error(api.materialize, [a, b])


def own_prefix_is_not_assumed(api):
    """The asset's own prefix is not put before its arguments: the exact key wins."""

    @api.asset
    def a():
        return 1

    @api.asset(key_prefix="p", name="a")
    def prefixed():
        return 2

    @api.asset(key_prefix="p")
    def b(a):
        return a

    return api.materialize([a, prefixed, b]).output_for_node("p__b")


def attributes_of_the_definition(api):
    """A definition says its keys, deps, outputs and inputs."""

    @api.asset(key_prefix="p", ins={"x": api.AssetIn("up")})
    def a(x):
        return x

    return {
        "key": plain(a.key),
        "keys": plain(a.keys),
        "asset_deps": plain(a.asset_deps),
        "by_input": plain(a.keys_by_input_name),
        "by_output": plain(a.keys_by_output_name),
        "can_subset": a.can_subset,
        "partitions_def": a.partitions_def,
        "node": a.node_def.name,
    }
