"""Config: every type, defaults, environment sources, and what is said of what does not fit."""

import os

from differential.answers import config_problems, error, plain, refused


def _job(api, schema):
    """Return a job of an op that gives back its config."""

    @api.op(config_schema=schema)
    def echo(context):
        return plain(context.op_config)

    @api.job
    def use():
        echo()

    return use


def _run(job, *config):
    run_config = {"ops": {"echo": {"config": config[0]}}} if config else {}
    return job.execute_in_process(run_config=run_config).output_for_node("echo")


def _try(api, schema, *values):
    """Return for each value what it becomes, or the error."""
    job = _job(api, schema)
    found = []
    for value in values:
        problem = error(_run, job, value)
        found.append(_run(job, value) if problem == "no error" else problem)
    return found


def int_type(api):
    """An int is an int and no bool or float."""
    return _try(api, int, 1, -3, "1", 1.0, True, None)


def float_type(api):
    """A float takes ints too."""
    return _try(api, float, 1.5, 2, "1.5", True, None)


def bool_type(api):
    """A bool is true or false."""
    return _try(api, bool, True, False, 1, "true", None)


def string_type(api):
    """A string is text."""
    return _try(api, str, "x", "", 1, None, ["x"])


def named_scalars(api):
    """`Int`, `Float`, `Bool` and `String` are as the Python types."""
    return [
        _try(api, api.Int, 1, "x"),
        _try(api, api.Float, 1, "x"),
        _try(api, api.Bool, True, "x"),
        _try(api, api.String, "x", 1),
    ]


def any_type(api):
    """`Any` takes anything; a dictionary without types does too."""
    return [
        _try(api, api.Any, 1, None, {"a": [1]}),
        _try(api, dict, {"a": 1}, 3),
        _try(api, list, [1, "a"], 3),
    ]


def shape_from_a_dictionary(api):
    """A dictionary is a shape: every field, and no other."""
    return _try(
        api,
        {"a": int, "b": {"c": str}},
        {"a": 1, "b": {"c": "x"}},
        {"a": 1},
        {"a": 1, "b": {"c": "x", "d": 1}},
        3,
    )


def shape_class(api):
    """`Shape` is the class of such schemas."""
    return _try(api, api.Shape({"a": int}), {"a": 1}, {}, {"a": 1, "b": 2})


def permissive(api):
    """`Permissive` takes fields beside those it names."""
    return [
        _try(api, api.Permissive({"a": int}), {"a": 1, "b": "x"}, {"b": 1}),
        _try(api, api.Permissive(), {"x": 1}, {}, 3),
    ]


def selector(api):
    """`Selector` takes one of its fields."""
    schema = api.Selector({"one": int, "two": {"x": str}})
    return _try(
        api, schema, {"one": 1}, {"two": {"x": "y"}}, {}, {"one": 1, "two": {"x": "y"}}, {"three": 1}, "one"
    )


def selector_with_defaults(api):
    """A selector's field may have all its defaults."""
    schema = api.Selector({"one": api.Field(int, default_value=1), "two": {"x": str}})
    return _try(api, schema, {"one": 3}, {"two": {"x": "y"}})


def array(api):
    """`Array` and a list of one type are lists."""
    return [_try(api, api.Array(int), [1, 2], [], [1, "x"], 1), _try(api, [str], ["a"], "a")]


def array_of_shapes(api):
    """Arrays of shapes."""
    return _try(api, [{"a": int}], [{"a": 1}, {"a": 2}], [{"a": 1}, {}])


def map_type(api):
    """`Map` has any keys of a type and values of a type."""
    return [
        _try(api, api.Map(str, int), {"a": 1, "b": 2}, {}, {"a": "x"}, {1: 1}),
        _try(api, {str: int}, {"a": 1}, {"a": "x"}),
    ]


def map_of_int_keys(api):
    """Keys of a map may be ints."""
    return _try(api, api.Map(int, str), {1: "a"}, {"1": "a"})


def noneable(api):
    """`Noneable` takes None too."""
    return _try(api, {"a": api.Noneable(int)}, {"a": 1}, {"a": None}, {"a": "x"}, {})


def enum(api):
    """`Enum` takes the names of its values and gives what they stand for."""
    colour = api.Enum("Colour", [api.EnumValue("RED", python_value=1), api.EnumValue("BLUE")])
    return _try(api, colour, "RED", "BLUE", "GREEN", 1)


def enum_from_python(api):
    """An enum of the standard library as config."""
    import enum

    class Size(enum.Enum):
        S = 1
        L = 2

    return _try(api, api.Enum.from_python_enum(Size), "S", "M")


