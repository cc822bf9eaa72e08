"""The DuckDB file: where it is, what is in it for others, and what is said when it cannot be used.

What table stores have in common is tested in ``tests/together/test_table_stores.py``.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import holdfast_duckdb
from holdfast.built_contexts import build_input_context, build_output_context
from holdfast.errors import SettingsError, StepOutputNotFoundError, StorageError
from holdfast.formats import Formats
from holdfast.provisions import PluginContext
from holdfast_duckdb.io import DuckDBIOManager, duckdb_io_manager

Make = Callable[..., DuckDBIOManager]
FRAME = pl.DataFrame({"carrier": ["AA", "UA"], "delay": [3, -1]})


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes IO managers with the options of the settings."""
    context = PluginContext(tmp_path / "repository", tmp_path / "storage", Formats())
    return lambda **options: duckdb_io_manager(context, **options)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file without the option path."""
    return tmp_path / "storage" / "assets.duckdb"


def put(manager: DuckDBIOManager, key: Any, value: Any, partition: str | None = None) -> Any:
    return manager.handle_output(build_output_context(asset_key=key, partition_key=partition), value)


def get(manager: DuckDBIOManager, key: Any, **asked: Any) -> Any:
    return manager.load_input(build_input_context(asset_key=key, **asked))


def query(file: Path, text: str) -> list[Any]:
    with duckdb.connect(file) as connection:
        return connection.execute(text).fetchall()


def test_hook() -> None:
    """The plugin provides one IO manager, and the record names its factory."""
    (record,) = holdfast_duckdb.holdfast_io_managers()
    module, _, attribute = record.factory.partition(":")
    assert record.name == "duckdb"
    assert getattr(sys.modules[module], attribute) is duckdb_io_manager


def test_relative_path_starts_at_the_repository(make: Make, tmp_path: Path) -> None:
    """Wherever the process is; missing directories are made."""
    put(make(path="lake/main.duckdb"), "a", FRAME)
    assert query(tmp_path / "repository" / "lake" / "main.duckdb", "FROM a") == FRAME.rows()


def test_nothing_is_made_until_something_is_stored(make: Make, tmp_path: Path) -> None:
    """Neither by making an IO manager nor by looking for what is not there."""
    with pytest.raises(StepOutputNotFoundError):
        get(make(), "a")
    assert list(tmp_path.iterdir()) == []


def test_tables_are_called_after_keys(make: Make, file: Path) -> None:
    """The last part names the table, those before it the schema."""
    put(make(), ["shop", "raw", "orders"], FRAME)
    put(make(), ["shop", "Orders"], FRAME)
    assert query(file, "SELECT delay FROM shop$_raw.orders") == [(3,), (-1,)]
    assert query(file, 'SELECT delay FROM shop."$4frders"') == [(3,), (-1,)]


@pytest.mark.parametrize("name", ["main", "memory", "shop", "x y", "temp"])
def test_file_may_be_called_as_anything(make: Make, name: str) -> None:
    """A database that has the name of a schema, or of one of DuckDB's own databases, is no trouble."""
    manager = make(path=f"{name}.duckdb")
    put(manager, ["shop", "orders"], FRAME)
    put(manager, "orders", FRAME, "p")
    assert get(manager, ["shop", "orders"]).equals(FRAME)
    assert get(manager, "orders", partition_key="p").equals(FRAME)


def test_partitions_are_one_table_to_others(make: Make, file: Path) -> None:
    """With a column for the partition."""
    put(make(), "flights", FRAME, "2013-01-01")
    put(make(), "flights", FRAME[:1], "2013-01-02")
    counts = "SELECT _holdfast_partition, count(*) FROM flights GROUP BY ALL ORDER BY ALL"
    assert query(file, counts) == [("2013-01-01", 2), ("2013-01-02", 1)]


