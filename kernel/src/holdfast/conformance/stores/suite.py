"""The suite for event stores: its clauses and saboteurs."""

from __future__ import annotations

from holdfast.conformance.clauses import Clause, collected
from holdfast.conformance.stores import answers, faulty, faulty_keeping, keeping, model
from holdfast.conformance.stores.bench import StoreBench
from holdfast.conformance.suites import Suite, saboteurs_of
from holdfast.conformance.trials import EventStoreTrial
from holdfast.provisions import EventStorePlugin

__all__ = ["EVENT_STORES"]

EVENT_STORES = Suite(
    record=EventStorePlugin,
    trial=EventStoreTrial,
    bench=StoreBench,
    clauses=collected(map(vars, (answers, keeping, model)), Clause),
    saboteurs=saboteurs_of(vars(faulty), vars(faulty_keeping)),
    claims={"persistent": "keeps events when the store and its process are gone, for several processes"},
)
"""The suite for event stores."""
