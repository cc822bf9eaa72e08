"""The file of the SQLite event store: where it is, what is in it, and what is said when it cannot be used."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import holdfast_sqlite
from holdfast.errors import RunNotFoundError, SettingsError, StorageError
from holdfast.events import Event, EventType, RunStartData
from holdfast.formats import Formats
from holdfast.keys import AssetKey
from holdfast.provisions import PluginContext
from holdfast.reports import AssetMaterialization
from holdfast.versions import LOGICAL_VERSION
from holdfast_sqlite.store import SQLiteEventStore

ORDERS = AssetKey(["shop", "orders"])
EVENTS = [
    Event(EventType.RUN_START, "r", 1.0, data=RunStartData("nightly")),
    Event(
        EventType.ASSET_MATERIALIZATION, "r", 2.0, "s", ORDERS, AssetMaterialization(ORDERS, None, None, "p")
    ),
    Event(EventType.RUN_SUCCESS, "r", 3.0),
]


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., SQLiteEventStore]:
    context = PluginContext(tmp_path / "repository", tmp_path / "storage", Formats())
    return lambda **options: SQLiteEventStore(context, **options)


def query(file: Path, text: str) -> list[Any]:
    with sqlite3.connect(file) as connection:
        rows = connection.execute(text).fetchall()
    connection.close()
    return rows


def test_hook() -> None:
    """The plugin provides one event store, and the record names its factory."""
    (record,) = holdfast_sqlite.holdfast_event_stores()
    module, _, attribute = record.factory.partition(":")
    assert record.name == "sqlite"
    assert getattr(sys.modules[module], attribute) is SQLiteEventStore


def test_light_import() -> None:
    """Importing the hooks imports neither sqlite3 nor the store."""
    code = "import sys, holdfast_sqlite; print({'sqlite3', 'holdfast_sqlite.store'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


def test_default_place(make: Callable[..., SQLiteEventStore], tmp_path: Path) -> None:
    """Without a path, the file is in the instance's storage, which is made when missing."""
    make().append(EVENTS)
    assert (tmp_path / "storage" / "events.db").is_file()


def test_relative_place(make: Callable[..., SQLiteEventStore], tmp_path: Path) -> None:
    """A relative path starts at the repository, wherever the process is."""
    make(path="records/ü s.db").append(EVENTS)
    assert (tmp_path / "repository" / "records" / "ü s.db").is_file()


def test_nothing_until_used(make: Callable[..., SQLiteEventStore], tmp_path: Path) -> None:
    """Making a store touches no disk."""
    make().close()
    assert list(tmp_path.iterdir()) == []


def test_kept(make: Callable[..., SQLiteEventStore]) -> None:
    """Another store on the same file finds everything, a moment or a year later."""
    first = make()
    first.append(EVENTS)
    first.close()
    assert list(make().events("r")) == EVENTS
    assert make().run("r").ended == 3.0


def test_usable_after_close(make: Callable[..., SQLiteEventStore]) -> None:
    """A closed store opens its file again when it is asked something."""
    store = make()
    store.append(EVENTS)
    store.close()
    assert len(store.events("r")) == 3


def test_tables(make: Callable[..., SQLiteEventStore], tmp_path: Path) -> None:
    """The file can be asked by hand, as the README shows."""
    store = make()
    store.append(EVENTS)
    store.close()
    file = tmp_path / "storage" / "events.db"
    runs = query(file, "SELECT run_id, status, ended, json_extract(about, '$.job_name') FROM runs")
    assert runs == [("r", "SUCCESS", 3.0, "nightly")]
    partitions = query(file, "SELECT partition FROM events WHERE asset_key = json_array('shop', 'orders')")
    assert partitions == [("p",)]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"synchronous": "ful"}, "synchronous is 'normal' or 'full', not 'ful'. Did you mean 'full'?"),
        ({"timeout": "3"}, "timeout is a number of seconds, not '3'."),
        ({"timeout": -1}, "timeout is a number of seconds, not -1."),
        ({"path": 3}, "path is the path of a file, not 3."),
    ],
)
def test_wrong_options(make: Callable[..., SQLiteEventStore], options: dict[str, Any], problem: str) -> None:
    """An option without a valid value is a settings error that names it."""
    with pytest.raises(SettingsError) as caught:
        make(**options)
    assert str(caught.value).endswith(f"[event_store] {problem}")


