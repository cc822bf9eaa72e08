"""A package of assets, for loaders to find."""

from __future__ import annotations

from holdfast.definitions.asset import asset
from holdfast.definitions.source_asset import SourceAsset

__all__ = ["orders", "rates", "revenue"]

rates = SourceAsset("rates")


@asset
def orders() -> list[int]:
    """Return a few orders."""
    return [120, 80, 45]


@asset
def revenue(orders: list[int], rates: float) -> float:
    """Return their sum."""
    return sum(orders) * rates
