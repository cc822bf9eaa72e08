"""Types of values and their checks."""

from differential.answers import error, events, outcome, plain, refused


def _even(api):
    return api.DagsterType(
        name="Even", type_check_fn=lambda _, value: value % 2 == 0, description="Divisible by two."
    )


def type_of_an_asset(api):
    """An asset's type is checked before its value is stored."""
    stored = []

    class Manager(api.IOManager):
        def handle_output(self, context, obj):
            stored.append(obj)

        def load_input(self, context):
            return None

    @api.asset(dagster_type=_even(api))
    def a(context):
        return context.op_config

    def run(value):
        return api.materialize(
            [a], resources={"io_manager": Manager()}, run_config={"ops": {"a": {"config": value}}}
        )

    return [outcome(run(2)), error(run, 3), stored]


def type_check_with_metadata(api):
    """A TypeCheck says whether, why, and with which metadata."""

    def check(_, value):
        return api.TypeCheck(value > 0, description="Must be positive.", metadata={"value": value})

    positive = api.DagsterType(name="Positive", type_check_fn=check)
    good, bad = api.check_dagster_type(positive, 1), api.check_dagster_type(positive, -1)
    return [good.success, bad.success, bad.description]


def what_a_type_says(api):
    """A type has a name, a description and more."""
    even = _even(api)
    anonymous = api.DagsterType(key="k", type_check_fn=lambda _, value: True)
    return [
        even.display_name,
        even.description,
        even.has_unique_name,
        even.unique_name,
        anonymous.has_unique_name,
        plain(even.required_resource_keys),
        even.loader,
    ]


def python_object_type(api):
    """A type of the instances of a class, or of several."""
    number = api.PythonObjectDagsterType((int, float), name="Number")
    text = api.PythonObjectDagsterType(str)
    return [
        api.check_dagster_type(number, 1.5).success,
        api.check_dagster_type(number, "x").success,
        api.check_dagster_type(text, "x").success,
        text.display_name,
        number.display_name,
    ]


def builtin_types(api):
    """Python's types as types of values."""

    def check(kind, value):
        @api.op(out=api.Out(kind))
        def give():
            return value

        @api.job
        def use():
            give()

        return error(use.execute_in_process)

    return {
        "int": [check(int, 1), check(int, "x"), check(int, True), check(int, 1.0)],
        "float": [check(float, 1.5), check(float, 1)],
        "str": [check(str, "x"), check(str, 1)],
        "bool": [check(bool, True), check(bool, 1)],
        "list": [check(list, [1]), check(list, (1,))],
        "dict": [check(dict, {}), check(dict, [])],
    }


def type_hints(api):
    """Hints of generic types."""
    import typing

    optional = typing.Optional

    def check(kind, value):
        @api.op(out=api.Out(kind))
        def give():
            return value

        @api.job
        def use():
            give()

        return error(use.execute_in_process)

    return {
        "list of int": [check(list[int], [1]), check(list[int], ["x"])],
        "optional": [
            check(optional[int], None),
            check(optional[int], 1),
            check(optional[int], "x"),
        ],
        "dict": [check(dict[str, int], {"a": 1}), check(dict[str, int], {"a": "x"})],
        "set": [check(set[int], {1}), check(set[int], {"x"})],
        "tuple": [
            check(tuple[int, str], (1, "x")),
            check(tuple[int, str], (1, 2)),
            check(tuple[int, str], (1,)),
        ],
        "any": [check(typing.Any, object())],
    }


def annotations_of_an_asset(api):
    """Annotations give the types of output and inputs."""

    @api.asset
    def a() -> int:
        return 1

    @api.asset
    def b(a: str) -> str:
        return "x"

    @api.asset
    def c() -> str:
        return 1

    return [
        outcome(api.materialize([a, b], raise_on_error=False)),
        error(api.materialize, [a, b]),
        error(api.materialize, [c]),
    ]


def annotation_of_output(api):
    """`Output[int]` and a generator's annotation."""
    import typing

    @api.asset
    def right() -> api.Output[int]:
        return api.Output(1)

    @api.asset
    def wrong() -> api.Output[int]:
        return api.Output("x")

    @api.asset
    def yields() -> typing.Iterator[api.Output]:
        yield api.Output(1)

    return [
        outcome(api.materialize([right])),
        error(api.materialize, [wrong]),
        outcome(api.materialize([yields])),
    ]


def none_annotation(api):
    """An asset annotated to return None: what is stored and can be read."""

    @api.asset
    def a() -> None:
        pass

    @api.asset(non_argument_deps={"a"})
    def b():
        return 1

    result = api.materialize([a, b])
    return [outcome(result), events(result, "a")]