def scalar_union(api):
    """`ScalarUnion` takes a scalar or the other."""
    schema = api.ScalarUnion(scalar_type=str, non_scalar_schema={"a": int})
    return _try(api, schema, "x", {"a": 1}, {"a": "x"}, 3)


def string_source(api):
    """`StringSource` takes text or the name of an environment variable."""
    os.environ["DIFFERENTIAL_TEXT"] = "from outside"
    os.environ.pop("DIFFERENTIAL_ABSENT", None)
    return _try(
        api,
        api.StringSource,
        "x",
        {"env": "DIFFERENTIAL_TEXT"},
        {"env": "DIFFERENTIAL_ABSENT"},
        3,
        {"var": "A"},
    )


def int_source(api):
    """`IntSource` reads an int from the environment."""
    os.environ["DIFFERENTIAL_INT"] = "7"
    os.environ["DIFFERENTIAL_TEXT"] = "seven"
    return _try(api, api.IntSource, 1, {"env": "DIFFERENTIAL_INT"}, {"env": "DIFFERENTIAL_TEXT"}, "x")


def bool_source(api):
    """`BoolSource` reads a bool from the environment."""
    values = {"T": "true", "F": "false", "ONE": "1", "ZERO": "0", "EMPTY": "", "X": "x"}
    for name, value in values.items():
        os.environ[f"DIFFERENTIAL_{name}"] = value
    return _try(
        api,
        api.BoolSource,
        True,
        *({"env": f"DIFFERENTIAL_{name}"} for name in ("T", "F", "ONE", "ZERO", "EMPTY")),
    )


def defaults(api):
    """A field with a default is optional and has it."""
    schema = {"a": api.Field(int, default_value=3), "b": api.Field(str, is_required=False), "c": int}
    return _try(api, schema, {"c": 1}, {"a": 5, "b": "x", "c": 1}, {})


def default_of_the_whole(api):
    """Config whose every field has a default need not be given."""
    job = _job(api, {"a": api.Field(int, default_value=3), "b": {"c": api.Field(str, default_value="x")}})
    return [_run(job), _run(job, {}), _run(job, {"b": {}}), _run(job, {"b": {"c": "y"}})]


def field_with_a_scalar_default(api):
    """A scalar schema with a default."""
    job = _job(api, api.Field(int, default_value=7))
    return [_run(job), _run(job, 8), error(_run, job, "x")]


def field_says_what_it_is(api):
    """A field knows its default and description, and whether it is required."""
    plain_field, full, optional = (
        api.Field(int),
        api.Field(int, default_value=2, description="D."),
        api.Field(str, is_required=False),
    )
    return [
        [plain_field.is_required, plain_field.default_provided],
        [full.is_required, full.default_provided, full.default_value, full.description],
        [optional.is_required, optional.default_provided, error(lambda: optional.default_value)],
    ]


def default_that_does_not_fit(api):
    """A default must fit the type; a required field has none."""
    return [
        error(lambda: api.Field(int, default_value="x")),
        error(lambda: api.Field(int, default_value=1, is_required=True)),
        error(lambda: api.Field({"a": int}, default_value={"b": 1})),
        error(lambda: api.Field(int, default_value=None)),
    ]


def schemas_that_are_wrong(api):
    """What is no config type."""
    cases = {
        "number": 3,
        "object": object(),
        "class": object,
        "two": [int, str],
        "empty list": [],
        "nested": {"a": {"b": 3}},
        "set": {1, 2},
    }
    return {name: error(_job, api, schema) for name, schema in cases.items()}


def types_that_are_wrong(api):
    """Inner types that are none."""
    return [
        refused(lambda: api.Array(3)),
        refused(lambda: api.Noneable(object())),
        error(lambda: api.Map(3, int)),
        error(lambda: api.Selector({"a": 3})),
        error(lambda: api.ScalarUnion(scalar_type={"a": int}, non_scalar_schema=str)),
        error(lambda: api.Enum("E", ["a"])),
        error(lambda: api.EnumValue(3)),
    ]


def problems_of_a_shape(api):
    """Every problem is listed, with its path."""
    job = _job(api, {"a": int, "b": {"c": str, "d": bool}, "e": [int]})
    config = {"a": "x", "b": {"c": 1, "z": 1}, "e": [1, "x", None], "q": 0}
    return config_problems(_run, job, config)


def problems_of_missing_fields(api):
    """Every missing field is listed, at every depth."""
    job = _job(api, {"a": int, "b": str, "c": {"d": int, "e": int}})
    return [
        config_problems(_run, job, {}),
        config_problems(_run, job, {"c": {}}),
        config_problems(_run, job, {"a": 1, "b": "x", "c": {"d": 1}}),
    ]


