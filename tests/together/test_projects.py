"""Projects: a repository run as its settings say, in worker processes, in files, with events in SQLite."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from holdfast import (
    AssetKey,
    ExecutionStepExecutionError,
    InvalidDefinitionError,
    Project,
    RunStatus,
    SettingsError,
    UnknownJobError,
    UnknownProvisionError,
)

SETTINGS = """
[tool.holdfast]
repository = "{module}"
executor = {{ use = "multiprocess", max_workers = 2 }}
event_store = {{ use = "sqlite", path = "events.db" }}

[tool.holdfast.io_managers]
io_manager = {{ use = "filesystem", base = "data" }}
lake = {{ use = "filesystem", base = "lake" }}
"""

_numbers = itertools.count()
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a project with settings and a module of definitions; return its directory."""
    monkeypatch.setattr(sys, "path", [*sys.path])

    def make(code: str, *, settings: str = SETTINGS, attribute: str = "") -> Path:
        module = f"project_{next(_numbers)}"  # modules stay imported, so each project has one of its own
        (tmp_path / "pyproject.toml").write_text(settings.format(module=module + attribute))
        imports = "import os\nfrom holdfast import *\n"
        (tmp_path / f"{module}.py").write_text(imports + textwrap.dedent(code))
        return tmp_path

    return make


PIPELINE = """
    @asset
    def numbers():
        return [1, 2, 3]

    @asset(key_prefix="sums", io_manager_key="lake")
    def total(numbers):
        return sum(numbers), os.getpid()
"""


def test_a_project_runs_as_its_settings_say(write: Write) -> None:
    """Steps in other processes, values in files, events in SQLite."""
    directory = write(PIPELINE)
    result = Project.load(directory).materialize()
    assert result.success
    assert (directory / "data" / "numbers.json").is_file()
    assert (directory / "lake" / "sums" / "total.pickle").is_file()
    store = Project.load(directory).instance.event_store
    assert store.run(result.run_id).status is RunStatus.SUCCESS
    assert set(store.latest_materializations()) == {AssetKey("numbers"), AssetKey(["sums", "total"])}


def test_steps_run_in_worker_processes(write: Write) -> None:
    """The value of the asset says where it was made."""
    project = Project.load(write(PIPELINE))
    project.materialize()
    total, pid = project.repository.load_asset_value(["sums", "total"], instance=project.instance)
    assert total == 6
    assert pid != os.getpid()


def test_a_selection_is_made_from_what_is_stored(write: Write) -> None:
    """The rest is loaded."""
    project = Project.load(write(PIPELINE))
    project.materialize("numbers")
    result = project.materialize("sums/total")
    assert result.success
    assert list(result.plan.steps) == ["sums__total"]


def test_a_job_of_the_repository_runs(write: Write) -> None:
    """By name, with its tags; an unknown name is an error."""
    code = (
        PIPELINE
        + """
    @repository
    def repo():
        return [numbers, total, define_asset_job("base", "numbers", tags={"team": "core"})]
    """
    )
    project = Project.load(write(code))
    result = project.run_job("base")
    assert result.plan.assets == (AssetKey("numbers"),)
    assert result.run.tags == {"team": "core"}
    with pytest.raises(UnknownJobError, match="Did you mean 'base'"):
        project.run_job("bse")


def test_what_a_job_brings_reaches_its_workers(write: Write) -> None:
    """Its resources, hooks, retry policy and loggers: a worker finds them by name."""
    code = """
    import logging

    @logger({"path": str})
    def to_file(context):
        made = logging.Logger("file", logging.INFO)
        made.addHandler(logging.FileHandler(context.logger_config["path"]))
        return made

    @resource
    def greeting():
        return "hello"

    @success_hook(required_resource_keys={"greeting"})
    def greet(context):
        context.log.info("%s after %s", context.resources.greeting, context.op_output_values["result"])

    @op(required_resource_keys={"greeting"})
    def speak(context):
        if context.retry_number == 0:
            raise ValueError("not yet")
        return context.resources.greeting

    @job(
        resource_defs={"greeting": greeting},
        hooks={greet},
        op_retry_policy=RetryPolicy(1),
        logger_defs={"file": to_file},
    )
    def speech():
        speak()

    @repository
    def repo():
        return [speech]
    """
    directory = write(code)
    config = {"loggers": {"file": {"config": {"path": str(directory / "log")}}}}
    assert Project.load(directory).run_job("speech", run_config=config).success
    assert (directory / "log").read_text() == "hello after hello\n"


