"""What is known of a step that stands for a step for each partition: counts, and what went wrong."""

from __future__ import annotations

from collections import Counter
from typing import Any

import attrs

from holdfast.events import Event, EventType
from holdfast.failures import ErrorInfo
from holdfast.keys import AssetKey

__all__ = ["PartitionedSteps"]

_MOST_REPORTS = 10


@attrs.define
class PartitionedSteps:
    """The steps of the partitions of an asset, told event by event.

    What is kept grows with what runs at the same time and with what goes wrong, not with the partitions.

    Attributes:
        key: the step that stands for them.
        total: how many there are.
        assets: the assets they are to make.
        made: how many have ended well.
        started: when the first began.
        ended: when the last of those that have ended did.
        running: when each that runs, or waits to be tried again, began, by partition.
        failed: why each that failed did, by partition; for the first of them.
        skipped: why each that was skipped was, by partition.
    """

    key: str
    total: int
    assets: list[AssetKey] = attrs.field(factory=list)
    made: int = 0
    started: float | None = None
    ended: float | None = None
    running: dict[str, float] = attrs.field(factory=dict)
    failed: dict[str, ErrorInfo | None] = attrs.field(factory=dict)
    skipped: dict[str, str] = attrs.field(factory=dict)

    @property
    def label(self) -> str:
        """What people know them by: their asset, or the step's own name when it makes several."""
        return str(self.assets[0]) if len(self.assets) == 1 else self.key

    @property
    def count_ended(self) -> int:
        """How many have come to their end."""
        return self.made + len(self.failed) + len(self.skipped)

    @property
    def is_ended(self) -> bool:
        """Whether all have."""
        return self.count_ended == self.total

    @property
    def seconds(self) -> float | None:
        """How long they have taken, from the start of the first to the end of the last."""
        return None if self.started is None or self.ended is None else self.ended - self.started

    @property
    def status(self) -> str:
        """How far they have come, in a word."""
        if self.failed:
            return "failed"
        if self.is_ended:
            return "made" if self.made else "skipped"
        return "waiting" if self.started is None else "running"

    @property
    def counts(self) -> str:
        """How far they have come, in numbers."""
        said = [f"{self.made:,} of {self.total:,} made"]
        said += [f"{len(self.failed):,} failed"] if self.failed else []
        said += [f"{len(self.skipped):,} skipped"] if self.skipped else []
        return ", ".join(said)

    @property
    def reports(self) -> list[tuple[str, ErrorInfo]]:
        """The first partitions that failed, each with what was raised."""
        return [(partition, error) for partition, error in self.failed.items() if error is not None]

    def add(self, event: Event, partition: str, cause: str) -> None:
        """Take in what happened to one of them.

        Args:
            event: this.
            partition: which one.
            cause: why it was skipped, if it was.
        """
        kind = event.type
        if kind is EventType.STEP_START:
            self.started = self.started or event.timestamp
            self.running[partition] = event.timestamp
        elif kind is EventType.STEP_SUCCESS:
            self.running.pop(partition, None)
            self.made, self.ended = self.made + 1, event.timestamp
        elif kind is EventType.STEP_FAILURE:
            self.running.pop(partition, None)
            kept = len(self.failed) < _MOST_REPORTS
            self.failed[partition], self.ended = event.data.error if kept else None, event.timestamp
        elif kind is EventType.STEP_SKIPPED:
            self.skipped[partition] = cause

    @property
    def causes(self) -> dict[str, int]:
        """How many were skipped, by why."""
        return dict(Counter(self.skipped.values()))

    def to_json(self) -> dict[str, Any]:
        """Return their counts and what went wrong as a dictionary that JSON can hold."""
        return {
            "key": self.key,
            "assets": [str(key) for key in self.assets],
            "status": self.status,
            "partitions": {
                "total": self.total,
                "made": self.made,
                "failed": len(self.failed),
                "skipped": len(self.skipped),
            },
            "seconds": None if self.seconds is None else round(self.seconds, 3),
            "failed": list(self.failed),
            "errors": {partition: error.to_json() for partition, error in self.reports},
            "skipped_because": self.causes,
        }
