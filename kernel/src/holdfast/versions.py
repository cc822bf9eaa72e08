"""Versions of values: what tells one content of an asset from another."""

from __future__ import annotations

import attrs

from holdfast.errors import InvariantViolationError

__all__ = ["LogicalVersion"]


@attrs.frozen
class LogicalVersion:
    """The version of a value: two values of an asset with equal versions count as the same.

    Args:
        value: any text, such as an etag, a hash or the time of the last change.

    Raises:
        InvariantViolationError: the value is no string.
    """

    value: str = attrs.field()

    @value.validator
    def _check(self, _field: object, value: object) -> None:
        if not isinstance(value, str):
            raise InvariantViolationError(f"LogicalVersion: value is a string, not {value!r}.")
