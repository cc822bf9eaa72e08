"""Sensors: functions that look at the state of things and ask for runs; the caller says when they look."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timezone
from typing import Any

import attrs

from holdfast.argument_types import check_type
from holdfast.definitions.function import takes_argument
from holdfast.errors import InvalidInvocationError, InvariantViolationError
from holdfast.implicit_jobs import ALL_ASSETS_JOB
from holdfast.instance import Instance
from holdfast.keys import check_name
from holdfast.run_request import RunRequest, checked, optional_text
from holdfast.selection import AssetSelection

__all__ = [
    "DefaultSensorStatus",
    "SensorDefinition",
    "SensorEvaluationContext",
    "SensorExecutionData",
    "SkipReason",
    "build_sensor_context",
]


class DefaultSensorStatus(str, enum.Enum):
    """Whether a scheduler that finds a sensor asks it from the start."""

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


def _name(name: str) -> str:
    return check_name(name, "sensor name")


@attrs.frozen
class SkipReason:
    """Says why no run is asked for.

    Args:
        skip_message: the reason.

    Raises:
        InvalidDefinitionError: the reason is no string.
    """

    skip_message: str | None = attrs.field(default=None, validator=optional_text)


@attrs.define
class SensorEvaluationContext:
    """What a sensor is told; made by `build_sensor_context`.

    Attributes:
        cursor: what the sensor left for itself the last time, if anything.
        repository_name: the repository's name.
        evaluation_time: when it looks.
    """

    _instance: Instance | None = None
    cursor: str | None = attrs.field(default=None, validator=optional_text)
    repository_name: str | None = attrs.field(default=None, validator=optional_text)
    _repository_def: Any = None
    evaluation_time: datetime = attrs.field(factory=lambda: datetime.now(timezone.utc))

    @property
    def instance(self) -> Instance:
        """The instance whose records it looks at.

        Raises:
            InvariantViolationError: the context has none.
        """
        return self._given(self._instance, "instance")  # type: ignore[no-any-return]

    @property
    def repository_def(self) -> Any:
        """The repository it looks at.

        Raises:
            InvariantViolationError: the context has none.
        """
        return self._given(self._repository_def, "repository_def")

    def update_cursor(self, cursor: str | None) -> None:
        """Leave a text for the next time the sensor looks."""
        self.cursor = cursor

    def _given(self, value: Any, name: str) -> Any:
        if value is None:
            raise InvariantViolationError(
                f"The context of this sensor has no {name}: give build_sensor_context({name}=...)."
            )
        return value


def build_sensor_context(
    instance: Instance | None = None,
    cursor: str | None = None,
    repository_name: str | None = None,
    repository_def: Any = None,
    evaluation_time: datetime | None = None,
) -> SensorEvaluationContext:
    """Return a context to evaluate a sensor with.

    Args:
        instance: the instance whose records it looks at.
        cursor: what the sensor left for itself the last time.
        repository_name: the repository's name; that of ``repository_def`` by default.
        repository_def: the repository it looks at.
        evaluation_time: when it looks; now by default.

    Raises:
        InvalidDefinitionError: an argument is of the wrong type.
    """
    if instance is not None:
        check_type(instance, Instance, "build_sensor_context: instance", "an Instance")
    name = repository_name or getattr(repository_def, "name", None)
    now = evaluation_time or datetime.now(timezone.utc)
    return SensorEvaluationContext(instance, cursor, name, repository_def, now)


@attrs.frozen
class SensorExecutionData:
    """What a sensor said.

    Attributes:
        run_requests: the runs that it asks for.
        skip_message: why it asks for none.
        cursor: what it left for the next time.
    """

    run_requests: Sequence[RunRequest] = ()
    skip_message: str | None = None
    cursor: str | None = None


@attrs.frozen(eq=False)
class SensorDefinition:
    """A function that looks at the state of things and asks for runs.

    Nothing calls it by itself: a scheduler, or a loop of yours, evaluates it from time to time and runs what
    it asks for.

    Args:
        name: its name.
        evaluation_fn: the function; is given a `SensorEvaluationContext` if it takes an argument. It returns
            or yields `RunRequest` objects, or a `SkipReason`.
        job_name: the job of requests that name none.
        minimum_interval_seconds: how many seconds to wait at least before it is evaluated again.
        description: what it looks for.
        default_status: whether a scheduler that finds it evaluates it from the start.
        asset_selection: the assets that it asks for.

    Raises:
        InvalidNameError: the name breaks the naming rule.
        InvalidDefinitionError: another argument is of the wrong type.
    """

    name: str = attrs.field(converter=_name)
    evaluation_fn: Callable[..., Any] = attrs.field(kw_only=True)
    job_name: str | None = attrs.field(default=None, validator=optional_text, kw_only=True)
    minimum_interval_seconds: int | None = attrs.field(
        default=None, validator=checked(int, "a number of seconds"), kw_only=True
    )
    description: str | None = attrs.field(default=None, validator=optional_text, kw_only=True)
    default_status: DefaultSensorStatus = attrs.field(
        default=DefaultSensorStatus.STOPPED,
        validator=checked(DefaultSensorStatus, "a DefaultSensorStatus"),
        kw_only=True,
    )
    asset_selection: AssetSelection | None = attrs.field(
        default=None, validator=checked(AssetSelection, "an AssetSelection"), kw_only=True
    )

    def __call__(self, context: SensorEvaluationContext | None = None) -> Any:
        """Call the function, for tests, and return what it returns.

        Raises:
            InvalidInvocationError: it takes a context, and none is given.
        """
        if not takes_argument(self.evaluation_fn):
            return self.evaluation_fn()
        if context is None:
            raise InvalidInvocationError(
                f"{self!r} takes a context: give build_sensor_context(...) as its argument."
            )
        return self.evaluation_fn(context)

    def evaluate_tick(self, context: SensorEvaluationContext) -> SensorExecutionData:
        """Call the function and return what it asks for.

        Args:
            context: what the function is told; give the cursor that it left the last time.

        Raises:
            InvariantViolationError: the function gives something else than requests or a reason.
        """
        said = self(context)
        if said is None or isinstance(said, RunRequest | SkipReason):
            said = () if said is None else (said,)
        elif not isinstance(said, Iterable):
            raise self._no_request(said)
        requests, reasons = [], []
        for each in said:
            if isinstance(each, RunRequest):
                requests.append(self._completed(each))
            elif isinstance(each, SkipReason):
                reasons.append(each)
            else:
                raise self._no_request(each)
        if (requests and reasons) or len(reasons) > 1:
            raise InvariantViolationError(f"{self!r} gave a SkipReason beside something else.")
        message = (
            reasons[0].skip_message if reasons else None if requests else "The sensor asked for nothing."
        )
        return SensorExecutionData(requests, message, context.cursor)

    def _no_request(self, said: object) -> InvariantViolationError:
        return InvariantViolationError(
            f"{self!r} gave {said!r}. A sensor gives RunRequest objects, or a SkipReason."
        )

    def _completed(self, request: RunRequest) -> RunRequest:
        if request.job_name is not None:
            return request
        return attrs.evolve(request, job_name=self.job_name or ALL_ASSETS_JOB)

    def __repr__(self) -> str:
        return f"SensorDefinition({self.name!r})"
