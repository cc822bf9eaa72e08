"""Dagster on some of the works of the report, run by an interpreter that has it; prints JSON.

Assets are defined, built and run through Dagster's public names alone. The keys are the names of the works
in the report, and the values in their units.
"""

from __future__ import annotations

import json
import logging

from dagster import AssetSelection, asset, define_asset_job, repository
from measure import medians
from shapes import functions, random_graph

RUN = 1_000


def main() -> None:
    """Measure, and print what was measured."""
    logging.disable(logging.CRITICAL)
    found = {}
    for size in (1_000, 10_000):
        made = functions(random_graph(size))
        taken = medians({"": lambda made=made: defined(made)}, repeats=3 if size == 1_000 else 1)[""]
        found[f"define: random, {size:,} assets"] = taken * 1e3
    graph = defined(made).asset_graph
    selections = {
        "keys(first).downstream()": AssetSelection.keys("a0").downstream(),
        "all().sinks()": AssetSelection.all().sinks(),
    }
    for name, selection in selections.items():
        taken = medians({"": lambda selection=selection: selection.resolve(graph)}, repeats=1)[""]
        found[f"select: 10,000: {name}"] = taken * 1e3
    job = defined(functions(random_graph(RUN))).get_job("everything")
    taken = medians({"": job.execute_in_process}, repeats=1)[""]
    found["materialize: random, job.execute_in_process"] = taken / RUN * 1e6
    print(json.dumps(found))


def defined(functions):
    """Return a repository of assets with a job over all of them."""
    assets = [asset(function) for function in functions]

    @repository
    def benchmark():
        return [*assets, define_asset_job("everything")]

    benchmark.get_job("everything")
    return benchmark


if __name__ == "__main__":
    main()
