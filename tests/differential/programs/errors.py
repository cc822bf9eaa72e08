"""Errors as they come out of runs, and what failed runs leave behind."""

from differential.answers import error, events, outcome, plain, recorder, refused


def error_of_the_function(api):
    """A run raises what the function raised."""

    @api.asset
    def a():
        raise LookupError("x")

    return error(api.materialize, [a])


def error_of_the_user_derived_from_ours(api):
    """An error of the API that the function raises itself."""

    @api.asset
    def a():
        raise api.InvariantViolationError("mine")

    return error(api.materialize, [a])


def first_of_two_errors(api):
    """With two failures, the first is raised."""

    @api.asset
    def a():
        raise KeyError

    @api.asset
    def b():
        raise KeyError

    return [error(api.materialize, [a, b]), outcome(api.materialize([a, b], raise_on_error=False))["failed"]]


def failed_run_keeps_what_was_made(api):
    """What was stored before a failure stays."""
    manager, stored = recorder(api)

    @api.asset
    def a():
        return 1

    @api.asset
    def b(a):
        raise ValueError

    result = api.materialize([a, b], resources={"io_manager": manager}, raise_on_error=False)
    return [stored, result.output_for_node("a"), error(result.output_for_node, "b")]


def failed_multi_asset_keeps_what_was_yielded(api):
    """What a generator yielded before it failed is stored."""
    manager, stored = recorder(api)

    @api.multi_asset(outs={"x": api.AssetOut(), "y": api.AssetOut()})
    def pair():
        yield api.Output(1, "x")
        raise ValueError

    result = api.materialize([pair], resources={"io_manager": manager}, raise_on_error=False)
    return [stored, events(result, "pair"), outcome(result)]


def dependents_of_a_failure(api):
    """Whatever depends on a failure, near or far, does not run; the rest does."""
    ran = []

    def make(name, *ups, fails=False):
        def body(**values):
            ran.append(name)
            if fails:
                raise ValueError
            return name

        code = f"lambda {', '.join(ups)}: body()"
        return api.asset(name=name)(eval(code, {"body": body}))

    assets = [
        make("a", fails=True),
        make("b", "a"),
        make("c", "b"),
        make("d"),
        make("e", "d", "a"),
        make("f", "d"),
    ]
    result = api.materialize(assets, raise_on_error=False)
    return [sorted(ran), result.success, outcome(result)["failed"], outcome(result)["made"]]


def results_of_a_run(api):
    """Values and events are asked for by step; names that are none are errors."""

    @api.asset
    def a():
        return 1

    result = api.materialize([a])
    return [
        result.output_for_node("a"),
        error(result.output_for_node, "nowhere"),
        refused(result.output_for_node, "a", "other"),
        isinstance(result.run_id, str),
        len(result.asset_materializations_for_node("a")),
        len(result.filter_events(lambda event: event.is_step_materialization)),
        len([event for event in result.events_for_node("a") if event.is_step_success]),
    ]


def materialize_of_wrong_types(api):
    """Definitions come as a list, config as a dictionary."""

    @api.asset
    def a():
        return 1

    return [
        error(api.materialize, a),
        error(api.materialize, [3]),
        error(api.materialize, [a], instance=3),
        error(api.materialize, [a], run_config=3),
        error(api.materialize, [a], run_config={"nowhere": {}}),
        error(api.materialize, [a], partition_key="x"),
    ]


def materialize_nothing(api):
    """A run of no asset."""
    return outcome(api.materialize([]))


def run_config_for_an_unknown_asset(api):
    """Config for what does not run."""

    @api.asset
    def a():
        return 1

    config = {"ops": {"b": {"config": {"n": 1}}}}
    return [
        error(api.materialize, [a], run_config=config),
        error(api.materialize_to_memory, [a], run_config=config),
    ]


def definitions_of_wrong_types_in_a_call(api):
    """An op is no asset."""

    @api.op
    def f():
        return 1

    return error(api.materialize, [f])


def outputs_in_a_tuple(api):
    """An Output in a tuple must have the name of the out at its place."""

    @api.multi_asset(outs={"x": api.AssetOut(), "y": api.AssetOut()})
    def pair():
        return api.Output(1, "x"), api.Output(2, "y")

    @api.multi_asset(outs={"x": api.AssetOut(), "y": api.AssetOut()})
    def swapped():
        return api.Output(2, "y"), api.Output(1, "x")

    result = api.materialize([pair])
    return [result.output_for_node("pair", "y"), error(api.materialize, [swapped])]


def file_relative_path(api):
    """A path beside a file."""
    return api.file_relative_path("/a/b/c.py", "data/x.csv")


def interrupt_in_an_asset(api):
    """An interrupt ends the run, whatever was said of errors."""

    @api.asset
    def a():
        raise KeyboardInterrupt

    try:
        api.materialize([a], raise_on_error=False)
    except BaseException as raised:
        return [isinstance(raised, KeyboardInterrupt) or "Interrupted" in type(raised).__name__]
    return "no error"


def materializations_by_asset(api):
    """Every asset that is made has one materialization, of its key, in an order that fits the graph."""

    @api.asset(key_prefix="p")
    def a():
        return 1

    @api.multi_asset(
        outs={"x": api.AssetOut(), "y": api.AssetOut()}, non_argument_deps={api.AssetKey(["p", "a"])}
    )
    def pair():
        return 1, 2

    result = api.materialize([pair, a])
    made = [plain(event.asset_key) for event in result.all_events if event.is_step_materialization]
    return [made[0], sorted(made)]
