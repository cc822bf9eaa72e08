"""Parquet by pandas, which is to say by pyarrow with the index kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO, Any

import pandas  # noqa: F401 - pyarrow would make its data frames, and not say who is missing
import pyarrow

from holdfast_parquet.pyarrow_tables import PyarrowTables

__all__ = ["TABLES"]


class _PandasTables(PyarrowTables):
    def write(
        self, table: Any, file: IO[bytes], *, compression: str, metadata: Mapping[str, str]
    ) -> tuple[int, dict[str, str]]:
        arrow = pyarrow.Table.from_pandas(table)
        rows, _ = super().write(arrow, file, compression=compression, metadata=metadata)
        return rows, {str(name): str(dtype) for name, dtype in table.dtypes.items()}

    def read(self, file: IO[bytes], kind: str, columns: Sequence[str] | None) -> Any:
        if columns is not None:
            stored = self.schema(file).pandas_metadata or {"index_columns": []}
            # A range is described there, and no column.
            index = [name for name in stored["index_columns"] if isinstance(name, str)]
            columns = [*columns, *(name for name in index if name not in columns)]
        return super().read(file, kind, columns).to_pandas()


TABLES = _PandasTables()
