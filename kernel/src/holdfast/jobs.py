"""Jobs: assets, or a graph of computations, that are run together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

import attrs

from holdfast.argument_types import check_type, is_text
from holdfast.asset_layer import AssetLayer, listed
from holdfast.binding import check_required, known_resources, merge_resources, needed_resources
from holdfast.builtins.executors import to_executor_definition
from holdfast.config.mapping import ConfigMapping
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
)
from holdfast.execution.resources import ResourcePool
from holdfast.instance import Instance, given_instance
from holdfast.job_partitions import JobPartitions
from holdfast.keys import AssetKey, check_name
from holdfast.observation_plan import make_observation_plan
from holdfast.op_configs import OpConfigs
from holdfast.op_selection import select_ops
from holdfast.partitions.config import PartitionedConfig
from holdfast.partitions.definition import PartitionsDefinition
from holdfast.plan import Plan
from holdfast.planning import check_input_values, check_subsets, make_graph_plan, make_plan
from holdfast.policies import RetryPolicy, check_retry_policy
from holdfast.results import ExecuteInProcessResult
from holdfast.run_config import filled_in, given_resource_configs, read_executor_config, read_run_config
from holdfast.run_partitions import RunPartitions
from holdfast.runs import RunSpec, in_process_result, prepare_in_process
from holdfast.selection import AssetSelection

__all__ = ["JobDefinition"]


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
    return job.graph_def.name


@attrs.frozen(eq=False, kw_only=True, slots=False)
class JobDefinition(JobPartitions):
    """A selection of assets that is run together, with its resources and its executor.

    Args:
        graph_def: the graph of computations that it runs; ``None`` for a job of assets.
        resource_defs: resources for all its assets.
        executor_def: the executor it is run by: a definition, the name of one that a plugin provides, or a
            mapping with ``use`` and options. By default the one that the settings or the run config name.
        logger_defs: the loggers that its run config may choose, by name.
        name: its name; that of its graph by default.
        config: the run config it is run with by default, a `ConfigMapping` that makes it from less, or a
            `PartitionedConfig` that makes it from a partition.
        description: what it is for.
        partitions_def: the partitions of a job of a graph; a job of assets has those of its assets.
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
    config: Mapping[str, Any] | ConfigMapping | PartitionedConfig | None = None
    description: str | None = attrs.field(default=None, validator=is_text)
    _partitions_def: PartitionsDefinition | None = attrs.field(default=None, alias="partitions_def")
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
        refuse(what, version_strategy=self.version_strategy)
        self._check_partitions(what)
        check_loggers(self.logger_defs, what)
        check_retry_policy(self.op_retry_policy, what)
        check_type(self.graph_def, NodeGraph | None, f"{what}: graph_def", "a graph")
        if (self.graph_def is None) == (self.asset_layer is None):
            raise InvalidDefinitionError(f"{self!r} runs a graph or assets: give graph_def or asset_layer.")
        check_input_values(self.graph_def, self.input_values, repr(self))
        kinds = "a mapping of sections, a ConfigMapping or a PartitionedConfig"
        known = (Mapping, ConfigMapping, PartitionedConfig, type(None))
        check_type(self.config, known, f"{what}: config", kinds)
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
        for node in layer.graph.nodes:
            definition = node.definition
            if node.is_source or not (definition.resource_defs or definition.node_def.required_resource_keys):
                continue
            if node.key in layer.keys:
                found[id(definition)] = definition
        return list(found.values())

    def _check_resources(self) -> None:
        """Raise if a computation uses a resource that neither the job nor its assets bring.

        IO managers are looked for when the job runs, as settings and plugins may provide them.
        """
        given = self.resource_defs
        if self.graph_def is not None:
            for op in self.graph_def.ops:
                check_required(op.required_resource_keys, given, f"Op '{op.name}'")
        for definition in self._definitions:
            names = ", ".join(map(str, sorted(definition.keys)))
            check_required(definition.node_def.required_resource_keys, given, f"Asset '{names}'")
        for hook in self.hook_defs if self.graph_def is None else self.hook_defs | self.graph_def.hooks:
            check_required(hook.required_resource_keys, given, f"Hook '{hook.name}'")

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
            step.key: step._replace(
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
            raise InvalidSubsetError(f"{self!r} does not make '{key}'. Select among {listed(layer.keys)}.")
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
        partitions: RunPartitions | None = None,
    ) -> RunSpec:
        """Return what a run of this job asks for, apart from its plan.

        Args:
            run_config: its config; the job's by default.
            tags: labels on top of the job's.
            run_id: the run; a new one by default.
            resources: resources on top of the job's.
            values_in_memory: whether the default IO manager keeps values in memory.
            partitions: the partitions that it is for.
        """
        key = None if partitions is None else partitions.key
        return RunSpec(
            job_name=self.name,
            run_id=run_id,
            run_config=self.run_config(run_config, key),
            tags={**self.tags, **self._tags_of_partition(key), **check_tags(tags, f"run of '{self.name}'")},
            resources={**self.resource_defs, **(resources or {})},
            loggers=self.loggers,
            job=self,
            values_in_memory=values_in_memory,
            partitions=partitions,
        )

    def run_config(
        self, given: Mapping[str, Any] | None = None, partition_key: str | None = None
    ) -> Mapping[str, Any] | None:
        """Return the run config that what was given for a run becomes: the job's own when nothing was.

        Args:
            given: what was given.
            partition_key: the partition that the run is for.

        Raises:
            InvalidConfigError: it does not fit what the job's config mapping takes.
            ConfigMappingFunctionError: the function of the config mapping raised.
        """
        if isinstance(self.config, PartitionedConfig):
            if given is not None or partition_key is None:
                return given
            return self.config.get_run_config_for_partition_key(partition_key)
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
        return read_executor_config(self.executor_def, run_config, f"'{self.name}'")

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
            partition_key: the partition to run it for.
            raise_on_error: whether the first failure is raised once everything that can run has run.
            op_selection: only these of the job's computations; see `select_ops`.
            asset_selection: only these of the job's assets.
            run_id: the run; a new one by default.
            input_values: values of its graph's inputs, by name, on top of the job's.
            tags: labels of the run, on top of the job's.
        """
        instance = given_instance(instance, self.name)
        partitions = self.partitions_of_run(partition_key, tags, instance, asset_selection)
        plan = self.plan_for_run(partitions, instance, asset_selection, input_values, op_selection)
        request = self.request(run_config, tags, run_id, values_in_memory=True, partitions=partitions)
        self.read_executor_config(request.run_config)
        run = prepare_in_process(plan, request, instance)
        # Called here and not in a helper, so that few frames stand above the user's function.
        summary = run.execute()
        return in_process_result(self, plan, run, summary, raise_on_error)

    def __repr__(self) -> str:
        return f"JobDefinition({self.name!r})"
