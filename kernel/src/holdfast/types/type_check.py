"""The verdict of a type check, and what a type check is told."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from holdfast.errors import InvariantViolationError, UnknownResourceError
from holdfast.metadata import MetadataEntry, MetadataValue, merge_metadata

__all__ = ["TypeCheck", "TypeCheckContext"]


@attrs.frozen(init=False)
class TypeCheck:
    """What a type check found.

    Args:
        success: whether the value is of the type.
        description: why, or why not.
        metadata_entries: an older form of ``metadata``; only one of the two may be given.
        metadata: labels and values that describe what was found.

    Raises:
        InvariantViolationError: ``success`` is no truth value, or ``description`` no string.
        InvalidMetadata: both forms of metadata are given, or one is malformed.
    """

    success: bool
    description: str | None
    metadata: Mapping[str, MetadataValue]

    def __init__(
        self,
        success: bool,
        description: str | None = None,
        metadata_entries: Sequence[MetadataEntry] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        if not isinstance(success, bool):
            raise InvariantViolationError(f"TypeCheck: success is True or False, not {success!r}.")
        if not isinstance(description, str | None):
            raise InvariantViolationError(f"TypeCheck: description is a string, not {description!r}.")
        merged = merge_metadata(metadata, metadata_entries, "TypeCheck metadata")
        self.__attrs_init__(success, description, merged)


class _NoResources:
    def __getattr__(self, key: str) -> Any:
        if key.startswith("__"):
            raise AttributeError(key)
        raise UnknownResourceError(key, "A type check outside of a run", ())


@attrs.frozen(kw_only=True)
class TypeCheckContext:
    """What a type check is told.

    Attributes:
        run_id: the run, ``"none"`` outside of one.
        resources: the resources that the type requires.
        log: the logger of the run.
    """

    run_id: str = "none"
    resources: Any = attrs.field(factory=_NoResources)
    log: logging.Logger = attrs.field(factory=lambda: logging.getLogger("holdfast.run"))
