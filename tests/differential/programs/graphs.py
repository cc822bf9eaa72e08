"""`op`, `graph`, their inputs and outputs, and what can be done with them."""

from differential.answers import error, events, metadata, order, outcome, plain, refused


def _one(api):
    @api.op
    def one():
        return 1

    return one


def _add(api):
    @api.op
    def add(a, b):
        return a + b

    return add


def op_names_and_outputs(api):
    """An op is named by its function; its one output is `result`; it tells of its inputs."""

    @api.op
    def double(x):
        """Twice."""
        return x * 2

    return [double.name, list(double.outs), list(double.ins), double.description, dict(double.tags)]


def op_parameters(api):
    """What an op is given is what it says."""

    @api.op(
        name="n",
        description="D.",
        tags={"a": 1},
        version="v",
        required_resource_keys={"r"},
        ins={"x": api.In(int)},
    )
    def function(x):
        return x

    return [
        function.name,
        function.description,
        dict(function.tags),
        function.version,
        plain(function.required_resource_keys),
    ]


def job_of_two_ops(api):
    """A job wires calls: a value goes where it is passed."""
    one = _one(api)

    @api.op
    def double(x):
        return x * 2

    @api.job
    def both():
        double(one())

    result = both.execute_in_process()
    return [result.output_for_node("double"), order(result, ("one", "double")), events(result)]


def second_use_of_an_op(api):
    """The second use of an op in a graph is `op_2`, then `op_3`."""
    one, add = _one(api), _add(api)

    @api.job
    def three():
        add(add(one(), one()), one())

    result = three.execute_in_process()
    steps = sorted(events(result))
    return [steps, result.output_for_node("add_2")]


def alias_names_a_use(api):
    """`alias` names a use of an op."""
    one, add = _one(api), _add(api)

    @api.job
    def named():
        add.alias("total")(one.alias("left")(), one.alias("right")())

    result = named.execute_in_process()
    return [
        sorted(events(result)),
        result.output_for_node("total"),
        order(result, ("left", "total"), ("right", "total")),
    ]


def alias_used_twice(api):
    """Two uses of one alias."""
    one = _one(api)

    def twice():
        one.alias("a")()
        one.alias("a")()

    return error(api.job, twice)


def tags_of_a_use(api):
    """`tag` adds tags to a use."""
    seen = []

    @api.op(tags={"own": "1"})
    def a(context):
        seen.append(context.op_def.name)
        return 1

    @api.job
    def tagged():
        a.tag({"more": "2"})()

    return [outcome(tagged.execute_in_process()), seen, dict(a.tags)]


def several_outputs(api):
    """Outputs by name, in the order of `out`, unpacked or by attribute."""

    @api.op(out={"small": api.Out(int), "large": api.Out(int)})
    def split():
        return 1, 100

    @api.op
    def minus(x, y):
        return x - y

    @api.job
    def unpacked():
        small, large = split()
        minus(large, small)

    @api.job
    def attributes():
        parts = split()
        minus(parts.small, parts.large)

    return [
        unpacked.execute_in_process().output_for_node("minus"),
        attributes.execute_in_process().output_for_node("minus"),
    ]


def optional_output_of_an_op(api):
    """What reads an output that was not yielded is skipped."""

    @api.op(out={"yes": api.Out(is_required=False), "no": api.Out(is_required=False)})
    def branch():
        yield api.Output(1, "yes")

    @api.op
    def on_yes(x):
        return x

    @api.op
    def on_no(x):
        return x

    @api.job
    def branching():
        yes, no = branch()
        on_yes(yes)
        on_no(no)

    return outcome(branching.execute_in_process())


def skip_spreads(api):
    """Skipping spreads to all that depends, and no further."""

    @api.op(out=api.Out(is_required=False))
    def maybe():
        if False:
            yield

    @api.op
    def pass_on(x):
        return x

    @api.op
    def free():
        return 1

    @api.job
    def spread():
        pass_on.alias("second")(pass_on.alias("first")(maybe()))
        free()

    return outcome(spread.execute_in_process())


