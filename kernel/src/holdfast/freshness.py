"""How old the data that an asset was made of may be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timezone

import attrs

from holdfast.errors import InvalidDefinitionError
from holdfast.keys import AssetKey
from holdfast.partitions.cron import check_cron, cron_ticks

__all__ = ["FreshnessPolicy"]

_MINUTE = 60.0


def _lag(minutes: float) -> float:
    number = isinstance(minutes, (int, float)) and not isinstance(minutes, bool)
    if not number or not math.isfinite(minutes) or minutes < 0:
        raise InvalidDefinitionError(
            f"FreshnessPolicy: maximum_lag_minutes is a number of minutes, not {minutes!r}."
        )
    return float(minutes)


def _cron(cron: str | None) -> str | None:
    return None if cron is None else check_cron(cron, "FreshnessPolicy")


@attrs.frozen(kw_only=True)
class FreshnessPolicy:
    """Says how old the root data that an asset was made of may be.

    Without a cron schedule, at every moment: data up to ``maximum_lag_minutes`` ago is to be in. With one,
    at every tick of it: data up to the tick is to be in by ``maximum_lag_minutes`` after.

    Args:
        maximum_lag_minutes: how many minutes.
        cron_schedule: a cron expression, in UTC.

    Raises:
        InvalidDefinitionError: the lag is no number of minutes, or the cron expression cannot be read.
    """

    maximum_lag_minutes: float = attrs.field(converter=_lag)
    cron_schedule: str | None = attrs.field(default=None, converter=_cron)

    def minutes_late(
        self,
        evaluation_time: datetime,
        used_data_times: Mapping[AssetKey, datetime | None],
        available_data_times: Mapping[AssetKey, datetime | None],
    ) -> float | None:
        """Return by how many minutes the data used falls behind the data that is to be in.

        Args:
            evaluation_time: as of when.
            used_data_times: for each root, up to when its data is in the asset; ``None`` where none is.
            available_data_times: for each root, up to when there is data; ``None`` where there is none. Only
                the roots named here are looked at. What is not there does not make an asset late.

        Returns:
            The minutes of the root that is furthest behind, 0 when all is in, ``None`` when a root was never
            used or has no data. Times without a zone are in UTC.
        """
        due = self._due(_seconds(evaluation_time))
        late = 0.0
        for key, available in available_data_times.items():
            used = used_data_times.get(key)
            if used is None or available is None:
                return None
            late = max(late, min(due, _seconds(available)) - _seconds(used))
        return late / _MINUTE

    def _due(self, now: float) -> float:
        """Return up to when data is to be in at some moment."""
        lag = self.maximum_lag_minutes * _MINUTE
        if self.cron_schedule is None:
            return now - lag
        # The last tick whose lag is over; when it is just over, nothing is late yet.
        ticks = cron_ticks(self.cron_schedule, timezone.utc, 0)
        return ticks.at(ticks.number_at(math.ceil(now - lag) - 1))


def _seconds(time: datetime) -> float:
    return (time if time.tzinfo else time.replace(tzinfo=timezone.utc)).timestamp()
