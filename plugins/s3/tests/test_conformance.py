"""The plugin is proven: the IO manager and the observer, on an S3 server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from holdfast.conformance import IOManagerConformance, IOManagerTrial, ObserverConformance
from holdfast_s3.conformance import s3_objects

pytestmark = pytest.mark.usefixtures("s3_server")


class TestObjects(IOManagerConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "s3"


class TestObjectsWithoutTrust(IOManagerConformance):
    """By default no value is pickled: what no other format takes is refused."""

    @pytest.fixture
    def subject(self, tmp_path: Path) -> Iterator[IOManagerTrial]:
        types = ("builtins.str", "builtins.list", "builtins.dict", "polars.DataFrame", "pyarrow.Table")
        with s3_objects(tmp_path) as trial:
            yield attrs.evolve(trial, options={**trial.options, "trusted": False}, types=types)


class TestObserver(ObserverConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "s3"
