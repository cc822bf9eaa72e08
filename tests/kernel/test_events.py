"""Events, the records they carry, and the run they add up to."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from holdfast.errors import InvalidDefinitionError, InvalidMetadata, InvariantViolationError
from holdfast.events import ENDS, Event, EventType, OutputData, Run, RunEndData, RunStartData, RunStatus
from holdfast.keys import AssetKey
from holdfast.metadata import MetadataEntry, MetadataValue
from holdfast.reports import AssetMaterialization, AssetObservation, ExpectationResult
from holdfast.types.type_check import TypeCheck


@pytest.mark.parametrize("report", [AssetMaterialization, AssetObservation])
@pytest.mark.parametrize("key", ["orders", ["orders"], AssetKey("orders")])
def test_report_key(report: type[AssetMaterialization], key: object) -> None:
    """A report takes a key in any of its forms."""
    assert report(key).asset_key == AssetKey("orders")


def test_report_metadata() -> None:
    """A report's plain metadata becomes metadata values."""
    report = AssetMaterialization("orders", metadata={"rows": 3})
    assert report.metadata == {"rows": MetadataValue.int(3)}


def test_report_is_a_copy() -> None:
    """Changing the dictionaries a report was made from does not change the report."""
    tags, metadata = {"a": "b"}, {"rows": 3}
    report = AssetMaterialization("orders", tags=tags, metadata=metadata)
    tags.clear()
    metadata.clear()
    assert (len(report.tags), len(report.metadata)) == (1, 1)


REPORTS = [
    partial(AssetMaterialization, "orders"),
    partial(AssetObservation, "orders"),
    partial(ExpectationResult, True),
]


@pytest.mark.parametrize("report", REPORTS)
def test_metadata_entries(report: Callable[..., AssetMaterialization]) -> None:
    """A report takes its metadata as entries too."""
    entries = [MetadataEntry("rows", value=2), MetadataEntry("note", "why", "text")]
    made = report(metadata_entries=entries)
    assert made.metadata == {"rows": MetadataValue.int(2), "note": MetadataValue.text("text")}


@pytest.mark.parametrize("report", REPORTS)
def test_both_forms_of_metadata(report: Callable[..., AssetMaterialization]) -> None:
    """Metadata in both forms is an error that says whose it is; an empty form counts for nothing."""
    entries = [MetadataEntry("rows", value=2)]
    with pytest.raises(InvalidMetadata, match=rf"{report.func.__name__} is given twice"):
        report(metadata={"a": 1}, metadata_entries=entries)
    assert report(metadata={"a": 1}, metadata_entries=[]) == report(metadata={"a": 1})


@pytest.mark.parametrize("report", [AssetMaterialization, AssetObservation])
@pytest.mark.parametrize(
    "wrong", [{"description": 1}, {"partition": 1}, {"tags": {"a": 1}}, {"tags": {1: "a"}}]
)
def test_report_of_wrong_types(report: type[AssetMaterialization], wrong: dict[str, Any]) -> None:
    """An argument of the wrong type is an error that names the report, the argument and the value."""
    with pytest.raises(InvariantViolationError, match=rf"{report.__name__}: {next(iter(wrong))}.* not .*1"):
        report("orders", **wrong)


def test_expectation() -> None:
    """An expectation has a verdict, a label and what is said about it."""
    expected = ExpectationResult(False, "no_nulls", "no value is missing", metadata={"nulls": 3})
    assert (expected.success, expected.label, expected.description) == (
        False,
        "no_nulls",
        "no value is missing",
    )
    assert expected.metadata == {"nulls": MetadataValue.int(3)}
    assert ExpectationResult(True).label == "result"


@pytest.mark.parametrize(("name", "value"), [("success", 1), ("label", 1), ("description", 1)])
def test_expectation_of_wrong_types(name: str, value: Any) -> None:
    """An argument of the wrong type is an error that names it."""
    with pytest.raises(InvariantViolationError, match=f"ExpectationResult: {name} is .*, not 1"):
        ExpectationResult(**{"success": True, name: value})


def test_report_without_key() -> None:
    """A report about nothing is an error."""
    with pytest.raises(InvalidDefinitionError, match="non-empty"):
        AssetMaterialization([])


