"""Where Holdfast is meant to answer otherwise than the reference, why, and what it answers."""

from __future__ import annotations

from typing import Any

__all__ = ["DIFFERENCES"]

DIFFERENCES: dict[str, tuple[str, Any]] = {}
