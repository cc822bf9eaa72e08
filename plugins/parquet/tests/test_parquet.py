from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import holdfast_parquet
from holdfast.errors import SettingsError, StorageError
from holdfast.formats import ActiveFormat, Formats
from holdfast.interfaces import LoadRequest
from holdfast.metadata import MetadataValue
from holdfast_parquet.format import COMPRESSIONS, ParquetFormat

DATA = {"carrier": ["AA", "UA", None], "delay": [1.5, None, -3.0], "flights": [3, 2, 1]}
TABLES = {
    "pandas": pd.DataFrame(DATA),
    "polars": pl.DataFrame(DATA),
    "lazy": pl.LazyFrame(DATA),
    "pyarrow": pa.table(DATA),
}
every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


def rows(table: Any) -> list[dict[str, Any]]:
    """Return the rows of any table."""
    table = table.collect() if isinstance(table, pl.LazyFrame) else table
    table = pa.Table.from_pandas(table) if isinstance(table, pd.DataFrame) else table
    return table.to_dicts() if isinstance(table, pl.DataFrame) else table.to_pylist()  # type: ignore[no-any-return]


@every_table
def test_table_comes_back_as_what_it_was(table: Any, round_trip: Any) -> None:
    """A reader that declares no type gets the class that was stored, with the same rows."""
    loaded = round_trip(table)
    assert type(loaded) is type(table)
    assert rows(loaded) == rows(table)


@every_table
@pytest.mark.parametrize("wanted", [pd.DataFrame, pl.DataFrame, pl.LazyFrame, pa.Table])
def test_reader_gets_the_type_it_declares(table: Any, wanted: type, round_trip: Any) -> None:
    """Whichever library stored a table, each can read it."""
    loaded = round_trip(table, wanted)
    assert type(loaded) is wanted
    assert rows(loaded) == rows(table)


def test_reader_may_declare_a_subclass(round_trip: Any) -> None:
    """A class that descends from a table's is answered with the table."""

    class Flights(pd.DataFrame):
        pass

    assert isinstance(round_trip(pl.DataFrame(DATA), Flights), pd.DataFrame)


def test_subclass_is_stored(round_trip: Any) -> None:
    """A class that descends from a table's is stored as the table it is."""

    class Flights(pd.DataFrame):
        pass

    assert type(round_trip(Flights(DATA))) is pd.DataFrame


@every_table
def test_columns_are_selected_in_order(table: Any, round_trip: Any) -> None:
    """Only the asked columns are loaded, in the order they were asked in."""
    assert [list(row) for row in rows(round_trip(table, columns=["flights", "carrier"]))] == [
        ["flights", "carrier"]
    ] * 3


@every_table
def test_unknown_column_is_named(table: Any, round_trip: Any) -> None:
    """A column that is not there is an error with the nearest name."""
    with pytest.raises(StorageError, match=r"There is no column 'delays'\. Did you mean 'delay'"):
        round_trip(table, columns=["carrier", "delays"])


@pytest.mark.parametrize("columns", ["carrier", 5, {"carrier"}])
def test_columns_are_a_list(columns: object, round_trip: Any) -> None:
    """A single name or a set is refused: columns have an order."""
    with pytest.raises(StorageError, match="'columns' is a list of column names, not"):
        round_trip(TABLES["polars"], columns=columns)


def test_column_asked_for_twice_is_refused(round_trip: Any) -> None:
    """A table has no two columns of one name."""
    with pytest.raises(StorageError, match="names 'carrier' twice"):
        round_trip(TABLES["polars"], columns=["carrier", "carrier"])


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pl.LazyFrame, pa.table])
def test_name_with_a_dot_is_one_column(make: Any, round_trip: Any) -> None:
    """Asking for the column a.b does not load the field b of the column a as well."""
    table = make({"a": [{"b": 1}], "a.b": [2]})
    assert rows(round_trip(table, columns=["a"])) == [{"a": {"b": 1}}]
    assert rows(round_trip(table, columns=["a.b"])) == [{"a.b": 2}]


