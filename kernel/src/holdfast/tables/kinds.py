"""The kinds of table there are, and their libraries, each imported when a table of its kind is first met."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from holdfast.errors import StorageError

__all__ = ["KINDS", "default_kind", "kind_of", "library_of"]

KINDS = ("polars.DataFrame", "pandas.DataFrame", "pyarrow.Table", "polars.LazyFrame")
"""The classes of tables, preferred ones first."""


def kind_of(cls: Any) -> str | None:
    """Return which of `KINDS` a class is or descends from, ``None`` for anything else."""
    for base in getattr(cls, "__mro__", ()):
        kind = f"{base.__module__.partition('.')[0]}.{base.__qualname__}"
        if kind in KINDS:
            return kind
    return None


def default_kind() -> str:
    """Return the kind for tables that do not say what they were: the first whose library is installed."""
    return next(kind for kind in KINDS if importlib.util.find_spec(kind.partition(".")[0]))


def library_of(kind: str) -> Any:
    """Return the library of a kind, imported now.

    Raises:
        StorageError: it is not installed.
    """
    name = kind.partition(".")[0]
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise StorageError(
            f"A {kind} needs {name}, and {error.name} is not installed. Run: pip install {error.name}"
        ) from error
