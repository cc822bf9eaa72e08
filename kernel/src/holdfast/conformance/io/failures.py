"""Clauses of IO managers: stores that fail, or are cut short."""

from __future__ import annotations

import random
import threading
import time

from holdfast.conformance.clauses import clause, require
from holdfast.conformance.io import work
from holdfast.conformance.io.bench import IOBench
from holdfast.conformance.pacing import turns
from holdfast.errors import StorageError

__all__: list[str] = []

_KILLS = 5
_READS = 150
_FEWEST_READS = 30


@clause("IO-15")
def failed_store_is_an_error(bench: IOBench) -> None:
    """A value that cannot be stored is a StorageError that names the asset; nothing is swallowed.

    Raise a StorageError that names the asset, from whatever the reason was: a step whose value is not kept
    must fail, or what reads it finds nothing, or an old value.
    """
    for number, value in enumerate([*bench.values.broken(), bench.values.unclaimed()]):
        key = f"doomed{number}"
        with bench.refused(f"Storing {type(value).__name__}, which has no bytes,") as refusal:
            bench.put(key, value)
        if refusal:
            require(key in str(refusal[0]), f"The error does not name the asset: {refusal[0]}")
        else:
            require(not bench.persistent, "A value that cannot be stored was stored without an error.")
            require(bench.get(key) is value, "A value kept in memory came back as another object.")


@clause("IO-16")
def failed_store_keeps_the_old_value(bench: IOBench) -> None:
    """A store that fails leaves the old value, and what was missing stays missing.

    Make the whole value first, and put it in its place when it is whole.
    """
    (old,) = bench.samples(1)
    for number, value in enumerate(bench.values.broken()):
        bench.put("a", old)
        for key in ("a", f"b{number}"):
            if not _fails(bench, key, value) and not bench.persistent:
                return  # memory can hold anything
        bench.expect("a", old)
        bench.expect_missing(f"b{number}")


@clause("IO-17")
def failed_store_leaves_nothing(bench: IOBench) -> None:
    """A store that fails leaves nothing behind, such as a temporary file or an open transaction.

    Remove what was written on the way, whatever is raised (`try` and `finally`).
    """
    (old,) = bench.samples(1)
    bench.put("a", old)
    before = bench.contents()
    for value in bench.values.broken():
        _fails(bench, "a", value)
        require(bench.contents() == before, f"A store that failed left {_more(bench, before)}.")
    bench.put("a", old)
    bench.expect("a", old)


@clause("IO-18")
def no_leftovers(bench: IOBench) -> None:
    """Storing a value again keeps nothing of the old one, and no temporary file.

    Rename or remove what is written on the way. What is kept is seen in the directory, or is what the trial
    gives as `contents`.
    """
    values = list(bench.values.claimed())
    bench.put("a", values[0])
    before = bench.contents()
    require(
        before or not bench.persistent,
        "Nothing is seen in the directory after a value was stored. Give an IOManagerTrial whose 'contents' "
        "lists what the place holds.",
    )
    for value in [*values, values[0]]:
        bench.put("a", value)
    require(len(bench.contents()) <= len(before), f"Storing again left {_more(bench, before)}.")


@clause("IO-19")
def readers_see_whole_values(bench: IOBench) -> None:
    """While a value is stored again and again, each load gives the old value or the new one, never half.

    And never an older one than before. Write beside the value and rename, or use a transaction.
    """
    bench.put("a", bench.values.version(0))
    done, problems = threading.Event(), list[Exception]()

    def store() -> None:
        number = 0
        while not done.is_set():
            number += 1
            try:
                bench.put("a", bench.values.version(number))
            except Exception as error:
                problems.append(error)
                return

    writer = threading.Thread(target=store)
    writer.start()
    seen = []
    try:
        for _ in turns(_READS, _FEWEST_READS):
            seen.append(bench.values.number(bench.get("a")))
    finally:
        done.set()
        writer.join()
    require(not problems, f"A store failed while the value was read: {problems and problems[0]!r}")
    ordered = bench.values.versions_are_ordered
    require(not ordered or seen == sorted(seen), "A load gave an older value than the load before.")


@clause("IO-20")
def killed_writer(bench: IOBench) -> None:
    """A process that is killed while it stores leaves the value it stored last, or the next one, whole.

    And the place can be used: nothing, such as a lock, waits for a process that is gone. Where nothing is
    persistent, the value is missing.
    """
    last = 0
    for _ in turns(_KILLS if bench.persistent else 1):
        with bench.child(work.store_versions, bench.values, "a", last + 1) as writer:
            for _ in range(random.randint(1, 5)):
                last = writer.hear()
            time.sleep(random.uniform(0, 0.05))
            last = max([last, *writer.kill()])
        bench.manager = bench.open()
        if not bench.persistent:
            bench.expect_missing("a")
            return
        found = bench.values.number(bench.get("a"))
        possible = [bench.values.number(bench.values.version(number)) for number in (last, last + 1)]
        require(
            found in possible,
            f"A writer had stored version {last} when it was killed, and version {found} was loaded.",
        )
    bench.put("a", bench.values.version(0))
    require(
        bench.values.number(bench.get("a")) == bench.values.number(bench.values.version(0)),
        "After a writer was killed, a value that is stored is not the one that is loaded.",
    )


def _fails(bench: IOBench, key: str, value: object) -> bool:
    try:
        bench.put(key, value)
    except StorageError:
        return True
    except Exception:
        return True  # of the wrong type, which is another clause's
    return False


def _more(bench: IOBench, before: list[str]) -> str:
    return ", ".join(name for name in bench.contents() if name not in before) or "something"
