"""`AssetIn` and input managers."""

from differential.answers import error, metadata, order, outcome, plain, recorder, refused


def key_of_an_input(api):
    """`key` says which asset an argument reads."""

    @api.asset(key_prefix="p")
    def a():
        return 2

    @api.asset(ins={"given": api.AssetIn(key=["p", "a"])})
    def b(given):
        return given + 1

    result = api.materialize([a, b])
    return [plain(b.keys_by_input_name), result.output_for_node("b"), order(result, ("p__a", "b"))]


def key_as_text_or_key(api):
    """A key is text, a list or an AssetKey; `asset_key` is another name of the parameter."""

    @api.asset
    def a():
        return 2

    def reader(asset_in):
        @api.asset(ins={"given": asset_in})
        def b(given):
            return given

        return api.materialize([a, b]).output_for_node("b")

    ins = [
        api.AssetIn("a"),
        api.AssetIn(["a"]),
        api.AssetIn(api.AssetKey("a")),
        api.AssetIn(asset_key=api.AssetKey("a")),
    ]
    return [reader(each) for each in ins]


def prefix_of_an_input(api):
    """A prefix comes before the argument's name."""

    @api.asset(key_prefix=["p", "q"])
    def a():
        return 2

    @api.asset(ins={"a": api.AssetIn(key_prefix=["p", "q"])})
    def b(a):
        return a

    return [plain(b.dependency_keys), api.materialize([a, b]).output_for_node("b")]


def key_and_prefix(api):
    """An input has a key or a prefix, not both."""
    return error(lambda: api.AssetIn(key="a", key_prefix="p"))


def key_and_asset_key(api):
    """`key` and `asset_key` are one thing."""
    return refused(lambda: api.AssetIn(key="a", asset_key=api.AssetKey("b")))


def input_that_is_no_argument(api):
    """`ins` name arguments."""

    def b(x):
        return x

    return error(lambda: api.asset(ins={"y": api.AssetIn("a")})(b))


def metadata_of_an_input(api):
    """Input metadata is what the IO manager that loads sees."""
    seen = {}

    class Manager(api.IOManager):
        def handle_output(self, context, obj):
            pass

        def load_input(self, context):
            seen[context.name] = [metadata(context.metadata), metadata(context.upstream_output.metadata)]
            return 1

    @api.asset(metadata={"rows": 3})
    def a():
        return 2

    @api.asset(ins={"a": api.AssetIn(metadata={"columns": ["x", "y"]})})
    def b(a):
        return a

    api.materialize([a, b], resources={"io_manager": Manager()})
    return seen


def input_manager_key(api):
    """`input_manager_key` overrides who loads an input."""
    usual, _ = recorder(api)
    other, stored = recorder(api)
    stored["a"] = 100

    @api.asset
    def a():
        return 1

    @api.asset(ins={"a": api.AssetIn(input_manager_key="other")})
    def b(a):
        return a

    @api.asset
    def c(a):
        return a

    result = api.materialize([a, b, c], resources={"io_manager": usual, "other": other})
    return [result.output_for_node("b"), result.output_for_node("c"), plain(b.required_resource_keys)]


def input_manager_function(api):
    """`input_manager` makes a loader of a function."""

    @api.input_manager
    def loader(context):
        return [context.name, context.upstream_output.name]

    @api.asset
    def a():
        return 1

    @api.asset(ins={"a": api.AssetIn(input_manager_key="loader")})
    def b(a):
        return a

    return api.materialize([a, b], resources={"loader": loader}).output_for_node("b")


def input_manager_with_resources(api):
    """An input manager gets the resources it requires."""

    @api.input_manager(required_resource_keys={"base"})
    def loader(context):
        return context.resources.base

    @api.asset
    def a():
        return 1

    @api.asset(ins={"a": api.AssetIn(input_manager_key="loader")})
    def b(a):
        return a

    resources = {"loader": loader, "base": api.ResourceDefinition.hardcoded_resource(5)}
    return api.materialize([a, b], resources=resources).output_for_node("b")


def input_manager_with_config(api):
    """An input manager may have config for each input."""

    @api.input_manager(input_config_schema={"rows": int})
    def loader(context):
        return context.config

    @api.asset
    def a():
        return 1

    @api.asset(ins={"a": api.AssetIn(input_manager_key="loader")})
    def b(a):
        return a

    def run(rows):
        config = {"ops": {"b": {"inputs": {"a": {"rows": rows}}}}}
        return api.materialize([a, b], resources={"loader": loader}, run_config=config)

    return [run(3).output_for_node("b"), error(run, "x")]


def input_manager_is_missing(api):
    """A loader that nobody provides."""

    @api.asset
    def a():
        return 1

    @api.asset(ins={"a": api.AssetIn(input_manager_key="nowhere")})
    def b(a):
        return a

    return error(api.materialize, [a, b])


def type_of_an_input(api):
    """The type of an input is checked after it is loaded, before the function."""
    ran = []

    @api.asset
    def a():
        return 1

    @api.asset(ins={"a": api.AssetIn(dagster_type=str)})
    def b(a):
        ran.append(a)

    return [error(api.materialize, [a, b]), ran, outcome(api.materialize([a, b], raise_on_error=False))]


def type_of_an_input_overrides_the_hint(api):
    """`dagster_type` overrides the annotation."""

    @api.asset
    def a():
        return "text"

    @api.asset(ins={"a": api.AssetIn(dagster_type=str)})
    def b(a: int):
        return a

    return api.materialize([a, b]).output_for_node("b")


def input_of_nothing(api):
    """An argument of type Nothing would get no value."""

    def b(a):
        return 2

    return error(lambda: api.asset(ins={"a": api.AssetIn(dagster_type=api.Nothing)})(b))


def default_of_an_argument(api):
    """A default does not make an argument less of an input."""

    @api.asset
    def b(a=3):
        return a

    return [plain(b.dependency_keys)]


def wrong_types(api):
    """Arguments of a wrong type."""
    return [
        error(lambda: api.AssetIn(key=3)),
        error(lambda: api.AssetIn(metadata=3)),
        error(lambda: api.AssetIn(input_manager_key=3)),
    ]


def two_inputs_of_one_asset(api):
    """Two arguments that read one asset."""

    def make():
        @api.asset(ins={"x": api.AssetIn("a"), "y": api.AssetIn("a")})
        def b(x, y):
            return x + y

        return b

    @api.asset
    def a():
        return 2

    return api.materialize([a, make()]).output_for_node("b")


def context_of_an_input(api):
    """The context of an input knows its asset, its name, its type and what wrote it."""
    seen = {}

    class Manager(api.IOManager):
        def handle_output(self, context, obj):
            pass

        def load_input(self, context):
            seen.update(
                name=context.name,
                key=plain(context.asset_key),
                has_key=context.has_asset_key,
                type=context.dagster_type.display_name,
                op=context.op_def.name,
                up=plain(context.upstream_output.asset_key),
                up_name=context.upstream_output.name,
                up_step=context.upstream_output.step_key,
                partitions=context.has_asset_partitions,
                identifier=list(context.get_asset_identifier()),
            )
            return 1

    @api.asset(key_prefix="p")
    def a():
        return 2

    @api.asset(ins={"x": api.AssetIn(["p", "a"])})
    def b(x: int):
        return x

    api.materialize([a, b], resources={"io_manager": Manager()})
    return seen
