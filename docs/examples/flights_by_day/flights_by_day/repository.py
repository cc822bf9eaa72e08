"""The repository: every asset of the module, by group."""

from __future__ import annotations

from typing import Any

from flights_by_day import assets
from holdfast import load_assets_from_modules, repository


@repository
def new_york_by_day() -> list[Any]:
    """Delays of the flights that left New York in 2013, day by day."""
    return [load_assets_from_modules([assets])]
