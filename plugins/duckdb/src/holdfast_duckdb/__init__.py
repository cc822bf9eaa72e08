"""IO manager that keeps assets as tables of one DuckDB file."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.hookspecs import hookimpl
from holdfast.provisions import IOManagerPlugin

__all__: list[str] = []


@hookimpl
def holdfast_io_managers() -> Iterator[IOManagerPlugin]:
    """Provide the IO manager ``duckdb``."""
    yield IOManagerPlugin(
        name="duckdb",
        factory="holdfast_duckdb.io:duckdb_io_manager",
        summary="pandas, polars and pyarrow tables as tables of one DuckDB file",
        requires=("duckdb", "pyarrow"),
        claims=("columns", "partitions", "persistent", "processes"),
        types=("pandas.DataFrame", "polars.DataFrame", "polars.LazyFrame", "pyarrow.Table"),
        conformance="holdfast_duckdb.conformance:duckdb_tables",
    )
