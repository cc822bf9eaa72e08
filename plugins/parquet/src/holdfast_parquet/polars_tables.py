"""Parquet by polars, which needs no other library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO, Any

import polars

from holdfast_parquet.tables import Tables

__all__ = ["TABLES"]


class _PolarsTables(Tables):
    def write(
        self, table: Any, file: IO[bytes], *, compression: str, metadata: Mapping[str, str]
    ) -> tuple[int, dict[str, str]]:
        frame = table.collect() if isinstance(table, polars.LazyFrame) else table
        codec: Any = "uncompressed" if compression == "none" else compression
        frame.write_parquet(file, compression=codec, metadata=dict(metadata))
        return frame.height, {name: str(dtype) for name, dtype in frame.schema.items()}

    def metadata(self, file: IO[bytes]) -> Mapping[str, str]:
        file.seek(0)
        return polars.read_parquet_metadata(file)

    def column_names(self, file: IO[bytes]) -> Sequence[str]:
        file.seek(0)
        return list(polars.read_parquet_schema(file))

    def read(self, file: IO[bytes], kind: str, columns: Sequence[str] | None) -> Any:
        file.seek(0)
        names = None if columns is None else list(columns)
        frame = polars.read_parquet(file, columns=names)
        return frame.lazy() if kind == "polars.LazyFrame" else frame


TABLES = _PolarsTables()
