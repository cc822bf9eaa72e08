"""Freshness policies."""

from datetime import datetime, timedelta, timezone

from differential.answers import error, plain


def values(api):
    """A policy has a lag and perhaps a schedule."""
    plain_policy, cron = (
        api.FreshnessPolicy(maximum_lag_minutes=30),
        api.FreshnessPolicy(maximum_lag_minutes=5, cron_schedule="0 9 * * *"),
    )
    return [
        [plain_policy.maximum_lag_minutes, plain_policy.cron_schedule],
        [cron.maximum_lag_minutes, cron.cron_schedule],
        plain_policy == api.FreshnessPolicy(maximum_lag_minutes=30),
    ]


def values_that_are_wrong(api):
    """The lag is a number, the schedule a cron expression."""
    return [
        error(lambda: api.FreshnessPolicy(maximum_lag_minutes="x")),
        error(lambda: api.FreshnessPolicy(maximum_lag_minutes=1, cron_schedule="every day")),
        error(lambda: api.FreshnessPolicy(maximum_lag_minutes=1, cron_schedule=3)),
        error(lambda: api.FreshnessPolicy(30)),
    ]


def on_an_asset(api):
    """An asset keeps its policy by key."""
    policy = api.FreshnessPolicy(maximum_lag_minutes=30)

    @api.asset(freshness_policy=policy, key_prefix="p")
    def a():
        return 1

    @api.asset
    def b():
        return 1

    return [
        {plain(key): value == policy for key, value in a.freshness_policies_by_key.items()},
        {plain(key): value for key, value in b.freshness_policies_by_key.items()},
    ]


NOON = datetime(2022, 11, 1, 12, tzinfo=timezone.utc)


def _late(api, policy, *hours_ago, now=NOON):
    """Return how many minutes late an asset is whose roots' data is so many hours old; None for no data."""
    key = api.AssetKey
    used = {
        key(f"r{n}"): None if hours is None else NOON - timedelta(hours=hours)
        for n, hours in enumerate(hours_ago)
    }
    return policy.minutes_late(
        evaluation_time=now, used_data_times=used, available_data_times=dict.fromkeys(used, now)
    )


def minutes_late_without_a_schedule(api):
    """The oldest root data must be no older than the lag."""
    policy = api.FreshnessPolicy(maximum_lag_minutes=60)
    return [_late(api, policy, *hours) for hours in ([0], [1], [2], [0.5, 3], [None], [2, None])]


def minutes_late_on_a_schedule(api):
    """At the lag after each tick, the data up to the tick must be in."""
    policy = api.FreshnessPolicy(maximum_lag_minutes=30, cron_schedule="0 9 * * *")
    return [_late(api, policy, *hours) for hours in ([0], [2], [3], [4], [28], [4, 0])]


def minutes_late_before_the_tick_is_due(api):
    """Between a tick and the lag after it, the tick before it counts."""
    policy = api.FreshnessPolicy(maximum_lag_minutes=240, cron_schedule="0 9 * * *")
    return [_late(api, policy, *hours) for hours in ([0], [4], [28], [50])]
