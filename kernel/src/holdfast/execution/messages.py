"""Calls in worker processes: what crosses is a task one way, what became of it the other, as pickles."""

from __future__ import annotations

import contextlib
import pickle
import sys
import traceback
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from holdfast.errors import UnmetExecutorRequirementsError, UserCodeExecutionError

__all__ = ["RemoteTraceback", "name_of", "pack_task", "perform", "unpack_reply"]


class RemoteTraceback(Exception):  # noqa: N818 - it reports an error and is none
    """The traceback of an error in a worker process, as text; the ``__cause__`` of the error here."""

    def __str__(self) -> str:
        return f'\n"""\n{self.args[0]}"""'


def name_of(function: Callable[..., Any]) -> str:
    """Return what to call a function in messages."""
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", None)
    return f"{module}.{name}" if module and name else repr(function)


def pack_task(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bytes:
    """Return a call as bytes for `perform`.

    Raises:
        UnmetExecutorRequirementsError: the function or an argument cannot be pickled.
    """
    try:
        return pickle.dumps((function, args, kwargs), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        raise UnmetExecutorRequirementsError(
            f"{name_of(function)} cannot be sent to a worker process, because it or an argument cannot be "
            f"pickled: {_summary(error)}. Define it at the top level of an importable module, and open "
            "files, locks and connections inside of it."
        ) from error


def perform(task: bytes) -> bytes:
    """Run a task in this process and return what became of it as bytes for `unpack_reply`."""
    try:
        function, args, kwargs = pickle.loads(task)
    except Exception as error:
        refusal = UnmetExecutorRequirementsError(
            f"A task could not be read in the worker process: {_summary(error)}. What it uses must be "
            "importable there; a script's own definitions (those of __main__) are not."
        )
        return _pack_error(refusal, error, error.__traceback__)
    try:
        result = function(*args, **kwargs)
    except BaseException as error:  # SystemExit too: a task ends itself, not its worker
        own = error.__traceback__
        return _pack_error(error, error, own and own.tb_next)
    finally:
        _flush()
    try:
        return pickle.dumps((True, result), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        refusal = UnmetExecutorRequirementsError(
            f"What {name_of(function)} returned, a {type(result).__name__}, cannot be sent back from the "
            f"worker process, because it cannot be pickled: {_summary(error)}. Return plain data."
        )
        return _pack_error(refusal, error, error.__traceback__)


def unpack_reply(reply: bytes) -> Any:
    """Return what the task returned, or raise what it raised, with the `RemoteTraceback` as its cause.

    Raises:
        UnmetExecutorRequirementsError: the result cannot be unpickled here.
        UserCodeExecutionError: the task raised an exception that cannot be pickled and unpickled.
    """
    try:
        succeeded, value = pickle.loads(reply)
    except Exception as error:
        raise UnmetExecutorRequirementsError(
            f"What a task returned could not be read in this process: {_summary(error)}. Return plain data."
        ) from error
    if succeeded:
        return value
    pickled, summary, report = value
    raise _revive(pickled, summary) from RemoteTraceback(report)


def _revive(pickled: bytes, summary: str) -> BaseException:
    with contextlib.suppress(Exception):
        error = pickle.loads(pickled)
        if isinstance(error, BaseException):
            return error
    return UserCodeExecutionError(f"{summary} (the exception itself cannot be pickled and unpickled)")


def _pack_error(raised: BaseException, reported: BaseException, frames: TracebackType | None) -> bytes:
    report = "".join(traceback.format_exception(type(reported), reported, frames))
    try:
        pickled = pickle.dumps(raised, pickle.HIGHEST_PROTOCOL)
    except Exception:
        pickled = b""
    return pickle.dumps((False, (pickled, _summary(raised), report)), pickle.HIGHEST_PROTOCOL)


def _summary(error: BaseException) -> str:
    return traceback.format_exception_only(type(error), error)[-1].strip()


def _flush() -> None:
    # What a task prints shows when the task ends, not when its worker does.
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError, OSError):
            stream.flush()
