"""What may run next: a state machine that is told what happened and does no IO."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence

import attrs

from holdfast.errors import InvariantViolationError
from holdfast.plan import Need

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
        waits_for: by step key, the outputs it waits for. Steps are handed out in this order where their edges
            leave it free.
        any_of: by step key, groups of outputs of which it waits for all and needs at least one, as when an
            input is a list of them.
    """

    def __init__(
        self,
        waits_for: Mapping[str, Collection[Need]],
        any_of: Mapping[str, Sequence[Collection[Need]]] | None = None,
    ) -> None:
        self._needs: dict[str, Collection[Need]] = dict(waits_for)
        self._groups: dict[str, list[set[Need]]] = {
            key: [set(group) for group in groups] for key, groups in (any_of or {}).items()
        }
        self._readers: dict[str, list[str]] = {key: [] for key in waits_for}
        self._missing: dict[str, int] = {}
        for key in waits_for:
            upstream = self._upstream(key)
            self._missing[key] = len(upstream)
            for step in upstream:
                self._readers[step].append(key)
        self._ready = deque(key for key, count in self._missing.items() if not count)
        self._running: set[str] = set()
        self._succeeded: set[str] = set()
        self._open = len(waits_for)
        self.failed: set[str] = set()
        """The steps that failed."""
        self.skipped: set[str] = set()
        """The steps that were skipped."""
        self.lost: set[Need] = set()
        """The outputs that lists go without, because they were not made."""

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
        self._succeeded.add(key)
        missing, skips = self._missing, []
        for reader in self._readers[key]:
            if reader in self.skipped:
                continue
            if not left_out:  # as `_arrived`, for the many readers that a step may have
                missing[reader] -= 1
                if not missing[reader]:
                    self._ready.append(reader)
            elif not self._can_go_without(reader, [(key, name) for name in left_out]):
                skips += self._skip(reader, key, failed=False)
            else:
                self._arrived(reader)
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

    def expand(self, copies: Mapping[str, Mapping[str, str]]) -> None:
        """Replace waiting steps by copies of them, before the step that they wait for is said to have ended.

        A copy waits for copies with the same mapping key. A step that is not replaced and waits for one that
        is then waits for all its copies.

        Args:
            copies: by step, the keys of its copies by mapping key.
        """
        copies = {step: by_key for step, by_key in copies.items() if step not in self.skipped}
        outside = {reader for step in copies for reader in self._readers[step]} - copies.keys()
        for reader in outside - self.skipped:
            self._read_copies(reader, copies)
        for step, by_key in copies.items():
            for upstream in self._upstream(step) - copies.keys():
                self._readers[upstream].remove(step)
            needs, groups = self._needs.pop(step), self._groups.pop(step, [])
            for mapping_key, copy in by_key.items():
                self._needs[copy] = list(_renamed(needs, copies, mapping_key))
                if groups:
                    self._groups[copy] = [set(_renamed(group, copies, mapping_key)) for group in groups]
                self._readers.setdefault(copy, [])
            del self._readers[step], self._missing[step]
            self._open += len(by_key) - 1
        for by_key in copies.values():
            for copy in by_key.values():
                waiting = self._upstream(copy) - self._succeeded
                self._missing[copy] = len(waiting)
                for upstream in waiting:
                    self._readers[upstream].append(copy)

    def _read_copies(self, reader: str, copies: Mapping[str, Mapping[str, str]]) -> None:
        """Make a step that waits for replaced ones, in lists, wait for their copies."""
        replaced = self._upstream(reader) & copies.keys()
        groups = self._groups[reader]
        for group in groups:
            for step, output in [need for need in group if need[0] in copies]:
                group.remove((step, output))
                group.update((copy, output) for copy in copies[step].values())
        added = [copy for step in replaced for copy in copies[step].values()]
        for copy in added:
            self._readers.setdefault(copy, []).append(reader)
        self._missing[reader] += len(added) - len(replaced)
        # A list that has nothing to wait for is empty, not without all that it needs.
        self._groups[reader] = [group for group in groups if group]
        if not self._missing[reader]:
            self._ready.append(reader)

    def _upstream(self, key: str) -> set[str]:
        steps = {step for step, _ in self._needs[key]}
        for group in self._groups.get(key, ()):
            steps.update(step for step, _ in group)
        return steps

    def _arrived(self, reader: str) -> None:
        self._missing[reader] -= 1
        if not self._missing[reader]:
            self._ready.append(reader)

    def _can_go_without(self, reader: str, lost: Collection[Need]) -> bool:
        if any(need in lost for need in self._needs[reader]):
            return False
        for group in self._groups.get(reader, ()):
            gone = group.intersection(lost)
            self.lost |= gone
            group -= gone
            if gone and not group:
                return False
        return True

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
            for reader in self._readers[step]:
                if (
                    failed
                    or reader in self.skipped
                    or not self._can_go_without(reader, self._read_of(reader, step))
                ):
                    pending.append((reader, step))
                else:
                    self._arrived(reader)
        return skips

    def _read_of(self, reader: str, step: str) -> list[Need]:
        groups = self._groups.get(reader, ())
        needs = [*self._needs[reader], *(need for group in groups for need in group)]
        return [need for need in needs if need[0] == step]

    def _end(self, key: str) -> None:
        self._must_run(key)
        self._running.remove(key)
        self._open -= 1

    def _must_run(self, key: str) -> None:
        if key not in self._running:
            raise InvariantViolationError(f"Step '{key}' is not running, so it cannot end.")


def _renamed(
    needs: Collection[Need], copies: Mapping[str, Mapping[str, str]], mapping_key: str
) -> Iterator[Need]:
    for step, output in needs:
        yield (copies[step][mapping_key] if step in copies else step), output
