"""The plugin is proven: the event store in a file."""

from __future__ import annotations

import pytest

from holdfast.conformance import EventStoreConformance


class TestSQLite(EventStoreConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "sqlite"
