"""Parameters of the asset API that this version refuses; none is ever ignored."""

from __future__ import annotations

from typing import Any

from holdfast.errors import UnsupportedParameterError

__all__ = ["refuse"]

_INSTEAD = {
    "version_strategy": "Leave it out; give computations versions: op(version=...), asset(op_version=...).",
}


def refuse(where: str, **parameters: Any) -> None:
    """Raise for the first of ``parameters`` that was given, that is, is not ``None``.

    Args:
        where: what they were given to.
        **parameters: values by parameter name.

    Raises:
        UnsupportedParameterError: naming the parameter and what to do instead.
    """
    for name, value in parameters.items():
        if value is not None:
            raise UnsupportedParameterError(name, where, _INSTEAD.get(name, "Leave it out."))
