"""What a database must be able to do with one table, for `holdfast.tables.manager` to keep an asset in it."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from holdfast.tables.shapes import Shape

__all__ = ["PARTITION", "TableSession"]

PARTITION = "_holdfast_partition"
"""The column that says which partition a row is of, as `holdfast.key_paths.to_database_text` gives it."""


class TableSession(abc.ABC):
    """One table of a database, inside of one transaction.

    Schemas and rows are those of pyarrow, with columns named as in the database. They hold types that
    `holdfast.tables.manager.TableIOManager.plain` gives, and null where a column has no values yet.
    """

    @abc.abstractmethod
    def shapes(self, partitions: Iterable[str]) -> Mapping[str | None, Shape]:
        """Return what `record` keeps: of the table, under ``None``, and of these partitions."""

    @abc.abstractmethod
    def record(self, shapes: Mapping[str | None, Shape], *, only: bool) -> None:
        """Keep what the table and its partitions were; if ``only``, forget what was kept before."""

    @abc.abstractmethod
    def columns(self) -> Sequence[str] | None:
        """Return the names of the columns, ``None`` when there is no such table."""

    @abc.abstractmethod
    def fetch(self, columns: Sequence[str], partitions: Sequence[str] | None = None) -> Any:
        """Return rows with these columns, in the order in which they were appended.

        Args:
            columns: at least one.
            partitions: only the rows of these, with `PARTITION` as a last column; ``None`` for all rows.
        """

    @abc.abstractmethod
    def replace(self, schema: Any) -> None:
        """Make the table anew with these columns, and without rows."""

    @abc.abstractmethod
    def add_column(self, field: Any) -> None:
        """Add a column, null in every row."""

    @abc.abstractmethod
    def drop_column(self, name: str) -> None:
        """Drop a column."""

    @abc.abstractmethod
    def change_column(self, field: Any) -> None:
        """Give a column another type, which its values can have."""

    @abc.abstractmethod
    def remove(self, partitions: Sequence[str]) -> None:
        """Remove the rows of some partitions."""

    @abc.abstractmethod
    def append(self, rows: Any) -> None:
        """Append rows, which have every column."""
