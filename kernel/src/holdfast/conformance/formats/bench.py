"""A format at work."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from holdfast.conformance.suites import Bench
from holdfast.conformance.trials import FormatTrial
from holdfast.conformance.values import Values
from holdfast.interfaces import Format, LoadRequest

__all__ = ["FormatBench"]


class FormatBench(Bench):
    """A format, and files in memory."""

    trial: FormatTrial

    def __init__(
        self, trial: FormatTrial, make: Callable[[Path], Any], claims: frozenset[str], directory: Path
    ) -> None:
        super().__init__(trial, make, claims, directory)
        self.values = Values(tuple(trial.types or ()), dict(trial.samples))
        self.format: Format = self.open()

    @property
    def safe(self) -> bool:
        """Whether loading cannot run code."""
        return self.trial.safe is not False

    @property
    def features(self) -> frozenset[str]:
        """What is claimed, the types, ``safe``, and ``limited`` where not all types are claimed."""
        more = {"safe"} if self.safe else set()
        more |= set() if self.values.anything else {"limited"}
        more |= {"tables"} if self.values.tables and not self.values.anything else set()
        return self.claims | more | self.values.known()

    def dump(self, value: Any) -> bytes:
        """Return the bytes of a value."""
        file = io.BytesIO()
        self.format.dump(value, file)
        return file.getvalue()

    def load(self, data: bytes, python_type: Any = Any, **metadata: Any) -> Any:
        """Return the value of bytes, as a reader asks for it."""
        return self.format.load(io.BytesIO(data), LoadRequest(python_type, metadata))
