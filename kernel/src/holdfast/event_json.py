"""Events as JSON and back, for event stores and for people's scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from holdfast.errors import InvariantViolationError
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
from holdfast.failures import ErrorInfo
from holdfast.keys import AssetKey
from holdfast.metadata import MetadataValue
from holdfast.reports import AssetMaterialization, AssetObservation, ExpectationResult
from holdfast.types.type_check import TypeCheck

__all__ = ["dump_data", "dump_event", "event_from_json", "event_to_json", "parse_data", "parse_event"]


def dump_event(event: Event) -> str:
    """Return an event as one line of JSON; `parse_event` reads it back."""
    return _encode(event_to_json(event))


def parse_event(text: str) -> Event:
    """Return the event that `dump_event` printed."""
    return event_from_json(json.loads(text))


def dump_data(event: Event) -> str | None:
    """Return what an event carries as one line of JSON, ``None`` for nothing; `parse_data` reads it back."""
    return None if event.data is None else _encode(_data_to_json(event))


def parse_data(event_type: EventType, text: str | None) -> Any:
    """Return what an event of this type carries, from the text that `dump_data` printed."""
    return None if text is None else _FORMS[event_type].read(json.loads(text))


def event_to_json(event: Event) -> dict[str, Any]:
    """Return an event as a dictionary that JSON can hold."""
    return {
        "type": event.type.value,
        "run_id": event.run_id,
        "timestamp": event.timestamp,
        "step_key": event.step_key,
        "asset_key": _path(event.asset_key),
        "data": None if event.data is None else _data_to_json(event),
    }


def event_from_json(data: Mapping[str, Any]) -> Event:
    """Return the event that `event_to_json` described."""
    event_type = EventType(data["type"])
    return Event(
        event_type,
        data["run_id"],
        data["timestamp"],
        data["step_key"],
        _key(data["asset_key"]),
        None if data["data"] is None else _FORMS[event_type].read(data["data"]),
    )


# What cannot be JSON, such as a path in run config, is kept as its text: a record never fails a run.
_encode = json.JSONEncoder(separators=(",", ":"), default=str).encode


def _data_to_json(event: Event) -> dict[str, Any]:
    form = _FORMS.get(event.type)
    if form is None or not isinstance(event.data, form.kind):
        what = f"carries {form.kind.__name__}" if form else "carries no data"
        raise InvariantViolationError(f"A {event.type.value} event {what}, not {event.data!r}.")
    return form.write(event.data)


def _path(key: AssetKey | None) -> list[str] | None:
    return None if key is None else key.path


def _key(path: list[str] | None) -> AssetKey | None:
    return None if path is None else AssetKey(path)


def _write_metadata(metadata: Mapping[str, MetadataValue]) -> dict[str, Any]:
    return {label: value.to_json() for label, value in metadata.items()}


def _read_metadata(data: Mapping[str, Any]) -> dict[str, MetadataValue]:
    return {label: MetadataValue.from_json(value) for label, value in data.items()}


def _write_verdict(verdict: TypeCheck | None) -> dict[str, Any]:
    if verdict is None:
        return {}  # most values are checked against no type: their events stay short
    metadata = _write_metadata(verdict.metadata)
    said = {"success": verdict.success, "description": verdict.description, "metadata": metadata}
    return {"type_check": said}


def _read_verdict(data: Mapping[str, Any]) -> TypeCheck | None:
    said = data.get("type_check")
    if said is None:
        return None
    return TypeCheck(said["success"], said["description"], metadata=_read_metadata(said["metadata"]))


def _write_input(data: InputData) -> dict[str, Any]:
    return {
        "input_name": data.input_name,
        "upstream_key": _path(data.upstream_key),
        "manager_key": data.manager_key,
        **_write_verdict(data.type_check),
    }


def _read_input(data: Mapping[str, Any]) -> InputData:
    upstream_key = _key(data["upstream_key"])
    return InputData(data["input_name"], upstream_key, data["manager_key"], _read_verdict(data))


def _write_output(data: OutputData) -> dict[str, Any]:
    return {
        "output_name": data.output_name,
        "manager_key": data.manager_key,
        "metadata": _write_metadata(data.metadata),
        **_write_verdict(data.type_check),
        **({} if data.mapping_key is None else {"mapping_key": data.mapping_key}),
    }


def _read_output(data: Mapping[str, Any]) -> OutputData:
    metadata = _read_metadata(data["metadata"])
    verdict, mapping_key = _read_verdict(data), data.get("mapping_key")
    return OutputData(data["output_name"], data["manager_key"], metadata, verdict, mapping_key)


def _write_expectation(data: ExpectationResult) -> dict[str, Any]:
    return {
        "success": data.success,
        "label": data.label,
        "description": data.description,
        "metadata": _write_metadata(data.metadata),
    }


def _read_expectation(data: Mapping[str, Any]) -> ExpectationResult:
    return ExpectationResult(
        data["success"], data["label"], data["description"], metadata=_read_metadata(data["metadata"])
    )


def _write_failure(data: StepFailureData) -> dict[str, Any]:
    return {
        "error": data.error.to_json(),
        "attempt": data.attempt,
        "retry_in": data.retry_in,
        "metadata": _write_metadata(data.metadata),
        "description": data.description,
        **({"assets": [key.path for key in data.assets]} if data.assets else {}),
        **({"partitions": list(data.partitions)} if data.partitions else {}),
    }


def _read_failure(data: Mapping[str, Any]) -> StepFailureData:
    error, metadata = ErrorInfo.from_json(data["error"]), _read_metadata(data.get("metadata", {}))
    assets, partitions = map(AssetKey, data.get("assets", ())), data.get("partitions", ())
    about = data["attempt"], data["retry_in"], metadata, data.get("description")
    return StepFailureData(error, *about, tuple(assets), tuple(partitions))


def _write_hook(data: HookData) -> dict[str, Any]:
    error = None if data.error is None else data.error.to_json()
    return {"hook_name": data.hook_name, "error": error}


def _read_hook(data: Mapping[str, Any]) -> HookData:
    error = None if data["error"] is None else ErrorInfo.from_json(data["error"])
    return HookData(data["hook_name"], error)


def _write_skip(data: SkipData) -> dict[str, Any]:
    return {"because_of": list(data.because_of), "failed": data.failed}


def _read_skip(data: Mapping[str, Any]) -> SkipData:
    return SkipData(tuple(data["because_of"]), data["failed"])


def _write_start(data: RunStartData) -> dict[str, Any]:
    return {
        "job_name": data.job_name,
        "tags": dict(data.tags),
        "selection": data.selection,
        "run_config": dict(data.run_config),
        **({"partitions": dict(data.partitions)} if data.partitions else {}),
        **({"step_counts": dict(data.step_counts)} if data.step_counts else {}),
    }


def _read_start(data: Mapping[str, Any]) -> RunStartData:
    return RunStartData(**data)


def _write_end(data: RunEndData) -> dict[str, Any]:
    return {"message": data.message}


def _read_end(data: Mapping[str, Any]) -> RunEndData:
    return RunEndData(**data)


class _Form(NamedTuple):
    kind: type
    write: Callable[[Any], dict[str, Any]]
    read: Callable[[Mapping[str, Any]], Any]


_END = _Form(RunEndData, _write_end, _read_end)
_FAILURE = _Form(StepFailureData, _write_failure, _read_failure)
_HOOK = _Form(HookData, _write_hook, _read_hook)
_INPUT = _Form(InputData, _write_input, _read_input)
_OUTPUT = _Form(OutputData, _write_output, _read_output)

_FORMS: Mapping[EventType, _Form] = {
    EventType.RUN_START: _Form(RunStartData, _write_start, _read_start),
    EventType.LOADED_INPUT: _INPUT,
    EventType.STEP_INPUT: _INPUT,
    EventType.STEP_OUTPUT: _OUTPUT,
    EventType.ASSET_MATERIALIZATION: _Form(
        AssetMaterialization, AssetMaterialization.to_json, AssetMaterialization.from_json
    ),
    EventType.ASSET_OBSERVATION: _Form(
        AssetObservation, AssetObservation.to_json, AssetObservation.from_json
    ),
    EventType.STEP_EXPECTATION_RESULT: _Form(ExpectationResult, _write_expectation, _read_expectation),
    EventType.HANDLED_OUTPUT: _OUTPUT,
    EventType.STEP_UP_FOR_RETRY: _FAILURE,
    EventType.STEP_FAILURE: _FAILURE,
    EventType.HOOK_COMPLETED: _HOOK,
    EventType.HOOK_ERRORED: _HOOK,
    EventType.HOOK_SKIPPED: _HOOK,
    EventType.STEP_SKIPPED: _Form(SkipData, _write_skip, _read_skip),
    EventType.RUN_SUCCESS: _END,
    EventType.RUN_FAILURE: _END,
    EventType.RUN_CANCELED: _END,
}
