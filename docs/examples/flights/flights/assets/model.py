"""A small model of arrival delay, fitted on most days of the year and checked on the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from holdfast import Output, asset

FEATURES = {
    "hour": "hour of the day",
    "precipitation_mm": "mm of precipitation in the hour",
    "visibility_km": "km of visibility",
    "humidity_percent": "percent of humidity",
    "wind_m_s": "m/s of wind",
    "temperature_c": "degree Celsius",
}
"""What is known of a flight before it leaves: columns, and what one unit of each is."""

held_out = pl.col("day") % 5 == 0
"""Every fifth day is kept from the fit, to check it. Whole days, since flights of one day are alike."""


@dataclass(frozen=True)
class ArrivalDelayModel:
    """A linear model of the arrival delay of a flight.

    Attributes:
        intercept: the delay in minutes where every feature is 0.
        weights: the minutes that one more unit of each feature adds.
        flights: how many flights it was fitted on.
    """

    intercept: float
    weights: Mapping[str, float]
    flights: int

    def expected(self) -> pl.Expr:
        """Return the expected delay in minutes, an expression over the features."""
        return (
            pl.sum_horizontal(pl.col(name) * weight for name, weight in self.weights.items()) + self.intercept
        )


@asset(io_manager_key="models", compute_kind="numpy")
def arrival_delay_model(flights_with_weather: pl.DataFrame) -> Output[ArrivalDelayModel]:
    """Arrival delay by hour of the day and weather: what could be told before a flight leaves."""
    table = flights_with_weather.filter(~held_out).drop_nulls(list(FEATURES))
    features = np.column_stack([np.ones(table.height), table.select(*FEATURES).to_numpy()])
    solution, *_ = np.linalg.lstsq(features, table["arr_delay"].to_numpy(), rcond=None)
    intercept, *weights = solution.tolist()
    model = ArrivalDelayModel(intercept, dict(zip(FEATURES, weights, strict=True)), table.height)
    return Output(model, metadata={"flights": model.flights, "weights": model.weights})


@asset(compute_kind="polars")
def predictions(
    flights_with_weather: pl.DataFrame, arrival_delay_model: ArrivalDelayModel
) -> Output[pl.DataFrame]:
    """Flights of the days that the model has not seen, with the delay it expects, in minutes.

    The usual delay, the mean of the days it has seen, is what a prediction has to beat.
    """
    complete = flights_with_weather.drop_nulls(list(FEATURES))
    usual = complete.filter(~held_out)["arr_delay"].mean()
    table = complete.filter(held_out).select(
        "carrier", "hour", "arr_delay", expected=arrival_delay_model.expected(), usual=pl.lit(usual)
    )
    errors = {f"rms_error_of_{column}": rms_error(table, column) for column in ("expected", "usual")}
    return Output(table, metadata=errors)


def rms_error(predictions: pl.DataFrame, column: str) -> float:
    """Return how far a column of predictions is off, as the root of the mean square, in minutes."""
    error: float = predictions.select((pl.col("arr_delay") - pl.col(column)).pow(2).mean().sqrt()).item()
    return error