def problems_of_a_run(api):
    """Sections and computations that do not exist are listed with problems inside."""

    @api.op(config_schema={"n": int})
    def number(context):
        return 1

    @api.op
    def other():
        return 2

    @api.job
    def use():
        number()
        other()

    configs = [
        {},
        {"opps": {}},
        {"ops": {"nmber": {"config": {"n": 1}}}},
        {"ops": {"number": {"confg": {"n": 1}}}},
        {"ops": {"number": {"config": {"n": 1}}}, "resources": {"db": {}}},
        {"ops": 3},
        {"ops": {"number": 3}},
    ]
    return [config_problems(api.validate_run_config, use, config) for config in configs]


def problems_in_a_selector(api):
    """A selector lists a problem inside what is selected."""
    job = _job(api, api.Selector({"one": {"a": int, "b": int}}))
    return [
        config_problems(_run, job, {"one": {"a": "x", "b": "y"}}),
        config_problems(_run, job, {}),
        config_problems(_run, job, {"two": 1}),
    ]


def problems_in_a_map(api):
    """A map lists a problem at its key."""
    job = _job(api, {"m": api.Map(str, {"a": int})})
    return config_problems(_run, job, {"m": {"x": {"a": "1"}, "y": {"a": 2}, "z": {}}})


def problems_of_several_assets(api):
    """Problems of several assets and resources are all listed."""

    @api.asset(config_schema={"n": int})
    def a(context):
        return 1

    @api.asset(config_schema={"n": int})
    def b(context):
        return 1

    @api.resource(config_schema={"url": str})
    def db(context):
        return 1

    @api.asset(required_resource_keys={"db"})
    def c(context):
        return 1

    def run(config):
        api.materialize([a, b, c], resources={"db": db}, run_config=config)

    wrong = {
        "ops": {"a": {"config": {"n": "x"}}, "b": {"config": {"m": 1}}},
        "resources": {"db": {"config": {"url": 1}}},
    }
    return [config_problems(run, wrong), config_problems(run, {})]


def run_config_that_is_no_dictionary(api):
    """Run config is a dictionary."""
    job = _job(api, {"a": int})
    return [error(api.validate_run_config, job, value) for value in ([1], "x", 3)]


def configured_resource(api):
    """A resource's config fixed, in part or by a function."""

    @api.resource(config_schema={"host": str, "port": int})
    def db(context):
        return f"{context.resource_config['host']}:{context.resource_config['port']}"

    @api.asset(required_resource_keys={"db"})
    def a(context):
        return context.resources.db

    @api.configured(db, config_schema={"host": str})
    def on_one(config):
        return {"host": config["host"], "port": 1}

    def run(resource, config=None):
        run_config = {"resources": {"db": {"config": config}}} if config else None
        return api.materialize([a], resources={"db": resource}, run_config=run_config).output_for_node("a")

    return [
        run(db, {"host": "h", "port": 2}),
        run(db.configured({"host": "h", "port": 3})),
        run(on_one, {"host": "k"}),
        error(run, on_one, {"host": 1}),
        error(run, db.configured({"host": "h"})),
    ]


def configured_twice(api):
    """What is configured can be configured again."""

    @api.resource(config_schema={"a": int, "b": int})
    def pair(context):
        return [context.resource_config["a"], context.resource_config["b"]]

    @api.configured(pair, config_schema={"a": int})
    def half(config):
        return {"a": config["a"], "b": 2}

    @api.asset(required_resource_keys={"r"})
    def a(context):
        return context.resources.r

    return api.materialize([a], resources={"r": half.configured({"a": 1})}).output_for_node("a")


def configured_function_that_raises(api):
    """A `configured` function that raises."""

    @api.resource(config_schema={"a": int})
    def one(context):
        return 1

    @api.configured(one, config_schema={"b": int})
    def broken(config):
        raise ValueError

    @api.asset(required_resource_keys={"r"})
    def a(context):
        return 1

    return error(
        api.materialize, [a], resources={"r": broken}, run_config={"resources": {"r": {"config": {"b": 1}}}}
    )


def configured_without_a_schema(api):
    """What takes no config cannot be configured; what is not configurable neither."""
    return [error(lambda: api.configured(3)({"a": 1})), error(lambda: api.configured("x"))]


def config_mapping_decorator(api):
    """`config_mapping` makes a ConfigMapping of a function."""

    @api.config_mapping
    def bare(value):
        return {"ops": {"echo": {"config": {"a": value["x"]}}}}

    @api.op(config_schema={"a": int})
    def echo(context):
        return context.op_config

    @api.graph
    def g():
        echo()

    job = g.to_job(config=bare)
    return job.execute_in_process(run_config={"x": 1}).output_for_node("echo")
