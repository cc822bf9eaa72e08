"""A run's part in one process: its steps, its resources, and how it loads stored values."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Mapping
from types import MappingProxyType
from typing import Any

import attrs

from holdfast.execution.provenance import Provenance
from holdfast.execution.resources import ResourcePool
from holdfast.io_contexts import InputContext, OutputContext
from holdfast.metadata import MetadataValue
from holdfast.plan import Step, StepInput, StepOutput
from holdfast.types.dagster_type import ANY_TYPE, DagsterType

__all__ = ["OpConfig", "Session", "identity"]

_EMPTY: Mapping[str, Any] = MappingProxyType({})


@attrs.frozen
class OpConfig:
    """What the run config says to one computation.

    Attributes:
        config: its config.
        inputs: by name, the values or config of inputs.
        outputs: by name, the config of outputs.
    """

    config: Any = None
    inputs: Mapping[str, Any] = _EMPTY
    outputs: Mapping[str, Any] = _EMPTY


NO_CONFIG = OpConfig()


@attrs.frozen(eq=False)
class Session:
    """What a process needs to run steps of one run, or to load values without a run.

    Attributes:
        run_id: the run.
        job_name: the job.
        step: gives the step of a key; `KeyError` when there is none.
        resources: the resources of this process.
        run_config: the run's config.
        ops: what it says to each computation, by the names of the nodes that lead to it.
        tags: the run's tags.
        instance: the instance the run belongs to; that of a worker process has the same settings.
        values: where the values of outputs are kept for the caller, by step key and output name, those of
            dynamic outputs by mapping key; ``None`` to keep none.
        retries: whether failed steps may be tried again.
        log: the logger of the run.
        provenance: knows which versions of assets the steps use; there is none to load values without a run.
        job: the job, where there is one.
        hook_values: for each step with hooks, the values of its outputs by name, until the hooks are told.
        output_metadata: for each step, what its computation says of outputs that it did not make yet, by the
            name and mapping key of the output.
        stored: the contexts that values were, or would be, stored with, each made once for all its readers.
    """

    run_id: str
    job_name: str
    step: Callable[[str], Step]
    resources: ResourcePool
    run_config: Mapping[str, Any] = attrs.field(factory=dict)
    ops: Mapping[tuple[str, ...], OpConfig] = attrs.field(factory=dict)
    tags: Mapping[str, str] = attrs.field(factory=dict)
    instance: Any = None
    values: dict[tuple[str, str], Any] | None = None
    retries: bool = True
    log: logging.Logger = attrs.field(factory=lambda: logging.getLogger("holdfast.run"))
    provenance: Provenance = attrs.field(default=None)
    job: Any = attrs.field(default=None, repr=False)
    hook_values: dict[str, dict[str, Any]] = attrs.field(factory=dict, init=False, repr=False)
    output_metadata: dict[str, dict[tuple[str, str | None], dict[str, MetadataValue]]] = attrs.field(
        factory=dict, init=False, repr=False
    )
    stored: dict[Hashable, OutputContext] = attrs.field(factory=dict, init=False, repr=False)

    def op_config(self, step: Step) -> OpConfig:
        """Return what the run config says to a step's computation."""
        return self.ops.get(step.path, NO_CONFIG)

    def load(
        self,
        inp: StepInput,
        source: StepOutput | None,
        step: Step | None = None,
        dagster_type: DagsterType = ANY_TYPE,
    ) -> Any:
        """Load a stored value through its IO manager.

        Args:
            inp: the input it is loaded for.
            source: the value; ``None`` when the input's own manager knows where to find it.
            step: the step that reads it, if one does.
            dagster_type: the type to load it as.

        Raises:
            StepOutputNotFoundError: it was never stored.
        """
        name, _, key, metadata = inp
        upstream, asset_key = None, None
        partitions, by_partition = None, False
        if source is not None:
            _, _, asset_key, manager_key, _, _, _, _, _, partitions, by_partition = source
            key = key or manager_key
            if partitions is None:
                upstream = self.stored.get(asset_key or identity(source)) or self._upstream(source)
            elif partitions or by_partition:
                upstream = self._upstream(source)
            else:
                return None  # of an asset that reads its own earlier partitions, the first has none
        key = key or "io_manager"
        pool = self.resources
        manager, config, required = pool.managers.get(key) or pool.io_manager(key, asset_key or name)
        context = InputContext(
            name,
            self.op_config(step).inputs.get(name) if self.ops and step is not None else None,
            metadata,
            upstream,
            dagster_type,
            self.log,
            config,
            required,
            None if step is None else step.op,
            asset_key,
            None if step is None or step.partitions is None else step.partition_key,
            dagster_type.typing_type,
            partitions,
            by_partition,
        )
        return manager.load_input(context)

    def _upstream(self, source: StepOutput) -> OutputContext:
        """Return the context that a value was, or would be, stored with, if it was not stored in this run."""
        key = identity(source)
        known = self.stored.get(key) if source.partitions is None else None
        if known is None:
            what = source.asset_key or source.step_key
            op = source.op
            known = OutputContext(
                step_key=source.step_key,
                name=source.name,
                run_id=self.run_id,
                metadata=source.metadata,
                mapping_key=source.mapping_key,
                dagster_type=None if op is None else op.output_types.get(source.name, ANY_TYPE),
                op_def=op,
                log_manager=self.log,
                resource_config=self.resources.io_manager(source.manager_key, what)[1],
                asset_info=source.asset_key,
                asset_partitions=source.partitions,
            )
            if source.partitions is None:  # there may be many partitions, and few readers of each
                self.stored[key] = known
        return known


def identity(output: StepOutput) -> Hashable:
    """Return what tells a value of a run from every other."""
    return output.asset_key or (output.step_key, output.name, output.mapping_key)