@pytest.mark.parametrize(("synchronous", "level"), [("normal", 1), ("full", 2)])
def test_synchronous(make: Callable[..., SQLiteEventStore], synchronous: str, level: int) -> None:
    """The option decides what SQLite syncs, in write-ahead mode."""
    with make(synchronous=synchronous).database.connection() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (level,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_timeout(make: Callable[..., SQLiteEventStore]) -> None:
    """The option is the time that SQLite waits for other writers."""
    with make(timeout=1.5).database.connection() as connection:
        assert connection.execute("PRAGMA busy_timeout").fetchone() == (1500,)


@pytest.mark.parametrize("content", [b"hello", b"\0" * 5000, b"some text\n" * 1000])
def test_no_database(make: Callable[..., SQLiteEventStore], tmp_path: Path, content: bytes) -> None:
    """A file that is no database is an error that names it and the fix, and stays as it is."""
    file = tmp_path / "notes.txt"
    file.write_bytes(content)
    with pytest.raises(StorageError, match=r"notes\.txt: .* Move it away, or set another path"):
        make(path=file).append(EVENTS)
    assert file.read_bytes() == content


def test_database_of_another(make: Callable[..., SQLiteEventStore], tmp_path: Path) -> None:
    """A database of another application is refused and stays as it is."""
    file = tmp_path / "cookies.db"
    query(file, "CREATE TABLE cookies (name)")
    before = file.read_bytes()
    with pytest.raises(StorageError, match=r"cookies\.db: it is a SQLite database of something else"):
        make(path=file).runs()
    assert file.read_bytes() == before


def test_newer_schema(make: Callable[..., SQLiteEventStore], tmp_path: Path) -> None:
    """A file that a newer version wrote is refused with the upgrade to do."""
    make().append(EVENTS)
    query(tmp_path / "storage" / "events.db", "PRAGMA user_version = 5")
    with pytest.raises(StorageError, match=r"schema 5, this one knows 4.*pip install --upgrade"):
        make().runs()


def test_older_schema(make: Callable[..., SQLiteEventStore], tmp_path: Path) -> None:
    """A file that an older version wrote keeps its events and gets what it lacks."""
    make().append(EVENTS)
    file = tmp_path / "storage" / "events.db"
    query(file, "DROP INDEX observations")
    query(file, "DROP TABLE partitions")
    query(file, "DROP TABLE dynamic_partitions")
    query(file, "PRAGMA user_version = 1")
    assert len(make().events("r")) == 3
    assert query(file, "SELECT count(*) FROM sqlite_master WHERE name = 'observations'") == [(1,)]
    make().add_dynamic_partitions("customers", ["ann"])
    assert list(make().dynamic_partition_keys("customers")) == ["ann"]
    assert query(file, "PRAGMA user_version") == [(4,)]


def test_partitions_of_an_older_schema(make: Callable[..., SQLiteEventStore], tmp_path: Path) -> None:
    """What was made of each partition last is found in its events."""
    tags = {LOGICAL_VERSION: "v"}
    for run, partition in (("r1", "p"), ("r2", "p"), ("r1", "q")):
        data = AssetMaterialization(ORDERS, partition=partition, tags=tags)
        make().append([Event(EventType.ASSET_MATERIALIZATION, run, 2.0, "s", ORDERS, data)])
    known = make().partitions(ORDERS)
    file = tmp_path / "storage" / "events.db"
    query(file, "DROP TABLE partitions")
    query(file, "DROP TABLE dynamic_partitions")
    query(file, "PRAGMA user_version = 2")
    assert make().partitions(ORDERS) == known
    assert {key: (record.made_by, record.version) for key, record in known.items()} == {
        "p": ("r2", "v"),
        "q": ("r1", "v"),
    }


def test_damaged(make: Callable[..., SQLiteEventStore], tmp_path: Path) -> None:
    """A file damaged in the middle is an error that names it and the fix."""
    store = make()
    store.append(EVENTS)
    store.close()
    file = tmp_path / "storage" / "events.db"
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(StorageError, match=r"events\.db: .*malformed.* Restore it"):
        make().events("r")


def test_directory_is_a_file(make: Callable[..., SQLiteEventStore], tmp_path: Path) -> None:
    """A directory that cannot be made is an error that says so."""
    (tmp_path / "data").touch()
    with pytest.raises(StorageError, match=r"its directory cannot be made \(.*set another path"):
        make(path=tmp_path / "data" / "events.db").append(EVENTS)


def test_file_is_a_directory(make: Callable[..., SQLiteEventStore], tmp_path: Path) -> None:
    """A path that is a directory is an error that names it."""
    with pytest.raises(StorageError, match=r"unable to open database file.*set another path"):
        make(path=tmp_path).append(EVENTS)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="only Linux has a directory that not even root writes")
def test_directory_not_writable(make: Callable[..., SQLiteEventStore]) -> None:
    """A directory that may not be written is an error with the fix."""
    with pytest.raises(StorageError, match=r"Make its directory writable"):
        make(path="/proc/events.db").append(EVENTS)


def test_kept_busy(make: Callable[..., SQLiteEventStore], tmp_path: Path) -> None:
    """Another process that writes for longer than the timeout is an error that says what to raise."""
    store = make(timeout=0.05)
    store.append(EVENTS)
    writer = sqlite3.connect(tmp_path / "storage" / "events.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="raise the event store's timeout"):
        store.append([Event(EventType.STEP_START, "r2", 1.0)])
    writer.close()
    with pytest.raises(RunNotFoundError):
        store.events("r2")


def test_made_while_locked(
    make: Callable[..., SQLiteEventStore], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that another process is just making is waited for."""
    maker = sqlite3.connect(tmp_path / "new.db", isolation_level=None)
    maker.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr("time.sleep", lambda seconds: maker.execute("ROLLBACK"))
    make(path=tmp_path / "new.db").append(EVENTS)
    maker.close()
    assert list(make(path=tmp_path / "new.db").events("r")) == EVENTS


def test_made_while_locked_for_long(make: Callable[..., SQLiteEventStore], tmp_path: Path) -> None:
    """A file that another process keeps locked is waited for no longer than the timeout."""
    maker = sqlite3.connect(tmp_path / "new.db", isolation_level=None)
    maker.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="raise the event store's timeout"):
        make(path=tmp_path / "new.db", timeout=0).append(EVENTS)
    maker.close()


def test_dropped_meanwhile(make: Callable[..., SQLiteEventStore]) -> None:
    """A store may be used and dropped while its thread is in the middle of using another."""
    with make().database.transaction():
        assert list(make(path="other.db").runs()) == []


@pytest.mark.parametrize("place", ["run_id", "step_key"])
def test_no_unicode(make: Callable[..., SQLiteEventStore], place: str) -> None:
    """Half a surrogate pair in a name is refused with the batch it is in."""
    bad = {"run_id": "r", "step_key": "s", place: "\ud800"}
    store = make()
    with pytest.raises(StorageError, match="no valid Unicode"):
        store.append([*EVENTS, Event(EventType.STEP_START, timestamp=1.0, **bad)])
    assert list(store.runs()) == []
