"""Making assets in this process: order, values, failures, skips, events."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest

from holdfast import (
    AssetIn,
    AssetKey,
    AssetMaterialization,
    AssetObservation,
    AssetOut,
    AssetsDefinition,
    CycleError,
    DuplicateKeyError,
    ExecuteInProcessResult,
    GraphOut,
    InMemoryIOManager,
    InputContext,
    Instance,
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidInvocationError,
    InvariantViolationError,
    IOManager,
    MissingResourceError,
    Output,
    OutputContext,
    ResourceDefinition,
    RetryPolicy,
    RetryRequested,
    RunStatus,
    SourceAsset,
    UnknownSelectionError,
    UnknownUpstreamError,
    asset,
    define_asset_job,
    graph,
    materialize,
    materialize_to_memory,
    mem_io_manager,
    multi_asset,
    op,
)


def events_of(result: ExecuteInProcessResult, *, step: str | None = None) -> list[str]:
    """Return the types of the events of a run, or of one of its steps."""
    return [e.event_type_value for e in result.all_events if step is None or e.step_key == step]


def test_values_flow_from_asset_to_asset() -> None:
    """An argument is given the value of the asset it names."""

    @asset
    def orders() -> list[int]:
        return [1, 2]

    @asset
    def revenue(orders: list[int]) -> int:
        return sum(orders)

    result = materialize_to_memory([revenue, orders])
    assert result.success
    assert result.output_for_node("revenue") == result.asset_value("revenue") == 3


def test_none_is_a_value_like_any_other() -> None:
    """A function that returns nothing makes an asset whose value is None."""
    result = materialize_to_memory([asset(name="a")(lambda: None), asset(name="b")(lambda a: [a])])
    assert result.asset_value("b") == [None]


def test_materialize_stores_under_the_instances_storage() -> None:
    """The default IO manager writes files where the instance says."""
    instance = Instance.ephemeral()
    materialize([asset(name="a")(lambda: 7)], instance=instance)
    assert [p.name for p in Path(instance.settings.storage).rglob("*") if p.is_file()] == ["a.json"]


def test_a_later_run_of_an_instance_loads_what_an_earlier_one_stored() -> None:
    """Assets that are not selected are loaded, not made again."""
    instance = Instance.ephemeral()
    assets = [asset(name="a")(lambda: 7), asset(name="b")(lambda a: a + 1)]
    materialize(assets, instance=instance, selection="a")
    result = materialize(assets, instance=instance, selection="b")
    assert result.asset_value("b") == 8
    assert "a" not in result.plan.steps


def test_the_events_of_a_run_come_in_order() -> None:
    """Planned first, then each step from start to success, between the run's start and end."""
    result = materialize_to_memory([asset(name="a")(lambda: 1), asset(name="b")(lambda a: a)])
    assert events_of(result)[:3] == ["RUN_START", *["ASSET_MATERIALIZATION_PLANNED"] * 2]
    assert events_of(result)[-1] == "RUN_SUCCESS"
    assert events_of(result, step="b")[1:] == [
        "STEP_START",
        "LOADED_INPUT",
        "STEP_INPUT",
        "STEP_OUTPUT",
        "ASSET_MATERIALIZATION",
        "HANDLED_OUTPUT",
        "STEP_SUCCESS",
    ]


def test_the_instance_keeps_the_events() -> None:
    """What the result shows is what the event store has."""
    instance = Instance.ephemeral()
    result = materialize_to_memory([asset(name="a")(lambda: 1)], instance=instance)
    assert instance.event_store.events(result.run_id) == result.all_events
    assert instance.event_store.run(result.run_id).status is RunStatus.SUCCESS


def failing_diamond() -> list[Any]:
    """Return a, which b and c read; b fails; d reads b and c, e reads c."""

    def fail(a: int) -> None:
        raise ValueError(f"cannot use {a}")

    return [
        asset(name="a")(lambda: 1),
        asset(name="b")(fail),
        asset(name="c")(lambda a: a),
        asset(name="d")(lambda b, c: 1),
        asset(name="e")(lambda c: c),
    ]