def nested_graphs(api):
    """Steps inside a graph are `graph.op`."""
    one = _one(api)

    @api.op
    def double(x):
        return x * 2

    @api.graph
    def inner(x):
        return double(double(x))

    @api.graph
    def middle():
        return inner(one())

    @api.job
    def outer():
        double.alias("last")(middle())

    result = outer.execute_in_process()
    return [
        sorted(events(result)),
        result.output_for_node("last"),
        order(result, ("middle.inner.double_2", "last")),
    ]


def output_of_a_graph_node(api):
    """A graph's output and those of its inner nodes are asked by their paths."""
    one = _one(api)

    @api.graph
    def inner():
        return one()

    @api.job
    def outer():
        inner()

    result = outer.execute_in_process()
    return [
        result.output_for_node("inner"),
        result.output_for_node("inner.one"),
        error(result.output_for_node, "one"),
    ]


def graph_outputs(api):
    """A graph of several outputs returns them by name."""
    one, add = _one(api), _add(api)

    @api.graph(out={"a": api.GraphOut(), "b": api.GraphOut()})
    def pair():
        x = one()
        return {"a": x, "b": add(x, x)}

    @api.job
    def use():
        a, b = pair()
        add(a, b)

    result = use.execute_in_process()
    return [result.output_for_node("pair", "b"), result.output_for_node("add"), sorted(events(result))]


def graph_outputs_as_a_tuple(api):
    """A tuple gives the outputs in the order of `out`."""
    one, add = _one(api), _add(api)

    @api.graph(out={"a": api.GraphOut(description="First."), "b": api.GraphOut()})
    def pair():
        x = one()
        return x, add(x, x)

    result = pair.execute_in_process()
    return [result.output_value("a"), result.output_value("b"), error(result.output_value, "c")]


def graph_that_returns_what_it_must_not(api):
    """A graph returns outputs of its ops, all that it declares."""
    one = _one(api)

    def constant():
        one()
        return 5

    def too_few():
        return one()

    outs = {"a": api.GraphOut(), "b": api.GraphOut()}
    return [error(api.graph, constant), error(lambda: api.graph(out=outs)(too_few))]


def graph_input_unused(api):
    """An input of a graph must go somewhere."""
    one = _one(api)

    def ignores(x):
        return one()

    return error(api.graph, ignores)


def graph_inputs(api):
    """`GraphIn` describes inputs; values may be given to a run."""

    @api.op
    def double(x):
        return x * 2

    @api.graph(ins={"x": api.GraphIn(description="What to double.")})
    def twice(x):
        return double(double(x))

    result = twice.execute_in_process(input_values={"x": 3})
    return [result.output_value(), len(twice.input_mappings), error(twice.execute_in_process)]


def inputs_with_defaults(api):
    """An input that gets nothing has its default: In's, or the argument's."""

    @api.op(ins={"x": api.In(default_value=5)})
    def from_in(x):
        return x

    @api.op
    def from_argument(x=6):
        return x

    @api.job
    def defaults():
        from_in()
        from_argument()

    result = defaults.execute_in_process()
    return [
        result.output_for_node("from_in"),
        result.output_for_node("from_argument"),
        events(result, "from_in"),
    ]


def input_without_a_value(api):
    """An input of a type that config cannot give needs an upstream."""

    class Thing:
        pass

    @api.op(ins={"x": api.In(Thing)})
    def take(x):
        return x

    def lonely():
        take()

    return error(api.job, lonely)


def inputs_from_config(api):
    """An unconnected input of a scalar type takes its value from config."""

    @api.op
    def double(x: int):
        return x * 2

    @api.job
    def configured_input():
        double()

    def run(value):
        return configured_input.execute_in_process(run_config={"ops": {"double": {"inputs": {"x": value}}}})

    return [run(4).output_for_node("double"), run({"value": 5}).output_for_node("double"), error(run, "text")]


