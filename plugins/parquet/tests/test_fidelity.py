"""What the libraries can express comes back as it was."""

from __future__ import annotations

from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

STAMPS = pd.to_datetime(["2013-01-01 05:00:00.000000001", None]).tz_localize("America/New_York")


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(2),
        pd.RangeIndex(5, 9, 2, name="step"),
        pd.Index(["x", "y"]),
        pd.Index(["x", "y"], name="carrier"),
        pd.DatetimeIndex(["2013-01-01", "2013-01-02"], name="day"),
        pd.MultiIndex.from_tuples([("EWR", 1), ("JFK", 2)], names=["origin", "month"]),
        pd.MultiIndex.from_tuples([("EWR", 1), ("JFK", 2)]),
    ],
)
def test_pandas_index_comes_back(index: pd.Index, round_trip: Any) -> None:
    """The index is kept, with its names, also when only some columns are loaded."""
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]}, index=index)
    pd.testing.assert_frame_equal(round_trip(frame), frame)
    pd.testing.assert_frame_equal(round_trip(frame, columns=["b"]), frame[["b"]])


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([1, None], dtype="Int64"),
        pd.Series([True, None], dtype="boolean"),
        pd.Series(["x", None], dtype="string"),
        pd.Series(["x", "y"], dtype="category"),
        pd.Series(STAMPS),
        pd.Series(pd.to_timedelta([1, None])),
        pd.Series([b"\0", None]),
    ],
    ids=lambda values: str(values.dtype),
)
def test_pandas_values_come_back(values: pd.Series, round_trip: Any) -> None:
    """Nullable, categorical, time and nested values keep type and value."""
    frame = pd.DataFrame({"a": values})
    pd.testing.assert_frame_equal(round_trip(frame), frame)


def test_pandas_column_labels_that_are_no_strings_come_back(round_trip: Any) -> None:
    """Numbers and tuples as labels are kept."""
    numbers = pd.DataFrame([[1, 2]], columns=[2013, 2014])
    tuples = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")]))
    pd.testing.assert_frame_equal(round_trip(numbers), numbers)
    pd.testing.assert_frame_equal(round_trip(tuples), tuples)


@pytest.mark.parametrize(
    "values",
    [
        pl.Series(["x", "y"], dtype=pl.Enum(["y", "x"])),
        pl.Series(["x", None], dtype=pl.Categorical),
        pl.Series([1, None], dtype=pl.Decimal(10, 2)),
        pl.Series([1, None], dtype=pl.Duration("ms")),
        pl.Series([1, None], dtype=pl.Time),
        pl.Series([1, None], dtype=pl.Datetime("ns", "Europe/Berlin")),
        pl.Series([[1, 2], None], dtype=pl.Array(pl.Int8, 2)),
        pl.Series([[], None], dtype=pl.List(pl.UInt16)),
        pl.Series([{"q": 1}, None]),
        pl.Series([None, None]),
        pl.Series([b"\0", None]),
        pl.Series([float("nan"), float("-inf")], dtype=pl.Float32),
    ],
    ids=lambda values: str(values.dtype),
)
def test_polars_values_come_back(values: pl.Series, round_trip: Any) -> None:
    """Every type of polars that a file can hold keeps type and value."""
    frame = pl.DataFrame({"a": values})
    loaded = round_trip(frame)
    assert loaded.schema == frame.schema
    assert loaded.equals(frame)


def test_lazy_frame_is_run_once_when_it_is_stored(round_trip: Any) -> None:
    """What is loaded is what the query gave then, not the query."""
    runs: list[int] = []
    query = pl.LazyFrame({"a": [1]}).map_batches(lambda frame: (runs.append(1), frame)[1])
    loaded = round_trip(query)
    assert loaded.collect().rows() == loaded.collect().rows() == [(1,)]
    assert runs == [1]


def test_pyarrow_schema_metadata_comes_back(round_trip: Any) -> None:
    """A table keeps the metadata of its schema and gains none."""
    plain = pa.table({"a": [1]})
    spoken = plain.replace_schema_metadata({"source": "nycflights13"})
    assert round_trip(plain).schema.equals(plain.schema, check_metadata=True)
    assert round_trip(spoken).schema.equals(spoken.schema, check_metadata=True)


def test_unnamed_pandas_index_is_a_column_to_others(round_trip: Any) -> None:
    """Libraries without an index see it as the column that pandas puts it in."""
    frame = pd.DataFrame({"a": [1, 2]}, index=["x", "y"])
    assert round_trip(frame, pl.DataFrame).columns == ["a", "__index_level_0__"]
