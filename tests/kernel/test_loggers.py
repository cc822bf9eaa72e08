"""Loggers: where what is logged in a run goes."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from holdfast import (
    ExecuteInProcessResult,
    Field,
    InitLoggerContext,
    InputContext,
    Instance,
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidInvocationError,
    IOManager,
    JobDefinition,
    LoggerDefinition,
    OutputContext,
    UserCodeExecutionError,
    asset,
    define_asset_job,
    execute_job,
    graph,
    job,
    logger,
    op,
    repository,
    resource,
    success_hook,
    validate_run_config,
)


class Kept(logging.Handler):
    """What the function of a logger was told, and what was logged."""

    def __init__(self) -> None:
        super().__init__()
        self.contexts: list[InitLoggerContext] = []
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.getMessage()}")

    def defined(self, config_schema: Any = None, level: int = logging.DEBUG) -> LoggerDefinition:
        """Return the definition of a logger that is kept here."""

        def make(context: InitLoggerContext) -> logging.Logger:
            self.contexts.append(context)
            made = logging.Logger("kept", level)
            made.addHandler(self)
            return made

        return LoggerDefinition(make, config_schema)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@op
def speak(context: Any) -> int:
    context.log.info("hello %s", "there")
    context.log.debug("details")
    return 1


@graph
def speech() -> None:
    speak()


def run(made: JobDefinition, **loggers: Any) -> ExecuteInProcessResult:
    """Run a job with these loggers."""
    return made.execute_in_process({"loggers": loggers} if loggers else None)


# -- where it goes -------------------------------------------------------------------------------------


def test_without_loggers(caplog: pytest.LogCaptureFixture) -> None:
    """It goes to Python's logger ``holdfast.run``."""
    with caplog.at_level(logging.INFO, "holdfast.run"):
        run(speech.to_job())
    assert [(each.name, each.getMessage()) for each in caplog.records] == [("holdfast.run", "hello there")]


