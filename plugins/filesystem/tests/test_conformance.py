"""The plugin is proven: the IO manager and the observer of files."""

from __future__ import annotations

import pytest

from holdfast.conformance import IOManagerConformance, ObserverConformance


class TestFilesystem(IOManagerConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "filesystem"


class TestFile(ObserverConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "file"
