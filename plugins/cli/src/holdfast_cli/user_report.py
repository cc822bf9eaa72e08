"""What users' code raised, as they want to see it."""

from __future__ import annotations

import traceback
from types import TracebackType

__all__ = ["user_report"]


def user_report(error: BaseException) -> str:
    """Return the traceback of an error from the user's first frame on; a syntax error says its own place."""
    frames = error.__traceback__
    while frames is not None and _is_ours(frames):
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames)).rstrip()


def _is_ours(frames: TracebackType) -> bool:
    module = str(frames.tb_frame.f_globals.get("__name__", ""))
    return module.partition(".")[0] in ("holdfast", "holdfast_cli", "importlib")
