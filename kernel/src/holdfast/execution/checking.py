"""What the checks and loaders of runtime types are told in a run."""

from __future__ import annotations

from typing import Protocol

from holdfast.execution.session import Session
from holdfast.types.type_check import TypeCheckContext

__all__ = ["check_context"]


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
