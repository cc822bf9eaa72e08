"""Events as JSON and back, for event stores and for people's scripts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from holdfast.events import (
    AssetMaterialization,
    AssetObservation,
    Event,
    EventType,
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

__all__ = ["dump_event", "event_from_json", "event_to_json", "parse_event"]


def dump_event(event: Event) -> str:
    """Return an event as one line of JSON; `parse_event` reads it back."""
    return json.dumps(event_to_json(event), separators=(",", ":"), default=str)


def parse_event(text: str) -> Event:
    """Return the event that `dump_event` printed."""
    return event_from_json(json.loads(text))


def event_to_json(event: Event) -> dict[str, Any]:
    """Return an event as a dictionary that JSON can hold."""
    return {
        "type": event.type.value,
        "run_id": event.run_id,
        "timestamp": event.timestamp,
        "step_key": event.step_key,
        "asset_key": None if event.asset_key is None else event.asset_key.path,
        "data": None if event.data is None else _data_to_json(event.data),
    }


def event_from_json(data: Mapping[str, Any]) -> Event:
    """Return the event that `event_to_json` described."""
    event_type = EventType(data["type"])
    return Event(
        event_type,
        data["run_id"],
        data["timestamp"],
        data["step_key"],
        None if data["asset_key"] is None else AssetKey(data["asset_key"]),
        None if data["data"] is None else _data_from_json(event_type, data["data"]),
    )


def _data_to_json(data: Any) -> dict[str, Any]:
    if isinstance(data, AssetMaterialization | AssetObservation):
        return data.to_json()
    if isinstance(data, InputData):
        upstream = None if data.upstream_key is None else data.upstream_key.path
        return {"input_name": data.input_name, "upstream_key": upstream, "manager_key": data.manager_key}
    if isinstance(data, OutputData):
        metadata = {label: value.to_json() for label, value in data.metadata.items()}
        return {"output_name": data.output_name, "manager_key": data.manager_key, "metadata": metadata}
    if isinstance(data, StepFailureData):
        return {"error": data.error.to_json(), "attempt": data.attempt, "retry_in": data.retry_in}
    if isinstance(data, SkipData):
        return {"because_of": list(data.because_of), "failed": data.failed}
    if isinstance(data, RunStartData):
        return {
            "job_name": data.job_name,
            "tags": dict(data.tags),
            "selection": data.selection,
            "run_config": dict(data.run_config),
        }
    return {"message": data.message}


def _data_from_json(event_type: EventType, data: Mapping[str, Any]) -> Any:
    if event_type is EventType.ASSET_MATERIALIZATION:
        return AssetMaterialization.from_json(data)
    if event_type is EventType.ASSET_OBSERVATION:
        return AssetObservation.from_json(data)
    if "input_name" in data:
        upstream = data["upstream_key"]
        return InputData(
            data["input_name"], None if upstream is None else AssetKey(upstream), data["manager_key"]
        )
    if "output_name" in data:
        metadata = {label: MetadataValue(**value) for label, value in data["metadata"].items()}
        return OutputData(data["output_name"], data["manager_key"], metadata)
    if "error" in data:
        return StepFailureData(ErrorInfo.from_json(data["error"]), data["attempt"], data["retry_in"])
    if "because_of" in data:
        return SkipData(tuple(data["because_of"]), data["failed"])
    return RunStartData(**data) if "job_name" in data else RunEndData(**data)
