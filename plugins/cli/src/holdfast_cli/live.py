"""The live display of a run on a terminal: what has ended scrolls by, what is running stays below."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from time import time
from typing import TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from holdfast.events import Event, EventType
from holdfast_cli.capture import Capture
from holdfast_cli.messages import UNFINISHED, event_line
from holdfast_cli.output import duration, plain
from holdfast_cli.partitioned_steps import PartitionedSteps
from holdfast_cli.run_record import RunRecord, StepStatus
from holdfast_cli.views import View

__all__ = ["LiveView"]

_PERIOD = 0.1
"""Seconds between two refreshes: often enough to look alive, seldom enough to cost nothing."""

_MOST_RUNNING = 8

_STYLES = {
    EventType.STEP_FAILURE: "red",
    EventType.STEP_UP_FOR_RETRY: "yellow",
    EventType.STEP_SKIPPED: "yellow",
    EventType.RUN_CANCELED: "yellow",
}


class LiveView(View):
    """Shows a run on a terminal, between what its functions print.

    A thread of its own draws what was told, ten times a second, however fast it comes. It starts with the
    first step: executors that fork this process have done so then, and want to find a single thread.

    Args:
        out: the terminal.
    """

    def __init__(self, out: TextIO) -> None:
        self._capture = Capture(out)
        self._console = Console(file=self._capture.terminal, highlight=False)
        self._live = Live(
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._lines: deque[Text] = deque()
        self._record = RunRecord()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def tell(self, record: RunRecord, event: Event) -> None:
        """Note an event for the next refresh."""
        self._record = record
        if event.type is EventType.STEP_START:
            self._begin()
            return  # it is shown among those that run
        line = event_line(record, event)
        if line is not None:
            self._lines.append(Text(line, _STYLES.get(event.type, "")))

    def close(self) -> None:
        """Print what is left, and clear what was running."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()
            self._live.stop()
        self._lines.extend(map(Text.from_ansi, self._capture.close()))
        self._print_lines()
        self._capture.terminal.close()

    def _begin(self) -> None:
        if self._thread is None:
            self._live.start()
            self._thread = threading.Thread(target=self._refresh, name="holdfast-live", daemon=True)
            self._thread.start()

    def _refresh(self) -> None:
        while not self._closed.wait(_PERIOD):
            self._live.update(self._draw(), refresh=True)
            self._lines.extend(map(Text.from_ansi, self._capture.lines()))
            self._print_lines()

    def _print_lines(self) -> None:
        lines = []
        while self._lines:
            lines.append(self._lines.popleft())
        if lines:
            self._console.print(Text("\n").join(lines), soft_wrap=True)

    def _draw(self) -> Group:
        steps, many = self._record.single, self._record.partitioned
        running = [step for step in steps if step.status in UNFINISHED]
        table = Table.grid(padding=(0, 2, 0, 0))
        for step in running[:_MOST_RUNNING]:
            since = time() - (step.started or time())
            table.add_row(Text(step.status.value, "cyan"), Text(plain(step.label)), Text(duration(since)))
        if len(running) > _MOST_RUNNING:
            table.add_row(Text(f"and {len(running) - _MOST_RUNNING} more", "cyan"))
        counts = dict.fromkeys(StepStatus, 0)
        for step in steps:
            counts[step.status] += 1
        counts[StepStatus.MADE] += sum(step.made for step in many)
        counts[StepStatus.FAILED] += sum(len(step.failed) for step in many)
        counts[StepStatus.SKIPPED] += sum(len(step.skipped) for step in many)
        ended = {s: counts[s] for s in (StepStatus.MADE, StepStatus.FAILED, StepStatus.SKIPPED) if counts[s]}
        said = ", ".join(f"{count:,} {status.value}" for status, count in ended.items()) or "none made"
        count = len(steps) + sum(step.total for step in many)
        total = Table.grid(padding=(0, 2, 0, 0))
        total.add_row(
            ProgressBar(total=count, completed=sum(ended.values()), width=30),
            Text(f"{said} of {count:,}"),
            Text(duration(time() - self._record.started)),
        )
        return Group(table, _draw_partitions(many), total)


def _draw_partitions(many: Sequence[PartitionedSteps]) -> Table:
    """Return a bar for each asset whose partitions are being made."""
    table = Table.grid(padding=(0, 2, 0, 0))
    under_way = [step for step in many if step.status != "waiting" and not step.is_ended]
    for step in under_way[:_MOST_RUNNING]:
        bar = ProgressBar(total=step.total, completed=step.count_ended, width=30)
        table.add_row(bar, Text(plain(step.label)), Text(step.counts))
    if len(under_way) > _MOST_RUNNING:
        table.add_row(Text(f"and {len(under_way) - _MOST_RUNNING} more", "cyan"))
    return table
