"""How old the data that an asset was made of may be."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from holdfast import AssetKey, FreshnessPolicy, InvalidDefinitionError

NOON = datetime(2021, 1, 5, 12, tzinfo=timezone.utc)
A, B = AssetKey("a"), AssetKey("b")
always = FreshnessPolicy(maximum_lag_minutes=60)
mornings = FreshnessPolicy(maximum_lag_minutes=60, cron_schedule="0 9 * * *")


def hours_before(hours: float | None) -> datetime | None:
    return None if hours is None else NOON - timedelta(hours=hours)


def late(policy, used, available=0, now=NOON):
    """Return how late an asset is with data so many hours old, when data so many hours old is there."""
    return policy.minutes_late(now, {A: hours_before(used)}, {A: hours_before(available)})


@pytest.mark.parametrize(("used", "minutes"), [(0, 0), (1, 0), (1.5, 30), (24, 23 * 60), (-2, 0)])
def test_data_is_to_be_no_older_than_the_lag(used, minutes):
    """What it is older is how late the asset is."""
    assert late(always, used) == minutes


@pytest.mark.parametrize(("available", "minutes"), [(0, 240), (2, 180), (4, 60), (5, 0), (9, 0)])
def test_data_that_is_not_there_makes_nothing_late(available, minutes):
    """An asset with data of five hours ago falls behind what there is since."""
    assert late(always, 5, available) == minutes


@pytest.mark.parametrize(("used", "available"), [(None, 0), (5, None), (None, None)])
def test_without_data_lateness_is_unknown(used, available):
    """A root that was never used, or has no data, has no time to compare."""
    assert late(always, used, available) is None
    assert late(mornings, used, available) is None


def test_the_root_furthest_behind_counts():
    """And one whose data is unknown makes it unknown."""
    used = {A: hours_before(3), B: hours_before(5)}
    there = {A: NOON, B: NOON}
    assert always.minutes_late(NOON, used, there) == 240
    assert always.minutes_late(NOON, {A: NOON}, there) is None


def test_only_roots_with_data_are_looked_at():
    """Of roots that are not named as available, nothing is due."""
    assert always.minutes_late(NOON, {A: hours_before(9)}, {}) == 0


@pytest.mark.parametrize(("used", "minutes"), [(0, 0), (3, 0), (4, 60), (27, 24 * 60)])
def test_data_up_to_the_last_tick_is_to_be_in(used, minutes):
    """At noon, that is the data up to nine o'clock."""
    assert late(mornings, used) == minutes


@pytest.mark.parametrize(
    ("hour", "minute", "late_minutes"),
    [(9, 0, 0), (9, 59, 0), (10, 0, 0), (10, 1, 20 * 60), (12, 0, 20 * 60)],
)
def test_a_tick_counts_once_its_lag_is_over(hour, minute, late_minutes):
    """Before, the data up to the tick of the day before is enough."""
    now = NOON.replace(hour=hour, minute=minute)
    assert mornings.minutes_late(now, {A: NOON - timedelta(hours=23)}, {A: NOON}) == late_minutes


def test_seconds_count():
    """A lag may be part of a minute, and lateness is no whole number."""
    policy = FreshnessPolicy(maximum_lag_minutes=0.5)
    used = NOON - timedelta(seconds=45)
    assert policy.minutes_late(NOON, {A: used}, {A: NOON}) == 0.25


def test_times_without_a_zone_are_in_utc():
    """They may stand beside times with one."""
    assert always.minutes_late(NOON.replace(tzinfo=None), {A: hours_before(2)}, {A: NOON}) == 60


def test_policies_are_values():
    """Equal arguments make equal policies."""
    assert mornings == FreshnessPolicy(maximum_lag_minutes=60.0, cron_schedule="0 9 * * *")
    assert hash(mornings) == hash(FreshnessPolicy(maximum_lag_minutes=60, cron_schedule="0 9 * * *"))
    assert mornings != always


@pytest.mark.parametrize("lag", [-1, "5", None, True, float("nan"), float("inf")])
def test_the_lag_is_a_number_of_minutes(lag):
    """Anything else is refused."""
    with pytest.raises(InvalidDefinitionError, match="maximum_lag_minutes"):
        FreshnessPolicy(maximum_lag_minutes=lag)


@pytest.mark.parametrize("cron", ["every day", "0 9 * *", "", 9])
def test_the_schedule_is_a_cron_expression(cron):
    """It is read when the policy is made."""
    with pytest.raises(InvalidDefinitionError, match="FreshnessPolicy"):
        FreshnessPolicy(maximum_lag_minutes=1, cron_schedule=cron)


def test_arguments_are_named():
    """A number alone does not say that it is minutes."""
    with pytest.raises(TypeError):
        FreshnessPolicy(60)