def test_a_job_may_name_its_executor(write: Write) -> None:
    """So may its run config, which comes first."""
    code = (
        PIPELINE
        + """
    @repository
    def repo():
        return [numbers, total, define_asset_job("here", executor_def="in_process")]
    """
    )
    project = Project.load(write(code))

    def pid_of(result: Any) -> int:
        assert result.success
        loaded: int = project.repository.load_asset_value(["sums", "total"], instance=project.instance)[1]
        return loaded

    assert pid_of(project.run_job("here")) == os.getpid()
    elsewhere = {"execution": {"config": {"multiprocess": {"max_workers": 1}}}}
    assert pid_of(project.run_job("here", run_config=elsewhere)) != os.getpid()


def test_an_unknown_executor_names_the_nearest(write: Write) -> None:
    """Before anything runs."""
    project = Project.load(write(PIPELINE))
    with pytest.raises(UnknownProvisionError, match="Did you mean 'multiprocess'"):
        project.materialize(run_config={"execution": {"config": "multiproces"}})


def test_a_failure_in_a_worker_shows_the_users_frames(write: Write) -> None:
    """And the asset's key; what does not wait for it is made."""
    directory = write("""
        @asset
        def broken():
            raise ValueError("boom")

        @asset
        def after(broken):
            return 1

        @asset
        def apart():
            return 1
    """)
    result = Project.load(directory).materialize()
    with pytest.raises(
        ExecutionStepExecutionError, match=r"Asset 'broken' failed[\s\S]*in broken[\s\S]*boom"
    ) as caught:
        result.raise_for_failure()
    assert "execution/step.py" not in str(caught.value)
    assert not (directory / "data" / "after.json").exists()
    assert (directory / "data" / "apart.json").exists()


def test_a_killed_worker_fails_its_own_step_alone(write: Write) -> None:
    """Everything else is made."""
    directory = write("""
        @asset
        def killed():
            os.kill(os.getpid(), 9)

        @asset
        def after(killed):
            return 1

        @asset
        def apart():
            return 1

        @asset
        def later(apart):
            return apart
    """)
    result = Project.load(directory).materialize()
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert failure.step_key == "killed"
    assert "SIGKILL" in failure.data.error.message
    assert failure.data.error.frames == ()
    assert (directory / "data" / "later.json").exists()


def test_each_worker_sets_resources_up_once_and_tears_them_down(write: Write) -> None:
    """Once per process that needs them, however many steps it runs."""
    directory = write("""
        @resource
        def connection():
            name = f"{os.getpid()}"
            with open("up.log", "a") as log: log.write(name + "\\n")
            yield name
            with open("down.log", "a") as log: log.write(name + "\\n")

        def table(n):
            needs = {"required_resource_keys": {"connection"}, "resource_defs": {"connection": connection}}
            return asset(name=f"t{n}", **needs)(lambda context: context.resources.connection)

        tables = [table(n) for n in range(12)]
    """)
    os.chdir(directory)
    assert Project.load(directory).materialize().success
    up = (directory / "up.log").read_text().split()
    assert 1 <= len(up) == len(set(up)) <= 2
    assert sorted((directory / "down.log").read_text().split()) == sorted(up)


def test_values_in_memory_cannot_cross_processes(write: Write) -> None:
    """The error names the way out."""
    settings = SETTINGS.replace('{{ use = "filesystem", base = "data" }}', '"memory"')
    result = Project.load(write(PIPELINE, settings=settings)).materialize("numbers")
    with pytest.raises(ExecutionStepExecutionError, match="in-process executor"):
        result.raise_for_failure()


