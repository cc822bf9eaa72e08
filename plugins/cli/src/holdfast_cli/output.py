"""What the command prints: text that no name can garble, tables, times, JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any, TextIO

from holdfast.events import Event
from holdfast.metadata import MetadataValue

__all__ = [
    "aside",
    "discard",
    "duration",
    "is_terminal",
    "local_time",
    "materialization_json",
    "metadata_json",
    "plain",
    "print_json",
    "print_table",
    "utc_time",
]


def plain(text: object) -> str:
    """Return a text for one line, in which characters that would move a terminal's cursor are escaped."""
    text = str(text)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def local_time(timestamp: float) -> str:
    """Return a time as people read it: local, with its zone."""
    return datetime.fromtimestamp(timestamp).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


def utc_time(timestamp: float) -> str:
    """Return a time as programs read it: ISO 8601 in UTC."""
    text = datetime.fromtimestamp(timestamp, timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def duration(seconds: float) -> str:
    """Return a span of time in the unit that suits it."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"


def is_terminal(stream: TextIO) -> bool:
    """Return whether a stream is a terminal whose cursor can be moved."""
    return stream.isatty() and (os.name == "nt" or os.environ.get("TERM", "dumb") not in ("dumb", "unknown"))


def print_json(data: Any, file: TextIO | None = None) -> None:
    """Print data as JSON, indented for people who look at it."""
    print(json.dumps(data, indent=2, default=str), file=file)


def metadata_json(metadata: Mapping[str, MetadataValue]) -> dict[str, Any]:
    """Return metadata as labels and plain values."""
    return {label: value.to_json()["value"] for label, value in metadata.items()}


def materialization_json(event: Event) -> dict[str, Any]:
    """Return a materialization as its time, its run, its partition and its metadata."""
    return {
        "time": utc_time(event.timestamp),
        "run_id": event.run_id,
        "partition": event.partition,
        "metadata": metadata_json(event.materialization.metadata),
    }


def print_table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table: as wide as it is in a pipe, folded to the width of a terminal."""
    cells = [[plain(cell) for cell in row] for row in rows]
    if is_terminal(sys.stdout):
        _print_folded(headers, cells)
        return
    widths = [max(map(len, column)) for column in zip(headers, *cells, strict=True)]
    for row in (headers, *cells):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _print_folded(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console  # 70 ms to import, and only terminals need it
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    Console(highlight=False).print(table)


def discard(stream: TextIO) -> None:
    """Send what is written to a stream nowhere, its buffer included, since its reader has gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


@contextmanager
def aside() -> Iterator[TextIO]:
    """Send what is printed meanwhile to standard error, so that standard output holds the answer alone.

    What users' modules and functions print counts, also in worker processes. Gives a file that still writes
    to standard output.
    """
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(
            kept, "w", encoding=sys.stdout.encoding, errors="backslashreplace", closefd=False
        ) as out:
            yield out
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
