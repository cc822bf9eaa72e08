"""How the IO manager is proven: by what is in the directory, and by what is in the file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from holdfast.conformance.trials import IOManagerTrial
from holdfast_duckdb.database import Database

__all__ = ["duckdb_tables"]

_PATH = "warehouse/assets.duckdb"
_TABLES = "SELECT schema_name, table_name FROM duckdb_tables()"
_SHAPES = 'SELECT table_schema, table_name, "partition" FROM "main"."holdfast$tables"'


def duckdb_tables(directory: Path) -> IOManagerTrial:
    """Return the trial of the IO manager ``duckdb``, with a file in a directory."""
    return IOManagerTrial(use="duckdb", options={"path": _PATH}, contents=partial(_contents, directory))


def _contents(directory: Path) -> Iterator[str]:
    """Yield the files in a directory, the tables of the database, and of what it keeps the shape."""
    for file in directory.rglob("*"):
        if file.is_file():
            yield file.relative_to(directory).as_posix()
    if (directory / _PATH).exists():
        with Database(directory / _PATH, 10.0).reading() as connection:
            for query in (_TABLES, _SHAPES):
                yield from map(str, connection.execute(query).fetchall())
