"""The suite for executors: its clauses and saboteurs."""

from __future__ import annotations

from holdfast.conformance.clauses import Clause, collected
from holdfast.conformance.executors import ending, faulty, running
from holdfast.conformance.executors.bench import ExecutorBench
from holdfast.conformance.suites import Suite, saboteurs_of
from holdfast.conformance.trials import Trial
from holdfast.provisions import ExecutorPlugin

__all__ = ["EXECUTORS"]

EXECUTORS = Suite(
    record=ExecutorPlugin,
    trial=Trial,
    bench=ExecutorBench,
    clauses=collected(map(vars, (running, ending)), Clause),
    saboteurs=saboteurs_of(vars(faulty)),
    claims={"processes": "runs tasks in other processes; the opposite of `in_process` in the record"},
)
"""The suite for executors."""
