"""Retries: policies, requests and failures that ask for none."""

from differential.answers import error, events, outcome, refused


def _attempts(api, body, **kwargs):
    """Run an asset whose function is told the number of its attempt; return how it went."""
    count = []

    @api.asset(**kwargs)
    def a(context):
        count.append(context.retry_number)
        return body(len(count))

    result = api.materialize([a], raise_on_error=False)
    return {"numbers": count, "events": events(result, "a"), "success": result.success}


def _fail_until(attempt):
    def body(n):
        if n < attempt:
            raise ValueError(n)
        return n

    return body


def policy_retries(api):
    """A policy tries again until it works; attempts are counted from zero."""
    return _attempts(api, _fail_until(3), retry_policy=api.RetryPolicy(max_retries=5))


def policy_gives_up(api):
    """After the retries, the step has failed."""
    return _attempts(api, _fail_until(9), retry_policy=api.RetryPolicy(max_retries=2))


def default_policy_retries_once(api):
    """A policy retries once by default."""
    return _attempts(api, _fail_until(2), retry_policy=api.RetryPolicy())


def no_policy(api):
    """Without a policy there is one attempt."""
    return _attempts(api, _fail_until(2))


def requested_retry(api):
    """`RetryRequested` asks for another attempt, so often at most."""

    def body(n):
        raise api.RetryRequested(max_retries=2)

    return _attempts(api, body)


def requested_retry_then_success(api):
    """A requested attempt that works."""

    def body(n):
        if n == 1:
            raise api.RetryRequested()
        return n

    return _attempts(api, body)


def failure_without_retries(api):
    """`Failure(allow_retries=False)` ends the retries of a policy."""

    def body(n):
        raise api.Failure("stop", allow_retries=False)

    return _attempts(api, body, retry_policy=api.RetryPolicy(max_retries=3))


def failure_with_retries(api):
    """A plain Failure is retried as any error."""

    def body(n):
        raise api.Failure("again")

    return _attempts(api, body, retry_policy=api.RetryPolicy(max_retries=1))


def failure_says_why(api):
    """A Failure has a description and metadata, and is what is raised."""
    failure = api.Failure("because", metadata={"n": 1}, allow_retries=False)

    @api.asset
    def a():
        raise failure

    return [failure.description, failure.allow_retries, error(api.materialize, [a])]


def error_of_the_io_manager(api):
    """A policy retries also what fails because its value could not be stored."""
    calls = []

    class Manager(api.IOManager):
        def handle_output(self, context, obj):
            calls.append("store")
            raise ValueError

        def load_input(self, context):
            return None

    @api.asset(retry_policy=api.RetryPolicy(max_retries=2))
    def a():
        calls.append("run")
        return 1

    result = api.materialize([a], resources={"io_manager": Manager()}, raise_on_error=False)
    return [calls, outcome(result)]


def broken_promise_is_not_retried(api):
    """A wrong type is no failure that another attempt can mend."""
    calls = []

    @api.asset(dagster_type=int, retry_policy=api.RetryPolicy(max_retries=2))
    def a():
        calls.append(1)
        return "x"

    result = api.materialize([a], raise_on_error=False)
    return [len(calls), outcome(result)]


def dependents_wait_for_the_retry(api):
    """What depends on a step waits for the attempt that works."""
    calls = []

    @api.asset(retry_policy=api.RetryPolicy(max_retries=1))
    def a():
        calls.append("a")
        if len(calls) == 1:
            raise ValueError
        return 1

    @api.asset
    def b(a):
        calls.append("b")

    return [outcome(api.materialize([a, b])), calls]


def policy_of_an_op(api):
    """An op has the policy it was given; a use may have another."""
    policy = api.RetryPolicy(max_retries=2)
    calls = []

    @api.op(retry_policy=policy)
    def flaky():
        calls.append(1)
        raise ValueError

    @api.job
    def own():
        flaky()

    @api.job
    def other():
        flaky.with_retry_policy(api.RetryPolicy(max_retries=1))()

    own.execute_in_process(raise_on_error=False)
    first = len(calls)
    other.execute_in_process(raise_on_error=False)
    return [flaky.retry_policy == policy, first, len(calls) - first]


def policy_values(api):
    """A policy keeps what it is given."""
    policy = api.RetryPolicy(
        max_retries=3, delay=0.5, backoff=api.Backoff.EXPONENTIAL, jitter=api.Jitter.FULL
    )
    bare = api.RetryPolicy()
    return [
        [policy.max_retries, policy.delay, policy.backoff, policy.jitter],
        [bare.max_retries, bare.delay, bare.backoff, bare.jitter],
    ]


def policies_that_are_wrong(api):
    """Backoff and jitter need a delay; numbers are numbers."""
    return [
        error(lambda: api.RetryPolicy(backoff=api.Backoff.LINEAR)),
        error(lambda: api.RetryPolicy(jitter=api.Jitter.FULL)),
        error(lambda: api.RetryPolicy(max_retries="x")),
        error(lambda: api.RetryPolicy(delay="x")),
        refused(lambda: api.RetryRequested(max_retries="x")),
    ]


def retried_outputs(api):
    """What failed attempts yielded before they failed."""
    calls = []

    @api.multi_asset(
        outs={"a": api.AssetOut(), "b": api.AssetOut()}, retry_policy=api.RetryPolicy(max_retries=1)
    )
    def pair():
        calls.append(1)
        yield api.Output(len(calls), "a")
        if len(calls) == 1:
            raise ValueError
        yield api.Output(len(calls), "b")

    result = api.materialize([pair])
    return [result.output_for_node("pair", "a"), result.output_for_node("pair", "b"), events(result, "pair")]


def retry_of_a_lazy_generator(api):
    """A generator that fails between outputs starts anew."""
    seen = []

    @api.op(retry_policy=api.RetryPolicy(max_retries=1))
    def gen():
        seen.append("start")
        if len(seen) == 1:
            raise ValueError
        yield api.Output(1)

    @api.job
    def use():
        gen()

    return [use.execute_in_process().output_for_node("gen"), seen]


def op_that_is_no_asset_requests_a_retry(api):
    """A request counts apart from the policy."""
    calls = []

    @api.op(retry_policy=api.RetryPolicy(max_retries=3))
    def a(context):
        calls.append(context.retry_number)
        raise api.RetryRequested(max_retries=1)

    @api.job
    def use():
        a()

    return [outcome(use.execute_in_process(raise_on_error=False)), calls]
