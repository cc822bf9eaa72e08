"""What the kernel brings itself is proven like any plugin."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from holdfast import (
    AllPartitionMapping,
    DimensionMapping,
    IdentityPartitionMapping,
    LastPartitionMapping,
    MultiPartitionMapping,
    MultiPartitionsDefinition,
    MultiToSingleDimensionPartitionMapping,
    SpecificPartitionsPartitionMapping,
    StaticPartitionMapping,
    StaticPartitionsDefinition,
    TimeWindowPartitionMapping,
    TimeWindowPartitionsDefinition,
)
from holdfast.conformance import (
    EventStoreConformance,
    ExecutorConformance,
    FormatConformance,
    IOManagerConformance,
    LoaderConformance,
    MappingTrial,
    PartitionMappingConformance,
)

NOW = datetime(2021, 5, 17)
LETTERS = StaticPartitionsDefinition(list("abcdef"))
DAYS = TimeWindowPartitionsDefinition("2021-03-13", "%Y-%m-%d", cron_schedule="0 0 * * *").as_of(NOW)
WEEKS = TimeWindowPartitionsDefinition("2021-03-07", "%Y-%m-%d", cron_schedule="0 0 * * 0").as_of(NOW)
HOURS = TimeWindowPartitionsDefinition(
    "2021-03-12-00:00", "%Y-%m-%d-%H:%M", timezone="America/New_York", cron_schedule="0 * * * *"
).as_of(datetime(2021, 3, 16))
GRID = MultiPartitionsDefinition({"day": DAYS.as_of(datetime(2021, 3, 18)), "letter": LETTERS})
TABLE = {"a": ["a", "b"], "b": "c", "c": ["a", "f"]}


class TestMemory(IOManagerConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "memory"


class TestMemoryStore(EventStoreConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "memory"


class TestPickle(FormatConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "pickle"


class TestInProcess(ExecutorConformance):
    @pytest.fixture
    def subject(self) -> str:
        return "in_process"


class TestLoaders(LoaderConformance):
    @pytest.fixture(params=["module", "package"])
    def subject(self, request: pytest.FixtureRequest) -> Any:
        return request.param


def by_dimension(_directory: Path) -> MultiPartitionMapping:
    return MultiPartitionMapping(
        {
            "day": DimensionMapping("day", TimeWindowPartitionMapping(-1, 0)),
            "letter": DimensionMapping("letter", StaticPartitionMapping(TABLE)),
        }
    )


MAPPINGS = {
    "identity": MappingTrial(
        use=lambda _directory: IdentityPartitionMapping(),
        pairs=[(LETTERS, LETTERS), (DAYS, DAYS), (GRID, GRID)],
        refused=[(LETTERS, None)],
    ),
    "all": MappingTrial(use=lambda _: AllPartitionMapping(), pairs=[(LETTERS, DAYS), (DAYS, LETTERS)]),
    "last": MappingTrial(use=lambda _: LastPartitionMapping(), pairs=[(LETTERS, DAYS), (DAYS, LETTERS)]),
    "specific": MappingTrial(
        use=lambda _directory: SpecificPartitionsPartitionMapping(["b", "d"]),
        pairs=[(LETTERS, DAYS)],
        refused=[(DAYS, LETTERS)],
    ),
    "static": MappingTrial(
        use=lambda _directory: StaticPartitionMapping(TABLE),
        pairs=[(LETTERS, LETTERS)],
        refused=[(DAYS, LETTERS), (LETTERS, None)],
    ),
    "windows": MappingTrial(
        use=lambda _directory: TimeWindowPartitionMapping(-1, 0),
        pairs=[(DAYS, WEEKS), (WEEKS, DAYS), (DAYS, DAYS), (HOURS, DAYS)],
        refused=[(DAYS, LETTERS), (LETTERS, DAYS), (DAYS, None)],
    ),
    "one dimension": MappingTrial(
        use=lambda _directory: MultiToSingleDimensionPartitionMapping("letter"),
        pairs=[(GRID, LETTERS), (LETTERS, GRID)],
        refused=[(LETTERS, DAYS)],
    ),
    "dimensions": MappingTrial(use=by_dimension, pairs=[(GRID, GRID)], refused=[(LETTERS, LETTERS)]),
}


class TestMappings(PartitionMappingConformance):
    @pytest.fixture(params=MAPPINGS.values(), ids=MAPPINGS)
    def subject(self, request: pytest.FixtureRequest) -> Any:
        return request.param