@pytest.mark.parametrize("made", ["TABLE", "VIEW"])
def test_table_of_another_program_is_loaded(make: Make, file: Path, made: str) -> None:
    """As what its reader declares, else as the first library that is installed."""
    file.parent.mkdir()
    query(file, f"CREATE {made} Flights AS SELECT 1 AS n, 'x' AS s, TIMESTAMPTZ '2013-01-01 00:00:00Z' AS t")
    assert get(make(), "flights", metadata={"columns": ["s", "n"]}).rows() == [("x", 1)]
    assert type(get(make(), "flights", python_type=pd.DataFrame)) is pd.DataFrame
    with pytest.raises(StorageError, match=r"no column 'm'"):
        get(make(), "flights", metadata={"columns": ["m"]})


def test_table_that_another_program_dropped_is_missing(make: Make, file: Path) -> None:
    """And it can be stored again, whole or by partition."""
    put(make(), "a", FRAME, "p")
    query(file, "DROP TABLE a")
    with pytest.raises(StepOutputNotFoundError):
        get(make(), "a", partition_key="p")
    put(make(), "a", FRAME, "q")
    assert get(make(), "a", partition_key="q").equals(FRAME)
    with pytest.raises(StepOutputNotFoundError):
        get(make(), "a", partition_key="p")


@pytest.mark.parametrize(
    "values",
    [
        pl.Series([[1, 2], [], None], dtype=pl.List(pl.UInt16)),
        pl.Series([[1, 2], None], dtype=pl.Array(pl.Int8, 2)),
        pl.Series([{"q": 1, "r": ["x"]}, None]),
        pl.Series([[{"q": b"\0"}], None]),
    ],
    ids=lambda values: str(values.dtype),
)
def test_nested_values_come_back(make: Make, values: pl.Series) -> None:
    """Lists, arrays and structures keep type and value."""
    frame = pl.DataFrame({"a": values})
    put(make(), "a", frame)
    assert get(make(), "a").schema == frame.schema
    assert get(make(), "a").equals(frame)


def test_maps_come_back(make: Make) -> None:
    """Keys and values keep their types."""
    table = pa.table({"a": pa.array([[("x", 1)], None], pa.map_(pa.string(), pa.int8()))})
    put(make(), "a", table)
    assert get(make(), "a").equals(table)


def test_nanoseconds_come_back(make: Make) -> None:
    """Of times without a zone."""
    table = pa.table({"t": pa.array([1, None], pa.timestamp("ns"))})
    put(make(), "a", table)
    assert get(make(), "a").equals(table)


@pytest.mark.parametrize(
    "values",
    [
        pa.array([{"a": 1, "A": 2}]),
        pa.array([[None]]),
        pa.array([["x"]], pa.list_(pa.dictionary(pa.int8(), pa.string()))),
        pa.array([2**200], pa.decimal256(70, 0)),
    ],
    ids=lambda values: str(values.type),
)
def test_nested_values_that_cannot_be_kept_are_refused(make: Make, values: Any) -> None:
    """The error says the column, its type and what can be kept."""
    with pytest.raises(StorageError, match=r"column 'bad' is .* cannot be kept here\. Booleans, numbers"):
        put(make(), "a", pa.table({"bad": values}))


def test_columns_that_differ_in_case_alone_are_refused(make: Make) -> None:
    """They would be one in DuckDB."""
    with pytest.raises(StorageError, match=r"another column that the database calls 'N' too\. Rename one"):
        put(make(), "a", pa.table({"n": [1], "N": [2]}))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"path": 3}, r"\[path\] is the path of a file, not 3\."),
        ({"schema": ""}, r"\[schema\] is the name of a schema, not ''\."),
        ({"timeout": "3"}, r"\[timeout\] is a number of seconds, not '3'\."),
        ({"timeout": -1}, r"\[timeout\] is a number of seconds, not -1\."),
    ],
)
def test_wrong_option_is_refused(make: Make, options: dict[str, Any], problem: str) -> None:
    """An option without a valid value is a settings error that names it."""
    with pytest.raises(SettingsError, match=f"IO manager 'duckdb': {problem}"):
        make(**options)


