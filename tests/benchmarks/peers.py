"""A peer on the same work, when there is an environment with it."""

from __future__ import annotations

import json
import statistics
import subprocess
from pathlib import Path

from importing import processes

SCRIPT = Path(__file__).with_name("peer_dagster.py")


def measured(python: str | None) -> tuple[dict[str, float], str]:
    """Return what a peer takes for the works of the report, by their names, or why that is not known.

    Args:
        python: the interpreter of an environment with Dagster.
    """
    if python is None:
        return {}, "No peer was measured: give an environment with one by --peer."
    done = subprocess.run([python, SCRIPT], capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["it printed nothing"]
        return {}, f"No peer was measured: {lines[-1]}"
    imports = processes(python, {"bare": ["-c", "pass"], "package": ["-c", "import dagster"]})
    bare, package = (statistics.median(cpu for cpu, _ in each) * 1e3 for each in imports.values())
    return {"import: import holdfast": package - bare, **json.loads(done.stdout)}, ""