def test_definitions_of_a_script_travel_by_value(tmp_path: Path) -> None:
    """A job of `__main__`, which no worker can import, runs in workers all the same."""
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent("""
        import os
        from holdfast import Instance, asset, define_asset_job, execute_job

        FACTOR = 2

        @asset
        def numbers():
            return [FACTOR, os.getppid()]

        job = define_asset_job("job", executor_def="multiprocess").resolve([numbers])
        result = execute_job(job, Instance.get(), raise_on_error=True)
        assert result.success
        """)
    )
    (tmp_path / "holdfast.toml").write_text('event_store = "memory"\n')
    subprocess.run([sys.executable, str(script)], cwd=tmp_path, check=True)


def test_loaders_find_the_definitions(write: Write) -> None:
    """Settings may name loaders instead of a repository."""
    directory = write(PIPELINE)
    (module,) = (path.stem for path in directory.glob("project_*.py"))
    (directory / "holdfast.toml").write_text(
        f'definitions = [{{ use = "module", name = "{module}", group = "shop" }}]\n'
    )
    graph = Project.load(directory).repository.graph
    assert set(graph.groups) == {"shop"}


def test_a_repository_may_choose_its_plugins(write: Write) -> None:
    """The same allow-list as in the settings."""
    code = (
        PIPELINE
        + """
    @repository(plugins=["filesystem"])
    def repo():
        return [numbers]
    """
    )
    project = Project.load(write(code, settings='[tool.holdfast]\nrepository = "{module}"\n'))
    active = {state.name for state in project.instance.plugins.states if str(state.status) == "active"}
    assert active == {"builtins", "filesystem"}


@pytest.mark.parametrize(
    ("attribute", "code", "message"),
    [
        (":rep", "@repository\ndef repo(): return []", "Did you mean 'repo'"),
        (":os", "", "no repository"),
        ("", "@repository\ndef a(): return []\n@repository\ndef b(): return []", "several repositories"),
        (".nothing", "", "not found on the module path"),
    ],
)
def test_a_wrong_repository_is_an_error_of_the_settings(
    write: Write, attribute: str, code: str, message: str
) -> None:
    """With the file, the place and the fix."""
    with pytest.raises(SettingsError, match=message) as caught:
        Project.load(write(code, attribute=attribute))
    assert "pyproject.toml" in str(caught.value)


def test_a_module_without_assets_is_an_error(write: Write) -> None:
    """There is nothing to run."""
    with pytest.raises(InvalidDefinitionError, match="neither a repository nor assets"):
        Project.load(write("x = 1"))


def test_settings_without_a_repository_say_what_to_add(write: Write) -> None:
    """The message has the line to write."""
    with pytest.raises(SettingsError, match='repository = "module"'):
        Project.load(write("", settings="[tool.holdfast]\n"))


KILLED = """
    def table(n):
        ins = {"up": AssetIn(f"t{n - 1}")} if n % 10 else {}
        return asset(name=f"t{n}", ins=ins)(lambda **up: [n] * 200_000)

    tables = [table(n) for n in range(400)]
"""


@pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
def test_what_is_recorded_after_a_kill_is_stored_whole(write: Write, executor: str) -> None:
    """Killed at any moment, every file is whole and every recorded asset loads."""
    directory = write(KILLED)
    program = (
        "from holdfast import Project; "
        f"Project.load('.').materialize(run_config={{'execution': {{'config': '{executor}'}}}})"
    )
    for files in (1, 17, 60):
        shutil.rmtree(directory / "data", ignore_errors=True)
        process = subprocess.Popen([sys.executable, "-c", program], cwd=directory, start_new_session=True)
        while process.poll() is None and len(list(directory.glob("data/*"))) < files:
            os.sched_yield()
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "the run ended before it could be killed"
        project = Project.load(directory)
        stored = [AssetKey(file.stem) for file in directory.glob("data/t*.json")]
        (run, *_) = project.instance.event_store.runs()
        recorded = [
            e.asset_key for e in project.instance.event_store.events(run.run_id) if e.is_step_materialization
        ]
        assert run.status is RunStatus.STARTED
        with project.repository.get_asset_value_loader(project.instance) as loader:
            for key in {*stored, *recorded}:
                assert len(loader.load_asset_value(key)) == 200_000
