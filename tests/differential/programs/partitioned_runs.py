"""Runs of assets for a partition: which keys contexts have, and what is recorded."""

from differential.answers import error, plain, refused


def _letters(api):
    return api.StaticPartitionsDefinition(["a", "b", "c"])


def _days(api, start="2023-01-01"):
    return api.DailyPartitionsDefinition(start)


def _seen(api, partitions_def, key, look):
    """Return what a function of the context sees in a run of one asset for a partition."""
    seen = []

    @api.asset(partitions_def=partitions_def)
    def made(context):
        seen.append(look(context))

    api.materialize_to_memory([made], partition_key=key)
    return seen[0]


def _window(window):
    return [window.start.isoformat(), window.end.isoformat()]


def key_of_the_run(api):
    """The context has the key of the run."""
    return _seen(api, _letters(api), "b", lambda context: [context.has_partition_key, context.partition_key])


def no_key_without_partitions(api):
    """Without a partition there is no key, and asking is an error."""
    seen = []

    @api.asset
    def made(context):
        seen.append(context.has_partition_key)
        seen.append(refused(lambda: context.partition_key))

    api.materialize_to_memory([made])
    return seen


def key_of_the_output(api):
    """The asset's key, keys and range."""

    def look(context):
        found = context.asset_partition_key_range_for_output()
        return [
            context.asset_partition_key_for_output(),
            list(context.asset_partition_keys_for_output("result")),
            [found.start, found.end],
        ]

    return _seen(api, _letters(api), "c", look)


def key_of_an_output_by_name(api):
    """The output may be named, and one that is not there is an error."""

    def look(context):
        return [
            context.asset_partition_key_for_output("result"),
            refused(context.asset_partition_key_for_output, "other"),
        ]

    return _seen(api, _letters(api), "a", look)


def definition_of_the_output(api):
    """How the asset is partitioned."""

    def look(context):
        return context.asset_partitions_def_for_output() == _letters(api)

    return _seen(api, _letters(api), "a", look)


def windows_of_outputs(api):
    """The time that a partition is about, for every kind of time window."""
    kinds = {
        api.HourlyPartitionsDefinition("2023-01-01-00:00"): "2023-01-02-03:00",
        api.DailyPartitionsDefinition("2023-01-01"): "2023-01-31",
        api.WeeklyPartitionsDefinition("2023-01-01"): "2023-01-08",
        api.MonthlyPartitionsDefinition("2023-01-01"): "2023-02-01",
        api.DailyPartitionsDefinition("2023-01-01", timezone="Europe/Berlin"): "2023-03-26",
        api.DailyPartitionsDefinition("2023-01-01", hour_offset=6): "2023-01-02",
    }
    found = []
    for kind, key in kinds.items():
        found.append(
            _seen(api, kind, key, lambda context: _window(context.asset_partitions_time_window_for_output()))
        )
    return found


def window_of_the_partition(api):
    """The step's own time window."""
    return _seen(api, _days(api), "2023-01-05", lambda context: _window(context.partition_time_window))


def window_of_what_is_not_about_time(api):
    """Static partitions have no time window."""
    return _seen(
        api,
        _letters(api),
        "a",
        lambda context: [
            refused(context.asset_partitions_time_window_for_output),
            refused(lambda: context.partition_time_window),
        ],
    )


def key_of_several_dimensions(api):
    """A multi-partition key is a text that knows its parts."""
    grid = api.MultiPartitionsDefinition({"letter": _letters(api), "day": _days(api)})
    key = api.MultiPartitionKey({"letter": "b", "day": "2023-01-02"})

    def look(context):
        return [str(context.partition_key), plain(context.partition_key.keys_by_dimension)]

    return _seen(api, grid, key, look)


def keys_that_a_function_gives(api):
    """Dynamic partitions have the keys that their function returns."""
    grown = api.DynamicPartitionsDefinition(lambda _time: ["x", "y"])
    return _seen(api, grown, "y", lambda context: context.partition_key)


def unknown_key(api):
    """There is no such partition."""

    @api.asset(partitions_def=_letters(api))
    def made():
        return 1

    return refused(api.materialize_to_memory, [made], partition_key="d")


def day_before_the_first(api):
    """Time windows begin with the first."""

    @api.asset(partitions_def=_days(api))
    def made():
        return 1

    return refused(api.materialize_to_memory, [made], partition_key="2022-12-31")


def key_of_what_has_no_partitions(api):
    """A key given for assets without partitions."""

    @api.asset
    def made():
        return 1

    return refused(api.materialize_to_memory, [made], partition_key="a")


def no_key_for_what_has_partitions(api):
    """An asset with partitions in a run for none: it runs until it or its IO manager asks for the key."""
    seen = []

    @api.asset(partitions_def=_letters(api))
    def silent(context):
        seen.append(context.has_partition_key)
        return 1

    @api.asset(partitions_def=_letters(api))
    def asking(context):
        return context.partition_key

    return [
        refused(api.materialize_to_memory, [silent]),
        refused(api.materialize, [silent]),
        refused(api.materialize_to_memory, [asking]),
        seen,
    ]


