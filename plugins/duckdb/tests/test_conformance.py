"""The plugin is proven: the IO manager of a file."""

from __future__ import annotations

import pytest

from holdfast.conformance import IOManagerConformance


class TestDuckDB(IOManagerConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "duckdb"
