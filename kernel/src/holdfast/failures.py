"""What went wrong, as plain data: the user's frames of an exception, fit to cross processes and be stored."""

from __future__ import annotations

import linecache
from types import TracebackType
from typing import Any

import attrs

from holdfast.errors import Error

__all__ = ["ErrorInfo", "Frame", "user_traceback"]

_MOST_ERRORS = 20
_MOST_FRAMES = 12


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
        message: what it says, its notes included.
        frames: the traceback from the first frame that is the user's, outermost first; of an error whose
            message Holdfast or a plugin wrote, the user's frames alone.
        cause: the exception that led to it, if any; a long chain is cut off.
    """

    type_name: str
    message: str
    frames: tuple[Frame, ...] = ()
    cause: ErrorInfo | None = None

    @classmethod
    def from_exception(cls, error: BaseException) -> ErrorInfo:
        """Return the description of an exception and of what caused it."""
        described: ErrorInfo | None = None
        for link in reversed(_chain(error)):
            frames = tuple(_frames(link))
            described = cls(type(link).__name__, _message(link), frames, described)
        assert described is not None  # a chain holds at least its first error
        return described

    def report(self) -> str:
        """Return the text to show a user: frames, then the exception, its cause above it.

        Of a long traceback, as endless recursion leaves it, the frames in the middle are left out.
        """
        lines = [] if self.cause is None else [self.cause.report(), "", "which led to:", ""]
        frames = list(map(str, self.frames))
        left_out = len(frames) - 2 * _MOST_FRAMES
        if left_out > 0:
            frames[_MOST_FRAMES:-_MOST_FRAMES] = [f"  ... {left_out} more frames ..."]
        lines += frames
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
    return _module(traceback).startswith("holdfast.")


def _module(traceback: TracebackType) -> str:
    return f"{traceback.tb_frame.f_globals.get('__name__', '')}."


def _chain(error: BaseException) -> list[BaseException]:
    chain = [error]
    while len(chain) < _MOST_ERRORS:
        last = chain[-1]
        cause = last.__cause__ or (None if last.__suppress_context__ else last.__context__)
        if cause is None or any(cause is link for link in chain):
            break
        chain.append(cause)
    return chain


def _message(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception as problem:  # the user's own __str__ may be what is broken
        text = f"(its message cannot be shown: {type(problem).__name__})"
    return "\n".join([text, *map(str, getattr(error, "__notes__", ()))])


def _frames(error: BaseException) -> list[Frame]:
    frames = []
    explained = isinstance(error, Error)  # it says what is wrong, and not where Holdfast found out
    traceback = user_traceback(error.__traceback__)
    while traceback is not None:
        if not (explained and _module(traceback).startswith(("holdfast.", "holdfast_"))):
            code = traceback.tb_frame.f_code
            text = linecache.getline(code.co_filename, traceback.tb_lineno).strip()
            frames.append(Frame(code.co_filename, traceback.tb_lineno, code.co_name, text))
        traceback = traceback.tb_next
    return frames
