"""The suite for IO managers: its clauses and saboteurs."""

from __future__ import annotations

from holdfast.conformance.clauses import Clause, collected
from holdfast.conformance.io import (
    failures,
    faulty_keys,
    faulty_partitions,
    faulty_places,
    faulty_values,
    faulty_writes,
    keys,
    model,
    partitions,
    places,
    stored,
)
from holdfast.conformance.io.bench import IOBench
from holdfast.conformance.suites import Suite, saboteurs_of
from holdfast.conformance.trials import IOManagerTrial
from holdfast.provisions import IOManagerPlugin

__all__ = ["IO_MANAGERS"]

_CLAUSES = (stored, keys, failures, places, partitions, model)
_SABOTEURS = (faulty_values, faulty_keys, faulty_writes, faulty_places, faulty_partitions)

IO_MANAGERS = Suite(
    record=IOManagerPlugin,
    trial=IOManagerTrial,
    bench=IOBench,
    clauses=collected(map(vars, _CLAUSES), Clause),
    saboteurs=saboteurs_of(*map(vars, _SABOTEURS)),
    claims={
        "columns": "loads some columns of a table, those that the reader's metadata names",
        "partitions": "stores and loads the partitions of an asset, one or many",
        "persistent": "keeps values when the manager and its process are gone",
        "processes": "may be used by several processes at once",
    },
)
"""The suite for IO managers."""
