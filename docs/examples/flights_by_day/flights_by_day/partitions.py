"""Which partitions there are: those of 2013 by the clocks of New York, and the carriers."""

from __future__ import annotations

from datetime import datetime

from holdfast import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    MultiPartitionsDefinition,
    StaticPartitionsDefinition,
    WeeklyPartitionsDefinition,
)

NEW_YORK = "America/New_York"

# Definitions of time windows have no end: as a rule there is a new partition tomorrow. This data has one. A
# definition of one's own says how many partitions there are, and no more of it need be written.


class Hours(HourlyPartitionsDefinition):
    """The hours of 2013."""

    def count(self, current_time: datetime | None = None) -> int:
        """Return how many hours there are, however many have passed since."""
        return min(365 * 24, super().count(current_time))


class Days(DailyPartitionsDefinition):
    """The days of 2013."""

    def count(self, current_time: datetime | None = None) -> int:
        """Return how many days there are."""
        return min(365, super().count(current_time))


class Weeks(WeeklyPartitionsDefinition):
    """The whole weeks of 2013, from Sunday to Saturday."""

    def count(self, current_time: datetime | None = None) -> int:
        """Return how many whole weeks there are."""
        return min(51, super().count(current_time))


class Months(MonthlyPartitionsDefinition):
    """The months of 2013."""

    def count(self, current_time: datetime | None = None) -> int:
        """Return how many months there are."""
        return min(12, super().count(current_time))


hours = Hours("2013-01-01-00:00", timezone=NEW_YORK)
days = Days("2013-01-01", timezone=NEW_YORK)
weeks = Weeks("2013-01-06", timezone=NEW_YORK)
months = Months("2013-01-01", timezone=NEW_YORK)

carriers = StaticPartitionsDefinition(
    ["9E", "AA", "AS", "B6", "DL", "EV", "F9", "FL", "HA", "MQ", "OO", "UA", "US", "VX", "WN", "YV"]
)
carriers_by_month = MultiPartitionsDefinition({"carrier": carriers, "month": months})
