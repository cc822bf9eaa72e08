"""Clauses of formats."""

from __future__ import annotations

import io
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from holdfast.conformance import tables
from holdfast.conformance.clauses import Violation, clause, require
from holdfast.conformance.formats.bench import FormatBench
from holdfast.conformance.values import same
from holdfast.formats import ActiveFormat, Formats
from holdfast.interfaces import LoadRequest
from holdfast.metadata import normalize_metadata

__all__ = ["Bomb", "load_bytes"]

_ran: list[int] = []


def _explode() -> str:
    _ran.append(1)
    return "this ran"


class Bomb:
    """A value whose pickle runs a function when it is loaded."""

    def __reduce__(self) -> Any:
        return _explode, ()


def load_bytes(say: Callable[[Any], None], make: Callable[[Path], Any], directory: Path, data: bytes) -> Any:
    """Load a value in another process."""
    return make(directory).load(io.BytesIO(data), LoadRequest())


@clause("FO-01")
def round_trip(bench: FormatBench) -> None:
    """Every value of a claimed type is loaded as it was dumped, in value and type, empty ones too."""
    for value in bench.values.claimed():
        found = bench.load(bench.dump(value))
        require(
            same(found, value),
            f"{value!r:.200} ({type(value).__name__}) came back as {found!r:.200} ({type(found).__name__}).",
        )


@clause("FO-02")
def chosen_for_its_types(bench: FormatBench) -> None:
    """The dotted names in the record are those of the classes: the format is chosen for their values."""
    active = ActiveFormat("tried", tuple(bench.trial.types or ()), ".tried", bench.open, bench.safe)
    for value in bench.values.claimed():
        found = Formats([active]).for_value(value, trusted=True, what="x")
        require(found is active, f"The format is not chosen for {type(value)!r}.")


@clause("FO-03")
def any_file(bench: FormatBench) -> None:
    """It writes to and reads from any binary file that can seek, on the disk or not, and leaves it open.

    What has no descriptor is a file too: IO managers keep small values in memory.
    """
    for number, value in enumerate(bench.values.claimed()):
        path = bench.directory / f"value{number}=1.tried"
        with path.open("w+b") as written, io.BytesIO() as memory:
            for file in (written, memory):
                bench.format.dump(value, file)
                require(not file.closed, "Dumping closed the file.")
            data = memory.getvalue()
        with (
            path.open("rb") as read,
            io.BytesIO(data) as memory,
            io.BufferedReader(io.BytesIO(data)) as other,
        ):
            for opened in (read, memory, other):
                found = bench.format.load(opened, LoadRequest())
                require(same(found, value), f"Of a {type(opened).__name__}, {found!r:.200} was loaded.")
                require(not opened.closed, "Loading closed the file.")


@clause("FO-04")
def columns(bench: FormatBench) -> None:
    """Where `columns` is claimed, a reader gets the columns it asks for, in its order; else the whole value.

    A column that is not there is an error that names it.
    """
    for name in bench.values.tables:
        table = tables.samples(name)[0]
        data = bench.dump(table)
        if "columns" not in bench.claims:
            found = bench.load(data, columns=["flights"])
            require(same(found, table), "Column subsets are not claimed, and a reader got another table.")
            continue
        for wanted in (["flights"], ["flights", "carrier"]):
            names = tables.columns(bench.load(data, columns=wanted))
            require(names == wanted, f"A reader who asked for the columns {wanted} got {names}.")
        try:
            found = bench.load(data, columns=["flights", "no such column"])
        except Exception as error:
            require("no such column" in str(error), f"The error does not name the column: {error}")
        else:
            raise Violation(f"For a column that is not there, {tables.columns(found)} were loaded.")
    require("columns" not in bench.claims or bench.values.tables, "No library of tables is installed.")


@clause("FO-05")
def conversions(bench: FormatBench) -> None:
    """Where `conversions` is claimed, a reader gets the claimed type it declares; else what was dumped."""
    for name in bench.values.tables:
        data = bench.dump(tables.samples(name)[0])
        for wanted in bench.values.tables:
            found = bench.load(data, tables.the_class(wanted))
            expected = wanted if "conversions" in bench.claims else name
            require(
                type(found) is tables.the_class(expected),
                f"A reader of a {wanted} got a {type(found).__name__} of what was a {name}.",
            )
    require("conversions" not in bench.claims or bench.values.tables, "No library of tables is installed.")


