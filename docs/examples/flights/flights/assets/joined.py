"""Flights with what they met: the weather when they left, and the plane that flew them."""

from __future__ import annotations

import polars as pl

from holdfast import AssetIn, Output, asset


@asset(
    ins={
        "flights": AssetIn(
            metadata={"columns": ["origin", "time_hour", "day", "hour", "carrier", "arr_delay"]},
        ),
    },
    compute_kind="polars",
)
def flights_with_weather(flights: pl.DataFrame, weather: pl.DataFrame) -> Output[pl.DataFrame]:
    """Flights with the weather at their airport in the hour they were to leave.

    The weather ends on 30 December and has gaps, so some flights have none.
    """
    table = flights.join(weather, on=["origin", "time_hour"], how="left", validate="m:1")
    without = flights.join(weather, on=["origin", "time_hour"], how="anti").height
    return Output(table, metadata={"flights_without_weather": without})


@asset(
    ins={
        "flights": AssetIn(metadata={"columns": ["year", "carrier", "tailnum", "arr_delay"]}),
        "planes": AssetIn(metadata={"columns": ["tailnum", "built", "manufacturer", "seats"]}),
    },
    compute_kind="polars",
)
def flights_with_planes(flights: pl.DataFrame, planes: pl.DataFrame) -> Output[pl.DataFrame]:
    """Flights with the plane that flew them and its age in years.

    Two carriers, American and Envoy, report fleet numbers where others report tail numbers, so that most of
    their planes stay unknown.
    """
    table = flights.join(planes, on="tailnum", how="left", validate="m:1")
    unknown = flights.join(planes, on="tailnum", how="anti").height
    return Output(
        table.with_columns(plane_age=pl.col("year") - pl.col("built")),
        metadata={"flights_with_unknown_plane": unknown},
    )
