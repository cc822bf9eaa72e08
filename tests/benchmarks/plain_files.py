"""How a program without Holdfast replaces a file, in two ways: what storing values is measured against."""

from __future__ import annotations

import os
import tempfile


def temporary_file(path: str, data: bytes) -> None:
    """Write a temporary file as Python's library makes them, and rename it.

    Its name is nobody else's, so that two programs that write one value leave one of the two, whole.
    """
    with tempfile.NamedTemporaryFile("wb", dir=path.rpartition("/")[0], delete=False) as file:
        file.write(data)
    os.replace(file.name, path)  # noqa: PTH105 - pathlib is slower


def own_name(path: str, data: bytes) -> None:
    """Write a file named after the value's own, and rename it: the least, and less than is safe."""
    with open(f"{path}~", "wb") as file:  # noqa: PTH123
        file.write(data)
    os.replace(f"{path}~", path)  # noqa: PTH105
