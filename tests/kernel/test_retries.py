"""Retries: what is tried again, how often and how soon, and what user code says of its failures."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest

from holdfast import (
    AssetKey,
    AssetOut,
    Backoff,
    DagsterType,
    ExecuteInProcessResult,
    Failure,
    InputContext,
    Instance,
    InvalidDefinitionError,
    InvalidMetadata,
    InvariantViolationError,
    IOManager,
    Jitter,
    JobDefinition,
    MetadataEntry,
    MetadataValue,
    OpDefinition,
    Out,
    Output,
    OutputContext,
    RetryPolicy,
    RetryRequested,
    StorageError,
    TypeCheck,
    asset,
    build_op_context,
    execute_job,
    graph,
    job,
    materialize,
    multi_asset,
    op,
)

TWICE = RetryPolicy(max_retries=2)


def attempts(result: ExecuteInProcessResult, step: str) -> int:
    """Return how often a step was tried."""
    return sum(event.is_step_start for event in result.events_for_node(step))


def run(definition: OpDefinition) -> ExecuteInProcessResult:
    """Run one op."""
    return graph(name="alone")(lambda: definition() and None).execute_in_process(raise_on_error=False)


def tried(raiser: Callable[[Any], object], policy: RetryPolicy | None = TWICE) -> int:
    """Return how often an op is tried that raises."""
    return attempts(run(op(name="tried", retry_policy=policy)(lambda context: raiser(context))), "tried")


def raising(error: Exception) -> Callable[[Any], object]:
    """Return a function that raises an error."""

    def raiser(_context: Any) -> None:
        raise error

    return raiser


# -- the policy ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "delays"),
    [
        (RetryPolicy(), [0, 0, 0]),
        (RetryPolicy(delay=0), [0, 0, 0]),
        (RetryPolicy(delay=3), [3, 3, 3]),
        (RetryPolicy(delay=3, backoff=Backoff.LINEAR), [3, 6, 9]),
        (RetryPolicy(delay=0.5, backoff=Backoff.EXPONENTIAL), [0.5, 1.5, 3.5]),
    ],
    ids=["none", "zero", "constant", "linear", "exponential"],
)
def test_delay(policy: RetryPolicy, delays: list[float]) -> None:
    """It grows with each attempt as the backoff says."""
    assert [policy.delay_after(attempt) for attempt in (1, 2, 3)] == delays


@pytest.mark.parametrize(
    ("jitter", "least", "most"),
    [(Jitter.FULL, 0, 4), (Jitter.PLUS_MINUS, 2, 6)],
    ids=lambda value: str(value),
)
def test_jitter(jitter: Jitter, least: float, most: float) -> None:
    """Anything up to the delay, or up to one delay more or less than it."""
    policy = RetryPolicy(delay=2, backoff=Backoff.LINEAR, jitter=jitter)
    delays = [policy.delay_after(2) for _ in range(200)]
    assert least <= min(delays) < max(delays) <= most
    assert max(delays) - min(delays) > 1


def test_jitter_is_never_negative() -> None:
    """The first delay less one delay is none."""
    policy = RetryPolicy(delay=1, jitter=Jitter.PLUS_MINUS)
    assert all(policy.delay_after(1) >= 0 for _ in range(200))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_retries": -1}, "max_retries is a count, not -1"),
        ({"max_retries": None}, "max_retries is a count, not None"),
        ({"max_retries": 1.5}, r"max_retries is a count, not 1\.5"),
        ({"delay": -1}, "delay is a number of seconds, not -1"),
        ({"delay": "1"}, "delay is a number of seconds, not '1'"),
        ({"delay": float("nan")}, "delay is a number of seconds, not nan"),
        ({"backoff": Backoff.LINEAR}, "backoff changes a delay; give delay too"),
        ({"jitter": Jitter.FULL}, "jitter changes a delay; give delay too"),
        ({"delay": 1, "backoff": "LINEAR"}, r"backoff is Backoff.LINEAR or .*, not 'LINEAR'"),
        ({"delay": 1, "jitter": "FULL"}, r"jitter is Jitter.FULL or .*, not 'FULL'"),
    ],
)
def test_wrong_policies(arguments: dict[str, Any], message: str) -> None:
    """The error says which argument, and what it is."""
    with pytest.raises(InvalidDefinitionError, match=message):
        RetryPolicy(**arguments)


def test_what_are_no_policies() -> None:
    """Wherever one is given, it is a `RetryPolicy`."""
    made = op(name="made")(lambda: None)
    only = graph(name="only")(lambda: made())
    for give in (
        lambda policy: op(name="x", retry_policy=policy)(lambda: None),
        lambda policy: asset(name="x", retry_policy=policy)(lambda: None),
        lambda policy: multi_asset(name="x", outs={"n": AssetOut()}, retry_policy=policy)(lambda: None),
        made.with_retry_policy,
        made.alias("other").with_retry_policy,
        only.with_retry_policy,
        lambda policy: only.to_job(op_retry_policy=policy),
        lambda policy: JobDefinition(graph_def=only, op_retry_policy=policy),
    ):
        with pytest.raises(InvalidDefinitionError, match="is a RetryPolicy, not 3"):
            give(3)


# -- whose policy --------------------------------------------------------------------------------------


def tries(*, own: int = 0, node: int = 0, of_job: int = 0) -> int:
    """Return how often an op is tried whose retries its own policy, its node's or its job's allows."""

    def policy(retries: int) -> RetryPolicy | None:
        return RetryPolicy(retries) if retries else None

    failing = op(name="failing", retry_policy=policy(own))(raising(ValueError("no")))
    used = failing.with_retry_policy(RetryPolicy(node)) if node else failing

    made = job(name="made", op_retry_policy=policy(of_job))(lambda: used())
    return attempts(made.execute_in_process(raise_on_error=False), "failing")


def test_which_policy_counts() -> None:
    """That of the node before the computation's own, and this before the job's."""
    assert tries() == 1
    assert tries(own=1) == tries(node=1) == tries(of_job=1) == 2
    assert tries(node=1, own=2, of_job=3) == 2
    assert tries(own=2, of_job=3) == 3


def test_a_policy_for_a_graph() -> None:
    """It counts for the computations in it that have none of their own."""
    one = op(name="one")(raising(ValueError("no")))
    two = op(name="two", retry_policy=RetryPolicy(3))(raising(ValueError("no")))

    @graph
    def inner() -> None:
        one()
        two()

    outer = job(name="outer", op_retry_policy=RetryPolicy(5))(lambda: inner.with_retry_policy(TWICE)())
    result = outer.execute_in_process(raise_on_error=False)
    assert (attempts(result, "inner.one"), attempts(result, "inner.two")) == (3, 4)


def test_a_policy_of_a_job_of_graphs() -> None:
    """The policy of a job is for all its steps, inside graphs too."""
    failing = op(name="failing")(raising(ValueError("no")))
    inner = graph(name="inner")(lambda: failing())
    outer = graph(name="outer")(lambda: inner()).to_job(op_retry_policy=TWICE)
    assert attempts(outer.execute_in_process(raise_on_error=False), "inner.failing") == 3


def test_no_retries() -> None:
    """A policy of none is one, and comes before the job's."""
    failing = op(name="failing", retry_policy=RetryPolicy(0))(raising(ValueError("no")))
    made = job(name="made", op_retry_policy=TWICE)(lambda: failing())
    assert attempts(made.execute_in_process(raise_on_error=False), "failing") == 1


