"""What went wrong, as plain data: the user's frames of an exception, fit to cross processes and be stored."""

from __future__ import annotations

import linecache
from pathlib import Path
from types import TracebackType
from typing import Any

import attrs

__all__ = ["ErrorInfo", "Frame", "user_traceback"]

_HERE = str(Path(__file__).parent)


@attrs.frozen
class Frame:
    """One line of a traceback."""

    file: str
    line: int
    function: str
    code: str

    def __str__(self) -> str:
        return f'  File "{self.file}", line {self.line}, in {self.function}\n    {self.code}'


@attrs.frozen
class ErrorInfo:
    """An exception as plain data.

    Attributes:
        type_name: the exception's class name.
        message: what it says.
        frames: the traceback from the first frame that is the user's, outermost first.
        cause: the exception that led to it, if any.
    """

    type_name: str
    message: str
    frames: tuple[Frame, ...] = ()
    cause: ErrorInfo | None = None

    @classmethod
    def from_exception(cls, error: BaseException) -> ErrorInfo:
        """Return the description of an exception and of what caused it."""
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return cls(
            type(error).__name__,
            str(error),
            tuple(_frames(user_traceback(error.__traceback__))),
            None if cause is None else cls.from_exception(cause),
        )

    def report(self) -> str:
        """Return the text to show a user: frames, then the exception, its cause above it."""
        lines = [] if self.cause is None else [self.cause.report(), "", "which led to:", ""]
        lines += map(str, self.frames)
        lines.append(f"{self.type_name}: {self.message}" if self.message else self.type_name)
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """Return the description as a dictionary that JSON can hold."""
        return {
            "type": self.type_name,
            "message": self.message,
            "frames": [[f.file, f.line, f.function, f.code] for f in self.frames],
            "cause": None if self.cause is None else self.cause.to_json(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ErrorInfo:
        """Return the description that `to_json` printed."""
        return cls(
            data["type"],
            data["message"],
            tuple(Frame(*frame) for frame in data["frames"]),
            None if data["cause"] is None else cls.from_json(data["cause"]),
        )


def user_traceback(traceback: TracebackType | None) -> TracebackType | None:
    """Return a traceback from its first frame outside Holdfast on; the whole when there is none."""
    inner = traceback
    while inner is not None and _is_ours(inner):
        inner = inner.tb_next
    return inner or traceback


def _is_ours(traceback: TracebackType) -> bool:
    module = str(traceback.tb_frame.f_globals.get("__name__", ""))
    return module.partition(".")[0] == "holdfast" or traceback.tb_frame.f_code.co_filename.startswith(_HERE)


def _frames(traceback: TracebackType | None) -> list[Frame]:
    frames = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        text = linecache.getline(code.co_filename, traceback.tb_lineno).strip()
        frames.append(Frame(code.co_filename, traceback.tb_lineno, code.co_name, text))
        traceback = traceback.tb_next
    return frames
