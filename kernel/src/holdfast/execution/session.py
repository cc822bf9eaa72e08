"""A run's part in one process: its steps, its resources, and how it loads stored values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from holdfast.contexts import InputContext, OutputContext
from holdfast.execution.resources import ResourcePool
from holdfast.keys import AssetKey
from holdfast.plan import Step, StepInput

__all__ = ["Session"]


@attrs.frozen(eq=False)
class Session:
    """What a process needs to run steps of one run, or to load values without a run.

    Attributes:
        run_id: the run.
        job_name: the job.
        steps: the steps of the plan by key.
        resources: the resources of this process.
        run_config: the run's config.
        tags: the run's tags.
        instance: the instance the run belongs to; ``None`` in a worker process.
        values: where the values of outputs are kept for the caller, by step key and output name; ``None`` to
            keep none.
        stored: the contexts that values were, or would be, stored with, each made once for all its readers.
    """

    run_id: str
    job_name: str
    steps: Mapping[str, Step]
    resources: ResourcePool
    run_config: Mapping[str, Any] = attrs.field(factory=dict)
    tags: Mapping[str, str] = attrs.field(factory=dict)
    instance: Any = None
    values: dict[tuple[str, str], Any] | None = None
    stored: dict[AssetKey, OutputContext] = attrs.field(factory=dict, init=False, repr=False)

    def load(self, inp: StepInput, step: Step | None = None, python_type: Any = None) -> Any:
        """Load a stored value through its IO manager.

        Args:
            inp: the value, and who loads it.
            step: the step that reads it, if one does.
            python_type: the type to load it as; by default what the step's function declares, else any.

        Raises:
            StepOutputNotFoundError: it was never stored.
        """
        source = inp.source
        key = source.asset_key
        manager, config = self.resources.io_manager(inp.manager_key, key)
        upstream = self.stored.get(key)
        if upstream is None:
            upstream = self.stored[key] = OutputContext(
                step_key=source.step_key,
                name=source.name,
                run_id=self.run_id,
                metadata=source.metadata,
                resource_config=self.resources.io_manager(source.manager_key, key)[1],
                asset_info=key,
            )
        if python_type is None:
            python_type = Any if step is None else step.op.type_hints.get(inp.name, Any)
        context = InputContext(
            name=inp.name,
            metadata=inp.metadata,
            upstream_output=upstream,
            resource_config=config,
            op_def=None if step is None else step.op,
            asset_key=key,
            python_type=python_type,
        )
        return manager.load_input(context)
