"""The plugin is proven: the executor, by the fastest and the plainest way to start workers."""

from __future__ import annotations

import pytest

from holdfast.conformance import ExecutorConformance, Trial


class TestMultiprocess(ExecutorConformance):
    @pytest.fixture(params=["fork", "spawn"])
    def subject(self, request: pytest.FixtureRequest) -> Trial:
        return Trial(use="multiprocess", options={"max_workers": 2, "start_method": request.param})
