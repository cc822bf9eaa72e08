"""The clause of IO managers that drives one against a dictionary."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from holdfast.conformance.clauses import clause, require
from holdfast.conformance.io import work
from holdfast.conformance.io.bench import IOBench
from holdfast.errors import StorageError

__all__: list[str] = []

_KEYS = st.sampled_from([("a",), ("a", "b"), ("a/b",), ("c",)])
_PARTITIONS = st.none() | st.sampled_from(["p", "q", "p/q"])
_PLENTY = settings(
    database=None,
    deadline=None,
    max_examples=12,
    stateful_step_count=25,
    suppress_health_check=list(HealthCheck),
)


@clause("IO-35")
def like_a_dictionary(bench: IOBench) -> None:
    """Whatever is stored, refused, repartitioned, cut short and opened again, it answers as a dictionary.

    Hypothesis makes up what is done; what it prints is the shortest it found that goes wrong.
    """
    example = itertools.count()
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        lambda: _Machine(bench, f"example{next(example)}"), settings=_PLENTY
    )


class _Machine(RuleBasedStateMachine):
    """An IO manager beside a dictionary of what was stored in it, by key and partition."""

    def __init__(self, bench: IOBench, prefix: str) -> None:
        super().__init__()
        self.bench = bench
        self.prefix = prefix
        self.model: dict[tuple[tuple[str, ...], str | None], Any] = {}
        self.samples = list(bench.values.claimed())
        self.kills = 0

    def _partition(self, partition: str | None) -> str | None:
        return partition if "partitions" in self.bench.claims else None

    @rule(key=_KEYS, partition=_PARTITIONS, number=st.integers(0, 1_000))
    def store(self, key: tuple[str, ...], partition: str | None, number: int) -> None:
        """Store a value."""
        partition = self._partition(partition)
        value = self.samples[number % len(self.samples)]
        self.bench.put((self.prefix, *key), value, partition)
        self.model[key, partition] = value

    @rule(key=_KEYS, partition=_PARTITIONS)
    def load(self, key: tuple[str, ...], partition: str | None) -> None:
        """Load a value, or find that there is none."""
        partition = self._partition(partition)
        path = (self.prefix, *key)
        if (key, partition) in self.model:
            self.bench.expect(path, self.model[key, partition], partition)
        else:
            self.bench.expect_missing(path, partition)

    @rule(key=_KEYS, partition=_PARTITIONS)
    def fail(self, key: tuple[str, ...], partition: str | None) -> None:
        """Fail to store a value."""
        if self.bench.persistent:
            value = self.bench.values.broken()[0]
            with self.bench.refused("Storing what has no bytes"):
                self.bench.put((self.prefix, *key), value, self._partition(partition))
                raise StorageError("It was stored.")  # which shows when it is loaded

    @rule(key=_KEYS, number=st.integers(0, 1_000))
    def store_several(self, key: tuple[str, ...], number: int) -> None:
        """Store several partitions at once."""
        if "partitions" in self.bench.claims:
            value = self.samples[number % len(self.samples)]
            self.bench.put_many((self.prefix, *key), {"p": value, "q": self.samples[0]})
            self.model[key, "p"], self.model[key, "q"] = value, self.samples[0]

    @rule()
    def open_again(self) -> None:
        """Make the manager anew."""
        if self.bench.persistent:
            self.bench.manager = self.bench.open()

    @precondition(lambda self: self.bench.persistent and not self.kills)
    @rule(key=st.sampled_from(["x", "y"]))
    def crash(self, key: str) -> None:
        """Kill another process that stores something else."""
        self.kills += 1
        if self.prefix not in ("example1", "example5"):
            return  # each costs the start of a process
        with self.bench.child(
            work.store_versions, self.bench.values, f"{self.prefix}-{key}", 1
        ) as writer:
            heard = writer.hear()
        require(heard == 1, "A process that stores said something else.")
