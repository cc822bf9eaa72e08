"""What a computation is told by its context in a run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from holdfast import (
    AssetIn,
    AssetKey,
    AssetMaterialization,
    AssetObservation,
    AssetOut,
    DynamicOut,
    DynamicOutput,
    ExpectationResult,
    Instance,
    InvalidMetadata,
    InvariantViolationError,
    Output,
    RetryPolicy,
    asset,
    build_op_context,
    define_asset_job,
    job,
    materialize,
    materialize_to_memory,
    multi_asset,
    op,
)


def seen(look: Callable[[Any], Any], **options: Any) -> Any:
    """Return what a function finds in the context of an asset 'q/made' that reads 'p/up'."""

    @asset(key_prefix="p")
    def up() -> int:
        return 1

    @asset(key_prefix="q", ins={"x": AssetIn(["p", "up"])})
    def made(context: Any, x: int) -> Any:
        return look(context)

    return materialize([up, made], **options).asset_value(["q", "made"])


def test_it_knows_its_run() -> None:
    """Its id, its tags, its config and its instance."""
    instance = Instance.ephemeral()
    config = {"ops": {"q__made": {"config": 3}}}
    found = seen(
        lambda context: [
            len(context.run_id),
            context.has_tag("team"),
            context.get_tag("team"),
            context.get_tag("other"),
            context.run_config,
            context.op_config,
            context.instance is instance,
        ],
        instance=instance,
        run_config=config,
        tags={"team": "ops"},
    )
    assert found == [36, True, "ops", None, config, 3, True]


def test_it_knows_its_computation() -> None:
    """The definition, the step and the assets."""
    found = seen(
        lambda context: [
            context.op_def.name,
            context.step_key,
            context.asset_key_for_output(),
            context.asset_key_for_input("x"),
            context.selected_output_names,
            context.asset_key_for_output("result") in context.selected_asset_keys,
        ]
    )
    keys = [AssetKey(["q", "made"]), AssetKey(["p", "up"])]
    assert found == ["q__made", "q__made", *keys, {"result"}, True]


@pytest.mark.parametrize("method", ["asset_key_for_output", "asset_key_for_input"])
def test_an_input_or_output_that_is_not_there(method: str) -> None:
    """The message names the nearest one."""
    with pytest.raises(InvariantViolationError, match=r"No (input|output) 'results?x?'"):
        seen(lambda context: getattr(context, method)("resultx"))


def test_it_knows_its_job() -> None:
    """The definition and the name, for assets and for graphs."""

    @op
    def look(context: Any) -> Any:
        return [context.job_def, context.job_name]

    @job
    def looks() -> None:
        look()

    @asset
    def looked(context: Any) -> Any:
        return [context.job_def, context.job_name]

    of_assets = define_asset_job("of_assets").resolve([looked])
    assert looks.execute_in_process().output_for_node("look") == [looks, "looks"]
    assert of_assets.execute_in_process().asset_value("looked") == [of_assets, "of_assets"]


def test_it_knows_what_is_selected() -> None:
    """Of several outputs."""

    @multi_asset(outs={"a": AssetOut(), "b": AssetOut(is_required=False)}, can_subset=True)
    def parts(context: Any) -> Any:
        yield Output(
            [sorted(context.selected_output_names), sorted(map(str, context.selected_asset_keys))], "a"
        )

    assert materialize([parts], selection="a").asset_value("a") == [["a"], ["a"]]


def test_it_counts_the_attempts() -> None:
    """Those that failed before."""
    counts = []

    @op(retry_policy=RetryPolicy(max_retries=2))
    def fails(context: Any) -> None:
        counts.append(context.retry_number)
        if len(counts) < 3:
            raise ValueError

    @job
    def tries() -> None:
        fails()

    assert tries.execute_in_process().success
    assert counts == [0, 1, 2]


def test_it_knows_its_mapping_key() -> None:
    """In a step that runs for one value of a dynamic output."""

    @op(out=DynamicOut())
    def numbers(context: Any) -> Any:
        assert context.get_mapping_key() is None
        return [DynamicOutput(1, "one"), DynamicOutput(2, "two")]

    @op
    def key(context: Any, number: int) -> Any:
        return context.get_mapping_key()

    @job
    def keys() -> None:
        numbers().map(key)

    assert keys.execute_in_process().output_for_node("key") == {"one": "one", "two": "two"}


def test_it_records_what_it_is_told() -> None:
    """Materializations, observations and expectations, and nothing else."""

    @asset
    def logs(context: Any) -> None:
        context.log_event(AssetMaterialization("made"))
        context.log_event(AssetObservation("seen"))
        context.log_event(ExpectationResult(True))
        with pytest.raises(InvariantViolationError, match="log_event takes"):
            context.log_event(3)

    events = [event.event_type_value for event in materialize([logs]).events_for_node("logs")][2:5]
    assert events == ["ASSET_MATERIALIZATION", "ASSET_OBSERVATION", "STEP_EXPECTATION_RESULT"]


def test_it_logs_to_the_logger_of_the_run(caplog: pytest.LogCaptureFixture) -> None:
    """With the arguments of Python's loggers."""
    seen(lambda context: context.log.warning("told %s", "twice"))
    assert "told twice" in caplog.text


