"""Clauses of IO managers: opened again, in other processes, and by many at once."""

from __future__ import annotations

import pickle
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from holdfast.conformance.clauses import clause, require
from holdfast.conformance.io import work
from holdfast.conformance.io.bench import IOBench, get, put
from holdfast.conformance.pacing import turns
from holdfast.conformance.values import same

__all__: list[str] = []

_THREADS = 6
_TURNS = 15


@clause("IO-21")
def reopening(bench: IOBench) -> None:
    """Another manager made from the same settings loads what the first one stored, and the reverse.

    Look at the place for each load, or see whether it has changed since. Where nothing is persistent, the
    value is missing there, and not another one.
    """
    one, two = bench.samples()
    bench.put("a", one)
    first, bench.manager = bench.manager, bench.open()
    if not bench.persistent:
        bench.expect_missing("a")
        return
    bench.expect("a", one)
    require(same(get(first, "a"), one), "The first manager loads something else than it stored.")
    bench.put("a", two)
    require(same(get(first, "a"), two), "What was stored by a second manager is not what the first loads.")


@clause("IO-22")
def declared_as_it_is(bench: IOBench) -> None:
    """The attribute `process_local` of the class says the same as the claim `persistent` of the record.

    The kernel reads the attribute, to refuse worker processes where values cannot cross.
    """
    if bench.persistent:
        advice = "Set process_local = False in the class, or do not claim 'persistent'."
    else:
        advice = "Set process_local = True in the class, or claim 'persistent'."
    require(
        bench.manager.process_local is not bench.persistent,
        f"process_local is {bench.manager.process_local}, and 'persistent' is "
        f"{'' if bench.persistent else 'not '}claimed. {advice}",
    )


@clause("IO-23")
def pickling(bench: IOBench) -> None:
    """The manager as it is configured can be pickled, and its copy works on the same place.

    Definitions that cannot be imported in a worker travel by value, with the managers they were given. Keep
    connections and locks out of the state (`__getstate__`) and make them when they are needed.
    """
    one, two = bench.samples()
    bench.put("a", one)
    try:
        data = pickle.dumps(bench.manager)
    except Exception as error:
        require(not bench.persistent, f"The manager cannot be pickled: {type(error).__name__}: {error}")
        return
    original, bench.manager = bench.manager, pickle.loads(data)
    if bench.persistent:
        bench.expect("a", one)
        bench.put("a", two)
        require(same(get(original, "a"), two), "What the copy of a manager stored is not what is loaded.")


@clause("IO-24")
def other_processes(bench: IOBench) -> None:
    """A fresh process loads what this one stored, this one what that one stored; also by a pickled manager.

    Where nothing is persistent, the value is missing there.
    """
    (value,) = bench.samples(1)
    bench.put("ours", value)
    with bench.child(work.load, "ours") as child:
        there, loaded = child.result()
    require(
        there is bench.persistent,
        f"In another process, a value that was stored here is {'there' if there else 'missing'}.",
    )
    if not bench.persistent:
        return
    require(same(loaded, value), f"Another process loaded {loaded!r:.200} instead of {value!r:.200}.")
    with bench.child(work.load_with, bench.manager, "ours") as child:
        there, loaded = child.result()
    require(there and same(loaded, value), "A pickled manager does not find the value in another process.")
    with bench.child(work.store, "theirs", value) as child:
        child.result()
    bench.expect("theirs", value)


@clause("IO-25")
def threads_at_once(bench: IOBench) -> None:
    """Threads that store and load at once, different values and the same one, do not disturb each other.

    What is shared between calls needs a lock, or one of its own for each thread.
    """
    numbers = [bench.values.number(bench.values.version(n)) for n in range(_THREADS)]
    together = threading.Barrier(_THREADS, timeout=30)

    def run(number: int) -> None:
        together.wait()
        for turn in turns(_TURNS):
            key = f"a{number}-{turn % 3}"
            bench.put(key, bench.values.version(number))
            bench.put("shared", bench.values.version(number))
            bench.values.number(bench.get("shared"))
            found = bench.values.number(bench.get(key))
            require(found == numbers[number], f"Thread {number} loaded the value of thread {found}.")

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(_THREADS) as pool:
            for done in [pool.submit(run, number) for number in range(_THREADS)]:
                done.result()
    finally:
        sys.setswitchinterval(interval)


@clause("IO-26")
def processes_at_once(bench: IOBench) -> None:
    """Where `processes` is claimed, processes store and load at once, and each finds what it stored.

    Where it is not, a process that finds another in the way raises a StorageError, and nothing is mixed up.
    """
    if not bench.persistent:
        require("processes" not in bench.claims, "'processes' is claimed, and nothing is persistent.")
        return
    with ExitStack() as stack:
        writers = [
            stack.enter_context(
                bench.child(
                    work.keep_storing, bench.values, f"own{number}", "shared", number * 1_000 + 1, 2 * _TURNS
                )
            )
            for number in range(2)
        ]
        for writer in writers:
            writer.hear()
        refused = sum(writer.result() for writer in writers)
    require(
        "processes" not in bench.claims or not refused,
        f"'processes' is claimed, and {refused} stores or loads were refused while another process worked.",
    )
    bench.manager = bench.open()
    (value,) = bench.samples(1)
    put(bench.manager, "own0", value)
    bench.expect("own0", value)
