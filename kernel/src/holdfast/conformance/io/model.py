"""The clause of IO managers that drives one against a dictionary."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from holdfast.conformance.clauses import Violation, clause, require
from holdfast.conformance.io import work
from holdfast.conformance.io.bench import IOBench
from holdfast.conformance.machines import drive
from holdfast.conformance.pacing import affordable
from holdfast.errors import StorageError

__all__: list[str] = []

_KEYS = st.sampled_from([("a",), ("a", "b"), ("a/b",)])
_PARTITIONS = st.none() | st.sampled_from(["p", "q"])
_CRASHES = 2
_EXAMPLES = 20
_STEPS = 30


@clause("IO-35")
def like_a_dictionary(bench: IOBench) -> None:
    """Whatever is stored, refused, repartitioned, cut short and opened again, it answers as a dictionary.

    Hypothesis makes up what is done; what it prints is the shortest it found that goes wrong. An asset that
    gets partitions, or loses them, may lose what was stored the other way.
    """
    example, crashes = itertools.count(), [True] * _CRASHES
    drive(
        lambda: _Machine(bench, f"example{next(example)}", crashes),
        examples=affordable(lambda: _example(bench), _EXAMPLES),
        steps=_STEPS,
        shrinks=not bench.sabotaged,
    )


def _example(bench: IOBench) -> None:
    """Take about as long as an example does."""
    (value,) = bench.samples(1)
    for _ in range(_STEPS):
        bench.put("measured", value)
        bench.get("measured")


class _Machine(RuleBasedStateMachine):
    """An IO manager beside a dictionary of what was stored in it, by key and partition."""

    def __init__(self, bench: IOBench, prefix: str, crashes: list[bool]) -> None:
        super().__init__()
        self.bench = bench
        self.prefix = prefix
        self.model: dict[tuple[tuple[str, ...], str | None], Any] = {}
        self.doubtful: set[tuple[tuple[str, ...], str | None]] = set()  # still there, or gone
        self.samples = list(bench.values.claimed())
        self.crashes = crashes  # each costs the start of a process, so there are few

    def _partition(self, partition: str | None) -> str | None:
        return partition if "partitions" in self.bench.claims else None

    @rule(key=_KEYS, partition=_PARTITIONS, number=st.integers(0, 1_000))
    def store(self, key: tuple[str, ...], partition: str | None, number: int) -> None:
        """Store a value."""
        partition = self._partition(partition)
        value = self.samples[number % len(self.samples)]
        self.bench.put((self.prefix, *key), value, partition)
        self.stored(key, partition, value)
        self.load(key, partition)

    def stored(self, key: tuple[str, ...], partition: str | None, value: Any) -> None:
        """Note a value that was stored; those that the asset had the other way are doubtful from then on."""
        self.model[key, partition] = value
        self.doubtful.discard((key, partition))
        self.doubtful |= {
            (other, kept)
            for other, kept in self.model
            if other == key and (kept is None) is not (partition is None)
        }

    @rule(key=_KEYS, partition=_PARTITIONS)
    def look(self, key: tuple[str, ...], partition: str | None) -> None:
        """Load a value, or find that there is none."""
        self.load(key, partition)

    def load(self, key: tuple[str, ...], partition: str | None) -> None:
        """Raise unless what is loaded is what the dictionary has."""
        partition = self._partition(partition)
        path = (self.prefix, *key)
        if (key, partition) in self.doubtful:
            self.doubtful.discard((key, partition))
            if not self.bench.has(path, partition):
                del self.model[key, partition]
        if (key, partition) in self.model:
            self.bench.expect(path, self.model[key, partition], partition)
        else:
            self.bench.expect_missing(path, partition)

    @rule(key=_KEYS, partition=_PARTITIONS)
    def fail(self, key: tuple[str, ...], partition: str | None) -> None:
        """Fail to store a value."""
        if self.bench.persistent:
            try:
                self.bench.put((self.prefix, *key), self.bench.values.broken()[0], self._partition(partition))
            except StorageError:
                return
            raise Violation("A value that cannot be stored was stored without an error.")

    @rule(key=_KEYS, number=st.integers(0, 1_000))
    def store_several(self, key: tuple[str, ...], number: int) -> None:
        """Store several partitions at once."""
        if "partitions" in self.bench.claims:
            value = self.samples[number % len(self.samples)]
            self.bench.put_many((self.prefix, *key), {"p": value, "q": self.samples[0]})
            self.stored(key, "p", value)
            self.stored(key, "q", self.samples[0])

    @rule()
    def open_again(self) -> None:
        """Make the manager anew."""
        if self.bench.persistent:
            self.bench.manager = self.bench.open()

    @precondition(lambda self: self.bench.persistent)
    @rule(key=_KEYS)
    def crash(self, key: tuple[str, ...]) -> None:
        """Kill another process while it stores ever newer values; what is there then is what counts."""
        if not self.crashes:
            return
        self.crashes.pop()
        path = (self.prefix, *key)
        with self.bench.child(work.store_versions, self.bench.values, path, 1) as writer:
            writer.hear()
            last = max([1, *writer.kill()])
        number = self.bench.values.number(self.bench.get(path))
        require(
            number in [self.bench.values.number(self.bench.values.version(n)) for n in (last, last + 1)],
            f"A writer had stored version {last} when it was killed, and version {number} was loaded.",
        )
        self.stored(key, None, self.bench.values.version(number))
