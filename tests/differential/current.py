"""The API that a program is handed, for modules that a program writes and imports."""

from __future__ import annotations

from typing import Any

__all__ = ["api"]

api: Any = None