# -- what is tried again -------------------------------------------------------------------------------


def test_what_user_code_raises_is_tried_again() -> None:
    """Whatever it is."""
    assert tried(raising(ValueError("no"))) == 3


def test_misuse_of_a_context_is_not_tried_again() -> None:
    """What Holdfast finds wrong with user code would be wrong then too."""
    assert tried(lambda context: context.resources.missing) == 1


@pytest.mark.parametrize(
    "function",
    [lambda: "text", lambda: (_ for _ in [3]), lambda: None],
    ids=["wrong type", "no output", "missing output"],
)
def test_wrong_outputs_are_not_tried_again(function: Callable[[], Any]) -> None:
    """The computation broke a promise of its own."""
    wrong = op(name="wrong", out={"n": Out(int), "m": Out(int)}, retry_policy=TWICE)(function)
    assert attempts(run(wrong), "wrong") == 1


def test_checks_of_types_are_not_tried_again() -> None:
    """Neither one that does not pass nor one that raises."""

    def check(_context: Any, value: Any) -> bool:
        if value is None:
            raise ValueError("no check of nothing")
        return False

    picky = DagsterType(check, name="Picky")
    for value in (None, 1):
        picked = op(name="picked", out=Out(picky), retry_policy=TWICE)(lambda value=value: value)
        assert attempts(run(picked), "picked") == 1


