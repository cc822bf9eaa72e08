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
from holdfast_cli.partitioned_steps import PartitionedSteps

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
        steps: its steps by key, in the order of the plan; one that stands for a step for each partition with
            what is known of these together.
    """

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.run_id = ""
        self.about = RunStartData("")
        self.status = RunStatus.STARTED
        self.started = 0.0
        self.ended: float | None = None
        self.steps: dict[str, StepRecord | PartitionedSteps] = {}
        for event in events:
            self.add(event)

    def add(self, event: Event) -> None:
        """Take in what happened next."""
        if event.step_key is not None:
            key, partition = self._split(event.step_key)
            step = self.steps.get(key)
            if step is None:
                step = self.steps[key] = self._step(key)
            if event.type is EventType.ASSET_MATERIALIZATION_PLANNED:
                if event.asset_key is not None:
                    step.assets.append(event.asset_key)
            elif isinstance(step, PartitionedSteps):
                skipped = event.type is EventType.STEP_SKIPPED
                step.add(event, partition, self._cause(event.data.because_of) if skipped else "")
            else:
                _add_to_step(step, event)
        elif event.type is EventType.RUN_START:
            self.run_id, self.about, self.started = event.run_id, event.data, event.timestamp
        elif event.type in ENDS:
            self.status, self.ended = ENDS[event.type], event.timestamp

    def of(self, event: Event) -> tuple[StepRecord | PartitionedSteps | None, str]:
        """Return the step that an event is about, if it is about one, and the partition of it."""
        key, partition = self._split(event.step_key or "")
        return self.steps.get(key), partition

    @property
    def single(self) -> list[StepRecord]:
        """The steps that stand for themselves."""
        return [step for step in list(self.steps.values()) if isinstance(step, StepRecord)]

    @property
    def partitioned(self) -> list[PartitionedSteps]:
        """The steps that stand for a step for each partition."""
        return [step for step in list(self.steps.values()) if isinstance(step, PartitionedSteps)]

    def having(self, status: StepStatus) -> list[StepRecord]:
        """Return the steps, of those that stand for themselves, that have come so far."""
        return [step for step in self.single if step.status is status]

    def why_skipped(self, step: StepRecord) -> str:
        """Return the step that a skip goes back to, and what was wrong with it."""
        return self._cause(step.because_of)

    def _split(self, key: str) -> tuple[str, str]:
        template, _, partition = key.partition("[")
        return (template, partition[:-1]) if template in self.about.step_counts else (key, "")

    def _step(self, key: str) -> StepRecord | PartitionedSteps:
        total = self.about.step_counts.get(key)
        return StepRecord(key) if total is None else PartitionedSteps(key, total)

    def _cause(self, because_of: tuple[str, ...]) -> str:
        while because_of:
            key, partition = self._split(because_of[0])
            step = self.steps[key]
            if isinstance(step, PartitionedSteps):
                if partition in step.skipped:
                    return step.skipped[partition]
                failed = partition in step.failed
            elif step.status is StepStatus.SKIPPED:
                because_of = step.because_of
                continue
            else:
                failed = step.status is StepStatus.FAILED
            return f"{step.label} failed" if failed else f"{step.label} did not make what it reads"
        return "what it reads was not made"

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
            "steps": [
                self._step_json(step) if isinstance(step, StepRecord) else step.to_json()
                for step in self.steps.values()
            ],
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
    if kind is EventType.ASSET_MATERIALIZATION:
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
