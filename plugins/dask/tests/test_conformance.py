"""The plugin is proven: the executor, on a cluster of its own and on one that is there already."""

from __future__ import annotations

import pytest

from holdfast.conformance import ExecutorConformance, Trial
from holdfast_dask.cluster import LocalProcesses


class TestDask(ExecutorConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "dask"


class TestDaskElsewhere(ExecutorConformance):
    @pytest.fixture
    def subject(self, cluster: LocalProcesses) -> Trial:
        return Trial(use="dask", options={"address": cluster.address})
