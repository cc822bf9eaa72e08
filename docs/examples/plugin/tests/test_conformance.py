"""The plugin is proven."""

import pytest
from holdfast.conformance import IOManagerConformance


class TestAttic(IOManagerConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "attic"
