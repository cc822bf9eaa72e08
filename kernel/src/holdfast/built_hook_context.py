"""Contexts without a run: for tests of hooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from holdfast.definitions.hook import HookContext
from holdfast.definitions.invocation import PendingNodeInvocation
from holdfast.definitions.op import OpDefinition
from holdfast.errors import InvalidDefinitionError
from holdfast.instance import Instance
from holdfast.standalone import SetUpByEntering, StandaloneResources

__all__ = ["BuiltHookContext", "build_hook_context"]


@attrs.frozen(kw_only=True)
class BuiltHookContext(SetUpByEntering, HookContext):
    """A `HookContext` for a test."""


def build_hook_context(
    resources: Mapping[str, Any] | None = None,
    op: OpDefinition | PendingNodeInvocation | None = None,
    run_id: str | None = None,
    job_name: str | None = None,
    op_exception: BaseException | None = None,
    *,
    op_config: Any = None,
    op_output_values: Mapping[str, Any] | None = None,
    step_key: str | None = None,
    instance: Instance | None = None,
) -> BuiltHookContext:
    """Return a context for calling a hook in a test, also for a ``with`` block.

    Args:
        resources: what it gets as ``context.resources``: definitions, which are set up when they are used, IO
            managers or plain values by key. Those that are torn down need the ``with`` block.
        op: the computation, as a node with an alias if that matters.
        run_id: the run.
        job_name: the job that is run.
        op_exception: what the step raised.
        op_config: the config of the step's computation.
        op_output_values: the values of its outputs by name.
        step_key: the step.
        instance: what it gets as ``context.instance``; by default an ephemeral one.

    Raises:
        InvalidDefinitionError: ``op`` is no computation, or the resources are no mapping.
        InvalidConfigError: a resource needs config.
    """
    what = "build_hook_context"
    instance = instance or Instance.ephemeral()
    return BuiltHookContext(
        op=None if op is None else _op(op),
        op_config=op_config,
        op_exception=op_exception,
        op_output_values=op_output_values or {},
        step_key=step_key,
        run_id=run_id,
        job_name=job_name,
        resources=StandaloneResources(resources, what, instance),
        instance=instance,
    )


def _op(op: OpDefinition | PendingNodeInvocation) -> OpDefinition:
    definition = op.definition if isinstance(op, PendingNodeInvocation) else op
    if not isinstance(definition, OpDefinition):
        raise InvalidDefinitionError(f"build_hook_context: op is a computation, not {op!r}.")
    alias = op.given_alias if isinstance(op, PendingNodeInvocation) else None
    return definition if alias is None else attrs.evolve(definition, name=alias)
