"""Exceptions as plain data."""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable

import pytest

from holdfast.failures import ErrorInfo, user_traceback
from holdfast.keys import AssetKey


def caught(function: Callable[[], object]) -> BaseException:
    try:
        function()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def divide() -> float:
    return 1 / 0


def rename() -> None:
    try:
        divide()
    except ZeroDivisionError as error:
        raise ValueError("no orders") from error


def test_frames() -> None:
    """A failure keeps file, line, function and code of each frame, the innermost last."""
    info = ErrorInfo.from_exception(caught(divide))
    assert (info.type_name, info.message) == ("ZeroDivisionError", "division by zero")
    assert (info.frames[-1].file, info.frames[-1].function) == (__file__, "divide")
    assert info.frames[-1].code == "return 1 / 0"


def test_cause() -> None:
    """A failure keeps what led to it, and its report tells the cause first."""
    info = ErrorInfo.from_exception(caught(rename))
    assert info.cause is not None
    assert info.cause.type_name == "ZeroDivisionError"
    report = info.report()
    assert report.index("ZeroDivisionError: division by zero") < report.index("which led to:")
    assert report.endswith("ValueError: no orders")


def test_context() -> None:
    """An exception raised while another was handled counts as led to by it, unless that is suppressed."""
    first, second = ValueError("first"), ValueError("second")
    second.__context__ = first
    assert ErrorInfo.from_exception(second).cause == ErrorInfo("ValueError", "first")
    second.__suppress_context__ = True
    assert ErrorInfo.from_exception(second).cause is None


def test_cause_in_a_circle() -> None:
    """Exceptions that name each other as their cause end after one round."""
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    assert ErrorInfo.from_exception(first) == ErrorInfo(
        "ValueError", "first", cause=ErrorInfo("ValueError", "second")
    )


def test_long_chain() -> None:
    """A chain of thousands of exceptions is cut off, the last ones kept."""
    error = ValueError("0")
    for number in range(1, 5000):
        error, cause = ValueError(str(number)), error
        error.__cause__ = cause
    info = ErrorInfo.from_exception(error)
    assert info.message == "4999"
    assert info.report().count("which led to:") == 19


def test_own_frames_left_out() -> None:
    """Frames of the kernel before the user's first frame are left out."""

    class Broken:
        @property
        def key(self) -> None:
            raise RuntimeError("mine")

    error = caught(lambda: AssetKey.from_coercible(Broken()))
    inner = error.__traceback__.tb_next.tb_next  # what the kernel's own loop would catch
    assert inner.tb_frame.f_code.co_name == "from_coercible"
    assert user_traceback(inner).tb_frame.f_code.co_name == "key"


def test_only_own_frames() -> None:
    """A failure all of whose frames are the kernel's keeps them."""
    error = caught(lambda: AssetKey([]))
    inner = error.__traceback__.tb_next.tb_next
    assert user_traceback(inner) is inner


def test_own_errors_show_the_users_frames_alone() -> None:
    """Their messages say what is wrong; where Holdfast noticed it helps nobody."""
    info = ErrorInfo.from_exception(caught(lambda: AssetKey([])))
    assert [frame.function for frame in info.frames] == ["caught", "<lambda>"]


def test_no_traceback() -> None:
    """An exception that was never raised has no frames."""
    info = ErrorInfo.from_exception(KeyError("a"))
    assert info.frames == ()
    assert info.report() == "KeyError: 'a'"


def test_no_message() -> None:
    """An exception without a message is reported by its name."""
    assert ErrorInfo.from_exception(ValueError()).report() == "ValueError"


def test_broken_message() -> None:
    """An exception whose own text raises is described all the same."""

    class OddError(Exception):
        def __str__(self) -> str:
            raise KeyError

    assert ErrorInfo.from_exception(OddError()).message == "(its message cannot be shown: KeyError)"


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exceptions have notes since Python 3.11")
def test_notes() -> None:
    """The notes of an exception follow its message."""
    error = ValueError("bad row")
    error.add_note("in orders.csv")
    assert ErrorInfo.from_exception(error).message == "bad row\nin orders.csv"


def test_endless_recursion() -> None:
    """Of hundreds of frames, the report shows the first and the last and says how many it leaves out."""

    def recurse(depth: int) -> int:
        return recurse(depth - 1) if depth else 1 // 0

    info = ErrorInfo.from_exception(caught(lambda: recurse(300)))
    report = info.report()
    assert len(info.frames) > 300
    assert f"... {len(info.frames) - 24} more frames ..." in report
    assert len(report.splitlines()) == 24 * 2 + 2


def test_round_trip() -> None:
    """A failure comes back equal from JSON and from another process."""
    info = ErrorInfo.from_exception(caught(rename))
    assert ErrorInfo.from_json(json.loads(json.dumps(info.to_json()))) == info
    assert pickle.loads(pickle.dumps(info)) == info
