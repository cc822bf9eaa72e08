"""The plugin is proven: the format of tables."""

from __future__ import annotations

import pytest

from holdfast.conformance import FormatConformance


class TestParquet(FormatConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "parquet"
