"""Source assets observed by a query: in PostgreSQL, and in an SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

import holdfast_sql
from holdfast.environment import environment_value
from holdfast.errors import InvalidDefinitionError, SettingsError, StorageError
from holdfast.formats import Formats
from holdfast.interfaces import ObserveContext
from holdfast.keys import AssetKey
from holdfast.metadata import MetadataValue
from holdfast.provisions import PluginContext
from holdfast.versions import ObserveResult
from holdfast_sql.observer import SQLObserver

pytestmark = pytest.mark.xdist_group("postgres")

TABLE = "CREATE TABLE orders (id INTEGER PRIMARY KEY, pieces INTEGER)"
ROWS = "INSERT INTO orders VALUES (1, 30), (2, 40)"
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def observer(**options: Any) -> SQLObserver:
    directory = options.pop("directory", Path())
    return SQLObserver(PluginContext(directory, directory, Formats()), **options)


@pytest.fixture(params=["postgresql", "sqlite"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Callable[[str], None]]:
    """A database with two orders: its URL, and what changes it."""
    if request.param == "postgresql":
        url = request.getfixturevalue("database")

        def execute(statement: str) -> None:
            with psycopg.connect(url) as connection:
                connection.execute(statement)

    else:
        url = f"sqlite:///{tmp_path / 'shop.db'}"

        def execute(statement: str) -> None:
            with closing(sqlite3.connect(tmp_path / "shop.db")) as connection, connection:
                connection.execute(statement)

    execute(TABLE)
    execute(ROWS)
    return url, execute


@pytest.fixture
def look(shop: Any) -> Callable[..., ObserveResult]:
    """Observes a query in that database."""

    def look(query: Any, **options: Any) -> ObserveResult:
        context = ObserveContext(AssetKey("raw"), {"query": query})
        return observer(url=shop[0], **options).observe(context)

    return look


def test_the_hook_names_the_observer() -> None:
    """The plugin provides the observer `sql`."""
    (record,) = holdfast_sql.holdfast_observers()
    assert (record.name, record.factory) == ("sql", "holdfast_sql.observer:SQLObserver")


def test_the_only_value_is_the_version(look: Any) -> None:
    """It can be read, and compared with the database."""
    query = "SELECT max(id) FROM orders"
    seen = look(query)
    assert seen.logical_version.value == "2"
    assert seen.metadata == {
        "query": MetadataValue.text(query),
        "rows": MetadataValue.int(1),
        "first_value": MetadataValue.int(2),
    }


@pytest.mark.parametrize(
    "query", ["SELECT id, pieces FROM orders", "SELECT min(id), max(pieces) FROM orders"]
)
def test_of_several_values_a_digest_is_the_version(shop: Any, look: Any, query: str) -> None:
    """Another one once a value is another."""
    before = look(query).logical_version.value
    assert before.startswith("sha256-")
    shop[1]("UPDATE orders SET pieces = 41 WHERE id = 2")
    assert look(query).logical_version.value != before


def test_the_order_of_rows_does_not_count(look: Any) -> None:
    """As databases give them in any."""
    up, down = (look(f"SELECT * FROM orders ORDER BY id {way}") for way in ("ASC", "DESC"))
    assert up.logical_version == down.logical_version


def test_values_stay_apart(look: Any) -> None:
    """What stands in one column does not count for another, and a number is no text."""
    queries = ["SELECT 'ab', 'c'", "SELECT 'a', 'bc'", "SELECT 1, 2", "SELECT 1, '2'", "SELECT NULL, 2"]
    assert len({look(query).logical_version for query in queries}) == len(queries)


def test_no_rows_are_a_version(look: Any) -> None:
    """A query may find nothing."""
    seen = look("SELECT id FROM orders WHERE id > 5")
    assert seen.logical_version.value.startswith("sha256-")
    assert seen.metadata["rows"].value == 0


def test_a_long_value_has_a_digest(look: Any) -> None:
    """It is not kept with all that is made of it."""
    assert look(f"SELECT '{'x' * 500}'").logical_version.value.startswith("sha256-")


def test_null_has_a_version(look: Any) -> None:
    """Such as the newest of nothing."""
    assert look("SELECT max(id) FROM orders WHERE id > 5").logical_version.value.startswith("sha256-")


def test_percent_signs_and_colons_stand_for_themselves(look: Any) -> None:
    """A query takes no parameters."""
    assert look("SELECT count(*) FROM orders WHERE '5%s :name' LIKE '5%'").logical_version.value == "2"


def test_too_many_rows_are_an_error(look: Any) -> None:
    """It says what to do."""
    with pytest.raises(StorageError, match=r"SourceAsset\('raw'\) .*more than 1 rows.*max_rows"):
        look("SELECT id FROM orders", max_rows=1)


def test_a_query_that_takes_too_long_is_an_error(look: Any) -> None:
    """It is ended where it runs."""
    with pytest.raises(StorageError, match=r"SourceAsset\('raw'\) cannot be observed.*(timeout|longer than)"):
        look(ENDLESS, timeout=0.3)


@pytest.mark.parametrize("statement", ["DELETE FROM orders", "DROP TABLE orders", "SELECT * FROM nothing"])
def test_what_is_no_query_is_an_error_and_changes_nothing(look: Any, statement: str) -> None:
    """The message has the source asset and what the database says."""
    with pytest.raises(StorageError, match=r"SourceAsset\('raw'\) cannot be observed: .*: .+"):
        look(statement)
    assert look("SELECT count(*) FROM orders").logical_version.value == "2"


@pytest.mark.parametrize("metadata", [{}, {"query": " "}, {"query": 7}])
def test_a_query_is_needed(metadata: dict[str, Any]) -> None:
    """A source asset without one is told what to give."""
    with pytest.raises(InvalidDefinitionError, match=r"SourceAsset\('raw'\).*metadata=\{'query'"):
        observer(url="sqlite:///shop.db").observe(ObserveContext(AssetKey("raw"), metadata))


def test_the_time_zone_of_a_session_does_not_count(database: str) -> None:
    """A moment has one version, wherever it is looked at."""
    context = ObserveContext(AssetKey("raw"), {"query": "SELECT TIMESTAMPTZ '2024-05-01 12:00+02'"})
    zones = [observer(url=f"{database}&options=-c%20timezone%3D{zone}") for zone in ("Asia/Tokyo", "UTC")]
    assert {each.observe(context).logical_version.value for each in zones} == {"2024-05-01 10:00:00+00:00"}


def test_the_path_of_a_file_starts_in_the_repository(tmp_path: Path) -> None:
    """As other paths in settings do; a file that is not there is not made."""
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.execute(TABLE)
    context = ObserveContext(AssetKey("raw"), {"query": "SELECT count(*) FROM orders"})
    seen = observer(url="sqlite:///shop.db", directory=tmp_path).observe(context)
    assert seen.logical_version.value == "0"
    with pytest.raises(StorageError, match=r"other\.db: unable to open"):
        observer(url="sqlite:///other.db", directory=tmp_path).observe(context)
    assert not (tmp_path / "other.db").exists()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"url": "mysql://h/d"}, r"\[url\] names 'mysql', and only PostgreSQL and SQLite"),
        ({"url": "sqlite://"}, r"\[url\] names no file"),
        ({"url": "postgresql://me:secret@h/d"}, r"\[url\] holds a password"),
        ({"url": "sqlite:///a.db", "timeout": 0}, r"\[timeout\] is a positive number of seconds"),
        ({"url": "sqlite:///a.db", "max_rows": 1.5}, r"\[max_rows\] is a positive number of rows"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], problem: str) -> None:
    """The message names the option, and no secret."""
    with pytest.raises(SettingsError, match=problem) as caught:
        observer(**options)
    assert "secret" not in str(caught.value)


def test_a_password_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where the server is not there."""
    monkeypatch.setenv("SHOP_DATABASE", "postgresql://me:secret@127.0.0.1:1/shop")
    context = ObserveContext(AssetKey("raw"), {"query": "SELECT 1"})
    with pytest.raises(StorageError, match=r"127\.0\.0\.1") as caught:
        observer(url=environment_value("SHOP_DATABASE")).observe(context)
    assert "secret" not in str(caught.value)
