"""The plugin is proven: the observer, on a web server."""

from __future__ import annotations

import pytest

from holdfast.conformance import ObserverConformance


class TestHttp(ObserverConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "http"
