"""Immutable records of what happened in a run, and the run they add up to."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import attrs

from holdfast.errors import InvariantViolationError
from holdfast.failures import ErrorInfo
from holdfast.keys import AssetKey
from holdfast.metadata import MetadataValue
from holdfast.reports import AssetMaterialization, AssetObservation, AssetReport, ExpectationResult
from holdfast.types.type_check import TypeCheck
from holdfast.versions import LOGICAL_VERSION, LogicalVersion

__all__ = [
    "BACKFILL_TAG",
    "ENDS",
    "PARTITION_TAG",
    "RANGE_TAGS",
    "Event",
    "EventType",
    "HookData",
    "InputData",
    "OutputData",
    "PartitionRecord",
    "Run",
    "RunEndData",
    "RunStartData",
    "RunStatus",
    "SkipData",
    "StepFailureData",
    "make_event",
    "make_input_data",
    "make_output_data",
]


BACKFILL_TAG = "holdfast/backfill"
"""The tag of the runs of a backfill: the id of the first of them."""

PARTITION_TAG = "holdfast/partition"
"""The tag of a run that is for one partition."""

RANGE_TAGS = ("holdfast/asset_partition_range_start", "holdfast/asset_partition_range_end")
"""The tags of a run in which each computation takes a range of partitions in one call."""


class EventType(str, enum.Enum):
    """What an event says; the order is that of a run's life."""

    RUN_START = "RUN_START"
    ASSET_MATERIALIZATION_PLANNED = "ASSET_MATERIALIZATION_PLANNED"
    STEP_START = "STEP_START"
    LOADED_INPUT = "LOADED_INPUT"
    STEP_INPUT = "STEP_INPUT"
    STEP_OUTPUT = "STEP_OUTPUT"
    ASSET_MATERIALIZATION = "ASSET_MATERIALIZATION"
    ASSET_OBSERVATION = "ASSET_OBSERVATION"
    STEP_EXPECTATION_RESULT = "STEP_EXPECTATION_RESULT"
    HANDLED_OUTPUT = "HANDLED_OUTPUT"
    STEP_SUCCESS = "STEP_SUCCESS"
    STEP_UP_FOR_RETRY = "STEP_UP_FOR_RETRY"
    STEP_FAILURE = "STEP_FAILURE"
    HOOK_COMPLETED = "HOOK_COMPLETED"
    HOOK_ERRORED = "HOOK_ERRORED"
    HOOK_SKIPPED = "HOOK_SKIPPED"
    STEP_SKIPPED = "STEP_SKIPPED"
    RUN_SUCCESS = "RUN_SUCCESS"
    RUN_FAILURE = "RUN_FAILURE"
    RUN_CANCELED = "RUN_CANCELED"


class RunStatus(str, enum.Enum):
    """How far a run has come."""

    STARTED = "STARTED"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    CANCELED = "CANCELED"


ENDS: Mapping[EventType, RunStatus] = {
    EventType.RUN_SUCCESS: RunStatus.SUCCESS,
    EventType.RUN_FAILURE: RunStatus.FAILURE,
    EventType.RUN_CANCELED: RunStatus.CANCELED,
}
"""The status that each ending event gives its run."""


_NO_METADATA: Mapping[str, MetadataValue] = {}  # a plain one, as events cross processes


@attrs.frozen
class RunStartData:
    """What a run is about: its job, tags and config, the assets that were asked for, and of which partitions.

    The partitions are by asset, as `PartitionsSubset.to_json` writes them. The step counts say of each step
    of the plan that stands for a step for each partition how many these are.
    """

    job_name: str
    tags: Mapping[str, str] = attrs.field(factory=dict)
    selection: str = ""
    run_config: Mapping[str, Any] = attrs.field(factory=dict)
    partitions: Mapping[str, Any] = attrs.field(factory=dict)
    step_counts: Mapping[str, int] = attrs.field(factory=dict)


@attrs.frozen
class RunEndData:
    """Why a run did not succeed."""

    message: str


class InputData(NamedTuple):
    """An input of a step: its name, where its value came from, and what the check of its type said."""

    input_name: str
    upstream_key: AssetKey | None = None
    manager_key: str | None = None
    type_check: TypeCheck | None = None


class OutputData(NamedTuple):
    """An output of a step: its name, where it was stored, its metadata, and what its type check said.

    Of a dynamic output also the mapping key.
    """

    output_name: str
    manager_key: str | None = None
    metadata: Mapping[str, MetadataValue] = _NO_METADATA
    type_check: TypeCheck | None = None
    mapping_key: str | None = None


@attrs.frozen
class StepFailureData:
    """Why an attempt of a step failed, and in how many seconds the next one starts, if any.

    The description and metadata are those of the `Failure` that user code raised, or of the type check that
    did not pass. The assets and partitions are those that the step was to make.
    """

    error: ErrorInfo
    attempt: int = 1
    retry_in: float | None = None
    metadata: Mapping[str, MetadataValue] = attrs.field(factory=dict)
    description: str | None = None
    assets: tuple[AssetKey, ...] = ()
    partitions: tuple[str, ...] = ()


@attrs.frozen
class HookData:
    """Which hook was told of the end of an attempt, and what it raised, if it did."""

    hook_name: str
    error: ErrorInfo | None = None


@attrs.frozen
class SkipData:
    """Why a step was not run: the steps it would have needed."""

    because_of: tuple[str, ...]
    failed: bool


EventData = (
    AssetMaterialization
    | AssetObservation
    | ExpectationResult
    | HookData
    | InputData
    | OutputData
    | RunEndData
    | RunStartData
    | SkipData
    | StepFailureData
)