def without_partitions_beside_those_with(api):
    """An asset without partitions runs for the key of the run."""
    seen = []

    @api.asset(partitions_def=_letters(api))
    def split():
        return 1

    @api.asset
    def whole(context):
        seen.append([context.has_partition_key, context.partition_key])
        seen.append(refused(context.asset_partition_key_for_output))

    api.materialize_to_memory([split, whole], partition_key="a")
    return seen


def materialization_of_a_partition(api):
    """What is recorded says which partition it is."""

    @api.asset(partitions_def=_letters(api))
    def made():
        return api.Output(1, metadata={"rows": 3})

    result = api.materialize_to_memory([made], partition_key="b")
    (record,) = result.asset_materializations_for_node("made")
    events = [event.partition for event in result.all_events if event.is_step_materialization]
    return [record.partition, plain(record.asset_key), events]


def materializations_of_multi_assets(api):
    """Each asset of a multi-asset is made for the partition."""
    outs = {"x": api.AssetOut(), "y": api.AssetOut()}
    seen = []

    @api.multi_asset(outs=outs, partitions_def=_letters(api))
    def pair(context):
        seen.append([context.asset_partition_key_for_output(name) for name in ("x", "y")])
        return 1, 2

    result = api.materialize_to_memory([pair], partition_key="c")
    records = result.asset_materializations_for_node("pair")
    return [seen, sorted([plain(record.asset_key), record.partition] for record in records)]


def subset_of_a_multi_asset(api):
    """Only what is selected is made for the partition."""
    outs = {name: api.AssetOut(is_required=False) for name in ("x", "y")}

    @api.multi_asset(outs=outs, partitions_def=_letters(api), can_subset=True)
    def pair(context):
        for name in sorted(context.selected_output_names):
            yield api.Output(context.asset_partition_key_for_output(name), name)

    job = api.define_asset_job("part", selection="y").resolve([pair], [])
    result = job.execute_in_process(partition_key="a")
    events = [event for event in result.all_events if event.is_step_materialization]
    return [[plain(event.asset_key), event.partition] for event in events]


def graph_of_computations(api):
    """Every computation of a graph knows the partition; the asset is recorded with it."""
    seen = []

    @api.op
    def first(context):
        seen.append(context.partition_key)
        return 1

    @api.op
    def second(context, first):
        seen.append(context.partition_key)
        return first + 1

    @api.graph
    def both():
        return second(first())

    made = api.AssetsDefinition.from_graph(both, partitions_def=_letters(api))
    result = api.materialize_to_memory([made], partition_key="b")
    events = [event.partition for event in result.all_events if event.is_step_materialization]
    return [seen, events, result.output_for_node("both")]


def a_partition_that_fails(api):
    """The run fails, and nothing is recorded of the partition."""

    @api.asset(partitions_def=_letters(api))
    def made():
        raise ValueError

    result = api.materialize_to_memory([made], partition_key="a", raise_on_error=False)
    return [result.success, [e.partition for e in result.all_events if e.is_step_materialization]]


def a_retry_has_the_same_key(api):
    """The second attempt runs for the same partition."""
    seen = []

    @api.asset(partitions_def=_letters(api), retry_policy=api.RetryPolicy(max_retries=1))
    def made(context):
        seen.append(context.partition_key)
        if len(seen) == 1:
            raise ValueError

    result = api.materialize_to_memory([made], partition_key="c")
    return [seen, result.success]


def observation_of_a_partition(api):
    """What a computation logs says of a partition what it is told to say."""

    @api.asset(partitions_def=_letters(api))
    def made(context):
        context.log_event(api.AssetObservation(asset_key="other", partition="z"))
        context.log_event(api.AssetMaterialization(asset_key="third", partition="w"))

    result = api.materialize_to_memory([made], partition_key="a")
    observed = [e.partition for e in result.all_events if e.event_type_value == "ASSET_OBSERVATION"]
    made = [[plain(e.asset_key), e.partition] for e in result.all_events if e.is_step_materialization]
    return [observed, sorted(made)]


def called_directly(api):
    """A test calls the function with a context of its own."""

    @api.asset(partitions_def=_letters(api))
    def made(context):
        return [context.partition_key, context.asset_partition_key_for_output()]

    @api.asset(partitions_def=_letters(api))
    def plainly(context):
        return context.partition_key

    return [
        error(plainly, api.build_op_context(partition_key="b")),
        error(plainly, api.build_op_context()),
        error(made, api.build_op_context(partition_key="b")),
    ]


def definitions_of_wrong_types(api):
    """What is no definition of partitions is refused where it is given."""
    return [
        error(lambda: api.asset(partitions_def="daily", name="made")(lambda: 1)),
        error(lambda: api.multi_asset(outs={"x": api.AssetOut()}, partitions_def=3, name="made")(lambda: 1)),
        error(lambda: api.SourceAsset("s", partitions_def=["a"])),
        error(lambda: api.AssetIn(partition_mapping=5)),
    ]
