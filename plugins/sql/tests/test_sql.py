"""Tables in PostgreSQL: where they are, what others find there, and what is said when it cannot be used.

What table stores have in common is tested in ``tests/together/test_table_stores.py``.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import psycopg
import pyarrow as pa
import pytest

import holdfast_sql
from holdfast.built_contexts import build_input_context, build_output_context
from holdfast.environment import environment_value
from holdfast.errors import SettingsError, StepOutputNotFoundError, StorageError
from holdfast.formats import Formats
from holdfast.provisions import PluginContext
from holdfast_sql.io import SQLIOManager, sql_io_manager
from holdfast_sql.store import SQLEventStore

pytestmark = pytest.mark.xdist_group("postgres")

CONTEXT = PluginContext(Path(), Path(), Formats())
FRAME = pl.DataFrame({"carrier": ["AA", "UA"], "delay": [3, -1]})


@pytest.fixture
def manager(database: str) -> SQLIOManager:
    """An IO manager of a new database."""
    return sql_io_manager(CONTEXT, url=database)


@pytest.fixture
def query(database: str) -> Callable[[str], list[Any]]:
    """Asks the database as another program would."""

    def ask(text: str) -> list[Any]:
        with psycopg.connect(database) as connection:
            cursor = connection.execute(text)
            return cursor.fetchall() if cursor.description else []

    return ask


def put(manager: SQLIOManager, key: Any, value: Any, partition: str | None = None) -> Any:
    return manager.handle_output(build_output_context(asset_key=key, partition_key=partition), value)


def get(manager: SQLIOManager, key: Any, **asked: Any) -> Any:
    return manager.load_input(build_input_context(asset_key=key, **asked))


def test_hooks() -> None:
    """The plugin provides an IO manager and an event store, and the records name their factories."""
    records = [*holdfast_sql.holdfast_io_managers(), *holdfast_sql.holdfast_event_stores()]
    places = [record.factory.partition(":") for record in records]
    made = [getattr(sys.modules[module], attribute) for module, _, attribute in places]
    assert [record.name for record in records] == ["sql", "sql"]
    assert made == [sql_io_manager, SQLEventStore]


def test_hooks_import_nothing_heavy() -> None:
    """Discovering the plugin imports neither SQLAlchemy nor psycopg nor Arrow."""
    code = "import sys, holdfast_sql; print({'sqlalchemy', 'psycopg', 'pyarrow'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


# -- options and secrets -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"url": "orders"}, r"\[url\] gives no URL such as postgresql://"),
        ({"url": 5}, r"\[url\] gives no URL such as postgresql://"),
        ({"url": "mysql://h/d"}, r"\[url\] names 'mysql', and only PostgreSQL is known here"),
        ({"url": "postgresql+psycopg2://h/d"}, r"\[url\] names 'postgresql\+psycopg2', and only PostgreSQL"),
        ({"url": "postgresql://u:secret@h/d"}, r"\[url\] holds a password, for which settings are no place"),
        ({"url": "postgresql://h/d?password=secret"}, r"\[url\] holds a password, for which settings are no"),
        ({"url": "postgresql://h/d", "schema": ""}, r"\[schema\] is the name of a schema, not ''"),
    ],
)
@pytest.mark.parametrize("factory", [sql_io_manager, SQLEventStore])
def test_wrong_option_is_refused(factory: Any, options: dict[str, Any], problem: str) -> None:
    """A settings error names the option, and never repeats a secret."""
    with pytest.raises(SettingsError, match=f"(IO manager|event store) 'sql': {problem}") as caught:
        factory(CONTEXT, **options)
    assert "secret" not in str(caught.value)


def test_password_comes_from_the_environment_alone(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is in no message, and a pickled IO manager has the name of the variable only."""
    monkeypatch.setenv("ORDERS_URL", database.replace("tester@", "tester:secret@"))
    manager = sql_io_manager(CONTEXT, url=environment_value("ORDERS_URL"))
    put(manager, "a", FRAME)
    data = pickle.dumps(manager)
    assert b"secret" not in data
    assert get(pickle.loads(data), "a").equals(FRAME)
    with pytest.raises(StepOutputNotFoundError, match=r"not stored at postgresql.*tester") as caught:
        get(manager, "b")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["postgres://", "postgresql+psycopg://"])
def test_url_may_name_postgresql_otherwise(database: str, name: str) -> None:
    """As other programs do."""
    put(sql_io_manager(CONTEXT, url=database.replace("postgresql://", name)), "a", FRAME)


