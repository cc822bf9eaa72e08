"""What an asset is given of assets with partitions: one value or several, by the mapping between them."""

from collections import defaultdict
from datetime import datetime, timedelta

from differential.answers import error, refused


def _letters(api):
    return api.StaticPartitionsDefinition(["a", "b", "c"])


def _days(api):
    return api.DailyPartitionsDefinition("2023-01-01")


def _store(api):
    """Return a resource that is an IO manager, what it keeps by asset and partition, and what it loaded."""
    kept, loaded = defaultdict(dict), []

    class Store(api.IOManager):
        def handle_output(self, context, obj):
            key = context.asset_partition_key if context.has_asset_partitions else None
            kept[context.asset_key.to_user_string()][key] = obj

        def load_input(self, context):
            name = context.asset_key.to_user_string()
            if not context.has_asset_partitions:
                loaded.append([name, None])
                return kept[name][None]
            keys = list(context.asset_partition_keys)
            loaded.append([name, keys])
            return [kept[name].get(key) for key in keys]

    return api.IOManagerDefinition.hardcoded_io_manager(Store()), kept, loaded


def _shifted(api, days):
    """Return a mapping to the partition some days before."""

    def moved(key, days):
        day = datetime.strptime(key, "%Y-%m-%d") + timedelta(days=days)
        return max(day, datetime(2023, 1, 1)).strftime("%Y-%m-%d")

    class Shifted(api.PartitionMapping):
        def get_upstream_partitions_for_partition_range(self, below, below_def, above_def):
            return api.PartitionKeyRange(moved(below.start, -days), moved(below.end, -days))

        def get_downstream_partitions_for_partition_range(self, above, below_def, above_def):
            return api.PartitionKeyRange(moved(above.start, days), moved(above.end, days))

    return Shifted()


def _keys_read(api, upstream_def, downstream_def, key, mapping=None):
    """Return which partitions of one asset another one reads, as its context and its IO manager are told."""
    manager, _, loaded = _store(api)
    seen = []

    @api.asset(partitions_def=upstream_def)
    def up():
        return 1

    @api.asset(partitions_def=downstream_def, ins={"up": api.AssetIn(partition_mapping=mapping)})
    def down(context, up):
        seen.extend(context.asset_partition_keys_for_input("up"))

    sources = up.to_source_assets()
    job = api.define_asset_job("only", selection="down")
    resources = {"io_manager": manager}
    made = api.with_resources([down, *sources], resources)
    job.resolve([made[0]], made[1:]).execute_in_process(partition_key=key)
    return [seen, loaded]


def same_key(api):
    """With one definition, the partition with the same key."""
    return _keys_read(api, _letters(api), _letters(api), "b")


def same_key_of_another_definition(api):
    """With two static definitions, the partition with the same key."""
    return _keys_read(api, _letters(api), api.StaticPartitionsDefinition(["b", "d"]), "b")


def hours_of_a_day(api):
    """A day reads its hours."""
    return _keys_read(api, api.HourlyPartitionsDefinition("2023-01-01-00:00"), _days(api), "2023-01-02")


def day_of_an_hour(api):
    """An hour reads its day."""
    return _keys_read(api, _days(api), api.HourlyPartitionsDefinition("2023-01-01-00:00"), "2023-01-02-07:00")


def days_of_a_week_and_of_a_month(api):
    """A week reads its days, and so does a month."""
    return [
        _keys_read(api, _days(api), api.WeeklyPartitionsDefinition("2023-01-01"), "2023-01-08"),
        _keys_read(api, _days(api), api.MonthlyPartitionsDefinition("2023-01-01"), "2023-02-01"),
    ]


def the_day_before(api):
    """A class of the user's that finds one partition."""
    return _keys_read(api, _days(api), _days(api), "2023-01-05", _shifted(api, 1))


def last_of_all(api):
    """The last partition, whatever the key."""
    return _keys_read(api, _letters(api), _letters(api), "a", api.LastPartitionMapping())


def all_of_them(api):
    """All partitions, for each."""
    return _keys_read(api, _letters(api), _letters(api), "a", api.AllPartitionMapping())


def same_key_by_name(api):
    """The identity, given where it is the default."""
    return _keys_read(api, _letters(api), _letters(api), "c", api.IdentityPartitionMapping())


def a_mapping_of_the_users(api):
    """A class over ranges of keys is asked for the range that is read."""

    class FirstUntil(api.PartitionMapping):
        def get_upstream_partitions_for_partition_range(self, below, below_def, above_def):
            return api.PartitionKeyRange("a", below.end)

        def get_downstream_partitions_for_partition_range(self, above, below_def, above_def):
            return api.PartitionKeyRange(above.start, "c")

    return _keys_read(api, _letters(api), _letters(api), "b", FirstUntil())


