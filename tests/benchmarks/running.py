"""What a run costs for each trivial asset: in memory, into files, with events in SQLite."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from measure import Work, medians, paired
from plain_files import own_name, temporary_file
from report import Row
from shapes import Function, Parents, chain, functions, random_graph

from holdfast import Instance, asset, define_asset_job, materialize, materialize_to_memory, repository

SUBJECT = "materialize"
SIZE = 1_000
IN_MEMORY_US = 60
FILES_X = 2.0
SQLITE_US = 300
PREFIX = "holdfast-benchmark-"

# For some time after many files were deleted, ext4 takes up to ten times the CPU to make one, whatever the
# program does. So nothing is deleted before all is measured; and without a disk, the program alone shows.
DISK = Path(tempfile.gettempdir())
SHARED_MEMORY = Path("/dev/shm")

FILES = """
[tool.holdfast]
event_store = "memory"
io_managers.io_manager = { use = "filesystem", base = "data" }
"""
SQLITE = """
[tool.holdfast]
event_store = { use = "sqlite", path = "events.db" }
"""


def run() -> Iterator[Row]:
    """Measure chains and random graphs against the same work in plain Python."""
    shapes = {"chain": chain(SIZE), "random": random_graph(SIZE)}
    with ExitStack() as places:
        for base, without, budget in ((DISK, "", FILES_X), (SHARED_MEMORY, " without a disk", None)):
            if base.is_dir():
                place = places.enter_context(tempfile.TemporaryDirectory(prefix=PREFIX, dir=base))
                for shape, parents in shapes.items():
                    yield in_files(f"{shape}, in files{without}", parents, place, temporary_file, budget)
                    bare = f"{shape}, in files{without}, name of its own"
                    yield in_files(bare, parents, place, own_name, None)
    for shape, parents in shapes.items():
        yield from in_memory(shape, parents)


def in_memory(shape: str, parents: Parents) -> Iterator[Row]:
    """Measure runs that keep their values in memory, with events in memory and in SQLite."""
    made = functions(parents)
    assets = [asset(function) for function in made]

    @repository
    def benchmark() -> list[Any]:
        return [*assets, define_asset_job("everything")]

    job = benchmark.get_job("everything")
    with tempfile.TemporaryDirectory(prefix=PREFIX) as place:
        each = microseconds(
            {
                "plain": lambda: plain_in_memory(made, parents),
                "job": lambda: job.execute_in_process(),
                "to memory": lambda: materialize_to_memory(assets),
                "sqlite": lambda: job.execute_in_process(instance=Instance.get(fresh(place, SQLITE))),
            }
        )
    floor = f"plain Python {each['plain']:.1f} us"
    yield Row(SUBJECT, f"{shape}, job.execute_in_process", each["job"], "us", IN_MEMORY_US, floor)
    yield Row(SUBJECT, f"{shape}, materialize_to_memory", each["to memory"], "us", IN_MEMORY_US, floor)
    beside = f"more than with events in memory; {each['sqlite']:.0f} us each in all"
    more = each["sqlite"] - each["job"]
    yield Row(SUBJECT, f"{shape}, SQLite events", more, "us", SQLITE_US, beside)


def in_files(
    work: str, parents: Parents, place: str, write: Callable[[str, bytes], None], budget: float | None
) -> Row:
    """Measure runs that keep their values in files, each in a new directory of the same file system."""
    made = functions(parents)
    assets = [asset(function) for function in made]
    taken = paired(
        lambda: materialize(assets, instance=Instance.get(fresh(place, FILES))),
        lambda: plain_in_files(made, parents, fresh(place, ""), write),
    )
    each, plain = (seconds / SIZE * 1e6 for seconds in (taken.work, taken.floor))
    beside = f"{each:.0f} us each; plain Python {plain:.0f} us; {taken.wall_ratio:.2f} x in wall time"
    return Row(SUBJECT, work, taken.ratio, "x", budget, beside)


def microseconds(works: dict[str, Work]) -> dict[str, float]:
    """Return the CPU of each piece of work for one asset."""
    return {name: seconds / SIZE * 1e6 for name, seconds in medians(works, repeats=9).items()}


def fresh(place: str, settings: str) -> Path:
    """Return a new directory with settings."""
    directory = Path(tempfile.mkdtemp(dir=place))
    (directory / "pyproject.toml").write_text(settings, "utf-8")
    return directory


def plain_in_memory(made: list[Function], parents: Parents) -> dict[int, Any]:
    """Call the functions in topological order and keep what they return."""
    values: dict[int, Any] = {}
    for at in ordered(parents):
        values[at] = made[at](*[values[parent] for parent in parents[at]])
    return values


def plain_in_files(
    made: list[Function], parents: Parents, directory: Path, write: Callable[[str, bytes], None]
) -> None:
    """Call the functions in topological order; pickle what they return, and load it where it is read."""
    for at in ordered(parents):
        values = []
        for parent in parents[at]:
            with open(f"{directory}/a{parent}.pickle", "rb") as file:  # noqa: PTH123 - pathlib is slower
                values.append(pickle.load(file))
        write(f"{directory}/a{at}.pickle", pickle.dumps(made[at](*values), protocol=5))


def ordered(parents: Parents) -> list[int]:
    """Return a topological order."""
    children: list[list[int]] = [[] for _ in parents]
    for at, read in enumerate(parents):
        for parent in read:
            children[parent].append(at)
    waiting = [len(read) for read in parents]
    order = [at for at, count in enumerate(waiting) if not count]
    for at in order:
        for child in children[at]:
            waiting[child] -= 1
            if not waiting[child]:
                order.append(child)
    return order
