"""Parquet by pyarrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO, Any

import pyarrow
import pyarrow.parquet

from holdfast_parquet.tables import MARK, Tables

__all__ = ["TABLES", "PyarrowTables"]


class PyarrowTables(Tables):
    """Tables, with the metadata of their schemas."""

    def write(
        self, table: Any, file: IO[bytes], *, compression: str, metadata: Mapping[str, str]
    ) -> tuple[int, dict[str, str]]:
        """Write a `pyarrow.Table`; see `Tables.write`."""
        marked = table.replace_schema_metadata({**(table.schema.metadata or {}), **metadata})
        pyarrow.parquet.write_table(marked, file, compression=compression)
        return table.num_rows, {field.name: str(field.type) for field in table.schema}

    def metadata(self, file: IO[bytes]) -> Mapping[str, str]:
        """Return what the file says of itself; see `Tables.metadata`."""
        found = _open(file).metadata.metadata or {}
        return {key.decode(): value.decode(errors="replace") for key, value in found.items()}

    def column_names(self, file: IO[bytes]) -> Sequence[str]:
        """Return the names of the columns; see `Tables.column_names`."""
        return list(self.schema(file).names)

    def schema(self, file: IO[bytes]) -> Any:
        """Return the file's `pyarrow.Schema`."""
        return _open(file).schema_arrow

    def read(self, file: IO[bytes], kind: str, columns: Sequence[str] | None) -> Any:
        """Return a `pyarrow.Table`; see `Tables.read`."""
        if columns is None:
            table = _open(file).read()
        else:
            # To pyarrow a name is a path: "a.b" stands for the field b of the column a as well.
            table = _open(file).read(columns=list(columns)).select(list(columns))
        metadata = {key: value for key, value in (table.schema.metadata or {}).items() if key != _MARK}
        return table.replace_schema_metadata(metadata or None)


_MARK = MARK.encode()


def _open(file: IO[bytes]) -> Any:
    file.seek(0)
    return pyarrow.parquet.ParquetFile(file)


TABLES = PyarrowTables()
