"""Paths of files that belong to a module."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from holdfast.argument_types import check_type

__all__ = ["file_relative_path"]


def file_relative_path(dunderfile: str, relative_path: str) -> str:
    """Return the path of a file given relative to a module.

    Args:
        dunderfile: the module's ``__file__``.
        relative_path: the file, relative to the directory that the module is in.

    Raises:
        InvalidDefinitionError: one of the two is no path.
    """
    for name, path in (("dunderfile", dunderfile), ("relative_path", relative_path)):
        check_type(path, str | PathLike, f"file_relative_path: {name}", "a path")
    return str(Path(dunderfile).parent / relative_path)
