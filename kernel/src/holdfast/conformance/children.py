"""Functions in processes of their own, which can be listened to, waited for, and killed.

Such a process is a fresh interpreter. It finds modules where this one does, and imports what it is to call by
name; it never runs the main script of this one.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import IO, Any

from holdfast.conformance.clauses import Violation
from holdfast.errors import InvalidDefinitionError

__all__ = ["Child", "main"]

_START = "from holdfast.conformance.children import main; main()"
_PATIENCE = 60.0  # seconds


class Child:
    """A process that calls ``function(say, *arguments)``; what it says can be heard here, in order.

    Leaving a ``with`` block kills it, if it still runs.

    Args:
        function: a function of a module.
        arguments: what it is called with, picklable.

    Raises:
        InvalidDefinitionError: these cannot cross to another process.
    """

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._name = function.__name__
        try:
            call = pickle.dumps((function, arguments))
        except Exception as error:
            raise InvalidDefinitionError(
                f"What is tried cannot cross to another process ({type(error).__name__}: {error}). Give the "
                "name of an installed plugin, or a function of a module that can be imported there."
            ) from error
        path = os.pathsep.join(place for place in sys.path if place)
        command = [sys.executable, "-c", _START]
        self.process: subprocess.Popen[bytes] = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
        )
        self._watch = threading.Timer(_PATIENCE, self.process.kill)
        self._watch.daemon = True
        self._watch.start()
        assert self.process.stdin is not None
        self.process.stdin.write(call)
        self.process.stdin.close()

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def hear(self) -> Any:
        """Return the next thing it says.

        Raises:
            Violation: it ended, or failed, before it said anything more.
        """
        return self._expect("said")

    def result(self) -> Any:
        """Return what the function returned, when it has; what it said before is passed over.

        Raises:
            Violation: it raised, or its process ended.
        """
        return self._expect("returned")

    def kill(self) -> list[Any]:
        """Kill it, by ``SIGKILL`` where there is such a thing; return what it had said and was not heard."""
        self.process.kill()
        said = []
        while (frame := self._read()) is not None:
            if frame[0] == "said":
                said.append(frame[1])
        self.process.wait()
        self._watch.cancel()
        self._pipe.close()
        return said

    @property
    def _pipe(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout

    def _read(self) -> tuple[str, Any] | None:
        try:
            frame: tuple[str, Any] = pickle.load(self._pipe)
        except (EOFError, ValueError, pickle.UnpicklingError):
            return None
        return frame

    def _expect(self, wanted: str) -> Any:
        while True:
            frame = self._read()
            if frame is None:
                raise Violation(
                    f"The process that was to {self._name} ended with code {self.process.wait()}, or did not "
                    f"end within {_PATIENCE:g} seconds."
                )
            if frame[0] == "raised":
                raise Violation(f"In another process, {self._name} raised:\n{frame[1]}")
            if frame[0] == wanted:
                return frame[1]


def main() -> None:
    """Make the call that standard input describes; what a process of a `Child` runs."""
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what is printed must not be taken for what is said

    def tell(kind: str, what: Any) -> None:
        pickle.dump((kind, what), pipe)
        pipe.flush()

    try:
        function, arguments = pickle.load(sys.stdin.buffer)
        tell("returned", function(lambda said: tell("said", said), *arguments))
    except BaseException:
        tell("raised", traceback.format_exc())