def test_a_failure_skips_its_readers_and_lets_the_rest_run() -> None:
    """Only what waits for the failed asset is skipped."""
    result = materialize_to_memory(failing_diamond(), raise_on_error=False)
    ends = {
        e.step_key: e.event_type_value
        for e in result.all_events
        if e.event_type_value in ("STEP_SUCCESS", "STEP_FAILURE", "STEP_SKIPPED")
    }
    assert not result.success
    assert ends == {
        "a": "STEP_SUCCESS",
        "b": "STEP_FAILURE",
        "c": "STEP_SUCCESS",
        "d": "STEP_SKIPPED",
        "e": "STEP_SUCCESS",
    }


def test_the_users_own_exception_is_raised() -> None:
    """It is the object the function raised, and the function's frame is its innermost."""
    with pytest.raises(ValueError, match="cannot use 1") as caught:
        materialize_to_memory(failing_diamond())
    assert traceback.extract_tb(caught.value.__traceback__)[-1].name == "fail"


def test_a_failure_shows_the_users_frames_alone() -> None:
    """The recorded error has no frame of the kernel's."""
    result = materialize_to_memory(failing_diamond(), raise_on_error=False)
    (failure,) = [e for e in result.all_events if e.is_step_failure]
    assert [frame.function for frame in failure.data.error.frames] == ["fail"]


def test_a_failed_asset_has_no_value() -> None:
    """Asking for it says so."""
    result = materialize_to_memory(failing_diamond(), raise_on_error=False)
    with pytest.raises(InvariantViolationError, match="failed or was skipped"):
        result.output_for_node("b")


def test_an_unknown_step_names_the_nearest() -> None:
    """Of a result, too, misspelt names are helped."""
    result = materialize_to_memory([asset(name="orders")(lambda: 1)])
    with pytest.raises(InvariantViolationError, match="Did you mean 'orders'"):
        result.output_for_node("ordrs")


def test_an_output_that_is_not_required_may_be_left_out() -> None:
    """Returning None stores nothing, skips the readers, and the run succeeds."""
    maybe = asset(name="maybe", output_required=False)(lambda: None)
    result = materialize_to_memory([maybe, asset(name="reader")(lambda maybe: 1)])
    assert result.success
    assert result.asset_materializations_for_node("maybe") == []
    assert events_of(result, step="reader")[-1] == "STEP_SKIPPED"


def test_a_generator_may_yield_no_output_that_is_not_required() -> None:
    """The same for a function that yields."""

    @asset(output_required=False)
    def maybe() -> Any:
        yield from ()

    result = materialize_to_memory([maybe, asset(name="reader")(lambda maybe: 1)])
    assert result.success
    assert events_of(result, step="reader")[-1] == "STEP_SKIPPED"


def test_a_generator_must_yield_its_required_output() -> None:
    """The error names the asset and the way out."""

    @asset
    def must() -> Any:
        yield from ()

    with pytest.raises(InvariantViolationError, match=r"'must' did not return.*output_required=False"):
        materialize_to_memory([must])


def test_an_output_carries_metadata() -> None:
    """It is on the materialization, by kind."""
    result = materialize_to_memory([asset(name="a")(lambda: Output(7, metadata={"rows": 3}))])
    (materialization,) = result.asset_materializations_for_node("a")
    assert result.asset_value("a") == 7
    assert materialization.metadata["rows"].value == 3


def test_a_function_may_yield_observations_and_materializations() -> None:
    """They are events of its step, in the order in which they were yielded."""

    @asset
    def a() -> Any:
        yield AssetObservation("elsewhere", metadata={"seen": 1})
        yield AssetMaterialization("extra")
        yield Output(7)

    result = materialize_to_memory([a])
    assert [o.asset_key for o in result.asset_observations_for_node("a")] == [AssetKey("elsewhere")]
    assert [m.asset_key for m in result.asset_materializations_for_node("a")] == [
        AssetKey("extra"),
        AssetKey("a"),
    ]


def test_a_function_may_log_events() -> None:
    """`context.log_event` records them."""

    @asset
    def a(context: Any) -> None:
        context.log_event(AssetObservation("a", metadata={"seen": 1}))

    assert len(materialize_to_memory([a]).asset_observations_for_node("a")) == 1


def test_yielding_a_plain_value_is_an_error() -> None:
    """The message says what a generator yields."""

    @asset
    def a() -> Any:
        yield 7

    with pytest.raises(InvariantViolationError, match="A generator yields Output"):
        materialize_to_memory([a])


