"""Delays by carrier, by route and by the age of the plane. Every delay is in minutes."""

from __future__ import annotations

import polars as pl

from holdfast import AssetIn, Output, asset

LATE = 15
"""A flight counts as late from so many minutes on, as the Department of Transportation has it."""

AGES = [5, 10, 15, 20]
"""Where one group of plane ages ends and the next begins, in years."""

AGE_LABELS = ["0 to 4", "5 to 9", "10 to 14", "15 to 19", "20 and more"]


@asset(
    ins={
        "flights": AssetIn(metadata={"columns": ["carrier", "arr_delay"]}),
        "interrupted_flights": AssetIn(metadata={"columns": ["carrier", "outcome"]}),
        "airlines": AssetIn(key_prefix="nycflights13"),
    },
    compute_kind="polars",
)
def delays_by_carrier(
    flights: pl.DataFrame, interrupted_flights: pl.DataFrame, airlines: pl.DataFrame
) -> pl.DataFrame:
    """Flights, cancellations, diversions and arrival delays of each carrier, the most punctual first."""
    arrived = flights.group_by("carrier").agg(
        arrived=pl.len(),
        mean_delay=pl.col("arr_delay").mean(),
        median_delay=pl.col("arr_delay").median(),
        late_share=(pl.col("arr_delay") >= LATE).mean(),
    )
    interrupted = interrupted_flights.group_by("carrier").agg(
        cancelled=(pl.col("outcome") == "cancelled").sum(),
        diverted=(pl.col("outcome") == "diverted").sum(),
    )
    return (
        airlines.join(arrived, on="carrier", how="left")
        .join(interrupted, on="carrier", how="left")
        .with_columns(pl.col("arrived", "cancelled", "diverted").fill_null(0))
        .sort("mean_delay", "carrier")
    )


@asset(
    ins={
        "flights": AssetIn(metadata={"columns": ["origin", "dest", "distance", "arr_delay"]}),
        "airports": AssetIn(key_prefix="nycflights13", metadata={"columns": ["faa", "name"]}),
    },
    compute_kind="polars",
)
def delays_by_route(flights: pl.DataFrame, airports: pl.DataFrame) -> Output[pl.DataFrame]:
    """Flights and arrival delays of each route, the most punctual first.

    Destinations outside of the table of airports go by their code.
    """
    names = airports.rename({"faa": "dest", "name": "destination"})
    routes = (
        flights.group_by("origin", "dest")
        .agg(
            arrived=pl.len(),
            distance_miles=pl.col("distance").first(),
            mean_delay=pl.col("arr_delay").mean(),
            late_share=(pl.col("arr_delay") >= LATE).mean(),
        )
        .join(names, on="dest", how="left")
        .sort("mean_delay", "origin", "dest")
    )
    unnamed = routes.filter(pl.col("destination").is_null())["dest"].unique().sort().to_list()
    return Output(
        routes.with_columns(pl.col("destination").fill_null(pl.col("dest"))),
        metadata={"routes": routes.height, "unnamed_destinations": unnamed},
    )


@asset(
    ins={"flights_with_planes": AssetIn(metadata={"columns": ["plane_age", "arr_delay"]})},
    compute_kind="polars",
)
def delays_by_plane_age(flights_with_planes: pl.DataFrame) -> pl.DataFrame:
    """Flights and mean arrival delay by the age of the plane in years, ``unknown`` for planes without one."""
    group = pl.col("plane_age").cut(AGES, labels=AGE_LABELS, left_closed=True)
    return (
        flights_with_planes.group_by(group.cast(pl.String).fill_null("unknown").alias("plane_age"))
        .agg(arrived=pl.len(), mean_delay=pl.col("arr_delay").mean(), youngest=pl.col("plane_age").min())
        .sort("youngest", nulls_last=True)
        .drop("youngest")
    )
