"""Loggers: where what user code logs in a run goes, if not to Python's logger ``holdfast.run``."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from holdfast.config.configured import Configurable
from holdfast.config.processing import process_config, read_config
from holdfast.config.scalars import NOT_GIVEN
from holdfast.config.types import Field, to_field
from holdfast.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    UserCodeExecutionError,
    did_you_mean,
)

__all__ = [
    "DEFAULT_LOGGERS",
    "InitLoggerContext",
    "LoggerDefinition",
    "check_loggers",
    "logger",
    "make_run_logger",
    "read_logger_configs",
]


@attrs.frozen
class InitLoggerContext:
    """What a logger function is told.

    Args:
        logger_config: the config given for this logger.
        logger_def: the definition of the logger.
        run_id: the run.
        job_def: the job that is run.
    """

    logger_config: Any = None
    logger_def: LoggerDefinition | None = None
    run_id: str | None = None
    job_def: Any = None


def _schema(schema: Any) -> Field:
    return to_field(schema, "a logger")


@attrs.frozen(eq=False)
class LoggerDefinition(Configurable):
    """How a logger is made; made by `logger`.

    Args:
        logger_fn: a function from an `InitLoggerContext` to a `logging.Logger`.
        config_schema: the config it takes, which the function gets as ``context.logger_config``; any by
            default.
        description: what it is.

    Raises:
        InvalidDefinitionError: ``logger_fn`` is no function.
        InvalidConfigDefinitionError: ``config_schema`` is no schema.
    """

    logger_fn: Callable[[InitLoggerContext], logging.Logger]
    config_schema: Field = attrs.field(default=None, converter=_schema, repr=False)
    description: str | None = None

    def __attrs_post_init__(self) -> None:
        if not callable(self.logger_fn):
            raise InvalidDefinitionError(
                f"LoggerDefinition: logger_fn is a function, not {self.logger_fn!r}."
            )

    def __call__(self, context: InitLoggerContext | None = None) -> Any:
        """Call the function in a test.

        Args:
            context: what it is told; ``None`` if it needs nothing.

        Returns:
            What the function returns.

        Raises:
            InvalidInvocationError: ``context`` is none.
            InvalidConfigError: the config of the context does not fit.
        """
        if not isinstance(context, InitLoggerContext | None):
            raise InvalidInvocationError(f"A logger is called with an InitLoggerContext, not {context!r}.")
        context = context or InitLoggerContext()
        given = NOT_GIVEN if context.logger_config is None else context.logger_config
        config = process_config(self.config_schema, given, what="this logger")
        return self.logger_fn(attrs.evolve(context, logger_config=config, logger_def=self))


def logger(config_schema: Any = None, description: str | None = None) -> Any:
    """Make the decorated function, which returns a `logging.Logger`, a `LoggerDefinition`.

    Args:
        config_schema: the config it takes, as ``context.logger_config``; any by default. When used bare, the
            function of an `InitLoggerContext`.
        description: what it is; the function's docstring by default.

    Raises:
        InvalidDefinitionError: no function is decorated.
        InvalidConfigDefinitionError: ``config_schema`` is no schema.
    """
    # Types are callable too, but are schemas.
    if callable(config_schema) and not isinstance(config_schema, type) and config_schema is not Any:
        return LoggerDefinition(config_schema, None, description or config_schema.__doc__)
    return lambda function: LoggerDefinition(function, config_schema, description or function.__doc__)


def _console(context: InitLoggerContext) -> logging.Logger:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s - %(name)s - %(levelname)s - %(message)s"))
    made = logging.Logger(context.logger_config["name"], context.logger_config["log_level"].upper())
    made.addHandler(handler)
    return made


DEFAULT_LOGGERS: Mapping[str, LoggerDefinition] = {
    "console": LoggerDefinition(
        _console,
        {"log_level": Field(str, default_value="INFO"), "name": Field(str, default_value="holdfast")},
        "Writes to the standard error output, from a level upward.",
    )
}
"""The loggers of a job that defines none, for a run config to choose."""


def check_loggers(loggers: Any, what: str) -> Mapping[str, LoggerDefinition] | None:
    """Return what was given as loggers.

    Args:
        loggers: definitions by name, or ``None``.
        what: what they were given to, for the message.

    Raises:
        InvalidDefinitionError: they are no definitions by name.
    """
    if loggers is None:
        return None
    if not isinstance(loggers, Mapping):
        raise InvalidDefinitionError(f"{what}: loggers are a mapping of names to loggers, not {loggers!r}.")
    for name, definition in loggers.items():
        if not isinstance(name, str) or not isinstance(definition, LoggerDefinition):
            raise InvalidDefinitionError(
                f"{what}: a logger is a LoggerDefinition under a name, not {definition!r} under {name!r}. "
                "Decorate the function that makes it with logger."
            )
    return dict(loggers)


def read_logger_configs(
    loggers: Mapping[str, LoggerDefinition], run_config: Any
) -> tuple[dict[str, Any], list[str]]:
    """Return the config of each logger that a run config names, and every problem with its path.

    Args:
        loggers: the loggers that may be named.
        run_config: the run config, checked or not.
    """
    section = run_config.get("loggers") if isinstance(run_config, Mapping) else None
    configs, problems = {}, []
    for name, entry in section.items() if isinstance(section, Mapping) else ():
        path = f"loggers.{name}"
        if name not in loggers:
            problems.append(f"{path}: no logger here has this name.{did_you_mean(str(name), loggers)}")
        elif not isinstance(entry or {}, Mapping) or set(entry or {}) - {"config"}:
            problems.append(f"{path}: this is a mapping with the key 'config' alone, not {entry!r}")
        else:
            given = (entry or {}).get("config", NOT_GIVEN)
            configs[name], found = read_config(loggers[name].config_schema, given, f"{path}.config")
            problems += found
    return configs, problems


class _Forward(logging.Handler):
    """Hands records on to loggers, as if they had been logged there."""

    def __init__(self, loggers: list[logging.Logger]) -> None:
        super().__init__()
        self._loggers = loggers

    def emit(self, record: logging.LogRecord) -> None:
        for each in self._loggers:
            if each.isEnabledFor(record.levelno):
                each.handle(logging.makeLogRecord({**record.__dict__, "name": each.name}))


def make_run_logger(
    loggers: Mapping[str, LoggerDefinition], configs: Mapping[str, Any], run_id: str, job_def: Any
) -> logging.Logger:
    """Return the logger of a run: Python's ``holdfast.run``, or one that hands on to the chosen loggers.

    Args:
        loggers: the loggers that may be chosen.
        configs: the config of the chosen ones, by name.
        run_id: the run.
        job_def: its job.

    Raises:
        UserCodeExecutionError: the function of a logger raised.
        InvalidDefinitionError: it returned something else than a logger.
    """
    if not configs:
        return logging.getLogger("holdfast.run")
    made = []
    for name, config in configs.items():
        definition = loggers[name]
        try:
            each = definition.logger_fn(InitLoggerContext(config, definition, run_id, job_def))
        except Exception as error:
            raise UserCodeExecutionError(
                f"The logger '{name}' could not be made: {type(error).__name__}: {error}"
            ) from error
        if not isinstance(each, logging.Logger):
            raise InvalidDefinitionError(
                f"The function of the logger '{name}' returned {each!r}. It returns a logging.Logger."
            )
        made.append(each)
    run_logger = logging.Logger("holdfast.run")
    run_logger.addHandler(_Forward(made))
    return run_logger
