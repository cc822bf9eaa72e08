"""Runtime types in a run: what their checks and loaders are told, and what the checks say."""

from __future__ import annotations

from typing import Any, Protocol

from holdfast.errors import TypeCheckDidNotPass
from holdfast.execution.session import Session
from holdfast.plan import Step
from holdfast.types.dagster_type import PASSED, DagsterType, check_value, plainly_passes
from holdfast.types.type_check import TypeCheck, TypeCheckContext

__all__ = ["check_context", "verdict_of"]


class _NeedsResources(Protocol):
    @property
    def required_resource_keys(self) -> frozenset[str]: ...


def check_context(session: Session, needs: _NeedsResources, what: str) -> TypeCheckContext:
    """Return what the check or loader of a type is told.

    Args:
        session: the run in this process.
        needs: the type, or its loader.
        what: who asks for resources, for the message when one is missing.
    """
    resources = session.resources.select(needs.required_resource_keys, what)
    return TypeCheckContext(run_id=session.run_id, resources=resources)


def verdict_of(
    session: Session, dagster_type: DagsterType, value: Any, step: Step, role: str, name: str
) -> tuple[TypeCheck, TypeCheckDidNotPass | None]:
    """Return what the check of a type says of a value, and the error when the value is not of the type.

    Args:
        session: the run in this process.
        dagster_type: what the value must be.
        value: the value.
        step: the step that reads or makes it.
        role: ``"Input"`` or ``"Output"``.
        name: the name of the input or output.

    Raises:
        TypeCheckError: the check itself raised; that is the cause.
        InvariantViolationError: the check gave no verdict.
    """
    if plainly_passes(dagster_type, value):
        return PASSED, None
    what = f"{role} '{name}' of {step.title}"
    try:
        return check_value(dagster_type, value, check_context(session, dagster_type, what), what), None
    except TypeCheckDidNotPass as error:
        return TypeCheck(False, error.description, metadata=error.metadata), error