def test_the_context_knows_asset_config_and_tags() -> None:
    """What a function is told of its run."""
    seen: dict[str, Any] = {}

    @asset(key_prefix="shop")
    def a(context: Any) -> None:
        seen.update(
            key=context.asset_key_for_output(),
            config=context.op_config,
            tag=context.get_tag("team"),
            selected=context.selected_asset_keys,
            retries=context.retry_number,
        )

    materialize_to_memory([a], {"ops": {"shop__a": {"config": {"n": 1}}}}, tags={"team": "core"})
    key = AssetKey(["shop", "a"])
    assert seen == {"key": key, "config": {"n": 1}, "tag": "core", "selected": {key}, "retries": 0}


def test_several_assets_may_be_returned_as_a_tuple() -> None:
    """In the order of the outs."""
    split = multi_asset(outs={"m": AssetOut(), "n": AssetOut()}, name="split")(lambda: (1, 2))
    result = materialize_to_memory([split])
    assert (result.asset_value("m"), result.asset_value("n")) == (1, 2)


@pytest.mark.parametrize("value", [1, (1,), (1, 2, 3), [1, 2]])
def test_a_wrong_tuple_is_an_error(value: Any) -> None:
    """The message names the outputs in order."""
    split = multi_asset(outs={"m": AssetOut(), "n": AssetOut()}, name="split")(lambda: value)
    with pytest.raises(InvariantViolationError, match=r"makes 2 outputs \(m, n\)"):
        materialize_to_memory([split])


def test_a_subset_computation_is_told_what_is_selected() -> None:
    """It yields only that."""

    @multi_asset(outs={"m": AssetOut(), "n": AssetOut()}, can_subset=True)
    def split(context: Any) -> Any:
        for name in sorted(context.selected_output_names):
            yield Output(name.upper(), name)

    result = materialize_to_memory([split], selection="n")
    assert result.asset_value("n") == "N"
    assert result.plan.assets == (AssetKey("n"),)


def test_what_is_made_without_being_selected_is_kept() -> None:
    """A function that pays no heed to what is selected is no mistake; only what is missing is."""

    @multi_asset(outs={"m": AssetOut(), "n": AssetOut()}, can_subset=True)
    def split() -> Any:
        yield Output(1, "m")
        yield Output(2, "n")

    result = materialize_to_memory([split], selection="n")
    assert [event.asset_key for event in result.all_events if event.is_step_materialization] == [
        AssetKey("m"),
        AssetKey("n"),
    ]


def test_an_optional_output_of_several_may_be_left_out() -> None:
    """Readers of the other output run."""

    @multi_asset(outs={"m": AssetOut(is_required=False), "n": AssetOut()})
    def split() -> Any:
        yield Output(2, "n")

    assets = [split, asset(name="x")(lambda m: 1), asset(name="y")(lambda n: n)]
    result = materialize_to_memory(assets)
    assert events_of(result, step="x")[-1] == "STEP_SKIPPED"
    assert result.asset_value("y") == 2


def test_a_failed_attempt_is_tried_again() -> None:
    """As often as the policy says, and each attempt is recorded."""
    attempts: list[int] = []

    @asset(retry_policy=RetryPolicy(max_retries=2))
    def flaky(context: Any) -> int:
        attempts.append(context.retry_number)
        if context.retry_number < 2:
            raise ValueError("not yet")
        return 7

    result = materialize_to_memory([flaky])
    assert result.asset_value("flaky") == 7
    assert attempts == [0, 1, 2]
    assert events_of(result, step="flaky").count("STEP_UP_FOR_RETRY") == 2


def test_the_last_attempt_fails_the_step() -> None:
    """After the retries of the policy there is no other."""

    @asset(retry_policy=RetryPolicy(max_retries=1))
    def broken() -> None:
        raise ValueError("never")

    result = materialize_to_memory([broken], raise_on_error=False)
    assert events_of(result, step="broken").count("STEP_START") == 2
    assert events_of(result, step="broken")[-1] == "STEP_FAILURE"


def test_user_code_may_ask_for_a_retry() -> None:
    """`RetryRequested` needs no policy."""
    attempts: list[int] = []

    @asset
    def flaky() -> int:
        attempts.append(1)
        if len(attempts) == 1:
            raise RetryRequested(max_retries=1)
        return 7

    assert materialize_to_memory([flaky]).asset_value("flaky") == 7


