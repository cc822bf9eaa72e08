"""Loading values of assets without a run."""

from differential.answers import error, plain, recorder, refused


def _repository(api, *definitions, **resources):
    @api.repository
    def repo():
        return api.with_resources(list(definitions), resources)

    return repo


def stored_values(api):
    """A value that a run stored is loaded through its IO manager."""
    manager, _ = recorder(api)

    @api.asset
    def a():
        return 5

    repo = _repository(api, a, io_manager=manager)
    repo.get_job("__ASSET_JOB").execute_in_process()
    return [
        repo.load_asset_value("a"),
        repo.load_asset_value(api.AssetKey("a")),
        repo.load_asset_value(["a"]),
    ]


def stored_in_the_instance(api):
    """The default manager's values are found in the instance's storage."""

    @api.asset(key_prefix="p")
    def a():
        return [1, 2]

    instance = api.Instance.ephemeral()
    api.materialize([a], instance=instance)
    return _repository(api, a).load_asset_value(["p", "a"], instance=instance)


def unknown_key(api):
    """A key that the repository does not have."""

    @api.asset
    def a():
        return 5

    repo = _repository(api, a)
    with repo.get_asset_value_loader() as loader:
        return refused(loader.load_asset_value, "nowhere")


def never_stored(api):
    """An asset that was never made."""

    @api.asset(name="never_made")
    def a():
        return 5

    return refused(_repository(api, a).load_asset_value, "never_made", instance=api.Instance.ephemeral())


def partition_of_an_unpartitioned_asset(api):
    """A partition key for an asset without partitions."""
    manager, stored = recorder(api)
    stored["a"] = 1

    @api.asset
    def a():
        return 5

    return refused(_repository(api, a, io_manager=manager).load_asset_value, "a", partition_key="x")


def source_assets(api):
    """A source asset is loaded as others are."""
    manager, stored = recorder(api)
    stored["raw"] = 7
    return _repository(api, api.SourceAsset("raw"), io_manager=manager).load_asset_value("raw")


def resources_start_once(api):
    """A loader starts its IO manager on first use and once, and ends it on exit."""
    seen = []

    class Manager(api.IOManager):
        def handle_output(self, context, obj):
            pass

        def load_input(self, context):
            return 1

    @api.io_manager
    def manager(context):
        seen.append("start")
        try:
            yield Manager()
        finally:
            seen.append("end")

    @api.asset
    def a():
        return 5

    @api.asset
    def b():
        return 5

    repo = _repository(api, a, b, io_manager=manager)
    with repo.get_asset_value_loader() as loader:
        before = list(seen)
        loader.load_asset_value("a")
        loader.load_asset_value("b")
        during = list(seen)
    return [before, during, seen]


def what_load_input_sees(api):
    """The context has the key, the definition's metadata, the type that is asked for."""
    seen = {}

    class Manager(api.IOManager):
        def handle_output(self, context, obj):
            pass

        def load_input(self, context):
            seen.update(
                key=plain(context.asset_key),
                up_key=plain(context.upstream_output.asset_key),
                up_name=context.upstream_output.name,
                metadata=plain(context.upstream_output.metadata),
                type=context.dagster_type.typing_type.__name__,
                op=context.upstream_output.op_def.name,
            )
            return 1

    @api.asset(key_prefix="p", metadata={"n": 1})
    def a():
        return 5

    manager = api.IOManagerDefinition.hardcoded_io_manager(Manager())
    with _repository(api, a, io_manager=manager).get_asset_value_loader() as loader:
        loader.load_asset_value(["p", "a"], python_type=int)
    return seen


def config_of_the_io_manager(api):
    """The configured IO manager has its config."""

    @api.io_manager(config_schema={"base": int})
    def manager(context):
        base = context.resource_config["base"]

        class Manager(api.IOManager):
            def handle_output(self, context, obj):
                pass

            def load_input(self, context):
                return base

        return Manager()

    @api.asset
    def a():
        return 5

    return _repository(api, a, io_manager=manager.configured({"base": 3})).load_asset_value("a")


def error_of_the_io_manager(api):
    """What the IO manager raises is what the caller gets."""

    class Manager(api.IOManager):
        def handle_output(self, context, obj):
            pass

        def load_input(self, context):
            raise ZeroDivisionError

    @api.asset
    def a():
        return 5

    manager = api.IOManagerDefinition.hardcoded_io_manager(Manager())
    return error(_repository(api, a, io_manager=manager).load_asset_value, "a")
