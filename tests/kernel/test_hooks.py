"""Hooks of steps: when they are told, what they are told, and that they break nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from holdfast import (
    DynamicOut,
    DynamicOutput,
    ExecuteInProcessResult,
    HookContext,
    HookDefinition,
    Instance,
    InvalidDefinitionError,
    InvalidInvocationError,
    InvalidNameError,
    InvariantViolationError,
    JobDefinition,
    MissingResourceError,
    Out,
    Output,
    ResourceDefinition,
    RetryPolicy,
    asset,
    build_hook_context,
    define_asset_job,
    execute_job,
    failure_hook,
    graph,
    job,
    op,
    resource,
    success_hook,
)


class Heard:
    """A pair of hooks that keep the contexts they get."""

    def __init__(self) -> None:
        self.succeeded: list[HookContext] = []
        self.failed: list[HookContext] = []
        success = success_hook(name="success")
        failure = failure_hook(name="failure")
        self.hooks = {success(self._success), failure(self._failure)}

    def _success(self, context: HookContext) -> None:
        self.succeeded.append(context)

    def _failure(self, context: HookContext) -> None:
        self.failed.append(context)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@success_hook
def quiet(context: HookContext) -> None:
    """Do nothing."""


@success_hook(required_resource_keys={"chat"})
def tell(context: HookContext) -> None:
    """Say which step succeeded."""
    context.resources.chat.append(context.step_key)


@op
def good() -> int:
    return 1


@op
def bad() -> int:
    raise ValueError("no")


@graph
def both() -> None:
    good()
    bad()


@graph
def only_good() -> None:
    good()


def hook_events(result: ExecuteInProcessResult) -> list[tuple[str, str, str]]:
    """Return the type, the step and the hook of each event of a hook."""
    events = result.filter_events(lambda event: event.is_hook_event)
    return [(e.event_type_value, e.step_key or "", e.data.hook_name) for e in events]


# -- when ----------------------------------------------------------------------------------------------


def test_hooks_are_told_how_a_step_ended(heard: Heard) -> None:
    """A success hook of steps that succeed, a failure hook of steps that fail."""
    both.to_job(hooks=heard.hooks).execute_in_process(raise_on_error=False)
    assert [context.step_key for context in heard.succeeded] == ["good"]
    assert [context.step_key for context in heard.failed] == ["bad"]


def test_what_came_of_hooks_is_recorded_after_the_step(heard: Heard) -> None:
    """In the order of their names: whether each was concerned."""
    result = both.to_job(hooks=heard.hooks).execute_in_process(raise_on_error=False)
    assert hook_events(result) == [
        ("HOOK_SKIPPED", "good", "failure"),
        ("HOOK_COMPLETED", "good", "success"),
        ("HOOK_COMPLETED", "bad", "failure"),
        ("HOOK_SKIPPED", "bad", "success"),
    ]
    kinds = [event.event_type_value for event in result.events_for_node("good")]
    assert kinds[-3] == "STEP_SUCCESS"


def test_an_attempt_that_is_tried_again_is_no_failure(heard: Heard) -> None:
    """Hooks are told of the last attempt; those before it skip them."""

    @op(retry_policy=RetryPolicy(max_retries=1))
    def broken() -> None:
        raise ValueError("never")

    @job(hooks=heard.hooks)
    def trying() -> None:
        broken()

    result = trying.execute_in_process(raise_on_error=False)
    assert len(heard.failed) == 1
    assert [kind for kind, _, name in hook_events(result) if name == "failure"] == [
        "HOOK_SKIPPED",
        "HOOK_COMPLETED",
    ]


def test_values_of_an_earlier_attempt_are_forgotten(heard: Heard) -> None:
    """A hook is told what the last attempt made, and nothing of those before it."""

    @op(out={"first": Out(), "last": Out(is_required=False)}, retry_policy=RetryPolicy(max_retries=1))
    def flaky(context: Any) -> Iterator[Output[int]]:
        yield Output(context.retry_number, "first")
        if context.retry_number == 0:
            yield Output(0, "last")
            raise ValueError("not yet")

    @job(hooks=heard.hooks)
    def trying() -> None:
        flaky()

    trying.execute_in_process()
    assert heard.succeeded[0].op_output_values == {"first": 1}


def test_a_hook_that_raises_fails_nothing() -> None:
    """What it raised is recorded, other hooks are told, and the run goes on."""

    @success_hook
    def a_broken_hook(context: HookContext) -> None:
        raise ValueError("broken hook")

    result = only_good.to_job(hooks={a_broken_hook, quiet}).execute_in_process()
    assert result.success
    assert hook_events(result) == [
        ("HOOK_ERRORED", "good", "a_broken_hook"),
        ("HOOK_COMPLETED", "good", "quiet"),
    ]
    (errored,) = result.filter_events(lambda event: event.event_type_value == "HOOK_ERRORED")
    assert (errored.data.error.type_name, errored.data.error.message) == ("ValueError", "broken hook")


def test_a_hook_that_raises_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """With its name and the step, so that it is seen without looking at events."""

    @success_hook
    def noisy(context: HookContext) -> None:
        raise ValueError("broken hook")

    only_good.to_job(hooks={noisy}).execute_in_process()
    assert [record.getMessage() for record in caplog.records] == ["Hook 'noisy' raised after Step 'good'"]


# -- whose ---------------------------------------------------------------------------------------------


def test_hooks_of_a_node(heard: Heard) -> None:
    """Other uses of the computation do not have them; the node's name is the name that is told."""

    @job
    def twice() -> None:
        good()
        good.with_hooks(heard.hooks).alias("told")()

    twice.execute_in_process()
    assert [(context.step_key, context.op.name) for context in heard.succeeded] == [("told", "told")]


