"""``holdfast runs``: list past runs, or show one."""

from __future__ import annotations

import os
import platform
from argparse import ArgumentParser, Namespace
from typing import Any

from holdfast.events import PARTITION_TAG, RANGE_TAGS, Run, RunStatus
from holdfast.interfaces import Command, EventStore
from holdfast_cli.exit_codes import ExitCode
from holdfast_cli.messages import SHORT_ID, failures, summary
from holdfast_cli.output import duration, local_time, plain, print_json, print_table, utc_time
from holdfast_cli.partitioned_steps import PartitionedSteps
from holdfast_cli.project import load_instance
from holdfast_cli.run_lookup import NO_RUNS, find_run
from holdfast_cli.run_record import RunRecord, StepRecord, StepStatus
from holdfast_cli.running import PROCESS_TAG

__all__ = ["RunsCommand"]


class RunsCommand(Command):
    """List past runs, or show one."""

    def configure(self, parser: ArgumentParser) -> None:
        """Add ``list`` and ``show``."""
        actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
        listing = actions.add_parser("list", help="list runs", description="List runs, the latest first.")
        listing.add_argument(
            "-n", "--limit", type=int, default=20, metavar="N", help="at most so many; 20 by default"
        )
        listing.add_argument("--json", action="store_true", help="print JSON")
        listing.set_defaults(act=_list)
        show = actions.add_parser("show", help="show a run", description="Show the steps of a run.")
        show.add_argument(
            "run_id", metavar="RUN", nargs="?", help="the run's id, or its beginning; the latest by default"
        )
        show.add_argument("--json", action="store_true", help="print JSON")
        show.set_defaults(act=_show)

    def run(self, arguments: Namespace) -> int:
        """Print what was asked for."""
        arguments.act(load_instance(arguments).event_store, arguments)
        return ExitCode.OK


def _list(store: EventStore, arguments: Namespace) -> None:
    runs = store.runs(arguments.limit)
    if arguments.json:
        print_json([_entry(run) for run in runs])
        return
    if not runs:
        print(NO_RUNS)
        return
    rows: list[tuple[str, ...]] = [
        (
            run.run_id[:SHORT_ID],
            run.job_name,
            _status(run).lower(),
            local_time(run.started),
            "" if run.ended is None else duration(run.ended - run.started),
            run.about.selection,
            _partitions(run),
        )
        for run in runs
    ]
    headers: tuple[str, ...] = ("run", "job", "status", "started", "took", "selection", "partitions")
    if not any(row[-1] for row in rows):
        headers, rows = headers[:-1], [row[:-1] for row in rows]
    print_table(headers, rows)


def _partitions(run: Run) -> str:
    """Return which partitions a run is for: its one, its range, or how many."""
    tags = run.tags
    ends = [tags[name] for name in RANGE_TAGS if name in tags]
    count = sum(run.about.step_counts.values())
    return tags.get(PARTITION_TAG) or " to ".join(ends) or (f"{count:,}" if count else "")


def _show(store: EventStore, arguments: Namespace) -> None:
    run = find_run(store, arguments.run_id)
    record = RunRecord(store.events(run.run_id))
    if arguments.json:
        print_json({**record.to_json(), "status": _status(run)})
        return
    print(f"run:       {run.run_id}")
    print(f"job:       {plain(run.job_name)}")
    print(f"selection: {plain(run.about.selection)}")
    print(f"started:   {local_time(run.started)}")
    for name, value in run.tags.items():
        print(f"tag:       {plain(name)}={plain(value)}")
    print()
    rows = [
        (
            step.label,
            getattr(step.status, "value", step.status),
            "" if step.seconds is None else duration(step.seconds),
            _note(step),
        )
        for step in record.steps.values()
    ]
    print_table(("step", "status", "took", ""), rows)
    print("", *failures(record), summary(record), sep="\n")
    if _status(run) == _GONE:
        print("Its process is gone and has not recorded its end.")


def _note(step: StepRecord | PartitionedSteps) -> str:
    if isinstance(step, PartitionedSteps):
        return step.counts
    notes = [f"{step.attempt} attempts"] if step.attempt > 1 else []
    notes += ["made nothing"] if step.status is StepStatus.MADE and step.assets and not step.made else []
    return ", ".join(notes)


_GONE = "GONE"
"""The status of a run whose process has ended without recording how the run did."""


def _status(run: Run) -> str:
    return _GONE if run.status is RunStatus.STARTED and _is_gone(run) else run.status.value


def _is_gone(run: Run) -> bool:
    pid, _, host = run.tags.get(PROCESS_TAG, "").partition("@")
    if os.name != "posix" or host != platform.node() or not pid.isdecimal():
        return False  # not to be known from here
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:  # it is somebody else's
        return False
    return False


def _entry(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "job": run.job_name,
        "status": _status(run),
        "started": utc_time(run.started),
        "ended": None if run.ended is None else utc_time(run.ended),
        "selection": run.about.selection,
        "tags": dict(run.tags),
        "partitions": dict(run.about.step_counts),
    }
