"""Jobs: a selection of assets that is run together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, NoReturn

import attrs

from holdfast.argument_types import check_type, is_text
from holdfast.asset_graph import AssetGraph
from holdfast.binding import known_resources, merge_resources, needed_resources
from holdfast.builtins.executors import config_problems, to_executor_definition
from holdfast.config.mapping import ConfigMapping
from holdfast.config.processing import read_config
from holdfast.config.scalars import NOT_GIVEN
from holdfast.definitions.assets_definition import AssetsDefinition
from holdfast.definitions.executor import ExecutorDefinition
from holdfast.definitions.hook import HookDefinition, check_hooks
from holdfast.definitions.logger import DEFAULT_LOGGERS, LoggerDefinition, check_loggers
from holdfast.definitions.node_graph import NodeGraph
from holdfast.definitions.refused import refuse
from holdfast.definitions.resource import ResourceDefinition, to_resource_definitions
from holdfast.definitions.tags import check_tags
from holdfast.errors import (
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidSubsetError,
    InvariantViolationError,
    MissingResourceError,
    did_you_mean,
)
from holdfast.execution.resources import ResourcePool
from holdfast.execution.run_loop import RunSummary
from holdfast.instance import Instance
from holdfast.keys import AssetKey, check_name
from holdfast.observation_plan import make_observation_plan, observable_keys
from holdfast.op_configs import OpConfigs
from holdfast.op_selection import select_ops
from holdfast.plan import Plan
from holdfast.planning import check_subsets, make_graph_plan, make_plan
from holdfast.policies import RetryPolicy, check_retry_policy
from holdfast.results import ExecuteInProcessResult
from holdfast.run_config import filled_in, given_resource_configs, read_run_config
from holdfast.runs import PreparedRun, RunRequest, prepare_in_process
from holdfast.selection import AssetSelection, materializable
from holdfast.selection_syntax import coerce_selection

__all__ = [
    "ALL_ASSETS_JOB",
    "AssetLayer",
    "JobDefinition",
    "UnresolvedAssetJobDefinition",
    "check_input_values",
    "define_asset_job",
    "in_process_result",
]

ALL_ASSETS_JOB = "__ASSET_JOB"
"""The name of the job over all assets that every repository with assets has."""


@attrs.frozen(eq=False)
class AssetLayer:
    """The assets of a job.

    Attributes:
        graph: all assets that the job's may read.
        selection: what the job makes, as it was asked for.
        keys: what the job makes.
        observed: the source assets that the job looks at, if it makes nothing.
    """

    graph: AssetGraph
    selection: AssetSelection
    keys: frozenset[AssetKey]
    observed: frozenset[AssetKey] = frozenset()

    @classmethod
    def select(cls, graph: AssetGraph, selection: AssetSelection) -> AssetLayer:
        """Return the assets of a graph that a selection makes.

        Raises:
            InvalidSubsetError: it names what is not there, or source assets alone.
        """
        keys = materializable(graph, selection.resolve(graph))
        check_subsets(graph, keys)
        return cls(graph, selection, keys)

    @classmethod
    def everything(cls, graph: AssetGraph) -> AssetLayer:
        """Return all assets of a graph; where there are none, the source assets that can be observed."""
        return cls.select(graph, AssetSelection.all()) if graph.asset_keys else cls.observing(graph)

    @classmethod
    def observing(cls, graph: AssetGraph, selection: AssetSelection | None = None) -> AssetLayer:
        """Return the source assets of a graph that can be observed.

        Args:
            graph: all assets.
            selection: only those among these; all by default.

        Raises:
            InvalidSubsetError: the selection names what is not there, or nothing that can be observed.
        """
        observed = observable_keys(graph)
        if selection is None:
            return cls(graph, AssetSelection.keys(*sorted(observed)), frozenset(), observed)
        chosen = selection.resolve(graph) & observed
        if not chosen:
            raise InvalidSubsetError(
                f"'{selection}' selects no source asset that can be observed; those are {_names(observed)}."
            )
        return cls(graph, selection, frozenset(), chosen)


def _executor(choice: Any) -> ExecutorDefinition:
    return to_executor_definition(choice, "JobDefinition")


def _hooks(hook_defs: Collection[Any] | None) -> frozenset[HookDefinition]:
    return check_hooks(hook_defs, "JobDefinition")


def _tags(tags: Mapping[str, Any] | None) -> Mapping[str, str]:
    return check_tags(tags, "JobDefinition")


def _metadata(metadata: Mapping[str, Any] | None) -> Mapping[str, Any]:
    check_type(metadata, Mapping | None, "JobDefinition: metadata", "a mapping of labels to values")
    return metadata or {}


def _resources(resource_defs: Mapping[str, Any] | None) -> Mapping[str, ResourceDefinition]:
    return to_resource_definitions(resource_defs, "JobDefinition")


def _graph_name(job: JobDefinition) -> str:
    if not isinstance(job.graph_def, NodeGraph):
        raise InvalidDefinitionError(f"JobDefinition: give a name, or a graph_def, not {job.graph_def!r}.")
    if not isinstance(job.graph_def, NodeGraph):
        raise InvalidDefinitionError(f"JobDefinition: graph_def is a graph, not {job.graph_def!r}.")
    return job.graph_def.name


@attrs.frozen(eq=False, kw_only=True, slots=False)
class JobDefinition:
    """A selection of assets that is run together, with its resources and its executor.

    Args:
        graph_def: the graph of computations that it runs; ``None`` for a job of assets.
        resource_defs: resources for all its assets.
        executor_def: the executor it is run by: a definition, the name of one that a plugin provides, or a
            mapping with ``use`` and options. By default the one that the settings or the run config name.
        logger_defs: the loggers that its run config may choose, by name.
        name: its name; that of its graph by default.
        config: the run config it is run with by default, or a `ConfigMapping` that makes it from less.
        description: what it is for.
        partitions_def: refused by this version.
        tags: labels of its runs; those given to a run come on top.
        metadata: labels and values that describe it.
        hook_defs: told how each of its steps ended.
        op_retry_policy: the retry policy of computations that have none.
        version_strategy: refused by this version.
        asset_layer: its assets; ``None`` for a job of a graph.
        input_values: values of its graph's inputs, by name.
        op_selection: only these of its computations; see `select_ops`.
    """

    graph_def: NodeGraph | None
    _resource_defs: Mapping[str, ResourceDefinition] = attrs.field(
        default=None, converter=_resources, alias="resource_defs"
    )
    executor_def: ExecutorDefinition = attrs.field(default=None, converter=_executor)
    logger_defs: Mapping[str, LoggerDefinition] | None = None
    name: str = attrs.field(default=attrs.Factory(_graph_name, takes_self=True))
    config: Mapping[str, Any] | ConfigMapping | None = None
    description: str | None = attrs.field(default=None, validator=is_text)
    partitions_def: None = None
    tags: Mapping[str, str] = attrs.field(default=None, converter=_tags)
    metadata: Mapping[str, Any] = attrs.field(default=None, converter=_metadata)
    hook_defs: frozenset[HookDefinition] = attrs.field(default=None, converter=_hooks)
    op_retry_policy: RetryPolicy | None = None
    version_strategy: Any = None
    asset_layer: AssetLayer | None = None
    input_values: Mapping[str, Any] | None = None
    op_selection: Sequence[str] | None = None

    def __attrs_post_init__(self) -> None:
        what = f"job '{self.name}'"
        check_name(self.name, "job name")
        refuse(what, partitions_def=self.partitions_def, version_strategy=self.version_strategy)
        check_loggers(self.logger_defs, what)
        check_retry_policy(self.op_retry_policy, what)
        if not isinstance(self.graph_def, NodeGraph | None):
            raise InvalidDefinitionError(f"job '{self.name}': graph_def is a graph, not {self.graph_def!r}.")
        if (self.graph_def is None) == (self.asset_layer is None):
            raise InvalidDefinitionError(f"{self!r} runs a graph or assets: give graph_def or asset_layer.")
        check_input_values(self.graph_def, self.input_values, repr(self))
        if self.config is not None and not isinstance(self.config, Mapping | ConfigMapping):
            raise InvalidDefinitionError(
                f"job '{self.name}': config is a mapping of sections or a ConfigMapping, not {self.config!r}."
            )
        self._check_resources()
        if isinstance(self.config, Mapping) and self.config:
            self.read_config(self.config)
        elif self.graph_def is not None or self.op_selection is not None:
            self.plan()  # what it selects must be there, and something must feed every input

    @cached_property
    def resource_defs(self) -> Mapping[str, ResourceDefinition]:
        """Its resources, and those that its assets bring.

        Raises:
            ResourceConflictError: two different objects stand under one key, by identity.
        """
        return merge_resources(self._resource_defs, "the run or its job", self._definitions)

    @cached_property
    def _definitions(self) -> Sequence[AssetsDefinition]:
        """The definitions of its assets that bring or need resources."""
        layer = self.asset_layer
        found: dict[int, AssetsDefinition] = {}
        if layer is None:
            return ()
        for key in layer.graph.sorted(layer.keys):
            definition = layer.graph[key].definition
            if definition.resource_defs or definition.node_def.required_resource_keys:
                found[id(definition)] = definition
        return list(found.values())

    def _check_resources(self) -> None:
        """Raise if a computation uses a resource that neither the job nor its assets bring.

        IO managers are looked for when the job runs, as settings and plugins may provide them.
        """
        given = self.resource_defs
        if self.graph_def is not None:
            for op in self.graph_def.ops:
                _check_required(op.required_resource_keys, given, f"Op '{op.name}'")
        for definition in self._definitions:
            names = ", ".join(map(str, sorted(definition.keys)))
            _check_required(definition.node_def.required_resource_keys, given, f"Asset '{names}'")
        for hook in self.hook_defs if self.graph_def is None else self.hook_defs | self.graph_def.hooks:
            _check_required(hook.required_resource_keys, given, f"Hook '{hook.name}'")

    @property
    def config_mapping(self) -> ConfigMapping | None:
        """What makes its run config from less, if something does."""
        return self.config if isinstance(self.config, ConfigMapping) else None

    @property
    def loggers(self) -> Mapping[str, LoggerDefinition]:
        """The loggers that its run config may choose, by name."""
        return DEFAULT_LOGGERS if self.logger_defs is None else self.logger_defs

    def with_hooks(self, hook_defs: Collection[HookDefinition]) -> JobDefinition:
        """Return a copy with more hooks.

        Raises:
            InvalidDefinitionError: something is no hook.
            MissingResourceError: a hook needs a resource that the job does not have.
        """
        hooks = self.hook_defs | check_hooks(hook_defs, repr(self))
        return attrs.evolve(self, hook_defs=hooks)

    @property
    def partitioned_config(self) -> None:
        """The config that each of its partitions is run with: ``None``, as it has none."""

    def run_request_for_partition(
        self,
        partition_key: str,
        run_key: str | None = None,
        tags: Mapping[str, str] | None = None,
        asset_selection: Sequence[AssetKey] | None = None,
        run_config: Mapping[str, Any] | None = None,
    ) -> NoReturn:
        """Return what asks for a run of one partition.

        Raises:
            InvariantViolationError: it has no partitions.
        """
        raise InvariantViolationError(
            f"{self!r} has no partitions, so there is no run for '{partition_key}'. Use a RunRequest."
        )

    @property
    def selection(self) -> str:
        """What it makes, as it was asked for; ``""`` for a job of a graph."""
        return "" if self.asset_layer is None else str(self.asset_layer.selection)

    @property
    def asset_keys(self) -> frozenset[AssetKey]:
        """The assets it makes."""
        return frozenset() if self.asset_layer is None else self.asset_layer.keys

    def plan(
        self,
        asset_selection: Collection[Any] | None = None,
        input_values: Mapping[str, Any] | None = None,
        op_selection: Sequence[str] | None = None,
    ) -> Plan:
        """Return what a run of this job would do.

        Args:
            asset_selection: only these of its assets; of source assets alone, that they are looked at.
            input_values: values of its graph's inputs, by name, on top of the job's.
            op_selection: only these of its computations; see `select_ops`.

        Raises:
            InvalidSubsetError: one of these is not in this job, or both assets and computations are given.
            InvalidDefinitionError: its graph has no input of this name.
        """
        check_type(asset_selection, Collection | None, f"{self!r}: asset_selection", "a list of keys")
        if asset_selection is not None and op_selection is not None:
            raise InvalidSubsetError(f"{self!r}: give only one of op_selection and asset_selection.")
        plan = self._whole_plan(asset_selection, input_values)
        for selected in (self.op_selection, op_selection):
            if selected is not None:
                plan = select_ops(plan, selected, repr(self))
        if not self.hook_defs and self.op_retry_policy is None:
            return plan
        steps = {
            step.key: attrs.evolve(
                step,
                hooks=step.hooks | self.hook_defs,
                retry_policy=step.retry_policy or self.op_retry_policy,
            )
            for step in plan
        }
        return attrs.evolve(plan, steps=steps)

    def _whole_plan(
        self, asset_selection: Collection[Any] | None, input_values: Mapping[str, Any] | None
    ) -> Plan:
        check_input_values(self.graph_def, input_values, repr(self))
        if self.graph_def is not None:
            if asset_selection is not None:
                raise InvalidSubsetError(f"{self!r} makes no assets, so there are none to select.")
            return make_graph_plan(self.graph_def, {**(self.input_values or {}), **(input_values or {})})
        layer = self.asset_layer
        assert layer is not None
        if asset_selection is None:
            if layer.observed:
                return make_observation_plan(layer.graph, layer.observed, layer.selection)
            return make_plan(layer.graph, layer.keys, layer.selection)
        wanted = frozenset(map(AssetKey.from_coercible, asset_selection))
        if wanted and wanted <= layer.graph.source_keys:
            return make_observation_plan(layer.graph, wanted, AssetSelection.keys(*sorted(wanted)))
        wanted -= layer.graph.source_keys  # beside assets, they are read and not looked at
        chosen = AssetSelection.keys(*sorted(wanted)) & layer.selection
        for key in sorted(wanted - layer.keys):
            layer.graph[key]  # a key that is nowhere is an error of its own, with the nearest one
            raise InvalidSubsetError(f"{self!r} does not make '{key}'. Select among {_names(layer.keys)}.")
        check_subsets(layer.graph, wanted)
        part = make_plan(layer.graph, wanted, chosen)
        whole = make_plan(layer.graph, layer.keys, layer.selection)
        left_out = tuple(step for step in whole if step.key not in part.steps)
        return attrs.evolve(part, graphs={**whole.graphs, **part.graphs}, left_out=left_out)

    def request(
        self,
        run_config: Mapping[str, Any] | None = None,
        tags: Mapping[str, Any] | None = None,
        run_id: str | None = None,
        resources: Mapping[str, ResourceDefinition] | None = None,
        *,
        values_in_memory: bool = False,
    ) -> RunRequest:
        """Return what a run of this job asks for, apart from its plan.

        Args:
            run_config: its config; the job's by default.
            tags: labels on top of the job's.
            run_id: the run; a new one by default.
            resources: resources on top of the job's.
            values_in_memory: whether the default IO manager keeps values in memory.
        """
        return RunRequest(
            job_name=self.name,
            run_id=run_id,
            run_config=self.run_config(run_config),
            tags={**self.tags, **check_tags(tags, f"run of '{self.name}'")},
            resources={**self.resource_defs, **(resources or {})},
            loggers=self.loggers,
            job=self,
            values_in_memory=values_in_memory,
        )

    def run_config(self, given: Mapping[str, Any] | None = None) -> Mapping[str, Any] | None:
        """Return the run config that what was given for a run becomes: the job's own when nothing was.

        Raises:
            InvalidConfigError: it does not fit what the job's config mapping takes.
            ConfigMappingFunctionError: the function of the config mapping raised.
        """
        if not isinstance(self.config, ConfigMapping):
            return self.config if given is None else given
        mapped, problems = self.config.read(NOT_GIVEN if given is None else given, "")
        if problems:
            raise InvalidConfigError(f"Run config of '{self.name}' does not fit", problems)
        return mapped  # type: ignore[no-any-return]

    def read_config(self, run_config: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return a run config with defaults filled in, without running.

        Args:
            run_config: its sections.

        Raises:
            InvalidConfigError: listing every problem with its path.
        """
        plan, what = self.plan(), f"'{self.name}'"
        resources = known_resources(plan, self.resource_defs)
        pool = ResourcePool(resources, given_resource_configs(run_config))
        keys = {*resources, *needed_resources(plan)}
        ops = read_run_config(run_config, OpConfigs(plan, resources), pool, keys, self.loggers, what)
        execution = self.read_executor_config(run_config)
        return filled_in(run_config, plan, ops, pool, execution, self.loggers)

    def read_executor_config(self, run_config: Mapping[str, Any] | None) -> Any:
        """Return the config that the run config gives the job's executor.

        Raises:
            InvalidConfigError: listing every problem with its path.
        """
        section = run_config.get("execution") if isinstance(run_config, Mapping) else None
        if not isinstance(section, Mapping):
            section = {}  # what else is wrong with it is said with the other sections
        field = self.executor_def.config_schema
        config, problems = read_config(field, section.get("config", NOT_GIVEN), "execution.config")
        problems = problems or config_problems(self.executor_def, config)
        if problems:
            raise InvalidConfigError(f"Run config of '{self.name}' does not fit", problems)
        return config

    def execute_in_process(
        self,
        run_config: Mapping[str, Any] | None = None,
        instance: Instance | None = None,
        partition_key: str | None = None,
        raise_on_error: bool = True,
        op_selection: Sequence[str] | None = None,
        asset_selection: Sequence[Any] | None = None,
        run_id: str | None = None,
        input_values: Mapping[str, Any] | None = None,
        tags: Mapping[str, Any] | None = None,
    ) -> ExecuteInProcessResult:
        """Run the job in this process; the default IO manager keeps values in memory.

        Args:
            run_config: config by section; the job's own by default.
            instance: where events are kept; an ephemeral instance by default.
            partition_key: refused by this version.
            raise_on_error: whether the first failure is raised once everything that can run has run.
            op_selection: only these of the job's computations; see `select_ops`.
            asset_selection: only these of the job's assets.
            run_id: the run; a new one by default.
            input_values: values of its graph's inputs, by name, on top of the job's.
            tags: labels of the run, on top of the job's.
        """
        refuse(f"job '{self.name}'", partition_key=partition_key)
        plan = self.plan(asset_selection, input_values, op_selection)
        request = self.request(run_config, tags, run_id, values_in_memory=True)
        self.read_executor_config(request.run_config)
        run = prepare_in_process(plan, request, instance)
        # Called here and not in a helper, so that few frames stand above the user's function.
        summary = run.execute()
        return in_process_result(self, plan, run, summary, raise_on_error)

    def __repr__(self) -> str:
        return f"JobDefinition({self.name!r})"