def test_an_interruption_is_recorded_and_goes_through() -> None:
    """The run is canceled, and what was made before stays recorded."""
    instance = Instance.ephemeral()

    def interrupt(a: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        materialize_to_memory([asset(name="a")(lambda: 1), asset(name="b")(interrupt)], instance=instance)
    (run,) = instance.event_store.runs()
    assert run.status is RunStatus.CANCELED
    assert instance.event_store.materializations(AssetKey("a"))


class Recorder(IOManager):
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.stored: list[OutputContext] = []
        self.loaded: list[InputContext] = []

    def handle_output(self, context: OutputContext, obj: Any) -> dict[str, Any]:
        self.stored.append(context)
        context.add_output_metadata({"added": 1})
        return {"returned": 2}

    def load_input(self, context: InputContext) -> Any:
        self.loaded.append(context)
        return [7]


def test_an_io_manager_is_told_what_it_stores() -> None:
    """Key, step, run, and the definition's metadata."""
    recorder = Recorder()
    made = asset(name="a", key_prefix="x", metadata={"table": "t"})(lambda: 1)
    result = materialize([made], resources={"io_manager": recorder})
    (context,) = recorder.stored
    assert context.asset_key == AssetKey(["x", "a"])
    assert context.metadata == {"table": "t"}
    assert context.get_identifier() == [result.run_id, "x__a", "result"]
    assert context.get_asset_identifier() == ["x", "a"]


def test_an_io_manager_is_told_what_it_loads() -> None:
    """Key, the input's metadata, the reader's type, and how the value was stored."""
    recorder = Recorder()

    def read(raw: list[int]) -> None: ...

    reader = asset(name="b", ins={"raw": AssetIn(metadata={"columns": ["x"]})})(read)
    source = SourceAsset("raw", metadata={"path": "p"})
    materialize([source, reader], resources={"io_manager": recorder})
    (context,) = recorder.loaded
    assert (context.asset_key, context.name) == (AssetKey("raw"), "raw")
    assert context.metadata == {"columns": ["x"]}
    assert context.python_type == list[int]
    assert context.upstream_output is not None
    assert context.upstream_output.metadata == {"path": "p"}


def test_what_an_io_manager_says_is_on_the_materialization() -> None:
    """Whether it returns metadata or adds it."""
    result = materialize([asset(name="a")(lambda: 1)], resources={"io_manager": Recorder()})
    (materialization,) = result.asset_materializations_for_node("a")
    assert {label: value.value for label, value in materialization.metadata.items()} == {
        "added": 1,
        "returned": 2,
    }


def test_each_asset_may_have_its_own_io_manager() -> None:
    """`io_manager_key` and `io_manager_def` choose who stores and loads it."""
    first, second = Recorder(), Recorder()
    assets = [
        asset(name="a", io_manager_key="first")(lambda: 1),
        asset(name="b", io_manager_def=second)(lambda a: a),
    ]
    materialize(assets, resources={"first": first})
    assert [c.asset_key for c in first.stored] == [AssetKey("a")]
    assert [c.asset_key for c in first.loaded] == [AssetKey("a")]
    assert [c.asset_key for c in second.stored] == [AssetKey("b")]


def test_to_memory_refuses_other_io_managers() -> None:
    """An asset that brings one would not be kept in memory."""
    with pytest.raises(InvariantViolationError, match="a__io_manager"):
        materialize_to_memory([asset(name="a", io_manager_def=mem_io_manager)(lambda: 1)])
    with pytest.raises(InvariantViolationError, match="'io_manager' is given"):
        materialize_to_memory([asset(name="a")(lambda: 1)], resources={"io_manager": InMemoryIOManager()})


def test_a_resource_that_is_no_io_manager_cannot_store() -> None:
    """The error shows what it is."""
    with pytest.raises(InvalidDefinitionError, match="'io_manager', which is 3"):
        materialize(
            [asset(name="a")(lambda: 1)], resources={"io_manager": ResourceDefinition.hardcoded_resource(3)}
        )


@pytest.mark.parametrize(
    ("assets", "error"),
    [
        ([asset(name="a")(lambda: 1), asset(name="a")(lambda: 1)], DuplicateKeyError),
        ([asset(name="a")(lambda: 1), SourceAsset("a")], DuplicateKeyError),
        ([asset(name="a")(lambda nowhere: 1)], UnknownUpstreamError),
        ([asset(name="a", non_argument_deps={"nowhere"})(lambda: 1)], UnknownUpstreamError),
        ([asset(name="a")(lambda b: 1), asset(name="b")(lambda a: 1)], CycleError),
        ([asset(name="a")(lambda a: 1)], CycleError),
        ([lambda: 1], InvalidDefinitionError),
        ("a", InvalidDefinitionError),
        ([asset(name="a", required_resource_keys={"db"})(lambda: 1)], MissingResourceError),
    ],
)
def test_wrong_definitions_are_errors_before_anything_runs(assets: Any, error: type[Exception]) -> None:
    """Each of its own type."""
    with pytest.raises(error):
        materialize_to_memory(assets)


def test_an_unknown_selection_names_the_nearest_key() -> None:
    """As everywhere."""
    with pytest.raises(UnknownSelectionError, match="Did you mean 'orders'"):
        materialize_to_memory([asset(name="orders")(lambda: 1)], selection="ordrs*")


def test_a_partition_of_what_has_none_is_refused() -> None:
    """Nothing is silently ignored."""
    with pytest.raises(InvalidInvocationError, match="None of the selected assets has partitions"):
        materialize_to_memory([asset(name="a")(lambda: 1)], partition_key="2013-01-01")


def test_every_problem_of_the_run_config_is_named_at_once() -> None:
    """With its path and the nearest valid name."""
    config = {"opps": {}, "ops": {"ordrs": {}, "orders": {"conf": 1}}, "resources": {"db": {"config": 1}}}
    with pytest.raises(InvalidConfigError) as caught:
        materialize_to_memory([asset(name="orders")(lambda: 1)], config)
    problems = "\n".join(caught.value.problems)
    assert len(caught.value.problems) == 4
    for text in ("opps", "Did you mean 'ops'", "ops.ordrs", "Did you mean 'orders'", "ops.orders.conf"):
        assert text in problems


def test_a_job_runs_in_process_with_values_in_memory() -> None:
    """The default IO manager of `execute_in_process` keeps values in memory."""
    instance = Instance.ephemeral()
    job = define_asset_job("job", tags={"team": "core"}).resolve([asset(name="a")(lambda: 1)])
    result = job.execute_in_process(instance=instance)
    assert result.output_for_node("a") == 1
    assert not list(Path(instance.settings.storage).rglob("a.*"))
    assert result.run.tags == {"team": "core"}


def test_a_job_may_be_run_in_part() -> None:
    """`asset_selection` names some of its assets."""
    assets = [asset(name="a")(lambda: 1), asset(name="b")(lambda: 2)]
    job = define_asset_job("job").resolve(assets)
    assert job.execute_in_process(asset_selection=["b"]).plan.assets == (AssetKey("b"),)


def test_a_jobs_config_is_its_default_run_config() -> None:
    """A run config of the run stands in for it."""
    job = define_asset_job("job", config={"ops": {"a": {"config": 1}}}).resolve(
        [asset(name="a")(lambda context: context.op_config)]
    )
    assert job.execute_in_process().output_for_node("a") == 1
    assert job.execute_in_process({"ops": {"a": {"config": 2}}}).output_for_node("a") == 2


def test_a_function_that_exits_fails_its_asset() -> None:
    """As command-line tools end when they are called; other assets are made."""

    @asset
    def tool() -> None:
        raise SystemExit(3)

    other = asset(name="other")(lambda: 1)
    result = materialize_to_memory([tool, other], raise_on_error=False)
    assert not result.success
    assert result.asset_value("other") == 1
    with pytest.raises(SystemExit):
        materialize_to_memory([tool])


def test_an_unknown_output_names_the_nearest() -> None:
    """Of a graph, too; its own name is one of those that are known."""

    @op
    def measure() -> int:
        return 1

    @graph(out={"total": GraphOut()})
    def report() -> Any:
        return {"total": measure()}

    result = materialize_to_memory([AssetsDefinition.from_graph(report)])
    with pytest.raises(InvariantViolationError, match="Did you mean 'total'"):
        result.output_for_node("report", "totl")
    with pytest.raises(InvariantViolationError, match="Did you mean 'report'"):
        result.output_for_node("reprt")
