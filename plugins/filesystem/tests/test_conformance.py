"""The plugin is proven: the IO manager, the formats to read, and the observers of files."""

from __future__ import annotations

import pytest

from holdfast.conformance import FormatConformance, IOManagerConformance, ObserverConformance


class TestFilesystem(IOManagerConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "filesystem"


class TestText(FormatConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "text"


class TestJson(FormatConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "json"


class TestFile(ObserverConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "file"


class TestFileHash(ObserverConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "file_hash"