def _check_required(keys: Collection[str], given: Mapping[str, ResourceDefinition], needed_by: str) -> None:
    pending = [(key, needed_by) for key in keys]
    seen = set(keys)
    for key, user in pending:
        if key not in given:
            raise MissingResourceError(key, user, given)
        required = given[key].required_resource_keys - seen
        pending += [(other, f"Resource '{key}'") for other in required]
        seen |= required


def check_input_values(graph: NodeGraph | None, values: Mapping[str, Any] | None, what: str) -> None:
    """Raise if values are given for what is no input of a graph.

    Raises:
        InvalidDefinitionError: naming the nearest input.
    """
    known = {} if graph is None else graph.ins
    check_type(values, Mapping | None, f"{what}: input_values", "a mapping of inputs to values")
    for name in values or {}:
        if name not in known:
            raise InvalidDefinitionError(
                f"{what}: input_values names '{name}', which is no input of its graph."
                f"{did_you_mean(name, known)}"
            )


def in_process_result(
    job: JobDefinition, plan: Plan, run: PreparedRun, summary: RunSummary, raise_on_error: bool
) -> ExecuteInProcessResult:
    """Return the result of a run in this process, or raise for its first failure."""
    session = run.session
    result = ExecuteInProcessResult(
        job, plan, session.run_id, summary.success, summary.events, session.values or {}
    )
    if raise_on_error and not summary.success:
        result.raise_for_failure(summary.exceptions)
    return result


