"""Resources: functions, generators, config, what they require, and how they reach assets."""

from differential.answers import error, outcome, plain, recorder, refused


def _reader(api, **kwargs):
    """Return an asset whose value is its resource `r`."""

    @api.asset(required_resource_keys={"r"}, **kwargs)
    def a(context):
        return context.resources.r

    return a


def _value(api, resource, **kwargs):
    return api.materialize([_reader(api)], resources={"r": resource}, **kwargs).output_for_node("a")


def resource_function(api):
    """A resource is what its function returns."""

    @api.resource
    def r(context):
        return "made"

    return _value(api, r)


def resource_function_without_a_context(api):
    """The function may take no context."""

    @api.resource
    def r():
        return "made"

    return _value(api, r)


def resource_with_config(api):
    """A resource has its config, which is checked."""

    @api.resource(config_schema={"n": int})
    def r(context):
        return context.resource_config["n"]

    def run(config):
        return _value(api, r, run_config={"resources": {"r": {"config": config}}})

    return [run({"n": 3}), error(run, {"n": "x"}), error(_value, api, r)]


def resource_with_config_that_is_not_declared(api):
    """A resource without a schema takes any config."""

    @api.resource
    def r(context):
        return context.resource_config

    return [_value(api, r, run_config={"resources": {"r": {"config": {"x": 1}}}}), _value(api, r)]


def resource_that_requires_another(api):
    """A resource gets those that it requires."""

    @api.resource(required_resource_keys={"base"})
    def r(context):
        return context.resources.base + 1

    a = _reader(api)
    base = api.ResourceDefinition.hardcoded_resource(10)
    result = api.materialize([a], resources={"r": r, "base": base})
    return [result.output_for_node("a"), error(api.materialize, [a], resources={"r": r})]


def resources_that_require_each_other(api):
    """A cycle of resources."""

    @api.resource(required_resource_keys={"s"})
    def r(context):
        return 1

    @api.resource(required_resource_keys={"r"})
    def s(context):
        return 1

    return error(api.materialize, [_reader(api)], resources={"r": r, "s": s})


def generator_resource_is_ended(api):
    """A generator is ended after the run, in the reverse of the order it started."""
    seen = []

    def make(name, **kwargs):
        @api.resource(**kwargs)
        def r(context):
            seen.append(f"start {name}")
            yield name
            seen.append(f"end {name}")

        return r

    @api.asset(required_resource_keys={"outer"})
    def a(context):
        seen.append("run")
        return 1

    resources = {"outer": make("outer", required_resource_keys={"inner"}), "inner": make("inner")}
    api.materialize([a], resources=resources)
    return seen


def generator_resource_is_ended_after_a_failure(api):
    """A generator is ended when the run failed, too."""
    seen = []

    @api.resource
    def r(context):
        try:
            yield 1
        finally:
            seen.append("ended")

    @api.asset(required_resource_keys={"r"})
    def a(context):
        raise ValueError

    result = api.materialize([a], resources={"r": r}, raise_on_error=False)
    return [outcome(result), seen]


def generator_that_yields_twice_or_never(api):
    """A generator yields one value."""

    @api.resource
    def never(context):
        if False:
            yield

    return refused(_value, api, never)


def resource_as_a_context_manager(api):
    """A function that is a context manager already."""
    import contextlib

    seen = []

    @api.resource
    @contextlib.contextmanager
    def r(context):
        yield 3
        seen.append("ended")

    return [_value(api, r), seen]


def resource_that_raises(api):
    """A resource function that raises."""

    @api.resource
    def r(context):
        raise ValueError

    a = _reader(api)
    return [
        error(api.materialize, [a], resources={"r": r}),
        api.materialize([a], resources={"r": r}, raise_on_error=False).success,
    ]


def resource_made_once(api):
    """A resource is made once for a run, however many use it."""
    seen = []

    @api.resource
    def r(context):
        seen.append("made")
        return 1

    one, two = (
        _reader(api),
        api.asset(name="b", required_resource_keys={"r"})(lambda context: context.resources.r),
    )
    api.materialize([one, two], resources={"r": r})
    return seen


def resource_that_nobody_uses(api):
    """A resource that no step requires is not made."""
    seen = []

    @api.resource
    def unused(context):
        seen.append("made")

    @api.asset
    def a():
        return 1

    api.materialize([a], resources={"unused": unused})
    return seen


def hardcoded_resources(api):
    """Resources made of values."""
    made = api.ResourceDefinition
    return [
        _value(api, made.hardcoded_resource([1])),
        _value(api, made.none_resource()),
        _value(api, made.string_resource(), run_config={"resources": {"r": {"config": "x"}}}),
    ]


def values_resource(api):
    """`make_values_resource` is a resource of config values."""
    values = api.make_values_resource(a=int, b=str)

    @api.asset(required_resource_keys={"r"})
    def a(context):
        return [context.resources.r["a"], context.resources.r["b"]]

    def run(config):
        run_config = {"resources": {"r": {"config": config}}}
        return api.materialize([a], resources={"r": values}, run_config=run_config).output_for_node("a")

    return [run({"a": 1, "b": "x"}), error(run, {"a": 1}), error(run, {"a": 1, "b": 2})]


