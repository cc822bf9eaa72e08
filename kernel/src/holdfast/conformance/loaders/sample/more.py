"""Another module of the package."""

from __future__ import annotations

from holdfast.definitions.asset import asset

__all__ = ["report"]


@asset
def report(revenue: float) -> str:
    """Return the revenue as text."""
    return f"{revenue:.2f}"