def test_a_logger_that_is_not_chosen(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    """It is not made; what is logged goes where it goes without it."""
    with caplog.at_level(logging.INFO, "holdfast.run"):
        speech.to_job(logger_defs={"kept": kept.defined()}).execute_in_process({"loggers": {}})
    assert (kept.contexts, kept.lines, len(caplog.records)) == ([], [], 1)


def test_a_logger_that_is_chosen(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    """It takes what is logged, which goes nowhere else."""
    with caplog.at_level(logging.DEBUG):
        run(speech.to_job(logger_defs={"kept": kept.defined()}), kept={})
    assert kept.lines == ["INFO hello there", "DEBUG details"]
    assert caplog.records == []


def test_several_loggers(kept: Kept) -> None:
    """Each takes what is logged, from its own level upward."""
    brief = Kept()
    made = speech.to_job(logger_defs={"all": kept.defined(), "brief": brief.defined(level=logging.INFO)})
    run(made, all={}, brief={})
    assert (len(kept.lines), brief.lines) == (2, ["INFO hello there"])


@pytest.mark.parametrize(
    "made",
    [
        lambda loggers: JobDefinition(graph_def=speech, logger_defs=loggers),
        lambda loggers: speech.to_job(logger_defs=loggers),
        lambda loggers: job(name="made", logger_defs=loggers)(lambda: speak() and None),
    ],
    ids=["JobDefinition", "to_job", "job"],
)
def test_loggers_of_a_job(made: Any, kept: Kept) -> None:
    """However a job is given loggers, its runs can choose them, and it says which they are."""
    loggers = {"kept": kept.defined()}
    run(made(loggers), kept={})
    assert made(loggers).loggers == loggers
    assert len(kept.lines) == 2


def test_whatever_logs_in_a_run(kept: Kept) -> None:
    """Resources, IO managers and hooks log to the same."""

    class Talking(IOManager):
        def handle_output(self, context: OutputContext, obj: Any) -> None:
            context.log.info("stored")

        def load_input(self, context: InputContext) -> Any:
            context.log.info("loaded")

    @resource
    def talking(context: Any) -> Talking:
        context.log.info("set up")
        return Talking()

    @success_hook
    def told(context: Any) -> None:
        context.log.info("told")

    listen = op(name="listen")(lambda n: None)
    made = job(
        name="made", resource_defs={"io_manager": talking}, logger_defs={"kept": kept.defined()}, hooks={told}
    )(lambda: listen(speak()) and None)
    run(made, kept={})
    said = [line.partition(" ")[2] for line in kept.lines]
    assert said == ["hello there", "details", "set up", "stored", "told", "loaded", "stored", "told"]


def test_what_goes_wrong_at_the_end(kept: Kept) -> None:
    """Resources that cannot be torn down are logged there too."""

    @resource
    def sticky() -> Any:
        yield 1
        raise ValueError("stuck")

    stuck = op(name="stuck", required_resource_keys={"sticky"})(lambda context: context.resources.sticky)
    made = job(name="made", resource_defs={"sticky": sticky}, logger_defs={"kept": kept.defined()})
    run(made(lambda: stuck() and None), kept={})
    assert "stuck" in kept.lines[0]


def test_assets_log_too(kept: Kept) -> None:
    """In jobs of a repository that has loggers for all."""

    @asset
    def orders(context: Any) -> int:
        context.log.info("made orders")
        return 1

    @repository(default_logger_defs={"kept": kept.defined()})
    def shop() -> Any:
        return [orders, define_asset_job("daily"), speech.to_job(logger_defs={})]

    for name in ("daily", "__ASSET_JOB"):
        run(shop.get_job(name), kept={})
    assert kept.lines == ["INFO made orders"] * 2
    assert shop.get_job("speech").loggers == {}


def test_worker_processes_log_too(tmp_path: Path) -> None:
    """Each makes the loggers of its own."""

    @logger({"path": str})
    def to_file(context: Any) -> logging.Logger:
        made = logging.Logger("file", logging.INFO)
        made.addHandler(logging.FileHandler(context.logger_config["path"]))
        return made

    made = speech.to_job(logger_defs={"file": to_file})
    config = {"loggers": {"file": {"config": {"path": str(tmp_path / "log")}}}}
    assert execute_job(made, Instance.ephemeral(), config).success
    assert (tmp_path / "log").read_text() == "hello there\n"


# -- the console ---------------------------------------------------------------------------------------


def test_the_console(capsys: pytest.CaptureFixture[str]) -> None:
    """A job without loggers of its own can choose it; it writes to the standard error output."""
    assert list(speech.to_job().loggers) == ["console"]
    run(speech.to_job(), console={})
    assert capsys.readouterr().err.endswith(" - holdfast - INFO - hello there\n")


def test_config_of_the_console(capsys: pytest.CaptureFixture[str]) -> None:
    """Its level, in any case, and its name."""
    run(speech.to_job(), console={"config": {"log_level": "debug", "name": "shop"}})
    assert capsys.readouterr().err.endswith(" - shop - DEBUG - details\n")
    run(speech.to_job(), console={"config": {"log_level": "ERROR"}})
    assert capsys.readouterr().err == ""


# -- config --------------------------------------------------------------------------------------------


def test_what_the_function_of_a_logger_is_told(kept: Kept) -> None:
    """Its config with defaults, its definition, the run and the job."""
    definition = kept.defined({"unit": Field(str, default_value="kg"), "n": int})
    made = speech.to_job(logger_defs={"kept": definition})
    result = run(made, kept={"config": {"n": 3}})
    assert kept.contexts == [InitLoggerContext({"unit": "kg", "n": 3}, definition, result.run_id, made)]


@pytest.mark.parametrize(
    ("loggers", "path"),
    [
        ({"cept": {}}, "loggers.cept: no logger here has this name. Did you mean 'kept'"),
        ({"console": {}}, "loggers.console: no logger here has this name"),
        ({"kept": {}}, "loggers.kept.config: this is required"),
        ({"kept": {"config": {"n": "x"}}}, "loggers.kept.config.n: expected int"),
        ({"kept": {"n": 3}}, "loggers.kept: this is a mapping with the key 'config' alone"),
        ({"kept": 3}, "loggers.kept: this is a mapping with the key 'config' alone"),
    ],
    ids=str,
)
def test_wrong_config(kept: Kept, loggers: Any, path: str) -> None:
    """It is an error before anything is made or run, with its path."""
    made = speech.to_job(logger_defs={"kept": kept.defined({"n": int})})
    for read in (made.execute_in_process, lambda config: validate_run_config(made, config)):
        with pytest.raises(InvalidConfigError, match=path.replace(".", r"\.")):
            read({"loggers": loggers})
    assert kept.contexts == []


def test_no_logger_is_made_for_a_run_that_cannot_start(kept: Kept) -> None:
    """What else is wrong with the run config is found first."""
    made = speech.to_job(logger_defs={"kept": kept.defined()})
    with pytest.raises(InvalidConfigError, match=r"ops\.shout"):
        made.execute_in_process({"loggers": {"kept": {}}, "ops": {"shout": {}}})
    assert kept.contexts == []


def test_validated_config(kept: Kept) -> None:
    """Defaults are filled in."""
    made = speech.to_job(logger_defs={"kept": kept.defined({"n": Field(int, default_value=3)})})
    read = validate_run_config(made, {"loggers": {"kept": {}}})
    assert read["loggers"] == {"kept": {"config": {"n": 3}}}


def test_a_configured_logger(kept: Kept) -> None:
    """A copy that takes other config, or none."""
    three = kept.defined({"n": int}).configured({"n": 3})
    run(speech.to_job(logger_defs={"kept": three}), kept={})
    assert kept.contexts[0].logger_config == {"n": 3}


# -- definitions ---------------------------------------------------------------------------------------


def test_the_decorator() -> None:
    """Bare or with arguments; the docstring is the description unless one is given."""

    @logger
    def plain(context: InitLoggerContext) -> logging.Logger:
        """Write nowhere."""
        return logging.Logger("nowhere")

    described = logger(int, description="Other.")(lambda context: context.logger_config)
    assert (plain.description, described.description) == ("Write nowhere.", "Other.")
    assert described(InitLoggerContext(3)) == 3


def test_a_logger_can_be_called() -> None:
    """In a test, with a context whose config is checked, or without one."""
    seen = logger({"n": Field(int, default_value=3)})(lambda context: context.logger_config)
    assert (seen(), seen(None), seen(InitLoggerContext({"n": 4}))) == ({"n": 3}, {"n": 3}, {"n": 4})
    with pytest.raises(InvalidConfigError, match="n: expected int"):
        seen(InitLoggerContext({"n": "x"}))
    with pytest.raises(InvalidInvocationError, match="called with an InitLoggerContext, not 3"):
        seen(3)


def test_a_logger_that_cannot_be_made() -> None:
    """What its function raised is the cause of the error, which names the logger."""

    @logger
    def broken(context: InitLoggerContext) -> logging.Logger:
        raise OSError("no space")

    with pytest.raises(UserCodeExecutionError, match="logger 'one' could not be made: OSError: no space"):
        run(speech.to_job(logger_defs={"one": broken}), one={})


def test_what_is_no_logger() -> None:
    """The function returns a `logging.Logger`."""
    wrong = logger(lambda context: 3)
    with pytest.raises(InvalidDefinitionError, match=r"returned 3. It returns a logging\.Logger"):
        run(speech.to_job(logger_defs={"wrong": wrong}), wrong={})


@pytest.mark.parametrize("loggers", [{"one": 3}, [3], {3: logger(lambda context: None)}])
def test_what_are_no_loggers(loggers: Any) -> None:
    """Wherever they are given, they are definitions by name."""
    for give in (
        lambda: speech.to_job(logger_defs=loggers),
        lambda: JobDefinition(graph_def=speech, logger_defs=loggers),
        lambda: repository(name="shop", default_logger_defs=loggers)(lambda: []),
    ):
        with pytest.raises(InvalidDefinitionError, match="logger"):
            give()


def test_wrong_definitions() -> None:
    """The function of a logger is one."""
    with pytest.raises(InvalidDefinitionError, match="logger_fn is a function, not 3"):
        LoggerDefinition(3)  # type: ignore[arg-type]
