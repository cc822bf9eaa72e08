"""Who is told what happens in a run: nobody, a pipe in lines, or a script in JSON."""

from __future__ import annotations

import abc
from typing import TextIO

from holdfast.event_json import dump_event
from holdfast.events import Event
from holdfast_cli.messages import event_line
from holdfast_cli.run_record import RunRecord

__all__ = ["JsonLines", "Lines", "Silence", "View"]


class View(abc.ABC):
    """Shows a run as it goes on."""

    @abc.abstractmethod
    def tell(self, record: RunRecord, event: Event) -> None:
        """Take in an event, which the record has taken in already."""

    def flush(self) -> None:  # noqa: B027 - a view that keeps nothing back has nothing to do
        """Show what was taken in; called after several events that come together."""

    def close(self) -> None:  # noqa: B027 - nor has it anything to end
        """Leave the screen to others."""


class Silence(View):
    """Shows nothing."""

    def tell(self, record: RunRecord, event: Event) -> None:
        """Do nothing."""


class Lines(View):
    """Prints a line for each thing that happens."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def tell(self, record: RunRecord, event: Event) -> None:
        """Print the event's line, if it has one."""
        line = event_line(record, event)
        if line is not None:
            self._out.write(f"{line}\n")

    def flush(self) -> None:
        """Send the lines on their way."""
        self._out.flush()


class JsonLines(View):
    """Prints each event as a line of JSON."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def tell(self, record: RunRecord, event: Event) -> None:
        """Print the event."""
        self._out.write(f"{dump_event(event)}\n")

    def flush(self) -> None:
        """Send the lines on their way."""
        self._out.flush()
