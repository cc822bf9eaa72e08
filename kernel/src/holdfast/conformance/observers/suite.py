"""The suite for observers: its clauses and saboteurs."""

from __future__ import annotations

from holdfast.conformance.clauses import Clause, collected
from holdfast.conformance.observers import clauses, faulty
from holdfast.conformance.observers.bench import ObserverBench
from holdfast.conformance.suites import Suite, saboteurs_of
from holdfast.conformance.trials import ObserverTrial
from holdfast.provisions import ObserverPlugin

__all__ = ["OBSERVERS"]

OBSERVERS = Suite(
    record=ObserverPlugin,
    trial=ObserverTrial,
    bench=ObserverBench,
    clauses=collected([vars(clauses)], Clause),
    saboteurs=saboteurs_of(vars(faulty)),
)
"""The suite for observers."""
