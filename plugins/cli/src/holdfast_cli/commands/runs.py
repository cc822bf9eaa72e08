"""``holdfast runs``: list past runs, or show one."""

from __future__ import annotations

import os
import platform
from argparse import ArgumentParser, Namespace
from typing import Any

from holdfast.errors import Error, InvariantViolationError, RunNotFoundError
from holdfast.events import Run, RunStatus
from holdfast.interfaces import Command, EventStore
from holdfast_cli.exit_codes import ExitCode
from holdfast_cli.messages import SHORT_ID, failures, summary
from holdfast_cli.output import duration, local_time, plain, print_json, print_table, utc_time
from holdfast_cli.project import load_instance
from holdfast_cli.run_record import RunRecord, StepRecord, StepStatus
from holdfast_cli.running import PROCESS_TAG

__all__ = ["RunsCommand"]

_NO_RUNS = "No run is recorded yet; 'holdfast materialize' makes one."


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
        print(_NO_RUNS)
        return
    rows = [
        (
            run.run_id[:SHORT_ID],
            run.job_name,
            _status(run).lower(),
            local_time(run.started),
            "" if run.ended is None else duration(run.ended - run.started),
            run.about.selection,
        )
        for run in runs
    ]
    print_table(("run", "job", "status", "started", "took", "selection"), rows)


def _show(store: EventStore, arguments: Namespace) -> None:
    run = _find(store, arguments.run_id)
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
            step.status.value,
            "" if step.seconds is None else duration(step.seconds),
            _note(step),
        )
        for step in record.steps.values()
    ]
    print_table(("step", "status", "took", ""), rows)
    print("", *failures(record), summary(record), sep="\n")
    if _status(run) == _GONE:
        print("Its process is gone and has not recorded its end.")


def _note(step: StepRecord) -> str:
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
    }


def _find(store: EventStore, beginning: str | None) -> Run:
    if not beginning:
        latest = store.runs(1)
        if not latest:
            raise Error(_NO_RUNS)
        return latest[0]
    found = [run for run in store.runs() if run.run_id.startswith(beginning)]
    if len(found) > 1:
        exact = [run for run in found if run.run_id == beginning]
        ids = ", ".join(run.run_id for run in found[:5])
        if not exact:
            raise InvariantViolationError(
                f"Several runs begin with '{beginning}': {ids}. Give more of the id."
            )
        return exact[0]
    if not found:
        raise RunNotFoundError(beginning)
    return found[0]
