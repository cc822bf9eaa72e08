"""How the observer of files is proven."""

from __future__ import annotations

import itertools
from pathlib import Path

from holdfast.conformance.trials import ObservedSource, ObserverTrial

__all__ = ["file_observer"]


def file_observer(directory: Path) -> ObserverTrial:
    """Return the trial of the observer ``file``, of files in a directory."""
    numbers = itertools.count()

    def source() -> ObservedSource:
        file = directory / f"source{next(numbers)}.csv"
        file.write_text("a,b\n")

        def change() -> None:
            file.write_text(file.read_text() + "1,2\n")

        return ObservedSource({"path": file.name}, change, file.unlink)

    return ObserverTrial(use="file", source=source)
