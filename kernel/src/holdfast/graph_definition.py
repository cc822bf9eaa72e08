"""Graphs of computations that users define, and the jobs made of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from holdfast.definitions.composing import compose
from holdfast.definitions.function import description_of, name_of
from holdfast.definitions.in_out import GraphIn, GraphOut
from holdfast.definitions.node_graph import NodeGraph
from holdfast.definitions.refused import refuse
from holdfast.definitions.resource import to_resource_definitions
from holdfast.definitions.tags import check_tags
from holdfast.instance import Instance
from holdfast.jobs import JobDefinition
from holdfast.keys import check_name
from holdfast.policies import RetryPolicy
from holdfast.results import ExecuteInProcessResult

__all__ = ["GraphDefinition", "graph", "job"]


class GraphDefinition(NodeGraph):
    """A graph of computations; made by `graph`. Arguments as `NodeGraph`."""

    def to_job(
        self,
        name: str | None = None,
        description: str | None = None,
        resource_defs: Mapping[str, Any] | None = None,
        config: Any = None,
        tags: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        logger_defs: Mapping[str, Any] | None = None,
        executor_def: Any = None,
        hooks: Collection[Any] | None = None,
        op_retry_policy: RetryPolicy | None = None,
        version_strategy: Any = None,
        op_selection: Sequence[str] | None = None,
        partitions_def: Any = None,
        asset_layer: Any = None,
        input_values: Mapping[str, Any] | None = None,
        _asset_selection_data: Any = None,
        _metadata_entries: Any = None,
    ) -> JobDefinition:
        """Return a job that runs this graph.

        Args:
            name: its name; the graph's by default.
            description: what it is for; the graph's by default.
            resource_defs: its resources, definitions or plain values.
            config: the run config it is run with by default, a `ConfigMapping` that makes it from
                less, or a `PartitionedConfig` that makes it from a partition.
            tags: labels of its runs, on top of the graph's.
            metadata: labels and values that describe it.
            logger_defs: the loggers that its run config may choose, by name.
            executor_def: the executor it is run by.
            hooks: told of the success or failure of each of its steps.
            op_retry_policy: the retry policy of computations that have none.
            version_strategy: refused by this version.
            op_selection: only these of its computations; see `select_ops`.
            partitions_def: its partitions, if it runs for one at a time.
            asset_layer: refused: a job of assets is made by `define_asset_job`.
            input_values: values of the graph's inputs, by name.
            _asset_selection_data: refused: a job of assets is made by `define_asset_job`.
            _metadata_entries: refused: give ``metadata``.

        Raises:
            InvalidDefinitionError: an argument is of the wrong kind, or names what is no input.
        """
        what = f"job '{name or self.name}'"
        refuse(
            what,
            asset_layer=asset_layer,
            _asset_selection_data=_asset_selection_data,
            _metadata_entries=_metadata_entries,
        )
        return JobDefinition(
            graph_def=self,
            resource_defs=to_resource_definitions(resource_defs, what),
            executor_def=executor_def,
            logger_defs=logger_defs,
            name=check_name(name or self.name, "job name"),
            config=config,
            description=description or self.description,
            partitions_def=partitions_def,
            tags={**self.tags, **check_tags(tags, what)},
            metadata=metadata or {},
            hook_defs=hooks,
            op_retry_policy=op_retry_policy,
            version_strategy=version_strategy,
            input_values=input_values,
            op_selection=op_selection,
        )

    def execute_in_process(
        self,
        run_config: Any = None,
        instance: Instance | None = None,
        resources: Mapping[str, Any] | None = None,
        raise_on_error: bool = True,
        op_selection: Sequence[str] | None = None,
        run_id: str | None = None,
        input_values: Mapping[str, Any] | None = None,
    ) -> ExecuteInProcessResult:
        """Run the graph in this process; arguments as `to_job` and `JobDefinition.execute_in_process`."""
        return self.to_job(resource_defs=resources).execute_in_process(
            run_config=run_config,
            instance=instance,
            raise_on_error=raise_on_error,
            op_selection=op_selection,
            run_id=run_id,
            input_values=input_values,
        )


def graph(
    compose_fn: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    input_defs: Any = None,
    output_defs: Any = None,
    ins: Mapping[str, GraphIn] | None = None,
    out: GraphOut | Mapping[str, GraphOut] | None = None,
    tags: Mapping[str, Any] | None = None,
    config: Any = None,
) -> Any:
    """Make the decorated function, which calls computations, a `GraphDefinition`; bare or with arguments.

    The function runs once, when it is decorated. Calls in it add nodes and give handles, which other calls
    take as arguments; the function's arguments are the graph's inputs, what it returns are its outputs.

    Args:
        compose_fn: the function, when used bare.
        name: its name; the function's by default.
        description: what it does; the function's docstring by default.
        input_defs: refused: give ``ins``.
        output_defs: refused: give ``out``.
        ins: descriptions of its inputs.
        out: its output, called ``result``, or its outputs by name.
        tags: its labels.
        config: a `ConfigMapping` that makes the config of its nodes.

    Raises:
        InvalidNameError: the name breaks the naming rule.
        InvalidDefinitionError: a call fits no inputs, or what is returned does not fit ``out``.
    """
    if compose_fn is None:
        options = {option: value for option, value in locals().items() if option != "compose_fn"}
        return lambda function: graph(function, **options)
    own_name = check_name(name or name_of(compose_fn, "graph"), "graph name")
    what = f"graph '{own_name}'"
    refuse(what, input_defs=input_defs, output_defs=output_defs)
    return GraphDefinition(
        own_name,
        description=description or description_of(compose_fn),
        config=config,
        tags=tags,
        **compose(compose_fn, what, ins, out),
    )


def job(
    compose_fn: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    resource_defs: Mapping[str, Any] | None = None,
    config: Any = None,
    tags: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
    logger_defs: Mapping[str, Any] | None = None,
    executor_def: Any = None,
    hooks: Collection[Any] | None = None,
    op_retry_policy: RetryPolicy | None = None,
    version_strategy: Any = None,
    partitions_def: Any = None,
    input_values: Mapping[str, Any] | None = None,
) -> Any:
    """Make the decorated function, which calls computations, a `JobDefinition`; bare or with arguments.

    Args:
        compose_fn: the function, when used bare; as for `graph`.
        name: its name; the function's by default.
        description: what it is for; the function's docstring by default.
        resource_defs: as of `GraphDefinition.to_job`, like all that follow.
        config: the run config it is run with by default, a `ConfigMapping` or a `PartitionedConfig`.
        tags: labels of its runs.
        metadata: labels and values that describe it.
        logger_defs: the loggers that its run config may choose, by name.
        executor_def: the executor it is run by.
        hooks: told of the success or failure of each of its steps.
        op_retry_policy: the retry policy of computations that have none.
        version_strategy: refused by this version.
        partitions_def: its partitions, if it runs for one at a time.
        input_values: values of the function's arguments, by name.

    Raises:
        InvalidNameError: the name breaks the naming rule.
        InvalidDefinitionError: a call fits no inputs, or another argument is of the wrong kind.
    """
    if compose_fn is None:
        options = {option: value for option, value in locals().items() if option != "compose_fn"}
        return lambda function: job(function, **options)
    own_name = check_name(name or name_of(compose_fn, "job"), "job name")
    made = GraphDefinition(
        own_name,
        description=description or description_of(compose_fn),
        **compose(compose_fn, f"job '{own_name}'"),
    )
    return made.to_job(
        resource_defs=resource_defs,
        config=config,
        tags=tags,
        metadata=metadata,
        logger_defs=logger_defs,
        executor_def=executor_def,
        hooks=hooks,
        op_retry_policy=op_retry_policy,
        version_strategy=version_strategy,
        partitions_def=partitions_def,
        input_values=input_values,
    )
