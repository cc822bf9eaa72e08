"""The kinds of table there are, and what the library of each does with Parquet files.

A library is imported when a table of its kind is first stored or loaded, and needs no other one, except
that pandas reads and writes Parquet through pyarrow.
"""

from __future__ import annotations

import abc
import importlib
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from typing import IO, Any

from holdfast.errors import StorageError

__all__ = ["KINDS", "MARK", "Tables", "any_tables", "default_kind", "kind_of", "tables_for"]

KINDS: Mapping[str, tuple[str, ...]] = {
    "polars.DataFrame": ("polars",),
    "pandas.DataFrame": ("pandas", "pyarrow"),
    "pyarrow.Table": ("pyarrow",),
    "polars.LazyFrame": ("polars",),
}
"""The classes of tables, preferred ones first, and the modules that each needs."""

MARK = "holdfast.kind"
"""The key in a file's metadata under which it says what kind of table it was."""


class Tables(abc.ABC):
    """How one library writes and reads its tables. Files are binary, open and seekable."""

    @abc.abstractmethod
    def write(
        self, table: Any, file: IO[bytes], *, compression: str, metadata: Mapping[str, str]
    ) -> tuple[int, dict[str, str]]:
        """Write a table with key-value metadata.

        Returns:
            The number of rows, and by name the library's words for the types of the columns.
        """

    @abc.abstractmethod
    def metadata(self, file: IO[bytes]) -> Mapping[str, str]:
        """Return the key-value metadata of a file."""

    @abc.abstractmethod
    def column_names(self, file: IO[bytes]) -> Sequence[str]:
        """Return the names of the columns in a file."""

    @abc.abstractmethod
    def read(self, file: IO[bytes], kind: str, columns: Sequence[str] | None) -> Any:
        """Return the table in a file as ``kind``, with all columns or with ``columns`` in their order."""


def kind_of(cls: Any) -> str | None:
    """Return which of `KINDS` a class is or descends from, ``None`` for anything else."""
    for base in getattr(cls, "__mro__", ()):
        kind = f"{base.__module__.partition('.')[0]}.{base.__qualname__}"
        if kind in KINDS:
            return kind
    return None


def tables_for(kind: str) -> Tables:
    """Return the library for one of `KINDS`, imported now.

    Raises:
        StorageError: it is not installed.
    """
    library = kind.partition(".")[0]
    try:
        module = importlib.import_module(f"holdfast_parquet.{library}_tables")
    except ModuleNotFoundError as error:
        raise StorageError(
            f"A {kind} in Parquet needs {' and '.join(KINDS[kind])}, and {error.name} is not installed. "
            f'Run: pip install "holdfast-parquet[{library}]"'
        ) from error
    tables: Tables = module.TABLES
    return tables


def default_kind() -> str:
    """Return the kind for files that do not say what they were: the first whose library is installed.

    Raises:
        StorageError: there is none.
    """
    return _installed()[0]


def any_tables() -> Tables:
    """Return a library that can look into a file: one that is imported already, if there is one.

    Raises:
        StorageError: there is none.
    """
    installed = _installed()
    imported = [kind for kind in installed if kind.partition(".")[0] in sys.modules]
    return tables_for((imported or installed)[0])


def _installed() -> list[str]:
    found = [kind for kind, modules in KINDS.items() if all(map(importlib.util.find_spec, modules))]
    if not found:
        raise StorageError(
            "Parquet needs polars, pyarrow, or pandas with pyarrow, and none of these is installed. "
            'Run, for example: pip install "holdfast-parquet[polars]"'
        )
    return found