@attrs.frozen(eq=False)
class UnresolvedAssetJobDefinition:
    """A job whose selection is not resolved yet; a repository resolves it against its assets.

    Attributes:
        name: the job's name.
        selection: what it makes.
        config: the run config it is run with by default.
        description: what it is for.
        tags: labels of its runs.
        executor_def: the executor it is run by.
    """

    name: str
    selection: AssetSelection
    config: Mapping[str, Any] | ConfigMapping | None = None
    description: str | None = None
    tags: Mapping[str, str] = attrs.field(factory=dict)
    executor_def: ExecutorDefinition | str | Mapping[str, Any] | None = None

    def resolve(
        self,
        assets: Sequence[Any] | AssetGraph,
        source_assets: Sequence[Any] = (),
        resource_defs: Mapping[str, Any] | None = None,
    ) -> JobDefinition:
        """Return the job over these assets.

        Args:
            assets: the assets, or a graph of them.
            source_assets: source assets, unless a graph is given.
            resource_defs: resources for all its assets.

        Raises:
            InvalidSubsetError: the selection names what is not there.
        """
        graph = assets if isinstance(assets, AssetGraph) else AssetGraph.of([*assets, *source_assets])
        return JobDefinition(
            graph_def=None,
            name=self.name,
            config=self.config,
            description=self.description,
            tags=self.tags,
            executor_def=self.executor_def,
            resource_defs=to_resource_definitions(resource_defs, f"job '{self.name}'"),
            asset_layer=AssetLayer.select(graph, self.selection),
        )


