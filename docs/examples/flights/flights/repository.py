"""The repository: every asset in its group, with the resources they use, and the jobs."""

from __future__ import annotations

from typing import Any

from flights.assets import cleaned, joined, model, report, sources, statistics
from flights.storage import csv_tables, documents, nycflights13
from holdfast import define_asset_job, load_assets_from_modules, repository, with_resources


@repository
def new_york_flights() -> list[Any]:
    """Delays of the flights that left New York in 2013."""
    assets = [
        *load_assets_from_modules([sources], group_name="sources"),
        *load_assets_from_modules([cleaned], group_name="cleaned"),
        *load_assets_from_modules([joined], group_name="joined"),
        *load_assets_from_modules([statistics, model, report], group_name="analysis"),
    ]
    resources = {"csv_tables": csv_tables, "documents": documents, "nycflights13": nycflights13}
    return [
        *with_resources(assets, resources),
        define_asset_job(
            "statistics",
            selection="*delays_by_carrier or *delays_by_route",
            description="Delays by carrier and by route, from the tables of the package on.",
        ),
        define_asset_job(
            "refit",
            selection="arrival_delay_model*",
            description="The model and all that follows from it, from the stored joins.",
        ),
    ]
