"""The format: which library reads or writes a table, which columns, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO, Any

from holdfast.errors import SettingsError, StorageError, did_you_mean
from holdfast.interfaces import Format, LoadRequest
from holdfast.metadata import MetadataValue
from holdfast.provisions import PluginContext
from holdfast_parquet.tables import KINDS, MARK, Tables, any_tables, default_kind, kind_of, tables_for

__all__ = ["COMPRESSIONS", "ParquetFormat"]

COMPRESSIONS = ("brotli", "gzip", "lz4", "none", "snappy", "zstd")
"""What the option ``compression`` may be."""


class ParquetFormat(Format):
    """Parquet files of pandas, polars and pyarrow tables, read as any of them.

    A table is loaded as the type its reader declares: `pandas.DataFrame`, `polars.DataFrame`,
    `polars.LazyFrame` or `pyarrow.Table`. A reader that declares none of these gets what was stored. The
    metadata ``{"columns": [...]}`` of an input loads those columns only, in that order; the index of a pandas
    data frame comes with them.

    Args:
        context: what every factory is given; this format needs nothing of it.
        compression: one of `COMPRESSIONS`.

    Raises:
        SettingsError: there is no such compression.
    """

    def __init__(self, context: PluginContext | None = None, compression: str = "zstd") -> None:
        if compression not in COMPRESSIONS:
            hint = did_you_mean(str(compression), COMPRESSIONS)
            raise SettingsError("format 'parquet'", "compression", f"There is no {compression!r}.{hint}")
        self._compression = compression

    def dump(self, obj: Any, file: IO[bytes]) -> Mapping[str, Any]:
        """Write a table and return its number of rows and the types of its columns.

        Raises:
            StorageError: it is no table, or its library lacks a part.
        """
        kind = kind_of(type(obj))
        if kind is None:
            raise StorageError(f"Parquet holds tables ({', '.join(KINDS)}), not a {type(obj).__name__}.")
        rows, columns = tables_for(kind).write(
            obj, file, compression=self._compression, metadata={MARK: kind}
        )
        return {"rows": rows, "columns": MetadataValue.json(columns)}

    def load(self, file: IO[bytes], request: LoadRequest) -> Any:
        """Return the table in ``file`` as the kind and with the columns that are asked for.

        Raises:
            StorageError: a column is not there, or the library that is needed is not installed.
        """
        kind = kind_of(request.python_type) or _stored_kind(file)
        tables = tables_for(kind)
        columns = request.metadata.get("columns")
        if columns is not None:
            _check(columns, tables, file)
        return tables.read(file, kind, columns)


def _stored_kind(file: IO[bytes]) -> str:
    kind = any_tables().metadata(file).get(MARK, "")
    return kind if kind in KINDS else default_kind()


def _check(columns: object, tables: Tables, file: IO[bytes]) -> None:
    if not isinstance(columns, Sequence) or isinstance(columns, str):
        raise StorageError(f"The metadata 'columns' is a list of column names, not {columns!r}.")
    known = tables.column_names(file)
    for name in columns:
        if name not in known:
            raise StorageError(f"There is no column {name!r}.{did_you_mean(str(name), known)}")
        if columns.count(name) > 1:
            raise StorageError(f"The metadata 'columns' names {name!r} twice.")