@clause("FO-06")
def damaged_files(bench: FormatBench) -> None:
    """A file that is cut off, empty, or something else is an error, and no value."""
    value = bench.values.version(7)
    whole = bench.dump(value)
    for data in (b"", whole[: len(whole) // 2], whole[:1], b"\x01nothing of the kind" * 10):
        try:
            found = bench.load(data)
        except Exception:
            continue
        raise Violation(f"Of {len(data)} bytes that are no file of this format, {found!r:.100} was loaded.")


@clause("FO-07")
def unclaimed_values(bench: FormatBench) -> None:
    """A value of another type, or one that has no bytes, is an error when it is dumped."""
    for value in (bench.values.unclaimed(), *bench.values.broken(), *([] if bench.values.anything else [1j])):
        try:
            data = bench.dump(value)
        except Exception:
            continue
        raise Violation(f"{type(value).__name__}, which is not claimed, became {data!r:.100}.")


@clause("FO-08")
def values_are_left_alone(bench: FormatBench) -> None:
    """Dumping does not change the value, and what was loaded before does not change with what is loaded."""
    for value, untouched in zip(bench.values.mutable(), bench.values.mutable(), strict=True):
        data = bench.dump(value)
        require(same(value, untouched), f"Dumping changed the value: {value!r:.200}")
        bench.values.change(bench.load(data))
        require(same(bench.load(data), untouched), "Changing what was loaded changed what is loaded next.")


@clause("FO-09")
def metadata_is_returned(bench: FormatBench) -> None:
    """What dumping returns is None, or metadata that a materialization can have."""
    for value in bench.values.claimed():
        said = bench.format.dump(value, io.BytesIO())
        require(said is None or hasattr(said, "items"), f"Dumping returned {said!r}, which is no metadata.")
        for label, metadata in normalize_metadata(said).items():
            require("(unserializable)" not in str(metadata.value), f"{label!r} cannot be recorded.")


@clause("FO-10")
def safety(bench: FormatBench) -> None:
    """A format whose record says that it is safe runs no code that a file names.

    One that says that it is not, such as pickle, is refused where a store is not trusted.
    """
    _ran.clear()
    for data in (pickle.dumps(Bomb()), pickle.dumps([Bomb()], protocol=0)):
        try:
            bench.load(data)
        except Exception:
            continue
    require(not (bench.safe and _ran), "A file ran code when it was loaded. Say safe=False in the record.")


@clause("FO-11")
def threads_at_once(bench: FormatBench) -> None:
    """One format, made once, dumps and loads in several threads at once."""
    together = threading.Barrier(4, timeout=30)

    def run(number: int) -> None:
        together.wait()
        for _ in range(10):
            found = bench.values.number(bench.load(bench.dump(bench.values.version(number))))
            wanted = bench.values.number(bench.values.version(number))
            require(found == wanted, f"Thread {number} loaded the value of another.")

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(run, number) for number in range(4)]:
            done.result()


@clause("FO-12")
def other_processes(bench: FormatBench) -> None:
    """A file can be loaded in another process, by a format that never dumped anything."""
    value = next(iter(bench.values.claimed()))
    with bench.child(load_bytes, bench.dump(value)) as child:
        found = child.result()
    require(same(found, value), f"Another process loaded {found!r:.200} instead of {value!r:.200}.")


@clause("FO-13")
def errors_pass_through(bench: FormatBench) -> None:
    """A file that cannot be written is an error of the file, and nothing is swallowed."""

    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(28, "No space left on device")

    try:
        bench.format.dump(bench.values.version(1), Full())
    except Exception as error:
        chain: BaseException | None = error
        while chain is not None and "No space left" not in str(chain):
            chain = chain.__cause__ or chain.__context__
        require(chain is not None, f"A full disk was reported as {type(error).__name__}: {error}")
        return
    raise Violation("A file that cannot be written was written without an error.")
