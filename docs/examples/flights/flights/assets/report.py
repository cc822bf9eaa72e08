"""The report and its chart, as files that people can open."""

from __future__ import annotations

import polars as pl

from flights.assets.model import FEATURES, ArrivalDelayModel, rms_error
from flights.assets.statistics import LATE
from holdfast import AssetIn, AssetKey, asset


@asset(
    key_prefix="report",
    ins={"predictions": AssetIn(metadata={"columns": ["hour", "arr_delay", "expected"]})},
    io_manager_key="documents",
    metadata={"extension": ".png"},
    compute_kind="matplotlib",
)
def delay_chart(delays_by_carrier: pl.DataFrame, predictions: pl.DataFrame) -> bytes:
    """Mean arrival delay by carrier, and by hour of departure beside what the model expects."""
    from flights.charts import draw_delays  # matplotlib is slow to import and only used here

    by_hour = predictions.group_by("hour").agg(
        observed=pl.col("arr_delay").mean(), expected=pl.col("expected").mean()
    )
    return draw_delays(delays_by_carrier, by_hour.sort("hour"))


@asset(
    key_prefix="report",
    non_argument_deps={AssetKey(["report", "delay_chart"])},
    io_manager_key="documents",
    metadata={"extension": ".md"},
    compute_kind="markdown",
)
def delays(
    delays_by_carrier: pl.DataFrame,
    delays_by_route: pl.DataFrame,
    delays_by_plane_age: pl.DataFrame,
    arrival_delay_model: ArrivalDelayModel,
    predictions: pl.DataFrame,
) -> str:
    """What became of the flights, in Markdown. It shows the chart, which therefore has to be there first."""
    arrived, cancelled, diverted = delays_by_carrier.select("arrived", "cancelled", "diverted").sum().row(0)
    mean = (delays_by_carrier["mean_delay"] * delays_by_carrier["arrived"]).sum() / arrived
    worst_routes = delays_by_route.filter(pl.col("arrived") >= 365).tail(10).reverse()
    weights = pl.DataFrame(
        {
            "one more": list(FEATURES.values()),
            "minutes": [arrival_delay_model.weights[name] for name in FEATURES],
        }
    )
    return "\n\n".join(
        [
            "# Delays of the flights that left New York in 2013",
            f"{arrived + cancelled + diverted:,} flights were scheduled. {cancelled:,} were cancelled and "
            f"{diverted:,} diverted; the others arrived {mean:.1f} minutes late on average. "
            f"Below, delays are in minutes, and a flight is late from {LATE} minutes on.",
            "![Mean arrival delay by carrier and by hour](delay_chart.png)",
            "## By carrier",
            markdown_table(delays_by_carrier),
            "## The ten slowest routes",
            "Of the routes with a flight a day or more.",
            markdown_table(
                worst_routes.select("origin", "destination", "arrived", "mean_delay", "late_share")
            ),
            "## By the age of the plane, in years",
            markdown_table(delays_by_plane_age),
            "## The model",
            f"Fitted on {arrival_delay_model.flights:,} flights, and checked on {predictions.height:,} of "
            f"other days. On these it is {rms_error(predictions, 'expected'):.1f} minutes off (root mean "
            f"square), where the usual delay alone is {rms_error(predictions, 'usual'):.1f} minutes off: "
            "hour and weather say something of the mean of many flights, and little of a single one. Late "
            "in the evening delays no longer grow with the hour, and a straight line expects too much.",
            markdown_table(weights),
        ]
    )


def markdown_table(table: pl.DataFrame) -> str:
    """Return a table in Markdown, with numbers rounded for people."""
    rows = [table.columns, ["---"] * table.width, *(map(_cell, row) for row in table.iter_rows())]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