def define_asset_job(
    name: str,
    selection: Any = None,
    config: Mapping[str, Any] | ConfigMapping | None = None,
    description: str | None = None,
    tags: Mapping[str, Any] | None = None,
    partitions_def: None = None,
    executor_def: ExecutorDefinition | str | Mapping[str, Any] | None = None,
) -> UnresolvedAssetJobDefinition:
    """Define a job that makes a selection of assets; put it into a repository.

    Args:
        name: its name.
        selection: what it makes: a selection, a string such as ``"orders*"``, a list of these, or keys; all
            assets by default.
        config: the run config it is run with unless a run gives another, or a `ConfigMapping` that makes it
            from less.
        description: what it is for.
        tags: labels of its runs; values that are no strings become JSON and must survive it.
        partitions_def: refused by this version.
        executor_def: the executor it is run by: a definition, the name of one that a plugin provides, or a
            mapping with ``use`` and options. By default the one that the settings or the run config name.

    Raises:
        InvalidNameError: the name breaks the naming rule.
        InvalidDefinitionError: another argument is of the wrong kind.
        SelectionSyntaxError: the selection cannot be read.
    """
    check_name(name, "job name")
    what = f"job '{name}'"
    refuse(what, partitions_def=partitions_def)
    if config is not None and not isinstance(config, Mapping | ConfigMapping):
        raise InvalidDefinitionError(
            f"{what}: config is a mapping of sections or a ConfigMapping, not {config!r}."
        )
    check_type(description, str | None, f"{what}: description", "a string")
    to_executor_definition(executor_def, what)
    return UnresolvedAssetJobDefinition(
        name,
        AssetSelection.all() if selection is None else coerce_selection(selection),
        config,
        description,
        check_tags(tags, what),
        executor_def,
    )


def _names(keys: Collection[AssetKey], limit: int = 12) -> str:
    names = [f"'{key}'" for key in sorted(keys)] or ["none"]
    return ", ".join(names[:limit]) + (f" and {len(names) - limit} more" if len(names) > limit else "")