def test_server_that_does_not_answer_is_an_error(tmp_path: Path) -> None:
    """It names the asset and the database."""
    manager = sql_io_manager(CONTEXT, url=f"postgresql://tester@/shop?host={tmp_path}")
    with pytest.raises(
        StorageError, match=r"Asset 'a' cannot be stored at postgresql.*shop, table public\.a: "
    ):
        put(manager, "a", FRAME)
    with pytest.raises(StorageError, match="Asset 'a' cannot be loaded at") as caught:
        get(manager, "a")
    assert not isinstance(caught.value, StepOutputNotFoundError)


# -- what others find ----------------------------------------------------------------------------------


def test_tables_are_called_after_keys(manager: SQLIOManager, query: Any) -> None:
    """The last part names the table, those before it the schema."""
    put(manager, ["shop", "raw", "orders"], FRAME)
    put(manager, "orders", FRAME)
    assert query("SELECT delay FROM shop$_raw.orders ORDER BY delay") == [(-1,), (3,)]
    assert query("SELECT carrier FROM orders WHERE delay = 3") == [("AA",)]


def test_columns_have_the_types_of_the_database(manager: SQLIOManager, query: Any) -> None:
    """With the order of the rows, and of partitions with their key."""
    put(manager, "a", pl.DataFrame({"n": [1], "s": ["x"], "t": [None], "d": [0.5]}), "2013-01-01")
    types = "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'a'"
    assert dict(query(types)) == {
        "n": "bigint",
        "s": "text",
        "t": "text",
        "d": "double precision",
        "_holdfast_partition": "text",
        "_holdfast_row": "bigint",
    }
    assert query("SELECT n, _holdfast_partition FROM a") == [(1, "2013-01-01")]


def test_long_keys_and_columns_have_names_of_their_own(manager: SQLIOManager) -> None:
    """Names that PostgreSQL would cut to the same 63 bytes stay apart."""
    keys = [["x" * 80 + end, "y" * 80 + other] for end in "ab" for other in "ab"] + [
        ["日本語" * 10],
        ["pg_" + "x" * 80, "a"],
    ]
    for number, key in enumerate(keys):
        put(manager, key, pl.DataFrame({"c" * 80 + "a": [number], "c" * 80 + "b": [-number]}))
    assert [get(manager, key).row(0) for key in keys] == [(number, -number) for number in range(len(keys))]


def test_table_with_the_same_columns_is_replaced_in_place(manager: SQLIOManager, query: Any) -> None:
    """So views and privileges of others stay."""
    put(manager, "a", FRAME)
    query("CREATE VIEW seen AS SELECT delay FROM a")
    query("GRANT SELECT ON a TO PUBLIC")
    put(manager, "a", FRAME[:1])
    assert query("SELECT * FROM seen") == [(3,)]
    assert query(
        "SELECT grantee FROM information_schema.table_privileges WHERE grantee = 'PUBLIC'"
        " AND table_name = 'a'"
    ) == [("PUBLIC",)]


def test_table_that_a_view_needs_is_not_dropped(manager: SQLIOManager, query: Any) -> None:
    """When its columns change, the error says what is in the way, and the old value stays."""
    put(manager, "a", FRAME)
    query("CREATE VIEW seen AS SELECT delay FROM a")
    with pytest.raises(StorageError, match="other objects depend on it"):
        put(manager, "a", pl.DataFrame({"other": [1]}))
    assert get(manager, "a").equals(FRAME)


@pytest.mark.parametrize("made", ["TABLE", "VIEW"])
def test_table_of_another_program_is_loaded(manager: SQLIOManager, query: Any, made: str) -> None:
    """As what its reader declares; types that Arrow lacks are text."""
    query(
        f"CREATE {made} flights AS SELECT 1 AS n, 1.5::numeric AS d, 2.25::numeric(5, 2) AS e,"
        " 'x'::varchar(5) AS v, '{1,2}'::int[] AS l,"
        " '2013-01-01 00:00Z'::timestamptz AS t, true AS b, NULL::uuid AS u"
    )
    frame = get(manager, "flights")
    assert frame.select("n", "d", "v", "l", "b", "u").row(0) == (1, 1.5, "x", "{1,2}", True, None)
    assert frame.schema["e"] == pl.Decimal(5, 2)
    assert type(get(manager, "flights", python_type=pd.DataFrame)) is pd.DataFrame
    assert get(manager, "flights", metadata={"columns": ["b", "n"]}).row(0) == (True, 1)


