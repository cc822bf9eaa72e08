"""Executors."""

from differential import current, executed
from differential.answers import error, events, outcome, refused


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


def _execute(api, job, **kwargs):
    current.api = api
    return api.execute_job(api.reconstructable(job), instance=api.Instance.ephemeral(), **kwargs)


def execute_job(api):
    """`execute_job` runs a job under its executor."""
    result = _execute(api, executed.working)
    return [outcome(result), events(result)]


def execute_job_with_run_config(api):
    """The config of a run must fit."""

    def run(config):
        return _execute(api, executed.working, run_config={"ops": {"double": {"config": config}}})

    return [outcome(run({"n": 5})), error(run, {"n": "x"})]


def execute_job_that_fails(api):
    """A failing job raises only when it is asked to."""
    return [
        outcome(_execute(api, executed.failing)),
        error(_execute, api, executed.failing, raise_on_error=True),
    ]


def execute_job_in_part(api):
    """Only some ops of a job are run."""
    return sorted(events(_execute(api, executed.failing, op_selection=["good"])))


def reconstructable_of_what_has_no_name(api):
    """What no other process could find again."""
    return [refused(api.reconstructable, lambda: None), refused(api.reconstructable, 3)]
