"""The assets, from the tables of the package to statistics of the year."""

from __future__ import annotations

import polars as pl

from flights_by_day.partitions import NEW_YORK, carriers_by_month, days, hours, months, weeks
from flights_by_day.tables import read_table, split
from holdfast import AssetIn, LastPartitionMapping, MultiPartitionKey, OpExecutionContext, asset

LATE = 15
"""A flight counts as late from so many minutes on, as the Department of Transportation has it."""

TOGETHER = {"holdfast/partitions": "together"}
"""The tag of a computation that makes all its partitions in one call: here, as it reads a whole file."""


@asset(partitions_def=days, op_tags=TOGETHER, group_name="raw", compute_kind="polars")
def scheduled(context: OpExecutionContext) -> dict[str, pl.DataFrame] | pl.DataFrame:
    """Every flight that was to leave, by the day in New York."""
    day = pl.col("time_hour").dt.convert_time_zone(NEW_YORK).dt.strftime("%Y-%m-%d")
    return split(
        read_table("flights").with_columns(key=day), context.asset_partition_keys_for_output(), "key"
    )


@asset(partitions_def=hours, op_tags=TOGETHER, group_name="raw", compute_kind="polars")
def weather(context: OpExecutionContext) -> dict[str, pl.DataFrame] | pl.DataFrame:
    """The weather at the three airports by hour, in SI units. The data has gaps, and ends on 30 December."""
    keys = context.asset_partition_keys_for_output()
    definition = context.asset_partitions_def_for_output()
    starts = pl.DataFrame({"key": keys, "time_hour": [definition.time_window(key).start for key in keys]})
    table = read_table("weather").select(
        "origin",
        "time_hour",
        temperature_c=(pl.col("temp") - 32) * (5 / 9),
        precipitation_mm=pl.col("precip") * 25.4,
    )
    starts = starts.with_columns(
        pl.col("time_hour").dt.convert_time_zone("UTC").cast(table.schema["time_hour"])
    )
    return split(table.join(starts, on="time_hour"), keys, "key")


@asset(partitions_def=days, group_name="cleaned", compute_kind="polars")
def flights(scheduled: pl.DataFrame) -> pl.DataFrame:
    """Flights that arrived. One that was cancelled or landed elsewhere has no arrival delay."""
    return scheduled.drop_nulls("arr_delay")


@asset(partitions_def=days, group_name="cleaned", compute_kind="polars")
def flights_with_weather(flights: pl.DataFrame, weather: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Flights with the weather at their airport in the hour they were to leave.

    The hours of a day are found by the default mapping between time windows: 24 as a rule, 23 or 25 on the
    days on which the clocks are set.
    """
    columns = ["origin", "time_hour", "carrier", "dest", "arr_delay"]
    return flights.select(columns).join(pl.concat(weather.values()), on=["origin", "time_hour"], how="left")


@asset(partitions_def=weeks, group_name="statistics", compute_kind="polars")
def weekly_delays(flights: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Arrivals, mean delay and share of late flights by carrier."""
    table = pl.concat(flights.values()).group_by("carrier")
    delay = pl.col("arr_delay")
    figures = table.agg(arrived=pl.len(), mean_delay=delay.mean(), late_share=(delay >= LATE).mean())
    return figures.sort("carrier")


@asset(partitions_def=months, group_name="statistics", compute_kind="polars")
def monthly_delays(flights: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Arrivals, minutes of delay and late flights by carrier and route: sums, which can be added up."""
    table = pl.concat(flights.values()).group_by("carrier", "origin", "dest")
    delay = pl.col("arr_delay")
    return table.agg(arrived=pl.len(), delay=delay.sum(), late=(delay >= LATE).sum()).sort(
        "carrier", "origin", "dest"
    )


@asset(partitions_def=carriers_by_month, group_name="statistics", compute_kind="polars")
def carrier_routes(context: OpExecutionContext, monthly_delays: pl.DataFrame) -> pl.DataFrame:
    """The routes of a carrier in a month, the slowest first."""
    key = context.partition_key
    assert isinstance(key, MultiPartitionKey)
    own = monthly_delays.filter(pl.col("carrier") == key.keys_by_dimension["carrier"])
    routes = own.select("origin", "dest", "arrived", mean_delay=pl.col("delay") / pl.col("arrived"))
    return routes.sort("mean_delay", descending=True)


@asset(group_name="year", compute_kind="polars")
def delays_of_the_year(monthly_delays: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Arrivals, mean delay and share of late flights by carrier, the most punctual first: of all months."""
    table = pl.concat(monthly_delays.values()).group_by("carrier")
    sums = table.agg(pl.col("arrived", "delay", "late").sum())
    per_flight = {"mean_delay": pl.col("delay"), "late_share": pl.col("late")}
    shares = {name: column / pl.col("arrived") for name, column in per_flight.items()}
    return sums.select("carrier", "arrived", **shares).sort("mean_delay")


@asset(
    ins={"flights_with_weather": AssetIn(partition_mapping=LastPartitionMapping())},
    group_name="year",
    compute_kind="markdown",
)
def latest_day(flights_with_weather: pl.DataFrame) -> str:
    """What became of the flights of the last day there is, in Markdown."""
    start = flights_with_weather["time_hour"].min()
    assert start is not None
    delays = flights_with_weather.group_by("origin").agg(pl.len(), pl.col("arr_delay").mean()).sort("origin")
    without = flights_with_weather["temperature_c"].null_count()
    lines = [
        f"- {origin}: {count} flights arrived {delay:.1f} minutes late"
        for origin, count, delay in delays.rows()
    ]
    return "\n".join(
        [f"# Flights that left on {start:%d %B %Y}", "", *lines, "", f"{without} of them without weather."]
    )