def class_as_a_type(api):
    """Any class is a type by its instances."""

    class Thing:
        pass

    @api.asset
    def a() -> Thing:
        return Thing()

    @api.asset
    def b(a: Thing) -> str:
        return type(a).__name__

    @api.asset
    def c() -> Thing:
        return 3

    result = api.materialize_to_memory([a, b])
    return [result.output_for_node("b"), error(api.materialize_to_memory, [c])]


def usable_as_dagster_type(api):
    """A decorated class has the name and description given."""

    @api.usable_as_dagster_type(name="Point", description="In the plane.")
    class P:
        pass

    @api.op
    def make() -> P:
        return P()

    @api.op
    def wrong() -> P:
        return 1

    @api.job
    def use():
        wrong()

    found = make.outs["result"].dagster_type
    return [found.display_name, found.description, error(use.execute_in_process)]


def make_python_type_usable(api):
    """A type of ours for a class of others."""

    class Foreign:
        def __init__(self, n):
            self.n = n

    positive = api.DagsterType(name="PositiveForeign", type_check_fn=lambda _, value: value.n > 0)
    api.make_python_type_usable_as_dagster_type(Foreign, positive)

    @api.op(config_schema=int)
    def make(context) -> Foreign:
        return Foreign(context.op_config)

    @api.job
    def use():
        make()

    def run(n):
        return use.execute_in_process(run_config={"ops": {"make": {"config": n}}})

    return [outcome(run(1)), error(run, -1)]


def check_that_raises(api):
    """A check that raises is an error of the step; one that gives no verdict too."""

    def raises(_, value):
        raise ValueError

    def run(check):
        kind = api.DagsterType(name="T", type_check_fn=check)

        @api.op(out=api.Out(kind))
        def give():
            return 1

        @api.job
        def use():
            give()

        return use.execute_in_process()

    return [error(run, raises), error(run, lambda _, value: "yes"), error(run, lambda _, value: None)]


def check_with_a_context(api):
    """The check's context has the resources the type requires."""
    seen = []

    def check(context, value):
        seen.append(context.resources.limit)
        return value < context.resources.limit

    small = api.DagsterType(name="Small", type_check_fn=check, required_resource_keys={"limit"})

    @api.asset(dagster_type=small)
    def a():
        return 3

    limit = api.ResourceDefinition.hardcoded_resource(5)
    return [outcome(api.materialize([a], resources={"limit": limit})), seen, error(api.materialize, [a])]


def input_type_is_checked_before_the_function(api):
    """A wrong input fails the step before the function runs."""
    ran = []

    @api.op
    def give():
        return "x"

    @api.op(ins={"n": api.In(int)})
    def take(n):
        ran.append(n)

    @api.job
    def use():
        take(give())

    result = use.execute_in_process(raise_on_error=False)
    return [outcome(result), ran, events(result, "take")]


def events_of_a_wrong_output(api):
    """The events of a step whose output is of a wrong type; nothing is made."""

    @api.asset
    def a() -> int:
        return "x"

    result = api.materialize([a], raise_on_error=False)
    return [outcome(result), events(result, "a")]


def types_that_are_wrong(api):
    """What is no type, and types without a name or a check."""
    return [
        error(lambda: api.Out(3)),
        error(lambda: api.In("int")),
        error(lambda: api.DagsterType(type_check_fn=lambda _, v: True)),
        error(lambda: api.DagsterType(name="T", type_check_fn=3)),
        error(lambda: api.PythonObjectDagsterType(3)),
        refused(lambda: api.asset(dagster_type=3)(lambda: 1)),
    ]


def type_check_arguments(api):
    """A TypeCheck needs a verdict, metadata a mapping."""
    check = api.TypeCheck(True, description="Fine.", metadata={"n": 1})
    return [
        check.success,
        check.description,
        error(lambda: api.TypeCheck("yes")),
        error(lambda: api.TypeCheck(True, metadata=3)),
    ]


def loader_of_a_type(api):
    """A type with a loader takes an unconnected input from config."""

    @api.dagster_type_loader({"n": int})
    def load(context, config):
        return config["n"] * 10

    kind = api.DagsterType(name="Tens", type_check_fn=lambda _, value: value % 10 == 0, loader=load)

    @api.op(ins={"x": api.In(kind)})
    def take(x):
        return x

    @api.job
    def use():
        take()

    def run(config):
        return use.execute_in_process(run_config={"ops": {"take": {"inputs": {"x": config}}}})

    return [run({"n": 2}).output_for_node("take"), error(run, {"n": "x"}), error(use.execute_in_process)]


def expectation_results(api):
    """An expectation that is not met fails no step."""

    @api.op
    def check():
        yield api.ExpectationResult(success=False, label="rows", metadata={"n": 0})
        yield api.Output(1)

    @api.job
    def use():
        check()

    bad = api.ExpectationResult(True, label="l", description="D.")
    return [outcome(use.execute_in_process()), bad.success, bad.label, bad.description]
