"""The plugin is proven: all of it on a PostgreSQL server, the observer on an SQLite file too."""

from __future__ import annotations

import psycopg
import pytest

from holdfast.conformance import EventStoreConformance, IOManagerConformance, ObserverConformance
from holdfast.conformance.trials import ObserverTrial
from holdfast_sql.conformance import queries_of


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
        def execute(statement: str) -> None:
            with psycopg.connect(database) as connection:
                connection.execute(statement)

        return queries_of(database, execute)


class TestQueriesOfSQLite(ObserverConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "sql"