def test_hooks_of_a_graph(heard: Heard) -> None:
    """Every computation inside it has them."""

    @job
    def outer() -> None:
        both.with_hooks(heard.hooks)()
        good()

    outer.execute_in_process(raise_on_error=False)
    keys = [context.step_key for context in (*heard.succeeded, *heard.failed)]
    assert keys == ["both.good", "both.bad"]


def test_hooks_add_up(heard: Heard) -> None:
    """Those of a node come on top of those of its job, and `with_hooks` adds to what is there."""

    @job(hooks={quiet})
    def adding() -> None:
        good.with_hooks(heard.hooks).with_hooks({quiet})()

    assert len(hook_events(adding.execute_in_process())) == 3


@pytest.mark.parametrize(
    "made",
    [
        lambda hooks: JobDefinition(graph_def=only_good, hook_defs=hooks),
        lambda hooks: only_good.to_job(hooks=hooks),
        lambda hooks: job(name="made", hooks=hooks)(lambda: good()),
        lambda hooks: only_good.to_job().with_hooks(hooks),
    ],
    ids=["JobDefinition", "to_job", "job", "with_hooks"],
)
def test_hooks_of_a_job(made: Any, heard: Heard) -> None:
    """However a job is given hooks, its steps have them."""
    with_hooks = made(heard.hooks)
    with_hooks.execute_in_process()
    assert with_hooks.hook_defs == heard.hooks
    assert len(heard.succeeded) == 1


def test_with_hooks_makes_a_copy(heard: Heard) -> None:
    """The job itself stays as it is."""
    plain = only_good.to_job(hooks={quiet})
    copy = plain.with_hooks(heard.hooks)
    assert plain.hook_defs == {quiet}
    assert copy.hook_defs == {quiet, *heard.hooks}


def test_a_job_of_assets_can_have_hooks(heard: Heard) -> None:
    """They are told of the steps of its assets."""
    orders = asset(name="orders")(lambda: [1, 2])
    define_asset_job("all").resolve([orders]).with_hooks(heard.hooks).execute_in_process()
    assert [context.op_output_values for context in heard.succeeded] == [{"result": [1, 2]}]


# -- what they are told --------------------------------------------------------------------------------


def test_a_hook_is_told_of_the_run(heard: Heard) -> None:
    """Which run of which job, on which instance, and which hook it is."""
    instance = Instance.ephemeral()
    result = only_good.to_job("daily", hooks=heard.hooks).execute_in_process(instance=instance)
    (context,) = heard.succeeded
    assert (context.run_id, context.job_name) == (result.run_id, "daily")
    assert context.instance is instance
    assert context.hook_def.name == "success"
    assert context.log.name == "holdfast.run"


def test_a_hook_is_told_of_the_config(heard: Heard) -> None:
    """That which the step's computation got, defaults included."""

    @job(hooks=heard.hooks)
    def configured() -> None:
        op(name="limited", config_schema={"limit": int, "unit": str})(lambda context: None)()

    given = {"limit": 3, "unit": "kg"}
    configured.execute_in_process({"ops": {"limited": {"config": given}}})
    assert heard.succeeded[0].op_config == given


def test_a_hook_is_told_the_values(heard: Heard) -> None:
    """By output, those of a dynamic output by mapping key."""

    @op(out={"count": Out(), "each": DynamicOut()})
    def split() -> Iterator[Any]:
        yield Output(2, "count")
        yield DynamicOutput(10, "a", "each")
        yield DynamicOutput(20, "b", "each")

    @job(hooks=heard.hooks)
    def splitting() -> None:
        split()

    splitting.execute_in_process()
    assert heard.succeeded[0].op_output_values == {"count": 2, "each": {"a": 10, "b": 20}}