@pytest.mark.parametrize("path", ["data/orders.csv", Path("data/orders.csv")])
def test_file(path: str | Path) -> None:
    """The materialization of a file has the words of the path as its key, and the path in its metadata."""
    report = AssetMaterialization.file(path, "all orders")
    assert report.asset_key == AssetKey(["data", "orders", "csv"])
    assert report.metadata == {"path": MetadataValue.path("data/orders.csv")}
    assert report.description == "all orders"


def test_file_with_key() -> None:
    """The materialization of a file takes another key."""
    assert AssetMaterialization.file("orders.csv", asset_key=["shop", "orders"]).asset_key.path[0] == "shop"


@pytest.mark.parametrize(
    ("event_type", "name"),
    [
        (EventType.STEP_START, "is_step_start"),
        (EventType.STEP_SUCCESS, "is_step_success"),
        (EventType.STEP_FAILURE, "is_step_failure"),
        (EventType.STEP_SKIPPED, "is_step_skipped"),
        (EventType.STEP_UP_FOR_RETRY, "is_step_up_for_retry"),
        (EventType.ASSET_MATERIALIZATION, "is_step_materialization"),
        (EventType.ASSET_OBSERVATION, "is_asset_observation"),
        (EventType.STEP_EXPECTATION_RESULT, "is_expectation_result"),
        (EventType.HANDLED_OUTPUT, "is_handled_output"),
        (EventType.LOADED_INPUT, "is_loaded_input"),
    ],
)
def test_questions(event_type: EventType, name: str) -> None:
    """Each question about an event's type is true for that type alone."""
    true = [other for other in EventType if getattr(Event(other, "r", 1.0), name)]
    assert true == [event_type]


def test_type_and_data() -> None:
    """An event gives its type as text and its data under the name of the asset API."""
    event = Event(EventType.RUN_FAILURE, "r", 1.0, data=RunEndData("no"))
    assert (event.event_type_value, event.event_specific_data) == ("RUN_FAILURE", RunEndData("no"))


def test_partition() -> None:
    """The partition of an event is that of its report; other events have none."""
    report = AssetObservation("orders", partition="p")
    assert Event(EventType.ASSET_OBSERVATION, "r", 1.0, data=report).partition == "p"
    assert Event(EventType.STEP_START, "r", 1.0).partition is None


def test_materialization() -> None:
    """A materialization event gives its materialization, another event an error that says what it is."""
    report = AssetMaterialization("orders")
    assert Event(EventType.ASSET_MATERIALIZATION, "r", 1.0, data=report).materialization is report
    with pytest.raises(InvariantViolationError, match="A STEP_START event records no materialization"):
        Event(EventType.STEP_START, "r", 1.0).materialization  # noqa: B018 - the access is what raises


def test_frozen() -> None:
    """An event cannot be changed."""
    with pytest.raises(AttributeError):
        Event(EventType.STEP_START, "r", 1.0).run_id = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    "data",
    [
        AssetMaterialization("orders", "text", None, "p", {"a": "b"}, {"rows": 3}),
        ExpectationResult(False, "label", "text", metadata={"rows": 3}),
        OutputData("result", type_check=TypeCheck(True, "fine", metadata={"rows": 3})),
    ],
)
def test_pickle(data: Any) -> None:
    """An event crosses processes unchanged."""
    event = Event(EventType.STEP_OUTPUT, "r", 1.0, "s", AssetKey("orders"), data)
    assert pickle.loads(pickle.dumps(event)) == event


@pytest.mark.parametrize("end", list(ENDS))
def test_run(end: EventType) -> None:
    """A run is what its first and last events say."""
    run = Run.from_start(Event(EventType.RUN_START, "r", 1.0, data=RunStartData("nightly", {"a": "b"})))
    assert (run.status, run.ended, run.job_name, run.tags) == (RunStatus.STARTED, None, "nightly", {"a": "b"})
    ended = run.ended_by(Event(end, "r", 2.0))
    assert (ended.status, ended.started, ended.ended) == (ENDS[end], 1.0, 2.0)
