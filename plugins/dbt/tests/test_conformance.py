"""The loader is proven."""

from __future__ import annotations

import pytest

from holdfast.conformance import LoaderConformance


class TestDbt(LoaderConformance):
    @pytest.fixture
    def subject(self):
        return "dbt"
