"""What may run next of a plan for many partitions: as `Frontier`, without listing what waits."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from itertools import islice

import attrs

from holdfast.errors import InvalidDefinitionError, InvariantViolationError
from holdfast.execution.frontier import Skip
from holdfast.partitions.definition import PartitionsSubset
from holdfast.plan import Need
from holdfast.units import Edge, Units

__all__ = ["PartitionFrontier"]


@attrs.frozen
class _Reader:
    """What waits for a step: a step for each partition, through one edge.

    Attributes:
        key: the step of the plan that waits.
        output: the output that it waits for.
        edge: how the partitions of the two belong together.
    """

    key: str
    output: str
    edge: Edge


@attrs.define(eq=False)
class _Gate:
    """What all partitions of a step wait for alike, or a step that runs once.

    Attributes:
        key: the step of the plan that waits.
        output: the output that it waits for.
        wanted: the partitions that it waits for; ``None`` for a step without any.
        missing: how many of these are not there yet.
    """

    key: str
    output: str
    wanted: PartitionsSubset | None
    missing: int


class PartitionFrontier:
    """The steps of a plan for many partitions, and how far each has come; see `Frontier`.

    A step that is waiting is known only once something that it waits for has ended; those that wait for
    nothing are handed out from their subset. So what this holds grows with what has run, not with the plan.

    What a step waits for is what its mappings say is upstream of it. What they say is downstream is only a
    way to find who waits: it may name too many, and where it names too few, the rest is found at the end.

    Args:
        units: the steps.
    """

    def __init__(self, units: Units) -> None:
        self._units = units
        self._readers: dict[str, list[_Reader]] = {key: [] for key in units.templates}
        self._gates: dict[str, list[_Gate]] = {key: [] for key in units.templates}
        self._closed: dict[str, int] = dict.fromkeys(units.templates, 0)
        self._held: dict[str, list[str]] = {}  # by step of the plan, steps that only its gates hold back
        self._missing: dict[str, int] = {}
        self._ready: deque[str] = deque()
        self._fresh: dict[str, Iterator[tuple[str, PartitionsSubset]]] = {}
        self._running: dict[str, tuple[str, PartitionsSubset | None]] = {}
        self._parts: dict[str, tuple[str, PartitionsSubset | None]] = {}
        self._begun: set[str] = set()
        self._left_out: set[Need] = set()
        self._edges = {key: list(units.edges(key)) for key in units.templates}
        self._open = len(units)
        self.failed: set[str] = set()
        """The steps that failed."""
        self.skipped: set[str] = set()
        """The steps that were skipped."""
        for key in units.templates:
            self._connect(key)
        for key in units.templates:
            if not self._closed[key]:
                self._begin(key)
        if not self.has_ready:
            self._look_for_more()

    @property
    def done(self) -> bool:
        """Whether every step has succeeded, failed or been skipped.

        Raises:
            InvalidDefinitionError: partitions wait for each other.
        """
        if self._open and not (self._running or self.has_ready):
            names = ", ".join(islice(self._waiting(), 5))
            raise InvalidDefinitionError(
                f"{self._open} steps wait for each other, among them {names}. Look at the partition mappings "
                "between their assets."
            )
        return self._open == 0

    @property
    def has_ready(self) -> bool:
        """Whether a step may run now."""
        if self._ready:
            return True
        while self._fresh:
            key, fresh = next(iter(self._fresh.items()))
            for partition, one in fresh:
                if f"{key}[{partition}]" not in self.skipped and not self._count(key, one):
                    self._ready.append(self._named(key, partition, one))
                    return True
            del self._fresh[key]
        return False

    def start_next(self) -> str:
        """Hand out the next ready step, which is running from now on.

        Raises:
            IndexError: no step is ready.
        """
        if not self._ready and not self.has_ready:
            raise IndexError("no step is ready")
        name = self._ready.popleft()
        self._running[name] = self._parts.pop(name)
        self._begun.add(name)
        return name

    def succeeded(self, name: str, left_out: Collection[str] = ()) -> list[Skip]:
        """Record that a running step ended well.

        Args:
            name: the step.
            left_out: outputs that it did not make.

        Returns:
            The steps that are skipped because they read one of these.
        """
        key, one = self._end(name)
        self._left_out.update((name, output) for output in left_out)
        skips: list[Skip] = []
        for gate in self._gates[key]:
            if gate.wanted is None or (one is not None and one <= gate.wanted):
                if gate.output in left_out:
                    skips += self._skip_all(gate.key, name, failed=False)
                else:
                    gate.missing -= 1
                    if not gate.missing:
                        self._open_gate(gate.key)
        for reader in self._readers[key]:
            for reader_name, part in self._who_waits(reader, one):
                if reader.output in left_out:
                    skips += self._skip(reader_name, part, name, failed=False)
                else:
                    self._arrived(reader_name, part)
        return skips + self._look_for_more()

    def fail(self, name: str) -> list[Skip]:
        """Record that a running step failed for good; return the steps that are skipped because of it."""
        key, one = self._end(name)
        self.failed.add(name)
        return self._lose(key, one, name, failed=True) + self._look_for_more()

    def retry(self, name: str) -> None:
        """Record that a running step is to be tried again now."""
        self._must_run(name)
        key, one = self._parts[name] = self._running.pop(name)
        if one is not None and key in self._units.apart:
            self._units.key(key, one.only_key or "", one)
        self._ready.append(name)

    # -- what waits for what ---------------------------------------------------------------------------

    def _connect(self, key: str) -> None:
        mine = self._units.subset(key)
        apart = key in self._units.apart
        for edge in self._edges[key]:
            upstream, output = edge.need
            theirs = self._units.subset(upstream)
            if apart and upstream in self._units.apart and not _alike(edge):
                self._readers[upstream].append(_Reader(key, output, edge))
                continue
            wanted, missing = None, 1
            if theirs is not None and upstream in self._units.apart:
                wanted = theirs if edge.mapping is None else self._upstream(edge, mine) & theirs
                missing = len(wanted)
            if missing:
                self._gates[upstream].append(_Gate(key, output, wanted, missing))
                self._closed[key] += 1

    def _begin(self, key: str) -> None:
        """Hand out the steps of a step of the plan that wait for no partition."""
        subset = self._units.subset(key)
        if key not in self._units.apart:
            if key not in self.skipped:
                self._parts[key] = key, subset
                self._ready.append(key)
            return
        assert subset is not None
        for edge, theirs in self._followed(key):
            subset -= self._downstream(edge, theirs, subset)
        self._fresh[key] = subset.each()

    def _open_gate(self, key: str) -> None:
        self._closed[key] -= 1
        if not self._closed[key]:
            self._begin(key)
            self._ready.extend(name for name in self._held.pop(key, ()) if name not in self.skipped)

    def _who_waits(
        self, reader: _Reader, one: PartitionsSubset | None
    ) -> list[tuple[str, tuple[str, PartitionsSubset]]]:
        """Return the steps that wait for a partition through an edge, and are not skipped."""
        mine = self._units.subset(reader.key)
        assert one is not None
        assert mine is not None
        found = []
        for partition, part in self._downstream(reader.edge, one, mine).each():
            name = f"{reader.key}[{partition}]"
            if name not in self.skipped and one <= self._upstream(reader.edge, part):
                found.append((name, (reader.key, part)))
        return found

    def _arrived(self, name: str, part: tuple[str, PartitionsSubset]) -> None:
        missing = self._missing.get(name)
        if missing is None:
            missing = self._count(*part)
        if missing > 1:
            self._missing[name] = missing - 1
            return
        self._missing.pop(name, None)
        key, one = part
        self._named(key, one.only_key or "", one)
        if self._closed[key]:
            self._held.setdefault(key, []).append(name)
        else:
            self._ready.append(name)

    def _count(self, key: str, one: PartitionsSubset) -> int:
        """Return how many steps the step of a partition waits for, those that all wait for alike apart."""
        return sum(len(self._upstream(edge, one) & theirs) for edge, theirs in self._followed(key))

    def _followed(self, key: str) -> Iterator[tuple[Edge, PartitionsSubset]]:
        """Yield the edges along which partitions wait each for its own, with the partitions upstream."""
        for edge in self._edges[key]:
            theirs = self._units.subset(edge.need[0])
            if theirs is not None and edge.need[0] in self._units.apart and not _alike(edge):
                yield edge, theirs

    def _upstream(self, edge: Edge, mine: PartitionsSubset | None) -> PartitionsSubset:
        if edge.mapping is None:
            assert mine is not None
            return mine
        assert edge.upstream_def is not None
        return edge.mapping.upstream_subset(mine, edge.upstream_def)

    def _downstream(self, edge: Edge, theirs: PartitionsSubset, mine: PartitionsSubset) -> PartitionsSubset:
        if edge.mapping is None:
            return theirs & mine
        return edge.mapping.downstream_subset(theirs, mine.definition) & mine

    # -- what no mapping led to ------------------------------------------------------------------------

    def _look_for_more(self) -> list[Skip]:
        """Look at every step that waits, once nothing runs: whether what it waits for has ended.

        Only where mappings do not say downstream what they say upstream is there anything to find.
        """
        if not self._open or self._running or self.has_ready:
            return []
        skips: list[Skip] = []
        for key in self._units.templates:
            if key not in self._units.apart or self._closed[key]:
                continue
            for name, (_, one) in self._of(key):
                if name in self._begun:
                    continue
                assert one is not None
                needs = list(self._needs(key, one))
                lost = next((need for need in needs if self._is_lost(need)), None)
                if lost is not None:
                    failed = lost not in self._left_out
                    skips += self._skip(name, (key, one), lost[0], failed=failed)
                elif all(need in self._begun for need, _ in needs):
                    self._ready.append(self._named(key, one.only_key or "", one))
        return skips

    def _needs(self, key: str, one: PartitionsSubset) -> Iterator[Need]:
        for edge, theirs in self._followed(key):
            upstream, output = edge.need
            for partition in self._upstream(edge, one) & theirs:
                yield f"{upstream}[{partition}]", output

    def _is_lost(self, need: Need) -> bool:
        return need[0] in self.failed or need[0] in self.skipped or need in self._left_out

    def _waiting(self) -> Iterator[str]:
        for key in self._units.templates:
            yield from (name for name, _ in self._of(key) if name not in self._begun)

    # -- ends ------------------------------------------------------------------------------------------

    def _lose(self, key: str, one: PartitionsSubset | None, because_of: str, *, failed: bool) -> list[Skip]:
        skips = []
        pending = [(key, one, because_of)]
        while pending:
            lost, part, cause = pending.pop()
            for gate in self._gates[lost]:
                if gate.wanted is None or (part is not None and part <= gate.wanted):
                    for name, unit in self._of(gate.key):
                        skips += self._skipped(name, cause, failed)
                        pending.append((*unit, name))
                    self._fresh.pop(gate.key, None)
            for reader in self._readers[lost]:
                for name, (reader_key, below) in self._who_waits(reader, part):
                    skips += self._skipped(name, cause, failed)
                    pending.append((reader_key, below, name))
        return skips

    def _skip(
        self, name: str, part: tuple[str, PartitionsSubset | None], because_of: str, *, failed: bool
    ) -> list[Skip]:
        if name in self.skipped:
            return []
        return [*self._skipped(name, because_of, failed), *self._lose(*part, name, failed=failed)]

    def _skip_all(self, key: str, because_of: str, *, failed: bool) -> list[Skip]:
        skips = [
            skip for name, part in self._of(key) for skip in self._skip(name, part, because_of, failed=failed)
        ]
        self._fresh.pop(key, None)
        return skips

    def _of(self, key: str) -> Iterator[tuple[str, tuple[str, PartitionsSubset | None]]]:
        """Yield the steps of a step of the plan that are not skipped."""
        subset = self._units.subset(key)
        if key not in self._units.apart:
            if key not in self.skipped:
                yield key, (key, subset)
            return
        assert subset is not None
        for partition, one in subset.each():
            name = f"{key}[{partition}]"
            if name not in self.skipped:
                yield name, (key, one)

    def _skipped(self, name: str, because_of: str, failed: bool) -> list[Skip]:
        self.skipped.add(name)
        self._missing.pop(name, None)
        self._parts.pop(name, None)
        self._open -= 1
        return [Skip(name, (because_of,), failed)]

    def _named(self, key: str, partition: str, one: PartitionsSubset) -> str:
        name = self._units.key(key, partition, one)
        self._parts[name] = key, one
        return name

    def _end(self, name: str) -> tuple[str, PartitionsSubset | None]:
        self._must_run(name)
        self._open -= 1
        return self._running.pop(name)

    def _must_run(self, name: str) -> None:
        if name not in self._running:
            raise InvariantViolationError(f"Step '{name}' is not running, so it cannot end.")


def _alike(edge: Edge) -> bool:
    """Return whether all partitions wait for the same."""
    return edge.mapping is not None and edge.mapping.same_for_every_partition