def test_a_failure_hook_is_told_what_was_raised(heard: Heard) -> None:
    """And the values that were made before."""

    @op(out={"first": Out(), "second": Out()})
    def halfway() -> Iterator[Output[int]]:
        yield Output(1, "first")
        raise KeyError("second")

    @job(hooks=heard.hooks)
    def failing() -> None:
        halfway()

    failing.execute_in_process(raise_on_error=False)
    (context,) = heard.failed
    assert isinstance(context.op_exception, KeyError)
    assert context.op_output_values == {"first": 1}


def test_a_success_hook_is_told_of_no_exception(heard: Heard) -> None:
    """There is none."""
    only_good.to_job(hooks=heard.hooks).execute_in_process()
    assert heard.succeeded[0].op_exception is None


def test_hooks_of_steps_for_each_value(heard: Heard) -> None:
    """Each step tells its own key and value; the computation is named as its node."""

    @op(out=DynamicOut(int))
    def numbers() -> Iterator[DynamicOutput[int]]:
        yield DynamicOutput(1, "a")
        yield DynamicOutput(2, "b")

    double = op(name="double")(lambda n: 2 * n)

    @job
    def mapping() -> None:
        numbers().map(double.with_hooks(heard.hooks))

    mapping.execute_in_process()
    told = {context.step_key: (context.op.name, context.op_output_values) for context in heard.succeeded}
    assert told == {"double[a]": ("double", {"result": 2}), "double[b]": ("double", {"result": 4})}


def test_a_hook_uses_resources() -> None:
    """Those that it asks for, of the job it is in."""
    said: list[str] = []
    only_good.to_job(resource_defs={"chat": said}, hooks={tell}).execute_in_process()
    assert said == ["good"]


def test_a_hook_gets_no_other_resources() -> None:
    """What it did not ask for is not there."""

    @success_hook
    def greedy(context: HookContext) -> None:
        context.resources.chat.append("x")

    result = only_good.to_job(resource_defs={"chat": []}, hooks={greedy}).execute_in_process()
    (event,) = result.filter_events(lambda event: event.is_hook_event)
    assert "Hook 'greedy' has no resource 'chat'" in event.data.error.message


def test_a_missing_resource_of_a_jobs_hook() -> None:
    """It is an error when the job is made, naming the hook."""
    with pytest.raises(MissingResourceError, match="Hook 'tell' needs the resource 'chat'"):
        only_good.to_job(hooks={tell})
    with pytest.raises(MissingResourceError, match="Hook 'tell' needs the resource 'chat'"):
        only_good.to_job().with_hooks({tell})


def test_a_missing_resource_of_a_nodes_hook() -> None:
    """It is one inside a graph too."""

    @graph
    def inner() -> None:
        good.with_hooks({tell})()

    with pytest.raises(MissingResourceError, match="Hook 'tell' needs the resource 'chat'"):
        job(name="outer")(lambda: inner())


def test_hooks_run_in_the_process_of_the_step() -> None:
    """They know what it made, and what came of them is among its events."""

    @success_hook(required_resource_keys={"limit"})
    def check(context: HookContext) -> None:
        if context.op_output_values["result"] > context.resources.limit:
            raise ValueError(f"too much in {os.getpid()}")

    checked = only_good.to_job(
        resource_defs={"limit": ResourceDefinition.hardcoded_resource(0)}, hooks={check}
    )
    result = execute_job(checked, Instance.ephemeral())
    (event,) = result.filter_events(lambda event: event.is_hook_event)
    words, _, process = event.data.error.message.rpartition(" ")
    assert (event.event_type_value, words) == ("HOOK_ERRORED", "too much in")
    assert int(process) != os.getpid()


# -- definitions ---------------------------------------------------------------------------------------


def test_names_of_hooks() -> None:
    """A hook is called like its function unless it is given a name."""
    named = success_hook(name="other")(lambda context: None)
    assert (quiet.name, named.name, failure_hook("third")(lambda context: None).name) == (
        "quiet",
        "other",
        "third",
    )


def test_a_failure_hook_asks_for_resources() -> None:
    """As a success hook does."""
    hook = failure_hook("hook", required_resource_keys={"chat"})(lambda context: None)
    assert hook.required_resource_keys == {"chat"}


def test_a_hook_made_by_hand(heard: Heard) -> None:
    """Its function is told of every attempt, with the events, and says whether it was concerned."""
    seen = []

    def look(context: HookContext, events: Any) -> bool:
        seen.append((context.step_key, events[-1].event_type_value))
        return context.step_key == "bad"

    result = both.to_job(hooks={HookDefinition(name="look", hook_fn=look)}).execute_in_process(
        raise_on_error=False
    )
    assert seen == [("good", "STEP_SUCCESS"), ("bad", "STEP_FAILURE")]
    assert [kind for kind, _, _ in hook_events(result)] == ["HOOK_SKIPPED", "HOOK_COMPLETED"]


