"""How often and how soon a failed step is tried again."""

from __future__ import annotations

import enum
import random

import attrs

from holdfast.errors import InvalidDefinitionError

__all__ = ["Backoff", "Jitter", "RetryPolicy", "RetryRequested"]


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
        InvalidDefinitionError: ``max_retries`` is below one, the delay is negative, or backoff or jitter are
            given without a delay.
    """

    max_retries: int = 1
    delay: float | None = None
    backoff: Backoff | None = None
    jitter: Jitter | None = None

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.max_retries, int) or self.max_retries < 1:
            raise InvalidDefinitionError(f"RetryPolicy: max_retries is at least 1, not {self.max_retries!r}.")
        if self.delay is not None and self.delay < 0:
            raise InvalidDefinitionError(f"RetryPolicy: delay is a number of seconds, not {self.delay!r}.")
        if self.delay is None and (self.backoff or self.jitter):
            raise InvalidDefinitionError("RetryPolicy: backoff and jitter change a delay; give delay too.")

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


class RetryRequested(Exception):  # noqa: N818 - the name is the asset API's
    """Raised by user code to ask for another attempt.

    Args:
        max_retries: how many retries there may be in all.
        seconds_to_wait: seconds before the next attempt.
    """

    def __init__(self, max_retries: int = 1, seconds_to_wait: float | None = None) -> None:
        self.max_retries, self.seconds_to_wait = max_retries, seconds_to_wait
        super().__init__(f"retry requested (at most {max_retries})")

    def __reduce__(self) -> tuple[type, tuple[int, float | None]]:
        return RetryRequested, (self.max_retries, self.seconds_to_wait)
