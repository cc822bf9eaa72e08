"""Paths of files that belong to a module."""

from __future__ import annotations

from pathlib import Path

__all__ = ["file_relative_path"]


def file_relative_path(dunderfile: str, relative_path: str) -> str:
    """Return the path of a file given relative to a module.

    Args:
        dunderfile: the module's ``__file__``.
        relative_path: the file, relative to the directory that the module is in.
    """
    return str(Path(dunderfile).parent / relative_path)
