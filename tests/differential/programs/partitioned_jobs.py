"""Jobs with partitions: of assets, of computations, with config and tags by partition, and over ranges."""

from differential.answers import error, plain, refused


def _letters(api, *keys):
    return api.StaticPartitionsDefinition(list(keys) or ["a", "b", "c"])


def _asset(api, asset_name, partitions_def):
    @api.asset(name=asset_name, partitions_def=partitions_def)
    def made(context):
        return context.partition_key if context.has_partition_key else None

    return made


def _keys(layer):
    return layer.asset_keys if hasattr(layer, "asset_keys") else layer.keys


def _own_tags(tags):
    """Return tags without those that a system writes under its own name."""
    return {label: value for label, value in sorted(tags.items()) if "/" not in label}


def asset_job_for_a_key(api):
    """A job of assets runs for a key."""
    job = api.define_asset_job("all_of_it").resolve([_asset(api, "made", _letters(api))], [])
    result = job.execute_in_process(partition_key="b")
    events = [event.partition for event in result.all_events if event.is_step_materialization]
    return [result.output_for_node("made"), events]


def partitions_of_an_asset_job(api):
    """A job has the partitions of its assets."""
    job = api.define_asset_job("all_of_it").resolve([_asset(api, "made", _letters(api))], [])
    plainly = api.define_asset_job("all_of_it").resolve([_asset(api, "made", None)], [])
    return [job.partitions_def == _letters(api), plainly.partitions_def]


def assets_with_other_partitions(api):
    """A job over assets with different partitions is refused."""
    assets = [_asset(api, "x", _letters(api)), _asset(api, "y", _letters(api, "p", "q"))]
    return error(api.define_asset_job("all_of_it").resolve, assets, [])


def assets_with_and_without_partitions(api):
    """Assets without partitions run along."""
    assets = [_asset(api, "x", _letters(api)), _asset(api, "y", None)]
    result = api.define_asset_job("all_of_it").resolve(assets, []).execute_in_process(partition_key="c")
    return [result.output_for_node("x"), result.output_for_node("y")]


def job_with_other_partitions_than_its_assets(api):
    """`partitions_def` must be that of the assets."""
    job = api.define_asset_job("all_of_it", partitions_def=_letters(api, "z"))
    return error(job.resolve, [_asset(api, "x", _letters(api))], [])


def job_with_partitions_over_assets_without(api):
    """A job may have partitions that its assets do not have."""
    job = api.define_asset_job("all_of_it", partitions_def=_letters(api)).resolve(
        [_asset(api, "x", None)], []
    )
    return [
        job.partitions_def == _letters(api),
        job.execute_in_process(partition_key="a").output_for_node("x"),
    ]


def asset_job_without_a_key(api):
    """A job whose assets have partitions, run for none."""
    job = api.define_asset_job("all_of_it").resolve([_asset(api, "x", _letters(api))], [])
    return refused(job.execute_in_process)


def key_for_a_job_without_partitions(api):
    """A key given to a job that has none."""
    job = api.define_asset_job("all_of_it").resolve([_asset(api, "x", None)], [])
    return error(job.execute_in_process, partition_key="a")


def unknown_key_for_a_job(api):
    """A key that the job does not have."""
    job = api.define_asset_job("all_of_it").resolve([_asset(api, "x", _letters(api))], [])
    return refused(job.execute_in_process, partition_key="z")


def part_of_an_asset_job(api):
    """Only some of the assets, for a key."""
    assets = [_asset(api, "x", _letters(api)), _asset(api, "y", _letters(api))]
    job = api.define_asset_job("all_of_it").resolve(assets, [])
    result = job.execute_in_process(partition_key="b", asset_selection=[api.AssetKey("y")])
    return [plain(e.asset_key) for e in result.all_events if e.is_step_materialization]