@every_table
def test_any_seekable_file_is_read_from_its_start(table: Any, tmp_path: Path) -> None:
    """Files on disk and other streams are read alike, wherever they were left."""
    path = tmp_path / "partition=2013" / "value.parquet"  # a path that other tools read a column from
    path.parent.mkdir()
    with path.open("wb") as file:
        ParquetFormat().dump(table, file)
    for open_file in (path.open("rb"), io.BufferedReader(io.BytesIO(path.read_bytes()))):
        with open_file as file:
            file.seek(7)
            for request in (LoadRequest(), LoadRequest(type(table), {"columns": list(DATA)})):
                assert rows(ParquetFormat().load(file, request)) == rows(table)


@pytest.mark.parametrize(
    ("table", "types"),
    [
        (pd.DataFrame({"n": [1], "f": [0.5]}), {"n": "int64", "f": "float64"}),
        (pl.DataFrame({"n": [1], "s": ["x"]}), {"n": "Int64", "s": "String"}),
        (pl.LazyFrame({"n": [1], "s": ["x"]}), {"n": "Int64", "s": "String"}),
        (pa.table({"n": [1], "s": ["x"]}), {"n": "int64", "s": "string"}),
    ],
    ids=TABLES,
)
def test_metadata_says_rows_and_columns(table: Any, types: dict[str, str]) -> None:
    """The materialization gets the number of rows, and the types of the columns in the library's words."""
    said = ParquetFormat().dump(table, io.BytesIO())
    assert said == {"rows": 1, "columns": MetadataValue.json(types)}


@pytest.mark.parametrize("table", [pl.DataFrame(), pd.DataFrame(), pa.table({}), pl.DataFrame({"a": []})])
def test_empty_table_comes_back(table: Any, round_trip: Any) -> None:
    """A table without rows or columns is a table."""
    loaded = round_trip(table)
    assert loaded.shape == table.shape
    assert type(loaded) is type(table)


@every_table
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_compression_is_the_option(table: Any, compression: str) -> None:
    """Every library writes with the compression of the settings."""
    file = io.BytesIO()
    ParquetFormat(compression=compression).dump(table, file)
    used = pq.ParquetFile(file).metadata.row_group(0).column(0).compression
    assert used.lower() == {"none": "uncompressed"}.get(compression, compression)


def test_unknown_compression_is_refused() -> None:
    """A compression that does not exist is a settings error with the nearest name."""
    with pytest.raises(SettingsError, match=r"\[compression\] There is no 'zstandard'.* 'zstd'"):
        ParquetFormat(compression="zstandard")


def test_file_of_another_program_is_read_by_the_first_library(tmp_path: Path) -> None:
    """A file without our mark is loaded by polars when that is installed."""
    pq.write_table(pa.table(DATA), tmp_path / "foreign.parquet")
    with (tmp_path / "foreign.parquet").open("rb") as file:
        loaded = ParquetFormat().load(file, LoadRequest())
    assert type(loaded) is pl.DataFrame
    assert rows(loaded) == rows(TABLES["polars"])


def test_file_that_is_no_parquet_is_an_error() -> None:
    """What is not Parquet is said to be so by the library."""
    with pytest.raises(Exception, match=r"(?i)parquet"):
        ParquetFormat().load(io.BytesIO(b"half a file"), LoadRequest())


def test_value_that_is_no_table_is_refused() -> None:
    """Only settings can bring another value here; it is an error that says what is stored."""
    with pytest.raises(StorageError, match=r"holds tables .* not a dict"):
        ParquetFormat().dump({}, io.BytesIO())


@every_table
def test_record_claims_every_table(table: Any) -> None:
    """The types that the hook names are the classes' own, in the installed versions of the libraries."""
    (record,) = holdfast_parquet.holdfast_formats()
    formats = Formats([ActiveFormat(record.name, record.types, record.extension, ParquetFormat, record.safe)])
    assert formats.for_value(table, trusted=False, what="x").extension == ".parquet"
