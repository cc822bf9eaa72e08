"""How the format of texts and the observers of files are proven."""

from __future__ import annotations

import itertools
from pathlib import Path

from holdfast.conformance.trials import FormatTrial, ObservedSource, ObserverTrial

__all__ = ["file_hash_observer", "file_observer", "text_format"]


def text_format(_directory: Path) -> FormatTrial:
    """Return the trial of the format ``text``."""
    return FormatTrial(
        use="text", expected_failures={"FO-06": "Whatever is UTF-8 is a text, the start of one too."}
    )


def file_observer(directory: Path) -> ObserverTrial:
    """Return the trial of the observer ``file``, of files in a directory."""
    return _of_files("file", directory)


def file_hash_observer(directory: Path) -> ObserverTrial:
    """Return the trial of the observer ``file_hash``, of files in a directory."""
    return _of_files("file_hash", directory)


def _of_files(name: str, directory: Path) -> ObserverTrial:
    numbers = itertools.count()

    def source() -> ObservedSource:
        file = directory / f"source{next(numbers)}.csv"
        file.write_text("a,b\n")

        def change() -> None:
            file.write_text(file.read_text() + "1,2\n")

        return ObservedSource({"path": file.name}, change, file.unlink)

    return ObserverTrial(use=name, source=source)
