"""The suite for partition mappings: its clauses and saboteurs."""

from __future__ import annotations

from holdfast.conformance.clauses import Clause, collected
from holdfast.conformance.mappings import faulty, laws
from holdfast.conformance.mappings.bench import MappingBench
from holdfast.conformance.suites import Suite, saboteurs_of
from holdfast.conformance.trials import MappingTrial
from holdfast.provisions import PartitionMappingPlugin

__all__ = ["PARTITION_MAPPINGS"]

PARTITION_MAPPINGS = Suite(
    record=PartitionMappingPlugin,
    trial=MappingTrial,
    bench=MappingBench,
    clauses=collected([vars(laws)], Clause),
    saboteurs=saboteurs_of(vars(faulty)),
)
"""The suite for partition mappings."""
