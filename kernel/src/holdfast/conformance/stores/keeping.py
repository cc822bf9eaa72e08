"""Clauses of event stores: what survives, and many at once."""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from holdfast.conformance.clauses import clause, require
from holdfast.conformance.stores.bench import ORDERS, StoreBench, made, started, step
from holdfast.errors import RunNotFoundError
from holdfast.events import Event

__all__ = ["keep_appending"]

_THREADS = 4
_BATCHES = 20
_KILLS = 3
_WHOLE = 5


def _batch(run: str, number: int) -> list[Event]:
    return [step(run, str(number))] * _WHOLE


def _count(events: Sequence[Event], what: str) -> int:
    """Return how many batches events are, if they are whole and in order."""
    found = [event.step_key for event in events]
    whole = [str(number) for number in range(len(found) // _WHOLE) for _ in range(_WHOLE)]
    require(found == whole, f"{what}, batches of {_WHOLE} events are not whole, or not in order.")
    return len(found) // _WHOLE


def keep_appending(
    say: Callable[[Any], None], make: Callable[[Path], Any], directory: Path, run: str, count: int
) -> None:
    """Append batches to a run in another process, and say the number of each once it is appended."""
    store = make(directory)
    say("ready")
    for number in range(count):
        store.append(_batch(run, number))
        say(number)


@clause("ES-13")
def threads_at_once(bench: StoreBench) -> None:
    """Threads that append and ask at once lose nothing, and each batch stays in one piece."""
    together = threading.Barrier(_THREADS, timeout=30)

    def run(number: int) -> None:
        together.wait()
        for turn in range(_BATCHES):
            bench.store.append(
                [*_batch(f"own{number}", turn), *[step("shared", f"{number}")] * _WHOLE, made()]
            )
            bench.store.latest_materializations()
            require(
                _count(bench.store.events(f"own{number}"), "While threads append") == turn + 1,
                "A thread does not find what it has appended.",
            )

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(_THREADS) as pool:
            for done in [pool.submit(run, number) for number in range(_THREADS)]:
                done.result()
    finally:
        sys.setswitchinterval(interval)
    shared = [event.step_key for event in bench.store.events("shared")]
    require(
        len(shared) == _THREADS * _BATCHES * _WHOLE, f"Of {_THREADS} threads' events, {len(shared)} are kept."
    )
    whole = all(len(set(shared[n : n + _WHOLE])) == 1 for n in range(0, len(shared), _WHOLE))
    require(whole, "Batches of different threads are mixed.")
    require(len(bench.store.materializations(ORDERS)) == _THREADS * _BATCHES, "Materializations are lost.")


@clause("ES-14")
def reopening(bench: StoreBench) -> None:
    """Where `persistent` is claimed, a store that is opened again, or beside, has all events; else none.

    Closing twice, and closing a store that was never used, does nothing.
    """
    bench.store.append([started("r"), step("r", "a"), made()])
    beside = bench.open()
    bench.store.close()
    bench.reopen()
    bench.open().close()
    for store in (bench.store, beside):
        if bench.persistent:
            require(len(store.events("r")) == 3, "A store that is opened again has lost events.")
            require(
                [run.run_id for run in store.runs()] == ["r"], "A store that is opened again has lost runs."
            )
            require(len(store.materializations(ORDERS)) == 1, "A store that is opened again has lost assets.")
            continue
        try:
            found: Any = store.events("r")
        except RunNotFoundError:
            found = store.runs()
        require(not found, "Persistence is not claimed, and another store has the events.")


@clause("ES-15")
def killed_writer(bench: StoreBench) -> None:
    """What was appended survives a kill of the process, whenever it comes; no batch is there in part.

    Where nothing is persistent, nothing is there.
    """
    for number in range(_KILLS if bench.persistent else 1):
        run = f"killed{number}"
        with bench.child(keep_appending, run, 100_000) as writer:
            writer.hear()
            heard = [writer.hear() for _ in range(random.randint(1, 60))]
            time.sleep(random.uniform(0, 0.02))
            heard += writer.kill()
        bench.reopen()
        if not bench.persistent:
            require(
                not bench.store.runs(), "Persistence is not claimed, and there are runs of another process."
            )
            return
        found = _count(bench.store.events(run), "After a kill")
        require(
            heard[-1] < found, f"{heard[-1] + 1} batches were appended before a kill, and {found} are kept."
        )
    bench.store.append([step("after", "a")])
    require(len(bench.store.events("after")) == 1, "After a kill, nothing can be appended.")


@clause("ES-16")
def processes_at_once(bench: StoreBench) -> None:
    """Processes that append at once lose nothing; a reader sees whole batches, and ever more of them.

    Also where they all find an empty place at the same moment.
    """
    if not bench.persistent:
        with bench.child(keep_appending, "elsewhere", 1) as writer:
            writer.result()
        require(not bench.store.latest_materializations(), "Persistence is not claimed.")
        return
    runs = [f"w{number}" for number in range(3)]
    with ExitStack() as stack:
        writers = [stack.enter_context(bench.child(keep_appending, run, _BATCHES * 3)) for run in runs]
        for writer in writers:
            writer.hear()
        seen = 0
        writers[0].hear()
        for _ in range(_BATCHES):
            found = _count(bench.store.events(runs[0]), "While another process appends")
            require(found >= max(seen, 1), "A reader sees fewer events than before.")
            seen = found
        for writer in writers:
            writer.result()
    for run in runs:
        found = _count(bench.store.events(run), "After several processes appended")
        require(found == _BATCHES * 3, f"Of {_BATCHES * 3} batches of a process, {found} are kept.")