def fan_in(api):
    """A list of outputs is one input, in the order of the list."""
    one = _one(api)

    @api.op
    def two():
        return 2

    @api.op
    def total(values):
        return list(values)

    @api.job
    def fan():
        total([two(), one(), two.alias("again")()])

    result = fan.execute_in_process()
    return [
        result.output_for_node("total"),
        order(result, ("one", "total"), ("two", "total"), ("again", "total")),
    ]


def fan_in_without_what_was_skipped(api):
    """A fan-in runs with the values that came."""
    one = _one(api)

    @api.op(out=api.Out(is_required=False))
    def maybe():
        if False:
            yield

    @api.op
    def total(values):
        return values

    @api.job
    def fan():
        total([one(), maybe()])

    result = fan.execute_in_process()
    return [outcome(result), result.output_for_node("total")]


def nothing_orders(api):
    """An input of type Nothing orders, gets no argument and loads nothing."""
    ran = []

    @api.op(out=api.Out(api.Nothing))
    def first():
        ran.append("first")

    @api.op(ins={"start": api.In(api.Nothing)})
    def second():
        ran.append("second")

    @api.job
    def ordered():
        second(start=first())

    result = ordered.execute_in_process()
    return [ran, events(result)]


def nothing_fan_in(api):
    """A list of outputs of type Nothing orders after them all."""

    @api.op(out=api.Out(api.Nothing))
    def first():
        pass

    @api.op(ins={"start": api.In(api.Nothing)})
    def last():
        return 1

    @api.job
    def ordered():
        last([first.alias("a")(), first.alias("b")()])

    result = ordered.execute_in_process()
    return order(result, ("a", "last"), ("b", "last"))


def value_into_nothing(api):
    """An input of type Nothing takes any output."""
    one = _one(api)

    @api.op(ins={"start": api.In(api.Nothing)})
    def last():
        return 1

    @api.job
    def ordered():
        last(one())

    return outcome(ordered.execute_in_process())


def nothing_as_an_argument(api):
    """An input of type Nothing is no argument of the function."""

    def wrong(start):
        return 1

    return error(lambda: api.op(ins={"start": api.In(api.Nothing)})(wrong))


def dynamic_outputs_map_and_collect(api):
    """Each dynamic output runs what is mapped over it; collect gathers."""

    @api.op(out=api.DynamicOut())
    def numbers():
        for n in (1, 2, 3):
            yield api.DynamicOutput(n, mapping_key=f"n{n}")

    @api.op
    def double(x):
        return x * 2

    @api.op
    def total(values):
        return sum(values)

    @api.job
    def fan_out():
        total(numbers().map(double).collect())

    result = fan_out.execute_in_process()
    return [
        sorted(events(result)),
        result.output_for_node("double"),
        result.output_for_node("total"),
        order(result, ("double[n1]", "total"), ("double[n3]", "total")),
    ]


def dynamic_chain(api):
    """A chain of maps keeps the key."""

    @api.op(out=api.DynamicOut())
    def numbers():
        yield api.DynamicOutput(1, mapping_key="a")
        yield api.DynamicOutput(2, mapping_key="b")

    @api.op
    def key_of(context, x):
        return [context.get_mapping_key(), x]

    @api.op
    def double(x):
        return x * 2

    @api.job
    def chain():
        numbers().map(lambda n: key_of(double(n)))

    result = chain.execute_in_process()
    return [sorted(events(result)), result.output_for_node("key_of")]


def dynamic_output_empty(api):
    """No dynamic output: collect gives an empty list."""

    @api.op(out=api.DynamicOut())
    def none():
        if False:
            yield

    @api.op
    def double(x):
        return x * 2

    @api.op
    def total(values):
        return values

    @api.job
    def empty():
        total(none().map(double).collect())

    result = empty.execute_in_process()
    return [outcome(result), result.output_for_node("total")]


