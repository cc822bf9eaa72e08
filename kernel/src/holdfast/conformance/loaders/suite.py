"""The suite for loaders: its clauses and saboteurs."""

from __future__ import annotations

from holdfast.conformance.clauses import Clause, collected
from holdfast.conformance.loaders import clauses, faulty
from holdfast.conformance.loaders.bench import LoaderBench
from holdfast.conformance.suites import Suite, saboteurs_of
from holdfast.conformance.trials import LoaderTrial
from holdfast.provisions import LoaderPlugin

__all__ = ["LOADERS"]

LOADERS = Suite(
    record=LoaderPlugin,
    trial=LoaderTrial,
    bench=LoaderBench,
    clauses=collected([vars(clauses)], Clause),
    saboteurs=saboteurs_of(vars(faulty)),
)
"""The suite for loaders."""
