from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from holdfast.interfaces import LoadRequest
from holdfast_parquet.format import ParquetFormat

RoundTrip = Callable[..., Any]


@pytest.fixture
def round_trip() -> RoundTrip:
    """Stores a table and loads it for a reader who declares a type and perhaps columns."""

    def there_and_back(table: Any, python_type: Any = Any, **metadata: Any) -> Any:
        file = io.BytesIO()
        ParquetFormat().dump(table, file)
        return ParquetFormat().load(file, LoadRequest(python_type, metadata))

    return there_and_back