def definition_says_what_it_is(api):
    """A definition knows its description, version and what it requires."""

    @api.resource(config_schema={"n": int}, description="D.", version="v", required_resource_keys={"x"})
    def r(context):
        return 1

    return [r.description, r.version, plain(r.required_resource_keys)]


def with_resources_gives_copies(api):
    """`with_resources` gives copies that have the resources."""
    a = _reader(api)
    (given,) = api.with_resources([a], {"r": api.ResourceDefinition.hardcoded_resource(5)})
    return [
        api.materialize([given]).output_for_node("a"),
        error(api.materialize, [a]),
        sorted(given.resource_defs) == sorted(a.resource_defs),
    ]


def with_resources_needs_all(api):
    """A resource that an asset requires and nobody gives; those that nobody requires do not matter."""
    a = _reader(api)
    some = api.ResourceDefinition.hardcoded_resource(1)
    return [
        error(api.with_resources, [a], {"other": some}),
        error(api.with_resources, [a], {"r": some, "other": some}),
    ]


def with_resources_of_plain_values(api):
    """`with_resources` takes definitions."""
    return error(api.with_resources, [_reader(api)], {"r": 5})


def with_resources_and_config(api):
    """`resource_config_by_key` fixes config."""

    @api.resource(config_schema={"n": int})
    def r(context):
        return context.resource_config["n"]

    a = _reader(api)
    (given,) = api.with_resources([a], {"r": r}, {"r": {"config": {"n": 4}}})
    wrong = {"r": {"config": {"n": "x"}}}
    return [
        api.materialize([given]).output_for_node("a"),
        error(lambda: api.materialize(api.with_resources([a], {"r": r}, wrong))),
        error(api.with_resources, [a], {"r": r}, {"r": {"n": 4}}),
    ]


def with_resources_over_another(api):
    """A definition that already has another resource under the key."""
    one, two = (api.ResourceDefinition.hardcoded_resource(n) for n in (1, 2))
    a = _reader(api, resource_defs={"r": one})
    return [error(api.with_resources, [a], {"r": two}), error(api.with_resources, [a], {"r": one})]


def with_resources_for_an_io_manager(api):
    """`with_resources` gives the IO manager that an asset names."""
    manager, stored = recorder(api)

    @api.asset(io_manager_key="lake")
    def a():
        return 1

    raw = api.SourceAsset("raw", io_manager_key="lake")
    stored["raw"] = 5

    @api.asset
    def b(raw):
        return raw

    given = api.with_resources([a, b, raw], {"lake": manager})
    return [api.materialize(given).output_for_node("b"), stored]


def resources_of_a_run_and_of_an_asset(api):
    """A resource that the run gives and the asset brings."""
    a = _reader(api, resource_defs={"r": api.ResourceDefinition.hardcoded_resource(1)})
    return error(api.materialize, [a], resources={"r": 2})


def same_resource_object_twice(api):
    """Two assets with the same resource object."""
    shared = api.ResourceDefinition.hardcoded_resource(1)
    a = _reader(api, resource_defs={"r": shared})
    b = api.asset(name="b", resource_defs={"r": shared})(lambda context: context.resources.r + 1)
    return api.materialize([a, b]).output_for_node("b")


def build_resources(api):
    """`build_resources` makes resources for a with statement and ends them."""
    seen = []

    @api.resource(config_schema={"n": int})
    def r(context):
        yield context.resource_config["n"]
        seen.append("ended")

    @api.resource(required_resource_keys={"r"})
    def s(context):
        return context.resources.r + 1

    with api.build_resources(
        {"r": r, "s": s, "plain": 5}, resource_config={"r": {"config": {"n": 1}}}
    ) as resources:
        inside = [resources.r, resources.s, resources.plain, list(seen)]
    return [inside, seen]


def build_resources_that_are_wrong(api):
    """Config that does not fit, what is missing, what raises."""

    @api.resource(config_schema={"n": int})
    def r(context):
        return 1

    @api.resource(required_resource_keys={"gone"})
    def s(context):
        return 1

    @api.resource
    def raises(context):
        raise ValueError

    def build(resources, config=None):
        with api.build_resources(resources, resource_config=config):
            pass

    return [
        error(build, {"r": r}, {"r": {"config": {"n": "x"}}}),
        error(build, {"r": r}),
        error(build, {"s": s}),
        error(build, {"raises": raises}),
        error(build, 3),
    ]


def resources_of_wrong_types(api):
    """Keys are names, resource functions take one argument."""

    def many(a, b):
        return 1

    return [
        error(api.resource, many),
        error(lambda: api.resource(required_resource_keys=3)(lambda _: 1)),
        refused(api.materialize, [_reader(api)], resources=3),
        error(api.materialize, [_reader(api)], resources={"r": 1, "bad key": 2}),
    ]


def context_of_a_resource(api):
    """The context of a resource knows its config, definition and run."""
    seen = {}

    @api.resource(description="D.")
    def r(context):
        seen.update(description=context.resource_def.description, run=isinstance(context.run_id, str))
        context.log.info("made")
        return 1

    _value(api, r)
    return seen
