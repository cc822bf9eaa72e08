"""What IO managers are told of partitions, and how values of partitions are loaded without a run."""

from differential.answers import error, plain, refused


def _letters(api):
    return api.StaticPartitionsDefinition(["a", "b", "c"])


def _days(api):
    return api.DailyPartitionsDefinition("2023-01-01")


def _asked(look):
    """Return what a look gives, or that it is refused."""
    try:
        return plain(look())
    except Exception:
        return "refused"


def _about(context):
    """Return what a context of an IO manager says of partitions."""
    return {
        "has_partition_key": context.has_partition_key,
        "partition_key": _asked(lambda: context.partition_key),
        "has_asset_partitions": context.has_asset_partitions,
        "asset_partition_key": _asked(lambda: context.asset_partition_key),
        "asset_partition_keys": _asked(lambda: list(context.asset_partition_keys)),
        "asset_partition_key_range": _asked(lambda: list(context.asset_partition_key_range)),
        "window": _asked(lambda: [time.isoformat() for time in context.asset_partitions_time_window]),
        "identifier": _asked(lambda: list(context.get_asset_identifier())),
    }


def _listener(api):
    """Return a resource that is an IO manager, and what it was told when it stored and when it loaded."""
    stored, loaded = {}, {}

    class Listener(api.IOManager):
        def handle_output(self, context, obj):
            stored[context.asset_key.to_user_string()] = _about(context)

        def load_input(self, context):
            loaded[context.asset_key.to_user_string()] = _about(context)
            return 1

    return api.IOManagerDefinition.hardcoded_io_manager(Listener()), stored, loaded


def _told(api, assets, key):
    manager, stored, loaded = _listener(api)
    api.materialize(api.with_resources(assets, {"io_manager": manager}), partition_key=key)
    return [stored, loaded]


def _pair(api, upstream_def, downstream_def):
    @api.asset(partitions_def=upstream_def)
    def up():
        return 1

    @api.asset(partitions_def=downstream_def)
    def down(up):
        return 2

    return [up, down]


def told_of_static_partitions(api):
    """Storing and loading a partition that is not about time."""
    return _told(api, _pair(api, _letters(api), _letters(api)), "b")


def told_of_time_windows(api):
    """Storing and loading a day."""
    return _told(api, _pair(api, _days(api), _days(api)), "2023-01-04")


def told_of_a_whole_value_upstream(api):
    """A partition reads a value that has none."""
    return _told(api, _pair(api, None, _letters(api)), "b")


def told_of_an_asset_without_partitions(api):
    """A value without partitions, in a run for one, reads all partitions."""
    return _told(api, _pair(api, _letters(api), None), "b")


def told_of_a_job_without_assets(api):
    """A value between computations, in a run for a partition."""
    seen = []

    class Listener(api.IOManager):
        def handle_output(self, context, obj):
            seen.append([context.has_partition_key, _asked(lambda: context.partition_key)])
            seen.append([context.has_asset_partitions, context.has_asset_key])

        def load_input(self, context):
            seen.append([context.has_partition_key, _asked(lambda: context.partition_key)])

    manager = api.IOManagerDefinition.hardcoded_io_manager(Listener())

    @api.op
    def one():
        return 1

    @api.op
    def two(one):
        return 2

    @api.job(partitions_def=_letters(api), resource_defs={"io_manager": manager})
    def both():
        two(one())

    both.execute_in_process(partition_key="c")
    return seen


def metadata_of_a_partition(api):
    """What an IO manager says goes on the materialization of the partition."""

    class Counts(api.IOManager):
        def handle_output(self, context, obj):
            context.add_output_metadata({"key": context.asset_partition_key})

        def load_input(self, context):
            raise NotImplementedError

    manager = api.IOManagerDefinition.hardcoded_io_manager(Counts())

    @api.asset(partitions_def=_letters(api))
    def made():
        return 1

    result = api.materialize(api.with_resources([made], {"io_manager": manager}), partition_key="a")
    (record,) = result.asset_materializations_for_node("made")
    return [record.partition, plain(record.metadata["key"].value)]


def _made(api, name, partitions_def, *keys):
    """Return a repository of one asset, and the instance in which some partitions of it were made."""
    instance = api.Instance.ephemeral()

    @api.asset(name=name, partitions_def=partitions_def)
    def made(context):
        return context.partition_key if context.has_partition_key else "whole"

    for key in keys:
        api.materialize([made], partition_key=key, instance=instance)

    @api.repository
    def repo():
        return [made]

    return repo, instance


def loaded_without_a_run(api):
    """A partition is loaded by its key."""
    repo, instance = _made(api, "loaded_apart", _letters(api), "a", "b")
    return [
        repo.load_asset_value("loaded_apart", partition_key="a", instance=instance),
        repo.load_asset_value("loaded_apart", partition_key="b", instance=instance),
    ]


def loaded_without_a_key(api):
    """An asset with partitions is loaded by key only."""
    repo, instance = _made(api, "loaded_whole", _letters(api), "a")
    return refused(repo.load_asset_value, "loaded_whole", instance=instance)


def loaded_though_never_made(api):
    """A partition that there is, and was not made."""
    repo, instance = _made(api, "loaded_early", _letters(api), "a")
    return refused(repo.load_asset_value, "loaded_early", partition_key="b", instance=instance)


def loaded_though_there_is_none(api):
    """A key that no partition has."""
    repo, instance = _made(api, "loaded_wrong", _letters(api), "a")
    return refused(repo.load_asset_value, "loaded_wrong", partition_key="z", instance=instance)


def loader_contexts(api):
    """What an IO manager is told when a partition is loaded without a run."""
    manager, _, loaded = _listener(api)

    @api.asset(partitions_def=_days(api))
    def made():
        return 1

    @api.repository
    def repo():
        return api.with_resources([made], {"io_manager": manager})

    repo.load_asset_value("made", partition_key="2023-01-02")
    about = loaded["made"]
    return {name: about[name] for name in ("has_asset_partitions", "asset_partition_key", "identifier")}


def built_contexts(api):
    """Contexts that a test makes have the partition key they are given."""
    stored = api.build_output_context(partition_key="b", asset_key="a")
    loaded = api.build_input_context(partition_key="b", asset_key=api.AssetKey("a"))
    bare = api.build_output_context()
    return [
        [context.has_partition_key, _asked(lambda context=context: context.partition_key)]
        for context in (stored, loaded, bare)
    ]


def source_assets_with_partitions(api):
    """A source asset has partitions as others have."""
    manager, _, loaded = _listener(api)
    raw = api.SourceAsset("raw", partitions_def=_letters(api), io_manager_def=manager)

    @api.asset(partitions_def=_letters(api))
    def made(raw):
        return raw

    run = api.materialize([made, raw], partition_key="c")
    return [run.success, loaded["raw"]["asset_partition_keys"]]


def partition_of_wrong_type(api):
    """A key is a string."""

    @api.asset(partitions_def=_letters(api))
    def made():
        return 1

    return error(api.materialize, [made], partition_key=5) != "no error"
