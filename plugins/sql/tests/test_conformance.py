"""The plugin is proven: the IO manager and the event store, on a PostgreSQL server."""

from __future__ import annotations

import pytest

from holdfast.conformance import EventStoreConformance, IOManagerConformance

pytestmark = pytest.mark.usefixtures("postgres")


class TestTables(IOManagerConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "sql"


class TestEvents(EventStoreConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "sql"