def _numbered(api, config, **kwargs):
    """Return a job of one computation that gives its config, and the key where there is one."""

    @api.op(config_schema={"n": api.Field(int, default_value=0)})
    def number(context):
        key = context.partition_key if context.has_partition_key else None
        return [context.op_config["n"], key, _own_tags(context.run.tags if hasattr(context, "run") else {})]

    @api.job(config=config, **kwargs)
    def numbers():
        number()

    return numbers


def _config(n):
    return {"ops": {"number": {"config": {"n": n}}}}


def config_of_a_key(api):
    """A function makes the run config of each key."""

    @api.static_partitioned_config(["1", "2", "3"])
    def by_key(key):
        return _config(int(key))

    job = _numbered(api, by_key)
    return [job.execute_in_process(partition_key=key).output_for_node("number")[:2] for key in ("1", "3")]


def config_of_a_day(api):
    """A function makes the run config of a window."""

    @api.daily_partitioned_config(start_date="2023-01-01")
    def by_day(start, end):
        return _config((end - start).days * 100 + start.day)

    job = _numbered(api, by_day)
    return job.execute_in_process(partition_key="2023-01-07").output_for_node("number")[:2]


def config_that_is_given_too(api):
    """What a run gives itself comes in the place of the partition's."""

    @api.static_partitioned_config(["1", "2"])
    def by_key(key):
        return _config(int(key))

    job = _numbered(api, by_key)
    return [
        refused(job.execute_in_process, run_config=_config(7), partition_key="1"),
        job.execute_in_process(run_config=_config(7)).output_for_node("number")[:2],
    ]


def no_key_for_config_by_key(api):
    """Without a key there is no config but the defaults."""

    @api.static_partitioned_config(["1", "2"])
    def by_key(key):
        return _config(int(key))

    return _numbered(api, by_key).execute_in_process().output_for_node("number")[:2]


def partitions_of_a_graph_job(api):
    """A job of computations may have partitions of its own."""
    job = _numbered(api, None, partitions_def=_letters(api))
    return [
        job.partitions_def == _letters(api),
        job.execute_in_process(partition_key="b").output_for_node("number")[:2],
        refused(job.execute_in_process, partition_key="z"),
    ]


def partitions_and_config_by_partition(api):
    """A job has only one of the two."""

    @api.static_partitioned_config(["1", "2"])
    def by_key(key):
        return _config(int(key))

    return refused(_numbered, api, by_key, partitions_def=_letters(api))


def partitions_of_a_job_with_config(api):
    """A job with config by partition has the partitions of that."""

    @api.static_partitioned_config(["1", "2"])
    def by_key(key):
        return _config(int(key))

    job = _numbered(api, by_key)
    return [job.partitions_def.get_partition_keys(), job.partitioned_config is not None]


def a_request_for_a_key(api):
    """A job says what a run of a partition is."""

    @api.static_partitioned_config(["1", "2"], tags_for_partition_fn=lambda key: {"which": key})
    def by_key(key):
        return _config(int(key))

    request = _numbered(api, by_key).run_request_for_partition("2", run_key="r", tags={"more": "yes"})
    return [plain(request.run_config), _own_tags(request.tags), request.run_key, request.job_name]


def a_request_for_a_key_of_assets(api):
    """The same of a job of assets, and for some of them."""
    job = api.define_asset_job("all_of_it").resolve([_asset(api, "x", _letters(api))], [])
    request = job.run_request_for_partition("b", asset_selection=[api.AssetKey("x")])
    return [
        plain(request.run_config),
        _own_tags(request.tags),
        plain(request.asset_selection),
        request.run_key,
    ]


def a_request_without_partitions(api):
    """A job without partitions has no run for one, and an unknown key none either."""
    job = api.define_asset_job("all_of_it").resolve([_asset(api, "x", None)], [])
    keyed = api.define_asset_job("all_of_it").resolve([_asset(api, "x", _letters(api))], [])
    return [refused(job.run_request_for_partition, "b"), refused(keyed.run_request_for_partition, "z")]


