"""What ``materialize`` and ``run`` share: their options, the display while they run, and how they end."""

from __future__ import annotations

import os
import platform
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, TextIO

from holdfast.errors import NothingToDoError
from holdfast.events import Event, EventType, RunStatus
from holdfast.project import Project
from holdfast_cli.exit_codes import ExitCode
from holdfast_cli.messages import failures, summary
from holdfast_cli.output import aside, discard, is_terminal, print_json
from holdfast_cli.run_config import read_config
from holdfast_cli.run_record import RunRecord
from holdfast_cli.views import JsonLines, Lines, Silence, View

__all__ = ["PROCESS_TAG", "Listener", "add_run_options", "run_config", "run_tags", "said_nothing", "watch"]

PROCESS_TAG = "holdfast/process"
"""The tag of a run that says which process works on it, as ``PID@HOST``."""

Listener = Callable[[Sequence[Event]], None]

_EXIT_CODES = {
    RunStatus.SUCCESS: ExitCode.OK,
    RunStatus.FAILURE: ExitCode.FAILED,
    RunStatus.CANCELED: ExitCode.INTERRUPTED,
}


def add_run_options(parser: ArgumentParser) -> None:
    """Let a parser take what every run takes."""
    parser.add_argument("--executor", metavar="NAME", help="where steps run; else what the settings say")
    parser.add_argument(
        "--tag",
        type=_tag,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="tags",
        help="label the run; may be repeated",
    )
    parser.add_argument("--config", metavar="FILE", help="the run config, a .json or .toml file")
    parser.add_argument("-q", "--quiet", action="store_true", help="say only what went wrong")
    parser.add_argument(
        "--plain", action="store_true", help="no live display on a terminal, but lines, as in a pipe"
    )
    answer = parser.add_mutually_exclusive_group()
    answer.add_argument("--json", action="store_true", help="print a summary as JSON when the run has ended")
    answer.add_argument("--events", action="store_true", help="print every event as a line of JSON")


def run_config(
    arguments: Namespace, project: Project, default: Mapping[str, Any] | None = None
) -> Mapping[str, Any] | None:
    """Return the run config that the arguments mean.

    Args:
        arguments: of a parser with `add_run_options`.
        project: its settings have the options of the executor, if they name the same one.
        default: what is used when no file is named.

    Raises:
        SettingsError: the file cannot be read.
    """
    config = default if arguments.config is None else read_config(arguments.config)
    executor = project.instance.settings.overridden(executor=arguments.executor).executor
    if arguments.executor is None or executor is None:
        return config
    return {**(config or {}), "execution": {"config": {executor.use: dict(executor.options)}}}


def run_tags(arguments: Namespace) -> dict[str, str]:
    """Return the tags of the run, with the one that names this process."""
    return {PROCESS_TAG: f"{os.getpid()}@{platform.node()}", **dict(arguments.tags)}


def watch(arguments: Namespace, start: Callable[[Listener], object]) -> int:
    """Show a run while it goes on, then how it ended, and return the exit code.

    Args:
        arguments: of a parser with `add_run_options`.
        start: runs it, telling the listener what happens.
    """
    record = RunRecord()
    with ExitStack() as stack:
        out = stack.enter_context(aside()) if arguments.json or arguments.events else sys.stdout
        shown = sys.stderr if arguments.json else out
        audience = _Audience(record, _view(arguments, shown), shown)
        stack.callback(audience.leave)
        try:
            start(audience.listen)
        except KeyboardInterrupt:
            if not record.run_id:
                raise
    code = _EXIT_CODES.get(record.status, ExitCode.INTERRUPTED)
    if arguments.json:
        print_json(record.to_json())
    elif not arguments.events and (code or not arguments.quiet):
        gap = [] if arguments.quiet else [""]
        print(*gap, *failures(record), summary(record), sep="\n")
    return code


def said_nothing(arguments: Namespace, nothing: NothingToDoError) -> int:
    """Say that there is nothing to do, which is success, and return the exit code.

    Args:
        arguments: of a parser with `add_run_options`.
        nothing: why there is nothing.
    """
    if arguments.json:
        print_json({"run_id": None, "status": None, "steps": []})
    if not arguments.quiet:
        print(nothing, file=sys.stderr if arguments.json or arguments.events else None)
    return ExitCode.OK


class _Audience:
    """Hears of a run and passes it on to a view, until there is nobody left to see it."""

    def __init__(self, record: RunRecord, view: View, out: TextIO) -> None:
        self._record = record
        self._view = view
        self._out = out

    def listen(self, events: Sequence[Event]) -> None:
        canceled = events[-1].type is EventType.RUN_CANCELED
        if canceled:  # what runs in workers is waited for; the next Ctrl-C does not wait
            signal.signal(signal.SIGINT, lambda _signal, _frame: os._exit(ExitCode.INTERRUPTED))
        for event in events:
            self._record.add(event)
            self._show(self._view.tell, self._record, event)
        self._show(self._view.flush)
        if canceled:
            self.leave()

    def leave(self) -> None:
        self._view.close()
        self._view = Silence()

    def _show(self, show: Callable[..., None], *arguments: object) -> None:
        try:
            show(*arguments)
        except OSError:
            # Whoever looked on has gone, as with | head; the run is worth more than its display.
            self._view = Silence()
            discard(self._out)


def _view(arguments: Namespace, out: TextIO) -> View:
    if arguments.events:
        return JsonLines(out)
    if arguments.quiet:
        return Silence()
    if arguments.plain or not is_terminal(out):
        return Lines(out)
    from holdfast_cli.live import LiveView  # rich takes 70 ms to import, and only terminals need it

    return LiveView(out)


def _tag(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise ArgumentTypeError(f"'{text}' is not NAME=VALUE")
    return name, value