DEBUGGED = """
from holdfast import Instance, asset, define_asset_job, execute_job

@asset
def look(context):
    secret = 6 * 7
    context.pdb.set_trace()
    return secret

if __name__ == "__main__":
    job = define_asset_job("job").resolve([look])
    execute_job(job, Instance.ephemeral(), run_config={"execution": {"config": %r}})
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no file that is the standard input")
@pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
def test_it_has_a_debugger(executor: str, tmp_path: Path) -> None:
    """Which reads what the user types, in a worker process too."""
    script = tmp_path / "debugged.py"
    script.write_text(DEBUGGED % {executor: {}})
    command, typed = [sys.executable, str(script)], "p secret\nc\n"
    done = subprocess.run(command, input=typed, capture_output=True, text=True, check=True, timeout=60)
    assert "(Pdb) 42" in done.stdout


@pytest.mark.parametrize("member", ["partition_key", "partition_time_window", "asset_partition_key_range"])
def test_a_run_without_partitions_has_none(member: str) -> None:
    """The message says how to find out."""
    assert seen(lambda context: context.has_partition_key) is False
    with pytest.raises(InvariantViolationError, match="has_partition_key"):
        seen(lambda context: getattr(context, member))


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("asset_partition_key_for_output", "result"),
        ("asset_partition_keys_for_output", "result"),
        ("asset_partition_key_range_for_output", "result"),
        ("asset_partitions_time_window_for_output", "result"),
        ("asset_partitions_def_for_output", "result"),
        ("asset_partition_key_for_input", "x"),
        ("asset_partition_keys_for_input", "x"),
        ("asset_partition_key_range_for_input", "x"),
        ("asset_partitions_def_for_input", "x"),
    ],
)
def test_an_asset_without_partitions_has_none(method: str, name: str) -> None:
    """The message names the input or output."""
    with pytest.raises(InvariantViolationError, match=f"'{name}' has no partition"):
        seen(lambda context: getattr(context, method)(name))


# -- metadata ------------------------------------------------------------------------------------------


def made_metadata(definition: Any, **options: Any) -> dict[str, dict[str, Any]]:
    """Return what a materialization of each asset says, by key, but for where it is stored."""
    result = materialize_to_memory([definition], **options)
    found = (event.data for event in result.all_events if event.is_step_materialization)
    return {str(each.asset_key): {k: v.value for k, v in each.metadata.items()} for each in found}


def test_it_adds_metadata_to_an_output() -> None:
    """Beside what the Output says, and instead of it under the same label."""

    @asset
    def a(context: Any) -> Output[int]:
        context.add_output_metadata({"rows": 1})
        context.add_output_metadata({"size": 2})
        return Output(1, metadata={"rows": 0, "own": 3})

    assert made_metadata(a) == {"a": {"rows": 1, "own": 3, "size": 2}}


def test_it_adds_metadata_to_one_of_several_outputs() -> None:
    """That is named."""

    @multi_asset(outs={"a": AssetOut(), "b": AssetOut()})
    def both(context: Any) -> tuple[int, int]:
        context.add_output_metadata({"rows": 1}, output_name="b")
        return 1, 2

    assert made_metadata(both) == {"a": {}, "b": {"rows": 1}}


def test_it_adds_metadata_to_a_value_of_a_dynamic_output() -> None:
    """By its mapping key."""

    @op(out=DynamicOut())
    def parts(context: Any) -> Any:
        context.add_output_metadata({"rows": 1}, mapping_key="y")
        yield DynamicOutput(1, "x")
        yield DynamicOutput(2, "y")

    result = job(name="j")(lambda: parts()).execute_in_process()
    events = result.filter_events(lambda event: event.event_type_value == "STEP_OUTPUT")
    assert [list(event.data.metadata) for event in events] == [[], ["rows"]]


def test_an_attempt_starts_without_the_metadata_of_another() -> None:
    """What a failed attempt added is gone with it."""

    @asset(retry_policy=RetryPolicy(1))
    def a(context: Any) -> int:
        context.add_output_metadata({f"attempt {context.retry_number}": 1})
        if context.retry_number == 0:
            raise ValueError("again")
        return 1

    assert made_metadata(a) == {"a": {"attempt 1": 1}}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({}, "Asset 'first, second' has the outputs first, second: say with output_name"),
        ({"output_name": "secnd"}, "Did you mean 'second'"),
        ({"output_name": "second", "mapping_key": "x"}, "is not dynamic: leave out mapping_key"),
        ({"output_name": "first"}, "made the output 'first' already"),
    ],
)
def test_metadata_of_no_output_is_refused(arguments: dict[str, Any], problem: str) -> None:
    """Naming the step and the output."""

    @multi_asset(outs={"first": AssetOut(), "second": AssetOut()})
    def both(context: Any) -> Any:
        yield Output(1, "first")
        context.add_output_metadata({"rows": 1}, **arguments)
        yield Output(2, "second")

    with pytest.raises(InvariantViolationError, match=problem):
        materialize_to_memory([both])


def test_a_value_of_a_dynamic_output_is_named() -> None:
    """All of them together have no metadata."""

    @op(out=DynamicOut())
    def parts(context: Any) -> Any:
        context.add_output_metadata({"rows": 1})
        yield DynamicOutput(1, "x")

    with pytest.raises(
        InvariantViolationError, match="'result' of Step 'parts' is dynamic: give mapping_key"
    ):
        job(name="j")(lambda: parts()).execute_in_process()


def test_output_metadata_has_labels() -> None:
    """In a test without a run, too."""
    with pytest.raises(InvalidMetadata, match="Output metadata is a mapping"):
        build_op_context().add_output_metadata([1])  # type: ignore[arg-type]
