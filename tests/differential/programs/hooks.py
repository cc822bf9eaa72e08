"""Hooks on ops, graphs and jobs."""

from differential.answers import error, outcome


def _ops(api):
    @api.op
    def good():
        return 1

    @api.op
    def bad():
        raise ValueError("no")

    return good, bad


def hooks_on_a_job(api):
    """Hooks of a job see every op that succeeds or fails."""
    good, bad = _ops(api)
    seen = []

    @api.success_hook
    def on_success(context):
        seen.append(["success", context.op.name])

    @api.failure_hook
    def on_failure(context):
        seen.append(["failure", context.op.name])

    @api.job(hooks={on_success, on_failure})
    def both():
        good()
        bad()

    result = both.execute_in_process(raise_on_error=False)
    return [outcome(result), sorted(seen)]


def hooks_on_one_op(api):
    """Hooks of a use see that use alone."""
    good, _ = _ops(api)
    seen = []

    @api.success_hook
    def on_success(context):
        seen.append(context.op.name)

    @api.job
    def two():
        good.with_hooks({on_success}).alias("watched")()
        good.alias("other")()

    two.execute_in_process()
    return seen


def hooks_on_a_graph(api):
    """Hooks of a graph see the ops in it."""
    good, _ = _ops(api)
    seen = []

    @api.success_hook
    def on_success(context):
        seen.append(context.op.name)

    @api.graph
    def inner():
        good()

    @api.job
    def outer():
        inner.with_hooks({on_success})()
        good.alias("outside")()

    outer.execute_in_process()
    return seen


def hooks_on_a_job_definition(api):
    """`with_hooks` gives a job that has them; the other has not."""
    good, _ = _ops(api)
    seen = []

    @api.success_hook
    def on_success(context):
        seen.append(context.op.name)

    @api.job
    def plain_job():
        good()

    watched = plain_job.with_hooks({on_success})
    plain_job.execute_in_process()
    before = list(seen)
    watched.execute_in_process()
    return [before, seen]


def hook_that_raises(api):
    """A hook that raises fails no run."""
    good, _ = _ops(api)

    @api.success_hook
    def broken(context):
        raise RuntimeError

    @api.job(hooks={broken})
    def one():
        good()

    return outcome(one.execute_in_process())


def hook_with_resources(api):
    """A hook gets the resources it requires; a missing one is an error of the job."""
    good, _ = _ops(api)
    seen = []

    @api.success_hook(required_resource_keys={"channel"})
    def on_success(context):
        seen.append(context.resources.channel)

    def make(**resources):
        @api.job(hooks={on_success}, resource_defs=resources)
        def one():
            good()

        return one

    make(channel=api.ResourceDefinition.hardcoded_resource("#x")).execute_in_process()
    return [seen, error(make)]


def what_a_hook_sees(api):
    """The context of a hook knows the op, the step, the run and what was raised."""
    _, bad = _ops(api)
    seen = {}

    @api.failure_hook
    def on_failure(context):
        seen.update(
            op=context.op.name,
            step=context.step_key,
            raised=type(context.op_exception).__name__,
            hook=context.hook_def.name,
            job=context.job_name,
        )

    @api.job(hooks={on_failure})
    def one():
        bad()

    one.execute_in_process(raise_on_error=False)
    return seen


def what_a_success_hook_sees(api):
    """The context of a success hook knows the outputs and the config."""
    seen = {}

    @api.op(config_schema={"n": int})
    def number(context):
        return context.op_config["n"]

    @api.success_hook
    def on_success(context):
        seen.update(
            outputs=dict(context.op_output_values), config=context.op_config, raised=context.op_exception
        )

    @api.job(hooks={on_success})
    def one():
        number()

    one.execute_in_process(run_config={"ops": {"number": {"config": {"n": 2}}}})
    return seen


def hook_for_a_skipped_step(api):
    """A skipped step calls no hook."""
    seen = []

    @api.op(out=api.Out(is_required=False))
    def maybe():
        if False:
            yield

    @api.op
    def child(x):
        return x

    @api.success_hook
    def on_success(context):
        seen.append(context.op.name)

    @api.job(hooks={on_success})
    def one():
        child(maybe())

    one.execute_in_process()
    return seen


def names_of_hooks(api):
    """A hook is named by its function or by `name`."""

    @api.success_hook
    def first(context):
        pass

    @api.failure_hook(name="named")
    def second(context):
        pass

    return [first.name, second.name]


def hooks_of_wrong_types(api):
    """Hooks are definitions, made of functions of one argument."""
    good, _ = _ops(api)

    def no_context():
        pass

    return [
        error(api.success_hook, no_context),
        error(lambda: good.with_hooks({3})),
        error(lambda: api.job(hooks={3})(good)),
    ]


def failure_that_is_retried(api):
    """Only the last attempt calls the failure hook."""
    seen = []

    @api.op(retry_policy=api.RetryPolicy(max_retries=1))
    def bad():
        raise ValueError

    @api.failure_hook
    def on_failure(context):
        seen.append(context.op.name)

    @api.job(hooks={on_failure})
    def one():
        bad()

    one.execute_in_process(raise_on_error=False)
    return seen
