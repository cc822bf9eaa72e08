"""The plugin is proven: all of it on a PostgreSQL server, the observer on an SQLite file too."""

from __future__ import annotations

import itertools

import psycopg
import pytest

from holdfast.conformance import EventStoreConformance, IOManagerConformance, ObserverConformance
from holdfast.conformance.trials import ObservedSource, ObserverTrial


@pytest.mark.usefixtures("postgres")
class TestTables(IOManagerConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "sql"


@pytest.mark.usefixtures("postgres")
class TestEvents(EventStoreConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "sql"


class TestQueries(ObserverConformance):
    @pytest.fixture
    def subject(self, database: str) -> ObserverTrial:
        numbers = itertools.count()

        def execute(statement: str) -> None:
            with psycopg.connect(database) as connection:
                connection.execute(statement)

        def source() -> ObservedSource:
            table = f"orders_{next(numbers)}"
            execute(f"CREATE TABLE {table} (id SERIAL, pieces INTEGER)")
            return ObservedSource(
                {"query": f"SELECT count(*), max(id) FROM {table}"},
                lambda: execute(f"INSERT INTO {table} (pieces) VALUES (1)"),
                lambda: execute(f"DROP TABLE {table}"),
            )

        return ObserverTrial(use="sql", options={"url": database}, source=source)


class TestQueriesOfSQLite(ObserverConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "sql"
