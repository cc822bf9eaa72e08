"""Measure Holdfast against its budgets: ``python tests/benchmarks [SUBJECT ...] [--json]``.

Every figure of a report is measured in one run, on one machine, with the works that are compared taking
turns. CPU time is the rule; where a budget is about waiting, the report says wall time. The exit code is 1
when a budget is exceeded.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys

import defining
import importing
import partitioning
import peers
import running
import selecting
import workers
from report import Row, print_row

SUBJECTS = {
    "import": importing,
    "define": defining,
    "select": selecting,
    "partitions": partitioning,
    "materialize": running,
    "workers": workers,
}


def main() -> int:
    """Run the benchmarks that were asked for, and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python tests/benchmarks", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument(
        "subjects", nargs="*", metavar="SUBJECT", help=f"of {', '.join(SUBJECTS)}; all by default"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument(
        "--peer",
        default=os.environ.get("HOLDFAST_PEER_PYTHON"),
        metavar="PYTHON",
        help="the interpreter of an environment with Dagster, to measure it on the same work (also: the "
        "environment variable HOLDFAST_PEER_PYTHON)",
    )
    options = parser.parse_args()
    if unknown := set(options.subjects) - set(SUBJECTS):
        parser.error(f"unknown subject {', '.join(sorted(unknown))}; known: {', '.join(SUBJECTS)}")
    peer, without = peers.measured(options.peer)
    rows: list[Row] = []
    for name in options.subjects or SUBJECTS:
        if not options.json:
            print(f"\n{name}")
        for row in SUBJECTS[name].run():
            rows.append(row)
            if not options.json:
                print_row(row, peer)
    over = sum(row.verdict == "OVER" for row in rows)
    if options.json:
        machine = {"python": platform.python_version(), "cores": os.cpu_count()}
        report = {**machine, "rows": [row.to_json() for row in rows], "peer": peer, "no_peer": without}
        print(json.dumps(report, indent=2))
    else:
        print(f"\n{sum(row.budget is not None for row in rows)} budgets, {over} exceeded. {without}".rstrip())
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