class Event(NamedTuple):
    """One thing that happened in a run.

    Attributes:
        type: what the event says.
        run_id: the run it belongs to.
        timestamp: when, in seconds since the epoch, UTC.
        step_key: the step, if it is about one.
        asset_key: the asset, if it is about one.
        data: what belongs to this type of event; materializations carry an `AssetMaterialization`.
    """

    # A tuple, and no attrs class: a run makes a dozen for each asset, and tuples are made in half the time,
    # and by `make_event` in a quarter of it.
    type: EventType
    run_id: str
    timestamp: float
    step_key: str | None = None
    asset_key: AssetKey | None = None
    data: Any = None

    @property
    def event_type_value(self) -> str:
        """The event's type as text."""
        return self.type.value

    @property
    def event_specific_data(self) -> Any:
        """What belongs to this type of event; the same as `data`."""
        return self.data

    @property
    def partition(self) -> str | None:
        """The partition that a materialization or observation is about."""
        return self.data.partition if isinstance(self.data, AssetReport) else None

    @property
    def logical_version(self) -> LogicalVersion | None:
        """The version of the asset that a materialization or observation records, if it records one."""
        value = self.data.tags.get(LOGICAL_VERSION) if isinstance(self.data, AssetReport) else None
        return None if value is None else LogicalVersion(value)

    @property
    def is_step_start(self) -> bool:
        """Whether a step began."""
        return self.type is EventType.STEP_START

    @property
    def is_step_success(self) -> bool:
        """Whether a step ended well."""
        return self.type is EventType.STEP_SUCCESS

    @property
    def is_step_failure(self) -> bool:
        """Whether a step failed for good."""
        return self.type is EventType.STEP_FAILURE

    @property
    def is_step_skipped(self) -> bool:
        """Whether a step was skipped."""
        return self.type is EventType.STEP_SKIPPED

    @property
    def is_step_up_for_retry(self) -> bool:
        """Whether a step failed and will be tried again."""
        return self.type is EventType.STEP_UP_FOR_RETRY

    @property
    def is_hook_event(self) -> bool:
        """Whether a hook was told of the end of an attempt."""
        return isinstance(self.data, HookData)

    @property
    def is_step_materialization(self) -> bool:
        """Whether an asset was made and stored."""
        return self.type is EventType.ASSET_MATERIALIZATION

    @property
    def is_asset_observation(self) -> bool:
        """Whether an asset was observed."""
        return self.type is EventType.ASSET_OBSERVATION

    @property
    def is_expectation_result(self) -> bool:
        """Whether a computation said whether something it expects is so."""
        return self.type is EventType.STEP_EXPECTATION_RESULT

    @property
    def is_handled_output(self) -> bool:
        """Whether an IO manager stored an output."""
        return self.type is EventType.HANDLED_OUTPUT

    @property
    def is_loaded_input(self) -> bool:
        """Whether an IO manager loaded an input."""
        return self.type is EventType.LOADED_INPUT

    @property
    def materialization(self) -> AssetMaterialization:
        """The materialization this event records.

        Raises:
            InvariantViolationError: it records something else.
        """
        if not isinstance(self.data, AssetMaterialization):
            raise InvariantViolationError(f"A {self.type.value} event records no materialization.")
        return self.data


make_event: Callable[[tuple[Any, ...]], Event] = partial(tuple.__new__, Event)
"""Makes an `Event` of a tuple of all its fields, for the few places that make most of them."""

make_input_data: Callable[[tuple[Any, ...]], InputData] = partial(tuple.__new__, InputData)
"""Makes `InputData` of a tuple of all its fields."""

make_output_data: Callable[[tuple[Any, ...]], OutputData] = partial(tuple.__new__, OutputData)
"""Makes `OutputData` of a tuple of all its fields."""


@attrs.frozen
class PartitionRecord:
    """What is recorded of a partition of an asset.

    Attributes:
        made_by: the run that made it last; ``None`` when none did.
        timestamp: when that was, or when the last attempt failed, in seconds since the epoch, UTC.
        version: the logical version of what was made.
        failed_in: the run that was to make it since and failed, if one did.
    """

    made_by: str | None
    timestamp: float
    version: str | None = None
    failed_in: str | None = None

    @classmethod
    def made(cls, event: Event) -> PartitionRecord:
        """Return the record of a partition that a materialization makes."""
        return cls(event.run_id, event.timestamp, event.data.tags.get(LOGICAL_VERSION))

    @classmethod
    def failed(cls, event: Event, before: PartitionRecord | None) -> PartitionRecord:
        """Return the record of a partition whose step failed, given what was recorded before."""
        if before is None:
            return cls(None, event.timestamp, None, event.run_id)
        return attrs.evolve(before, timestamp=event.timestamp, failed_in=event.run_id)


@attrs.frozen
class Run:
    """A run, as its first and last events tell it.

    Attributes:
        run_id: its id.
        status: how far it has come.
        started: when it began, in seconds since the epoch, UTC.
        ended: when it ended; ``None`` while it runs, and for a run whose process was killed.
        about: the job, tags, selection and run config it began with.
    """

    run_id: str
    status: RunStatus
    started: float
    ended: float | None
    about: RunStartData

    @property
    def job_name(self) -> str:
        """The job that was run."""
        return self.about.job_name

    @property
    def tags(self) -> Mapping[str, str]:
        """The run's tags."""
        return self.about.tags

    @classmethod
    def from_start(cls, event: Event) -> Run:
        """Return the run that a ``RUN_START`` event begins."""
        return cls(event.run_id, RunStatus.STARTED, event.timestamp, None, event.data)

    def ended_by(self, event: Event) -> Run:
        """Return the run as a ``RUN_SUCCESS``, ``RUN_FAILURE`` or ``RUN_CANCELED`` event leaves it."""
        return attrs.evolve(self, status=ENDS[event.type], ended=event.timestamp)
