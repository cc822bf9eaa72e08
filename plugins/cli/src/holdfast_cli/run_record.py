"""What a run has come to, read from its events as they happen or from the event store."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Any

import attrs

from holdfast.events import ENDS, Event, EventType, RunStartData, RunStatus
from holdfast.failures import ErrorInfo
from holdfast.keys import AssetKey
from holdfast.metadata import MetadataValue
from holdfast_cli.output import metadata_json, utc_time

__all__ = ["RunRecord", "StepRecord", "StepStatus"]


class StepStatus(str, enum.Enum):
    """How far a step has come."""

    WAITING = "waiting"
    RUNNING = "running"
    RETRYING = "retrying"
    MADE = "made"
    FAILED = "failed"
    SKIPPED = "skipped"


@attrs.define
class StepRecord:
    """What is known of a step.

    Attributes:
        key: its name.
        assets: the assets it is to make.
        status: how far it has come.
        started: when its last attempt began.
        ended: when it ended.
        attempt: how many attempts have begun.
        made: the metadata of each asset that it made.
        observed: the version of each asset that it looked at.
        error: why its last attempt failed, if it did.
        retry_in: the seconds from then to the next attempt.
        because_of: the steps it would have needed, if it was skipped.
    """

    key: str
    assets: list[AssetKey] = attrs.field(factory=list)
    status: StepStatus = StepStatus.WAITING
    started: float | None = None
    ended: float | None = None
    attempt: int = 0
    made: dict[AssetKey, dict[str, MetadataValue]] = attrs.field(factory=dict)
    observed: dict[AssetKey, str] = attrs.field(factory=dict)
    error: ErrorInfo | None = None
    retry_in: float | None = None
    because_of: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What people know it by: its asset, or its own name when it makes several."""
        return str(self.assets[0]) if len(self.assets) == 1 else self.key

    @property
    def seconds(self) -> float | None:
        """How long its last attempt took, once it has ended."""
        return None if self.started is None or self.ended is None else self.ended - self.started


class RunRecord:
    """A run, told event by event.

    Attributes:
        run_id: the run; empty before it has started.
        about: what it is about.
        status: how far it has come.
        started: when it began.
        ended: when it ended; ``None`` until then.
        steps: its steps by key, in the order of the plan.
    """

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.run_id = ""
        self.about = RunStartData("")
        self.status = RunStatus.STARTED
        self.started = 0.0
        self.ended: float | None = None
        self.steps: dict[str, StepRecord] = {}
        for event in events:
            self.add(event)

    def add(self, event: Event) -> None:
        """Take in what happened next."""
        if event.step_key is not None:
            step = self.steps.get(event.step_key)
            if step is None:
                step = self.steps[event.step_key] = StepRecord(event.step_key)
            _add_to_step(step, event)
        elif event.type is EventType.RUN_START:
            self.run_id, self.about, self.started = event.run_id, event.data, event.timestamp
        elif event.type in ENDS:
            self.status, self.ended = ENDS[event.type], event.timestamp

    def having(self, status: StepStatus) -> list[StepRecord]:
        """Return the steps that have come so far."""
        return [step for step in self.steps.values() if step.status is status]

    def why_skipped(self, step: StepRecord) -> str:
        """Return the step that a skip goes back to, and what was wrong with it."""
        while step.status is StepStatus.SKIPPED and step.because_of:
            step = self.steps[step.because_of[0]]
        failed = step.status is StepStatus.FAILED
        return f"{step.label} failed" if failed else f"{step.label} did not make what it reads"

    def to_json(self) -> dict[str, Any]:
        """Return the run as a dictionary that JSON can hold."""
        return {
            "run_id": self.run_id,
            "job": self.about.job_name,
            "status": self.status.value,
            "selection": self.about.selection,
            "tags": dict(self.about.tags),
            "started": utc_time(self.started),
            "ended": None if self.ended is None else utc_time(self.ended),
            "seconds": None if self.ended is None else round(self.ended - self.started, 3),
            "steps": [self._step_json(step) for step in self.steps.values()],
        }

    def _step_json(self, step: StepRecord) -> dict[str, Any]:
        return {
            "key": step.key,
            "assets": [str(key) for key in step.assets],
            "status": step.status.value,
            "started": None if step.started is None else utc_time(step.started),
            "seconds": None if step.seconds is None else round(step.seconds, 3),
            "attempts": step.attempt,
            "made": {str(key): metadata_json(metadata) for key, metadata in step.made.items()},
            "observed": {str(key): version for key, version in step.observed.items()},
            "error": None if step.error is None else step.error.to_json(),
            "skipped_because": self.why_skipped(step) if step.status is StepStatus.SKIPPED else None,
        }


def _add_to_step(step: StepRecord, event: Event) -> None:
    kind, data = event.type, event.data
    if kind is EventType.ASSET_MATERIALIZATION_PLANNED:
        if event.asset_key is not None:
            step.assets.append(event.asset_key)
    elif kind is EventType.ASSET_MATERIALIZATION:
        step.made[data.asset_key] = data.metadata
    elif kind is EventType.ASSET_OBSERVATION:
        if event.logical_version is not None:
            step.observed[data.asset_key] = event.logical_version.value
    elif kind is EventType.STEP_START:
        step.status, step.started, step.ended = StepStatus.RUNNING, event.timestamp, None
        step.attempt += 1
    elif kind is EventType.STEP_SUCCESS:
        step.status, step.ended, step.error = StepStatus.MADE, event.timestamp, None
    elif kind is EventType.STEP_UP_FOR_RETRY:
        step.status, step.ended = StepStatus.RETRYING, event.timestamp
        step.error, step.retry_in = data.error, data.retry_in
    elif kind is EventType.STEP_FAILURE:
        step.status, step.ended, step.error = StepStatus.FAILED, event.timestamp, data.error
    elif kind is EventType.STEP_SKIPPED:
        step.status, step.because_of = StepStatus.SKIPPED, data.because_of
