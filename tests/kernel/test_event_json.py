"""Events as JSON and back."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import InvariantViolationError
from holdfast.event_json import (
    dump_data,
    dump_event,
    event_from_json,
    event_to_json,
    parse_data,
    parse_event,
)
from holdfast.events import (
    Event,
    EventType,
    HookData,
    InputData,
    OutputData,
    RunEndData,
    RunStartData,
    SkipData,
    StepFailureData,
)
from holdfast.failures import ErrorInfo, Frame
from holdfast.keys import AssetKey
from holdfast.metadata import MetadataValue, PythonArtifact
from holdfast.metadata_tables import (
    TableColumn,
    TableColumnConstraints,
    TableConstraints,
    TableRecord,
    TableSchema,
)
from holdfast.reports import AssetMaterialization, AssetObservation, ExpectationResult
from holdfast.types.type_check import TypeCheck

texts = st.text()
keys = st.lists(texts, min_size=1, max_size=3).map(AssetKey)
strings = st.lists(texts, max_size=2)
columns = st.builds(
    TableColumn,
    texts,
    texts,
    st.none() | texts,
    st.builds(TableColumnConstraints, st.booleans(), st.booleans(), strings),
)
schemas = st.builds(TableSchema, st.lists(columns, max_size=3), st.builds(TableConstraints, strings))
cells = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
records = st.dictionaries(texts, cells, max_size=3).map(lambda data: TableRecord(**data))
values = (
    texts.map(MetadataValue.text)
    | st.integers().map(MetadataValue.int)
    | st.floats(allow_nan=False).map(MetadataValue.float)
    | st.booleans().map(MetadataValue.bool)
    | keys.map(MetadataValue.asset)
    | schemas.map(MetadataValue.table_schema)
    | st.builds(MetadataValue.table, st.lists(records, max_size=3), schemas)
    | st.builds(PythonArtifact, texts, texts).map(lambda artifact: MetadataValue("python_artifact", artifact))
    | st.recursive(st.none() | st.booleans() | texts, lambda inner: st.lists(inner, max_size=3)).map(
        MetadataValue.json
    )
)
metadata = st.dictionaries(texts, values, max_size=3)
tags = st.dictionaries(texts, texts, max_size=2)
optional = st.none() | texts
frames = st.builds(Frame, texts, st.integers(), texts, texts)
errors = st.builds(ErrorInfo, texts, texts, st.lists(frames).map(tuple))
errors = errors | st.builds(ErrorInfo, texts, texts, st.just(()), errors)
delays = st.none() | st.floats(0, 1e9)
failures = st.builds(StepFailureData, errors, st.integers(1), delays, metadata, optional)
hooks = st.builds(HookData, texts, st.none() | errors)
ends = st.builds(RunEndData, texts)
verdicts = st.none() | st.builds(TypeCheck, st.booleans(), optional, st.none(), metadata)
inputs = st.builds(InputData, texts, st.none() | keys, optional, verdicts)
outputs = st.builds(OutputData, texts, optional, metadata, verdicts)
reports = (keys, optional, st.none(), optional, tags, metadata)
DATA: dict[EventType, st.SearchStrategy[Any]] = {
    EventType.RUN_START: st.builds(RunStartData, texts, tags, texts, st.dictionaries(texts, tags)),
    EventType.LOADED_INPUT: inputs,
    EventType.STEP_INPUT: inputs,
    EventType.STEP_OUTPUT: outputs,
    EventType.ASSET_MATERIALIZATION: st.builds(AssetMaterialization, *reports),
    EventType.ASSET_OBSERVATION: st.builds(AssetObservation, *reports),
    EventType.STEP_EXPECTATION_RESULT: st.builds(
        ExpectationResult, st.booleans(), texts, optional, st.none(), metadata
    ),
    EventType.HANDLED_OUTPUT: outputs,
    EventType.STEP_UP_FOR_RETRY: failures,
    EventType.STEP_FAILURE: failures,
    EventType.HOOK_COMPLETED: hooks,
    EventType.HOOK_ERRORED: hooks,
    EventType.HOOK_SKIPPED: hooks,
    EventType.STEP_SKIPPED: st.builds(SkipData, st.lists(texts).map(tuple), st.booleans()),
    EventType.RUN_SUCCESS: ends,
    EventType.RUN_FAILURE: ends,
    EventType.RUN_CANCELED: ends,
}


@st.composite
def events(draw: st.DrawFn) -> Event:
    event_type = draw(st.sampled_from(EventType))
    data = draw(st.none() | DATA[event_type]) if event_type in DATA else None
    time, key = draw(st.floats(0, 1e10)), draw(st.none() | keys)
    return Event(event_type, draw(texts), time, draw(optional), key, data)


@given(events())
def test_round_trip(event: Event) -> None:
    """Every event comes back equal from one line of JSON."""
    line = dump_event(event)
    assert "\n" not in line
    assert parse_event(line) == event


@given(events())
def test_data_round_trip(event: Event) -> None:
    """What an event carries comes back equal on its own, given the event's type."""
    assert parse_data(event.type, dump_data(event)) == event.data


def test_dictionary() -> None:
    """An event is a dictionary of plain values in JSON."""
    event = Event(EventType.STEP_INPUT, "r", 1.5, "s", AssetKey(["a", "b"]), InputData("x", AssetKey("c")))
    described = event_to_json(event)
    assert described == {
        "type": "STEP_INPUT",
        "run_id": "r",
        "timestamp": 1.5,
        "step_key": "s",
        "asset_key": ["a", "b"],
        "data": {"input_name": "x", "upstream_key": ["c"], "manager_key": None},
    }
    assert event_from_json(described) == event


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_no_number(number: float) -> None:
    """Numbers that JSON lacks are texts in it, so that every reader of JSON can read an event."""
    report = AssetMaterialization("a", metadata={"mean": number, "all": [number]})
    line = dump_event(Event(EventType.ASSET_MATERIALIZATION, "r", 1.0, data=report))
    json.loads(line, parse_constant=pytest.fail)
    assert str(parse_event(line).data.metadata["mean"].value) == str(number)


def test_run_config() -> None:
    """Values of run config that JSON cannot hold are kept as their texts."""
    start = RunStartData("job", run_config={"file": Path("data")})
    event = parse_event(dump_event(Event(EventType.RUN_START, "r", 1.0, data=start)))
    assert event.data.run_config == {"file": "data"}


@pytest.mark.parametrize(
    ("event_type", "message"),
    [
        (EventType.STEP_START, "A STEP_START event carries no data, not RunEndData"),
        (EventType.STEP_INPUT, "A STEP_INPUT event carries InputData, not RunEndData"),
    ],
)
def test_wrong_data(event_type: EventType, message: str) -> None:
    """Data that does not belong to the event's type is refused when it is written, not when it is read."""
    with pytest.raises(InvariantViolationError, match=message):
        dump_event(Event(event_type, "r", 1.0, data=RunEndData("x")))
