"""What it costs to define assets and to build them into a repository with a job."""

from __future__ import annotations

from collections.abc import Iterator

from measure import medians
from report import Row
from shapes import SHAPES, Function, functions

from holdfast import RepositoryDefinition, asset, define_asset_job, repository

SUBJECT = "define"
BUDGETS_MS = {100: None, 1_000: None, 10_000: 800}
# Twice the assets cost twice as much, so 1 for each; a cost that grows with the square would be 2. The sizes
# are those at which the garbage collector's part in it has stopped growing.
LARGE, LARGER = 20_000, 40_000
GROWN_X = 1.4


def run() -> Iterator[Row]:
    """Measure every shape in every size, and how the cost of an asset grows with their number."""
    for shape, parents_of in SHAPES.items():
        each = {size: seconds_each(functions(parents_of(size))) for size in (*BUDGETS_MS, LARGE, LARGER)}
        for size, budget in BUDGETS_MS.items():
            beside = f"{each[size] * 1e6:.0f} us each"
            yield Row(SUBJECT, f"{shape}, {size:,} assets", each[size] * size * 1e3, "ms", budget, beside)
        beside = f"{each[LARGER] * 1e6:.0f} us and {each[LARGE] * 1e6:.0f} us"
        work = f"{shape}, an asset of {LARGER:,} against one of {LARGE:,}"
        yield Row(SUBJECT, work, each[LARGER] / each[LARGE], "x", GROWN_X, beside)


def seconds_each(made: list[Function]) -> float:
    """Return the CPU that defining and building takes for each asset."""
    return medians({"": lambda: defined(made)}, repeats=3 if len(made) > 1_000 else 9)[""] / len(made)


def defined(made: list[Function]) -> RepositoryDefinition:
    """Return a repository of assets with a job over all of them."""
    assets = [asset(function) for function in made]

    @repository
    def benchmark() -> list[object]:
        return [*assets, define_asset_job("everything")]

    found: RepositoryDefinition = benchmark
    found.get_job("everything")
    return found