@pytest.mark.parametrize("function", [lambda: None, lambda context, events: None, lambda n: None])
def test_a_hook_takes_a_context_alone(function: Any) -> None:
    """A function that takes something else is an error."""
    for decorate in (success_hook(name="hook"), failure_hook(name="hook")):
        with pytest.raises(InvalidDefinitionError, match="takes one argument, called context"):
            decorate(function)


def test_wrong_definitions() -> None:
    """The error says what is wrong."""
    with pytest.raises(InvalidNameError, match="'two words' is not a valid hook name"):
        success_hook(name="two words")(lambda context: None)
    with pytest.raises(InvalidDefinitionError, match=r"set of strings, not .*'chat'"):
        success_hook(name="hook", required_resource_keys="chat")(lambda context: None)
    with pytest.raises(InvalidDefinitionError, match="hook 'hook': hook_fn is a function, not 3"):
        HookDefinition(name="hook", hook_fn=3)  # type: ignore[arg-type]


@pytest.mark.parametrize("hooks", [quiet, {"quiet"}, 3], ids=["a hook", "no hooks", "no set"])
def test_what_are_no_hooks(hooks: Any) -> None:
    """Wherever hooks are given, they are a set of hooks."""
    for give in (
        good.with_hooks,
        both.with_hooks,
        good.alias("other").with_hooks,
        only_good.to_job().with_hooks,
        lambda hooks: only_good.to_job(hooks=hooks),
    ):
        with pytest.raises(InvalidDefinitionError, match="hook"):
            give(hooks)


# -- in tests ------------------------------------------------------------------------------------------


def test_a_hook_can_be_called() -> None:
    """With a context, by position or by name; it returns what its function returns."""
    hook = success_hook(name="hook")(lambda context: f"{context.op.name} in {context.job_name}")
    context = build_hook_context(op=good, job_name="daily")
    assert hook(context) == hook(context=context) == "good in daily"


def test_a_called_hook_uses_resources() -> None:
    """Definitions are set up when they are used; those that are torn down need a with block."""
    closed = []

    @resource
    def chat() -> Iterator[list[str]]:
        yield said
        closed.append(True)

    said: list[str] = []
    with build_hook_context({"chat": chat}, step_key="good") as context:
        tell(context)
    assert (said, closed) == (["good"], [True])


def test_what_a_called_hook_is_told() -> None:
    """What the context was built with."""
    instance, error = Instance.ephemeral(), ValueError("no")
    context = build_hook_context(
        {"chat": "chat"},
        good.alias("other"),
        "run",
        "daily",
        error,
        op_config={"n": 1},
        op_output_values={"result": 2},
        step_key="other",
        instance=instance,
    )
    assert (context.op.name, context.run_id, context.job_name) == ("other", "run", "daily")
    assert (context.op_config, context.op_output_values, context.step_key) == (
        {"n": 1},
        {"result": 2},
        "other",
    )
    assert context.op_exception is error
    assert context.instance is instance
    assert context.resources.chat == "chat"


@pytest.mark.parametrize(
    "member", ["op", "step_key", "run_id", "job_name", "hook_def", "required_resource_keys"]
)
def test_what_a_context_was_not_built_with(member: str) -> None:
    """Asking for it says how to give it."""
    with pytest.raises(InvariantViolationError, match=r"HookContext has no .* build_hook_context"):
        getattr(build_hook_context(), member)


def test_wrong_calls() -> None:
    """The error says how a hook is called."""
    for arguments in ((), (1, 2), (5,)):
        with pytest.raises(InvalidInvocationError, match=r"build_hook_context\(\)"):
            quiet(*arguments)
    with pytest.raises(InvalidInvocationError, match="'context'"):
        quiet(other=build_hook_context())
    by_hand = HookDefinition(name="hook", hook_fn=lambda context, events: None)
    with pytest.raises(InvalidInvocationError, match="not made by success_hook or failure_hook"):
        by_hand(build_hook_context())


def test_a_called_hook_lacks_a_resource() -> None:
    """The error names the hook and the resource."""
    for context in (None, build_hook_context({"other": 1})):
        with pytest.raises(MissingResourceError, match="hook 'tell' needs the resource 'chat'"):
            tell(context)


def test_a_context_for_no_computation() -> None:
    """`op` is a computation."""
    with pytest.raises(InvalidDefinitionError, match="op is a computation, not 3"):
        build_hook_context(op=3)  # type: ignore[arg-type]
