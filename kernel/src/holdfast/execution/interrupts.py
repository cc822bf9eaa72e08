"""Ctrl-C at the right moment: what must not be torn holds it off."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType

__all__ = ["Interrupts"]


class Interrupts:
    """Holds Ctrl-C off between `hold` and `release`; a context manager for the time in which it can.

    Python raises `KeyboardInterrupt` between any two instructions of the main thread: half-way through a
    transaction, or when a batch of events is no longer here and not yet there. In other threads, and where a
    program handles the signal in its own way, this does nothing.
    """

    def __init__(self) -> None:
        self._depth = 0
        self._came = False

    def hold(self) -> None:
        """Begin what must not be torn; may be nested."""
        self._depth += 1

    def release(self) -> None:
        """End what must not be torn.

        Raises:
            KeyboardInterrupt: Ctrl-C came meanwhile.
        """
        self._depth -= 1
        if self._came and not self._depth:
            self._came = False
            raise KeyboardInterrupt

    def __enter__(self) -> Interrupts:
        if (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        ):
            signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if signal.getsignal(signal.SIGINT) == self._handle:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._depth:
            self._came = True
        else:
            signal.default_int_handler(number, frame)