def dynamic_output_without_a_map(api):
    """A dynamic output cannot go into an op without map or collect."""

    @api.op(out=api.DynamicOut())
    def numbers():
        yield api.DynamicOutput(1, mapping_key="a")

    @api.op
    def double(x):
        return x

    def wrong():
        double(numbers())

    return error(api.job, wrong)


def dynamic_keys_that_are_wrong(api):
    """Mapping keys are names, each once."""

    @api.op(out=api.DynamicOut())
    def twice():
        yield api.DynamicOutput(1, mapping_key="a")
        yield api.DynamicOutput(2, mapping_key="a")

    @api.job
    def duplicate():
        twice()

    return [error(lambda: api.DynamicOutput(1, mapping_key="a b")), error(duplicate.execute_in_process)]


def failure_of_one_mapped_step(api):
    """A failing mapped step fails the run; its siblings run, the collection does not."""

    @api.op(out=api.DynamicOut())
    def numbers():
        for n in (0, 1):
            yield api.DynamicOutput(n, mapping_key=f"n{n}")

    @api.op
    def inverse(x):
        return 1 / x

    @api.op
    def total(values):
        return sum(values)

    @api.job
    def fan_out():
        total(numbers().map(inverse).collect())

    result = fan_out.execute_in_process(raise_on_error=False)
    return [
        result.success,
        outcome(result)["failed"],
        events(result, "inverse[n1]")[-1],
    ]


def configured_op(api):
    """`configured` gives an op with its config fixed, under a new name."""

    @api.op(config_schema={"n": int})
    def number(context):
        return context.op_config["n"]

    seven = api.configured(number, name="seven")({"n": 7})

    @api.job
    def use():
        seven()

    return [use.execute_in_process().output_for_node("seven"), seven.name]


def configured_with_a_function(api):
    """`configured` with a function turns a smaller config into the op's."""

    @api.op(config_schema={"a": int, "b": int})
    def number(context):
        return context.op_config["a"] * context.op_config["b"]

    @api.configured(number, config_schema={"c": int})
    def square(config):
        return {"a": config["c"], "b": config["c"]}

    @api.job
    def use():
        square()

    run = {"ops": {"square": {"config": {"c": 4}}}}
    return [use.execute_in_process(run_config=run).output_for_node("square"), error(use.execute_in_process)]


def configured_op_needs_a_name(api):
    """A configured op needs a name."""

    @api.op(config_schema={"n": int})
    def number(context):
        return 1

    return error(lambda: api.configured(number)({"n": 1}))


def configured_that_does_not_fit(api):
    """A fixed config that does not fit the schema."""

    @api.op(config_schema={"n": int})
    def number(context):
        return 1

    def run():
        bad = api.configured(number, name="bad")({"n": "x"})

        @api.job
        def use():
            bad()

        return use.execute_in_process()

    return error(run)


def retry_policy_of_a_use(api):
    """`with_retry_policy` gives a use of an op a policy; the op itself has none."""
    attempts = []

    @api.op
    def flaky():
        attempts.append(1)
        if len(attempts) < 2:
            raise ValueError
        return 1

    @api.job
    def use():
        flaky.with_retry_policy(api.RetryPolicy(max_retries=1)).alias("again")()

    result = use.execute_in_process()
    return [outcome(result), len(attempts), flaky.retry_policy, events(result, "again")]


def op_outside_a_graph(api):
    """An op called outside a graph is its function."""
    add = _add(api)
    return [add(1, 2), add(a=1, b=3), refused(add, 1), refused(add, 1, 2, 3)]


def call_in_a_graph_with_wrong_inputs(api):
    """Calls in a graph name inputs that are there, each once, with outputs."""
    one, add = _one(api), _add(api)

    def unknown():
        add(one(), c=one())

    def too_many():
        add(one(), one(), one())

    def constant():
        add(one(), 5)

    return [error(api.graph, each) for each in (unknown, too_many, constant)]


