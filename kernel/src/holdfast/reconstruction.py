"""Jobs that other processes find by name."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

import attrs

from holdfast.errors import InvariantViolationError
from holdfast.jobs import JobDefinition

__all__ = ["ReconstructableJob", "reconstructable"]


@attrs.frozen
class ReconstructableJob:
    """The name of a job, or of a function that returns one, from which any process can make it.

    Attributes:
        module: the module.
        name: the attribute of the module.
    """

    module: str
    name: str

    @property
    def is_importable(self) -> bool:
        """Whether another process can import the module: that of a script or notebook it cannot."""
        return self.module != "__main__"

    def get_definition(self) -> JobDefinition:
        """Return the job.

        Raises:
            InvariantViolationError: there is no job under this name.
        """
        found = getattr(importlib.import_module(self.module), self.name, None)
        made = _called(found, f"{self.module}.{self.name}") if isinstance(found, FunctionType) else found
        if not isinstance(made, JobDefinition):
            raise InvariantViolationError(
                f"reconstructable: '{self.module}.{self.name}' gives {made!r}. It must be a job, or a "
                "function that returns one."
            )
        return made


def reconstructable(target: JobDefinition | Callable[[], JobDefinition]) -> ReconstructableJob:
    """Return a job for `execute_job` that worker processes find by its name, and so need not be sent.

    Args:
        target: a job, or a function without arguments that returns one, at the top of a module.

    Raises:
        InvariantViolationError: it is something else, or no process could find it by name.
    """
    if isinstance(target, FunctionType):
        found = ReconstructableJob(target.__module__, target.__name__)
        if getattr(sys.modules.get(found.module), found.name, None) is not target:
            raise InvariantViolationError(
                f"reconstructable: '{target.__qualname__}' is not at the top of its module, where another "
                "process would find it. Move it there, and give it a name if it is a lambda."
            )
    elif isinstance(target, JobDefinition):
        found = _holder(target)
    else:
        raise InvariantViolationError(
            f"reconstructable takes a job or a function that returns one, not {target!r}."
        )
    found.get_definition()
    return found


def _holder(job: JobDefinition) -> ReconstructableJob:
    for module, content in list(sys.modules.items()):
        for name, value in list(vars(content).items()):
            if value is job:
                return ReconstructableJob(module, name)
    raise InvariantViolationError(
        f"reconstructable: {job!r} is at the top of no module, where another process would find it. Give a "
        "function at the top of a module that returns it."
    )


def _called(function: Callable[[], Any], name: str) -> Any:
    code = function.__code__
    required = code.co_argcount - len(function.__defaults__ or ())
    if required or set(code.co_varnames[code.co_argcount :][: code.co_kwonlyargcount]) - set(
        function.__kwdefaults__ or ()
    ):
        raise InvariantViolationError(f"reconstructable: the function '{name}' must need no arguments.")
    return function()
