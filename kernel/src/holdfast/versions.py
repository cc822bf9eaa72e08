"""Versions of values: what tells one content of an asset from another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import attrs

from holdfast.errors import InvariantViolationError
from holdfast.metadata import MetadataValue, normalize_metadata

__all__ = [
    "CODE_VERSION",
    "INPUT_EVENT",
    "INPUT_VERSION",
    "LOGICAL_VERSION",
    "NO_VERSION",
    "LogicalVersion",
    "ObserveResult",
    "derived_version",
]

LOGICAL_VERSION = "holdfast/logical_version"
"""The tag of observations and materializations that holds the version of what was seen or made."""

CODE_VERSION = "holdfast/op_version"
"""The tag of materializations that holds the version of the code, where it has one."""

INPUT_VERSION = "holdfast/input_logical_version/"
"""With the key of an upstream asset, the tag that holds the version of it that was used."""

INPUT_EVENT = "holdfast/input_event_pointer/"
"""With the key of an upstream asset, the tag that holds the run that recorded what was used of it."""

NO_VERSION = "INITIAL"
"""Stands for the version of an asset of which nothing is recorded."""


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


def _metadata(given: Mapping[str, Any] | None) -> Mapping[str, MetadataValue]:
    return normalize_metadata(given, "ObserveResult")


@attrs.frozen
class ObserveResult:
    """What was seen of a source asset: its version, and what else there is to say.

    Args:
        logical_version: its version.
        metadata: labels and values that describe what was seen.

    Raises:
        InvariantViolationError: the version is no `LogicalVersion`.
        InvalidMetadata: the metadata is malformed.
    """

    logical_version: LogicalVersion = attrs.field()
    metadata: Mapping[str, MetadataValue] = attrs.field(default=None, converter=_metadata)

    @logical_version.validator
    def _check(self, _field: object, value: object) -> None:
        if not isinstance(value, LogicalVersion):
            raise InvariantViolationError(
                f"ObserveResult: logical_version is a LogicalVersion, not {value!r}."
            )


def derived_version(made_of: Sequence[str]) -> str:
    """Return the version of a value that follows from what it was made of.

    Args:
        made_of: the version of the code; then, of each upstream asset, its name and the version that was
            used.
    """
    return sha256("\0".join(made_of).encode("utf-8", "surrogatepass")).hexdigest()