MAKER = """
import sys
from pathlib import Path
import pyarrow as pa
from holdfast.built_contexts import build_output_context
from holdfast.formats import Formats
from holdfast.provisions import PluginContext
from holdfast_duckdb.io import duckdb_io_manager

folder = Path(sys.argv[1])
print(flush=True)
for name in sys.stdin:
    manager = duckdb_io_manager(PluginContext(folder, folder, Formats()), name.strip())
    manager.handle_output(build_output_context(asset_key=sys.argv[2]), pa.table({"n": [1]}))
    print(flush=True)
"""


def test_processes_that_make_the_file_at_once_share_it(make: Make, tmp_path: Path) -> None:
    """None finds it half made, and nothing is left beside it."""
    folder = tmp_path / "repository"
    commands = [[sys.executable, "-c", MAKER, str(folder), name] for name in "abc"]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    makers: list[Any] = [subprocess.Popen(command, **pipes) for command in commands]
    for maker in makers:
        maker.stdout.readline()
    for number in range(20):
        for maker in makers:
            maker.stdin.write(f"{number}.duckdb\n")
            maker.stdin.flush()
        assert [maker.stdout.readline() for maker in makers] == ["\n"] * 3
    for maker in makers:
        maker.communicate()
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{n}.duckdb" for n in range(20))
    assert [get(make(path="7.duckdb"), name).num_rows for name in "abc"] == [1, 1, 1]


def test_file_that_is_no_database_is_an_error(make: Make, file: Path) -> None:
    """It names the file, which stays as it is."""
    file.parent.mkdir()
    file.write_bytes(b"some text\n" * 1000)
    with pytest.raises(StorageError, match=r"Asset 'a' cannot be stored at .*assets\.duckdb"):
        put(make(), "a", FRAME)
    with pytest.raises(StorageError, match=r"Asset 'a' cannot be loaded at .*assets\.duckdb"):
        get(make(), "a")
    assert file.read_bytes() == b"some text\n" * 1000


@pytest.fixture
def holder(make: Make, file: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has the file open until it is told to end."""
    put(make(), "a", FRAME)
    code = f"import duckdb; c = duckdb.connect({str(file)!r}); print(flush=True); input()"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_file_that_another_process_keeps_open_is_an_error(make: Make, holder: Any) -> None:
    """After the timeout, and it says what to do."""
    for use in (lambda: put(make(timeout=0.1), "a", FRAME), lambda: get(make(timeout=0.1), "a")):
        with pytest.raises(
            StorageError, match=r"Another process keeps the file busy.*raise the IO manager's"
        ):
            use()


def test_file_that_another_process_lets_go_is_waited_for(make: Make, holder: Any) -> None:
    """Until the timeout."""
    timer = threading.Timer(0.3, holder.kill)
    timer.start()
    assert get(make(), "a").equals(FRAME)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_forked_child_may_use_the_file(make: Make) -> None:
    """Even if another thread of the parent was in the middle of using it."""
    manager = make()
    put(manager, "a", FRAME)
    done = threading.Event()

    def use() -> None:
        while not done.is_set():
            put(manager, "b", FRAME)

    thread = threading.Thread(target=use)
    thread.start()
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=_store_arrow, args=(manager, str(n))) for n in range(5)]
    try:
        for child in children:
            child.start()
        for child in children:
            child.join()
    finally:
        done.set()
        thread.join()
    assert [child.exitcode for child in children] == [0] * 5
    assert [get(manager, ["child", str(n)]).num_rows for n in range(5)] == [1] * 5


def _store_arrow(manager: DuckDBIOManager, name: str) -> None:
    put(manager, ["child", name], pa.table({"n": [1]}))  # polars does not survive forks


def test_hooks_import_nothing_heavy() -> None:
    """Discovering the plugin imports neither DuckDB nor Arrow."""
    code = "import sys, holdfast_duckdb; print({'duckdb', 'pyarrow'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"
