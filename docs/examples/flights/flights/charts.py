"""How the results are drawn."""

from __future__ import annotations

import io

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

LATE, EARLY = "#c2542d", "#2f6f8f"


def draw_delays(by_carrier: pl.DataFrame, by_hour: pl.DataFrame) -> bytes:
    """Draw the delays of carriers beside those of the hours of the day.

    Args:
        by_carrier: ``name``, ``arrived`` and ``mean_delay`` of each carrier, in the order to draw them.
        by_hour: ``hour``, and the ``observed`` and ``expected`` mean delay of each.

    Returns:
        The bytes of a PNG image.
    """
    figure = Figure(figsize=(12, 5.5), layout="constrained")
    figure.suptitle("Arrival delay of the flights that left New York in 2013", fontsize=14)
    left, right = figure.subplots(1, 2, width_ratios=[1.2, 1])
    _draw_carriers(left, by_carrier)
    _draw_hours(right, by_hour)
    image = io.BytesIO()
    figure.savefig(image, format="png", dpi=120)
    return image.getvalue()


def _draw_carriers(axes: Axes, carriers: pl.DataFrame) -> None:
    delays = carriers["mean_delay"].to_list()
    labels = [f"{name} ({arrived:,})" for name, arrived in carriers.select("name", "arrived").iter_rows()]
    bars = axes.barh(labels, delays, color=[LATE if delay > 0 else EARLY for delay in delays])
    axes.bar_label(bars, fmt="%.1f", padding=3, fontsize=8)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.margins(x=0.12, y=0.02)
    axes.set_title("By carrier", fontsize=12)
    axes.set_xlabel("mean delay in minutes (negative: early)")
    axes.set_ylabel("carrier (flights that arrived)")
    axes.spines[["top", "right"]].set_visible(False)


def _draw_hours(axes: Axes, hours: pl.DataFrame) -> None:
    axes.plot(hours["hour"], hours["observed"], color=LATE, marker="o", label="observed")
    axes.plot(hours["hour"], hours["expected"], color=EARLY, linestyle="--", label="expected by the model")
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set_title("By hour, on days the model has not seen", fontsize=12)
    axes.set_xlabel("scheduled hour of departure (local time)")
    axes.set_ylabel("mean delay in minutes (negative: early)")
    axes.set_xticks(range(5, 24, 2))
    axes.grid(axis="y", alpha=0.3)
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
