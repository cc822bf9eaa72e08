"""A repository: the assets and jobs that belong together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import attrs

from holdfast.argument_types import check_type
from holdfast.asset_graph import AssetGraph
from holdfast.asset_jobs import UnresolvedAssetJobDefinition
from holdfast.builtins.executors import multi_or_in_process_executor, to_executor_definition
from holdfast.definitions.assets_definition import AssetsDefinition
from holdfast.definitions.executor import ExecutorDefinition
from holdfast.definitions.function import place_of
from holdfast.definitions.logger import LoggerDefinition, check_loggers
from holdfast.definitions.source_asset import SourceAsset
from holdfast.errors import InvalidDefinitionError, InvariantViolationError, UnknownJobError, did_you_mean
from holdfast.graph_definition import GraphDefinition
from holdfast.implicit_jobs import ALL_ASSETS_JOB, implicit_job, implicit_job_keys
from holdfast.instance import Instance
from holdfast.jobs import JobDefinition
from holdfast.keys import CoercibleToAssetKey, check_name
from holdfast.sensors import SensorDefinition
from holdfast.value_loader import AssetValueLoader

__all__ = ["RepositoryDefinition", "repository"]

PluginChoice = Sequence[str] | Mapping[str, Any]


@attrs.frozen(eq=False, slots=False)
class RepositoryDefinition:
    """The assets and jobs that belong together; made by `repository`.

    Attributes:
        name: its name.
        graph: its assets and source assets.
        jobs: its own jobs by name.
        description: what it is.
        default_executor_def: the executor of jobs that name none.
        plugins: the plugins that are active for it, as in the settings; ``None`` to leave it to them.
        default_logger_defs: the loggers of jobs that define none, by name.
        sensors: its sensors by name.
    """

    name: str
    graph: AssetGraph
    jobs: Mapping[str, JobDefinition]
    description: str | None = None
    default_executor_def: ExecutorDefinition | str | Mapping[str, Any] | None = None
    plugins: PluginChoice | None = None
    default_logger_defs: Mapping[str, LoggerDefinition] | None = None
    sensors: Mapping[str, SensorDefinition] = attrs.field(factory=dict)

    @classmethod
    def of(
        cls,
        name: str,
        definitions: Iterable[Any],
        description: str | None = None,
        default_executor_def: ExecutorDefinition | str | Mapping[str, Any] | None = None,
        plugins: PluginChoice | None = None,
        default_logger_defs: Mapping[str, LoggerDefinition] | None = None,
    ) -> RepositoryDefinition:
        """Return the repository of some definitions, resolving its jobs.

        Args:
            name: its name.
            definitions: assets, source assets, jobs, graphs and sensors, in lists nested to any depth.
            description: what it is.
            default_executor_def: the executor of jobs that name none.
            plugins: the plugins that are active for it.
            default_logger_defs: the loggers of jobs that define none, by name.

        Raises:
            InvalidDefinitionError: something is no definition, or definitions contradict each other.
            InvalidSubsetError: a job selects what is not there.
        """
        assets, jobs = [], []
        sensors: dict[str, SensorDefinition] = {}
        for definition in _flatten(definitions):
            if isinstance(definition, AssetsDefinition | SourceAsset):
                assets.append(definition)
            elif isinstance(definition, UnresolvedAssetJobDefinition | JobDefinition):
                jobs.append(definition)
            elif isinstance(definition, GraphDefinition):
                jobs.append(definition.to_job())
            elif isinstance(definition, SensorDefinition):
                if sensors.setdefault(definition.name, definition) is not definition:
                    raise InvalidDefinitionError(
                        f"repository '{name}' has two sensors called '{definition.name}'. Rename one of them."
                    )
            else:
                raise InvalidDefinitionError(
                    f"repository '{name}' holds assets, source assets, jobs, graphs and sensors, not "
                    f"{definition!r}."
                )
        graph = AssetGraph.of(assets)
        resolved: dict[str, JobDefinition] = {}
        for job in jobs:
            if job.name in resolved:
                raise InvalidDefinitionError(
                    f"repository '{name}' has two jobs called '{job.name}'. Rename one of them."
                )
            made = job if isinstance(job, JobDefinition) else job.resolve(graph)
            resolved[job.name] = _with_defaults(made, default_executor_def, default_logger_defs)
        return cls(
            name, graph, resolved, description, default_executor_def, plugins, default_logger_defs, sensors
        )

    @cached_property
    def _implicit_jobs(self) -> dict[str, JobDefinition]:
        return {}

    @property
    def job_names(self) -> list[str]:
        """The names of its jobs, the implicit ones included; see `implicit_job_keys`."""
        return [*self.jobs, *implicit_job_keys(self.graph)]

    def has_job(self, name: str) -> bool:
        """Return whether it has a job of this name."""
        return name in self.job_names or (name == ALL_ASSETS_JOB and bool(self.graph.asset_keys))

    def get_job(self, name: str) -> JobDefinition:
        """Return a job; ``__ASSET_JOB`` is one over all its assets, whatever their partitions.

        Raises:
            UnknownJobError: there is none of this name.
        """
        if name in self.jobs:
            return self.jobs[name]
        if not self.has_job(name):
            raise UnknownJobError(name, self.job_names)
        if name not in self._implicit_jobs:
            job = implicit_job(name, self.graph)
            self._implicit_jobs[name] = _with_defaults(
                job, self.default_executor_def, self.default_logger_defs
            )
        return self._implicit_jobs[name]

    def get_all_jobs(self) -> list[JobDefinition]:
        """Return its jobs, the implicit ones included."""
        return [self.get_job(name) for name in self.job_names]

    @property
    def sensor_defs(self) -> list[SensorDefinition]:
        """Its sensors."""
        return list(self.sensors.values())

    def has_sensor_def(self, name: str) -> bool:
        """Return whether it has a sensor of this name."""
        return name in self.sensors

    def get_sensor_def(self, name: str) -> SensorDefinition:
        """Return a sensor.

        Raises:
            InvariantViolationError: there is none of this name.
        """
        if name not in self.sensors:
            raise InvariantViolationError(
                f"No sensor '{name}' in the repository.{did_you_mean(name, self.sensors)}"
            )
        return self.sensors[name]

    @property
    def schedule_defs(self) -> list[Any]:
        """Its schedules; none, as Holdfast leaves the calendar to schedulers."""
        return []

    def has_schedule_def(self, name: str) -> bool:
        """Return whether it has a schedule of this name; it has none."""
        return False

    def get_schedule_def(self, name: str) -> Any:
        """Raise, as it has no schedules.

        Raises:
            InvariantViolationError: there is none of this name.
        """
        raise InvariantViolationError(f"No schedule '{name}' in the repository, which has none.")

    def get_asset_value_loader(self, instance: Instance | None = None) -> AssetValueLoader:
        """Return a loader of the values of its assets, to be used as a context manager.

        Args:
            instance: provides the IO managers that the assets do not bring; the one that the settings of the
                working directory describe by default.
        """
        return AssetValueLoader(self.graph, instance)

    def load_asset_value(
        self,
        asset_key: CoercibleToAssetKey,
        *,
        python_type: Any = None,
        instance: Instance | None = None,
        partition_key: str | None = None,
        partitions: Any = None,
    ) -> Any:
        """Return the stored value of an asset; as `AssetValueLoader.load_asset_value`."""
        with self.get_asset_value_loader(instance) as loader:
            return loader.load_asset_value(
                asset_key, python_type=python_type, partition_key=partition_key, partitions=partitions
            )

    def __repr__(self) -> str:
        return f"RepositoryDefinition({self.name!r})"


def repository(
    definitions_fn: Callable[[], Any] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    default_executor_def: ExecutorDefinition | str | Mapping[str, Any] | None = None,
    default_logger_defs: Mapping[str, LoggerDefinition] | None = None,
    plugins: PluginChoice | None = None,
) -> Any:
    """Make the decorated function, which returns a list of definitions, a `RepositoryDefinition`.

    Args:
        definitions_fn: the function, when used bare.
        name: the repository's name; the function's by default.
        description: what it is; the function's docstring by default.
        default_executor_def: the executor of jobs that name none; by default the one that the settings name.
        default_logger_defs: the loggers of jobs that define none, by name.
        plugins: the plugins that are active for it: names in order, or a mapping as in the settings.

    Raises:
        InvalidDefinitionError: what it returns is no list of definitions, or they contradict each other.
        InvalidSubsetError: a job selects what is not there.
    """
    if definitions_fn is None:
        options = {option: value for option, value in locals().items() if option != "definitions_fn"}
        return lambda function: repository(function, **options)
    if not callable(definitions_fn):
        raise InvalidDefinitionError(f"repository: decorate a function, not {definitions_fn!r}.")
    check_type(description, str | None, "repository: description", "a string")
    function_name = getattr(definitions_fn, "__name__", type(definitions_fn).__name__)
    own_name = check_name(name or function_name, "repository name")
    loggers = check_loggers(default_logger_defs, f"repository '{own_name}'")
    to_executor_definition(default_executor_def, f"repository '{own_name}'")
    check_type(plugins, Sequence | Mapping | None, f"repository '{own_name}': plugins", "names or a mapping")
    definitions = definitions_fn()
    if not isinstance(definitions, list | tuple):
        raise InvalidDefinitionError(
            f"repository '{own_name}' ({place_of(definitions_fn)}) returns a list of definitions, not "
            f"{definitions!r}."
        )
    text = description or definitions_fn.__doc__
    return RepositoryDefinition.of(own_name, definitions, text, default_executor_def, plugins, loggers)


def _with_defaults(
    job: JobDefinition, executor_def: Any, logger_defs: Mapping[str, LoggerDefinition] | None
) -> JobDefinition:
    changes: dict[str, Any] = {}
    if executor_def is not None and job.executor_def is multi_or_in_process_executor:
        changes["executor_def"] = executor_def
    if logger_defs is not None and job.logger_defs is None:
        changes["logger_defs"] = logger_defs
    return attrs.evolve(job, **changes) if changes else job


def _flatten(definitions: Iterable[Any]) -> Iterator[Any]:
    pending = [definitions]
    while pending:
        item = pending.pop()
        if isinstance(item, list | tuple):
            pending.extend(reversed(item))
        else:
            yield item
