"""What a benchmark reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs


@attrs.frozen
class Row:
    """One measured piece of work.

    Attributes:
        subject: the group of the report it stands in.
        work: what was done.
        value: what it cost, in ``unit``.
        unit: ``ms``, ``us`` or, for a ratio, ``x``.
        budget: the most it may cost, in the same unit; ``None`` for a figure that only explains another.
        beside: what the value is compared with, or what it is made of.
    """

    subject: str
    work: str
    value: float
    unit: str
    budget: float | None = None
    beside: str = ""

    @property
    def name(self) -> str:
        """What it is called in the whole report."""
        return f"{self.subject}: {self.work}"

    @property
    def verdict(self) -> str:
        """``ok`` or ``OVER``; empty without a budget."""
        if self.budget is None:
            return ""
        return "ok" if self.value <= self.budget else "OVER"

    def to_json(self) -> dict[str, Any]:
        """Return the row as a dictionary."""
        return {**attrs.asdict(self), "verdict": self.verdict}


def print_row(row: Row, peer: Mapping[str, float]) -> None:
    """Print what was measured, its budget, what it is compared with, and what a peer takes for the same."""
    budget = "" if row.budget is None else f"<= {row.budget:g}"
    theirs = f"peer {peer[row.name]:,.0f} {row.unit}" if row.name in peer else ""
    columns = (f"{row.work:<56}", f"{row.value:>9,.2f} {row.unit:<2}", f"{budget:<7}", f"{row.verdict:<4}")
    print("  " + "  ".join(filter(None, (*columns, row.beside, theirs))).rstrip(), flush=True)