def op_names_that_are_wrong(api):
    """Names of ops and graphs are letters, digits and underscores."""

    def make(name):
        return api.op(name=name)(lambda: 1)

    return {name: error(make, name) for name in ("a b", "a.b", "a-b", "context", "ok")}


def op_of_wrong_arguments(api):
    """Arguments of a wrong type."""

    def f(x):
        return x

    cases = {
        "ins": {"ins": {"y": api.In()}},
        "in": {"ins": {"x": 3}},
        "out": {"out": 3.5},
        "tags": {"tags": {"a": object()}},
        "config": {"config_schema": 3},
        "retry_policy": {"retry_policy": "often"},
    }
    return {name: error(lambda k=kwargs: api.op(**k)(f)) for name, kwargs in cases.items()}


def empty_out(api):
    """An op of no output: what it returns goes nowhere."""

    @api.op(out={})
    def silent():
        return None

    @api.job
    def use():
        silent()

    return [outcome(use.execute_in_process()), list(silent.outs)]


def return_annotation_of_an_op(api):
    """The annotations give the types."""

    @api.op
    def wrong() -> int:
        return "text"

    @api.job
    def use():
        wrong()

    return [wrong.outs["result"].dagster_type.display_name, error(use.execute_in_process)]


def output_metadata(api):
    """Metadata of an Output is on its event, definition metadata is for the IO manager."""
    seen = {}

    class Manager(api.IOManager):
        def handle_output(self, context, obj):
            seen.update(metadata(context.metadata))

        def load_input(self, context):
            return None

    @api.op(out=api.Out(metadata={"static": 1}))
    def make():
        return api.Output(1, metadata={"dynamic": 2})

    @api.job(resource_defs={"io_manager": api.IOManagerDefinition.hardcoded_io_manager(Manager())})
    def use():
        make()

    use.execute_in_process()
    return seen


def tags_of_a_graph(api):
    """A graph has tags, and is given more with `tag`."""
    one = _one(api)

    @api.graph(tags={"a": 1}, description="D.", name="named")
    def g():
        one()

    return [dict(g.tags), g.description, g.name]


def graph_config_mapping(api):
    """`config` of a graph turns its config into that of its ops."""

    @api.op(config_schema={"n": int})
    def number(context):
        return context.op_config["n"]

    @api.config_mapping(config_schema={"base": int})
    def mapping(config):
        return {"number": {"config": {"n": config["base"] * 10}}}

    @api.graph(config=mapping)
    def g():
        return number()

    @api.job
    def use():
        g()

    run = {"ops": {"g": {"config": {"base": 3}}}}
    return [use.execute_in_process(run_config=run).output_for_node("g"), error(use.execute_in_process)]


def config_of_a_nested_op(api):
    """Config of an op inside a graph is under the graph's ops."""

    @api.op(config_schema={"n": int})
    def number(context):
        return context.op_config["n"]

    @api.graph
    def g():
        return number()

    @api.job
    def use():
        g()

    run = {"ops": {"g": {"ops": {"number": {"config": {"n": 3}}}}}}
    return use.execute_in_process(run_config=run).output_for_node("g.number")


def context_of_an_op(api):
    """The context of an op knows its op, job, run config and tags."""

    @api.op
    def look(context):
        return [
            context.op_def.name,
            context.job_name,
            context.run_config,
            context.has_tag("t"),
            context.get_tag("t"),
            context.retry_number,
            context.has_partition_key,
        ]

    @api.job(tags={"t": "x"})
    def use():
        look()

    return use.execute_in_process(run_config={"ops": {"look": {"config": 3}}}).output_for_node("look")


def alias_of_a_graph(api):
    """A graph is used under other names, too."""
    one = _one(api)

    @api.graph
    def g():
        return one()

    @api.job
    def use():
        g.alias("first")()
        g.alias("second")()

    return sorted(events(use.execute_in_process()))