def range_of_the_input(api):
    """The range from the first hour to the last."""
    manager, _, _ = _store(api)
    seen = []

    @api.asset(partitions_def=api.HourlyPartitionsDefinition("2023-01-01-00:00"))
    def up():
        return 1

    @api.asset(partitions_def=_days(api))
    def down(context, up):
        found = context.asset_partition_key_range_for_input("up")
        seen.append([found.start, found.end])
        seen.append(refused(context.asset_partition_key_for_input, "up"))
        seen.append(refused(context.asset_partition_keys_for_input, "nothing"))

    made = api.with_resources([down, *up.to_source_assets()], {"io_manager": manager})
    job = api.define_asset_job("only", selection="down").resolve([made[0]], made[1:])
    job.execute_in_process(partition_key="2023-01-03")
    return seen


def values_by_key(api):
    """The default IO manager gives several partitions as a dictionary by key."""
    instance = api.Instance.ephemeral()

    @api.asset(partitions_def=_letters(api))
    def up(context):
        return context.partition_key.upper()

    @api.asset
    def down(up):
        return up

    for key in ("a", "b", "c"):
        api.materialize([up], partition_key=key, instance=instance)
    result = api.materialize([down, *up.to_source_assets()], instance=instance)
    return result.output_for_node("down")


def one_value(api):
    """The default IO manager gives one partition as it is."""
    instance = api.Instance.ephemeral()

    @api.asset(partitions_def=_letters(api))
    def above_one(context):
        return context.partition_key.upper()

    @api.asset(partitions_def=_letters(api))
    def below_one(above_one):
        return above_one

    api.materialize([above_one], partition_key="b", instance=instance)
    assets = [below_one, *above_one.to_source_assets()]
    result = api.materialize(assets, instance=instance, partition_key="b")
    return result.output_for_node("below_one")


def several_that_happen_to_be_one(api):
    """A definition of one key, read by an asset without partitions."""
    instance = api.Instance.ephemeral()

    @api.asset(partitions_def=api.StaticPartitionsDefinition(["only"]))
    def up(context):
        return context.partition_key.upper()

    @api.asset
    def down(up):
        return up

    api.materialize([up], partition_key="only", instance=instance)
    result = api.materialize([down, *up.to_source_assets()], instance=instance)
    return result.output_for_node("down")


def a_partition_that_is_not_there(api):
    """What was never made cannot be read."""

    @api.asset(partitions_def=_letters(api))
    def up():
        return 1

    @api.asset(partitions_def=_letters(api))
    def down(up):
        return up

    return refused(api.materialize, [down, *up.to_source_assets()], partition_key="b")


def made_in_the_same_run(api):
    """The partition is made, then read."""

    @api.asset(partitions_def=_letters(api))
    def made_first(context):
        return context.partition_key

    @api.asset(partitions_def=_letters(api))
    def made_then(made_first):
        return made_first + "!"

    return api.materialize([made_first, made_then], partition_key="c").output_for_node("made_then")


def a_whole_value(api):
    """An asset without partitions is read as a whole by every partition."""
    manager, kept, loaded = _store(api)

    @api.asset
    def up():
        return 1

    @api.asset(partitions_def=_letters(api))
    def down(up):
        return up

    made = api.with_resources([up, down], {"io_manager": manager})
    api.materialize(made, partition_key="c")
    return [loaded, dict(kept["down"])]


def yesterday_of_itself(api):
    """An asset reads its own partition of the day before."""
    manager, kept, loaded = _store(api)

    @api.asset(partitions_def=_days(api), ins={"total": api.AssetIn(partition_mapping=_shifted(api, 1))})
    def total(context, total):
        return context.partition_key

    (made,) = api.with_resources([total], {"io_manager": manager})
    for key in ("2023-01-02", "2023-01-03"):
        api.materialize([made], partition_key=key)
    return [sorted(kept["total"]), loaded]


def keys_that_are_not_upstream(api):
    """By key, but the key is none of the upstream asset's."""
    downstream = api.StaticPartitionsDefinition(["b", "z"])
    return refused(_keys_read, api, _letters(api), downstream, "z")


def mapping_that_is_none(api):
    """A mapping is a `PartitionMapping`."""
    return error(lambda: api.AssetIn(partition_mapping=lambda key: key))


def mapping_of_an_asset(api):
    """The definition says which mapping it was given."""
    mapping = api.LastPartitionMapping()

    @api.asset(partitions_def=_letters(api), ins={"up": api.AssetIn(partition_mapping=mapping)})
    def down(up, other):
        return up

    return [down.get_partition_mapping(api.AssetKey("up")) == mapping]


def order_without_values(api):
    """What is no argument is not loaded, whatever its partitions."""
    manager, _, loaded = _store(api)

    @api.asset(partitions_def=_letters(api))
    def up():
        return 1

    @api.asset(partitions_def=_letters(api), non_argument_deps={"up"})
    def down():
        return 2

    made = api.with_resources([up, down], {"io_manager": manager})
    result = api.materialize(made, partition_key="a")
    return [result.success, loaded]
