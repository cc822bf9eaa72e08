"""Parquet format for pandas, polars and pyarrow tables."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.hookspecs import hookimpl
from holdfast.provisions import FormatPlugin

__all__: list[str] = []


@hookimpl
def holdfast_formats() -> Iterator[FormatPlugin]:
    """Provide the format ``parquet``."""
    yield FormatPlugin(
        name="parquet",
        factory="holdfast_parquet.format:ParquetFormat",
        summary="pandas, polars and pyarrow tables as Parquet files, column by column",
        types=("pandas.DataFrame", "polars.DataFrame", "polars.LazyFrame", "pyarrow.Table"),
        extension=".parquet",
        claims=("columns", "conversions"),
    )