def graph_runs_by_itself(api):
    """A graph runs with resources, inputs and a part of its ops."""

    @api.op(required_resource_keys={"base"})
    def plus(context, x):
        return x + context.resources.base

    @api.op
    def other():
        return 0

    @api.graph
    def g(x):
        other()
        return plus(x)

    base = {"base": api.ResourceDefinition.hardcoded_resource(10)}
    result = g.execute_in_process(resources=base, input_values={"x": 1})
    part = g.execute_in_process(resources=base, op_selection=["other"])
    return [result.output_value(), sorted(events(part)), error(g.execute_in_process, input_values={"x": 1})]


def metadata_of_events_in_a_graph(api):
    """Materializations that ops yield are recorded with their metadata."""

    @api.op
    def make():
        yield api.AssetMaterialization(["p", "table"], metadata={"rows": 3}, description="Rows.")
        yield api.Output(1)

    @api.job
    def use():
        make()

    result = use.execute_in_process()
    (made,) = result.asset_materializations_for_node("make")
    return [plain(made.asset_key), metadata(made.metadata), made.description, outcome(result)]


def output_with_an_asset_key(api):
    """An output that names an asset makes it."""

    @api.op(out=api.Out(asset_key=api.AssetKey("table"), metadata={"static": 1}))
    def make():
        return api.Output(1, metadata={"rows": 3})

    @api.job
    def use():
        make()

    result = use.execute_in_process()
    return [
        outcome(result),
        [metadata(each.metadata) for each in result.asset_materializations_for_node("make")],
    ]


def conditional_branches_that_join(api):
    """What joins branches of which one was skipped is skipped, unless it takes a list."""

    @api.op(out={"yes": api.Out(is_required=False), "no": api.Out(is_required=False)})
    def branch():
        yield api.Output(1, "yes")

    @api.op
    def step(x):
        return x

    @api.op
    def join(a, b):
        return [a, b]

    @api.op
    def gather(values):
        return values

    @api.job
    def use():
        yes, no = branch()
        left, right = step.alias("left")(yes), step.alias("right")(no)
        join(left, right)
        gather([left, right])

    result = use.execute_in_process()
    return [outcome(result), result.output_for_node("gather")]


def dynamic_outputs_over_two_inputs(api):
    """A mapped step may take what is not mapped beside."""

    @api.op(out=api.DynamicOut())
    def numbers():
        yield api.DynamicOutput(1, mapping_key="a")
        yield api.DynamicOutput(2, mapping_key="b")

    one, add = _one(api), _add(api)

    @api.job
    def use():
        fixed = one()
        numbers().map(lambda n: add(n, fixed))

    result = use.execute_in_process()
    return [result.output_for_node("add"), order(result, ("one", "add[a]"), ("numbers", "add[b]"))]


def dynamic_outputs_inside_a_graph(api):
    """A graph may be mapped over."""

    @api.op(out=api.DynamicOut())
    def numbers():
        yield api.DynamicOutput(1, mapping_key="a")
        yield api.DynamicOutput(2, mapping_key="b")

    @api.op
    def double(x):
        return x * 2

    @api.graph
    def twice(x):
        return double(double(x))

    @api.op
    def total(values):
        return sum(values)

    @api.job
    def use():
        total(numbers().map(twice).collect())

    result = use.execute_in_process()
    return [sorted(events(result)), result.output_for_node("total")]


def map_over_a_map(api):
    """A dynamic output of a mapped step cannot be mapped again."""

    @api.op(out=api.DynamicOut())
    def numbers():
        yield api.DynamicOutput(1, mapping_key="a")

    @api.op(out=api.DynamicOut())
    def more(x):
        yield api.DynamicOutput(x, mapping_key="b")

    @api.op
    def double(x):
        return x * 2

    def use():
        numbers().map(lambda n: more(n).map(double))

    return refused(lambda: api.job(use).execute_in_process())