def test_user_without_the_right_to_make_anything_may_use_what_is_there(
    manager: SQLIOManager, query: Any, database: str
) -> None:
    """Neither loading nor replacing needs more than the tables' privileges."""
    put(manager, ["shop", "a"], FRAME)
    query("CREATE ROLE clerk_of_this_test LOGIN")
    query("GRANT USAGE ON SCHEMA shop TO clerk_of_this_test")
    query('GRANT SELECT, INSERT, DELETE ON shop.a, "holdfast$tables" TO clerk_of_this_test')
    clerk = sql_io_manager(CONTEXT, url=database.replace("tester@", "clerk_of_this_test@"))
    put(clerk, ["shop", "a"], FRAME[:1])
    assert get(clerk, ["shop", "a"]).equals(FRAME[:1])
    with pytest.raises(StorageError, match="permission denied"):
        put(clerk, ["new", "a"], FRAME)


def test_text_that_postgresql_cannot_hold_is_an_error(manager: SQLIOManager) -> None:
    """A null character is refused, and the old value stays."""
    put(manager, "a", FRAME)
    with pytest.raises(StorageError, match=r"Asset 'a' cannot be stored .*0x00"):
        put(manager, "a", pl.DataFrame({"carrier": ["\0"], "delay": [1]}))
    assert get(manager, "a").equals(FRAME)


@pytest.mark.parametrize("days", [-719_163, 2_932_897])
@pytest.mark.parametrize("kind", [pa.date32(), pa.timestamp("s"), pa.timestamp("s", "UTC")], ids=str)
def test_years_that_text_cannot_say_are_refused(manager: SQLIOManager, days: int, kind: Any) -> None:
    """Before the year 1 and after 9999."""
    number = days if pa.types.is_date(kind) else days * 86_400
    with pytest.raises(StorageError, match="column 't' has a year before 1 or after 9999"):
        put(manager, "a", pa.table({"t": pa.array([0, None, number], kind)}))


def test_column_of_the_plugin_is_refused(manager: SQLIOManager) -> None:
    """The order of the rows has a column of its own."""
    with pytest.raises(StorageError, match="another column that the database calls '_holdfast_row' too"):
        put(manager, "a", pl.DataFrame({"_holdfast_row": [1]}))


def test_long_text_is_kept(manager: SQLIOManager) -> None:
    """A value of some megabytes is one like any other."""
    frame = pl.DataFrame({"a": ["x" * 5_000_000, "\n", None]})
    put(manager, "a", frame)
    assert get(manager, "a").equals(frame)


@pytest.mark.parametrize(
    "values",
    [pa.array([[1]]), pa.array([{"a": 1}]), pa.nulls(1, pa.float16())],
    ids=lambda values: str(values.type),
)
def test_nested_values_are_refused(manager: SQLIOManager, values: Any) -> None:
    """The error says the column, its type and what can be kept."""
    with pytest.raises(StorageError, match=r"column 'bad' is .* cannot be kept here\. Booleans, numbers"):
        put(manager, "a", pa.table({"bad": values}))


def test_reader_that_is_in_the_middle_sees_the_old_table(manager: SQLIOManager, database: str) -> None:
    """A writer that changes the columns waits for it, and one that does not goes on."""
    put(manager, "a", FRAME)
    with psycopg.connect(database) as reader:
        reader.execute("SELECT * FROM a").fetchall()
        put(manager, "a", FRAME[:1])
        writer = threading.Thread(target=put, args=(manager, "a", pl.DataFrame({"other": [1]})))
        writer.start()
        writer.join(0.2)
        assert writer.is_alive()
        assert reader.execute("SELECT count(*) FROM a").fetchone() == (1,)
    writer.join()
    assert get(manager, "a").columns == ["other"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_forked_child_has_connections_of_its_own(manager: SQLIOManager) -> None:
    """It uses the IO manager that it inherits, and so does its parent afterwards."""
    put(manager, "a", FRAME.to_arrow())
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=_store_arrow, args=(manager, str(n))) for n in range(3)]
    for child in children:
        child.start()
    put(manager, "b", FRAME)
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0] * 3
    assert [get(manager, ["child", str(n)]).num_rows for n in range(3)] == [1] * 3


def _store_arrow(manager: SQLIOManager, name: str) -> None:
    put(manager, ["child", name], pa.table({"n": [1]}))  # polars does not survive forks