def tags_of_a_key(api):
    """A function makes the tags of each key, which the run has."""
    seen = []

    @api.op
    def look(context):
        seen.append([context.has_tag("which"), context.get_tag("which")])

    @api.static_partitioned_config(["1", "2"], tags_for_partition_fn=lambda key: {"which": key})
    def by_key(key):
        return {}

    @api.job(config=by_key)
    def looks():
        look()

    looks.execute_in_process(partition_key="2")
    return seen


def keys_of_a_config(api):
    """What a config by partition says of itself."""

    @api.static_partitioned_config(["1", "2"], tags_for_partition_fn=lambda key: {"which": key})
    def by_key(key):
        return {"of": key}

    return [
        by_key.get_partition_keys(),
        plain(by_key.get_run_config_for_partition_key("2")),
        refused(by_key.get_run_config_for_partition_key, "z"),
        plain(by_key("direct")),
    ]


def implicit_jobs(api):
    """A repository has a job for each definition of partitions, and the assets without any in each."""
    one = _asset(api, "one", _letters(api))
    two = _asset(api, "two", _letters(api, "p", "q"))
    plainly = _asset(api, "plainly", None)

    def jobs(*assets):
        @api.repository
        def repo():
            return list(assets)

        found = [job for job in repo.get_all_jobs() if job.name.startswith("__ASSET_JOB")]
        return {job.name: sorted(_keys(job.asset_layer)) for job in found}

    several = jobs(one, two, plainly)
    return [
        plain(jobs(plainly)),
        plain(jobs(one)),
        plain(jobs(one, plainly)),
        sorted(several),
        sorted(plain(keys) for keys in several.values()),
    ]


def implicit_job_for_a_key(api):
    """The job over assets with one definition runs for a key."""

    @api.repository
    def repo():
        return [_asset(api, "one", _letters(api)), _asset(api, "plainly", None)]

    names = [job.name for job in repo.get_all_jobs()]
    result = repo.get_job(names[0]).execute_in_process(partition_key="c")
    return [names, result.output_for_node("one"), result.output_for_node("plainly")]


def _range_tags(api, start, end):
    system = "dagster" if type(api).__name__ == "Reference" else "holdfast"
    label = f"{system}/asset_partition_range"
    return {f"{label}_start": start, f"{label}_end": end}


def range_of_partitions(api):
    """A run over a range calls each computation once, and records each partition."""
    seen = []

    @api.asset(partitions_def=api.DailyPartitionsDefinition("2023-01-01"))
    def made(context):
        seen.append(list(context.asset_partition_keys_for_output("result")))
        window = context.asset_partitions_time_window_for_output()
        seen.append([window.start.isoformat(), window.end.isoformat()])
        seen.append(refused(context.asset_partition_key_for_output))
        return api.Output(dict.fromkeys(seen[0], 1), metadata={"rows": 2})

    tags = _range_tags(api, "2023-01-02", "2023-01-04")
    job = api.define_asset_job("all_of_it", tags=tags).resolve([made], [])
    result = job.execute_in_process()
    made = [event.partition for event in result.all_events if event.is_step_materialization]
    return [seen, sorted(made)]


def range_read_by_range(api):
    """A computation over a range reads the same range of what it reads by key."""
    seen = []

    class Store(api.IOManager):
        def handle_output(self, context, obj):
            seen.append([context.asset_key.to_user_string(), list(context.asset_partition_keys)])

        def load_input(self, context):
            seen.append([context.asset_key.to_user_string(), list(context.asset_partition_keys)])

    days = api.DailyPartitionsDefinition("2023-01-01")

    @api.asset(partitions_def=days)
    def up():
        return 1

    @api.asset(partitions_def=days)
    def down(up):
        return 2

    manager = api.IOManagerDefinition.hardcoded_io_manager(Store())
    tags = _range_tags(api, "2023-01-02", "2023-01-03")
    made = api.with_resources([up, down], {"io_manager": manager})
    api.define_asset_job("all_of_it", tags=tags).resolve(made, []).execute_in_process()
    return seen
