"""The suite for formats: its clauses and saboteurs."""

from __future__ import annotations

from holdfast.conformance.clauses import Clause, collected
from holdfast.conformance.formats import clauses, faulty
from holdfast.conformance.formats.bench import FormatBench
from holdfast.conformance.suites import Suite, saboteurs_of
from holdfast.conformance.trials import FormatTrial
from holdfast.provisions import FormatPlugin

__all__ = ["FORMATS"]

FORMATS = Suite(
    record=FormatPlugin,
    trial=FormatTrial,
    bench=FormatBench,
    clauses=collected([vars(clauses)], Clause),
    saboteurs=saboteurs_of(vars(faulty)),
    claims={
        "columns": "loads some columns of a table, those that the reader's metadata names",
        "conversions": "loads a table as the claimed type that the reader declares",
    },
)
"""The suite for formats."""
