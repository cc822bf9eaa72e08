"""Executors."""

from differential.answers import error, outcome, refused


def _job(api, **kwargs):
    @api.op
    def one():
        return 1

    @api.job(**kwargs)
    def use():
        one()

    return use


def names_of_executors(api):
    """The built-in executors by name."""
    return [
        each.name
        for each in (api.in_process_executor, api.multiprocess_executor, api.multi_or_in_process_executor)
    ]


def default_of_a_job(api):
    """A job that names none has the executor that can be switched."""
    return [_job(api).executor_def.name, _job(api, executor_def=api.in_process_executor).executor_def.name]


def execution_config_that_is_wrong(api):
    """The config of the default executor: in_process or multiprocess, with known options."""
    job = _job(api)

    def check(config):
        api.validate_run_config(job, {"execution": {"config": config}})

    cases = {
        "in_process": {"in_process": {}},
        "multiprocess": {"multiprocess": {"max_concurrent": 2}},
        "nothing": {},
        "unknown": {"elsewhere": {}},
        "both": {"in_process": {}, "multiprocess": {}},
        "text": 3,
    }
    return {name: error(check, config) for name, config in cases.items()}


def execution_section_that_is_wrong(api):
    """The section `execution` has only `config`."""
    job = _job(api)
    return [
        error(api.validate_run_config, job, {"execution": {"other": 1}}),
        error(api.validate_run_config, job, {"execution": 3}),
    ]


def executor_decorator(api):
    """`executor` makes a definition with a name and a config schema."""

    @api.executor(name="mine", config_schema={"n": int})
    def custom(init_context):
        return None

    @api.executor
    def bare(init_context):
        return None

    return [custom.name, bare.name]


def custom_executor_config_is_checked(api):
    """The config of an executor must fit its schema."""

    @api.executor(name="mine", config_schema={"n": int})
    def custom(init_context):
        return None

    job = _job(api, executor_def=custom)

    def check(config):
        api.validate_run_config(job, {"execution": {"config": config}})

    return [error(check, {"n": 1}), error(check, {"n": "x"}), error(check, {}), error(check, {"m": 1})]


def configured_executor(api):
    """`configured` gives an executor with its config fixed."""
    two = api.multiprocess_executor.configured({"max_concurrent": 2}, name="two")
    return [two.name, outcome(_job(api, executor_def=two).execute_in_process())]


def what_is_no_executor(api):
    """A job's executor is a definition."""
    return [
        refused(lambda: api.define_asset_job("j", executor_def=3)),
        error(lambda: _job(api, executor_def="in_process")),
    ]


def executor_of_a_repository(api):
    """The default executor of a repository is that of jobs which name none."""

    @api.asset
    def a():
        return 1

    @api.repository(default_executor_def=api.in_process_executor)
    def repo():
        return [
            a,
            api.define_asset_job("j"),
            api.define_asset_job("k", executor_def=api.multiprocess_executor),
        ]

    return [repo.get_job("j").executor_def.name, repo.get_job("k").executor_def.name]
