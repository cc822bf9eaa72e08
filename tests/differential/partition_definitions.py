"""How cases about partitions write definitions, as plain data: a name and its arguments."""

from __future__ import annotations

from typing import Any

__all__ = ["AFTER", "CHANGED", "KINDS", "MINUTE", "Case", "define", "usual"]

Case = dict[str, Any]

KINDS = ("Hourly", "Daily", "Weekly", "Monthly")
CHANGED = (None, "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
MINUTE = "%Y-%m-%d-%H:%M"
AFTER = "2021-05-20T10:10:00+00:00"


def define(kind: str, **arguments: Any) -> list[Any]:
    """Return a definition; arguments that are ``None`` are left out."""
    given = {name: value for name, value in arguments.items() if value is not None}
    return [f"{kind}PartitionsDefinition", given]


def usual(kind: str, day: str, **arguments: Any) -> list[Any]:
    """Return a definition of hours, days, weeks or months that starts on a day."""
    return define(kind, start_date=f"{day}-00:00" if kind == "Hourly" else day, **arguments)
