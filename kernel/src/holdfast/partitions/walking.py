"""Going through a cron expression, also where clocks are put back within an hour, or over midnight."""

from __future__ import annotations

from collections.abc import Callable

from cronsim import CronSim

__all__ = ["Walk"]


class Walk(CronSim):
    """The moments of a cron expression after one.

    `CronSim` goes on to the beginning of an hour, a day or a month on the clock. Where clocks show
    that twice, as those of America/Goose_Bay did until 2011, put back from 00:01 to 23:01 of the day
    before, it goes from after the first time to the first time, again and again. Here it goes to the second.
    """

    def advance_month(self) -> None:
        """Go on to a month that fits."""
        self._onward(super().advance_month)

    def advance_day(self) -> bool:
        """Go on to a day that fits, and return whether it was another."""
        return bool(self._onward(super().advance_day))

    def advance_hour(self) -> bool:
        """Go on to an hour that fits, and return whether it was another."""
        return bool(self._onward(super().advance_hour))

    def _onward(self, advance: Callable[[], bool | None]) -> bool | None:
        before = self.dt
        moved = advance()
        if self.dt is not before and self.dt.tzinfo is not None and self.dt.timestamp() < before.timestamp():
            self.dt = self.dt.replace(fold=1)
        return moved
