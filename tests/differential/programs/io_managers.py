"""IO managers: who stores what, and what they are told."""

from differential.answers import error, events, metadata, outcome, plain, recorder, refused


def handled_and_loaded(api):
    """Outputs are handed over, inputs are asked for, each by its asset."""
    calls = []

    class Manager(api.IOManager):
        def handle_output(self, context, obj):
            calls.append(["store", plain(context.asset_key), obj])

        def load_input(self, context):
            calls.append(["load", plain(context.asset_key), context.name])
            return 10

    @api.asset(key_prefix="p")
    def a():
        return 1

    @api.asset(ins={"x": api.AssetIn(["p", "a"])})
    def b(x):
        return x + 1

    api.materialize([a, b], resources={"io_manager": Manager()})
    return calls


def context_of_an_output(api):
    """The context of an output knows its asset, name, step, type, op and run."""
    seen = {}

    class Manager(api.IOManager):
        def handle_output(self, context, obj):
            seen.update(
                name=context.name,
                key=plain(context.asset_key),
                has_key=context.has_asset_key,
                step=context.step_key,
                type=context.dagster_type.display_name,
                op=context.op_def.name,
                partitions=context.has_asset_partitions,
                partition=context.has_partition_key,
                identifier=list(context.get_identifier())[1:],
                asset=list(context.get_asset_identifier()),
                run=isinstance(context.run_id, str),
                mapping=context.mapping_key,
                metadata=metadata(context.metadata),
            )

        def load_input(self, context):
            return None

    @api.asset(key_prefix="p", metadata={"n": 1})
    def a() -> int:
        return 1

    api.materialize([a], resources={"io_manager": Manager()})
    return seen


def store_that_raises(api):
    """What handle_output raises fails the step."""

    class Manager(api.IOManager):
        def handle_output(self, context, obj):
            raise ZeroDivisionError

        def load_input(self, context):
            return None

    @api.asset
    def a():
        return 1

    result = api.materialize([a], resources={"io_manager": Manager()}, raise_on_error=False)
    return [
        outcome(result),
        events(result, "a"),
        error(api.materialize, [a], resources={"io_manager": Manager()}),
    ]


def load_that_raises(api):
    """What load_input raises fails the step that asks."""

    class Manager(api.IOManager):
        def handle_output(self, context, obj):
            pass

        def load_input(self, context):
            raise ZeroDivisionError

    @api.asset
    def a():
        return 1

    @api.asset
    def b(a):
        return a

    result = api.materialize([a, b], resources={"io_manager": Manager()}, raise_on_error=False)
    return [
        outcome(result),
        events(result, "b"),
        error(api.materialize, [a, b], resources={"io_manager": Manager()}),
    ]


def io_manager_function(api):
    """`io_manager` makes a definition of a function, with config and what it requires."""
    stored = []

    @api.io_manager(
        config_schema={"unit": str}, required_resource_keys={"base"}, description="D.", version="v"
    )
    def manager(context):
        unit, base = context.resource_config["unit"], context.resources.base

        class Manager(api.IOManager):
            def handle_output(self, context, obj):
                stored.append([unit, base, context.resource_config, obj])

            def load_input(self, context):
                return None

        return Manager()

    @api.asset
    def a():
        return 1

    def run(config):
        resources = {"io_manager": manager, "base": api.ResourceDefinition.hardcoded_resource(5)}
        api.materialize(
            [a], resources=resources, run_config={"resources": {"io_manager": {"config": config}}}
        )

    run({"unit": "m"})
    return [
        stored,
        error(run, {"unit": 3}),
        manager.description,
        manager.version,
        plain(manager.required_resource_keys),
    ]


def config_of_each_output(api):
    """`output_config_schema` is the config of each output."""
    seen = []

    @api.io_manager(output_config_schema={"path": str})
    def manager(_):
        class Manager(api.IOManager):
            def handle_output(self, context, obj):
                seen.append(context.config["path"])

            def load_input(self, context):
                return None

        return Manager()

    @api.asset
    def a():
        return 1

    def run(config):
        run_config = {"ops": {"a": {"outputs": {"result": config}}}}
        api.materialize([a], resources={"io_manager": manager}, run_config=run_config)

    run({"path": "x"})
    return [seen, error(run, {"path": 1}), error(api.materialize, [a], resources={"io_manager": manager})]


def hardcoded_io_manager(api):
    """A definition of an IO manager that is there; a plain one will do for a run."""
    manager, stored = recorder(api)

    @api.asset
    def a():
        return 1

    api.materialize([a], resources={"io_manager": manager})
    return [stored, isinstance(manager, api.IOManagerDefinition)]


def what_is_no_io_manager(api):
    """A resource that is no IO manager, where one is needed."""

    @api.asset
    def a():
        return 1

    return [error(api.materialize, [a], resources={"io_manager": 3})]


