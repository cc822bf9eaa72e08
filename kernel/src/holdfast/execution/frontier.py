"""What may run next: a state machine that is told what happened and does no IO."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping

import attrs

from holdfast.errors import InvariantViolationError

__all__ = ["Frontier", "Skip"]


@attrs.frozen
class Skip:
    """A step that will not run.

    Attributes:
        step_key: the step.
        because_of: the steps it would have needed.
        failed: whether one of them failed, rather than leaving out an output that is not required.
    """

    step_key: str
    because_of: tuple[str, ...]
    failed: bool


class Frontier:
    """The steps of a plan and how far each has come.

    A step is waiting until every output it waits for is there, then ready, then running, then succeeded,
    failed or skipped. Every transition costs time in proportion to the step's own edges.

    Args:
        waits_for: by step key, the outputs it waits for, each as (step key, output name). Steps are handed
            out in this order where their edges leave it free.
    """

    def __init__(self, waits_for: Mapping[str, Collection[tuple[str, str]]]) -> None:
        self._needs = waits_for
        self._readers: dict[str, list[str]] = {key: [] for key in waits_for}
        self._missing: dict[str, int] = {}
        for key, needs in waits_for.items():
            upstream = {step for step, _ in needs}
            self._missing[key] = len(upstream)
            for step in upstream:
                self._readers[step].append(key)
        self._ready = deque(key for key, count in self._missing.items() if not count)
        self._running: set[str] = set()
        self._open = len(waits_for)
        self.failed: set[str] = set()
        """The steps that failed."""
        self.skipped: set[str] = set()
        """The steps that were skipped."""

    @property
    def done(self) -> bool:
        """Whether every step has succeeded, failed or been skipped."""
        return self._open == 0

    @property
    def has_ready(self) -> bool:
        """Whether a step may run now."""
        return bool(self._ready)

    def start_next(self) -> str:
        """Hand out the next ready step, which is running from now on.

        Raises:
            IndexError: no step is ready.
        """
        key = self._ready.popleft()
        self._running.add(key)
        return key

    def succeeded(self, key: str, left_out: Collection[str] = ()) -> list[Skip]:
        """Record that a running step ended well.

        Args:
            key: the step.
            left_out: outputs that it did not make.

        Returns:
            The steps that are skipped because they read one of these.
        """
        self._end(key)
        skips: list[Skip] = []
        for reader in self._readers[key]:
            if reader in self.skipped:
                continue
            if left_out and any((key, name) in self._needs[reader] for name in left_out):
                skips += self._skip(reader, key, failed=False)
                continue
            self._missing[reader] -= 1
            if not self._missing[reader]:
                self._ready.append(reader)
        return skips

    def fail(self, key: str) -> list[Skip]:
        """Record that a running step failed for good; return the steps that are skipped because of it."""
        self._end(key)
        self.failed.add(key)
        return [
            skip
            for reader in self._readers[key]
            if reader not in self.skipped
            for skip in self._skip(reader, key, failed=True)
        ]

    def retry(self, key: str) -> None:
        """Record that a running step is to be tried again now."""
        self._must_run(key)
        self._running.remove(key)
        self._ready.append(key)

    def _skip(self, key: str, because_of: str, *, failed: bool) -> list[Skip]:
        skips = []
        pending = [(key, because_of)]
        while pending:
            step, cause = pending.pop()
            if step in self.skipped:
                continue
            self.skipped.add(step)
            self._open -= 1
            skips.append(Skip(step, (cause,), failed))
            pending.extend((reader, step) for reader in self._readers[step])
        return skips

    def _end(self, key: str) -> None:
        self._must_run(key)
        self._running.remove(key)
        self._open -= 1

    def _must_run(self, key: str) -> None:
        if key not in self._running:
            raise InvariantViolationError(f"Step '{key}' is not running, so it cannot end.")
