"""The mapping between time windows of any lengths and zones."""

from __future__ import annotations

import attrs

from holdfast.errors import InvalidDefinitionError
from holdfast.partitions.definition import PartitionsDefinition, PartitionsSubset
from holdfast.partitions.indices import Indices
from holdfast.partitions.mapping import SubsetPartitionMapping
from holdfast.partitions.time_windows import TimeWindowPartitionsDefinition

__all__ = ["TimeWindowPartitionMapping"]

_PROBES = (*range(64), 183, 367, 745, 4392, 8785)
"""Windows that show whether two schedules agree: a few weeks of hours, and windows of every season."""


@attrs.frozen
class TimeWindowPartitionMapping(SubsetPartitionMapping):
    """A window depends on the upstream windows that it shares time with.

    Windows before the first upstream partition are left out; those to come are not.

    Args:
        start_offset: by how many downstream windows the time that counts begins later; earlier when negative.
            With -1 and days, each depends on the day before too.
        end_offset: by how many downstream windows it ends later; earlier when negative.

    Raises:
        InvalidDefinitionError: the offsets are no whole numbers, or leave no time.
    """

    start_offset: int = 0
    end_offset: int = 0

    def __attrs_post_init__(self) -> None:
        offsets = (self.start_offset, self.end_offset)
        if not all(isinstance(offset, int) for offset in offsets):
            raise InvalidDefinitionError(
                f"TimeWindowPartitionMapping: offsets are whole numbers of windows, not {offsets!r}."
            )
        if self.start_offset > self.end_offset:
            raise InvalidDefinitionError(
                f"TimeWindowPartitionMapping: with start_offset={self.start_offset} and "
                f"end_offset={self.end_offset} the time that counts ends before it begins."
            )

    def finds_several(
        self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
    ) -> bool:
        """Return whether a window may share time with several upstream ones.

        That is not so where the same windows are shifted, and where upstream windows begin only when
        downstream ones do.
        """
        upstream, downstream = _windows(upstream_def, downstream_def)
        if self.start_offset != self.end_offset:
            return True
        at, number_at = downstream.ticks.at, downstream.ticks.number_at
        return not all(at(number_at(start)) == start for start in map(upstream.ticks.at, _PROBES))

    def upstream_subset(
        self, downstream_subset: PartitionsSubset | None, upstream_def: PartitionsDefinition
    ) -> PartitionsSubset:
        """Return the upstream windows that some downstream windows depend on."""
        downstream_def = None if downstream_subset is None else downstream_subset.definition
        upstream, downstream = _windows(upstream_def, downstream_def)
        assert downstream_subset is not None
        start_of = downstream.ticks.at
        return PartitionsSubset(
            upstream_def,
            Indices.of_spans(
                span
                for start, stop in downstream_subset.members.spans
                for span in upstream.overlapping(
                    start_of(start + self.start_offset), start_of(stop + self.end_offset)
                ).spans
            ),
        )

    def downstream_subset(
        self, upstream_subset: PartitionsSubset, downstream_def: PartitionsDefinition
    ) -> PartitionsSubset:
        """Return the downstream windows that depend on some upstream windows."""
        upstream, downstream = _windows(upstream_subset.definition, downstream_def)
        start_of, number_at = upstream.ticks.at, downstream.ticks.number_at
        spans = []
        for start, stop in upstream_subset.members.spans:
            first, last = number_at(start_of(start)), number_at(start_of(stop) - 1)
            spans.append((max(0, first - self.end_offset), last - self.start_offset + 1))
        return PartitionsSubset(downstream_def, Indices.of_spans(spans))

    def check_pair(
        self, upstream_def: PartitionsDefinition, downstream_def: PartitionsDefinition | None
    ) -> None:
        """Accept two kinds of time windows."""
        _windows(upstream_def, downstream_def)


def _windows(
    upstream: PartitionsDefinition, downstream: PartitionsDefinition | None
) -> tuple[TimeWindowPartitionsDefinition, TimeWindowPartitionsDefinition]:
    for side, definition in (("upstream", upstream), ("downstream", downstream)):
        if not isinstance(definition, TimeWindowPartitionsDefinition):
            what = "has no partitions" if definition is None else f"has {definition}"
            raise InvalidDefinitionError(
                f"TimeWindowPartitionMapping is between time windows, but what is {side} {what}."
            )
    return upstream, downstream  # type: ignore[return-value]
