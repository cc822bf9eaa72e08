"""How often and how soon a failed step is tried again, and how user code says so."""

from __future__ import annotations

import enum
import random
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from holdfast.errors import InvalidDefinitionError, InvariantViolationError
from holdfast.metadata import MetadataEntry, merge_metadata

__all__ = ["Backoff", "Failure", "Jitter", "RetryPolicy", "RetryRequested", "check_retry_policy"]


class Backoff(enum.Enum):
    """How the delay grows with each attempt."""

    LINEAR = "LINEAR"
    EXPONENTIAL = "EXPONENTIAL"


class Jitter(enum.Enum):
    """How chance changes the delay: anything up to it, or up to one delay more or less."""

    FULL = "FULL"
    PLUS_MINUS = "PLUS_MINUS"


@attrs.frozen
class RetryPolicy:
    """Says that a failed step is tried again.

    Args:
        max_retries: how many times after the first attempt.
        delay: seconds before a retry; none when ``None``.
        backoff: how the delay grows: the same each time when ``None``.
        jitter: how chance changes the delay.

    Raises:
        InvalidDefinitionError: ``max_retries`` or ``delay`` is no number or negative, ``backoff`` or
            ``jitter`` is something else, or given without a delay.
    """

    max_retries: int = 1
    delay: float | None = None
    backoff: Backoff | None = None
    jitter: Jitter | None = None

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.max_retries, int) or self.max_retries < 0:
            raise InvalidDefinitionError(f"RetryPolicy: max_retries is a count, not {self.max_retries!r}.")
        if self.delay is not None and not (isinstance(self.delay, int | float) and self.delay >= 0):
            raise InvalidDefinitionError(f"RetryPolicy: delay is a number of seconds, not {self.delay!r}.")
        for name, value, kind in (("backoff", self.backoff, Backoff), ("jitter", self.jitter, Jitter)):
            if value is None:
                continue
            if not isinstance(value, kind):
                known = " or ".join(map(str, kind))
                raise InvalidDefinitionError(f"RetryPolicy: {name} is {known}, not {value!r}.")
            if self.delay is None:
                raise InvalidDefinitionError(f"RetryPolicy: {name} changes a delay; give delay too.")

    def delay_after(self, attempt: int) -> float:
        """Return the seconds to wait after a failed attempt, the first being 1."""
        if not self.delay:
            return 0.0
        factor = 1
        if self.backoff is Backoff.LINEAR:
            factor = attempt
        elif self.backoff is Backoff.EXPONENTIAL:
            factor = 2**attempt - 1
        wait = self.delay * factor
        if self.jitter is Jitter.FULL:
            return random.random() * wait
        if self.jitter is Jitter.PLUS_MINUS:
            return max(0.0, wait + (2 * random.random() - 1) * self.delay)
        return wait


def check_retry_policy(policy: Any, what: str) -> RetryPolicy | None:
    """Return what was given as a retry policy.

    Args:
        policy: a policy, or ``None``.
        what: what it was given to, for the message.

    Raises:
        InvalidDefinitionError: it is none.
    """
    if isinstance(policy, RetryPolicy | None):
        return policy
    raise InvalidDefinitionError(f"{what}: a retry policy is a RetryPolicy, not {policy!r}.")


class RetryRequested(Exception):  # noqa: N818 - the name is the asset API's
    """Raised by user code to ask for another attempt.

    Args:
        max_retries: how many retries there may be in all.
        seconds_to_wait: seconds before the next attempt.

    Raises:
        InvariantViolationError: an argument is no number.
    """

    def __init__(self, max_retries: int = 1, seconds_to_wait: float | None = None) -> None:
        if not isinstance(max_retries, int):
            raise InvariantViolationError(f"RetryRequested: max_retries is a number, not {max_retries!r}.")
        if not isinstance(seconds_to_wait, float | int | None):
            raise InvariantViolationError(
                f"RetryRequested: seconds_to_wait is a number of seconds, not {seconds_to_wait!r}."
            )
        self.max_retries, self.seconds_to_wait = max_retries, seconds_to_wait
        super().__init__(f"retry requested (at most {max_retries})")

    def __reduce__(self) -> tuple[type, tuple[int, float | None]]:
        return RetryRequested, (self.max_retries, self.seconds_to_wait)


class Failure(Exception):  # noqa: N818 - the name is the asset API's
    """Raised by user code to fail, with a description and metadata for whoever looks into it.

    Args:
        description: why.
        metadata_entries: an older form of ``metadata``; only one of the two may be given.
        metadata: labels and values to look at.
        allow_retries: whether the retry policy applies; it does by default.

    Raises:
        InvalidMetadata: both forms of metadata are given, or one is malformed.
        InvariantViolationError: another argument is of the wrong type.
    """

    def __init__(
        self,
        description: str | None = None,
        metadata_entries: Sequence[MetadataEntry] | None = None,
        metadata: Mapping[str, Any] | None = None,
        allow_retries: bool | None = None,
    ) -> None:
        if not isinstance(description, str | None):
            raise InvariantViolationError(f"Failure: description is a string, not {description!r}.")
        if not isinstance(allow_retries, bool | None):
            raise InvariantViolationError(f"Failure: allow_retries is True or False, not {allow_retries!r}.")
        self.description = description
        self.metadata = merge_metadata(metadata, metadata_entries, "metadata of Failure")
        self.allow_retries = allow_retries is not False
        super().__init__(*([] if description is None else [description]))

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return Failure, (self.description, None, self.metadata, self.allow_retries)