class Unsteady(IOManager):
    """Keeps one value; its first store and its first load raise."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.value: Any = None
        self.calls: list[str] = []

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        self._call("store")
        self.value = obj

    def load_input(self, context: InputContext) -> Any:
        self._call("load")
        return self.value

    def _call(self, what: str) -> None:
        self.calls.append(what)
        if self.calls.count(what) == 1:
            raise self.error


@pytest.mark.parametrize(
    "error", [OSError("gone"), StorageError("gone")], ids=lambda error: type(error).__name__
)
def test_storing_and_loading_are_tried_again(error: Exception) -> None:
    """The store may be back by then; the function runs again too."""
    made = asset(name="made", retry_policy=TWICE)(lambda: 1)
    read = asset(name="read", retry_policy=TWICE, io_manager_key="other")(lambda made: made)
    unsteady = Unsteady(error)
    from_memory = Unsteady(error)
    from_memory.calls += ["store", "load"]
    result = materialize([made, read], resources={"io_manager": unsteady, "other": from_memory})
    assert result.success
    assert unsteady.calls == ["store", "store", "load", "load"]
    assert attempts(result, "made") == attempts(result, "read") == 2


def test_each_attempt_is_told_its_number() -> None:
    """The first is 0, in a test too."""
    seen = []

    @asset(retry_policy=TWICE)
    def flaky(context: Any) -> int:
        seen.append(context.retry_number)
        if len(seen) < 3:
            raise ValueError("not yet")
        return 7

    assert materialize([flaky]).output_for_node("flaky") == 7
    assert seen == [0, 1, 2]
    assert build_op_context().retry_number == 0


def test_an_attempt_that_failed_is_recorded() -> None:
    """With its error, its number, and when the next one comes; the last as a failure."""
    failing = op(name="failing", retry_policy=RetryPolicy(1, delay=0.01))(raising(ValueError("no")))
    first, last = run(failing).filter_events(lambda e: e.is_step_up_for_retry or e.is_step_failure)
    assert (first.event_type_value, last.event_type_value) == ("STEP_UP_FOR_RETRY", "STEP_FAILURE")
    assert (first.data.attempt, first.data.retry_in) == (1, 0.01)
    assert (last.data.attempt, last.data.retry_in) == (2, None)
    assert first.data.error.message == last.data.error.message == "no"


def test_each_attempt_stores_anew() -> None:
    """What an attempt stored before it failed is stored again by the next one."""
    stored: list[int] = []

    class Log(IOManager):
        def handle_output(self, context: OutputContext, obj: int) -> None:
            stored.append(obj)

        def load_input(self, context: InputContext) -> Any:
            raise NotImplementedError

    @op(out={"first": Out(), "second": Out()}, retry_policy=TWICE)
    def halfway(context: Any) -> Any:
        yield Output(context.retry_number, "first")
        if context.retry_number == 0:
            raise ValueError("not yet")
        yield Output(10, "second")

    made = job(name="made", resource_defs={"io_manager": Log()})(lambda: halfway() and None)
    made.execute_in_process()
    assert stored == [0, 1, 10]


def test_retries_in_worker_processes() -> None:
    """A policy counts there as it does here, and an attempt knows its number."""

    @op(retry_policy=TWICE)
    def flaky(context: Any) -> Output[int]:
        if context.retry_number < 2:
            raise Failure("not yet", metadata={"attempt": context.retry_number})
        return Output(1, metadata={"attempt": context.retry_number})

    result = execute_job(graph(name="only")(lambda: flaky()).to_job(), Instance.ephemeral())
    assert result.success
    retried = result.filter_events(lambda event: event.is_step_up_for_retry)
    assert [event.data.metadata["attempt"].value for event in retried] == [0, 1]


# -- RetryRequested ------------------------------------------------------------------------------------


def test_a_retry_can_be_asked_for() -> None:
    """Without a policy, as often as the request says, after the seconds it says."""

    def ask(_context: Any) -> None:
        raise RetryRequested(max_retries=2, seconds_to_wait=0.01) from ValueError("why")

    assert tried(ask, None) == 3


def test_what_is_recorded_of_a_request() -> None:
    """The seconds, and why."""

    @op
    def asking(context: Any) -> None:
        if context.retry_number == 0:
            raise RetryRequested(seconds_to_wait=0.01) from ValueError("why")

    (event,) = run(asking).filter_events(lambda event: event.is_step_up_for_retry)
    assert event.data.retry_in == 0.01
    assert event.data.error.cause.message == "why"


def test_a_request_counts_before_the_policy() -> None:
    """Its number of retries is the one that counts."""
    assert tried(raising(RetryRequested(max_retries=1)), RetryPolicy(5)) == 2
    assert tried(raising(RetryRequested(max_retries=4))) == 5
    assert tried(raising(RetryRequested(max_retries=0))) == 1


def test_the_last_request_fails_the_step() -> None:
    """It is raised by the run."""
    failing = op(name="failing")(raising(RetryRequested()))
    with pytest.raises(RetryRequested):
        job(name="made")(lambda: failing()).execute_in_process()


@pytest.mark.parametrize("arguments", [{"max_retries": "1"}, {"max_retries": None}, {"seconds_to_wait": "1"}])
def test_wrong_requests(arguments: dict[str, Any]) -> None:
    """The error says which argument, and what it is."""
    with pytest.raises(InvariantViolationError, match=next(iter(arguments))):
        RetryRequested(**arguments)


# -- Failure -------------------------------------------------------------------------------------------


def test_a_failure_is_tried_again_unless_it_says_no() -> None:
    """`allow_retries=False` ends them."""
    assert tried(raising(Failure("no"))) == 3
    assert tried(raising(Failure("no", allow_retries=True))) == 3
    assert tried(raising(Failure("no", allow_retries=False))) == 1


def test_what_is_recorded_of_a_failure() -> None:
    """Its description and metadata are with the event of the failed step."""
    failure = Failure("no rows", metadata={"table": AssetKey("orders"), "rows": 0})
    (event,) = run(op(name="failing")(raising(failure))).filter_events(lambda event: event.is_step_failure)
    assert event.data.description == "no rows"
    assert event.data.metadata == {
        "table": MetadataValue.asset(AssetKey("orders")),
        "rows": MetadataValue.int(0),
    }


def test_what_is_recorded_of_a_type_check() -> None:
    """What the check said is with the event of the failed step as well."""
    verdict = TypeCheck(False, "too small", metadata={"least": 10})
    small = DagsterType(lambda _context, _value: verdict, name="Small")
    (event,) = run(op(name="failing", out=Out(small))(lambda: 1)).filter_events(
        lambda event: event.is_step_failure
    )
    assert event.data.description == "too small"
    assert event.data.metadata == {"least": MetadataValue.int(10)}


def test_what_is_recorded_of_other_errors() -> None:
    """They say nothing beyond themselves."""
    failing = op(name="failing")(raising(ValueError("no")))
    (event,) = run(failing).filter_events(lambda event: event.is_step_failure)
    assert (event.data.description, event.data.metadata) == (None, {})


def test_a_failure_is_raised_by_the_run() -> None:
    """As it is."""
    failure = Failure("no", metadata={"rows": 0})
    with pytest.raises(Failure) as raised:
        job(name="made")(lambda: op(name="failing")(raising(failure))()).execute_in_process()
    assert raised.value is failure


def test_metadata_entries_of_a_failure() -> None:
    """An older form of metadata."""
    failure = Failure("no", metadata_entries=[MetadataEntry("rows", value=2)])
    assert failure.metadata == {"rows": MetadataValue.int(2)}


def test_what_crosses_processes() -> None:
    """A failure and a request come back as they were."""
    failure = pickle.loads(pickle.dumps(Failure("no", metadata={"rows": 2}, allow_retries=False)))
    assert (failure.description, failure.metadata, failure.allow_retries) == (
        "no",
        {"rows": MetadataValue.int(2)},
        False,
    )
    request = pickle.loads(pickle.dumps(RetryRequested(3, 0.5)))
    assert (request.max_retries, request.seconds_to_wait) == (3, 0.5)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"description": 3}, InvariantViolationError),
        ({"allow_retries": "no"}, InvariantViolationError),
        ({"metadata": {"n": 1}, "metadata_entries": [MetadataEntry("n", value=1)]}, InvalidMetadata),
    ],
)
def test_wrong_failures(arguments: dict[str, Any], error: type[Exception]) -> None:
    """The error says which argument it is."""
    with pytest.raises(error, match=next(iter(arguments)).partition("_")[0]):
        Failure(**arguments)
