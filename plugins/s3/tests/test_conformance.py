"""The plugin is proven: the IO manager and the observer, on an S3 server."""

from __future__ import annotations

import pytest

from holdfast.conformance import IOManagerConformance, ObserverConformance

pytestmark = pytest.mark.usefixtures("s3_server")


class TestObjects(IOManagerConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "s3"


class TestObserver(ObserverConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "s3"