def in_memory(api):
    """The manager in memory keeps values as they are."""
    value = object()

    @api.asset
    def a():
        return value

    @api.asset
    def b(a):
        return a is value

    return [
        api.materialize([a, b], resources={"io_manager": api.mem_io_manager}).output_for_node("b"),
        api.materialize_to_memory([a, b]).output_for_node("b"),
    ]


def materialize_to_memory_refuses_io_managers(api):
    """Assets that bring their own IO manager cannot be kept in memory."""
    manager, _ = recorder(api)

    @api.asset(io_manager_def=manager)
    def own():
        return 1

    @api.asset(io_manager_key="lake", resource_defs={"lake": manager})
    def brought():
        return 1

    @api.asset(io_manager_key="lake")
    def named():
        return 1

    return [
        error(api.materialize_to_memory, [own]),
        error(api.materialize_to_memory, [brought]),
        error(api.materialize_to_memory, [named]),
        error(api.materialize_to_memory, [named], resources={"lake": manager}),
    ]


def execute_in_process_finds_nothing_of_other_runs(api):
    """What `materialize` stored by the default manager is not in the memory of `execute_in_process`."""

    @api.asset
    def a():
        return {"x": [1, 2]}

    @api.asset
    def b(a):
        return a

    instance = api.Instance.ephemeral()
    api.materialize([a], instance=instance)

    @api.repository
    def repo():
        return [a, b, api.define_asset_job("j", selection="b")]

    return refused(repo.get_job("j").execute_in_process, instance=instance)


def files_of_the_file_system_manager(api):
    """The file-system manager stores at the base directory and the parts of the key."""
    import tempfile
    from pathlib import Path

    @api.asset(key_prefix=["p", "q"])
    def a():
        return 1

    with tempfile.TemporaryDirectory() as folder:
        manager = api.fs_io_manager.configured({"base_dir": folder})
        api.materialize([a], resources={"io_manager": manager})
        return sorted(
            path.relative_to(folder).with_suffix("").as_posix()
            for path in Path(folder).rglob("*")
            if path.is_file()
        )


def two_managers_in_one_chain(api):
    """An input is loaded by the manager of the asset it is, whatever the reader's own is."""
    left, in_left = recorder(api)
    right, in_right = recorder(api)

    @api.asset(io_manager_key="left")
    def a():
        return 1

    @api.asset(io_manager_key="right")
    def b(a):
        return a + 1

    @api.asset(io_manager_key="left")
    def c(b):
        return b + 1

    api.materialize([a, b, c], resources={"left": left, "right": right})
    return [in_left, in_right]


def abstract_io_manager(api):
    """An IO manager has both methods."""

    class Half(api.IOManager):
        def handle_output(self, context, obj):
            pass

    return refused(Half)


def logged_in_the_io_manager(api):
    """An IO manager may log events."""

    class Manager(api.IOManager):
        def handle_output(self, context, obj):
            context.log_event(api.AssetMaterialization("elsewhere"))
            context.log.info("stored")

        def load_input(self, context):
            return None

    @api.asset
    def a():
        return 1

    result = api.materialize([a], resources={"io_manager": Manager()})
    return sorted(plain(made.asset_key) for made in result.asset_materializations_for_node("a"))


def manager_of_an_op(api):
    """Ops store between steps through the IO manager of their outputs, without an asset key."""
    seen = []

    class Manager(api.IOManager):
        def handle_output(self, context, obj):
            seen.append([context.step_key, context.name, context.has_asset_key, obj])

        def load_input(self, context):
            seen.append(
                [context.upstream_output.step_key, context.upstream_output.name, context.has_asset_key]
            )
            return 5

    @api.op(out={"x": api.Out(io_manager_key="own")})
    def a():
        return 1

    @api.op
    def b(x):
        return x

    @api.job(resource_defs={"own": api.IOManagerDefinition.hardcoded_io_manager(Manager())})
    def use():
        b(a())

    return [use.execute_in_process().output_for_node("b"), seen]


def execute_in_process_keeps_in_memory(api):
    """Values of the default manager stay in memory when a job runs in this process."""
    value = object()

    @api.op
    def a():
        return value

    @api.op
    def b(x):
        return x is value

    @api.job
    def use():
        b(a())

    return use.execute_in_process().output_for_node("b")


def configured_io_manager(api):
    """An IO manager with its config fixed stays one."""
    seen = []

    @api.io_manager(config_schema={"base": str})
    def manager(context):
        seen.append(context.resource_config["base"])
        return api.InMemoryIOManager()

    fixed = manager.configured({"base": "x"})

    @api.asset
    def a():
        return 1

    api.materialize([a], resources={"io_manager": fixed})
    return [seen, isinstance(fixed, api.IOManagerDefinition)]


def manager_of_every_output_of_a_run(api):
    """One IO manager is made for a run, and keeps its state."""
    made = []

    @api.io_manager
    def manager(_):
        made.append(1)
        return api.InMemoryIOManager()

    @api.asset
    def a():
        return 1

    @api.asset
    def b(a):
        return a + 1

    return [api.materialize([a, b], resources={"io_manager": manager}).output_for_node("b"), made]
