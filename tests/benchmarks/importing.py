"""What importing Holdfast and asking its command for help cost, over a bare interpreter."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping

from report import Row

SUBJECT = "import"
REPEATS = 15
USUAL = "from holdfast import AssetSelection, asset, define_asset_job, materialize, repository"
STATEMENTS = {"bare": ["-c", "pass"], "package": ["-c", "import holdfast"], "usual": ["-c", USUAL]}
HELP = ["-m", "holdfast_cli.main", "--help"]


def run() -> Iterator[Row]:
    """Measure new interpreters."""
    taken = processes(sys.executable, {**STATEMENTS, "help": HELP})
    cpu = {name: statistics.median(seconds for seconds, _ in each) * 1e3 for name, each in taken.items()}
    beside = f"CPU over a bare interpreter, which takes {cpu['bare']:.0f} ms"
    yield Row(SUBJECT, "import holdfast", cpu["package"] - cpu["bare"], "ms", 60, beside)
    yield Row(SUBJECT, "import what nearly every program uses", cpu["usual"] - cpu["bare"], "ms", None, USUAL)
    # Other processes add to wall time, and never take from it: the shortest says most.
    answered = min(seconds for _, seconds in taken["help"]) * 1e3
    beside = f"wall time, the best of {REPEATS}; CPU {cpu['help']:.0f} ms"
    yield Row(SUBJECT, "holdfast --help", answered, "ms", 200, beside)


def processes(python: str, commands: Mapping[str, list[str]]) -> dict[str, list[tuple[float, float]]]:
    """Return the seconds of CPU and of wall time that new interpreters take for each command, by name.

    The commands take turns. As in every installation that is used twice, bytecode is there: it is written in
    a first turn that does not count, even where the environment's variables keep Python from writing any.

    Args:
        python: the interpreter.
        commands: its arguments, by name.
    """
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory(prefix="holdfast-benchmark-") as bytecode:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for turn in range(REPEATS + 1):
            for name, arguments in commands.items():
                before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
                subprocess.run([python, *arguments], check=True, stdout=subprocess.DEVNULL, env=environment)
                wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
                cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                if turn:
                    taken[name].append((cpu, wall))
    return taken
